# SPDX-License-Identifier: ISC
"""Keys of a live daemon: rotation under load, refused files, revocation, notifications to the service manager, and that no
output holds a secret. The tests verify signatures with code of their own."""
import base64
import ctypes
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import ed25519
from daemon import MPTABLED, Daemon, Tap
from preload import Faults

tap = Tap()
FOUR = b'{"cpus":4}'
HEADERS = {"Content-Type": "application/json"}


def keygen(path):
    """Makes a minisign key file without password, by code of its own. Returns the key's id, public line and seed."""
    seed = os.urandom(32)
    public = ed25519_public(seed)
    key_id = hashlib.blake2b(public, digest_size=16).digest()[:8]
    checked = b"Ed" + key_id + seed + public
    raw = b"Ed\0\0B2" + bytes(48) + checked[2:] + hashlib.blake2b(checked, digest_size=32).digest()
    write(path, 0o600, b"untrusted comment: test\n" + base64.b64encode(raw) + b"\n")
    line = base64.b64encode(b"Ed" + key_id + public).decode()
    return {"id": key_id[::-1].hex().upper(), "line": line, "seed": seed}


def ed25519_public(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    x, y, z, _ = ed25519.multiply(scalar, ed25519.BASE)
    inverse = pow(z, ed25519.P - 2, ed25519.P)
    x, y = x * inverse % ed25519.P, y * inverse % ed25519.P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def write(path, mode, data):
    """Replaces the file in one step."""
    with open(os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    os.chmod(path + ".new", mode)
    os.rename(path + ".new", path)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def keys_of(daemon):
    got = json.loads(daemon.curl("/v1/keys").body)
    return {key["key_id"]: key for key in got["keys"]}, got["revoked"]


def hang_up(daemon, done):
    """Sends SIGHUP and returns the log line that it caused."""
    lines = daemon.reload()
    return lines[0] if len(lines) == 1 and "result=" + done in lines[0] else "%s of %s" % (done, lines)


def published(work):
    first, second, third = (keygen(os.path.join(work, name)) for name in ("a.key", "b.key", "c.key"))
    write(os.path.join(work, "c.pub"), 0o644, b"untrusted comment: x\n" + third["line"].encode() + b"\n")
    options = []
    for name in ("a.key", "b.key", "c.pub"):
        options += ["--key", os.path.join(work, name)]
    with Daemon(*options) as daemon:
        reply = daemon.curl("/v1/keys")
        tap.equal(reply.headers["content-type"], "application/jwk-set+json", "/v1/keys is a JWK Set")
        keys, revoked = keys_of(daemon)
        tap.equal([(k["key_id"], k["state"], k["minisign"]) for k in keys.values()],
                  [(first["id"], "active", first["line"]), (second["id"], "retired", second["line"]),
                   (third["id"], "retired", third["line"])], "the first key is active, the others retired")
        tap.equal(revoked, [], "none is revoked")
        for key in keys.values():
            public = base64.b64decode(key["minisign"])[10:]
            x = base64.urlsafe_b64encode(public).rstrip(b"=").decode()
            digest = hashlib.sha256(('{"crv":"Ed25519","kty":"OKP","x":"%s"}' % x).encode()).digest()
            tap.equal((key["x"], key["kid"], key["kty"], key["crv"]),
                      (x, base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), "OKP", "Ed25519"),
                      "JWK and RFC 7638 thumbprint of " + key["state"])
        tap.ok(first["line"] in daemon.curl("/v1/keys/minisign.pub").body.decode(), "minisign.pub is the active one")
        pem(work, daemon, first)
        write(os.path.join(work, "revoked"), 0o644, ("# lost\n%s\n" % second["id"].lower()).encode())
        tap.ok("result=ok" in hang_up(daemon, "ok"), "a list of revoked keys is read by SIGHUP")
        keys, revoked = keys_of(daemon)
        tap.equal(([k["state"] for k in keys.values()], revoked), (["active", "revoked", "retired"], [second["id"]]),
                  "and published")
        os.remove(os.path.join(work, "revoked"))
    fails_closed(work, options)


def refusal(reply):
    return reply.status, json.loads(reply.body)["type"]


def fails_closed(work, options):
    """A daemon whose signing key is revoked signs nothing, whether it learns that by a reload or at its start."""
    revoked = (503, "/problems/key-revoked")
    for start in (False, True):
        when = "a start" if start else "a reload"
        if not start and os.path.exists(os.path.join(work, "revoked")):
            os.remove(os.path.join(work, "revoked"))
        with Daemon(*options) as daemon:
            active = next(iter(keys_of(daemon)[0]))
            if not start:
                tag = daemon.post(FOUR).headers["etag"]
                write(os.path.join(work, "revoked"), 0o644, active.encode())
                tap.ok("result=ok" in hang_up(daemon, "ok"), "a reload takes the revocation of the signing key")
            tap.equal([refusal(daemon.post(FOUR)), refusal(daemon.curl("/v1/images?cpus=4&format=bin")),
                       refusal(daemon.post(FOUR, "-H", "If-None-Match: " + tag)), refusal(daemon.curl("/readyz")),
                       refusal(daemon.curl("/v1/keys/minisign.pub"))], [revoked] * 5, "a revoked key signs nothing after " + when)
            tap.ok("event=revoked" in daemon.text() and "retry-after" not in daemon.post(FOUR).headers, "which the log says")
            tap.equal((keys_of(daemon)[0][active]["state"], daemon.curl("/livez").status, daemon.curl("/v1/profiles").status),
                      ("revoked", 200, 200), "the rest is served, and /v1/keys says revoked")
            if start:
                new = keygen(os.path.join(work, "a.key"))
                hang_up(daemon, "ok")
                tap.equal((json.loads(daemon.post(FOUR).body)["signature"]["key_id"], daemon.curl("/readyz").status,
                           keys_of(daemon)[0][active]["state"]), (new["id"], 200, "revoked"), "another key signs after a reload")
    os.remove(os.path.join(work, "revoked"))


def clock(work):
    """The clock is before the build: only requests that need the time are refused."""
    with open(MPTABLED, "rb") as binary:
        if b"__asan_init" in binary.read():
            tap.skip("a clock that is wrong", "sanitizers have an allocator of their own")
            return
    faults = Faults(work)
    faults.page.now = 86400 * 365
    needs = (b'{"cpus":4,"ttl":60}', b'{"cpus":4,"nonce":"12345678"}')
    with Daemon(environment=faults.environment) as daemon:
        tap.ok("event=clock" in daemon.text(), "a clock from before the build is warned of at the start", daemon.text())
        tap.equal([refusal(daemon.post(body)) for body in needs] + [refusal(daemon.curl("/readyz"))],
                  [(503, "/problems/clock")] * 3, "what needs a time is refused, and the daemon is not ready")
        tap.equal([daemon.post(body).status for body in (FOUR, b'{"cpus":4,"context":"vm:1"}')] +
                  [daemon.curl(path).status for path in ("/livez", "/v1/keys", "/v1/profiles")], [200] * 5, "the others are served")
        faults.page.now = 0
        tap.equal([daemon.post(body).status for body in needs] + [daemon.curl("/readyz").status], [200] * 3,
                  "and all of them when the clock is right")


def pem(work, daemon, key):
    """openssl verifies the image's signature, with the key as SPKI PEM."""
    der = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(key["line"])[10:]
    write(os.path.join(work, "pk.pem"), 0o644,
          b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der) + b"\n-----END PUBLIC KEY-----\n")
    image = daemon.post(FOUR, query="?format=bin").body
    lines = daemon.post(FOUR, query="?format=minisig").body.decode().split("\n")
    write(os.path.join(work, "hash"), 0o644, hashlib.blake2b(image).digest())
    write(os.path.join(work, "sig"), 0o644, base64.b64decode(lines[1])[10:])
    done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "pk.pem", "-rawin", "-in", "hash",
                           "-sigfile", "sig"], cwd=work, capture_output=True)
    tap.equal(done.returncode, 0, "openssl verifies with the key as PEM")
    tap.ok(ed25519.minisign(key["line"], image, "\n".join(lines)), "so does a verifier of the tests' own")


