# SPDX-License-Identifier: ISC
"""mptablectl get: from a live daemon over TCP, UNIX sockets and TLS, with certificates and tokens; and from lying servers
between the tool and the daemon, which change requests and answers."""
import http.server
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request

from certificates import certificates, tls_options
from daemon import Daemon, Tap
from tool import DONE, IO, MPTABLECTL, REFUSED, USAGE, Tool, is_sanitized, refused

tap = Tap()
FOUR = '{"cpus":4,"context":"vm:1"}'
TOKEN, OTHER = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
MIB = 1 << 20
KEY = ("state", "mptabled", "mptabled.pub")


def claims_of(tool, image, key):
    said = tool.run("verify", "-p", key, image)
    return dict(line.split("=", 1) for line in said.stdout.decode().splitlines() if "=" in line)


def gets(tool, name, *options, topology=FOUR):
    """The tool writes a new image and a new signature."""
    for left in ("got.bin", "got.bin.minisig"):
        if os.path.exists(tool.path(left)):
            os.unlink(tool.path(left))
    done = tool.run("get", "-o", "got.bin", *options, "-", data=topology)
    return tap.ok((done.returncode, done.stdout, done.stderr) == (DONE, b"", b"")
                  and os.path.exists(tool.path("got.bin.minisig")),
                  "get: " + name, done)


def refuses(tool, status, says, name, *options, topology=FOUR):
    """The tool fails, and leaves existing files as they were."""
    tool.write("got.bin", "old image")
    tool.write("got.bin.minisig", "old signature")
    before = tool.files()
    refused(tap, tool.run("get", "-o", "got.bin", *options, "-", data=topology), status, says, "get refuses: " + name)
    if (tool.read("got.bin"), tool.read("got.bin.minisig"), tool.files()) != (b"old image", b"old signature", before):
        tap.ok(False, "and leaves the files as they were: " + name, tool.files())


def live(tool, daemon, key):
    tcp, unix = ("-p", key, "--server", daemon.url), ("-p", key, "--server", "unix:" + daemon.socket)
    encoded = tool.run("encode", "-", data=FOUR).stdout
    nonces = set()
    for name, server in (("over TCP", tcp), ("over a UNIX socket", unix), ("over TCP again", (*tcp[:-1], daemon.url + "/"))):
        gets(tool, name, *server)
        tap.equal(tool.read("got.bin"), encoded, "the image is that of encode")
        claims = claims_of(tool, "got.bin", key)
        nonces.add(claims["nonce"])
        tap.equal((claims["ctx"], len(claims["nonce"]), claims["exp"]), ("vm:1", 32, "-"), "its context, and a nonce of ours")
    tap.equal(len(nonces), 3, "which is another one each time")
    if shutil.which("minisign"):
        tap.equal(tool.minisign("-VHm", "got.bin", "-p", key).returncode, 0, "minisign finds and accepts the signature")
    else:
        tap.skip("minisign finds and accepts the signature", "minisign is not installed")
    gets(tool, "without a nonce", *unix, "--no-nonce")
    first = tool.read("got.bin.minisig")
    gets(tool, "the same again", *unix, "--no-nonce")
    tap.equal(tool.read("got.bin.minisig"), first, "equal questions without nonces have equal answers")
    gets(tool, "with a nonce and a life in the topology", *tcp, topology=' \n{ "cpus" : 2, "nonce":"chosen-by-us", "ttl": 60}')
    claims = claims_of(tool, "got.bin", key)
    tap.equal((claims["nonce"], int(claims["exp"]) - int(claims["iat"])), ("chosen-by-us", 60), "which are taken as they are")
    for body in ('{"cpus":255}', '{"cpus":3,"profile":"virtualbox","bios_data_area":true}', '\t{"profile":"volt",\n"cpus":41}'):
        gets(tool, body.strip(), *tcp, topology=body)
    tool.write("topology.json", FOUR)
    refused(tap, tool.run("get", "topology.json", "-o", "unsure.bin", "--server", daemon.url), USAGE, "--unverified takes",
            "no public key")
    done = tool.run("get", "topology.json", "--output", "unsure.bin", "--server", daemon.url, "--unverified")
    tap.ok(done.returncode == DONE and b"not verified" in done.stderr and tool.read("unsure.bin") == encoded,
           "without one it says so", done)
    environment = dict(os.environ, http_proxy="http://127.0.0.1:1", https_proxy="http://127.0.0.1:1",
                       ALL_PROXY="http://127.0.0.1:1")
    done = tool.run("get", *tcp, "-o", "got.bin", "topology.json", env=environment)
    tap.equal(done.returncode, DONE, "proxies of the environment are passed by")
    tool.write("list", key_id(tool, key) + "\n")
    refuses(tool, REFUSED, "is revoked", "a revoked key", *tcp, "--revoked", "list")
    tool.run("keygen", "-s", "stranger.key")
    refuses(tool, REFUSED, "signed by the key %s, which you do not trust; you trust %s" % (key_id(tool, key), key_id(tool, "stranger.pub")),
            "a key that did not sign", "-p", "stranger.pub", "--server", daemon.url)
    refuses(tool, REFUSED, "standard input: /cpus: must be an integer from 1 to 255", "no topology", *tcp, topology='{"cpus":256}')
    refuses(tool, REFUSED, "standard input:2:3: ", "no JSON", *tcp, topology='{"cpus":\n 04}')
    tap.equal(len(tool.run("get", "-o", "x", *tcp, "-", data='{"cpus":0,"irqs":3}').stderr.splitlines()), 2,
              "a line for each place")


