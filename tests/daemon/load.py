# SPDX-License-Identifier: ISC
"""Many clients, slow clients, clients that do not read: other clients are served meanwhile, and all resources are released.
The mixed load at the end runs for HAMMER_SECONDS, by default 8."""
import os
import random
import resource
import signal
import socket
import threading
import time

from daemon import Daemon, Tap
from wire import HOST, TOPOLOGY, Wire, get, post, served, wait_until

tap = Tap()
SECONDS = float(os.environ.get("HAMMER_SECONDS", "8"))
CLIENTS = 16


def close(wires):
    for wire in wires:
        wire.__exit__()


def answered(wires, seconds, on_each=lambda: None):
    """The number of connections that have their reply within that time, counted together."""
    end, count = time.monotonic() + seconds, 0
    for wire in wires:
        wire.socket.settimeout(max(end - time.monotonic(), 0.01))
        try:
            answer = wire.reply()
            count += answer is not None and answer.status == 200
        except TimeoutError:
            pass
        on_each()
    return count


def parked():
    """Clients all send at once, while the daemon is stopped. libmicrohttpd's own loop would miss events of a batch of 128 (see
    net/engine.c); 256 is the number of slots."""
    for threads in ("1", "2"):
        with Daemon("--threads", threads) as daemon:
            for count in (127, 128, 129, 256, 384):
                wires = [Wire(daemon.address) for _ in range(count)]
                for round_ in range(2 if count <= 256 else 1):
                    os.kill(daemon.process.pid, signal.SIGSTOP)
                    for wire in wires:
                        wire.send(get())
                    os.kill(daemon.process.pid, signal.SIGCONT)
                    begin = time.monotonic()
                    got = answered(wires, 1)
                tap.equal(got, count, "%d clients send at once, %s thread(s): answered in %.2f s" %
                          (count, threads, time.monotonic() - begin))
                close(wires)
        with Daemon("--threads", threads) as daemon:
            wires = [Wire(daemon.address).send(get()) for _ in range(384)]
            tap.equal(answered(wires, 1), 384, "384 clients that keep their connections, %s thread(s)" % threads)
            close(wires)


def drip(wire, data, stop):
    """Sends a byte every 0.2 s. Returns when the other side ends the connection."""
    for byte in data:
        if stop.is_set():
            return
        try:
            wire.socket.sendall(bytes([byte]))
            wire.socket.settimeout(0.2)
            if not wire.socket.recv(100):
                return
        except TimeoutError:
            continue
        except OSError:
            return


def slow():
    """Idle clients are cut after the idle time-out. Clients that send a byte at a time are cut at the deadline of 20 s. On a
    UNIX socket the kernel holds some 70 such bytes, and then the daemon cannot see whether a head goes on."""
    head = b"POST /v1/images HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    drips = (("line", b"", b"GET /" + b"x" * 200), ("head", b"GET / HTTP/1.1\r\n" + HOST, b"X: " + b"y" * 200),
             ("body", head + b"Content-Length: 200\r\n\r\n", b" " * 200),
             ("chunks", head + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 40))
    silents = (("silent", b""), ("half a line", b"GET /he"), ("half a head", b"GET / HTTP/1.1\r\nHo"),
               ("half a body", head + b"Content-Length: 200\r\n\r\n{"), ("idle", get()))
    lasted = {}

    def watch(name, wire, data, stop):
        begin = time.monotonic()
        if data:
            drip(wire, data, stop)
        else:
            wire.socket.settimeout(30)
            wire.ended()
        lasted[name] = time.monotonic() - begin

    with Daemon("--timeout", "2") as daemon:
        stop = threading.Event()
        jobs = [(kind + name, Wire(where).send(start), data) for kind, where in (("TCP, ", daemon.address), ("UNIX, ", daemon.socket))
                for name, start, data in (*drips, *((name, start, b"") for name, start in silents))]
        threads = [threading.Thread(target=watch, args=(*job, stop)) for job in jobs]
        for thread in threads:
            thread.start()
        slowest = 0
        while any(thread.is_alive() for thread in threads):
            begin = time.monotonic()
            if not served(daemon.address):
                slowest = 99
            slowest = max(slowest, time.monotonic() - begin)
            time.sleep(0.05)
        close(job[1] for job in jobs)
    for name, lasting in lasted.items():
        if name in ("TCP, line", "TCP, head", "TCP, body", "TCP, chunks", "UNIX, body", "UNIX, chunks"):
            tap.ok(19 < lasting < 22, "%s: drip cut at the deadline" % name, lasting)
        elif name in ("UNIX, line", "UNIX, head"):
            tap.ok(1.5 < lasting < 22, "%s: drip cut at the deadline or before" % name, lasting)
        else:
            tap.ok(1.5 < lasting < 3.5, "%s: cut at the idle time-out" % name, lasting)
    tap.equal(len(lasted), 2 * len(drips + silents), "all have been cut")
    tap.ok(slowest < 1, "others are served all the while, within a second", slowest)