class Load(threading.Thread):
    """Posts on one connection until told to stop, and keeps every answer."""

    def __init__(self, port, number):
        super().__init__()
        self.port, self.number, self.answers, self.failures, self.end = port, number, [], [], False

    def run(self):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        count = 0
        while not self.end:
            count += 1
            body = '{"cpus":%d,"context":"%d.%d"}' % (1 + count % 8, self.number, count)
            try:
                client.request("POST", "/v1/images", body, HEADERS)
                reply = client.getresponse()
                self.answers.append((reply.status, reply.read()))
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                client.close()
        client.close()


def rotation(work):
    """Each answer is signed by the key that it names, in all its parts, even while keys are rotated."""
    path, rounds = os.path.join(work, "a.key"), 12
    keys = [keygen(path)]
    with Daemon("--key", path) as daemon:
        loads = [Load(daemon.port, number) for number in range(4)]
        for load in loads:
            load.start()
        for _ in range(rounds):
            time.sleep(0.1)
            keys.append(keygen(path))
            if "result=ok" not in hang_up(daemon, "ok"):
                tap.ok(False, "a rotation is taken", daemon.text()[-500:])
        time.sleep(0.1)
        for load in loads:
            load.end = True
            load.join()
        answers = [answer for load in loads for answer in load.answers]
        tap.equal([failure for load in loads for failure in load.failures], [], "no request fails under rotation")
        tap.equal({status for status, _ in answers}, {200}, "all are answered: %d over %d rotations" %
                  (len(answers), rounds))
        lines = {key["id"]: key["line"] for key in keys}
        seen, wrong = {}, []
        for _, body in answers:
            got = json.loads(body)
            name = got["signature"]["key_id"]
            seen.setdefault(name, []).append(got)
        for name, several in seen.items():
            for got in several[:4] + several[-4:]:
                comment = ed25519.minisign(lines.get(name, ""), base64.b64decode(got["image"]),
                                           got["signature"]["minisign"])
                if comment is None or comment != got["signature"]["trusted_comment"]:
                    wrong.append(name)
        tap.equal(wrong, [], "each is of the key that it names, around every exchange")
        tap.ok(len(seen) > rounds // 2, "many keys have signed", len(seen))
        listed, _ = keys_of(daemon)
        tap.equal([(key, listed[key]["state"]) for key in lines if key in listed],
                  [(key["id"], "active" if key is keys[-1] else "retired") for key in keys],
                  "all are listed, the last as active")
        tap.equal(daemon.stop(), 0, "and it ends well")


def refusals(work):
    """SIGHUP with a key file that is refused at start too: the old key goes on signing, and one log line says how to mend
    the file."""
    path, aside = os.path.join(work, "r.key"), os.path.join(work, "aside")
    key = keygen(path)
    good = read(path)
    raw = base64.b64decode(good.split(b"\n")[1])

    def with_raw(data):
        return b"untrusted comment: test\n" + base64.b64encode(data) + b"\n"

    checked = b"Ed" + raw[54:62] + bytes(32) + raw[94:126]
    rows = (
        ("missing", lambda: None, "No such file"),
        ("empty", lambda: write(path, 0o600, b""), "empty"),
        ("truncated", lambda: write(path, 0o600, good[:100]), "not a minisign secret key"),
        ("too long", lambda: write(path, 0o600, good + b"x" * 2000), "too long"),
        ("readable by others", lambda: write(path, 0o644, good), "chmod 600"),
        ("readable by the group", lambda: write(path, 0o640, good), "chmod 600"),
        ("with a password", lambda: write(path, 0o600, with_raw(raw[:2] + b"Sc" + raw[4:])), "minisign -C -W -s"),
        ("damaged", lambda: write(path, 0o600, with_raw(raw[:70] + b"x" + raw[71:])), "checksum"),
        ("mismatched halves", lambda: write(path, 0o600, with_raw(
            raw[:62] + checked[10:] + hashlib.blake2b(checked, digest_size=32).digest())), "disagree"),
        ("a symbolic link", lambda: os.symlink("aside", path), "symbolic link"),
        ("a hard link", lambda: os.link(aside, path), "2 names"),
        ("a directory", lambda: os.mkdir(path, 0o700), "not a regular file"),
        ("a FIFO", lambda: os.mkfifo(path, 0o600), "not a regular file"),
    )
    with Daemon("--key", path) as daemon:
        before = daemon.post(FOUR).body
        for name, put, because in rows:
            os.rename(path, aside)
            put()
            line = hang_up(daemon, "failed")
            tap.ok(because in line and path in line, "reload refused: " + name, line)
            tap.ok(daemon.post(FOUR).body == before and daemon.curl("/readyz").status == 200, name + ": the old key signs on")
            start = subprocess.run([MPTABLED, "--key", path, "--listen", "127.0.0.1:0"], capture_output=True, timeout=20)
            lines = start.stderr.decode().strip().splitlines()
            tap.ok(start.returncode == 1 and len(lines) == 1 and because in lines[0], "start refused: " + name, lines)
            if os.path.isdir(path) and not os.path.islink(path):
                os.rmdir(path)
            elif os.path.lexists(path):
                os.remove(path)
            os.rename(aside, path)
        if os.geteuid() == 0:
            os.chown(path, 65534, 65534)
            tap.ok("chown 0 " + path in hang_up(daemon, "failed"), "reload refused: another's file")
            os.chown(path, 0, 0)
        os.chmod(work, 0o777)
        tap.ok("chmod o-w" in hang_up(daemon, "failed"), "reload refused: a directory that all may write to")
        os.chmod(work, 0o700)
        tap.ok("result=ok" in hang_up(daemon, "ok"), "and the good file is taken again")
        tap.equal(keys_of(daemon)[0][key["id"]]["state"], "active", "it is the active one")
        for each in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE, signal.SIGALRM, signal.SIGCHLD, signal.SIGWINCH,
                     signal.SIGTSTP, signal.SIGCONT):
            daemon.process.send_signal(each)
        tap.equal(daemon.post(FOUR).body, before, "other signals do nothing")


