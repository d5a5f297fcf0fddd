# SPDX-License-Identifier: ISC
"""What can be observed: log lines, metrics checked by Prometheus's own tool, health while the daemon ends, signals, and a
standard error that is closed or not read."""
import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from daemon import MPTABLED, SRCDIR, Daemon, Tap
from wire import TOPOLOGY, Wire, get, post, served, wait_until

tap = Tap()


def ask(daemon, data):
    with Wire(daemon.address) as wire:
        return wire.send(data).reply()


def series(page):
    """Every sample by its name and labels. A sample that occurs twice is an error, which promtool does not report."""
    found = {}
    for line in page.splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            if name in found:
                tap.ok(False, "metrics: one sample of " + name)
            found[name] = float(value)
    return found


def metrics():
    with Daemon("--threads", "2", "--signature-memory", "0") as daemon:
        start = re.search(r"^event=start version=\S+ libmicrohttpd=(\S+) key=", daemon.text(), re.M)
        with open(os.path.join(SRCDIR, "configure.ac")) as configure:
            tested = re.search(r"microhttpd_tested\], \[(.*?)\]", configure.read())[1].split()
        tap.ok(start and ("event=library " in daemon.text()) == (start[1] not in tested),
               "the log names the HTTP library, and warns of a version that was not tested", daemon.text()[:500])
        for data in [post()] * 3 + [post(target=b"/v1/images?format=bin"), post(b"{}"), get(b"/x?a=secret"), get(b"/livez")]:
            ask(daemon, data)
        answer = ask(daemon, get(b"/metrics"))
        page = answer.body.decode()
        tap.equal(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8", "metrics: content type")
        if shutil.which("promtool"):
            done = subprocess.run(["promtool", "check", "metrics"], input=answer.body, capture_output=True)
            tap.equal((done.returncode, done.stdout + done.stderr), (0, b""), "metrics: promtool finds nothing")
        else:
            tap.skip("metrics: promtool finds nothing", "promtool (package prometheus) is not installed")
        found = series(page)
        for name, wanted in (('http_requests_total{route="/v1/images",method="POST",code="200"}', 4),
                             ('http_requests_total{route="/v1/images",method="POST",code="422"}', 1),
                             ('http_requests_total{route="other",method="GET",code="404"}', 1),
                             ('signatures_total{format="json"}', 3), ('signatures_total{format="bin"}', 1),
                             ("images_built_total", 4), ("image_bytes_count", 4), ('image_bytes_bucket{le="+Inf"}', 4),
                             ('request_rejects_total{type="not-buildable"}', 1), ('request_rejects_total{type="not-found"}', 1),
                             ('http_request_duration_seconds_count{route="/v1/images"}', 5), ("log_lines_dropped_total", 0)):
            tap.equal(found.get("mptabled_" + name), wanted, "metrics: " + name)
        own = b'http_connections{listener="127.0.0.1:%d"} 1\n' % daemon.port
        tap.ok(wait_until(lambda: own in ask(daemon, get(b"/metrics")).body, 2) is not None, "metrics: open connections")
        tap.ok("secret" not in page, "metrics: nothing of a target")
        buckets = [v for n, v in found.items() if n.startswith('mptabled_http_request_duration_seconds_bucket{route="/livez"')]
        tap.ok(buckets == sorted(buckets) and buckets[-1] == 1, "metrics: buckets add up", buckets)
        key = re.search(r"key=([0-9A-F]{16})", daemon.text()).group(1)
        tap.equal(found.get('mptabled_signing_key_info{keyid="%s",state="active"}' % key), 1, "metrics: the key's id")
        tap.ok(abs(found["process_start_time_seconds"] - time.time()) < 60 and
               found["process_resident_memory_bytes"] > 1e6 and found["process_open_fds"] > 5, "metrics: the process")


def log_lines():
    with Daemon() as daemon:
        image = ask(daemon, post(head=b"X-Request-Id: my.id\r\n"))
        with Wire(daemon.socket) as wire:
            wire.send(get(b"/nowhere?a=%22")).reply()
        lines = [line for line in daemon.text().splitlines() if line.startswith("event=request")]
        digest = re.search(rb'"sha256":"([0-9a-f]{64})"', image.body).group(1).decode()
        pattern = (r"event=request id=my\.id peer=127\.0\.0\.1:\d+ method=POST route=/v1/images status=200 bytes=%d "
                   r"micros=\d+ sha256=%s key=[0-9A-F]{16} kid=[\w-]{43} context=control" % (len(image.body), digest))
        tap.ok(re.fullmatch(pattern, lines[0]), "log: an image", lines[0])
        pattern = (r"event=request id=[0-9a-f]{32} peer=unix uid=%d pid=%d method=GET route=other "
                   r'target="/nowhere\?a=%%22" status=404 bytes=\d+ micros=\d+ problem=not-found' % (os.getuid(), os.getpid()))
        tap.ok(re.fullmatch(pattern, lines[1]), "log: what came by the UNIX socket, from whom, and no route", lines[1])


def quiet():
    """At level warning no request is logged, but the address of the listener is, because programs wait for that line."""
    work = tempfile.mkdtemp(prefix="mptabled-")
    path = os.path.join(work, "s")
    process = subprocess.Popen([MPTABLED, "--listen", "unix:" + path, "--log-level", "warning"], stderr=subprocess.PIPE,
                               env=dict(os.environ, XDG_STATE_HOME=work))
    wait_until(lambda: served(path), 10)
    process.terminate()
    said = [line for line in process.stderr.read().splitlines() if not line.startswith((b"event=root ", b"event=library "))]
    tap.equal((said, process.wait(15)), ([b"event=listening address=unix:" + path.encode()], 0),
              "log: at level warning only where it listens, when all is well")
    process.stderr.close()
    shutil.rmtree(work)


def deaf(name, prepare, stderr):
    """Standard error accepts nothing: requests are still answered at once."""
    work = tempfile.mkdtemp(prefix="mptabled-")
    path = os.path.join(work, "s")
    process = subprocess.Popen([MPTABLED, "--listen", "unix:" + path], stderr=stderr, preexec_fn=prepare,
                               env=dict(os.environ, XDG_STATE_HOME=work))
    tap.ok(wait_until(lambda: served(path), 10) is not None, "standard error %s: the daemon starts" % name)
    begin = time.monotonic()
    with Wire(path) as wire:
        replies = [wire.send(post()).reply() for _ in range(600)]
        page = wire.send(get(b"/metrics")).reply().body.decode()
    tap.ok(len({reply.body for reply in replies}) == 1 and time.monotonic() - begin < 5,
           "standard error %s: 600 requests are answered" % name, time.monotonic() - begin)
    dropped = int(re.search(r"log_lines_dropped_total (\d+)", page).group(1))
    process.terminate()
    tap.equal(process.wait(15), 0, "standard error %s: and it ends well" % name)
    shutil.rmtree(work)
    return dropped


def standard_error():
    deaf("closed", lambda: os.close(2), None)
    deaf("closed with the others", lambda: os.closerange(0, 3), None)
    read_end, write_end = os.pipe()
    fcntl.fcntl(write_end, 1031, 4096)  # F_SETPIPE_SZ
    dropped = deaf("a pipe that is never read", None, write_end)
    tap.ok(dropped > 300, "what the pipe did not take was dropped and counted", dropped)
    tap.equal(fcntl.fcntl(write_end, fcntl.F_GETFL) & os.O_NONBLOCK, 0, "the pipe itself still blocks for others")
    os.close(read_end)
    os.close(write_end)
    with open("/dev/full", "wb") as full:
        deaf("a full disk", None, full)


def draining():
    """SIGTERM with a request under way: the request is answered, health reports the shutdown, no new client is accepted,
    and the exit is clean."""
    with Daemon() as daemon:
        slow, idle = Wire(daemon.address), Wire(daemon.address)
        whole = idle.send(post()).reply().body
        slow.send(post()[:-5])
        daemon.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "event=draining" in daemon.text(), 5)
        time.sleep(0.1)
        answer = idle.send(get(b"/readyz")).reply()
        tap.equal((answer.status, answer.headers.get("retry-after"), answer.headers.get("connection")), (503, "1", "close"),
                  "while it ends it is not ready")
        tap.equal(reaches_port(daemon), False, "no new client is accepted")
        time.sleep(1.5)
        last = slow.send(post()[-5:]).reply()
        tap.ok(last.status == 200 and last.body == whole and last.headers.get("connection") == "close",
               "what was under way is answered", last.status)
        begin = time.monotonic()
        tap.ok(daemon.stop() == 0 and time.monotonic() - begin < 2, "and then it ends with status 0")
    with Daemon() as daemon:
        wires = [Wire(daemon.address) for _ in range(20)]
        for wire in wires:
            wire.send(get()).reply()
        wires[0].send(post()[:-5])
        daemon.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "event=draining" in daemon.text(), 5)
        daemon.process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        tap.ok(daemon.stop() == 0 and time.monotonic() - begin < 1, "a second SIGTERM does not wait for anybody")


