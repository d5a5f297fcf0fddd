# SPDX-License-Identifier: ISC
"""A daemon for one test, on ports and paths that nothing else uses, driven with curl; and TAP."""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

MPTABLED = os.environ.get("MPTABLED", "./mptabled")
MPTABLECTL = os.environ.get("MPTABLECTL", "./mptablectl")
SRCDIR = os.environ.get("srcdir", os.path.join(os.path.dirname(__file__), "..", ".."))


class Tap:
    """Prints TAP lines and counts them, from any thread; the plan comes last."""

    def __init__(self):
        self.count = 0
        self.lock = threading.Lock()
        sys.excepthook = self.bail_out

    @staticmethod
    def bail_out(kind, value, trace):
        """Reports an exception that ends the test: the traceback goes to the log, its last line to the summary."""
        sys.__excepthook__(kind, value, trace)
        frame = traceback.extract_tb(trace)[-1] if trace else None
        where = " at %s:%d" % (os.path.basename(frame.filename), frame.lineno) if frame else ""
        print("Bail out! %s%s" % (traceback.format_exception_only(kind, value)[-1].strip().replace("\n", " "), where))

    def ok(self, good, name, *notes):
        with self.lock:
            self.count += 1
            print("%s %d - %s" % ("ok" if good else "not ok", self.count, name.replace("#", "\\#")))
            for note in notes if not good else ():
                print("# %s" % repr(note)[:2000])
        return bool(good)

    def equal(self, got, wanted, name):
        return self.ok(got == wanted, name, "got", got, "wanted", wanted)

    def skip(self, name, reason):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name, reason))

    def done(self):
        print("1..%d" % self.count)


class Reply:
    """An answer received by curl: status, headers by lower-case name, body."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {}
        for line in lines[1:]:
            if ":" in line:
                name, value = line.split(":", 1)
                self.headers[name.lower()] = value.strip()
        self.body = body


class Daemon:
    """with Daemon() as d: d.curl("/livez")"""

    def __init__(self, *options, state=None, environment=None, prepare=None):
        self.work = tempfile.mkdtemp(prefix="mptabled-")
        self.state = state or os.path.join(self.work, "state")
        self.socket = os.path.join(self.work, "api.sock")
        self.log = os.path.join(self.work, "log")
        self.options = options
        self.environment = environment or {}
        self.prepare = prepare  # runs in the child before the daemon starts
        self.status = None

    def __enter__(self):
        command = [MPTABLED, "--listen", "127.0.0.1:0", "--listen", "unix:" + self.socket, *self.options]
        environment = dict(os.environ, XDG_STATE_HOME=self.state)
        for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "LISTEN_FDS", "NOTIFY_SOCKET"):
            environment.pop(name, None)
        environment.update(self.environment)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stderr=log, env=environment, preexec_fn=self.prepare)
        try:
            self.await_start(time.monotonic() + 30)
        except BaseException:
            self.stop()
            raise
        self.port = int(re.search(r"address=127\.0\.0\.1:(\d+)", self.text()).group(1))
        self.url = "http://127.0.0.1:%d" % self.port
        return self

    def await_start(self, deadline):
        while self.text().count("event=listening") < 2:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError("the daemon does not start: " + self.text())
            time.sleep(0.02)

    @property
    def address(self):
        return "127.0.0.1", self.port

    def text(self):
        with open(self.log, encoding="ascii", errors="replace") as log:
            return log.read()

    def cpu(self):
        """The seconds of CPU time that the daemon has used"""
        with open("/proc/%d/stat" % self.process.pid, encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def reload(self, seconds=10):
        """Sends SIGHUP, and waits that many seconds at most until the log has it. Returns the new lines of
        event=reload."""
        def lines():
            return [line for line in self.text().splitlines() if "event=reload" in line]
        before, end = len(lines()), time.monotonic() + seconds
        self.process.send_signal(signal.SIGHUP)
        while len(lines()) == before and time.monotonic() < end:
            time.sleep(0.005)
        return lines()[before:]

    def stop(self):
        """Sends SIGTERM. Returns the exit status, or None when the daemon had to be killed."""
        if self.status is None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                return None
        self.status = self.process.returncode
        return self.status

    def __exit__(self, *exception):
        self.stop()
        shutil.rmtree(self.work)

    def descriptors(self):
        """The number of open descriptors, from the metrics: /proc/PID/fd is closed to other processes of the
        daemon's user."""
        return int(self.metric("process_open_fds"))

    def metric(self, name, *options):
        """The value of a metric, of ours without mptabled_; None: there is none. The UNIX socket has a slot for it."""
        page = self.curl("/metrics", "--unix-socket", self.socket, *options).body.decode()
        found = re.search(r"^(?:mptabled_)?%s (\S+)$" % re.escape(name), page, re.M)
        return float(found.group(1)) if found else None

    def curl(self, path, *options, data=None):
        head = os.path.join(self.work, "head")
        command = ["curl", "-s", "-m", "20", "-D", head, *options]
        if data is not None:
            command += ["--data-binary", "@-"]
        done = subprocess.run(command + [self.url + path], input=data, stdout=subprocess.PIPE)
        if done.returncode != 0:
            raise RuntimeError("curl %s %s: exit status %d" % (path, options, done.returncode))
        with open(head, "rb") as file:
            return Reply(file.read().strip().split(b"\r\n\r\n")[-1], done.stdout)

    def post(self, body, *options, query=""):
        if isinstance(body, str):
            body = body.encode()
        return self.curl("/v1/images" + query, "-H", "Content-Type: application/json", *options, data=body)