def unread():
    """A client that sends requests and never reads is cut, and no other client waits for it."""
    with Daemon("--timeout", "1", "--threads", "1") as daemon:
        with Wire(daemon.address) as wire:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.socket.settimeout(0.5)
            try:
                while True:
                    wire.socket.sendall(get(b"/openapi.json") * 50)
            except OSError:
                pass
            begin = time.monotonic()
            tap.ok(served(daemon.address) and time.monotonic() - begin < 0.5,
                   "others are served beside a client that never reads")
            gone = wait_until(lambda: connections(daemon, "127.0.0.1:%d" % daemon.port) <= 1, 5)
            tap.ok(gone is not None, "a client that never reads is cut", gone)


def connections(daemon, listener):
    with Wire(daemon.address) as wire:
        page = wire.send(get(b"/metrics")).reply().body.decode()
    return int(page.split('http_connections{listener="%s"} ' % listener)[1].split()[0])


def floods():
    """All slots of a listener are taken: the other listener serves, new clients get in when a connection is idle, and after
    the flood the daemon serves as before."""
    with Daemon("--max-connections", "64", "--timeout", "5") as daemon:
        for name, start in (("silence", b""), ("half a line", b"GET /he"), ("answered", get())):
            wires = [Wire(daemon.address).send(start) for _ in range(300)]
            begin = time.monotonic()
            tap.ok(served(daemon.socket) and time.monotonic() - begin < 0.5,
                   "flood of %s: the other listener serves at once" % name)
            took = wait_until(lambda: served(daemon.address), 5)
            tap.ok(took is not None and took < 5, "flood of %s: a new client is served within an idle time-out" % name, took)
            close(wires)
            took = wait_until(lambda: served(daemon.address), 5)
            tap.ok(took is not None and took < 1, "flood of %s: served within a second after it ends" % name, took)
        for thing in (b"POST /v1/images HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\n{", b"GET / HTTP/1.1\r\nX: y"):
            wires = [Wire(daemon.address).send(thing) for _ in range(200)]
            time.sleep(0.3)
            close(wires)
            took = wait_until(lambda: served(daemon.address), 5)
            tap.ok(took is not None and took < 1, "flood of half requests: served within a second after it ends", took)


def close_quietly(fd):
    try:
        os.close(fd)
    except OSError:
        pass


def another_user(path):
    """A connection of another user to a UNIX socket. Returns the status of its request and a function that ends it."""
    os.chmod(os.path.dirname(path), 0o755)
    os.chmod(path, 0o666)
    told, tell = os.pipe()
    done, answer = os.pipe()
    if os.fork() == 0:
        for fd in range(3, 4096):  # connections that the parent wants to close
            if fd not in (told, answer):
                close_quietly(fd)
        os.setuid(65534)
        with Wire(path) as wire:
            os.write(answer, b"%d" % wire.send(get()).reply().status)
            os.read(told, 1)
        os._exit(0)
    os.close(told)
    status = os.read(done, 10)
    os.close(answer)
    os.close(done)

    def end():
        os.close(tell)
        os.wait()
    return status, end


def users():
    """A single user may take all slots of a UNIX socket. When other users connect, an eighth is left to them, even if the
    first user has taken all."""
    with Daemon("--max-connections", "64", "--timeout", "10") as daemon:
        wires = [Wire(daemon.socket).send(get()) for _ in range(64)]
        tap.equal(answered(wires, 1), 64, "the only user gets every slot")
        if os.getuid() != 0:
            tap.skip("several users", "only root can be two users")
            close(wires)
            return
        begin = time.monotonic()
        status, end = another_user(daemon.socket)
        tap.ok(status == b"200" and time.monotonic() - begin < 1, "another user gets in within a second", status)
        end()  # the first user may lose a connection again; now it comes first
        close(wires)
        wait_until(lambda: connections(daemon, "unix:" + daemon.socket) == 0, 5)
        status, end = another_user(daemon.socket)
        wires = [Wire(daemon.socket).send(get()) for _ in range(60)]
        refused = sum(wire.left.startswith(b"HTTP/1.1 503") for wire in wires if try_more(wire))
        tap.equal(refused, 60 - 56, "beside another user, one has seven eighths of the slots")
        end()
        close(wires)
        tap.ok(wait_until(lambda: served(daemon.socket), 2) is not None, "and all is as before when they leave")