def default_place(work):
    """Rotation in the state directory: the old public key beside the new one is published; SIGHUP does not make a missing
    key."""
    with Daemon() as daemon:
        place = os.path.join(daemon.state, "mptabled")
        path, public = os.path.join(place, "mptabled.key"), os.path.join(place, "mptabled.pub")
        tap.equal((os.stat(path).st_mode & 0o7777, os.stat(place).st_mode & 0o7777), (0o600, 0o700), "a key is made 0600")
        old = read(public).split(b"\n")[1].decode()
        os.rename(path, path + ".aside")
        tap.ok("No such file" in hang_up(daemon, "failed") and not os.path.exists(path), "a reload makes no key")
        os.rename(public, os.path.join(place, "2026.pub"))
        new = keygen(path)
        tap.ok("result=ok" in hang_up(daemon, "ok"), "a rotated key is taken")
        state, daemon.work_state = daemon.state, os.path.join(work, "kept")
        tap.equal(daemon.stop(), 0, "it stops")
        shutil.move(state, daemon.work_state)
    with Daemon(state=os.path.join(work, "kept")) as daemon:
        keys = list(keys_of(daemon)[0].values())
        tap.equal([(k["minisign"], k["state"]) for k in keys], [(new["line"], "active"), (old, "retired")],
                  "after a restart the old key beside it is listed as retired")
        tap.equal(read(os.path.join(work, "kept", "mptabled", "mptabled.pub")).split(b"\n")[1].decode(), new["line"],
                  "and the public key file is the new key's")


