# SPDX-License-Identifier: ISC
"""The servers and keys of mptablectl get: which it asks and trusts, and that it still gets an answer while a key is
rotated or a server is lost."""
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

from daemon import Daemon, Tap
from tool import DONE, IO, MPTABLECTL, REFUSED, USAGE, Tool, refused

tap = Tap()
ROUNDS = 500


def key_id(tool, name):
    return tool.read(name).split()[5].decode()


def sound(done):
    return (done.returncode, done.stdout, done.stderr) == (DONE, b"", b"")


def trust(tool, daemon):
    """Keys by option, by folder and by environment."""
    get = ("get", "--server", daemon.url, "--cpus", "4", "-o", "got.bin")
    tool.run("keygen", "-s", "stranger.key")
    os.mkdir(tool.path("folder"))
    os.mkdir(tool.path("empty"))
    shutil.copy(tool.path("stranger.pub"), tool.path("folder/a.pub"))
    shutil.copy(tool.path("daemon.pub"), tool.path("folder/b.pub"))
    tool.write("folder/README", "no key")
    rows = (("several keys", ("-p", "stranger.pub", "-p", "daemon.pub"), {}), ("a folder", ("-p", "folder"), {}),
            ("the environment", (), {"MPTABLED_PUBLIC_KEYS": "stranger.pub:daemon.pub"}),
            ("a folder of the environment", (), {"MPTABLED_PUBLIC_KEYS": "folder"}),
            ("an option before the environment", ("-p", "daemon.pub"), {"MPTABLED_PUBLIC_KEYS": "stranger.pub"}))
    for name, options, environment in rows:
        tap.ok(sound(tool.run(*get, *options, env=dict(os.environ, **environment))), "get with " + name)
        more = dict(env=dict(os.environ, **environment))
        tap.equal(tool.run("verify", *options, "got.bin", **more).returncode, DONE, "verify with " + name)
        tool.write("memory", bytes(1 << 20))
        tap.equal(tool.run("inject", *options, "--memory", "memory", "got.bin", **more).returncode, DONE, "inject with " + name)
    ids = key_id(tool, "daemon.pub"), key_id(tool, "stranger.pub")
    strange = "signed by the key %s, which you do not trust; you trust %s" % ids
    refused(tap, tool.run(*get, "-p", "stranger.pub"), REFUSED, strange, "a key that is not trusted: get")
    refused(tap, tool.run("verify", "-p", "stranger.pub", "got.bin"), REFUSED, strange, "a key that is not trusted: verify")
    tool.write("list", ids[0] + "\n")
    refused(tap, tool.run(*get, "-p", "folder", "--revoked", "list"), REFUSED, "which is revoked", "a revoked key among others")
    tool.write("list", ids[1] + "\n")
    tap.ok(sound(tool.run(*get, "-p", "folder", "--revoked", "list")), "another revoked key")
    impostor = tool.read("stranger.pub").split(b"\n")[1]
    genuine = tool.read("daemon.pub").split(b"\n")[1]
    mixed = subprocess.run(["python3", "-c", "import base64,sys;a,b=map(base64.b64decode,sys.argv[1:]);print(base64.b64encode(a[:10]+b[10:]).decode())",
                            genuine, impostor], capture_output=True, check=True).stdout
    tool.write("folder/a.pub", b"untrusted comment: another key of this id\n" + mixed)
    tap.ok(sound(tool.run(*get, "-p", "folder")), "two keys of one id")
    refused(tap, tool.run(*get, "-p", "folder/a.pub"), REFUSED, "does not match these bytes", "the wrong one of them")
    tool.write("folder/c.pub", "no key")
    done = tool.run(*get, "-p", "folder")
    tap.ok(done.returncode == DONE and b"folder/c.pub" in done.stderr, "a broken file in a folder is passed over, with a word", done)
    refused(tap, tool.run(*get, "-p", "folder/c.pub"), IO, "folder/c.pub", "a broken file that is named")
    refused(tap, tool.run(*get, "-p", "empty"), IO, "the folder has no public key", "a folder without keys")
    refused(tap, tool.run(*get), USAGE, "--unverified takes the image without a key", "no key")
    os.unlink(tool.path("folder/c.pub"))