def stopped(tool, daemon, key):
    """However the tool is stopped, each file is the old or the new one, whole, and an old one does not verify with a
    new one."""
    options = ("-p", key, "--server", daemon.url, "-o", "got.bin", "-")
    old = tool.write("got.bin", b"old image"), tool.write("got.bin.minisig", b"old signature")
    before = tool.files()
    refused(tap, tool.limited(100, "get", *options, data=FOUR), IO, "got.bin", "a full disk")
    tap.equal((tool.read(old[0]), tool.read(old[1]), tool.files()), (b"old image", b"old signature", before),
              "leaves what was there")
    if not shutil.which("strace"):
        tap.skip("killed in the middle", "strace is not installed")
        return
    image = tool.run("encode", "-", data=FOUR).stdout
    for call, when, wanted in (("fsync", 1, (False, False)), ("fsync", 2, (False, False)), ("renameat", 1, (False, False)),
                               ("renameat", 2, (False, True))):
        tool.write("got.bin", b"old image")
        tool.write("got.bin.minisig", b"old signature")
        tap.ok(tool.killed(call, when, "get", *options, data=FOUR.encode()), "killed at %s number %d" % (call, when))
        got = tool.read("got.bin") == image, tool.read("got.bin.minisig").startswith(b"untrusted comment: ")
        tap.equal(got, wanted, "new are whole files alone: image, signature")
        tap.equal(tool.run("verify", "-p", key, "got.bin").returncode, REFUSED, "which do not verify with an old one")
        for left in [name for name in tool.files() if name.endswith(".tmp")]:
            os.unlink(tool.path(left))


def key_id(tool, key):
    return tool.read(key).split()[5].decode()


