#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""verify.py PUBLIC_KEY IMAGE SIGNATURE ADDRESS CONTEXT NONCE

Verifies an image of mptabled before it is written into guest memory, with PyNaCl (Debian: python3-nacl). ADDRESS is where the
image's first byte will be written; CONTEXT and NONCE are what was asked for, or "-" where nothing was. Prints the claims and
ends with 0, or says what is wrong and ends with 1. The format of the files is minisign's.
"""
import base64
import hashlib
import sys
import time

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

SKEW = 60  # seconds by which the clocks of signer and verifier may differ


class Refused(Exception):
    pass


def need(condition, reason):
    if not condition:
        raise Refused(reason)


def decode(line, size):
    data = base64.b64decode(line, validate=True)
    need(len(data) == size, "a line of base64 has another length than minisign's")
    return data


def read_public_key(path):
    lines = open(path, encoding="ascii").read().splitlines()
    need(len(lines) == 2, "the public key has two lines")
    data = decode(lines[1], 42)
    need(data[:2] == b"Ed", "this is no minisign public key")
    return data[2:10], VerifyKey(data[10:])


def read_signature(path):
    lines = open(path, encoding="ascii").read().splitlines()
    need(len(lines) == 4 and lines[0].startswith("untrusted comment: ") and lines[2].startswith("trusted comment: "),
         "this is no minisign signature")
    # "ED" signs the BLAKE2b hash. The older "Ed" does not bind the comment to the file.
    data = decode(lines[1], 74)
    need(data[:2] == b"ED", "the signature is of minisign's older kind")
    return data[2:10], data[10:], lines[2][len("trusted comment: "):], decode(lines[3], 64)


def read_claims(comment):
    words = comment.split(" ")
    need(words[0] == "mptabled/1", "the signature claims nothing about an image")
    claims = dict(word.split("=", 1) for word in words[1:] if "=" in word)
    need({"sha256", "size", "load", "fp", "ctx", "nonce", "iat", "exp"} <= claims.keys(), "a claim is missing")
    return claims


def verify(public_key, image_path, signature_path, address, context, nonce):
    key_id, key = read_public_key(public_key)
    signed_by, signature, comment, comment_signature = read_signature(signature_path)
    image = open(image_path, "rb").read()  # once: what is verified here is what must be used
    need(signed_by == key_id, "signed by another key")
    key.verify(hashlib.blake2b(image).digest(), signature)
    key.verify(signature + comment.encode("ascii"), comment_signature)

    claims = read_claims(comment)
    need(claims["sha256"] == hashlib.sha256(image).hexdigest(), "signed for other bytes")
    need(sum(map(int, claims["size"].split(","))) == len(image), "signed for another size")
    need(int(claims["load"].split(",")[0], 16) == address, "signed for another address")
    need(claims["ctx"] == context, "signed for another context")
    need(claims["nonce"] == nonce, "signed for another request")
    now = time.time()
    need(claims["iat"] == "-" or int(claims["iat"]) <= now + SKEW, "signed in the future")
    need(claims["exp"] == "-" or int(claims["exp"]) > now - SKEW, "expired")
    return comment


if __name__ == "__main__":
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    try:
        print(verify(*sys.argv[1:4], int(sys.argv[4], 0), *sys.argv[5:]))
    except (Refused, BadSignatureError, ValueError, OSError) as error:
        sys.exit("verify.py: %s" % error)
