# SPDX-License-Identifier: ISC
"""Ten times as many attackers as slots at a TLS port, none of which ends its handshake: a new client is answered within
a second. And clients from afar, whose handshake takes long, get in while half requests hold all slots."""
import shutil
import ssl
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from certificates import certificates, tls_options
from daemon import Daemon, Tap
from flood import SLOTS, Flood, judge, side_by_side
from wire import Secure, Wire, get, hello

tap = Tap()


def flood(work, name, start, again):
    """With a whole ClientHello the attackers do not connect again when they are cut, because the daemon can answer only
    a limited number of these a second."""
    with Daemon("--max-connections", str(SLOTS), *tls_options(work)) as daemon:
        with Flood(start, b"", again=again).of(daemon.address):
            judge(tap, name, lambda: Secure(daemon, work))


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
    work, first = tempfile.mkdtemp(prefix="mptabled-tls-"), hello()
    try:
        certificates(work)
        far(work)
        with ThreadPoolExecutor(side_by_side(3)) as pool:  # each waits most of the time
            parts = [pool.submit(flood, work, *row) for row in (("a byte to a TLS port", first[:1], True),
                                                               ("half a ClientHello", first[:100], True),
                                                               ("half TLS handshakes", first, False))]
        for part in parts:
            part.result()
    finally:
        shutil.rmtree(work)
    tap.done()


main()
