#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What is known already: the same bytes as what is made anew, for those alone who may have them, and never another's."""
import email.utils
import itertools
import json
import os
import random
import re
import shutil
import signal
import socket
import threading
import time

from daemon import Daemon, Tap
from wire import HOST, Wire, get, post, wait_until

tap = Tap()
FORMATS = ("json", "bin", "hex", "elf", "minisig")
RCVBUF = (socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)


def address(daemon):
    return ("127.0.0.1", daemon.port)


def ask(daemon, data, head=False):
    with Wire(address(daemon)) as wire:
        return wire.send(data).reply(head)


def essence(answer, but=("date", "x-request-id")):
    """All that must not differ between two answers."""
    return answer.status, tuple((n, v) for n, v in answer.headers.items() if n not in but), answer.body


def metric(daemon, name):
    page = ask(daemon, get(b"/metrics")).body.decode()
    return float(re.search(r"^mptabled_%s (\S+)$" % re.escape(name), page, re.M).group(1))


def body(**members):
    return json.dumps(members).encode()


def one_loop(*options, **more):
    return Daemon("--threads", "1", *options, **more)


def identity(cached, fresh):
    """Sent to both daemons, of which one knows no cache, five times: the second and later times it is known in one way or
    another. The whole head is compared, order of headers included."""
    requests = {"POST " + f: post(target=b"/v1/images?format=" + f.encode()) for f in FORMATS}
    requests.update({"GET " + f: get(b"/v1/images?cpus=3&context=g&format=" + f.encode()) for f in FORMATS})
    requests.update({
        "Accept": post(head=b"Accept: application/octet-stream\r\n"),
        "If-None-Match of another": get(b"/v1/images?cpus=3", b'If-None-Match: "x"\r\n'),
        "If-None-Match *": get(b"/v1/images?cpus=3", b"If-None-Match: *\r\n"),
        "If-Match of another": post(head=b'If-Match: "x"\r\n'),
        "refused": post(b'{"cpus":0}'),
        "no JSON": post(b'{"cpus":'),
        "not acceptable": post(head=b"Accept: image/png\r\n"),
    })
    for name, data in requests.items():
        with Wire(address(cached)) as ours, Wire(address(fresh)) as theirs:
            answers = [essence(ours.send(data).reply(), ("date", "x-request-id")) for _ in range(5)]
            wanted = essence(theirs.send(data).reply(), ("date", "x-request-id"))
        for answer in (*answers, wanted):  # a problem names the request
            if answer[0] >= 400:
                answers = [(a[0], re.sub(rb'"instance":"[^"]*"', b"", a[2])) for a in answers]
                wanted = (wanted[0], re.sub(rb'"instance":"[^"]*"', b"", wanted[2]))
                break
        tap.ok(all(a == wanted for a in answers), "same answer with and without the cache: " + name, wanted, *answers)
    tag = ask(cached, get(b"/v1/images?cpus=3")).headers["etag"].encode()
    for times in ("first", "again"):
        tap.equal(ask(cached, get(b"/v1/images?cpus=3", b"If-None-Match: " + tag + b"\r\n")).status, 304,
                  "a condition on what is known, " + times)
    tap.equal(ask(cached, get(b"/v1/images?cpus=3", b"If-Match: " + tag + b"\r\n")).status, 200, "the other condition")
    heads = [ask(cached, get(b"/v1/images?cpus=3", method=b"HEAD"), True) for _ in range(4)]
    tap.ok(all(h.status == 200 and not h.body for h in heads) and len({essence(h) for h in heads}) == 1, "HEAD of what is known")
    tap.ok(metric(cached, 'cache_hits_total{level="request"}') >= 20, "and most of it was known")
    tap.equal(metric(fresh, 'cache_hits_total{level="request"}') + metric(fresh, "cache_entries"), 0, "and none of it without a cache")


