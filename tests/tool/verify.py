# SPDX-License-Identifier: ISC
"""The examples of api/verify: each takes what mptablectl signs, and refuses whatever was altered, or signed by
minisign with other claims."""
import os
import re
import shutil
import subprocess
import time

from daemon import SRCDIR, Tap
from tool import DONE, Tool

VERIFY = os.path.abspath(os.path.join(SRCDIR, "api", "verify"))
TOPOLOGY = '{"cpus": 2, "context": "vm:7f3a", "nonce": "aZ3_-x9Q"}'
WANTED = ("0x9fc00", "vm:7f3a", "aZ3_-x9Q")


def python(tool):
    done = subprocess.run(["/usr/bin/python3", "-c", "import nacl"], capture_output=True)
    return (["/usr/bin/python3", os.path.join(VERIFY, "verify.py")], "") if done.returncode == 0 else (None, "python3-nacl")


def c(tool):
    build = [os.environ.get("CC", "cc"), "-Wall", "-Wextra", "-Werror", "-o", tool.path("verify"),
             os.path.join(VERIFY, "verify.c"), "-lsodium"]
    if not shutil.which(build[0].split()[0]):
        return None, "a compiler"
    subprocess.run(" ".join(build), shell=True, check=True)
    return [tool.path("verify")], ""


def shell(tool):
    return (["sh", os.path.join(VERIFY, "verify.sh")], "") if shutil.which("minisign") else (None, "minisign")


def comment(tool):
    return tool.read("image.minisig").decode().splitlines()[2][len("trusted comment: "):]


def signature(tool, name, change):
    lines = tool.read("image.minisig").decode().splitlines()
    change(lines)
    return tool.write(name, "\n".join(lines) + "\n")


def put(lines, number, text):
    lines[number] = text


def signed_by_minisign(tool, name, claims, *options):
    """A signature of the same key over the same image, with other claims; None without minisign"""
    if not shutil.which("minisign"):
        return None
    done = tool.minisign("-S", "-W", "-s", "key", "-m", "image", "-x", name, "-t", claims, *options)
    return name if done.returncode == 0 else None


def altered(tool):
    """(what was altered, public key, image, signature, what is asked for)"""
    image, now = tool.read("image"), int(time.time())
    good, claims = ("pub", "image", "image.minisig"), comment(tool)
    yield "a byte of the image", "pub", tool.write("byte", bytes([image[0] ^ 1]) + image[1:]), "image.minisig", WANTED
    yield "an image cut short", "pub", tool.write("short", image[:-1]), "image.minisig", WANTED
    yield "an image with a byte more", "pub", tool.write("long", image + b"\0"), "image.minisig", WANTED
    yield "the signature", "pub", "image", signature(tool, "s1", lambda l: put(l, 1, l[1][:30] + "AAAA" + l[1][34:])), WANTED
    yield "the trusted comment", "pub", "image", signature(tool, "s2", lambda l: put(l, 2, l[2].replace("7f3a", "7f3b"))), \
        ("0x9fc00", "vm:7f3b", WANTED[2])
    yield "the signature of the comment", "pub", "image", \
        signature(tool, "s3", lambda l: put(l, 3, "AAAA" + l[3][4:])), WANTED
    yield "another key", "other.pub", "image", "image.minisig", WANTED
    yield "another address", *good, ("0x9f800", *WANTED[1:])
    yield "another context", *good, (WANTED[0], "vm:1", WANTED[2])
    yield "no context where there is one", *good, (WANTED[0], "-", WANTED[2])
    yield "another nonce", *good, (*WANTED[:2], "aZ3_-x9R")
    for what, words in (("expired", re.sub("exp=[^ ]+", "exp=%d" % (now - 3600), claims)),
                        ("signed in the future", re.sub("iat=[^ ]+", "iat=%d" % (now + 3600), claims)),
                        ("other bytes claimed", claims.replace("sha256=", "sha256=0")),
                        ("another size claimed", claims.replace("size=", "size=1")),
                        ("no claims", "file:image"), ("claims of another version", claims.replace("mptabled/1", "mptabled/2"))):
        yield what, "pub", "image", signed_by_minisign(tool, what, words, "-H"), WANTED
    yield "minisign's older kind", "pub", "image", signed_by_minisign(tool, "older", claims, "-l"), WANTED


def main():
    tap = Tap()
    with Tool() as tool:
        for key, public in (("key", "pub"), ("other", "other.pub")):
            tool.run("keygen", "-s", key, "-p", public)
        tool.write("topology", TOPOLOGY)
        made = tool.run("encode", "--key", "key", "-o", "image", "topology")
        tap.ok(made.returncode == DONE, "an image is signed", made)
        for name, prepare in (("Python", python), ("C", c), ("shell", shell)):
            program, missing = prepare(tool)
            if not program:
                tap.skip("%s: examples" % name, missing + " is not installed")
                continue

            def run(public, image, signed, wanted):
                return subprocess.run([*program, public, image, signed, *wanted], cwd=tool.work, capture_output=True)
            done = run("pub", "image", "image.minisig", WANTED)
            tap.ok(done.returncode == 0 and done.stdout.decode().strip() == comment(tool),
                   "%s: takes the image and prints its claims" % name, done)
            for what, public, image, signed, wanted in altered(tool):
                if signed is None:
                    tap.skip("%s: %s" % (name, what), "minisign is not installed")
                    continue
                done = run(public, image, signed, wanted)
                tap.ok(done.returncode == 1 and done.stderr and not done.stdout, "%s: refuses: %s" % (name, what), done)
    tap.done()


main()