def dripping():
    """All slots are taken by requests that trickle in: a new client gets in after an idle time-out."""
    with Daemon("--max-connections", "32", "--timeout", "3") as daemon:
        wires = [Wire(daemon.address).send(post()[:-20]) for _ in range(32)]
        end, took = time.monotonic() + 8, []
        waiting = threading.Thread(target=lambda: took.append(wait_until(lambda: served(daemon.address), 8)))
        waiting.start()
        while waiting.is_alive() and time.monotonic() < end:
            for wire in wires:
                wire.send(b" ")
            time.sleep(0.4)
        waiting.join()
        tap.ok(took[0] is not None and took[0] < 6, "all slots drip: a new client is served within an idle time-out", took)
        close(wires)


def bounded():
    """Memory stays below the sum that mptabled(8) states, with every slot in use."""
    with Daemon("--threads", "2") as daemon:
        head = b"X: " + b"y" * 60000 + b"\r\n"
        wires = [Wire(daemon.address).send(get(head=head)) for _ in range(128)]
        wires += [Wire(daemon.address).send(post(b" " * 65000 + b"x")[:-1]) for _ in range(128)]
        time.sleep(1)
        used, limit = resident(daemon), 1024 * (4 + 2 * 2 + 8 + 64)
        tap.ok(sanitized(daemon) or used < limit, "%d KiB in use, of %d that it may have" % (used, limit))
        close(wires)


def try_more(wire):
    wire.socket.settimeout(0.05)
    try:
        return wire.more()
    except TimeoutError:
        return False


def busy():
    """All connections share the memory for bodies: one that is too large for what is left gets 503 and Retry-After, while
    small requests and /livez still answer."""
    size = 16 * 1024 * 1024
    head = post(b"", length=b"Content-Length: %d\r\n" % size)
    with Daemon("--max-body", str(size)) as daemon:
        wires = [Wire(daemon.address).send(head) for _ in range(6)]
        for wire in wires:
            wire.send(b" " * (size - 1))
        with Wire(daemon.address) as wire:
            tap.equal([wire.send(thing).reply().status for thing in (get(b"/livez"), post())], [200, 200],
                      "liveness and small bodies have room beside large ones")
        answers = [wire.send(b" ").reply() for wire in wires]
        refused = [answer for answer in answers if answer.status == 503]
        tap.ok(2 <= len(refused) <= 4 and all(answer.headers.get("retry-after") == "1" for answer in refused) and
               all(answer.status in (400, 503) for answer in answers),
               "bodies beyond the ledger get 503 and Retry-After", [answer.status for answer in answers])
        close(wires)
        with Wire(daemon.address) as wire:
            tap.equal(wire.send(head + b" " * size).reply().status, 400, "when they are gone there is room again")


def descriptors():
    """With fewer descriptors than connections the daemon limits its connections, without errors and without spinning."""
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (160, 160))

    with Daemon("--timeout", "2", prepare=few) as daemon:
        tap.ok("event=descriptors limit=160" in daemon.text(), "too few descriptors are logged")
        wires = [Wire(daemon.address) for _ in range(300)]
        time.sleep(0.5)
        before = daemon.cpu()
        time.sleep(0.5)
        spent = daemon.cpu() - before
        tap.ok(spent < 0.25, "no spinning when no slot is free", spent)
        close(wires)
        took = wait_until(lambda: served(daemon.address), 5)
        tap.ok(took is not None and took < 1 and "event=accept" not in daemon.text(), "and recovery within a second", took)


def used_up():
    """Descriptors run out: open connections are served, new ones are not, the daemon does not spin, and it recovers."""
    with Daemon("--timeout", "20") as daemon:
        inside = Wire(daemon.address).send(get())
        inside.reply()
        limits = resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (daemon.descriptors(), limits[1]))
        outside = [Wire(daemon.address).send(get()) for _ in range(8)]  # more than its count was off by
        waits = wait_until(lambda: "event=accept" in daemon.text(), 3)
        before = daemon.cpu()
        time.sleep(1)
        spent = daemon.cpu() - before
        tap.ok(waits is not None and spent < 0.2 and daemon.text().count("event=accept") < 20,
               "out of descriptors: logged, and no spinning", spent, daemon.text().count("event=accept"))
        tap.equal(inside.send(post()).reply().status, 200, "out of descriptors: open connections are served")
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, limits)
        begin = time.monotonic()
        tap.ok({wire.reply().status for wire in outside} == {200} and time.monotonic() - begin < 1,
               "and those that wait, within a second of the end")
        close((inside, *outside))


