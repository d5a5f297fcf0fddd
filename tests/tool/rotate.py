# SPDX-License-Identifier: ISC
"""mptablectl rotate with a daemon: the new key signs after SIGHUP, the old one stays listed as retired, also after a
restart, whether the key is a file or in the state directory."""
import json
import os
import stat
import subprocess

from daemon import Daemon, Tap
from tool import DONE, IO, MPTABLECTL, USAGE, Tool, refused

tap = Tap()


def keys_of(daemon):
    return [(key["key_id"], key["state"]) for key in json.loads(daemon.curl("/v1/keys").body)["keys"]]


def rotated(tap, done, name):
    """Returns the ids of the new key and of the old one."""
    words = done.stdout.decode().split()
    tap.ok(done.returncode == DONE and done.stderr == b"" and words[2:6] == ["takes", "the", "place", "of"], name, done)
    return words[1], words[6]


def file(tool):
    """--key FILE: the daemon finds the retired halves beside it."""
    key = tool.path("a.key")
    tap.equal(tool.run("keygen", "-s", "a.key").returncode, DONE, "a key")
    with Daemon("--key", key) as daemon:
        (old, _), = keys_of(daemon)
        new, said = rotated(tap, tool.run("rotate", "-s", "a.key"), "rotate says which key takes the place of which")
        tap.equal(said, old, "that of the daemon")
        tap.equal(keys_of(daemon), [(old, "active")], "the daemon signs with the old key until it is told")
        tap.equal(tool.files(), ["a.key", "a.pub", "a.retired-%s.pub" % old], "the old public half is kept")
        tap.equal(stat.S_IMODE(os.stat(key).st_mode), 0o600, "the new key has the mode of the old one")
        daemon.reload()
        tap.equal(keys_of(daemon), [(new, "active"), (old, "retired")], "then with the new one")
        newest, _ = rotated(tap, tool.run("rotate", "--key", "a.key"), "once more")
    with Daemon("--key", key) as daemon:
        tap.equal(keys_of(daemon)[0], (newest, "active"), "a restart takes the newest key")
        tap.equal(sorted(keys_of(daemon)[1:]), sorted([(new, "retired"), (old, "retired")]), "and lists all retired ones")
    with Daemon("--key", tool.path(tool.write("b.key", tool.read("a.key"), 0o600))) as daemon:
        tap.equal(keys_of(daemon), [(newest, "active")], "those of another name are another daemon's")


def state(tool):
    """Without -s: the key of a daemon in the same environment."""
    with Daemon() as daemon:
        (old, _), = keys_of(daemon)
        environment = {"XDG_STATE_HOME": daemon.state, "PATH": os.environ["PATH"]}
        if any(os.path.lexists(path) for path in ("/etc/credstore/mptabled.key", "/var/lib/mptabled/mptabled.key")):
            tap.skip("the state directory", "this host has a key of the unit, which would be rotated")
            return
        done = subprocess.run([MPTABLECTL, "rotate"], env=environment, capture_output=True, timeout=60)
        new, said = rotated(tap, done, "the key in the state directory is rotated")
        daemon.reload()
        tap.equal((keys_of(daemon), said), ([(new, "active"), (old, "retired")], old), "and taken")


def refusals(tool):
    refused(tap, tool.run("rotate", "-s", "none.key"), IO, "none.key: cannot open the key file", "no key to rotate")
    tool.write("open.key", tool.read("a.key"), 0o644)
    refused(tap, tool.run("rotate", "-s", "open.key"), IO, "chmod 600", "a key that the daemon would refuse")
    tap.equal(tool.run("rotate", "a.key").returncode, USAGE, "rotate takes no operand")


def main():
    with Tool() as tool:
        file(tool)
        state(tool)
        refusals(tool)
        tap.equal(tool.has_printed(tool.secrets("a.key")), [], "nothing printed holds the secret")
    tap.done()


main()
