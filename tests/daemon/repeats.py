#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Equal requests get equal bytes except date and request id, from every daemon that has the key, whatever it has answered
or remembered before. An answer that a client has already is neither sent nor signed again."""
import itertools
import json
import os
import random
import re
import shutil
import signal
import socket
import threading

from daemon import Daemon, Tap
from wire import HOST, Wire, get, post, wait_until

tap = Tap()
FORMATS = ("json", "bin", "hex", "elf", "minisig")
PIPELINED = 60
RCVBUF = (socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
TOKEN = "0123456789abcdef0123456789abcdef"


def ask(daemon, data, head=False):
    with Wire(daemon.address) as wire:
        return wire.send(data).reply(head)


def essence(answer):
    """The parts that must be equal in two answers; a problem contains the id of its request, which is left out."""
    headers = tuple((n, v) for n, v in answer.headers.items() if n not in ("date", "x-request-id"))
    return answer.status, headers, re.sub(rb'"instance":"[^"]*"', b"", answer.body)


def signatures(daemon):
    return daemon.metric("signatures_made_total"), daemon.metric("signatures_remembered_total")


def body(**members):
    return json.dumps(members).encode()


def one_loop(*options, **more):
    return Daemon("--threads", "1", *options, **more)


def reload(daemon):
    before = daemon.metric('reloads_total{result="ok"}')
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(lambda: daemon.metric('reloads_total{result="ok"}') == before + 1, 10)


def identity(daemons):
    """Each request is sent five times to each daemon and the whole heads are compared, before and after the keys are loaded
    again."""
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

    def everything():
        for name, data in requests.items():
            for daemon in daemons:
                with Wire(daemon.address) as wire:
                    seen.setdefault(name, set()).update(essence(wire.send(data).reply()) for _ in range(5))

    seen = {}
    everything()
    for daemon in daemons:
        reload(daemon)
    everything()
    for name, answers in seen.items():
        tap.equal(len(answers), 1, "one answer of three daemons, before and after a reload: " + name)
    made, remembered = zip(*(signatures(daemon) for daemon in daemons))
    tap.ok(remembered[0] == 0 and remembered[1] > 100 and remembered[2] > 100
           and len({m + r for m, r in zip(made, remembered)}) == 1, "the first of them remembers nothing", made, remembered)


def head_text(daemon, data):
    with Wire(daemon.address) as wire:
        wire.send(data)
        while b"\r\n\r\n" not in wire.left:
            wire.more()
        head = wire.left.split(b"\r\n\r\n")[0].split(b"\r\n")
    return b"\n".join(re.sub(rb"^(Date|X-Request-Id): .*", rb"\1: ", line) for line in head)


def order(daemons):
    for head in (b"", b"Connection: close\r\n"):
        tap.equal(len({head_text(daemon, post(b'{"cpus":6}', head=head)) for daemon in daemons for _ in range(3)}), 1,
                  "one order of headers" + (", with Connection: close" if head else ""))


def ids(daemon):
    """Requests are pipelined on several connections, which read only after all are sent: each answer has its own id."""
    with Wire(daemon.address) as a, Wire(daemon.address) as b:
        a.socket.setsockopt(*RCVBUF)
        for wire, name in ((a, b"a"), (b, b"b")):
            wire.send(b"".join(post(b'{"cpus":200}', b"X-Request-Id: %s%d\r\n" % (name, i)) for i in range(PIPELINED)))
        answers = [(a.reply(), b.reply()) for _ in range(PIPELINED)]  # in turn: a client that does not read is cut
        for wire, name in ((0, "a"), (1, "b")):
            tap.equal([x[wire].headers["x-request-id"] for x in answers], ["%s%d" % (name, i) for i in range(PIPELINED)],
                      "each of %d pipelined answers has its own id" % PIPELINED)
            tap.equal(len({essence(x[wire]) for x in answers}), 1, "and nothing else differs")
    with Wire(daemon.address) as wire:
        made = [wire.send(post(b'{"cpus":200}')).reply().headers["x-request-id"] for _ in range(100)]
    tap.equal((len(set(made)), {len(x) for x in made}), (100, {32}), "ids that are made are new ones")


def spellings(daemon):
    """300 spellings of one topology, each sent twice: one image, signed once."""
    members = [("cpus", ("4", "4.0", "4e0", "40E-1")), ("context", ('"spelled"', '"\\u0073pelled"')),
               ("local_apic_address", ("4276092928", '"0xfee00000"', '"0xFEE00000"'))]
    before = signatures(daemon)
    spelled = []
    for order_ in itertools.permutations(members):
        for forms in itertools.product(*(m[1] for m in order_)):
            for blank in ("", " ", "\n\t"):
                spelled.append("{%s}" % ",".join('%s"%s":%s' % (blank, m[0], f) for m, f in zip(order_, forms)))
    spelled = random.Random(1).sample(spelled, 300)
    with Wire(daemon.address) as wire:
        answers = {essence(wire.send(post(s.encode())).reply()) for s in spelled * 2}
    tap.equal(len(answers), 1, "300 spellings: one answer")
    tap.equal(next(iter(answers))[0], 200, "which is an image")
    made, again = (after - old for after, old in zip(signatures(daemon), before))
    tap.equal((made, again), (600, 600), "which was signed before; the comment is signed each time, since it binds a context")


def members(daemon, fresh):
    """Requests that differ in one thing each, in random order and several times: each gets the answer that another daemon
    gives."""
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
    with Wire(daemon.address) as wire:
        wrong = [requests[i] for i in tries if essence(wire.send(requests[i]).reply()) != wanted[i]]
    tap.ok(not wrong and {w[0] for w in wanted} == {200}, "members, targets and Accept: no answer is another's", *wrong)


def halves(daemon, fresh):
    """Another request comes between the halves of a first, which is cut before or after the start of its body."""
    first, second = post(b'{"cpus":4,"context":"first"}'), post(b'{"cpus":4,"context":"other"}')
    wanted = essence(ask(fresh, first)), essence(ask(fresh, second))
    got = []
    for cut in range(1, len(first), 7):
        with Wire(daemon.address) as a, Wire(daemon.address) as b:
            a.send(first[:cut])
            other = b.send(second).reply()
            got.append((essence(a.send(first[cut:]).reply()), essence(other)))
    tap.ok(all(g == wanted for g in got), "a second request between halves of a first, at %d places" % len(got))


def alternate(daemon, fresh):
    """16 threads, each of which requests two topologies in turn on its own connection."""
    bodies = [[b'{"cpus":%d,"context":"t%d-%d"}' % (4 + i, thread % 4, i) for i in range(2)] for thread in range(16)]
    wanted = {b: essence(ask(fresh, post(b))) for pair in bodies for b in pair}
    wrong = []

    def run(pair):
        with Wire(daemon.address) as wire:
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


def remembered(fresh):
    """The number of signatures that each kind of request costs."""
    with one_loop(state=fresh.state) as daemon:
        def cost(data, count=1):
            before = signatures(daemon)
            with Wire(daemon.address) as wire:
                for _ in range(count):
                    tap.equal(wire.send(data).reply().status, 200, "signed")
            after = signatures(daemon)
            return after[0] - before[0], after[1] - before[1]

        tap.equal(cost(post(body(cpus=7))), (2, 0), "an image that was never seen costs two signatures")
        tap.equal(cost(post(body(cpus=7)), 3), (0, 6), "again: none")
        tap.equal(cost(post(body(cpus=7, context="a"))), (1, 1), "with a context: one")
        tap.equal(cost(post(body(cpus=7, context="a")), 3), (3, 3), "and one each time, known or not")
        tap.equal(cost(post(body(cpus=7, nonce="12345678")), 2), (2, 2), "with a nonce: one")
        tap.equal(cost(post(body(cpus=7, ttl=60)), 2), (2, 2), "with a life: one")
        reload(daemon)
        tap.equal(cost(post(body(cpus=7))), (2, 0), "a reload forgets all")
    with one_loop("--signature-memory", "8", state=fresh.state) as daemon, Wire(daemon.address) as wire:
        answers = [essence(wire.send(post(body(cpus=1 + i % 40))).reply()) for i in range(400)]
        tap.ok(all(answers[i] == answers[i % 40] for i in range(400)), "a memory that is too small changes no answer")
        tap.ok(daemon.metric("signatures_made_total") > 400, "it forgets")


def conditions(fresh):
    """A tag depends on the image, the comment, the key and the format; an answer that the client already has is not
    signed."""
    with one_loop(state=fresh.state) as daemon:
        targets = [b"/v1/images?cpus=3&format=" + f.encode() for f in FORMATS] + [
            b"/v1/images?cpus=3&context=a&format=bin", b"/v1/images?cpus=4&format=bin", b"/v1/images?cpus=3&profile=qemu&format=bin",
            b"/v1/images?cpus=3&nonce=12345678&format=bin", b"/v1/images?cpus=3&ttl=60&format=bin",
            b"/v1/images?cpus=3&bios_data_area=true&format=bin"]
        tags = [ask(daemon, get(target)).headers["etag"].encode() for target in targets]
        tap.equal(len(set(tags)), len(tags), "each has its own tag")
        before = signatures(daemon)
        for target, tag in zip(targets[:8], tags):
            answer = ask(daemon, get(target, b"If-None-Match: %s\r\n" % tag))
            tap.equal((answer.status, answer.body, answer.headers["etag"].encode()), (304, b"", tag), "the client has it: " + target.decode())
        tap.equal(ask(daemon, get(targets[0], b"If-None-Match: %s, %s\r\n" % (tags[1], tags[0]))).status, 304, "one of several")
        tap.equal(ask(daemon, post(body(cpus=3), b"If-None-Match: %s\r\n" % tags[0])).status, 412, "POST: 412")
        tap.equal(signatures(daemon), before, "nothing was signed or looked for")
        tap.equal(ask(daemon, get(targets[0], b"If-None-Match: %s\r\n" % tags[1])).status, 200, "it has another format")
        tap.equal(ask(daemon, get(targets[0], b"If-Match: %s\r\n" % tags[0])).status, 200, "If-Match")
        tap.equal(ask(daemon, get(targets[0], b"If-Match: %s\r\n" % tags[1])).status, 412, "If-Match of another format")
        same = [ask(daemon, get(b"/v1/images?cpus=3&format=bin&profile=" + p)).headers["etag"] for p in (b"cloud-hypervisor", b"libkrun")]
        bodies = [ask(daemon, get(b"/v1/images?cpus=3&profile=" + p)).headers["etag"] for p in (b"cloud-hypervisor", b"libkrun")]
        tap.ok(bodies[0] != bodies[1], "json that differs has another tag, whatever the bytes", same, bodies)
        old = ask(daemon, get(targets[1]))
        state = os.path.join(fresh.work, "other")
        with Daemon(state=state) as other:
            answer = ask(other, get(targets[1], b"If-None-Match: %s\r\n" % tags[1]))
            tap.ok(answer.status == 200 and answer.body == old.body and answer.headers["etag"] != old.headers["etag"],
                   "the same image of another key has another tag")


def caching(fresh):
    """Which caches may keep a reply."""
    path = os.path.join(fresh.work, "tokens")
    with open(path, "w", encoding="ascii") as file:
        file.write(TOKEN + "\n")
    os.chmod(path, 0o600)
    public, private = "public, max-age=60", "private, no-cache"
    with one_loop(state=fresh.state) as daemon:
        tag = ask(daemon, get(b"/v1/images?cpus=3")).headers["etag"].encode()
        rows = [(get(b"/v1/images?cpus=3"), public), (get(b"/v1/images?cpus=3", method=b"HEAD"), public),
                (get(b"/v1/images?cpus=3", b"If-None-Match: %s\r\n" % tag), public), (post(), private),
                (get(b"/v1/images?cpus=3&context=a"), private), (get(b"/v1/images?cpus=3&nonce=12345678"), private),
                (get(b"/v1/images?cpus=3&ttl=9"), private), (get(b"/v1/images?cpus=0"), "no-store")]
        for data, wanted in rows:
            answer = ask(daemon, data, data.startswith(b"HEAD"))
            tap.equal(answer.headers["cache-control"], wanted, "who may keep it: " + data.split(b"\r\n")[0].decode())
    token = b"Authorization: Bearer %s\r\n" % TOKEN.encode()
    with one_loop("--token-file", path, state=fresh.state) as daemon:
        tag = ask(daemon, get(b"/v1/images?cpus=3", token)).headers["etag"].encode()
        have = b"If-None-Match: %s\r\n" % tag
        tap.equal(ask(daemon, get(b"/v1/images?cpus=3", token)).headers["cache-control"], private, "tokens: only the client")
        tap.equal(ask(daemon, get(b"/v1/images?cpus=3", token + have)).status, 304, "known, with a token")
        tap.equal(ask(daemon, get(b"/v1/images?cpus=3", have)).status, 401, "known, without a token")
        tap.equal(ask(daemon, get(b"/v1/images?cpus=3", token[:-3] + b"0\r\n" + have)).status, 401, "known, with another token")
        elsewhere = get(b"/v1/images?cpus=3", token + have).replace(HOST, b"Host: evil.example\r\n")
        tap.equal(ask(daemon, elsewhere).status, 421, "known, for another host")


def rotated(fresh):
    """SIGHUP with another key under load: each answer belongs wholly to the key that it names."""
    state = os.path.join(fresh.work, "rotated")
    shutil.copytree(fresh.state, state)
    with Daemon("--threads", "2", state=state) as daemon, Daemon() as other:
        wanted = {essence(ask(fresh, post())), essence(ask(other, post()))}
        seen, stop = [set() for _ in range(4)], threading.Event()

        def run(mine):
            with Wire(daemon.address) as wire:
                while not stop.is_set():
                    mine.add(essence(wire.send(post()).reply()))

        threads = [threading.Thread(target=run, args=(mine,)) for mine in seen]
        for thread in threads:
            thread.start()
        shutil.copy(os.path.join(other.state, "mptabled", "mptabled.key"), os.path.join(state, "mptabled", "new"))
        os.rename(os.path.join(state, "mptabled", "new"), os.path.join(state, "mptabled", "mptabled.key"))
        reload(daemon)
        after = {essence(ask(daemon, post())) for _ in range(4)}
        stop.set()
        for thread in threads:
            thread.join()
        tap.equal(set.union(*seen), wanted, "while keys change, one key's answer or the other's")
        tap.equal(after, {essence(ask(other, post()))}, "then the new key's, as a daemon that starts with it sends them")


with one_loop("--signature-memory", "0") as none, one_loop(state=none.state) as one, Daemon("--threads", "2", state=none.state) as two:
    identity((none, one, two))
    order((none, one, two))
    ids(two)
    spellings(one)
    members(one, none)
    halves(one, none)
    alternate(two, none)
    remembered(none)
    conditions(none)
    caching(none)
    rotated(none)
tap.done()
