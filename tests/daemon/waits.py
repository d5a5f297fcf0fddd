# SPDX-License-Identifier: ISC
"""Whatever the daemon waits for may never come: a lock that another user keeps, a standard error or a service manager
that is not read, a call that never returns. Each wait has an end."""
import fcntl
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from daemon import MPTABLED, Daemon, Tap
from preload import KINDS, Faults
from wire import Wire, get, post, wait_until

tap = Tap()
END = 20  # seconds from SIGTERM to the end of the process, at most


def ends(daemon, name, status=0, within=END):
    """Sends SIGTERM, and waits for the end."""
    begin = time.monotonic()
    daemon.process.send_signal(signal.SIGTERM)
    try:
        got = daemon.process.wait(END + 10)
    except subprocess.TimeoutExpired:
        daemon.process.kill()
        got = daemon.process.wait()
    took = time.monotonic() - begin
    daemon.status = got
    tap.ok(got == status and took < within, name, got, took)


def locks():
    """Another process keeps a lock on the directory of the key, as each user may who can read it."""
    with tempfile.TemporaryDirectory(prefix="mptabled-") as work:
        os.mkdir(os.path.join(work, "mptabled"), 0o700)
        holder = os.open(os.path.join(work, "mptabled"), os.O_RDONLY)
        fcntl.flock(holder, fcntl.LOCK_EX)
        for what in ("no key", "a key"):
            with Daemon(state=work) as daemon:
                tap.equal(daemon.post(b'{"cpus":4}').status, 200, "a lock that is kept: the daemon starts with " + what)
                ends(daemon, "and ends")
        os.close(holder)


def start_beside(work, stderr):
    """A daemon for which standard error belongs to another user. Returns the process, and its socket once it is bound."""
    os.chmod(work, 0o1777)
    program, path = os.path.join(work, "mptabled"), os.path.join(work, "s")
    # The build directory may be closed to others. Another process copies: a program that is written here could not be
    # started while a child that another thread has just forked still holds the file.
    subprocess.run(["cp", MPTABLED, program], check=True)
    os.fchmod(stderr, 0)
    other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen([program, "--listen", "unix:" + path], stderr=stderr, cwd="/",
                               env={"XDG_STATE_HOME": os.path.join(work, "state")}, **other)
    wait_until(lambda: os.path.exists(path), 10)
    return process, path


def end_of(process, within=END):
    """The exit status of a process, or what it does instead."""
    try:
        return process.wait(max(within, 0.1))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return "goes on"


def closed_error():
    """Standard error is a pipe that cannot be opened again, because it is another user's. First it is not read, then it
    is."""
    read_end, write_end = os.pipe()
    with tempfile.TemporaryDirectory(prefix="mptabled-") as work, open(read_end, "rb", buffering=0) as log:
        process, path = start_beside(work, write_end)
        try:
            unread(path)
            read_again(process, path, log)
        finally:
            process.kill()
            process.wait()
            os.close(write_end)


def unread(path):
    with Wire(path) as wire:
        statuses = {wire.send(post()).reply().status for _ in range(2000)}
        page = wire.send(get(b"/metrics")).reply().body.decode()
    tap.equal(statuses, {200}, "another user's standard error: 2000 requests are answered")
    dropped = int(re.search(r"log_lines_dropped_total (\d+)", page)[1])
    tap.ok(500 < dropped < 2000, "lines that find no room are dropped and counted", dropped)


def read_again(process, path, log):
    os.set_blocking(log.fileno(), False)
    lines = b""
    wait_until(lambda: (log.read(1 << 16) or b"x")[-1:] == b"x", 1)
    with Wire(path) as wire:
        wire.send(get(b"/later")).reply()
    process.send_signal(signal.SIGTERM)
    got = end_of(process)
    while more := log.read(1 << 16):
        lines += more
    tap.ok(got == 0 and b"/later" in lines and lines.endswith(b"event=stop\n"),
           "when they are read again, lines come to the last", got, lines[-300:])


def full_error():
    """The same pipe, full from the beginning, and never read."""
    read_end, write_end = os.pipe()
    os.write(write_end, bytes(fcntl.fcntl(write_end, 1031, 4096)))  # F_SETPIPE_SZ
    with tempfile.TemporaryDirectory(prefix="mptabled-") as work:
        process, _ = start_beside(work, write_end)
        process.send_signal(signal.SIGTERM)
        tap.equal(end_of(process), 0, "a standard error that is full from the beginning: the daemon ends")
    os.close(read_end)
    os.close(write_end)


def deaf_manager():
    """The service manager does not read its notification socket."""
    with tempfile.TemporaryDirectory(prefix="mptabled-") as work, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(os.path.join(work, "notify"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as filler:
            filler.setblocking(False)
            try:
                while True:
                    filler.sendto(b"x", manager.getsockname())
            except BlockingIOError:
                pass
        with Daemon(environment={"NOTIFY_SOCKET": manager.getsockname()}) as daemon:
            daemon.process.send_signal(signal.SIGHUP)
            tap.ok(wait_until(lambda: "event=reload result=ok" in daemon.text(), 10) is not None and
                   "event=notify result=failed" in daemon.text(), "a manager that does not read: the daemon reloads, and tells")
            ends(daemon, "and ends")


def hang(work, name, kind):
    """Starts a daemon in which a call of that kind does not return. Returns the process, its log, and whether the call
    hangs."""
    faults, log, path = Faults(work), os.path.join(work, "log"), os.path.join(work, "s")
    if name == "start":
        faults.arm(1, kinds=1 << KINDS.index(kind), manner="hang")
    with open(log, "wb") as file:
        process = subprocess.Popen([MPTABLED, "--threads", "1", "--listen", "unix:" + path], stderr=file,
                                   env=dict(os.environ, XDG_STATE_HOME=work, **faults.environment))
    if name != "start":
        wait_until(lambda: b"event=listening" in contents(log), 30)
        time.sleep(0.2)
        faults.arm(1, kinds=1 << KINDS.index(kind), manner="hang")
        process.send_signal(signal.SIGHUP)
        with Wire(path) as wire:  # wakes the loop
            wire.send(get())
    wait_until(lambda: faults.page.fired, 30)
    return process, log, faults.page.fired


def hanging(name, kind):
    """A call that never returns, in a start, a reload or a loop: SIGTERM ends the daemon all the same."""
    with tempfile.TemporaryDirectory(prefix="mptabled-waits-") as work:
        process, log, fired = hang(work, name, kind)
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        got = end_of(process, begin + END - time.monotonic())
        tap.ok((fired, got) == (1, 1) and b'event=stop detail="forced:' in contents(log),
               "a call of the %s never returns: SIGTERM ends the daemon" % name, fired, got, contents(log))


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    parts = [(hanging, "start", "fsync"), (hanging, "reload", "open"), (hanging, "loop", "poll")]
    with open(MPTABLED, "rb") as binary:
        if b"__asan_init" in binary.read():
            tap.skip("calls that never return", "sanitizers have an allocator of their own")
            parts = []
    parts += [(locks,), (closed_error,), (full_error,), (deaf_manager,)]
    with ThreadPoolExecutor(len(parts)) as pool:  # each waits most of the time
        running = [pool.submit(*part) for part in parts]
    for part in running:
        part.result()
    tap.done()


main()