def statuses(tool, daemon, key):
    server, out, keyed = ("--server", daemon.url), ("-o", "out.bin"), ("-p", key)
    os.mkfifo(tool.path("out.fifo"))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = "http://127.0.0.1:%d" % closed.getsockname()[1]
        rows = [(IO, nobody, "--server", nobody), (IO, "unix:", "--server", "unix:" + tool.path("no.sock")),
                (IO, "no.pub", "-p", "no.pub", *server), (IO, "not a regular file", *server, "-o", "out.fifo"),
                (IO, "no/such", *server, "-o", "no/such/file"), (IO, "not a regular file", *server, "-o", "."),
                (IO, "no.token", *server, "--token-file", "no.token"),
                (IO, "unix:", "--server", "unix:" + "x" * 200), (USAGE, "--server: must be", "--server", "unix:"), (USAGE, "--cert: needs --key-file", *server, "--cert", "c"),
                (USAGE, "--key-file: needs --cert", *server, "--key-file", "k"),
                (USAGE, "--cacert: is for https:// servers", *server, "--cacert", "ca.pem"),
                (USAGE, "--cacert: is for https:// servers", "--server", "unix:x", "--cacert", "ca.pem"),
                (USAGE, "--cert: is for https:// servers", *server, "--cert", "c", "--key-file", "k")]
        rows += [(USAGE, "--server: must be", "--server", url) for url in
                 ("127.0.0.1:8640", "ftp://localhost", "file:///etc/passwd", "", "http://", "http://localhost/v1",
                  "http://localhost?x", "http://localhost#x", "http://user:pass@localhost", "http://local host",
                  "http://localhost:99999", "https:/localhost")]
        for status, says, *options in rows:
            place = () if "-o" in options else out
            mine = () if "-p" in options else keyed
            refused(tap, tool.run("get", *place, *mine, *options, "-", data=FOUR), status, says, "status %d: %s"
                    % (status, " ".join(options).replace(tool.work, "")[:60]))
    refused(tap, tool.run("get", *server, "-p", key, "-", data=FOUR), USAGE, "needs --output", "status 2: no -o")
    refused(tap, tool.run("get", *server, *out, *keyed, "nothing.json"), IO, "nothing.json", "status 3: no topology file")
    for name, text, mode in (("open.token", TOKEN, 0o644), ("empty.token", "# none\n\n", 0o600),
                             ("bad.token", "a b c\r\nX-Evil: 1\n", 0o600)):
        refused(tap, tool.run("get", *server, *out, *keyed, "--token-file", tool.write(name, text, mode), "-", data=FOUR), IO, name,
                "status 3: " + name)
    tap.equal([name for name in tool.files() if name.startswith("out")], ["out.fifo"], "and nothing is written")


def guarded(tool):
    if not shutil.which("openssl"):
        tap.skip("TLS, client certificates, tokens", "openssl is not installed")
        return
    certificates(tool.work)
    tool.write("tokens", "# ours\n\n%s\n" % TOKEN, 0o600)
    tool.write("wrong", OTHER + "\n", 0o600)
    options = (*tls_options(tool.work), "--tls-client-ca", tool.path("ca.pem"), "--token-file", tool.path("tokens"),
               "--threads", "1")
    with Daemon(*options) as daemon:
        shutil.copy(os.path.join(daemon.state, *KEY[1:]), tool.path("guarded.pub"))
        url = "https://localhost:%d" % daemon.port
        server, ca, token = ("-p", "guarded.pub", "--server", url), ("--cacert", "ca.pem"), ("--token-file", "tokens")

        def cert(name):
            return "--cert", name + ".pem", "--key-file", name + ".key"
        gets(tool, "over TLS with a certificate and a token", *server, *ca, *cert("client"), *token)
        gets(tool, "over TLS by address", *server[:-1], url.replace("localhost", "127.0.0.1"), *ca, *cert("client"), *token)
        gets(tool, "over the UNIX socket with a token", "-p", "guarded.pub", "--server", "unix:" + daemon.socket, *token)
        rows = ((IO, "certificate", "a server whose authority is not trusted", (*cert("client"), *token)),
                (IO, "certificate", "a server of another authority", ("--cacert", "strange.pem", *cert("client"), *token)),
                (REFUSED, "certificate", "no certificate", (*ca, *token)),
                (REFUSED, "certificate", "a stranger's", (*ca, *cert("stranger"), *token)),
                (REFUSED, "token", "no token", (*ca, *cert("client"))),
                (REFUSED, "token", "a wrong one", (*ca, *cert("client"), "--token-file", "wrong")),
                (IO, "", "a certificate and another's key", (*ca, "--cert", "client.pem", "--key-file", "server.key", *token)),
                (IO, "", "no certificate file", (*ca, "--cert", "no.pem", "--key-file", "no.key", *token)),
                (IO, "", "no authority file", ("--cacert", "no.pem", *cert("client"), *token)))
        for status, says, name, more in rows:
            refuses(tool, status, says, name, *server, *more)
        refuses(tool, REFUSED, "", "no TLS where it is spoken", *server[:-1], url.replace("https", "http"), *token)
        refuses(tool, REFUSED, "token", "the UNIX socket without a token", "-p", "guarded.pub", "--server",
                "unix:" + daemon.socket)
        tap.ok(TOKEN not in daemon.text(), "no token is in the daemon's log")
    tap.equal(tool.has_printed([TOKEN.encode(), OTHER.encode()]), [], "nor in anything that get prints")