def credentials(work):
    """Files as systemd lays them out for LoadCredential=keys:/etc/mptabled/keys."""
    place = os.path.join(work, "credentials")
    os.mkdir(place, 0o700)
    key = keygen(os.path.join(place, "keys_mptabled.key"))
    old = keygen(os.path.join(place, "other"))
    os.remove(os.path.join(place, "other"))
    write(os.path.join(place, "keys_2025.pub"), 0o400, b"untrusted comment: x\n" + old["line"].encode() + b"\n")
    write(os.path.join(place, "keys_revoked"), 0o400, b"0123456789ABCDEF\n")
    write(os.path.join(place, "tls.key"), 0o400, b"no business of ours\n")
    with Daemon(environment={"CREDENTIALS_DIRECTORY": place}) as daemon:
        keys, revoked = keys_of(daemon)
        tap.equal([(k["key_id"], k["state"]) for k in keys.values()], [(key["id"], "active"), (old["id"], "retired")],
                  "keys come from a credential that is a directory")
        tap.equal(revoked, ["0123456789ABCDEF"], "and so does the list of revoked ones")


def absence(work):
    """A credential that cannot be examined does not count as missing: the daemon makes no other key in its place."""
    rows = (
        ("a link to nothing", lambda at: (os.mkdir(at), os.symlink("nothing", os.path.join(at, "mptabled.key")))),
        ("a link to nothing in a directory of keys",
         lambda at: (os.mkdir(at), os.symlink("nothing", os.path.join(at, "keys_mptabled.key")))),
        ("a directory that is a link to nothing", lambda at: os.symlink("nothing", at)),
        ("a directory that is none", lambda at: write(at, 0o600, b"")),
        ("a directory that may not be searched", lambda at: os.mkdir(at, 0)),
    )
    os.chmod(work, 0o755)
    program = os.path.join(work, "mptabled")  # the build directory may be closed to others
    shutil.copy(MPTABLED, program)
    for number, (name, put) in enumerate(rows):
        place, state = (os.path.join(work, "%s%d" % (kind, number)) for kind in ("absent", "state"))
        put(place)
        os.mkdir(state)
        other = {}
        if os.geteuid() == 0:  # root may search every directory
            other = {"user": 65534, "group": 65534, "extra_groups": []}
            os.chown(state, 65534, 65534)
        for check in (["--check-config"], []):
            try:
                done = subprocess.run([program, "--listen", "127.0.0.1:0", *check], capture_output=True, timeout=10, cwd="/",
                                      env={"CREDENTIALS_DIRECTORY": place, "STATE_DIRECTORY": state}, **other)
            except subprocess.TimeoutExpired as started:
                done = started
            tap.ok(getattr(done, "returncode", 0) == 1 and place in done.stderr.decode() and os.listdir(state) == [],
                   "refused: %s, %s" % (name, "".join(check) or "at start"), done, os.listdir(state))
        if os.path.isdir(place):
            os.chmod(place, 0o700)


