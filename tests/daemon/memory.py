# SPDX-License-Identifier: ISC
"""What clients can make the daemon hold is bounded by its ledger: clients that read nothing, handshakes without end, bursts
of bodies. Where a memory control group can be made, the daemon runs in one with the limit of its unit."""
import os
import re
import shutil
import struct
import tempfile
import threading
import time

from certificates import certificates, tls_options
from daemon import Daemon, MPTABLED, SRCDIR, Tap
from wire import Wire, get, post, wait_until

tap = Tap()
MIB = 1024 * 1024
GROUPS = "/sys/fs/cgroup/memory"
with open(MPTABLED, "rb") as program:
    SANITIZED = b"__asan_init" in program.read()  # it takes several times the memory: only the answers are compared then


def unit_limit():
    with open(os.path.join(SRCDIR, "systemd", "mptabled.service.in"), encoding="ascii") as unit:
        return int(re.search(r"^MemoryMax=(\d+)M$", unit.read(), re.M).group(1)) * MIB


class Group:
    """A memory control group (version 1) with the unit's limit. Without one, made is False and nothing is limited."""

    def __init__(self):
        self.path = os.path.join(GROUPS, "mptabled-test-%d" % os.getpid())
        self.made = False
        if SANITIZED:
            return
        try:
            os.mkdir(self.path)
            self.write("memory.limit_in_bytes", unit_limit())
            self.made = True
        except OSError:
            pass

    def write(self, name, value):
        with open(os.path.join(self.path, name), "w", encoding="ascii") as file:
            file.write("%d" % value)

    def read(self, name):
        with open(os.path.join(self.path, name), encoding="ascii") as file:
            return file.read()

    def enter(self):
        """For the child that becomes the daemon"""
        if self.made:
            self.write("cgroup.procs", 0)

    def kills(self):
        return int(re.search(r"oom_kill (\d+)", self.read("memory.oom_control")).group(1)) if self.made else 0

    def peak(self):
        return int(self.read("memory.max_usage_in_bytes")) if self.made else 0

    def end(self):
        if self.made:
            wait_until(lambda: not self.read("cgroup.procs"), 5)
            os.rmdir(self.path)


def sums(table):
    return bytes([-sum(table) & 255])


def decode(entries, query=b""):
    """A request to decode a table of those entries."""
    entries = b"".join(entries)
    count = len(entries) // 8
    table = b"PCMP" + struct.pack("<HBB", 44 + len(entries), 4, 0) + b"%-8s%-12s" % (b"OEM", b"PRODUCT") + \
        struct.pack("<IHHIHBB", 0, 0, count & 0xffff, 0xfee00000, 0, 0, 0) + entries
    table = table[:7] + sums(table) + table[8:]
    pointer = b"_MP_" + struct.pack("<IBB", 0x9fc10, 1, 4) + bytes(6)
    pointer = pointer[:10] + sums(pointer) + pointer[11:]
    return post(pointer + table, media=b"Content-Type: application/octet-stream\r\n", target=b"/v1/decode" + query)


