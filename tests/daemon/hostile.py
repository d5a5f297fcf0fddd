# SPDX-License-Identifier: ISC
"""Hostile requests, as bytes. Each is refused at once with a status that names the reason, or the connection ends. Nothing
is left behind: after each the daemon is healthy, and the same good request gets the same bytes."""
import random
import signal

from daemon import Daemon, Tap
from wire import HOST, MALFORMED, TOPOLOGY, Wire, get, post, wait_until

tap = Tap()
END = None  # the connection is closed without an answer
BIG = 65536


class Bench:
    """A daemon, and the state that it must be in after each case."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.address = daemon.address
        self.control = Wire(self.address).send(post()).reply().body

    def sound(self):
        with Wire(self.address) as wire:
            healthy = wire.send(get()).reply()
            control = wire.send(post()).reply()
        return healthy.status == 200 and control.status == 200 and control.body == self.control

    def case(self, name, data, wanted, closes=None):
        """@wanted: the statuses (or END) that are accepted. @closes: must the connection end after the answer?"""
        with Wire(self.address) as wire:
            try:
                answer = wire.send(data).reply(head=data.startswith(b"HEAD"))
                got = answer.status if answer else END
                ended = wire.ended() if closes else None
            except TimeoutError:
                got, ended = "silence", False
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        tap.ok(got in wanted and (not closes or ended) and self.sound(), name, got, wanted, "ended", ended)
        return answer if got != "silence" else None


def no_http(bench):
    rows = (("TLS hello", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(range(32)) * 5),
            ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n"), ("HTTP/0.9", b"GET /healthz\r\n\r\n"), ("NULs", bytes(64)),
            ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), ("8-bit", b"\xff\xfe\xfd" * 20 + b"\r\n\r\n"),
            ("a JSON text", b'{"cpus":4}\r\n\r\n'), ("Redis", b"*1\r\n$4\r\nPING\r\n"))
    for name, data in rows:
        bench.case("no HTTP: " + name, data, (400, 505, END), closes=True)
    random.seed(4)
    for i in range(20):
        bench.case("no HTTP: random bytes %d" % i, bytes(random.randrange(256) for _ in range(300)) + b"\r\n\r\n\r\n",
                   (400, 404, 405, 505, END), closes=True)


def request_line(bench):
    rows = (("unknown method", b"BREW /healthz", 405), ("unknown method and path", b"BREW /pot", 404),
            ("lower case method", b"get /healthz", 405), ("method of separators", b"G(T /healthz", 400),
            ("TRACE is not echoed", b"TRACE /healthz", 405), ("CONNECT", b"CONNECT localhost:80", (400, 404)),
            ("second blank", b"GET  /healthz", 400), ("NUL in the target", b"GET /healthz\0", (400, END)),
            ("NUL and more", b"GET /healthz\0/../livez", (400, END)), ("8-bit target", b"GET /\xc3\xa9", 400),
            ("control in the target", b"GET /health\x01z", 400), ("tab in the target", b"GET /health\tz", (400, END)),
            ("no target", b"GET", (400, END)), ("target without slash", b"GET healthz", 400))
    for name, line, wanted in rows:
        bench.case("request line: " + name, line + b" HTTP/1.1\r\n" + HOST + b"\r\n", wanted)
    for version in (b"HTTP/2.0", b"HTTP/9.9", b"HTTP/1.x", b"http/1.1", b"HTTP/", b"HTTQ/1.1"):
        bench.case("request line: version " + version.decode(), b"GET /healthz " + version + b"\r\n" + HOST + b"\r\n",
                   (400, 505, END))


def targets(bench):
    rows = ((b"/healthz%00", 400), (b"/healthz%00x", 400), (b"/healthz%zz", 400), (b"/healthz%", 400),
            (b"/healthz%2", 400), (b"/health%7a", 404), (b"/%2fhealthz", 404), (b"//healthz", 404), (b"/./healthz", 404),
            (b"/v1/../healthz", 404), (b"/v1/%2e%2e/healthz", 404), (b"/healthz;x", 404), (b"/healthz/", 404),
            (b"/%c0%af", 404), (b"/%e0%80%af", 404), (b"/healthz#x", 404), (b"/HEALTHZ", 404),
            (b"/" + b"a" * 3000, 414), (b"/" + b"a" * 30000, 414), (b"/" + b"a" * 300000, (414, 431, END)))
    for target, wanted in rows:
        bench.case("target: %s" % target[:40].decode(), get(target), wanted)
    for target, wanted in ((b"http://localhost/healthz", 200), (b"http://127.0.0.1:80/healthz", 200),
                           (b"http://evil.example/healthz", 421), (b"http://localhost@evil.example/healthz", 400),
                           (b"http:///healthz", 400), (b"http://localhost", 400), (b"ftp://localhost/healthz", 400)):
        bench.case("absolute target: %s" % target.decode(), get(target), wanted)
    for query in ("cpus=4&cpus=4", "cpus=", "cpus=04", "cpus=+4", "cpus=%2B4", "cpus=4.0", "cpus=4e0", "cpus=0x4",
                  "cpus=%204", "cpus=4%20", "cpus=4%0a", "cpus=-0", "cpus=18446744073709551620", "cpus=4&x=1", "CPUS=4",
                  "cpus%00=4", "cpus=4%00", "cpus", "=4", "cpus=4&", "cpus=4&&irqs=16", "cpus=4&irqs=16.0",
                  "cpus=4&context=a%0aevent%3dx", "cpus=4&format=", "cpus=4&format=BIN"):
        wanted = 200 if query == "cpus=4&" else (400, 406, 422)
        bench.case("query: " + query, get(b"/v1/images?" + query.encode()), wanted)
    bench.case("query: 1500 parameters", get(b"/v1/images?" + b"&".join(b"a%d=1" % i for i in range(1500))), (400, 414))
    bench.case("query: 1500 short parameters", get(b"/v1/images?" + b"&".join([b"a"] * 1500)), (400, 414))


def hosts(bench):
    for host, wanted in ((b"", 400), (b"Host: localhost\r\nHost: localhost\r\n", 400), (b"Host:\r\n", 421),
                         (b"Host: \r\n", 421), (b"Host: %2Frun%2Fx.sock\r\n", 421), (b"Host: a%zz\r\n", 400),
                         (b"Host: /run/x.sock\r\n", 400), (b"Host: localhost%2eevil.example\r\n", 421), (b"Host: evil.example\r\n", 421), (b"Host: 127.0.0.1.evil.example\r\n", 421),
                         (b"Host: 127.0.0.1@evil.example\r\n", 400), (b"Host: localhost.\r\n", 421),
                         (b"Host: localhost:x\r\n", 400), (b"Host: localhost:99999\r\n", 400),
                         (b"Host: localhost, evil.example\r\n", 400), (b"Host: [::1]\r\n", 200),
                         (b"Host: LOCALHOST:1\r\n", 200), (b"Host: [::1\r\n", 400), (b"Host: localhost/x\r\n", 400)):
        bench.case("host: " + repr(host), get(host=host), wanted)
    bench.case("host: none in HTTP/1.0", b"GET /healthz HTTP/1.0\r\n\r\n", 200, closes=True)
    for host, wanted in ((b"any.name", 200), (b"", 200), (b"%2Frun%2Fx.sock", 200), (b"a!b~c:80", 200), (b"/run/x.sock", 400),
                         (b"a%zz", 400), (b"a@b", 400), (b"a, b", 400)):
        with Wire(bench.daemon.socket) as wire:
            tap.equal(wire.send(get(host=b"Host: %s\r\n" % host)).reply().status, wanted,
                      "host: on a UNIX socket: " + host.decode())


def heads(bench):
    for name, lines in MALFORMED:
        answer = bench.case("head: " + name, get(head=lines), 400, closes=True)
        if name not in ("NUL in a name", "no colon"):  # to these libmicrohttpd 0.9 answers itself
            tap.equal(answer.headers["content-type"], "application/problem+json", "head: says why: " + name)
        with Wire(bench.address) as wire:
            first = wire.send(get()).reply().status
            later = wire.send(get(head=lines)).reply()
            tap.ok(first == 200 and later is not None and later.status == 400 and wire.ended(),
                   "head of a later request: " + name, later and later.status)
        with Wire(bench.address) as wire:
            wire.send(post() + get(head=lines) + get())
            got = [answer and answer.status for answer in (wire.reply(), wire.reply())]
            tap.ok(got == [200, 400] and wire.ended() and bench.sound(), "head of a request between others: " + name, got)
    for name, lines in (("many blanks", b"X: " + b" " * 1000 + b"a\r\n"), ("blanks behind a value", b"X: a  \r\nY: b\r\n"),
                        ("empty value", b"X:\r\nY: b\r\n"), ("empty value at the end", b"X:\r\n"),
                        ("blanks in place of a value", b"X: \t \r\n")):
        bench.case("head: " + name, get(head=lines), 200)
    bench.case("head: 1000 lines", get(head=b"".join(b"X%d: y\r\n" % i for i in range(1000))), (200, 400, 431))
    bench.case("head: 100 000 lines", get(head=b"X: y\r\n" * 100000), (400, 431, END))
    bench.case("head: a line of 32 KiB", get(head=b"X: " + b"y" * 32768 + b"\r\n"), (200, 431))
    bench.case("head: a line of 1 MiB", get(head=b"X: " + b"y" * 1048576 + b"\r\n"), (431, END))
    bench.case("head: 800 cookies", get(head=b"Cookie: " + b"; ".join(b"c%d=%d" % (i, i) for i in range(800)) + b"\r\n"), 200)
    bench.case("head: 800 empty cookies", get(head=b"Cookie: " + b";" * 800 + b"\r\n"), (200, 400))
    for name, line in (("type", b"Content-Type: application/json\r\n"), ("encoding", b"Content-Encoding: identity\r\n"),
                       ("token", b"Authorization: Bearer x\r\n"), ("expectation", b"Expect: 100-continue\r\n")):
        bench.case("head: %s twice" % name, get(head=line * 2), 400, closes=True)


def pools(bench):
    """There is room for the first request of a connection and its answer, whatever their sizes; a later request that does
    not fit is refused with a status."""
    wrong = []
    for lines in (1, 10, 27, 40):
        for size in (200, 1900, 2100, 4000, 16000):
            head = b"".join(b"X%02d: y\r\n" % i for i in range(lines)) + b"Y: " + b"z" * max(0, size - 8 * lines - 80) + b"\r\n"
            for target in (b"/v1/images", b"/v1/images?format=bin"):
                for body in (TOPOLOGY, b'{"cpus":254,"context":"%s"}' % (b"c" * 64), b" " * 30000 + TOPOLOGY):
                    with Wire(bench.address) as wire:
                        answer = wire.send(post(body, head, target)).reply()
                        if answer is None or answer.status != 200:
                            wrong.append((lines, size, target, len(body), answer and answer.status))
    tap.equal(wrong, [], "pools: heads of 1 to 40 lines and 200 to 16000 bytes, with bodies and without")
    for name, head in (("cookies", b"Cookie: a=b" + b"; a=b" * 500 + b"\r\n"), ("lines", b"X: y\r\n" * 300), ("bytes", b"X: " + b"y" * 9000 + b"\r\n")):
        with Wire(bench.address) as wire:
            first = wire.send(get()).reply().status
            later = wire.send(get(head=head)).reply()
            tap.ok(first == 200 and later is not None and later.status == 431 and bench.sound(),
                   "pools: a later head of too many %s gets 431" % name, later)


def lengths(bench):
    for value in (b"-1", b"+30", b"0x1e", b"30,30", b"30, 30", b"", b" ", b"3x", b"1e1", b"99999999999999999999999"):
        bench.case("length: %r" % value, post(length=b"Content-Length: " + value + b"\r\n"), (400, 413, END))
    two = b"Content-Length: 30\r\nContent-Length: %d\r\n"
    bench.case("length: two that differ", post(length=two % 4), 400, closes=True)
    bench.case("length: two that agree", post(length=two % 30), 400, closes=True)
    smuggled = b"0\r\n\r\n" + get()
    bench.case("length: and chunked", post(smuggled, length=b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400, closes=True)
    for coding in (b"gzip", b"gzip, chunked", b"chunked, chunked", b"identity", b"chunked;x=1", b"xchunked", b"", b"chunked,"):
        bench.case("coding: %r" % coding, post(smuggled, length=b"Transfer-Encoding: " + coding + b"\r\n"), (400, 501), closes=True)
    bench.case("coding: twice", post(smuggled, length=b"Transfer-Encoding: chunked\r\n" * 2), 400, closes=True)
    bench.case("coding: in HTTP/1.0", post(smuggled, length=b"Transfer-Encoding: chunked\r\n").replace(b"1.1", b"1.0", 1),
               400, closes=True)


def chunks(bench):
    def chunked(data):
        return post(data, length=b"Transfer-Encoding: chunked\r\n")
    size = b"%x" % len(TOPOLOGY)
    whole = size + b"\r\n" + TOPOLOGY + b"\r\n0\r\n"
    bench.case("chunks: as they should be", chunked(whole + b"\r\n"), 200, closes=True)
    bench.case("chunks: one byte each", chunked(b"".join(b"1\r\n%c\r\n" % c for c in TOPOLOGY) + b"0\r\n\r\n"), 200, closes=True)
    for name, data in (("bare LF behind a size", size + b"\n" + TOPOLOGY + b"\r\n0\r\n\r\n"),
                       ("bare LF behind the data", size + b"\r\n" + TOPOLOGY + b"\n0\r\n\r\n"),
                       ("bare LF at the end", size + b"\r\n" + TOPOLOGY + b"\r\n0\n\n"),
                       ("bare LF behind an extension", size + b";x\n" + TOPOLOGY + b"\r\n0\r\n\r\n"),
                       ("bare CR in an extension", size + b";x\ry\r\n" + TOPOLOGY + b"\r\n0\r\n\r\n"),
                       ("NUL in a trailer", whole + b"X: a\0b\r\n\r\n"), ("a folded trailer", whole + b"X: a\r\n b\r\n\r\n")):
        bench.case("lax chunks: %s, and another request" % name, chunked(data) + get(), (200, 400, END), closes=True)
    for bad in (b"zz", b"-1", b"+1e", b"0x1e", b"", b"fffffffffffffffff", b"1e 1e"):
        bench.case("chunks: size %r" % bad, chunked(bad + b"\r\n" + TOPOLOGY + b"\r\n0\r\n\r\n"), (400, 413, END), closes=True)
    bench.case("chunks: no line end behind the data", chunked(size + b"\r\n" + TOPOLOGY + b"0\r\n\r\n"), (400, END), closes=True)
    bench.case("chunks: more than a body may have", chunked(b"%x\r\n" % (BIG + 1) + b" " * (BIG + 1) + b"\r\n0\r\n\r\n"), 413, closes=True)
    bench.case("chunks: size 2^64 - 1", chunked(b"f" * 16 + b"\r\n" + b" " * (3 * BIG)), (413, END), closes=True)
    bench.case("chunks: without an end", chunked((b"1000\r\n" + b" " * 4096 + b"\r\n") * 200), (413, END), closes=True)


def bodies(bench):
    bench.case("body: too large, announced, not sent", post(b"", length=b"Content-Length: 999999999\r\n"), 413, closes=True)
    bench.case("body: too large, sent before the answer is read", post(b" " * 2 * BIG), 413, closes=True)
    bench.case("body: far too large, sent", post(b" " * 50 * BIG), (413, END), closes=True)
    with Wire(bench.address) as wire:
        wire.send(post(b"", length=b"Content-Length: %d\r\n" % (2 * BIG)))
        signal.sigtimedwait([], 0.2)  # the refusal is there before the body
        for _ in range(8):
            wire.send(b" " * 4096)
            signal.sigtimedwait([], 0.01)
        tap.equal((wire.reply().status, wire.ended()), (413, True), "body: a client that sends in parts sees the refusal")
    bench.case("body: another request behind the announced length", post() + get(), 200)
    for name, media, wanted in (("text", b"Content-Type: text/plain\r\n", 415), ("none", b"", 415),
                                ("form", b"Content-Type: application/x-www-form-urlencoded\r\n", 415),
                                ("longer name", b"Content-Type: application/jsonx\r\n", 415),
                                ("list", b"Content-Type: application/json, text/plain\r\n", 415),
                                ("two", b"Content-Type: application/json\r\nContent-Type: text/plain\r\n", 400),
                                ("charset", b"Content-Type: application/json; charset=latin1\r\n", 415),
                                ("utf-8", b"Content-Type: APPLICATION/JSON; charset=UTF-8\r\n", 200)):
        bench.case("media type: " + name, post(media=media), wanted)
    for coding in (b"gzip", b"br", b"identity", b"gzip, gzip"):
        bench.case("content coding: %s" % coding.decode(), post(head=b"Content-Encoding: " + coding + b"\r\n"), 415)
    with Wire(bench.address) as wire:
        wire.send(get(head=b"Content-Length: 5\r\n") + b"hello" + get())
        tap.equal([wire.reply().status, wire.reply().status], [200, 200], "body: of a GET is read and forgotten")
    for cut in (1, len(post()) - 1, len(post()) - len(TOPOLOGY)):
        with Wire(bench.address) as wire:
            wire.send(post()[:cut])
            wire.socket.shutdown(1)
            answer = wire.reply()
            tap.ok((answer is None or answer.status == 400) and bench.sound(), "body: ends early, at byte %d" % cut, answer)


def expectations(bench):
    with Wire(bench.address) as wire:
        head = post(b"", head=b"Expect: 100-continue\r\n", length=b"Content-Length: %d\r\n" % len(TOPOLOGY))
        first = wire.send(head).reply().status
        tap.equal((first, wire.send(TOPOLOGY).reply().status), (100, 200), "expect: 100 and then the answer")
    for name, data in (("type", post(b"", head=b"Expect: 100-continue\r\n", length=b"Content-Length: 9\r\n", media=b"")),
                       ("path", post(b"", head=b"Expect: 100-continue\r\n", length=b"Content-Length: 9\r\n", target=b"/x")),
                       ("format", post(b"", head=b"Expect: 100-continue\r\nAccept: image/png\r\n",
                                       length=b"Content-Length: 9\r\n")),
                       ("length", post(b"", head=b"Expect: 100-continue\r\n", length=b"Content-Length: 99999999\r\n"))):
        bench.case("expect: refused at once for its " + name, data, (404, 406, 413, 415), closes=True)
    bench.case("expect: something else", post(head=b"Expect: 200-ok\r\n"), 417, closes=True)
    bench.case("expect: more than one thing", post(head=b"Expect: 100-continue, x\r\n"), 417, closes=True)


def pipelines(bench):
    with Wire(bench.address) as wire:
        wire.send(b"".join(get(b"/healthz", b"X-Request-Id: n%d\r\n" % i) for i in range(100)))
        ids = [wire.reply().headers["x-request-id"] for _ in range(100)]
        tap.equal(ids, ["n%d" % i for i in range(100)], "pipelining: 100 requests in one write")
    with Wire(bench.address) as wire:
        wire.send(get() + post() + get(b"/nowhere") + get(b"/livez") + get(head=b"X : y\r\n") + get())
        got = [wire.reply().status for _ in range(5)]
        tap.ok(got == [200, 200, 404, 200, 400] and wire.ended(), "pipelining: nothing behind a malformed one", got)
    with Wire(bench.address) as wire:
        wire.send(post(b'{"cpus":4') + post() + post(b'{"cpus":0}'))
        got = [wire.reply() for _ in range(3)]
        tap.ok([a.status for a in got] == [400, 200, 422] and got[1].body == bench.control,
               "pipelining: refusals leave the next request alone")
    with Wire(bench.address) as wire:
        wire.send(post()).socket.shutdown(1)
        tap.equal(wire.reply().body, bench.control, "half-closed behind the request: a whole answer")


def resets(bench):
    """The connection is reset at every offset of a request."""
    data = post()
    for cut in range(len(data) + 1):
        with Wire(bench.address) as wire:
            wire.send(data[:cut])
            wire.socket.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER, 0 seconds
    tap.ok(bench.sound(), "reset at each of %d offsets" % (len(data) + 1))
    halves = []
    for cut in range(0, len(data), 7):
        halves.append(Wire(bench.address).send(data[:cut]))
    interleaved = all(wire.send(data[7 * i:]).reply().body == bench.control for i, wire in enumerate(halves))
    for wire in halves:
        wire.__exit__()
    tap.ok(interleaved, "%d requests, each halved at another offset, all under way at once" % len(halves))


def mutations(bench):
    """Requests with bytes changed, inserted, removed and swapped. Soon after the client has ended its sending half, each is
    answered with a status other than 500 and 503, or the connection is closed."""
    chance = random.Random(9112)
    seeds = (post(), get(b"/v1/images?cpus=4&context=a"), get(b"/healthz", b"Cookie: a=b; c=d\r\nAccept: */*;q=0.1\r\n"),
             post(b"a\r\n{\"cpus\":4}\r\n0\r\n\r\n", length=b"Transfer-Encoding: chunked\r\n"), get() + post(), get(method=b"HEAD"))
    statuses, odd = {}, []
    for _ in range(10):
        wires = []
        for _ in range(100):
            data = bytearray(chance.choice(seeds))
            for _ in range(chance.randrange(1, 4)):
                at, byte = chance.randrange(len(data)), chance.choice((0, 9, 10, 13, 32, 37, 58, 255, chance.randrange(256)))
                kind = chance.randrange(4)
                if kind == 0:
                    data[at] = byte
                elif kind == 1:
                    data.insert(at, byte)
                elif kind == 2:
                    del data[at:at + chance.randrange(1, 9)]
                else:
                    data[at:at] = data[chance.randrange(len(data)):][:chance.randrange(1, 30)]
            wire = Wire(bench.address).send(bytes(data))
            wire.socket.shutdown(1)
            wires.append((bytes(data), wire))
        for data, wire in wires:
            try:
                while wire.more():
                    pass
                status = wire.left[9:12].decode("latin-1") if wire.left else END
            except TimeoutError:
                status = "silence"
            statuses[status] = statuses.get(status, 0) + 1
            if status in ("silence", "500", "503") or (status and not status.isdigit()):
                odd.append((status, data))
            wire.__exit__()
    tap.ok(not odd and bench.sound(), "1000 requests with bytes changed: %s" % statuses, odd[:3])


def reflection(bench):
    for name, data in (("path", get(b"/%1b[2J<script>alert(1)</script>")), ("member", post(b'{"<script>\\u001b":1}')),
                       ("host", get(host=b"Host: %s.example\r\n" % (b"a" * 500)))):
        answer = bench.case("reflection: " + name, data, (400, 404, 421, 422))
        tap.ok(answer.headers.get("x-content-type-options") == "nosniff" and b"\x1b" not in answer.body and
               len(answer.body) < 600 and answer.headers["content-type"] == "application/problem+json",
               "reflection: %s comes back cut and escaped" % name, answer.body)
    answer = bench.case("reflection: a browser's request", get(head=b"Origin: http://evil.example\r\n"), 200)
    tap.ok(not [name for name in answer.headers if name.startswith("access-control")], "no other origin is let in")


def logs(bench):
    """No request can start a new line of the log, or send control characters to a terminal."""
    forged = b"X-Request-Id: a\x0bevent=forged\r\n"
    bench.case("log: a request id of controls", get(head=forged), 400)
    bench.case("log: a request id with a blank", get(head=b"X-Request-Id: a event=forged\r\n"), 200)
    bench.case("log: a line end in the path", get(b"/x%0aevent=forged"), 404)
    bench.case("log: a method as a line", b"event=forged /x HTTP/1.1\r\n" + HOST + b"\r\n", (400, 404))
    trace = b"4bf92f3577b34da6a3ce929d0e0e4736"
    for parent in (b"00-" + trace + b"-00f067aa0ba902b7-01", b"00-" + trace + b"-00f067aa0ba902b7-01 event=forged",
                   b"00-" + b"0" * 32 + b"-00f067aa0ba902b7-01"):
        with Wire(bench.address) as wire:
            wire.send(get(head=b"traceparent: " + parent + b"\r\n")).reply()
    text = bench.daemon.text()
    lines = text.splitlines()
    tap.ok(all(line.startswith("event=") and line.isprintable() for line in lines), "log: lines of printable text")
    tap.equal([line for line in lines if line.startswith("event=forged")], [], "log: none is forged")
    tap.equal(text.count("trace=" + trace.decode()), 1, "log: the id of a valid traceparent, and of no other")


def main():
    with Daemon("--threads", "2") as daemon:
        bench = Bench(daemon)
        before = daemon.descriptors()
        for part in (no_http, request_line, targets, hosts, heads, pools, lengths, chunks, bodies, expectations, pipelines,
                     resets, mutations, reflection, logs):
            part(bench)
        left = wait_until(lambda: daemon.descriptors() <= before, 5)
        tap.ok(left is not None, "no descriptor is left behind", before, daemon.descriptors())
        tap.equal(daemon.stop(), 0, "and SIGTERM ends the daemon with status 0")
    tap.done()


main()