class Manager:
    """The receiving end of NOTIFY_SOCKET."""

    def __init__(self, work):
        self.path = os.path.join(work, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)

    def heard(self, seconds):
        """All messages that arrive within @seconds; with 0, those that are there."""
        messages, deadline = [], time.monotonic() + seconds
        while True:
            self.socket.settimeout(max(deadline - time.monotonic(), 0.0001))
            try:
                messages.append(self.socket.recv(4096).decode())
            except (TimeoutError, BlockingIOError):
                return messages


def notify(work):
    manager = Manager(work)
    path = os.path.join(work, "a.key")
    with Daemon("--key", path, environment={"NOTIFY_SOCKET": manager.path}) as daemon:
        serving = "READY=1\nSTATUS=Signing with key " + keys_of(daemon)[0].popitem()[0]
        tap.equal(manager.heard(0.3), [serving], "READY once it accepts, and no watchdog where none is")
        hang_up(daemon, "ok")
        heard = manager.heard(0.3)
        tap.ok(len(heard) == 2 and re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=[1-9]\d+", heard[0]) and heard[1] == serving,
               "RELOADING and READY", heard)
        os.chmod(path, 0o640)
        hang_up(daemon, "failed")
        heard = manager.heard(0.3)
        tap.ok(heard[-1].startswith("READY=1\nSTATUS=Reload failed") and "chmod 600" in heard[-1], "a failed reload is the status",
               heard)
        os.chmod(path, 0o600)
        daemon.stop()
        tap.equal(manager.heard(0.1), ["STOPPING=1"], "STOPPING")
    for pid, pings in (("1", False), (None, True)):
        environment = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "400000"}
        if pid:
            environment["WATCHDOG_PID"] = pid
        with Daemon("--key", path, environment=environment) as daemon:
            heard = manager.heard(2.1).count("WATCHDOG=1")
            tap.ok(heard >= 4 if pings else heard == 0, "the watchdog is pinged while idle" if pings else
                   "not when it is another's", heard)
            if pings:
                stuck(manager, daemon)
    os.remove(manager.path)