class Liar(http.server.BaseHTTPRequestHandler):
    """Passes requests to the daemon, and answers with the daemon's answer as the server's lie changes it."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), asked))
        self.close_connection = True
        self.server.lie(self, asked)

    def truth(self, asked):
        request = urllib.request.Request(self.server.daemon.url + "/v1/images?format=bin", asked,
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.read(), reply.headers["Mptable-Signature"]

    def answer(self, status, body, *headers):
        self.send_response(status)
        for name, value in (("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass

    def image(self, body, signature):
        self.answer(200, body, ("Content-Type", "application/octet-stream"), ("Mptable-Signature", signature))

    def log_message(self, *arguments):
        pass


def problem(status, **members):
    body = json.dumps(dict({"type": "/problems/x", "title": "Title", "status": status, "detail": "what"}, **members)).encode()
    return lambda liar, asked: liar.answer(status, body, ("Content-Type", "application/problem+json"))


def asked_for(new, old=b'"cpus":4'):
    """The daemon's answer to another request."""
    return lambda liar, asked: liar.image(*liar.truth(asked.replace(old, new)))


def changed(change):
    """The daemon's answer with a changed image."""
    def lie(liar, asked):
        body, signature = liar.truth(asked)
        liar.image(change(body), signature)
    return lie


def signed(signatures):
    """The daemon's answer with other signatures."""
    def lie(liar, asked):
        body, signature = liar.truth(asked)
        liar.answer(200, body, *(("Mptable-Signature", text) for text in signatures(signature)))
    return lie


def raw(data):
    return lambda liar, asked: liar.wfile.write(data)


def endless(start, part):
    """An answer that goes on until the client closes the connection, or for half a minute."""
    def lie(liar, asked):
        end = time.monotonic() + 30
        try:
            liar.wfile.write(start)
            while time.monotonic() < end:
                liar.wfile.write(part)
        except OSError:
            pass
    return lie


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ENDLESS = (
    ("trailers", endless(CHUNKED + b"0\r\n", b"X: y\r\n" * 5000), REFUSED, "more than"),
    ("the shortest trailers", endless(CHUNKED + b"0\r\n", b"X:\r\n" * 5000), REFUSED, "more than"),
    ("long trailers", endless(CHUNKED + b"0\r\n", b"X: " + b"y" * 3000 + b"\r\n"), REFUSED, "more than"),
    ("1xx heads", endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 1000), REFUSED, "more than"),
    ("header lines", endless(OK, b"X: y\r\n" * 5000), REFUSED, "more than"),
    ("one header line", endless(OK + b"X: ", b"y" * 50000), IO, "127.0.0.1"),
    ("one trailer line", endless(CHUNKED + b"0\r\nX: ", b"y" * 50000), IO, "127.0.0.1"),
    ("a body without a length", endless(OK + b"\r\n", b"y" * 50000), REFUSED, "more than"),
    ("chunk extensions", endless(CHUNKED, b"5;" + b"x" * 200 + b"\r\nabcde\r\n"), REFUSED, "more than"),
    ("chunks", endless(CHUNKED, b"5\r\nabcde\r\n" * 5000), REFUSED, "more than"),
    ("a problem of numbers", endless(b"HTTP/1.1 422 No\r\nContent-Length: 130001\r\n\r\n[", b"0," * 65000), REFUSED,
     "HTTP status 422"))


