# SPDX-License-Identifier: ISC
"""The servers that are measured. Each is a process with a port on loopback and a directory."""
import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


class Server:
    """A server runs as long as its with statement. command() is how it is started."""

    loops = 1

    def __init__(self):
        self.work = tempfile.mkdtemp(prefix="bench-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def __enter__(self):
        with open(os.path.join(self.work, "log"), "wb") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env={"XDG_STATE_HOME": self.work})
        end = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            time.sleep(0.01)
        with open(os.path.join(self.work, "log"), encoding="utf-8", errors="replace") as log:
            text = log.read()
        self.__exit__()
        raise SystemExit("%s does not start: %s" % (" ".join(self.command()), text))

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.work)

    def ask(self, request):
        """Status, headers and body of the reply to a whole request as text."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request.encode())
            reply = http.client.HTTPResponse(connection)
            reply.begin()
            return reply.status, reply.headers, reply.read()

    def cpu(self):
        """CPU seconds of all threads, kernel included: the sum of utime and stime, but in ns."""
        tasks = "/proc/%d/task" % self.process.pid
        total = 0
        for thread in os.listdir(tasks):
            with open("%s/%s/schedstat" % (tasks, thread), encoding="ascii") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def settle(self):
        """Waits until the connections of an earlier run are closed on this side too."""
        before, now = None, self.cpu()
        while now != before:
            time.sleep(0.03)
            before, now = now, self.cpu()


class Daemon(Server):
    """mptabled with a key of its own"""

    def __init__(self, program, loops):
        super().__init__()
        self.program, self.loops = program, loops

    def command(self):
        return [self.program, "--listen", "127.0.0.1:%d" % self.port, "--threads", str(self.loops),
                "--max-connections", "8192", "--log-level", "warning"]


class Nginx(Server):
    """nginx with the nginx.conf beside this file"""

    def __init__(self, program):
        super().__init__()
        self.program = program
        with open(os.path.join(HERE, "nginx.conf"), encoding="ascii") as file:
            text = file.read().replace("@PORT@", str(self.port))
        with open(os.path.join(self.work, "nginx.conf"), "w", encoding="ascii") as file:
            file.write(text)

    def command(self):
        return [self.program, "-p", self.work, "-c", "nginx.conf"]