def forms(tool, daemon):
    get = ("get", "--server", daemon.url, "-p", "daemon.pub", "--cpus", "4", "--bios-data-area")
    for name in ("bin", "hex", "elf"):
        wanted = tool.run("encode", "--cpus", "4", "--bios-data-area", "--format", name).stdout
        done = tool.run(*get, "--format", name, "-o", "got." + name)
        tap.equal((sound(done), tool.read("got." + name)), (True, wanted), "get --format %s is that of encode" % name)
        tap.equal(tool.run(*get, "--format", name, "-o", "-").stdout, wanted, "on standard output, too")
    tap.equal([name + ".minisig" in tool.files() for name in ("got.bin", "got.hex", "got.elf")], [True, False, False],
              "a signature lies beside the bytes that it is of")
    reply = json.loads(tool.run(*get, "--format", "json", "-o", "-", "--nonce", "fresh-fresh").stdout)
    told = json.loads(daemon.curl("/v1/images?cpus=4&bios_data_area=true&nonce=fresh-fresh").body)
    for member in ("image", "sha256", "segments", "findings", "base"):
        tap.equal(reply[member], told[member], "JSON: %s is the daemon's" % member)
    tap.ok(reply["signature"]["key_id"] == told["signature"]["key_id"] and " nonce=fresh-fresh " in reply["signature"]["trusted_comment"] and
           reply["signature"]["minisign"].count("\n") == 4, "JSON: with its signature", reply["signature"])
    done = tool.run("get", "--server", daemon.url, "--unverified", "--cpus", "4", "--format", "json", "-o", "-")
    tap.ok("signature" not in json.loads(done.stdout) and b"not verified" in done.stderr, "none that was not verified", done)


def servers(tool, daemon):
    get = ("get", "-p", "daemon.pub", "--cpus", "4", "-o", "got.bin")
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(8)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody, hangs = ("http://127.0.0.1:%d" % s.getsockname()[1] for s in (closed, silent))
        done = tool.run(*get, "--server", nobody, "--server", "unix:/no/such", "--server", daemon.url)
        tap.ok(done.returncode == DONE and [line.split(": ")[1] for line in done.stderr.decode().splitlines()] == [nobody, "unix:/no/such"],
               "servers are tried in turn", done)
        tap.ok(sound(tool.run(*get, "--server", daemon.url, "--server", nobody)), "until one answers")
        done = tool.run(*get, env=dict(os.environ, MPTABLED_SERVER="%s  %s" % (nobody, daemon.url)))
        tap.equal(done.returncode, DONE, "those of the environment, too")
        refused(tap, tool.run(*get, env=dict(os.environ, MPTABLED_SERVER=" ".join([nobody] * 17))), USAGE,
                "MPTABLED_SERVER: at most 16 servers", "too many of the environment")
        tap.equal(tool.run(*get, "--server", nobody, "--server", nobody).returncode, IO, "none answers")
        begin = time.monotonic()
        done = tool.run(*get, "--server", hangs, "--server", daemon.url)
        tap.ok(done.returncode == DONE and 5 < time.monotonic() - begin < 29, "a server that hangs has its part of the time",
               done, time.monotonic() - begin)
        refused(tap, tool.run(*get, "--server", nobody, "--server", "nowhere"), USAGE, "--server: must be", "all are checked first")
    silent.close()
    with Daemon("--threads", "1") as other:
        done = tool.run(*get, "--server", other.url, "--server", daemon.url)
        tap.ok(done.returncode == DONE and b"which you do not trust" in done.stderr, "a server of another key is passed over", done)
        done = tool.run(*get, "--server", other.url, "--server", nobody)
        tap.equal(done.returncode, REFUSED, "but its answer is refused")


def sockets(tool, daemon):
    get = ("get", "-p", "daemon.pub", "--cpus", "4", "-o", "got.bin", "--server")
    refused(tap, tool.run(*get, "unix:/no/such"), IO, "unix:/no/such: no such socket (is mptabled.socket enabled?)", "no socket")
    left = socket.socket(socket.AF_UNIX)
    left.bind(tool.path("left.sock"))
    left.close()
    refused(tap, tool.run(*get, "unix:left.sock"), IO, "nothing listens at this socket (is mptabled running?)", "a socket without daemon")
    shutil.copy(MPTABLECTL, tool.path("mptablectl"))
    os.chmod(tool.work, 0o755)
    mode = os.stat(daemon.socket).st_mode & 0o777
    os.chmod(daemon.work, 0o755)
    os.chmod(daemon.socket, 0)
    line = ["./mptablectl", *get[:-3], "-o", "/dev/null", "--server", "unix:" + daemon.socket]
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    done = subprocess.run([*user, *line], cwd=tool.work, capture_output=True, stdin=subprocess.DEVNULL)
    os.chmod(daemon.socket, mode)
    refused(tap, done, IO, "Permission denied (are you in the group mptabled-client?)", "a socket that is closed to us")


