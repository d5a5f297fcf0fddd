# SPDX-License-Identifier: ISC
"""Verifies Ed25519 signatures and minisign files by RFC 8032, section 6, without code of the daemon, libsodium or OpenSSL.
It is slow, and not for secrets."""
import base64
import hashlib

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def decode(text):
    y = int.from_bytes(text, "little")
    x = recover_x(y & (1 << 255) - 1, y >> 255)
    y &= (1 << 255) - 1
    return None if x is None else (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(s, p):
    q = (0, 1, 1, 0)
    while s:
        if s & 1:
            q = add(q, p)
        p, s = add(p, p), s >> 1
    return q


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def verify(public, message, signature):
    a, r, s = decode(public), decode(signature[:32]), int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or a is None or r is None or s >= Q:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    left, right = multiply(s, BASE), add(r, multiply(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def minisign(line, data, text):
    """Returns the trusted comment if @text is a prehashed minisign signature of @data by the public key in the
    base64 text @line, else None."""
    key, lines = base64.b64decode(line, validate=True), text.split("\n")
    prefix = "trusted comment: "
    if len(lines) != 5 or lines[4] or not lines[2].startswith(prefix):
        return None
    raw, last = base64.b64decode(lines[1], validate=True), base64.b64decode(lines[3], validate=True)
    comment = lines[2][len(prefix):]
    if raw[:2] != b"ED" or raw[2:10] != key[2:10] or not verify(key[10:], hashlib.blake2b(data).digest(), raw[10:]) or \
            not verify(key[10:], raw[10:] + comment.encode(), last):
        return None
    return comment