FIT = (65536 - 16 - 44) // 8
IO = bytes([3, 0, 5, 0, 0, 1, 2, 3])
LOCAL = bytes([4, 3, 15, 0, 0, 1, 255, 1])
BUS = bytes([1, 7]) + b"\xfe\xfd\xfc\xfb\xfa\xf9"
LARGEST = {"I/O interrupts": [IO] * FIT, "local interrupts": [LOCAL] * FIT, "alternating": [IO, LOCAL] * (FIT // 2),
           "buses of odd names": [BUS] * FIT}


def status(daemon, name):
    with open("/proc/%d/status" % daemon.process.pid, encoding="ascii") as file:
        return int(re.search(name + r":\s*(\d+) kB", file.read()).group(1)) * 1024


def dump(entries):
    """A request of 1 MiB: guest memory with a table of those entries in it"""
    table = bytearray(decode(entries).split(b"\r\n\r\n", 1)[1])
    at = 0x80000
    table[4:8], table[10] = struct.pack("<I", at + 16), 0
    table[10:11] = sums(table[:16])
    return post((bytes(at) + table).ljust(MIB, b"\0"), media=b"Content-Type: application/octet-stream\r\n", target=b"/v1/decode")


def quietly(call):
    """For threads whose connection may be cut at any time"""
    try:
        return call()
    except OSError:
        return None


def unread():
    """Nearly every slot has a client that asks for the reply to the largest table and does not read it."""
    request, group = decode(LARGEST["local interrupts"]), Group()
    try:
        with Daemon("--threads", "16", "--timeout", "60", prepare=group.enter) as daemon:
            wires = [Wire(daemon.socket) for _ in range(225)]
            for wire in wires:
                wire.socket.settimeout(0.2)
                quietly(lambda wire=wire: wire.socket.sendall(request))
            time.sleep(1)
            with Wire(daemon.socket) as wire:
                tap.equal([wire.send(get(path)).reply().status for path in (b"/livez", b"/metrics")], [200, 200],
                          "225 clients that do not read the largest replies: health and metrics answer")
                tap.equal(wire.send(post()).reply().status, 200, "and an image is built and signed beside them")
            for _ in range(30):  # on a slow machine some of the clients may have been cut meanwhile by the time-out
                wires.append(Wire(daemon.socket))
                wires[-1].send(request).more()
                if wires[-1].left.startswith(b"HTTP/1.1 503"):
                    break
            answer = wires[-1].left
            tap.ok(answer.startswith(b"HTTP/1.1 503") and b"Retry-After: 1" in answer and b"/problems/busy" in answer,
                   "a further large reply gets 503 and Retry-After", answer[:300])
            tap.ok(daemon.metric("ledger_refusals_total") > 0, "the metrics count what was refused")
            tap.ok(daemon.metric("ledger_bytes") <= daemon.metric("ledger_limit_bytes"), "no more is in use than may be")
            bounded(daemon, group, "225 unread replies")
            for wire in wires:
                wire.socket.close()
            statuses = []
            ask(daemon, request, 1, statuses)
            tap.equal(statuses, [200], "when they are gone such a table is decoded again")
            tap.equal(group.kills(), 0, "and nothing was killed")
    finally:
        group.end()


def bounded(daemon, group, name):
    used, most = max(status(daemon, "VmHWM"), group.peak()), unit_limit()
    tap.ok(SANITIZED or used < most, "%s: %d MiB at most, of the unit's %d%s" %
           (name, used / MIB, most / MIB, "" if group.made else " (no control group)"))


def ask(daemon, request, count, statuses):
    """Sends the request @count times, each again after a 503, as a client should."""
    for _ in range(count):
        status_ = 503
        end = time.monotonic() + 60
        while status_ == 503 and time.monotonic() < end:
            with Wire(daemon.socket) as wire:
                answer = wire.send(request).reply()
            status_ = answer and answer.status
            time.sleep(0.05 if status_ == 503 else 0)
        statuses.append(status_)


def read():
    """16 threads decode the largest table at once, for clients that read. A tree of JSON for each would be 200 MiB."""
    for kind, request in (("", decode(LARGEST["local interrupts"])), (" of dumps", dump(LARGEST["local interrupts"]))):
        group, statuses = Group(), []
        try:
            with Daemon("--threads", "16", prepare=group.enter) as daemon:
                clients = [threading.Thread(target=quietly, args=(lambda: ask(daemon, request, 2, statuses),))
                           for _ in range(48 if not kind else 24)]
                for client in clients:
                    client.start()
                for client in clients:
                    client.join()
                tap.equal(statuses, [200] * 2 * len(clients),
                          "%d clients that read large replies%s get them, if they come again after a 503" % (len(clients), kind))
                bounded(daemon, group, "%d replies that are read" % len(statuses))
                tap.equal(group.kills(), 0, "nothing is killed while they are made")
        finally:
            group.end()


def held():
    """Clients on nearly all slots send dumps of 1 MiB but for the last byte: requests of others find room meanwhile."""
    request, group = dump(LARGEST["local interrupts"]), Group()
    try:
        with Daemon("--threads", "2", "--timeout", "60", prepare=group.enter) as daemon:
            wires = [Wire(daemon.socket) for _ in range(225)]
            for wire in wires:
                wire.socket.settimeout(0.1)
                quietly(lambda wire=wire: wire.socket.sendall(request[:-1]))
            with Wire(daemon.socket) as wire:
                tap.equal([wire.send(thing).reply().status for thing in (get(b"/livez"), post(), get(b"/metrics"), decode([IO] * 99))],
                          [200] * 4, "225 dumps of 1 MiB that do not end: an image is signed and a table decoded beside them")
            bounded(daemon, group, "225 unfinished dumps")
            for wire in wires:
                wire.socket.close()
            statuses = []
            ask(daemon, request, 1, statuses)
            tap.equal((statuses, group.kills()), ([200], 0), "when they are gone such a dump is decoded")
    finally:
        group.end()


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
                wires.append(Wire(daemon.address))
                wires[-1].socket.settimeout(0.3)
                quietly(lambda: wires[-1].socket.sendall(data))
            time.sleep(0.5)
            each = (status(daemon, "VmHWM") - before) // count
            tap.ok(SANITIZED or each < 112 << 10, "ClientHellos of %s that do not end: %d KiB each, of 112" % (name, each >> 10))
            tap.ok(daemon.metric("ledger_limit_bytes") >= 256 * (112 << 10), "TLS slots are in the ledger")
            for wire in wires:
                wire.socket.close()
    shutil.rmtree(work)


def burst():
    """After many bodies at once, while two clients stay connected, the next bodies find room."""
    size = 256 << 10
    with Daemon("--threads", "2", "--max-body", str(size)) as daemon:
        idle = [Wire(where).send(get()) for where in (daemon.address, daemon.socket)]
        tap.equal([wire.reply().status for wire in idle], [200, 200], "two clients keep their connections")
        wires = [Wire(where) for where in (daemon.address, daemon.socket) for _ in range(200)]
        for wire in wires:
            wire.socket.settimeout(0.1)
            quietly(lambda wire=wire: wire.socket.sendall(post(b" " * size)[:-1]))
        full = daemon.metric("ledger_bytes")
        for wire in wires:
            wire.socket.close()
        settled = wait_until(lambda: daemon.metric("ledger_bytes") < full - 32 * MIB, 5)
        tap.ok(settled is not None, "the bodies of a burst are given back", full)
        statuses = []
        for _ in range(100):
            with Wire(daemon.socket) as wire:
                statuses.append(wire.send(post()).reply().status)
        tap.equal(statuses.count(200), 100, "after a burst of bodies, beside two idle clients, no POST of 100 is refused")
        for wire in idle:
            wire.socket.close()


def manual_sum(threads, signatures, connections, sockets, addresses, tls):
    """The sum on the page, which has a line for each term, for these options"""
    with open(os.path.join(SRCDIR, "src", "mptabled.8"), encoding="ascii") as page:
        lines = page.read().split("Memory is bounded by\n", 1)[1].split(".Ed", 1)[0].split("\n")[1:]
    values = {"threads": threads, "signature-memory": signatures, "max-connections": connections, "UNIX sockets": sockets,
              "TCP addresses": 0 if tls else addresses, "TLS addresses": addresses if tls else 0}
    units, total = {"bytes": 1, "KiB": 1024, "MiB": MIB}, 0
    for line in filter(None, lines):
        product = re.match(r"\+? *(.*? ?(\d+) (bytes|KiB|MiB))", line)
        term = int(product.group(2)) * units[product.group(3)]
        for name in product.group(1).split(" x ")[:-1]:
            term *= values[name.strip()]
        total += term
    return total


def one_place():
    """The manual's sum, the daemon's and the unit's MemoryMax, for the unit's options and for others"""
    work = tempfile.mkdtemp(prefix="mptabled-")
    certificates(work)
    for threads, signatures, connections, tls in ((1, 0, 1, ()), (2, 1024, 256, ()), (3, 100, 500, tls_options(work))):
        with Daemon("--threads", str(threads), "--signature-memory", str(signatures), "--max-connections", str(connections),
                    *tls) as daemon:
            tap.equal(daemon.metric("memory_sum_bytes"), manual_sum(threads, signatures, connections, 1, 1, bool(tls)),
                      "the manual's sum is the daemon's: %d connections%s" % (connections, ", TLS" if tls else ""))
    shutil.rmtree(work)
    most = manual_sum(16, 1024, 256, 1, 0, False)  # the most threads that the daemon chooses by itself, one socket
    tap.ok(most <= unit_limit() < most + 32 * MIB, "MemoryMax of the unit is the sum for it, rounded up", most, unit_limit())


def main():
    begin = time.monotonic()
    for part in (one_place, unread, read, held, handshakes, burst):
        part()
    print("# %.0f s" % (time.monotonic() - begin))
    tap.done()


main()
