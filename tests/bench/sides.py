# SPDX-License-Identifier: ISC
"""The servers that are compared: started, waited for, measured through /proc, and ended by their own ids."""
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TICKS = os.sysconf("SC_CLK_TCK")


class Children:
    """Everything that was started. Each has a session of its own, so a terminal's Ctrl-C reaches only us. A signal that tells
    us to stop is a KeyboardInterrupt, but never between the start of a child and the note of its id."""

    def __init__(self):
        self.running, self.starting, self.signal = [], False, 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)

    def on_signal(self, number, _):
        self.signal = number
        if not self.starting:
            raise KeyboardInterrupt

    def start(self, command, **options):
        self.starting = True
        try:
            child = subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL, **options)
            self.running.append(child)
        finally:
            self.starting = False
        if self.signal:
            raise KeyboardInterrupt
        return child

    def end(self, child):
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)  # its session: a worker would outlive its master
                child.wait()
        if child in self.running:
            self.running.remove(child)

    def run(self, command, limit, **options):
        """Its standard output; a command that fails or takes more than limit seconds is an error."""
        child = self.start(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
        try:
            out = child.communicate(timeout=limit)[0]
        except subprocess.TimeoutExpired:
            raise SystemExit("%s: no end after %d s" % (command[0], limit)) from None
        finally:
            self.end(child)
        if child.returncode != 0:
            raise SystemExit("%s: exit status %d: %s" % (" ".join(command), child.returncode, out[-2000:]))
        return out

    def end_all(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in list(self.running):
            self.end(child)


def family(pid):
    """A process and all its descendants."""
    pids = [pid]
    for one in pids:
        for thread in os.listdir("/proc/%d/task" % one):
            with open("/proc/%d/task/%s/children" % (one, thread), encoding="ascii") as file:
                pids += [int(child) for child in file.read().split()]
    return pids


def cpu_seconds(pid):
    """CPU time of all threads of a process and its children, kernel included. schedstat has nanoseconds where utime and
    stime of stat, which the kernel scales to the same sum, have ticks of 10 ms."""
    total = 0
    for one in family(pid):
        for thread in os.listdir("/proc/%d/task" % one):
            path = "/proc/%d/task/%s/" % (one, thread)
            if os.path.exists(path + "schedstat"):
                with open(path + "schedstat", encoding="ascii") as file:
                    total += int(file.read().split()[0]) / 1e9
            else:
                with open(path + "stat", encoding="ascii") as file:
                    fields = file.read().rpartition(")")[2].split()
                total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def wait_until_idle(pid, limit=2):
    """Until a server is done with what an earlier run has left it, which nobody waits for any more."""
    end = time.monotonic() + limit
    before, now = None, cpu_seconds(pid)
    while now != before and time.monotonic() < end:
        time.sleep(0.02)
        before, now = now, cpu_seconds(pid)


def private_kib(pid):
    """Private memory of a process and its children, and the dirty part of it: KiB."""
    clean = dirty = 0
    for one in family(pid):
        with open("/proc/%d/smaps_rollup" % one, encoding="ascii") as file:
            text = file.read()
        clean += int(re.search(r"Private_Clean: +(\d+)", text).group(1))
        dirty += int(re.search(r"Private_Dirty: +(\d+)", text).group(1))
    return clean + dirty, dirty


def machine_busy():
    """CPU seconds that the whole machine has spent at work since it started."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, softirq, steal = [int(f) for f in file.readline().split()[1:9]]
    return (user + nice + system + irq + softirq + steal) / TICKS


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Answer:
    def __init__(self, status, body):
        self.status, self.body = status, body


class Connection:
    """A keep-alive connection, as plain as can be: what is measured around it should not be its own work."""

    def __init__(self, port, limit=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=limit)

    def ask(self, path, body=None):
        head = "%s %s HTTP/1.1\r\nHost: localhost\r\n" % ("GET" if body is None else "POST", path)
        if body is not None:
            head += "Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
        self.socket.sendall((head + "\r\n" + (body or "")).encode())
        got = b""
        while b"\r\n\r\n" not in got:
            got += self.more()
        head, got = got.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head).group(1))
        while len(got) < length:
            got += self.more()
        return Answer(int(head.split()[1]), got)

    def more(self):
        got = self.socket.recv(65536)
        if not got:
            raise ConnectionError("closed before the answer")
        return got

    def close(self):
        self.socket.close()


def ask(port, path, body=None):
    connection = Connection(port)
    try:
        return connection.ask(path, body)
    finally:
        connection.close()


class Side:
    """A server with a directory of its own. command() says how it is started."""

    def __init__(self, children):
        self.children = children
        self.work = tempfile.mkdtemp(prefix="bench-")
        os.chmod(self.work, 0o755)  # nginx's worker is another user
        self.port = free_port()
        self.child = None

    def spawn(self, before=()):
        with open(os.path.join(self.work, "log"), "ab") as log:
            self.child = self.children.start([*before, *self.command()], stdout=log, stderr=log,
                                             env=self.environment())
        return self.child

    def start(self, before=(), limit=20):
        self.spawn(before)
        deadline = time.monotonic() + limit
        while True:
            try:
                Connection(self.port).close()
                return self
            except ConnectionRefusedError:
                if self.child.poll() is not None or time.monotonic() > deadline:
                    with open(os.path.join(self.work, "log"), encoding="utf-8", errors="replace") as log:
                        raise SystemExit("%s does not start: %s" % (self.command(), log.read()[-2000:])) from None
                time.sleep(0.01)

    def environment(self):
        return None

    def stop(self):
        if self.child:
            self.children.end(self.child)
            self.child = None

    def close(self):
        self.stop()
        shutil.rmtree(self.work)

    @property
    def pid(self):
        return self.child.pid


class Daemon(Side):
    """mptabled with a key of its own, on TCP and on a UNIX socket."""

    def __init__(self, children, program, *options):
        super().__init__(children)
        self.program, self.options = program, options
        self.socket = os.path.join(self.work, "api.sock")

    def command(self):
        return [self.program, "--listen", "127.0.0.1:%d" % self.port, "--listen", "unix:" + self.socket,
                "--max-connections", "8192", "--log-level", "warning", *self.options]

    def environment(self):
        environment = dict(os.environ, XDG_STATE_HOME=os.path.join(self.work, "state"))
        for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "LISTEN_FDS", "NOTIFY_SOCKET"):
            environment.pop(name, None)
        return environment


def has_threads(children, program):
    return "--threads" in children.run([program, "--help"], 10)


class Nginx(Side):
    """One worker that serves each of some bodies from a file, /static/NAME, and as many bytes from its
    configuration, /return/NAME."""

    def __init__(self, children, program, bodies):
        super().__init__(children)
        self.program = program
        static = os.path.join(self.work, "files", "static")
        os.makedirs(static)
        for name, body in bodies.items():
            with open(os.path.join(static, name), "wb") as file:
                file.write(body)
        fill = {
            "USER": "user nobody nogroup;" if os.getuid() == 0 else "",
            "PORT": str(self.port),
            "RETURNS": "\n        ".join(self.returned(name, len(body)) for name, body in bodies.items()),
        }
        with open(os.path.join(HERE, "nginx.conf"), encoding="ascii") as file:
            text = re.sub(r"@(%s)@" % "|".join(fill), lambda found: fill[found.group(1)], file.read())
        with open(os.path.join(self.work, "nginx.conf"), "w", encoding="ascii") as file:
            file.write(text)

    @staticmethod
    def returned(name, size):
        """nginx takes no word of 4 KiB, so a longer text is several variables, whose values it only points at."""
        pieces = ["x" * min(3000, size - at) for at in range(0, size, 3000)]
        if len(pieces) == 1:
            return 'location = /return/%s { return 200 "%s"; }' % (name, pieces[0])
        sets = " ".join('set $x%d "%s";' % (i, piece) for i, piece in enumerate(pieces))
        return 'location = /return/%s { %s return 200 "%s"; }' % (
            name, sets, "".join("${x%d}" % i for i in range(len(pieces))))

    def command(self):
        return [self.program, "-p", self.work, "-c", os.path.join(self.work, "nginx.conf")]
