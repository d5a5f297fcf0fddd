# SPDX-License-Identifier: ISC
"""Ten times as many attackers as slots, of each kind: a new client is answered within a second, whether the attackers are of
its user or of another one. They connect at once, stay, and connect again when they are cut. With a whole ClientHello they do
not connect again, because the daemon can answer only a limited number of these a second."""
import os
import selectors
import shutil
import socket
import ssl
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from certificates import certificates, tls_options
from daemon import Daemon, Tap
from wire import HOST, Secure, Wire, get, hello, post

tap = Tap()
SLOTS, ATTACKERS = 32, 320
POST = b"POST /v1/images HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
KINDS = (("silence", b"", b""), ("request lines", b"GET /he", b""), ("half heads", b"GET / HTTP/1.1\r\nX: y", b""),
         ("half bodies", POST + b" " * 100, b""), ("dripping heads", b"GET / HTTP/1.1\r\nX: ", b"y"),
         ("dripping bodies", POST, b" "), ("garbage", b"GETGETGET" * 20, b""), ("long heads", b"GET / HTTP/1.1\r\nX: " + b"y" * 5000, b""),
         ("idle clients", get(), b""))


class Flood:
    """with Flood(b"", b"").of(address): attackers on a thread of their own, or in a process of another user if one is named. A
    process is made at once, and must be made before any thread is."""

    def __init__(self, start, drip, uid=None, again=True):
        self.start, self.drip, self.again = start, drip, again
        self.stop, self.process = threading.Event(), None
        if uid is not None:
            self.ours, theirs = socket.socketpair()
            self.process = os.fork()
            if self.process == 0:
                os.closerange(3, theirs.fileno())  # those of other floods, so that each sees its own closed
                os.closerange(theirs.fileno() + 1, 1024)
                os.setuid(uid)
                self.where = theirs.recv(4096).decode()
                if self.where:
                    self.run(theirs)
                os._exit(0)
            theirs.close()

    def of(self, where):
        self.where = where
        if self.process:
            self.ours.send(where.encode())
            if self.ours.recv(1) != b"1":
                raise RuntimeError("the attackers did not come")
        else:
            self.thread = threading.Thread(target=self.run)
            self.thread.start()
        return self

    def connect(self, selector):
        attacker = socket.socket(socket.AF_UNIX if isinstance(self.where, str) else socket.AF_INET)
        attacker.settimeout(2)
        try:
            attacker.connect(self.where)
            attacker.sendall(self.start)
        except OSError:
            pass
        attacker.setblocking(False)
        selector.register(attacker, selectors.EVENT_READ)

    def run(self, told=None):
        selector = selectors.DefaultSelector()
        for _ in range(ATTACKERS):
            self.connect(selector)
        if told:
            told.send(b"1")
        while not self.stop.is_set():
            for key, _ in selector.select(0.1):
                try:
                    if key.fileobj.recv(4096):
                        continue
                except OSError:
                    pass
                selector.unregister(key.fileobj)
                key.fileobj.close()
                if self.again:
                    self.connect(selector)
            for key in list(selector.get_map().values()) if self.drip else ():
                try:
                    key.fileobj.send(self.drip)
                except OSError:
                    pass
        for key in list(selector.get_map().values()):
            key.fileobj.close()

    def __enter__(self):
        time.sleep(0.3)  # until the slots are taken
        return self

    def __exit__(self, *exception):
        if self.process:
            os.kill(self.process, 9)
            os.waitpid(self.process, 0)
            self.ours.close()
        else:
            self.stop.set()
            self.thread.join()


def usual(connect, count=5):
    """The median time in which new clients are served, one after the other; 99 stands for a client that is not served. The
    median does not show that the machine was busy with other things for a moment."""
    times = []
    for _ in range(count):
        begin = time.monotonic()
        try:
            with connect() as wire:
                answer = wire.send(post()).reply()
                times.append(time.monotonic() - begin if answer and answer.status == 200 else 99)
        except OSError:
            times.append(99)
    return sorted(times)[count // 2]


def told(name, took):
    tap.ok(took < 1, "flood of %s: a new client is answered in %.2f s" % (name, took))


def plain(kind):
    for name, start, drip in KINDS:
        with Daemon("--max-connections", str(SLOTS)) as daemon:
            where = daemon.address if kind == "TCP" else daemon.socket
            with Flood(start, drip).of(where):
                told(name + ", " + kind, usual(lambda: Wire(where)))


def strangers(floods):
    for (name, *_), flood in zip(KINDS, floods):
        with Daemon("--max-connections", str(SLOTS)) as daemon:
            os.chmod(daemon.work, 0o755)
            os.chmod(daemon.socket, 0o666)
            with flood.of(daemon.socket):
                told(name + ", UNIX, of another user", usual(lambda: Wire(daemon.socket)))


def encrypted(work):
    first = hello()
    for name, start in (("a byte to a TLS port", first[:1]), ("half a ClientHello", first[:100]), ("half TLS handshakes", first)):
        with Daemon("--max-connections", str(SLOTS), *tls_options(work)) as daemon:
            with Flood(start, b"", again=start != first).of(daemon.address):
                told(name, usual(lambda: Secure(daemon, work)))


class Slow:
    """A TLS client whose every flight takes 0.3 s."""

    def __init__(self, address):
        self.wire = Wire(address)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")

    def exchange(self, step):
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                done = None
            if self.outgoing.pending:
                time.sleep(0.3)
                self.wire.socket.sendall(self.outgoing.read())
            if done is not None:
                return done
            data = self.wire.socket.recv(65536)
            if not data:
                raise ConnectionResetError
            self.incoming.write(data)

    def status(self):
        """The status of its request, or "cut"."""
        try:
            self.exchange(lambda: self.tls.do_handshake() or True)
            self.exchange(lambda: self.tls.write(get()))
            return int(self.exchange(lambda: self.tls.read(100)).split()[1])
        except OSError:
            return "cut"


def far(work):
    """Half requests over TLS hold all slots, and more wait: clients whose handshake takes long get in."""
    with Daemon("--max-connections", str(SLOTS), *tls_options(work)) as daemon:
        wires = [Secure(daemon, work).send(b"GET / HTTP/1.1\r\nX: ") for _ in range(SLOTS)]
        wires += [Wire(daemon.address).send(hello()) for _ in range(SLOTS // 2)]
        clients, got = [Slow(daemon.address) for _ in range(6)], []
        threads = [threading.Thread(target=lambda c: got.append(c.status()), args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        tap.equal(got, [200] * 6, "TLS clients from afar get in while half requests hold all slots")
        for wire in wires:
            wire.__exit__()


def main():
    work = tempfile.mkdtemp(prefix="mptabled-tls-")
    try:
        certificates(work)
        others = [Flood(start, drip, 65534) for _, start, drip in KINDS] if os.getuid() == 0 else []
        if not others:
            tap.skip("a flood of another user", "only root can be two users")
        with ThreadPoolExecutor(4) as pool:  # the parts wait most of the time
            parts = [pool.submit(*part) for part in ((plain, "TCP"), (plain, "UNIX"), (strangers, others), (encrypted, work))]
        for part in parts:
            part.result()
        far(work)
    finally:
        shutil.rmtree(work)
    tap.done()


main()
