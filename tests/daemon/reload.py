# SPDX-License-Identifier: ISC
"""mptabled --reload PID and --check-config: a reload that the daemon would refuse is not begun, the outcome of one that was
begun is printed, and a check refuses what a start refuses, binds nothing and makes nothing. The manual's rotation is run."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from daemon import MPTABLED, MPTABLECTL, SRCDIR, Daemon, Tap

tap = Tap()


def keygen(path):
    subprocess.run([MPTABLECTL, "keygen", "--force", "-s", path], check=True, stdout=subprocess.DEVNULL)


def run(*options, environment=None, **more):
    return subprocess.run([MPTABLED, *options], capture_output=True, timeout=60, env=environment, **more)


def reload(daemon, *options):
    done = run("--reload", str(daemon.process.pid), *options)
    return done.returncode, done.stderr.decode()


def active(daemon):
    return [key["key_id"] for key in json.loads(daemon.curl("/v1/keys").body)["keys"] if key["state"] == "active"]


def manual():
    """The lines of the manual's rotation of a daemon that was started by hand."""
    with open(os.path.join(SRCDIR, "src", "mptabled.8"), encoding="ascii") as file:
        text = file.read().split(".Ss Rotation")[1].split(".Sh ")[0]
    return [block for block in re.findall(r"^\.Bd .*?\n(.*?)^\.Ed", text, re.M | re.S) if "--reload" in block][0]


def rotation(work):
    """A shell runs the manual's lines, in the place of that key, with our programs."""
    keygen(os.path.join(work, "mptabled.key"))
    with Daemon("--key", os.path.join(work, "mptabled.key")) as daemon:
        before = active(daemon)
        shell = 'pidof() { echo %d; }\nmptablectl() { "$MPTABLECTL" "$@"; }\nmptabled() { "$MPTABLED" "$@"; }\nset -e\n%s' % (
            daemon.process.pid, manual())
        environment = dict(os.environ, MPTABLED=os.path.abspath(MPTABLED), MPTABLECTL=os.path.abspath(MPTABLECTL))
        done = subprocess.run(["sh", "-c", shell], cwd=work, env=environment, capture_output=True, timeout=60)
        tap.ok(done.returncode == 0 and len(before) == 1 and active(daemon) != before,
               "the manual's rotation, and when it returns the new key signs", done)
        listed = [key["key_id"] for key in json.loads(daemon.curl("/v1/keys").body)["keys"]]
        tap.equal(listed, active(daemon) + before, "the old one is retired")


def outcomes(work):
    good, other = os.path.join(work, "good.key"), os.path.join(work, "other.key")
    keygen(good)
    keygen(other)
    with Daemon("--key", good) as daemon:
        tap.equal((daemon.metric("last_reload_successful"), reload(daemon, "--key", good)), (1, (0, "")), "a reload that works")
        tap.equal(daemon.metric('reloads_total{result="ok"}'), 1, "was one reload")
        os.chmod(good, 0o644)
        status, said = reload(daemon, "--key", good)
        tap.ok(status == 1 and "chmod 600" in said, "a file that would be refused is told", said)
        tap.equal(daemon.metric('reloads_total{result="failed"}'), 0, "and the daemon is left alone")
        status, said = reload(daemon, "--key", other)  # what it checks is good, what the daemon reads is not
        tap.ok(status == 1 and "chmod 600" in said, "the reason of the daemon itself is told", said)
        tap.equal(daemon.metric("last_reload_successful"), 0, "a metric says that the last reload failed")
        os.chmod(good, 0o600)
        tap.equal((reload(daemon, "--key", good), daemon.metric("last_reload_successful")), ((0, ""), 1), "until one is good")
        many = [subprocess.Popen([MPTABLED, "--key", good, "--reload", str(daemon.process.pid)], stderr=subprocess.DEVNULL)
                for _ in range(12)]
        tap.equal([each.wait(60) for each in many], [0] * 12, "12 at once are all answered")
        daemon.process.send_signal(signal.SIGSTOP)
        begin = time.monotonic()
        status, said = reload(daemon, "--key", good)
        taken = time.monotonic() - begin
        daemon.process.send_signal(signal.SIGCONT)
        tap.ok(status == 1 and "within 10 s" in said and 9 < taken < 30, "a daemon that hangs: told after 10 s", said, taken)
        daemon.stop()
        status, said = reload(daemon, "--key", good)
        tap.ok(status == 1 and "cannot signal process" in said, "no such process", said)


def strangers(work):
    """SIGHUP would end a process that does not expect it."""
    key = os.path.join(work, "good.key")
    with subprocess.Popen(["sleep", "60"]) as sleep:
        done = run("--key", key, "--reload", str(sleep.pid))
        tap.ok(done.returncode == 1 and b"is sleep, not " in done.stderr and sleep.poll() is None, "another program is left alone",
               done)
        sleep.kill()
    tap.equal([run("--key", key, "--reload", pid).returncode for pid in ("0", "-1", "x", "")], [2] * 4, "no process id at all")


