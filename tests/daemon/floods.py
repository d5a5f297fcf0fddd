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
    """Attackers on a thread of their own, in a process of another user if one is named."""

    def __init__(self, where, start, drip, uid=None, again=True):
        self.where, self.start, self.drip, self.again = where, start, drip, again
        self.stop, self.process = threading.Event(), None
        if uid is None:
            self.thread = threading.Thread(target=self.run)
            self.thread.start()
        else:
            ready, told = os.pipe()
            self.process = os.fork()
            if self.process == 0:
                os.setuid(uid)
                self.run(told)
                os._exit(0)
            os.read(ready, 1)

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
            os.write(told, b"1")
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


def plain():
    for name, start, drip in KINDS:
        with Daemon("--max-connections", str(SLOTS)) as daemon:
            address = ("127.0.0.1", daemon.port)
            with Flood(address, start, drip):
                told(name + ", TCP", usual(lambda: Wire(address)))
            with Flood(daemon.socket, start, drip):
                told(name + ", UNIX", usual(lambda: Wire(daemon.socket)))


def strangers():
    if os.getuid() != 0:
        tap.skip("a flood of another user", "only root can be two users")
        return
    for name, start, drip in KINDS:
        with Daemon("--max-connections", str(SLOTS)) as daemon:
            os.chmod(daemon.work, 0o755)
            os.chmod(daemon.socket, 0o666)
            with Flood(daemon.socket, start, drip, 65534):
                told(name + ", UNIX, of another user", usual(lambda: Wire(daemon.socket)))


def encrypted(work):
    first = hello()
    for name, start in (("a byte to a TLS port", first[:1]), ("half a ClientHello", first[:100]), ("half TLS handshakes", first)):
        with Daemon("--max-connections", str(SLOTS), *tls_options(work)) as daemon:
            with Flood(("127.0.0.1", daemon.port), start, b"", again=start != first):
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
        wires += [Wire(("127.0.0.1", daemon.port)).send(hello()) for _ in range(SLOTS // 2)]
        clients, got = [Slow(("127.0.0.1", daemon.port)) for _ in range(6)], []
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
        parts = [threading.Thread(target=part) for part in (plain, lambda: encrypted(work))]
        strangers()
        for part in parts:
            part.start()
        for part in parts:
            part.join()
        far(work)
    finally:
        shutil.rmtree(work)
    tap.done()


main()