def reaches_port(daemon):
    try:
        return ask(daemon, get()) is not None
    except OSError:
        return False


def signals():
    with Daemon() as daemon:
        body = ask(daemon, post()).body
        for name in ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGCHLD", "SIGWINCH", "SIGCONT", "SIGXFSZ"):
            daemon.process.send_signal(getattr(signal, name))
            tap.equal(ask(daemon, post()).body, body, "%s does no harm" % name)
        wait_until(lambda: "event=reload result=ok" in daemon.text(), 10)
        tap.ok("event=reload result=ok" in daemon.text(), "SIGHUP reloads")


def no_answer_is_lost():
    """SIGTERM under load: an accepted client has every request answered, or is told that the connection ends."""
    for _ in range(3):
        with Daemon() as daemon:
            wires = [Wire(daemon.address) for _ in range(40)]
            daemon.process.send_signal(signal.SIGTERM)
            lost = 0
            for _ in range(5):
                left = []
                for wire in wires:
                    wire.send(post(TOPOLOGY))
                for wire in wires:
                    answer = wire.reply()
                    lost += answer is None
                    if answer and answer.headers.get("connection") != "close":
                        left.append(wire)
                wires = left
            tap.ok(lost == 0 and daemon.stop() == 0, "no answer is lost when it ends under load", lost)