DEFAULTS = """set -e
mount -t tmpfs none /run
mount -t tmpfs none /etc
mkdir -p /run/mptabled/keys /etc/mptabled
ln -s %s /run/mptabled/api.sock
get() { %s get --cpus 4 -o got.bin && echo 0 || echo "$?"; }
get
cp daemon.pub /run/mptabled/keys/
get
mkdir /etc/mptabled/keys
get
cp stranger.pub /etc/mptabled/keys/
get
rm /run/mptabled/api.sock
get
"""


def defaults(tool, daemon):
    if tool.in_namespace("mount --version").returncode:
        tap.skip("default server and keys", "no mount namespace can be had, or there is no mount(8)")
        return
    done = tool.in_namespace(DEFAULTS % (daemon.socket, MPTABLECTL))
    tap.equal(done.stdout.split(), [b"2", b"0", b"0", b"1", b"3"],
              "no key, and the answer brought none; socket and keys of the unit; keys in /etc come before; no socket")
    tap.ok(b"--unverified takes" in done.stderr and b"which you do not trust" in done.stderr and b"http://127.0.0.1:8640" in done.stderr, "as it says", done.stderr)


def endless(tool):
    """A loop of gets while the key is replaced and the first of two servers is killed."""
    os.mkdir(tool.path("keys"))
    tool.run("keygen", "-s", "signer.key", "-p", "keys/signer.pub")
    old = key_id(tool, "keys/signer.pub")
    options = ("--key", tool.path("signer.key"), "--threads", "1")
    with Daemon(*options) as first, Daemon(*options) as second:
        def rotate():
            tool.run("keygen", "--force", "-s", "signer.key", "-p", "keys/signer.pub")
            for daemon in (first, second):
                daemon.process.send_signal(signal.SIGHUP)
        events = {ROUNDS // 4: rotate, ROUNDS // 2: first.process.kill}
        signers, wrong, notes, threads = [], [], 0, []
        image = tool.run("encode", "--cpus", "4").stdout
        for i in range(ROUNDS):
            if i in events:
                threads.append(threading.Timer(0.005, events[i]))
                threads[-1].start()
            done = tool.run("get", "--server", first.url, "--server", "unix:" + second.socket, "-p", "keys", "--cpus", "4", "-o", "loop.bin")
            signers.append(tool.read("loop.bin.minisig").splitlines()[1][:16])
            notes += done.stderr.count(b"\n")
            if done.returncode != DONE or b"not verified" in done.stderr or tool.read("loop.bin") != image or \
                    tool.run("verify", "-p", "keys", "loop.bin").returncode != DONE:
                wrong.append((i, done))
        for thread in threads:
            thread.join()
        tap.equal(wrong, [], "%d gets, a rotation and a kill -9: none fails, none is unverified" % ROUNDS)
        tap.ok(len(set(signers)) == 2 and signers == sorted(signers, key=signers.index), "the old key signed, then the new one", len(set(signers)))
        tap.ok(ROUNDS // 2 - 10 <= notes <= ROUNDS // 2 + 10, "and a line for each that found the first server gone", notes)
        tap.equal((old + ".pub" in os.listdir(tool.path("keys")), second.stop()), (True, 0), "the old public key is kept under its id")


def main():
    with Tool() as tool:
        with Daemon("--threads", "1") as daemon:
            shutil.copy(os.path.join(daemon.work, "state", "mptabled", "mptabled.pub"), tool.path("daemon.pub"))
            for part in (trust, forms, servers, sockets, defaults):
                part(tool, daemon)
        endless(tool)
        tap.ok(not [name for name in tool.files() if ".tmp" in name], "no temporary file is left", tool.files())
    tap.done()


main()
