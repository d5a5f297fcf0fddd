# SPDX-License-Identifier: ISC
"""Admission: TLS, client certificates, tokens, addresses."""
import os
import shutil
import socket
import ssl
import subprocess
import threading
import warnings

from certificates import certificates, tls_options
from daemon import MPTABLED, Daemon, Tap
from wire import MALFORMED, Secure, Wire, get, post, served, wait_until

tap = Tap()
TOKEN, OTHER = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
STATE = os.path.join(os.environ.get("TMPDIR", "/tmp"), "mptabled-none-%d" % os.getpid())  # of daemons that do not start


def status(daemon, work, client=None, version=None):
    """The status of a request over TLS, or the reason why the handshake failed."""
    try:
        with Secure(daemon, work, client, version) as wire:
            return wire.send(get()).reply().status
    except (ssl.SSLError, OSError):
        return "no TLS"


def tls(work):
    with Daemon(*tls_options(work)) as daemon:
        for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
            tap.equal(status(daemon, work, version=version), 200, "%s is spoken" % version.name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the warning of Python about old versions
            for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1):
                tap.equal(status(daemon, work, version=version), "no TLS", "%s is not" % version.name)
        with Secure(daemon, work) as wire:
            first = wire.send(post()).reply()
            tap.equal((first.status, wire.send(post()).reply().body), (200, first.body), "a connection is kept over TLS")
        for name, lines in MALFORMED:
            with Secure(daemon, work) as wire:
                got = [wire.send(data).reply() for data in (get(), get(head=lines))]
                tap.equal([answer and answer.status for answer in got], [200, 400], "a malformed head over TLS: " + name)
        with Wire(daemon.socket) as wire:
            tap.equal(wire.send(post()).reply().body, first.body, "the UNIX socket serves the same without TLS")
        with Wire(daemon.address) as wire:
            answer = wire.send(get()).reply()
            tap.ok(answer.status == 400 and b"TLS" in answer.body, "HTTP in the clear is refused with a word", answer.body)
        with Wire(daemon.address) as wire:
            wire.send(b"\x16\x03\x01" + b"junk" * 100)
            while wire.more():  # an alert, and the end
                pass
        with Secure(daemon, work) as wire:
            wire.send(post(b" " * 40000 + b'{"cpus":4}'))
            tap.equal(wire.reply().status, 200, "a body of several records")
        with Secure(daemon, work) as wire:
            # One byte over the limit, so that the daemon reads the whole body: bytes that it leaves unread reset the connection.
            tap.equal(wire.send(post(b" " * 65537)).reply().status, 413, "a body over the limit")
        tap.equal(status(daemon, work), 200, "and afterwards the next client is served")


def clients(work):
    with Daemon(*tls_options(work), "--tls-client-ca", os.path.join(work, "ca.pem")) as daemon:
        for name, client, wanted in (("from the authority", "client", 200), ("none", None, 403), ("a stranger's", "stranger", 403),
                                     ("expired", "expired", 403), ("that of a server", "server", 403)):
            tap.equal(status(daemon, work, client), wanted, "client certificate: " + name)
        with Secure(daemon, work) as wire:
            answer = wire.send(post()).reply()
            tap.ok(answer.status == 403 and wire.ended(), "without one no image is had, and the connection ends")
        with Secure(daemon, work) as wire:
            got = [wire.send(get(path, method=method, host=b"Host: 10.244.0.5:8900\r\n")).reply().status for path, method in
                   ((b"/livez", b"GET"), (b"/readyz", b"GET"), (b"/livez", b"OPTIONS"), (b"/livez", b"GET"))]
            tap.equal(got, [200, 200, 204, 200], "probes need no client certificate, and keep their connection")
            tap.ok(wire.send(get(b"/v1/keys")).reply().status == 403 and wire.ended(), "which gets them nothing else")
        for name, head in (("of a length", b"Content-Length: 9\r\n"), ("in chunks", b"Transfer-Encoding: chunked\r\n")):
            with Secure(daemon, work) as wire:
                answer = wire.send(get(b"/livez", head)).reply()
                tap.ok(answer.status == 403 and wire.ended(), "nor is a body read from a client without one: " + name, answer.status)
        with Secure(daemon, work, "client") as wire:
            tap.equal([wire.send(post()).reply().status for _ in range(3)], [200] * 3, "with one, as often as it likes")


