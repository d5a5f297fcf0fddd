# SPDX-License-Identifier: ISC
"""Several daemons with one key behind HAProxy, restarted one after the other and killed under load; how a daemon drains
(--drain); and an address for metrics alone."""
import http.client
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from daemon import MPTABLED, MPTABLECTL, SRCDIR, Daemon, Tap
from wire import free_port, wait_until

tap = Tap()
TOPOLOGIES, CLIENTS, DRAIN = 64, 8, 2


def get(port, path, timeout=20):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        client.request("GET", path)
        reply = client.getresponse()
        return reply.status, reply.read()
    finally:
        client.close()


def status(port, path):
    try:
        return get(port, path)[0]
    except (OSError, http.client.HTTPException):
        return None


class Replica:
    def __init__(self, work, number, key):
        self.port, self.key, self.log = free_port(), key, os.path.join(work, "log%d" % number)
        self.start()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([MPTABLED, "--key", self.key, "--listen", "127.0.0.1:%d" % self.port, "--threads",
                                             "2", "--drain", str(DRAIN)], stderr=log)
        return wait_until(lambda: status(self.port, "/readyz") == 200, 20) is not None

    def end(self, number):
        self.process.send_signal(number)
        return self.process.wait(30)


class Load(threading.Thread):
    """Asks for each topology in turn, and keeps what was answered and when a request failed."""

    def __init__(self, port, number):
        super().__init__()
        self.port, self.number, self.answers, self.failures, self.stop = port, number, [], [], False

    def run(self):
        count = self.number
        while not self.stop:
            count += 1
            cpus = 1 + count % TOPOLOGIES
            try:
                code, body = get(self.port, "/v1/images?cpus=%d" % cpus)
            except (OSError, http.client.HTTPException) as error:
                code, body = repr(error), b""
            if code == 200:
                self.answers.append((cpus, body))
            else:
                self.failures.append((time.monotonic(), code))


def backend():
    """The lines for HAProxy of our example, but for its addresses and the pace of its checks."""
    with open(os.path.join(SRCDIR, "systemd", "examples", "replicas.conf"), encoding="ascii") as file:
        lines = [line[1:] for line in file.read().split("haproxy.cfg\n")[1].splitlines()]
    return [line for line in lines if not line.startswith("    server")]


def balancer(work, replicas):
    port, path = free_port(), os.path.join(work, "haproxy.cfg")
    lines = ["global", "    maxconn 256", "defaults", "    mode http", "    timeout connect 5s", "    timeout client 20s",
             "    timeout server 20s", "frontend all", "    bind 127.0.0.1:%d" % port, "    default_backend mptabled", *backend()]
    lines += ["    server r%d 127.0.0.1:%d" % (number, replica.port) for number, replica in enumerate(replicas)]
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    process = subprocess.Popen(["haproxy", "-db", "-f", path], stdout=subprocess.DEVNULL,
                               stderr=open(os.path.join(work, "haproxy.log"), "wb"))
    wait_until(lambda: status(port, "/v1/version") == 200, 20)
    return process, port


def rolling(replicas, loads):
    good = True
    for replica in replicas:
        before = sum(len(load.answers) for load in loads)
        good = replica.end(signal.SIGTERM) == 0 and replica.start() and good
        time.sleep(2.5)  # the balancer's check sees it again
        took = wait_until(lambda before=before: sum(len(load.answers) for load in loads) > before + 64, 20)
        good = took is not None and good
    return good