def nobody_is_reset():
    """SIGTERM while clients connect all the time: each is either refused, or accepted and answered."""
    for kind in ("TCP", "UNIX"):
        with Daemon() as daemon:
            where = daemon.address if kind == "TCP" else daemon.socket
            answers, refused = [], threading.Event()

            def come(where=where, answers=answers, refused=refused):
                while not refused.is_set():
                    try:
                        wire = Wire(where)
                    except OSError:
                        refused.set()
                        return
                    with wire:
                        answers.append(wire.send(post()).reply() is not None)

            clients = [threading.Thread(target=come) for _ in range(8)]
            for client in clients:
                client.start()
            wait_until(lambda: len(answers) > 200, 5)
            daemon.process.send_signal(signal.SIGTERM)
            for client in clients:
                client.join()
            name, ended = "no client that connects by %s while the daemon ends is reset" % kind, daemon.stop()
            if kind == "TCP" and "event=restart " in daemon.text():
                tap.skip(name, "this kernel wants CAP_NET_ADMIN for that, as the daemon warns")
            else:
                tap.ok(all(answers) and len(answers) > 200 and ended == 0, name, answers.count(False), len(answers))


def main():
    for part in (metrics, log_lines, quiet, standard_error, draining, signals, no_answer_is_lost, nobody_is_reset):
        part()
    tap.done()


main()
