# SPDX-License-Identifier: ISC
"""A client that stalls costs next to no CPU time, and a request that cannot go on is ended. What is measured is the CPU time
of the daemon, which does not depend on what else the machine does."""
import os
import re
import shutil
import ssl
import struct
import tempfile
import threading
import time

from certificates import certificates, tls_options
from daemon import Daemon, Tap
from wire import HOST, Secure, Wire, get, hello, post, wait_until

tap = Tap()
SECONDS = 1.5
LIMIT = 0.02  # of a core
CHUNKED = b"POST /v1/images HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
SIZED = b"POST /v1/images HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n"


def unread(wire):
    """Asks for much and reads nothing, until the daemon can send no more."""
    wire.socket.settimeout(0.3)
    try:
        while True:
            wire.socket.sendall(get(b"/openapi.json") * 20)
    except TimeoutError:
        pass


def answered(wire):
    """Waits for the daemon's half of a handshake, whose cost is not that of waiting."""
    wire.socket.settimeout(10)
    wire.socket.recv(1)
    time.sleep(0.5)


def share(daemon, wire, drip):
    """The part of a core that the daemon takes while the next bytes come, ten a second."""
    before, end = daemon.cpu(), time.monotonic() + SECONDS
    for byte in drip:
        wire.send(bytes([byte]))
        time.sleep(0.1)
        if time.monotonic() > end:
            break
    time.sleep(max(end - time.monotonic(), 0))
    return (daemon.cpu() - before) / SECONDS


def costs(daemon, name, wire, start=b"", drip=b"", stall=None):
    """Sends the first bytes, then drips the others. A cost over the limit is measured again, up to twice: barren turns that do
    not end show each time."""
    drip = iter(drip)
    with wire:
        if start:
            wire.send(start)
        if stall:
            stall(wire)
        time.sleep(0.1)
        for _ in range(3):
            cost = share(daemon, wire, drip)
            if cost < LIMIT:
                break
        tap.ok(cost < LIMIT, "%s: costs %.1f %% of a core" % (name, 100 * cost))


def stuck(daemon, name, wire, line):
    """The line of a chunk's size, or the head, is longer than the connection's memory."""
    before, lines, begin = daemon.cpu(), daemon.text().count("event=unanswered"), time.monotonic()
    with wire:
        threading.Thread(target=wire.send, args=(line,), daemon=True).start()
        wire.socket.settimeout(5)
        try:
            wire.ended()
        except (TimeoutError, ssl.SSLError, OSError):
            pass
        took = time.monotonic() - begin
        share = (daemon.cpu() - before) / max(took, SECONDS)
    logged = wait_until(lambda: daemon.text().count("event=unanswered") > lines, 1)
    tap.ok(took < 2 and share < LIMIT, "%s: ended in %.1f s, costs %.1f %% of a core" % (name, took, 100 * share))
    tap.ok(logged is not None, "%s: is in the log" % name)


def table(count):
    """A floating pointer and a configuration table with that many interrupt entries, for 0x80000."""
    def summed(data, at):
        data[at] = -sum(data) & 255
        return bytes(data)
    pointer = bytearray(struct.pack("<4sIBBB5s", b"_MP_", 0x80010, 1, 4, 0, b""))
    entries = b"".join(struct.pack("<BBHBBBB", 3, n % 2, 0, 0, n % 16, 2, n % 16) for n in range(count))
    header = struct.pack("<4sHBB8s12sIHHIHBB", b"PCMP", 44 + len(entries), 4, 0, b"OEM     ", b"PRODUCT     ", 0, 0, count,
                         0xfee00000, 0, 0, 0)
    return summed(pointer, 10) + summed(bytearray(header + entries), 7)


def switches(daemon):
    """How often the daemon's threads have gone to sleep"""
    count, tasks = 0, "/proc/%d/task" % daemon.process.pid
    for thread in os.listdir(tasks):
        with open(os.path.join(tasks, thread, "status"), encoding="ascii") as file:
            count += int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", file.read(), re.M).group(1))
    return count


def reading(daemon, work):
    """A loop pauses between turns in which nothing happens. It does not take the turns that send a long reply for these, one
    for each record. Each pause is a sleep; a few more are waits for the client. A client that reads while the loop pauses
    ends the pause, so that not every reply would show them."""
    request = post(table(4000), target=b"/v1/decode?base=0x80000", media=b"Content-Type: application/octet-stream\r\n")
    size, most = 0, 0
    for _ in range(3):
        with Secure(daemon, work) as wire:
            for _ in range(8):
                before = switches(daemon)
                size = len(wire.send(request).reply().body)
                most = max(most, switches(daemon) - before)
    tap.ok(size > 500000 and most < size // 16384 // 2, "a reply of many TLS records comes without pauses", size, most)


def encrypted(work):
    first = hello()
    with Daemon("--threads", "1", *tls_options(work)) as daemon:
        def tcp():
            return Wire(daemon.address)
        costs(daemon, "one byte to a TLS port", tcp(), first[:1])
        costs(daemon, "nine bytes to a TLS port", tcp(), first[:9])
        costs(daemon, "half a TLS handshake", tcp(), first, stall=answered)
        costs(daemon, "a TLS handshake that drips", tcp(), b"", first)
        costs(daemon, "half a head over TLS", Secure(daemon, work), b"GET / HTTP/1.1\r\nHo")
        costs(daemon, "a body that drips over TLS", Secure(daemon, work), SIZED, b" " * 99)
        stuck(daemon, "a chunk's size of 40000 digits over TLS", Secure(daemon, work), CHUNKED + b"0" * 40000)
        reading(daemon, work)


def plain():
    with Daemon("--threads", "1") as daemon:
        def tcp():
            return Wire(daemon.address)
        costs(daemon, "half a head", tcp(), b"GET / HTTP/1.1\r\nHo")
        costs(daemon, "a head that drips", tcp(), b"GET / HTTP/1.1\r\n", b"X: " + b"y" * 99)
        costs(daemon, "a body that drips", tcp(), SIZED, b" " * 99)
        costs(daemon, "replies that are not read", tcp(), stall=unread)
        for where, address in (("TCP", daemon.address), ("UNIX", daemon.socket)):
            stuck(daemon, "a chunk's size of 20000 digits, " + where, Wire(address), CHUNKED + b"0" * 20000)
            stuck(daemon, "a chunk's extension of 20000 bytes, " + where, Wire(address), CHUNKED + b"1;" + b"x" * 20000)
            stuck(daemon, "a head of 200000 bytes, " + where, Wire(address), b"GET / HTTP/1.1\r\nX: " + b"y" * 200000)
        tap.ok(daemon.curl("/metrics").body.count(b"\nmptabled_loop_barren_turns_total ") == 1, "barren turns are counted")


def main():
    work = tempfile.mkdtemp(prefix="mptabled-tls-")
    try:
        certificates(work)
        beside = threading.Thread(target=encrypted, args=(work,))
        beside.start()
        plain()
        beside.join()
    finally:
        shutil.rmtree(work)
    tap.done()


main()
