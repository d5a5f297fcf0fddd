# SPDX-License-Identifier: ISC
"""Requests as bytes over plain sockets, for those that no library for clients sends."""
import os
import socket
import ssl
import time

HOST = b"Host: localhost\r\n"
TOPOLOGY = b'{"cpus":4,"context":"control"}'


def get(target=b"/healthz", head=b"", method=b"GET", host=HOST):
    return method + b" " + target + b" HTTP/1.1\r\n" + host + head + b"\r\n"


def post(body=TOPOLOGY, head=b"", target=b"/v1/images", media=b"Content-Type: application/json\r\n", length=None):
    size = b"Content-Length: %d\r\n" % len(body) if length is None else length
    return b"POST " + target + b" HTTP/1.1\r\n" + HOST + media + size + head + b"\r\n" + body


# Lines of a head that must be refused (RFC 9112 §2.2 and §5), because two readers may understand them differently. The
# first rows stand before another line, the last ones end the head.
MALFORMED = tuple((name, lines + b"Z: z\r\n") for name, lines in (
    ("bare CR", b"X: a\rY: b\r\n"), ("bare LF", b"X: a\nY: b\r\n"), ("CR before CR LF", b"X: a\r\r\n"),
    ("NUL in place of a CR", b"X: a\0\n"), ("NUL in a value", b"X: a\0b\r\n"), ("NUL in a name", b"X\0: a\r\n"),
    ("NULs in the last value", b"X: a\0\0b\r\n"),
    ("folded", b"X: a\r\n b\r\n"), ("folded with a tab", b"X: a\r\n\tb\r\n"), ("folded to nothing", b"X: a\r\n \r\n"),
    ("blank before the colon", b"X : a\r\n"), ("blank before the name", b" X: a\r\n"), ("no colon", b"X\r\n"),
    ("no name", b": a\r\n"), ("control in a value", b"X: \x01\r\n"), ("name of separators", b"X[]: a\r\n"),
    ("escape sequence", b"X: \x1b[2J\r\n"), ("8-bit name", b"X\xff: a\r\n"))) + (
    ("a NUL at the end", b"X: a\0\r\n"), ("NULs and more at the end", b"X: a\0\0b\r\n"), ("a NUL alone", b"X: \0\r\n"),
    ("a colon alone", b":\r\n"), ("a length and a NUL", b"Content-Length: 10\0\r\n"), ("bare LF at the end", b"X: a\n"),
    ("a blank line with a blank", b"X: a\r\n \r\n"))


class Answer:
    """One reply: status, headers by lower-case name (the last of each), body."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Wire:
    """A connection. Replies come one at a time; None is the end of the connection."""

    def __init__(self, address, timeout=20):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.left = b""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.socket.close()

    def send(self, data):
        """Sends the bytes. A connection that is closed already is no failure: the answer to it can still be read."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return self

    def more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.left += data
        return bool(data)

    def reply(self, head=False):
        """The next reply, or None at the end. TimeoutError when nothing comes for the connection's time-out."""
        while b"\r\n\r\n" not in self.left:
            if not self.more():
                return None
        start, self.left = self.left.split(b"\r\n\r\n", 1)
        lines = start.decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        if status == 100:
            return Answer(100, {}, b"")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        size = 0 if head or status in (204, 304) else int(headers.get("content-length", -1))
        while len(self.left) < size or size < 0:
            if not self.more():
                size = len(self.left)
        body, self.left = self.left[:size], self.left[size:]
        return Answer(status, headers, body)

    def ended(self):
        """Does the other side close the connection without sending more?"""
        while self.more():
            pass
        return not self.left


class Secure(Wire):
    """A TLS connection. @work: the directory of certificates.py; @client: the name of the certificate to send, if
    any."""

    def __init__(self, daemon, work, client=None, version=None):
        super().__init__(daemon.address)
        context = ssl.create_default_context(cafile=os.path.join(work, "ca.pem"))
        if client:
            context.load_cert_chain(os.path.join(work, client + ".pem"), os.path.join(work, client + ".key"))
        if version:
            context.minimum_version = context.maximum_version = version
            context.set_ciphers("ALL:@SECLEVEL=0")
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def send(self, data):
        self.socket.sendall(data)
        return self


def served(address):
    """Is a request there answered with 200?"""
    try:
        with Wire(address, timeout=2) as wire:
            return wire.send(get()).reply().status == 200
    except OSError:
        return False


def free_port():
    """The number of a TCP port that nothing listens at"""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def hello():
    """What a TLS client sends first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def wait_until(condition, seconds):
    """Waits until the condition holds. Returns the seconds that it took, or None."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        if condition():
            return time.monotonic() - begin
        time.sleep(0.01)
    return None
