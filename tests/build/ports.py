#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Daemons and tools of other machines beside those of this one: the same bytes for the examples and the profiles, and
signatures that each other and minisign take. The arguments are the folder of the programs and the names of the machines."""
import glob
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import daemon as lib
from tool import MPTABLECTL, Tool

FOLDER, MACHINES = os.path.abspath(sys.argv[1]), sys.argv[2:]
EXAMPLES = sorted(glob.glob(os.path.abspath(os.path.join(lib.SRCDIR, "api", "examples", "*.json"))))
FORMATS = ("bin", "json", "hex", "elf")
PATHS = ("/v1/profiles", "/v1/rules", "/v1/keys", "/v1/keys/minisign.pub", "/openapi.json", "/v1/images?cpus=4&profile=qemu",
         "/v1/images?cpus=0", "/nowhere")
tap = lib.Tap()


def has_times(path):
    """Does the signature of this topology tell when it was made?"""
    with open(path, encoding="ascii") as file:
        return not {"nonce", "ttl"}.isdisjoint(json.load(file))


def differences(machine, cases):
    """The cases, arguments of the tool, whose status or output is another than here."""
    def run(program, arguments):
        done = subprocess.run([program, *arguments], capture_output=True, stdin=subprocess.DEVNULL, timeout=120)
        return done.returncode, done.stdout, done.stderr
    theirs = os.path.join(FOLDER, machine + ".mptablectl")
    return [case for case in cases if run(theirs, case) != run(MPTABLECTL, case)]


def try_tool(machine, tool):
    text = subprocess.run([MPTABLECTL, "profiles"], capture_output=True, check=True).stdout.decode()
    profiles = [line.split()[0] for line in text.splitlines()[1:] if not line.startswith(" ")]
    tap.ok(len(EXAMPLES) > 15 and len(profiles) > 20, "there are examples and profiles", EXAMPLES, profiles)
    tap.equal(differences(machine, [["encode", path, "--format", form] for path in EXAMPLES for form in FORMATS]), [],
              "%s: encode gives the same image of each example, in each format" % machine)
    tap.equal(differences(machine, [["encode", "--profile", name, "--cpus", cpus] for name in profiles
                                    for cpus in ("1", "4", "255")]), [],
              "%s: encode gives the same image, or refusal, of each profile" % machine)
    dumps = []
    for path in EXAMPLES:
        dumps.append(tool.path(os.path.basename(path) + ".elf"))
        subprocess.run([MPTABLECTL, "encode", path, "--format", "elf", "-o", dumps[-1]], check=True)
    tap.equal(differences(machine, [[command, *more, dump] for dump in dumps for command, *more in (
        ("decode",), ("lint", "--for", "all", "--routing"))]), [],
        "%s: decode and lint say the same of each example's image" % machine)


def sign(program, tool, name):
    """A key and a signed image of that program's."""
    subprocess.run([program, "keygen", "-s", tool.path(name + ".key"), "-p", tool.path(name + ".pub")], check=True,
                   capture_output=True)
    subprocess.run([program, "encode", "--cpus", "4", "--context", "vm:1", "-s", tool.path(name + ".key"), "-o",
                    tool.path(name + ".bin")], check=True, capture_output=True)


def verify(program, tool, name):
    return subprocess.run([program, "verify", tool.path(name + ".bin"), "-p", tool.path(name + ".pub"), "--context", "vm:1"],
                          capture_output=True).returncode


def try_signatures(machine, tool):
    theirs = os.path.join(FOLDER, machine + ".mptablectl")
    sign(theirs, tool, machine)
    tap.equal(tool.minisign("-VHm", machine + ".bin", "-p", machine + ".pub").returncode, 0,
              "%s: minisign takes its signature" % machine)
    tap.equal((verify(MPTABLECTL, tool, machine), verify(theirs, tool, "here")), (0, 0),
              "%s: each takes the other's key and signature" % machine)
    tool.write(machine + ".bin", bytes([tool.read(machine + ".bin")[0] ^ 1]) + tool.read(machine + ".bin")[1:])
    tap.equal((verify(MPTABLECTL, tool, machine), verify(theirs, tool, machine)), (1, 1),
              "%s: neither takes another image" % machine)


def serve(program, key):
    """The replies of that daemon: status, fields and body for each request."""
    lib.MPTABLED = program
    replies = {}

    def keep(name, reply):
        for field in ("date", "x-request-id"):
            reply.headers.pop(field, None)
        body = reply.body
        if reply.headers.get("content-type") == "application/problem+json":
            body = {**json.loads(body), "instance": None}
        replies[name] = reply.status, reply.headers, body
    with lib.Daemon("--key", key) as d:
        for path in PATHS:
            keep(path, d.curl(path))
        for example in EXAMPLES:
            with open(example, "rb") as file:
                body = file.read()
            image = d.post(body, query="?format=bin")
            decoded = d.curl("/v1/decode?for=all&base=" + image.headers["mptable-segments"].split("+")[0], "-H",
                             "Content-Type: application/octet-stream", data=image.body)
            keep(example + " decoded", decoded)
            if has_times(example):
                replies[example] = image.body
                continue
            keep(example, image)
            for form in FORMATS[1:]:
                keep(example + " " + form, d.post(body, query="?format=" + form))
        tap.equal(d.stop(), 0, "%s ends with status 0" % os.path.basename(program))
    return replies


def try_daemon(machine, here, key):
    theirs = serve(os.path.join(FOLDER, machine + ".mptabled"), key)
    tap.ok(len(here) > 4 * len(EXAMPLES) and theirs.keys() == here.keys() and
           all(reply[0] == 200 for name, reply in here.items() if " " in name), "the daemons answered", list(here))
    wrong = [name for name in here if theirs[name] != here[name]]
    tap.ok(not wrong, "%s: the daemon's replies have the same fields, signatures and bytes" % machine, wrong,
           [(theirs[name], here[name]) for name in wrong[:1]])


with Tool() as shared:
    sign(MPTABLECTL, shared, "here")
    expected = serve(lib.MPTABLED, shared.path("here.key"))
    for name in MACHINES:
        try_tool(name, shared)
        try_signatures(name, shared)
        try_daemon(name, expected, shared.path("here.key"))
tap.done()