def head_lines(daemon, data):
    with Wire(address(daemon)) as wire:
        wire.send(data)
        while b"\r\n\r\n" not in wire.left:
            wire.more()
        return wire.left.split(b"\r\n\r\n")[0].split(b"\r\n")


def head_text(daemon, data):
    return b"\n".join(re.sub(rb"^(Date|X-Request-Id): .*", rb"\1: ", line) for line in head_lines(daemon, data))


def order(cached, fresh):
    heads = [head_text(cached, post(b'{"cpus":6}')) for _ in range(4)]
    tap.equal(set(heads), {head_text(fresh, post(b'{"cpus":6}'))}, "one order of headers")
    close = [head_text(cached, post(b'{"cpus":6}', head=b"Connection: close\r\n")) for _ in range(2)]
    tap.equal(set(close), {head_text(fresh, post(b'{"cpus":6}', head=b"Connection: close\r\n"))}, "with Connection: close too")


def dates(cached):
    """A known answer has the date of when it is sent."""
    seen = []
    for _ in range(3):
        head = head_lines(cached, post(b'{"cpus":6}'))
        said = [line[6:] for line in head if line.startswith(b"Date: ")]
        seen.append(len(said) == 1 and abs(email.utils.parsedate_to_datetime(said[0].decode()).timestamp() - time.time()) < 1.1)
        time.sleep(1.2)
    tap.equal(seen, [True] * 3, "a known answer has one date, of now")


def ids(cached):
    """Pipelined on several connections that read only when all is sent: the same shared answer, each with its own id."""
    with Wire(address(cached)) as a, Wire(address(cached)) as b:
        a.socket.setsockopt(*RCVBUF)
        for wire, name in ((a, b"a"), (b, b"b")):
            wire.send(b"".join(post(b'{"cpus":200}', b"X-Request-Id: %s%d\r\n" % (name, i)) for i in range(200)))
        for wire, name in ((a, "a"), (b, "b")):
            answers = [wire.reply() for _ in range(200)]
            tap.equal([x.headers["x-request-id"] for x in answers], ["%s%d" % (name, i) for i in range(200)],
                      "each of 200 pipelined answers has its own id")
            tap.equal(len({essence(x) for x in answers}), 1, "and nothing else differs")
    with Wire(address(cached)) as wire:
        made = [wire.send(post(b'{"cpus":200}')).reply().headers["x-request-id"] for _ in range(100)]
    tap.equal((len(set(made)), {len(x) for x in made}), (100, {32}), "ids that are made are new ones")


def spellings(daemon):
    """300 ways to say one topology, and each a second time: one signature."""
    members = [("cpus", ("4", "4.0", "4e0", "40E-1")), ("context", ('"spelled"', '"\\u0073pelled"')),
               ("local_apic_address", ("4276092928", '"0xfee00000"', '"0xFEE00000"'))]
    before = metric(daemon, "images_built_total")
    spelled = []
    for order_ in itertools.permutations(members):
        for forms in itertools.product(*(m[1] for m in order_)):
            for blank in ("", " ", "\n\t"):
                spelled.append("{%s}" % ",".join('%s"%s":%s' % (blank, m[0], f) for m, f in zip(order_, forms)))
    spelled = random.Random(1).sample(spelled, 300)
    with Wire(address(daemon)) as wire:
        answers = {essence(wire.send(post(s.encode())).reply()) for s in spelled * 2}
    tap.equal(len(answers), 1, "300 spellings: one answer")
    tap.equal(next(iter(answers))[0], 200, "which is an image")
    tap.equal(metric(daemon, "images_built_total") - before, 1, "300 spellings: one signature")