def stuck(manager, daemon):
    """A worker hangs: no ping is sent, although the thread that sends pings runs."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    tasks = "/proc/%d/task" % daemon.process.pid
    workers = [int(task) for task in os.listdir(tasks) if int(task) != daemon.process.pid]
    if not workers or len(workers) == len(os.listdir(tasks)):
        tap.ok(False, "there are workers and a control thread", workers)
        return
    if any(libc.ptrace(0x4206, worker, None, None) for worker in workers):  # PTRACE_SEIZE
        tap.skip("no ping for a stuck worker", "threads cannot be stopped here")
        return
    for worker in workers:
        libc.ptrace(0x4207, worker, None, None)  # PTRACE_INTERRUPT
        os.waitpid(worker, 0x40000000)  # __WALL
    manager.heard(0.5)
    tap.equal(manager.heard(1.0), [], "no ping for a stuck worker")
    for worker in workers:
        libc.ptrace(17, worker, None, None)  # PTRACE_DETACH
    manager.heard(0.5)
    tap.ok("WATCHDOG=1" in manager.heard(1.0), "pings again when it goes on")


def spellings(seed):
    """The forms in which a secret could be printed: raw, hex, base64 at each of three offsets in the encoded text."""
    yield seed
    yield seed.hex().encode()
    yield seed.hex().upper().encode()
    for offset in range(3):
        whole = base64.b64encode(bytes(offset) + seed)
        inner = whole[(0, 2, 3)[offset]:][1:-5]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def inherited(daemon):
    name, place = "every descriptor is close-on-exec", "/proc/%d/fdinfo" % daemon.process.pid
    try:
        flags = {fd: int(re.search(rb"flags:\s+(\d+)", read(os.path.join(place, fd))).group(1), 8) for fd in os.listdir(place)}
    except PermissionError:
        tap.skip(name, "only root sees them: the process is closed to others of its user")
        return
    tap.equal([fd for fd in flags if fd not in ("0", "1", "2") and not flags[fd] & 0o2000000], [], name)


def leaks(work):
    """All output of a daemon at its most verbose level."""
    path = os.path.join(work, "leak.key")
    key = keygen(path)
    good = read(path)
    outputs = [("self-test of the search", None)]
    with Daemon("--key", path, "--log-level", "debug") as daemon:
        for target in ("/v1/images?cpus=4&format=" + f for f in ("json", "bin", "minisig", "none")):
            outputs.append((target, daemon.curl(target)))
        for target in ("/v1/keys", "/v1/keys/minisign.pub", "/v1/version", "/v1/profiles", "/openapi.json", "/livez", "/healthz",
                       "/nowhere", "/metrics", "/v1/images?cpus=0", "/%zz"):
            outputs.append((target, daemon.curl(target)))
        outputs += [("refusal", daemon.post(body)) for body in (b"", b"{", b'{"cpus":4,"context":"\\u0000"}', good)]
        for name, damaged in (("cut", good[:-9]), ("turned", good.swapcase()), ("no comment", good.split(b"\n")[1])):
            write(path, 0o600, damaged)
            hang_up(daemon, "failed")
            for command in ([MPTABLED, "--key", path, "--check-config"], [MPTABLED, "--key", path, "--log-level", "debug"]):
                done = subprocess.run(command, capture_output=True, timeout=20)
                outputs.append((name, done.stdout + done.stderr))
        write(path, 0o600, good)
        outputs.append(("--help", subprocess.run([MPTABLED, "--help"], capture_output=True).stdout))
        limits = read("/proc/%d/limits" % daemon.process.pid).decode()
        tap.ok(re.search(r"Max core file size +0 +0 ", limits), "no core files", limits)
        status = read("/proc/%d/status" % daemon.process.pid).decode()
        locked = int(re.search(r"VmLck:\s+(\d+)", status).group(1))
        with open(MPTABLED, "rb") as binary:
            sanitized = b"__asan_init" in binary.read()
        if sanitized:
            tap.skip("the key's memory is locked", "address sanitizers make mlock do nothing")
        else:
            tap.ok(locked > 0, "the key's memory is locked", status)
        inherited(daemon)
        daemon.stop()
        outputs.append(("log", daemon.text().encode()))
    texts = [(name, o.body + repr(o.headers).encode() if hasattr(o, "headers") else o) for name, o in outputs[1:]]
    found = [(name, text) for name, text in texts for spelling in spellings(key["seed"]) if spelling in text]
    tap.equal(found, [], "no output of %d holds the secret as raw, hex or base64" % len(texts))
    tap.ok(sum(spelling in good for spelling in spellings(key["seed"])) >= 1 and
           sum(spelling in key["seed"].hex().encode() for spelling in spellings(key["seed"])) == 1,
           "and would be seen if it did")


def unprivileged(work):
    """A daemon of another user is not dumpable: root owns its files in /proc."""
    if os.geteuid() != 0:
        tap.skip("the process is closed to others of its user", "only root can become another user")
        return
    os.chmod(work, 0o755)
    place = os.path.join(work, "nobody")
    os.mkdir(place, 0o700)
    os.chown(place, 65534, 65534)
    program = os.path.join(work, "mptabled")  # absence() has copied it
    log = open(os.path.join(work, "nobody.log"), "wb+")
    process = subprocess.Popen([program, "--listen", "127.0.0.1:0"], stderr=log, user=65534, group=65534, extra_groups=[],
                               env={"STATE_DIRECTORY": place}, cwd="/")
    deadline = time.monotonic() + 20
    while b"event=listening" not in read(log.name) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
    owner = os.stat("/proc/%d/environ" % process.pid).st_uid
    process.send_signal(signal.SIGTERM)
    tap.equal((process.wait(20), owner), (0, 0), "the process is closed to others of its user")
    tap.ok(b"event=root" not in read(log.name), "and does not warn of root")
    log.close()


def main():
    with tempfile.TemporaryDirectory(prefix="mptabled-keys-") as work:
        for part in (published, clock, rotation, refusals, default_place, credentials, absence, notify, leaks, unprivileged):
            part(work)
    tap.done()


main()