def peak(tool, *arguments):
    """Runs the tool. Returns the most memory that it was seen to have, in KiB, its exit status and what it printed."""
    with subprocess.Popen([MPTABLECTL, *arguments], cwd=tool.work, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE) as child:
        child.stdin.write(FOUR.encode())
        child.stdin.close()
        most = 0
        while child.poll() is None:
            with open("/proc/%d/status" % child.pid, encoding="ascii") as file:
                most = max([most, *(int(line.split()[1]) for line in file if line.startswith("VmHWM"))])
            time.sleep(0.001)
        return most, child.returncode, child.stderr.read().decode()


def floods(tool, server, to):
    """An answer without end is refused soon, and little of it is kept in memory."""
    usual, status, _ = peak(tool, "get", "-o", "x", *to, "-")
    tap.equal(status, DONE, "memory of a usual run: %d KiB" % usual)
    for name, lie, wanted, says in ENDLESS:
        server.lie = lie
        begin = time.monotonic()
        most, status, text = peak(tool, "get", "-o", "x", *to, "-")
        tap.ok(status == wanted and says in text and time.monotonic() - begin < 20, "%s without end: refused" % name, status, text)
        tap.ok(is_sanitized() or most - usual < 1024, "%s without end: %d KiB more" % (name, most - usual))