def members(cached, fresh):
    """Requests that differ in one thing each: in random order, several times, each gets what a daemon without a cache says."""
    requests = [post(body(cpus=4)), post(body(cpus=5)), post(body(cpus=4, profile="qemu")), post(body(cpus=4, context="a")),
                post(body(cpus=4, context="b")), post(body(cpus=4, irqs=20)), post(body(cpus=4, bios_data_area=True)),
                post(body(cpus=4, memory_size=1 << 30)), post(body(cpus=4, placement={"window": "bios"})),
                post(body(cpus=4, oem_id="A")), post(body(cpus=4, imcr=True)), post(body(cpus=4, entry_count=3)),
                post(body(processors=[{"apic_id": 0}, {"apic_id": 1}])), post(body(processors=[{"apic_id": 0}, {"apic_id": 2}])),
                post(body(cpus=4), target=b"/v1/images?format=bin"), post(body(cpus=4), target=b"/v1/images?format=minisig"),
                post(body(cpus=4), head=b"Accept: application/octet-stream\r\n"), post(body(cpus=4), head=b"Accept: text/plain\r\n"),
                post(body(cpus=4), head=b"Accept: \r\n"), get(b"/v1/images?cpus=4"), get(b"/v1/images?cpus=5"),
                get(b"/v1/images?cpus=4&context=a"), get(b"/v1/images?cpus=4&format=hex")]
    wanted = [essence(ask(fresh, r)) for r in requests]
    tries = [i for i in range(len(requests)) for _ in range(6)]
    random.Random(2).shuffle(tries)
    with Wire(address(cached)) as wire:
        wrong = [requests[i] for i in tries if essence(wire.send(requests[i]).reply()) != wanted[i]]
    tap.ok(not wrong and {w[0] for w in wanted} == {200}, "members, targets and Accept: no answer is another's", *wrong)


def bypass(daemon):
    before = metric(daemon, "images_built_total"), metric(daemon, "cache_entries")
    for data in (body(cpus=4, nonce="12345678"), body(cpus=4, ttl=60)):
        for _ in range(3):
            tap.equal(ask(daemon, post(data)).status, 200, "with nonce or ttl")
    tap.equal(metric(daemon, "images_built_total") - before[0], 6, "is made anew each time")
    tap.equal(metric(daemon, "cache_entries"), before[1], "and not kept")


def halves(daemon, fresh):
    """Another request between the halves of a first, on either side of the body's begin."""
    first, second = post(b'{"cpus":4,"context":"first"}'), post(b'{"cpus":4,"context":"other"}')
    wanted = essence(ask(fresh, first)), essence(ask(fresh, second))
    got = []
    for cut in range(1, len(first), 7):
        with Wire(address(daemon)) as a, Wire(address(daemon)) as b:
            a.send(first[:cut])
            other = b.send(second).reply()
            got.append((essence(a.send(first[cut:]).reply()), essence(other)))
    tap.ok(all(g == wanted for g in got), "a second request between halves of a first, at %d places" % len(got))