def bearer(token):
    return b"Authorization: Bearer %s\r\n" % token.encode()


def tokens(work):
    path = os.path.join(work, "tokens")

    def write(text, mode=0o600):
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, mode)
    write("# ours\n%s\n" % TOKEN)
    with Daemon("--token-file", path) as daemon:
        address = daemon.address

        def ask(data, where=address):
            with Wire(where) as wire:
                return wire.send(data).reply()

        def reload(wanted):
            daemon.reload(5)
            tap.ok(daemon.text().splitlines()[-1].startswith("event=reload result=" + wanted), "reload: " + wanted,
                   daemon.text().splitlines()[-1])
        for name, head, wanted in (("none", b"", 401), ("right", bearer(TOKEN), 200), ("another", bearer(OTHER), 401),
                                   ("a prefix", bearer(TOKEN[:-1]), 401), ("longer", bearer(TOKEN + "0"), 401),
                                   ("another scheme", b"Authorization: Basic " + TOKEN.encode() + b"\r\n", 401)):
            answer = ask(post(head=head))
            tap.equal(answer.status, wanted, "token: " + name)
            if wanted == 401:
                tap.ok(answer.headers.get("www-authenticate", "").startswith("Bearer"), "and WWW-Authenticate", answer.headers)
        tap.equal([ask(get(path)).status for path in (b"/livez", b"/readyz", b"/metrics", b"/nowhere", b"/v1/version")],
                  [200, 200, 401, 401, 401], "only the paths for probes need none")
        tap.equal([ask(get(path, method=method, host=b"Host: 10.244.0.5:8900\r\n")).status for path, method in
                   ((b"/livez", b"GET"), (b"/readyz", b"GET"), (b"/livez", b"OPTIONS"), (b"/healthz", b"GET"))],
                  [200, 200, 204, 421], "and they answer whatever the Host")
        tap.equal((ask(post(), daemon.socket).status, ask(post(head=bearer(TOKEN)), daemon.socket).status), (401, 200),
                  "a UNIX socket needs one too")
        write("%s\n" % OTHER)
        tap.equal(ask(get(head=bearer(OTHER))).status, 401, "a new token counts only")
        reload("ok")
        tap.equal((ask(get(head=bearer(TOKEN))).status, ask(get(head=bearer(OTHER))).status), (401, 200), "after SIGHUP")
        write("short\n")
        reload("failed")
        tap.equal(ask(get(head=bearer(OTHER))).status, 200, "a bad file keeps the old tokens")
        write("%s\n" % TOKEN, 0o644)
        reload("failed")
        tap.ok("chmod 600" in daemon.text(), "one that others can read is not taken either")
        page = ask(get(b"/metrics", bearer(OTHER))).body.decode()
        tap.ok('reloads_total{result="failed"} 2' in page and 'reloads_total{result="ok"} 1' in page, "reloads are counted")
        tap.ok(TOKEN not in daemon.text() and OTHER not in daemon.text(), "no token is in the log")


def refused(name, says, *options):
    """The daemon does not start, and prints the reason on one line."""
    done = subprocess.run([MPTABLED, *options], capture_output=True, timeout=20, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, XDG_STATE_HOME=STATE))
    text = done.stderr.decode()
    tap.ok(done.returncode in (1, 2) and says in text, "refused at start: " + name, done.returncode, text)


