# SPDX-License-Identifier: ISC
"""The installed example, a monitor of KVM: it builds without a warning, takes no image but the one that it asked for,
and puts it and the kernel where they belong. boot/kvm.py runs it."""
import base64
import http.client
import http.server
import os
import socketserver
import struct
import tempfile
import threading

import stock
from daemon import SRCDIR, Daemon, Tap
from installed import MONITOR, Installed, need_guest, run
from tool import MPTABLECTL

GUEST = os.environ.get("MPTABLE_GUEST", "")
KVM, MIB, PARAMS, SETUP = "/dev/kvm", 1 << 20, 0x10000, 1024
PLAIN = ["-n", "2", "-m", "2"]
NAMED = PLAIN + ["-c", "vm-7"]


class Relay(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """A server on a socket of its own that passes requests on to a daemon, and changes paths and replies"""
    daemon_threads = True

    def __init__(self, path, port, on_path, on_reply):
        self.port, self.on_path, self.on_reply = port, on_path, on_reply
        super().__init__(path, Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *exception):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass  # a monitor that hangs up


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        connection.request("GET", self.server.on_path(self.path))
        reply = connection.getresponse()
        body, signature = self.server.on_reply(reply.read(), reply.getheader("Mptable-Signature"))
        self.send_response(reply.status)
        self.send_header("Content-Length", str(len(body)))
        if signature is not None:
            self.send_header("Mptable-Signature", signature)
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "monitor"

    def log_message(self, *arguments):
        pass


class Monitor:
    def __init__(self, work, program, environment):
        self.work, self.program, self.environment = work, program, environment

    def run(self, *arguments, kernel=GUEST, limit=60):
        return run(self.program, *arguments, kernel, env=self.environment, timeout=limit)

    def memory(self, *arguments):
        """What it would run, or its complaint"""
        path = os.path.join(self.work, "memory")
        done = self.run("-d", path, *arguments)
        if done.returncode != 0:
            return done.stderr
        with open(path, "rb") as file:
            data = file.read()
        os.unlink(path)
        return data


def text_of(signature, change):
    """A signature header with its minisign file changed"""
    return base64.b64encode(change(base64.b64decode(signature))).decode()


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def judge_memory(tap, monitor, daemon):
    own = monitor.memory(*PLAIN)
    if not tap.ok(isinstance(own, bytes) and len(own) == 2 * MIB, "without a daemon: memory is filled", own[:200]):
        return
    with open(GUEST, "rb") as file:
        guest = file.read()
    tap.ok(own[MIB:MIB + len(guest) - SETUP] == guest[SETUP:], "the kernel is at 1 MiB")
    tap.equal(own[PARAMS + 0x1F1:PARAMS + 0x210], guest[0x1F1:0x210], "its setup header is in the boot parameters")
    tap.equal([struct.unpack_from("<QQI", own, PARAMS + 0x2D0 + 20 * i) for i in range(own[PARAMS + 0x1E8])],
              [(PARAMS, 0x90000 - PARAMS, 1), (MIB, MIB, 1)], "the kernel is given no memory where an image may lie")
    tap.equal(own[0x12000:0x12010], b"console=ttyS0 ac", "and its command line is in memory")
    for name, arguments in (("with a context", NAMED), ("without", PLAIN)):
        got = monitor.memory("-s", daemon.socket, "-k", daemon.key, *arguments)
        tap.ok(got == own, "from the daemon, %s: the same memory" % name, got[:300] if isinstance(got, str) else "")
    with open(os.path.join(SRCDIR, "tests", "vectors", "good-kvm-2.hex"), encoding="utf-8") as file:
        vector = bytes.fromhex("".join(line.split("#")[0] for line in file))
    tap.equal(own[0x9FC00:0x9FC00 + len(vector)], vector, "the table is the one that was written by hand")


def judge_kernels(tap, monitor, work):
    """A kernel runs at 1 MiB, or where it prefers to if that is higher, and needs room there."""
    path = os.path.join(work, "kernel")
    for name, preferred, initial, memory, taken in (
            ("below 1 MiB, room", 0, 15, 16, True), ("below 1 MiB, no room", 0, 16, 16, False),
            ("at 16 MiB, room", 16, 8, 24, True), ("at 16 MiB, no room", 16, 9, 24, False),
            ("at 16 MiB, less memory than that", 16, 1, 8, False), ("more than there is", 0, 32, 16, False),
            ("above 4 GiB", 1 << 13, 1, 24, False)):
        with open(path, "wb") as file:
            file.write(stock.bzimage(b"\x0f\x0b", preferred=preferred * MIB, initial=initial * MIB))
        done = monitor.run("-d", os.devnull, "-m", str(memory), kernel=path)
        good = done.returncode == 0 if taken else "too little memory for the kernel" in done.stderr
        tap.ok(good, ("a kernel that is taken: " if taken else "refused: a kernel ") + name, done.stderr)


def judge_refusals(tap, monitor, daemon, work):
    def keep(*values):
        return values if len(values) > 1 else values[0]

    with tempfile.TemporaryDirectory(dir=work) as other:
        run(MPTABLECTL, "keygen", "-s", os.path.join(other, "k"), "-p", os.path.join(other, "p"))
        foreign = key_of(os.path.join(other, "p"))
    replies = []

    def replay(body, signature):
        replies.append((body, signature))
        return replies[0]

    rows = (
        ("nothing changed", keep, keep, None),
        ("a byte of the image", keep, lambda b, s: (flipped(b, 40), s), "the image or its signature was changed"),
        ("a byte more", keep, lambda b, s: (b + b"\0", s), "the image or its signature was changed"),
        ("an empty image", keep, lambda b, s: (b"", s), "the image or its signature was changed"),
        ("too long an image", keep, lambda b, s: (b + bytes(1 << 19), s), "the daemon does not answer"),
        ("no signature", keep, lambda b, s: (b, None), "the image has no signature"),
        ("a signature that is no base64", keep, lambda b, s: (b, "?" + s), "the image has no signature"),
        ("a cut signature", keep, lambda b, s: (b, text_of(s, lambda t: t[:-2])), "not as minisign writes it"),
        ("a line behind it", keep, lambda b, s: (b, text_of(s, lambda t: t + b"x\n")), "something follows"),
        ("a NUL in it", keep, lambda b, s: (b, text_of(s, lambda t: t[:200] + b"\0" + t[201:])), "refused"),
        ("an older kind of signature", keep,
         lambda b, s: (b, text_of(s, lambda t: t.replace(b"\nRU", b"\nRW"))), "older kind"),
        ("another address in the comment", keep,
         lambda b, s: (b, text_of(s, lambda t: t.replace(b"load=0x9fc00", b"load=0x9f800"))),
         "comment or its signature was changed"),
        ("another machine's image", lambda path: path.replace("vm-7", "vm-8"), keep, "for another machine"),
        ("an image for no machine", lambda path: path.replace("&context=vm-7", ""), keep, "for another machine"),
        ("fewer processors", lambda path: path.replace("cpus=2", "cpus=1"), keep, "another machine than was asked for"),
        ("profile qemu", lambda path: path.replace("profile=kvm", "profile=qemu"), keep,
         "another machine than was asked for"),
        ("profile volt", lambda path: path.replace("profile=kvm", "profile=volt"), keep,
         "another machine than was asked for"),
        ("another nonce", lambda path: path.replace("nonce=", "nonce=0"), keep, "answers another request"),
        ("a refusal of the daemon", lambda path: path.replace("cpus=2", "cpus=0"), keep, "status 422"),
        ("an image that is kept", keep, replay, None),
        ("and sent again", keep, replay, "answers another request"),
    )
    for number, (name, on_path, on_reply, says) in enumerate(rows):
        path = os.path.join(work, "relay-%d" % number)
        with Relay(path, daemon.port, on_path, on_reply):
            got = monitor.memory("-s", path, "-k", daemon.key, *NAMED)
        good = isinstance(got, bytes) if says is None else isinstance(got, str) and says in got
        tap.ok(good, ("taken: " if says is None else "refused: ") + name, got[:200])
    got = monitor.memory("-s", daemon.socket, "-k", foreign, *NAMED)
    tap.ok(isinstance(got, str) and "signed by another key" in got, "refused: a foreign key", got[:200])
    got = monitor.memory("-s", os.path.join(work, "gone"), "-k", daemon.key, *NAMED)
    tap.ok(isinstance(got, str) and "does not answer" in got, "refused: no daemon", got[:200])
    for name, kernel in (("no bzImage", MONITOR), ("no kernel", os.path.join(work, "gone"))):
        done = monitor.run(*PLAIN, kernel=kernel)
        tap.ok(done.returncode == 1 and done.stderr, "refused: " + name, done.stderr)
    tap.equal(monitor.run("-n", "256").returncode, 2, "usage: too many processors")


def key_of(path):
    with open(path, encoding="ascii") as file:
        return file.read().splitlines()[1]


def main():
    tap = Tap()
    need_guest(GUEST)
    with tempfile.TemporaryDirectory(prefix="mptabled-monitor-") as work:
        libraries, program = Installed(work), os.path.join(work, "monitor")
        complaints = libraries.build_monitor(program)
        with open(MONITOR, encoding="utf-8") as file:
            tap.ok(file.read().count("\n") <= 600, "it has at most 600 lines")
        if not tap.equal(complaints, "", "it builds without a warning with the flags of pkg-config"):
            tap.done()
            return
        monitor = Monitor(work, program, libraries.environment)
        with Daemon() as daemon:
            daemon.key = key_of(os.path.join(daemon.state, "mptabled", "mptabled.pub"))
            judge_memory(tap, monitor, daemon)
            judge_kernels(tap, monitor, work)
            judge_refusals(tap, monitor, daemon, work)
            if not os.access(KVM, os.R_OK | os.W_OK):
                done = monitor.run(*PLAIN)
                tap.ok(done.returncode == 1 and KVM in done.stderr, "without KVM it says so", done.stderr)
    tap.done()


main()
