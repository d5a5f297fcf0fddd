# SPDX-License-Identifier: ISC
"""Ten times as many attackers as slots, of each kind that needs no TLS: a new client is answered within a second,
whether the attackers are of its user or of another one. They connect at once, stay, and connect again when they are
cut."""
import os
from concurrent.futures import ThreadPoolExecutor

from daemon import Daemon, Tap
from flood import SLOTS, Flood, judge, side_by_side
from wire import HOST, Wire, get

tap = Tap()
POST = b"POST /v1/images HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
KINDS = (("silence", b"", b""), ("request lines", b"GET /he", b""), ("half heads", b"GET / HTTP/1.1\r\nX: y", b""),
         ("half bodies", POST + b" " * 100, b""), ("dripping heads", b"GET / HTTP/1.1\r\nX: ", b"y"),
         ("dripping bodies", POST, b" "), ("garbage", b"GETGETGET" * 20, b""),
         ("long heads", b"GET / HTTP/1.1\r\nX: " + b"y" * 5000, b""), ("idle clients", get(), b""))


def flood(kind, start, drip):
    """From clients of the same user, over TCP or a UNIX socket"""
    name, network = kind
    with Daemon("--max-connections", str(SLOTS)) as daemon:
        where = daemon.address if network == "TCP" else daemon.socket
        with Flood(start, drip).of(where):
            judge(tap, "%s, %s" % kind, lambda: Wire(where))


def flood_of_strangers(name, attackers):
    with Daemon("--max-connections", str(SLOTS)) as daemon:
        os.chmod(daemon.work, 0o755)
        os.chmod(daemon.socket, 0o666)
        with attackers.of(daemon.socket):
            judge(tap, name + ", UNIX, of another user", lambda: Wire(daemon.socket))


def main():
    others = [Flood(start, drip, 65534) for _, start, drip in KINDS] if os.getuid() == 0 else []
    if not others:
        tap.skip("a flood of another user", "only root can be two users")
    with ThreadPoolExecutor(side_by_side(6)) as pool:  # each waits most of the time
        parts = [pool.submit(flood_of_strangers, name, attackers) for (name, *_), attackers in zip(KINDS, others)]
        parts += [pool.submit(flood, (name, network), start, drip) for name, start, drip in KINDS
                  for network in ("TCP", "UNIX")]
    for part in parts:
        part.result()
    tap.done()


main()