def starts(work):
    cert, key = tls_options(work)[1::2]
    ca = os.path.join(work, "ca.pem")
    check = ("--check-config",)
    refused("an address that others reach", "other hosts reach", "--listen", "0.0.0.0:0")
    refused("the same in IPv6", "other hosts reach", "--listen", "[::]:0", *check)
    refused("the same with TLS for everybody", "other hosts reach", "--listen", "0.0.0.0:0", *tls_options(work))
    refused("a certificate without a key", "go together", "--tls-cert", cert)
    refused("a client CA without TLS", "needs --tls-cert", "--tls-client-ca", ca)
    refused("a certificate and another's key", "and its key", "--tls-cert", cert, "--tls-key", os.path.join(work, "ca.key"))
    refused("a CA file without a certificate", "server.key", *tls_options(work), "--tls-client-ca", key)
    refused("no certificate file", "missing.pem", "--tls-cert", "missing.pem", "--tls-key", key)
    refused("no token file", "missing", "--token-file", "missing")
    with Daemon() as daemon:
        refused("a port in use", "127.0.0.1:%d" % daemon.port, "--listen", "127.0.0.1:%d" % daemon.port)
        refused("a socket in use", "another process listens", "--listen", "unix:" + daemon.socket)
        tap.equal(daemon.curl("/livez").status, 200, "and the one that has them goes on")
        daemon.process.kill()
        daemon.process.wait()
        tap.ok(os.path.exists(daemon.socket), "a killed daemon leaves its socket")
        again = subprocess.Popen([MPTABLED, "--listen", "unix:" + daemon.socket], stderr=subprocess.DEVNULL,
                                 env=dict(os.environ, XDG_STATE_HOME=daemon.state))
        took = wait_until(lambda: served(daemon.socket), 10)
        again.terminate()
        tap.ok(took is not None and again.wait(10) == 0, "which the next one takes over")
        daemon.status = -9
    guarded(work, ca)
    shutil.rmtree(STATE, ignore_errors=True)


def guarded(work, ca):
    """With client certificates the daemon may serve on every address, and accepts only the host names that it is given."""
    options = (*tls_options(work), "--tls-client-ca", ca, "--listen", "0.0.0.0:0", "--allow-host", "tables.example")
    with Daemon(*options) as daemon:
        port = int(daemon.text().split("address=0.0.0.0:")[1].split()[0])
        daemon.port = port
        with Secure(daemon, work, "client") as wire:
            hosts = (b"Host: tables.example:443\r\n", b"Host: other.example\r\n", b"Host: localhost\r\n")
            got = [wire.send(get(host=host)).reply().status for host in hosts]
            tap.equal(got, [200, 421, 200], "an address for all, with certificates and --allow-host")


def passed():
    """Sockets that a service manager passes, with names; they replace the default address, and remain when the daemon
    ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    with Daemon() as keys:
        state = keys.state

        def start():
            command = 'exec 3<&%d; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=front exec "$0"' % listener.fileno()
            return subprocess.Popen(["/bin/sh", "-c", command, MPTABLED], pass_fds=[listener.fileno()],
                                    stderr=subprocess.PIPE, env=dict(os.environ, XDG_STATE_HOME=state))
        counts, stop = {True: 0, False: 0}, threading.Event()

        def client():
            while not stop.is_set():
                counts[over_tcp(port)] += 1
        clients = [threading.Thread(target=client) for _ in range(4)]
        for thread in clients:
            thread.start()
        for round_ in range(6):
            process = start()
            first = []  # requests may be answered, and logged, before it is
            while len(first) < 100 and not any("event=listening" in line for line in first):
                first.append(process.stderr.readline().decode())
            drain = threading.Thread(target=process.stderr.read)
            drain.start()
            enough = (round_ + 1) * 200
            wait_until(lambda: counts[True] >= enough, 20)
            process.terminate()
            tap.equal(process.wait(15), 0, "a passed socket: the daemon ends well")
            drain.join()
            process.stderr.close()
        process = start()
        stop.set()
        for thread in clients:
            thread.join()
        process.terminate()
        process.stderr.close()
        process.wait(15)
        tap.ok(any("address=127.0.0.1:%d name=front" % port in line for line in first), "its name is logged", first)
        tap.ok(counts[True] >= 1000 and counts[False] == 0, "%d requests over five restarts, none lost" % counts[True], counts)
    listener.close()


def over_tcp(port):
    try:
        with Wire(("127.0.0.1", port), timeout=15) as wire:
            answer = wire.send(get(b"/livez")).reply()
            return answer is not None and answer.status == 200
    except OSError:
        return False


def main():
    if not shutil.which("openssl"):
        print("1..0 # SKIP openssl is not installed")
        return
    with Daemon() as scratch:
        work = scratch.work
        certificates(work)
        for part in (tls, clients, tokens, starts):
            part(work)
    passed()
    tap.done()


main()
