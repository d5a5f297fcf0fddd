# SPDX-License-Identifier: ISC
"""Restarts behind sockets that systemd-socket-activate opened and a shell keeps open: no request is lost, whether a client
makes a connection for each request or keeps one."""
import http.client
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from daemon import MPTABLED, Tap
from wire import free_port, wait_until

tap = Tap()
RESTARTS, WANTED = 5, 1000
# The sockets stay open in the shell, as they do in systemd; each daemon is told that they are its own.
KEEPER = 'trap "" TERM; while [ ! -e stop ]; do sh -c \'LISTEN_PID=$$; export LISTEN_PID; echo $$ >>pids; ' \
         'exec "$MPTABLED" 2>>log\'; echo $? >>statuses; done'


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)


class Client(threading.Thread):
    def __init__(self, make, keep):
        super().__init__()
        self.make, self.keep, self.bodies, self.lost, self.again, self.end = make, keep, [], [], 0, False

    def ask(self, connection):
        connection.request("GET", "/v1/images?cpus=4")
        reply = connection.getresponse()
        self.bodies.append((reply.status, reply.read()))

    def run(self):
        connection, fresh = self.make(), True
        while not self.end:
            try:
                self.ask(connection)
                fresh = not self.keep
            except (OSError, http.client.HTTPException) as error:
                # A server may close a connection on which it has answered; a client that keeps one must ask again (RFC 9112 9.3.1).
                if fresh:
                    self.lost.append(repr(error))
                self.again += not fresh
                fresh = True
            if fresh:
                connection.close()
                connection = self.make()
        connection.close()


def lines(work, name):
    try:
        with open(os.path.join(work, name), encoding="ascii", errors="replace") as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def restart(work, clients):
    """Five restarts while the clients ask, the last daemon stopped at the end."""
    for number in range(1, RESTARTS + 1):
        asked = sum(len(client.bodies) for client in clients)
        if wait_until(lambda: sum(len(client.bodies) for client in clients) >= asked + WANTED // RESTARTS + 1, 30) is None:
            return False
        os.kill(int(lines(work, "pids")[-1]), signal.SIGTERM)
        if wait_until(lambda: len(lines(work, "pids")) > number, 30) is None:
            return False
    asked = sum(len(client.bodies) for client in clients)
    return wait_until(lambda: sum(len(client.bodies) for client in clients) > asked, 30) is not None


def main():
    if not shutil.which("systemd-socket-activate"):
        print("1..0 # SKIP systemd-socket-activate is not installed")
        return
    work = tempfile.mkdtemp(prefix="mptabled-restart-")
    path, port = os.path.join(work, "api.sock"), free_port()
    environment = {"MPTABLED": os.path.realpath(MPTABLED), "PATH": os.environ["PATH"], "STATE_DIRECTORY": work}
    keeper = subprocess.Popen(["systemd-socket-activate", "-E", "MPTABLED", "-E", "STATE_DIRECTORY", "-E", "PATH", "-l", path,
                               "-l", "127.0.0.1:%d" % port, "sh", "-c", KEEPER], cwd=work, env=environment,
                              stderr=subprocess.DEVNULL)
    clients = [Client(make, keep) for make in (lambda: UnixConnection(path),
                                               lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=20))
               for keep in (False, True)]
    try:
        wait_until(lambda: os.path.exists(path), 30)
        time.sleep(0.2)  # the daemon listens shortly after the file appears
        for client in clients:
            client.start()
        tap.ok(restart(work, clients), "%d restarts while clients ask" % RESTARTS, lines(work, "log")[-5:])
    finally:
        for client in clients:
            client.end = True
        for client in clients:
            client.join()
        open(os.path.join(work, "stop"), "wb").close()
        if lines(work, "pids"):
            os.kill(int(lines(work, "pids")[-1]), signal.SIGTERM)
        try:
            keeper.wait(30)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait()
    answers = [answer for client in clients for answer in client.bodies]
    tap.equal([error for client in clients for error in client.lost], [], "no request is lost")
    tap.ok(len(answers) >= WANTED and len(set(answers)) == 1 and answers[0][0] == 200,
           "%d requests get the same answer; %d kept connections were closed between two" %
           (len(answers), sum(client.again for client in clients)), set(answers))
    tap.equal(lines(work, "statuses"), ["0"] * (RESTARTS + 1), "each daemon ends well")
    tap.equal(sum("event=stop" in line for line in lines(work, "log")), RESTARTS + 1, "and says so")
    shutil.rmtree(work)
    tap.done()


main()