def behind_haproxy(work):
    if not shutil.which("haproxy"):
        tap.skip("replicas behind HAProxy", "haproxy is not in PATH")
        return
    key = os.path.join(work, "k.key")
    subprocess.run([MPTABLECTL, "keygen", "-s", key], check=True, stdout=subprocess.DEVNULL)
    replicas = [Replica(work, number, key) for number in range(3)]
    process, port = balancer(work, replicas)
    loads = [Load(port, 8 * number) for number in range(CLIENTS)]
    try:
        for load in loads:
            load.start()
        tap.ok(rolling(replicas, loads), "three replicas restarted one after the other under load")
        lost = [failure for load in loads for failure in load.failures]
        tap.equal(lost, [], "no request is lost in a rolling restart")
        replicas[1].end(signal.SIGKILL)
        before = sum(len(load.answers) for load in loads)
        wait_until(lambda: sum(len(load.answers) for load in loads) > before + 512, 20)
        lost = [failure for load in loads for failure in load.failures]
        tap.ok(len(lost) <= CLIENTS, "a replica that is killed loses at most the requests under way: %d" % len(lost), lost)
    finally:
        for load in loads:
            load.stop = True
        for load in loads:
            load.join()
        process.kill()
        process.wait()
        for number in (0, 2):
            replicas[number].end(signal.SIGTERM)
    answers = {}
    for load in loads:
        for cpus, body in load.answers:
            answers.setdefault(cpus, set()).add(body)
    tap.ok(len(answers) == TOPOLOGIES and all(len(bodies) == 1 for bodies in answers.values()),
           "%d answers, no topology has two" % sum(len(load.answers) for load in loads),
           {cpus: len(bodies) for cpus, bodies in answers.items()})


def leave():
    with Daemon("--drain", "3") as daemon:
        daemon.process.send_signal(signal.SIGTERM)
        tap.ok(wait_until(lambda: status(daemon.port, "/readyz") == 503, 2), "told to stop: first /readyz has status 503")
        tap.equal([status(daemon.port, path) for path in ("/livez", "/v1/images?cpus=4", "/healthz")], [200, 200, 503],
                  "while new connections are served")
        begin = time.monotonic()
        tap.equal(daemon.process.wait(30), 0, "then it ends well")
        tap.ok(time.monotonic() - begin > 1, "not before that time is up")
    with Daemon("--drain", "600") as daemon:
        daemon.process.send_signal(signal.SIGTERM)
        wait_until(lambda: status(daemon.port, "/readyz") == 503, 10)
        daemon.process.send_signal(signal.SIGTERM)
        tap.equal(daemon.process.wait(30), 0, "a second signal ends it at once")


def metrics(work):
    """An address at which there is nothing but /metrics."""
    path = os.path.join(work, "metrics.sock")
    with Daemon("--metrics-listen", "127.0.0.1:0", "--metrics-listen", "unix:" + path) as daemon:
        wait_until(lambda: daemon.text().count("event=listening") == 4, 20)
        port = int(re.findall(r"address=127\.0\.0\.1:(\d+)", daemon.text())[-1])
        tap.ok(port != daemon.port, "a port of its own")
        code, body = get(port, "/metrics")
        tap.ok(code == 200 and b"\nmptabled_build_info" in body and daemon.curl("/metrics").status == 200,
               "/metrics is there, and stays where it was")
        tap.equal([status(port, path) for path in ("/", "/v1/images?cpus=4", "/v1/keys", "/livez", "/readyz", "/metrics/",
                                                   "/openapi.json", "/v1/decode")], [404] * 8, "and nothing else")
        done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", path,
                               "http://localhost/v1/keys"], capture_output=True)
        tap.equal(done.stdout, b"404", "nor at a UNIX socket")
        head = subprocess.run(["curl", "-s", "-H", "Host: other.example", daemon.url + "/v1/keys"], capture_output=True).stdout
        tap.ok(b"--allow-host" in head and b"/problems/misdirected" in head, "421 names the option", head)
    done = subprocess.run([MPTABLED, "--check-config", "--metrics-listen", "192.0.2.1:9640"], capture_output=True, timeout=20)
    tap.ok(done.returncode == 1 and b"other hosts" in done.stderr, "an address that other hosts reach needs what others need", done)


def main():
    with tempfile.TemporaryDirectory(prefix="mptabled-replicas-") as work:
        metrics(work)
        leave()
        behind_haproxy(work)
    tap.done()


main()