def checks(work):
    """Each row: options, and words of the refusal, which a start prints too."""
    key = os.path.join(work, "good.key")
    for name in ("file", "closed"):
        with open(os.path.join(work, name), "wb"):
            pass
    long_path = "unix:" + os.path.join(work, "").ljust(108, "x")
    rows = (
        (("--listen", "unix:" + os.path.join(work, "no", "s")), "No such file"),
        (("--listen", "unix:" + os.path.join(work, "file")), "no socket of this user"),
        (("--listen", "unix:relative"), "must begin with /"),
        (("--listen", long_path), "at most 107 bytes"),
        (("--listen", "127.0.0.1:1", "--listen", "127.0.0.1:1"), "given twice"),
        (("--listen", "192.0.2.1:8640"), "other hosts"),
        (("--key", os.path.join(work, "none.key")), "No such file"),
        (("--key", key, "--key", os.path.join(work, "file")), "empty"),
        (("--token-file", os.path.join(work, "none")), "none"),
        (("--tls-cert", key, "--tls-key", key), "good.key"),
    )
    for options, says in rows:
        options = options if "--key" in options else ("--key", key, *options)
        check, start = run("--check-config", *options), run(*options)
        tap.ok(check.returncode == start.returncode == 1 and says in check.stderr.decode() and check.stdout == b"" and
               start.stderr.endswith(check.stderr), "check and start refuse: " + says, check, start)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("--check-config", "--key", key, "--listen", "127.0.0.1:%d" % taken.getsockname()[1], "--listen",
                   "unix:" + os.path.join(work, "unbound"))
        tap.ok((done.returncode, done.stdout) == (0, b"ok\n") and not os.path.exists(os.path.join(work, "unbound")),
               "a check binds nothing, so it runs beside the daemon", done)


def no_key_yet(work):
    """The key that a start would make: the check does not, and looks at all the rest."""
    state = os.path.join(work, "state")
    os.mkdir(state, 0o700)
    environment = {"STATE_DIRECTORY": state}
    done = run("--check-config", environment=environment)
    tap.equal((done.returncode, done.stdout, os.listdir(state)), (0, b"ok\n", []), "a check makes no key")
    for name, text, says in (("old.pub", "x", "old.pub"), ("revoked", "no id\n", "line 1 is not a key id")):
        with open(os.path.join(state, name), "w", encoding="ascii") as file:
            file.write(text)
        done = run("--check-config", environment=environment)
        tap.ok(done.returncode == 1 and says in done.stderr.decode(), "and sees a bad " + name, done)
        os.remove(os.path.join(state, name))
    done = run("--check-config", environment={"XDG_STATE_HOME": os.path.join(work, "not", "yet")})
    tap.ok(done.returncode == 0 and not os.path.exists(os.path.join(work, "not")), "directories are made by a start alone", done)
    if os.geteuid() != 0:
        tap.skip("a directory that may not be written to", "only root can become another user")
        return
    shutil.copy(MPTABLED, os.path.join(work, "mptabled"))
    os.chmod(work, 0o755)
    os.chmod(state, 0o755)
    done = subprocess.run([os.path.join(work, "mptabled"), "--check-config"], capture_output=True, timeout=60, cwd="/",
                          env=environment, user=65534, group=65534, extra_groups=[])
    tap.ok(done.returncode == 1 and b"cannot make a key" in done.stderr, "a directory that may not be written to", done)


def blind(work):
    """systemd 252 hides the credentials from ExecReload=: the daemon alone checks them."""
    name = "credentials that are hidden from the check: the daemon checks"
    if os.geteuid() != 0:
        tap.skip(name, "only root can become another user")
        return
    place = os.path.join(work, "user")
    os.mkdir(place, 0o755)
    os.mkdir(os.path.join(place, "hidden"), 0)
    program = os.path.join(place, "mptabled")
    shutil.copy(MPTABLED, program)
    os.chmod(work, 0o755)
    os.chown(place, 65534, 65534)
    user = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/"}
    log = os.path.join(work, "user.log")
    with open(log, "wb") as file:
        daemon = subprocess.Popen([program, "--listen", "unix:" + os.path.join(place, "s")], stderr=file,
                                  env={"STATE_DIRECTORY": place}, **user)
    deadline = time.monotonic() + 20
    while "event=listening" not in open(log, encoding="ascii").read() and time.monotonic() < deadline:
        time.sleep(0.02)
    ask = [program, "--reload", str(daemon.pid)]
    hidden = {"CREDENTIALS_DIRECTORY": os.path.join(place, "hidden"), "STATE_DIRECTORY": place}
    first = subprocess.run(ask, env=hidden, capture_output=True, timeout=60, **user)
    os.chmod(os.path.join(place, "mptabled.key"), 0o644)
    second = subprocess.run(ask, env=hidden, capture_output=True, timeout=60, **user)
    check = subprocess.run([program, "--check-config"], env=hidden, capture_output=True, timeout=60, **user)
    daemon.terminate()
    daemon.wait(20)
    tap.ok((first.returncode, second.returncode, check.returncode) == (0, 1, 1) and b"chmod 600" in second.stderr and
           b"Permission denied" in check.stderr, name, first, second, check)


def main():
    with tempfile.TemporaryDirectory(prefix="mptabled-reload-") as work:
        for part in (rotation, outcomes, strangers, checks, no_key_yet, blind):
            part(work)
    tap.done()


main()