def resident(daemon):
    """The private memory of the process in KiB; where only root may see that, its anonymous memory"""
    for name, lines in (("smaps_rollup", ("Private_Dirty", "Private_Clean")), ("status", ("RssAnon",))):
        try:
            with open("/proc/%d/%s" % (daemon.process.pid, name), encoding="ascii") as file:
                return sum(int(line.split()[1]) for line in file if line.startswith(lines))
        except PermissionError:
            pass


def sanitized(daemon):
    with open(daemon.process.args[0], "rb") as program:
        text = program.read()
    return b"__asan_init" in text or b"__tsan_init" in text


def requests():
    """Requests and the expected answers: a body that never changes, or one of some statuses. A UNIX socket takes any host;
    many cookies fit only the first request of a connection."""
    bodies = [b'{"cpus":%d,"context":"c%d"}' % (n, n) for n in (1, 2, 4, 41, 64, 254)]
    good = [post(body) for body in bodies] + [post(body, target=b"/v1/images?format=bin") for body in bodies]
    bad = [(post(b'{"cpus":4'), (400,)), (post(b'{"cpus":0}'), (422,)), (post(media=b""), (415,)), (get(b"/nowhere"), (404,)),
           (get(host=b"Host: evil\r\n"), (421, 200)), (get(b"/v1/images?cpus=04"), (422,)), (get(b"/%00"), (400,)),
           (post(b"[" * 5000), (400,)), (get(b"/livez", method=b"PUT"), (405,)), (post(b" " * 60000 + TOPOLOGY), (200,)),
           (get(b"/healthz", b"Cookie: " + b"a=b;" * 900 + b"\r\n"), (200, 431)), (post(b" " * 70000), (413,)),
           (get(head=b"X : y\r\n"), (400,)), (post(head=b"Expect: x\r\n"), (417,))]
    return good, bad


def client(daemon, truth, bad, end, wrong, counts):
    chance = random.Random(threading.get_ident())
    good = list(truth)
    while time.monotonic() < end:
        try:
            with Wire(daemon.address if chance.random() < 0.8 else daemon.socket) as wire:
                for _ in range(chance.randrange(1, 20)):
                    if chance.random() < 0.7:
                        data = chance.choice(good)
                        answer = wire.send(data).reply()
                        if answer is None or answer.status != 200 or answer.body != truth[data]:
                            wrong.append((data[:60], answer and answer.status))
                    else:
                        data, statuses = chance.choice(bad)
                        answer = wire.send(data).reply()
                        if answer is None or answer.status not in statuses:
                            wrong.append((data[:60], answer and answer.status, statuses))
                    counts.append(1)
                    if answer is None or answer.headers.get("connection") == "close":
                        break
                if chance.random() < 0.2:  # leave in the middle of a request
                    wire.send(chance.choice(good)[:chance.randrange(100)])
        except OSError as error:
            wrong.append(repr(error))


def hammer():
    good, bad = requests()
    with Daemon("--threads", "2") as daemon:
        truth = {}
        for data in good:
            with Wire(daemon.address) as wire:
                truth[data] = wire.send(data).reply().body
        wrong, counts = [], []

        def burst(seconds):
            end = time.monotonic() + seconds
            threads = [threading.Thread(target=client, args=(daemon, truth, bad, end, wrong, counts)) for _ in range(CLIENTS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            time.sleep(1.5)
            return resident(daemon), daemon.descriptors()
        first = burst(SECONDS / 2)
        second = burst(SECONDS / 2)
        tap.equal(wrong[:5], [], "%d requests from %d threads in %.0f s: no wrong answer" % (len(counts), CLIENTS, SECONDS))
        tap.equal(second[1], first[1], "as many descriptors afterwards")
        if sanitized(daemon):
            tap.skip("as much memory afterwards", "sanitizers keep what is freed")
        else:
            gone = wait_until(lambda: resident(daemon) - first[0] < 512, 10)  # once the last clients have left
            tap.ok(gone is not None, "as much memory afterwards", first, second)
        tap.equal(daemon.stop(), 0, "and the daemon ends with status 0")


def main():
    begin = time.monotonic()
    watchers = [threading.Thread(target=part) for part in (slow, dripping)]  # they wait most of the time
    for watcher in watchers:
        watcher.start()
    for part in (parked, unread, floods, users, busy, bounded, descriptors, used_up):
        part()
    for watcher in watchers:
        watcher.join()
    hammer()
    print("# %.0f s" % (time.monotonic() - begin))
    tap.done()


main()