def lies(tool, daemon, key):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    server.daemon, server.asked, server.lie = daemon, [], lambda liar, asked: liar.image(*liar.truth(asked))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    to = ("-p", key, "--server", "http://127.0.0.1:%d" % server.server_port)
    try:
        gets(tool, "through a server that tells the truth", *to)
        path, headers, asked = server.asked[-1]
        tap.equal((path, headers.get("Content-Type"), json.loads(asked)["cpus"], "Authorization" in headers),
                  ("/v1/images?format=bin", "application/json", 4, False), "it asks one question")
        old = Liar.truth(type("", (), {"server": server}), asked)
        rows = (
            ("a replay", lambda l, a: l.image(*old), REFUSED, "nonce: signed for"),
            ("an answer without a nonce", lambda l, a: l.image(*l.truth(FOUR.encode())), REFUSED, "nonce: signed for none"),
            ("another question's image", asked_for(b'"cpus":2'), REFUSED, "another image than"),
            ("another profile's image", asked_for(b'"cpus":4,"profile":"qemu"'), REFUSED, "another image than"),
            ("an image of the same size", asked_for(b'"cpus":4,"oem_id":"OTHER"'), REFUSED, "another image than"),
            ("another place", asked_for(b'"cpus":4,"placement":{"window":"bios"}'), REFUSED, "load: "),
            ("a segment more", asked_for(b'"cpus":4,"bios_data_area":true'), REFUSED, "load: 3 segments were signed"),
            ("another machine's image", asked_for(b"vm:2", b"vm:1"), REFUSED, "ctx: signed for vm:2"),
            ("a changed byte", changed(lambda b: b[:9] + bytes([b[9] ^ 1]) + b[10:]), REFUSED, "does not match these bytes"),
            ("a cut image", changed(lambda b: b[:-1]), REFUSED, "does not match these bytes"),
            ("nothing", changed(lambda b: b""), REFUSED, "does not match these bytes"),
            ("no signature", signed(lambda s: ()), REFUSED, "without an Mptable-Signature"),
            ("two signatures", signed(lambda s: (s, s)), REFUSED, "without an Mptable-Signature"),
            ("no base64", signed(lambda s: ("!!!",)), REFUSED, "without an Mptable-Signature"),
            ("an endless signature", signed(lambda s: ("QUFB" * 5000,)), REFUSED, "without an Mptable-Signature"),
            ("a signature that is none", signed(lambda s: ("QUFB",)), REFUSED, "not a minisign file"),
            ("a long reply", lambda l, a: l.answer(200, bytes(MIB)), REFUSED, "more than"),
            ("another status", lambda l, a: l.answer(204, b""), REFUSED, "HTTP status 204"),
            ("a redirection", lambda l, a: l.answer(307, b"", ("Location", daemon.url + "/v1/images?format=bin")), REFUSED,
             "HTTP status 307"),
            ("a page that is no problem", lambda l, a: l.answer(404, b"<html>"), REFUSED, "HTTP status 404"),
            ("a problem", problem(403), REFUSED, ": Title: what"),
            ("a problem of the moment", problem(503), IO, ": Title: what"),
            ("a problem with a place", problem(422, errors=[{"pointer": "#/processors/3", "detail": "must be 0 to 254"}]),
             REFUSED, ": /processors/3: must be 0 to 254"),
            ("a problem with escapes", problem(422, errors=[{"pointer": "#/\x1b[31m\n", "detail": "\x1b]0;x\x07\u202e" * 99}]),
             REFUSED, "/?[31m?: ?]0;x?"),
            ("a problem of other types", problem(422, errors={"pointer": 3}, title=["x"], detail=None), REFUSED,
             "HTTP status 422"),
            ("a deep problem", lambda l, a: l.answer(422, b"[" * 100000), REFUSED, "HTTP status 422"),
            ("no answer", lambda l, a: None, IO, "127.0.0.1"),
            ("half an answer", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), IO, "127.0.0.1"),
            ("no HTTP", raw(b"220 smtp.example ESMTP\r\n"), IO, "127.0.0.1"),
            ("a head without end", raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 400000), IO, "127.0.0.1"),
        )
        for name, lie, status, says in rows:
            server.lie = lie
            refuses(tool, status, says, name, *to)
        server.lie = lambda liar, asked: liar.image(*liar.truth(asked))
        floods(tool, server, to)
        server.lie = asked_for(b'"cpus":4', b'"cpus":4,"ttl":60')
        refuses(tool, REFUSED, "exp: ", "an image that never expires", *to, topology='{"cpus":4,"ttl":60}')
        server.lie = problem(422, errors=[{"pointer": "#/a", "detail": "1"}, {"pointer": "#", "detail": "2"}])
        said = tool.run("get", "-o", "x", *to, "-", data=FOUR).stderr.decode().splitlines()
        tap.equal([line.split(": ", 2)[2] for line in said], ["/a: 1", "2"], "a line for each place of a problem")
        server.lie = lambda liar, asked: liar.image(liar.truth(b'{"cpus":2}')[0], old[1])
        refused(tap, tool.run("get", "-o", "x", "--unverified", *to[2:], "-", data=FOUR), REFUSED, "another image than",
                "another image, even without -p")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main():
    with Tool() as tool:
        # One thread: the sanitizer fails to start if two threads return memory at once.
        with Daemon("--threads", "1") as daemon:
            shutil.copy(os.path.join(daemon.work, *KEY), tool.path("daemon.pub"))
            shutil.copy(os.path.join(daemon.work, *KEY[:-1], "mptabled.key"), tool.path("daemon.key"))
            for part in (live, stopped, statuses, lies):
                part(tool, daemon, "daemon.pub")
            tap.equal(daemon.stop(), 0, "the daemon ends well")
        guarded(tool)
        tap.equal(tool.has_printed(tool.secrets("daemon.key")), [], "nothing printed holds a byte of the secret key")
        tap.ok(not [name for name in tool.files() if ".tmp" in name], "no temporary file is left", tool.files())
    tap.done()


main()
