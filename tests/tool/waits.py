# SPDX-License-Identifier: ISC
"""What the tool waits for may never come: a lock that another user keeps, a write that takes nothing, a name that is
never found. Each wait has an end."""
import fcntl
import os
import subprocess

from daemon import Tap
from preload import KINDS, Faults
from tool import DONE, IO, Tool, is_sanitized

tap = Tap()


def status_of(tool, *arguments, **more):
    """The exit status, or what the tool does instead for a minute: a wait without an end lasts longer, and no other one
    does on a busy machine."""
    try:
        return tool.run(*arguments, **more).returncode
    except subprocess.TimeoutExpired:
        return "goes on"


def lock(tool):
    """Another process keeps a lock on the directory of the key, as each user may who can read it."""
    holder = os.open(tool.work, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    tap.equal(status_of(tool, "keygen", "-s", "other.key"), DONE, "a lock that is kept: keygen makes a key")
    os.close(holder)


def calls(tool):
    """A write that takes nothing, and a name that is never found"""
    faults = Faults(tool.work)
    environment = dict(os.environ, **faults.environment)
    tool.run("keygen", "-s", "k.key")
    tool.write("four.json", b'{"cpus":4}')
    tool.run("encode", "-s", "k.key", "-o", "image.bin", "four.json")
    tool.write("memory", bytes(1 << 20))
    rows = (("write", ("encode", "-o", "new.bin", "four.json")), ("write", ("keygen", "-s", "new.key")),
            ("write", ("inject", "-p", "k.pub", "--memory", "memory", "image.bin")),
            ("lookup", ("get", "-p", "k.pub", "--server", "http://mptabled.example", "-o", "got.bin", "four.json")))
    for kind, arguments in rows:
        faults.arm(1, True, 1 << KINDS.index(kind), "hang" if kind == "lookup" else "nothing")
        status = status_of(tool, *arguments, env=environment)
        tap.ok(status == IO and faults.disarm(), "%s: a %s that never comes to an end" % (arguments[0], kind), status)


def main():
    with Tool() as tool:
        lock(tool)
        if is_sanitized():
            tap.skip("calls that never come to an end", "sanitizers have an allocator of their own")
        else:
            calls(tool)
    tap.done()


main()
