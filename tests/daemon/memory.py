# SPDX-License-Identifier: ISC
"""What clients can make the daemon hold is bounded."""
import os
import re
import shutil
import struct
import tempfile
import time

from certificates import certificates, tls_options
from daemon import Daemon, Tap
from wire import Wire

tap = Tap()


def status(daemon, name):
    with open("/proc/%d/status" % daemon.process.pid, encoding="ascii") as file:
        return int(re.search(name + r":\s*(\d+) kB", file.read()).group(1)) * 1024


def quietly(call):
    """For threads whose connection may be cut at any time"""
    try:
        return call()
    except OSError:
        return None


def sanitized(daemon):
    with open(daemon.process.args[0], "rb") as program:
        return b"__asan_init" in program.read()


def hello(size, sent):
    """The first bytes of a ClientHello of that size, in records"""
    message, records = (b"\x01" + size.to_bytes(3, "big") + b"\x03\x03" + bytes(size - 2))[:sent], b""
    for at in range(0, len(message), 16384):
        part = message[at:at + 16384]
        records += b"\x16\x03\x01" + struct.pack(">H", len(part)) + part
    return records


def handshakes():
    """ClientHellos that never end: what a connection holds stays within what its slot has in the ledger."""
    count, work = 120, tempfile.mkdtemp(prefix="mptabled-")
    certificates(work)
    for name, data in (("120 KiB", hello(120 << 10, (120 << 10) - 1)), ("63 KiB", hello(63 << 10, (63 << 10) - 1))):
        with Daemon("--threads", "1", *tls_options(work)) as daemon:
            before, wires = status(daemon, "VmRSS"), []
            for _ in range(count):
                wires.append(Wire(("127.0.0.1", daemon.port)))
                wires[-1].socket.settimeout(0.3)
                quietly(lambda: wires[-1].socket.sendall(data))
            time.sleep(0.5)
            each = (status(daemon, "VmHWM") - before) // count
            tap.ok(sanitized(daemon) or each < 112 << 10, "ClientHellos of %s that do not end: %d KiB each, of 112" % (name, each >> 10))
            for wire in wires:
                wire.socket.close()
    shutil.rmtree(work)


handshakes()
tap.done()