def alternate(daemon, fresh):
    """16 threads, each asking for two topologies in turn on a connection of its own."""
    bodies = [[b'{"cpus":%d,"context":"t%d-%d"}' % (4 + i, thread % 4, i) for i in range(2)] for thread in range(16)]
    wanted = {b: essence(ask(fresh, post(b))) for pair in bodies for b in pair}
    wrong = []

    def run(pair):
        with Wire(address(daemon)) as wire:
            for i in range(300):
                data = pair[i % 2]
                got = essence(wire.send(post(data)).reply())
                if got != wanted[data]:
                    wrong.append((data, got, wanted[data]))

    threads = [threading.Thread(target=run, args=(pair,)) for pair in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tap.ok(not wrong, "16 threads with alternating bodies", *wrong)


def bounds(fresh):
    with one_loop("--cache-bytes", "100000", state=fresh.state) as daemon:
        with Wire(address(daemon)) as wire:
            keep = [wire.send(post(b'{"cpus":4,"context":"keep"}')).reply() for _ in range(3)]
            high = 0
            for i in range(600):
                wire.send(post(b'{"cpus":4,"context":"flood-%d"}' % i)).reply()
                if i % 50 == 0:
                    high = max(high, metric(daemon, "cache_bytes"))
            before = metric(daemon, "images_built_total")
            again = wire.send(post(b'{"cpus":4,"context":"keep"}')).reply()
        tap.ok(0 < high <= 100000, "the cache stays within its bytes", high)
        tap.ok(metric(daemon, "cache_evictions_total") > 400, "entries go for others")
        tap.equal(metric(daemon, "images_built_total"), before, "one that was asked for again outlives a flood")
        tap.equal({essence(x) for x in keep}, {essence(again)}, "and is the same")


def admission(fresh):
    """A known answer is for those alone who would get it anew."""
    path = os.path.join(fresh.work, "tokens")
    with open(path, "w", encoding="ascii") as file:
        file.write("0123456789abcdef0123456789abcdef\n")
    os.chmod(path, 0o600)
    token = b"Authorization: Bearer 0123456789abcdef0123456789abcdef\r\n"
    with one_loop("--token-file", path, state=fresh.state) as daemon:
        for _ in range(3):
            tap.equal(ask(daemon, post(head=token)).status, 200, "with a token")
        tap.equal(ask(daemon, post()).status, 401, "known, without a token")
        tap.equal(ask(daemon, post(head=token[:-3] + b"0\r\n")).status, 401, "known, with another token")
        tap.equal(ask(daemon, post(head=token, media=b"Content-Type: text/plain\r\n")).status, 415, "known, of another type")
        tap.equal(ask(daemon, post(head=token + b"Content-Encoding: gzip\r\n")).status, 415, "known, encoded")
        tap.equal(ask(daemon, post(head=token).replace(HOST, b"Host: evil.example\r\n")).status, 421, "known, for another host")
        tap.equal(ask(daemon, post(head=token + b"Host: localhost\r\n")).status, 400, "known, with two hosts")
        elsewhere = post(head=token).replace(HOST, b"Host: evil.example\r\n")  # a UNIX socket has no name
        for _ in range(3):
            with Wire(daemon.socket) as wire:
                tap.equal(wire.send(elsewhere).reply().status, 200, "any host by a UNIX socket")
        tap.equal(ask(daemon, elsewhere).status, 421, "known by a UNIX socket, for another host by TCP")
        tap.equal(ask(daemon, post(head=token)).status, 200, "and with a token again")


def reload(fresh):
    """SIGHUP with another key: what the old one signed is not sent any more."""
    state = os.path.join(fresh.work, "rotated")
    shutil.copytree(fresh.state, state)
    with one_loop(state=state) as daemon, Daemon() as other:
        old = [json.loads(ask(daemon, post()).body)["signature"]["key_id"] for _ in range(4)]
        shutil.copy(os.path.join(other.state, "mptabled", "mptabled.key"), os.path.join(state, "mptabled", "new"))
        os.rename(os.path.join(state, "mptabled", "new"), os.path.join(state, "mptabled", "mptabled.key"))
        kept = metric(daemon, "cache_entries")
        daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: metric(daemon, 'reloads_total{result="ok"}') == 1, 10)
        new = [essence(ask(daemon, post())) for _ in range(4)]
        tap.ok(kept > 0 and len(set(old)) == 1, "the old key's answers are kept")
        tap.equal({json.loads(n[2])["signature"]["key_id"] for n in new},
                  {json.loads(ask(other, post()).body)["signature"]["key_id"]}, "after a reload only the new key's are sent")
        tap.equal({n for n in new}, {essence(ask(other, post()))}, "as a daemon that starts with it sends them")




with one_loop("--cache-bytes", "0") as none, one_loop(state=none.state) as some:
    identity(some, none)
    order(some, none)
    dates(some)
    ids(some)
    spellings(some)
    members(some, none)
    bypass(some)
    halves(some, none)
    with Daemon("--threads", "2", state=none.state) as two:
        alternate(two, none)
    bounds(none)
    admission(none)
    reload(none)
tap.done()
