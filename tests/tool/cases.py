# SPDX-License-Identifier: ISC
"""Inputs that a version of the tool once answered wrongly, with the right answers. They were written from the tables of MPS 1.4
and the formats' definitions by another program (vectors/cases, each as hexdump -C prints it); the answers are those of the
consumers' sources, and of Linux where it was run."""
import json
import os
import re

from daemon import SRCDIR, Tap
from tool import DONE, REFUSED, Tool

tap = Tap()
FOLDER = os.path.join(SRCDIR, "tests", "vectors", "cases")
SOUND = {"extint-io", "lint-extint-all"}  # notes about the table that most of the inputs have: nobody is hurt
DUMP = "from address 0 on"
NO_WORDS = ["--ebda", "0", "--base-memory-kib", "0"]
PARTS = "--base", "0x9fc00,0x90000", "--size"

# name, options, exit status for Linux, rules besides SOUND that are among the findings for all, and the verdict and the worst
# effect of consumers
CASES = (
    ("core64.elf", [], DONE, set(), {"linux": "takes message", "freebsd": "takes -", "openbsd": "takes -"}),
    ("lime.dump", [], DONE, set(), {"linux": "takes message", "freebsd": "takes -", "openbsd": "takes -"}),
    ("dump.hexdump", [], DONE, set(), {"linux": "takes message"}),
    ("mem-1m.raw", [], DONE, set(), {"linux": "takes message", "freebsd": "takes -", "xv6": "takes -"}),
    ("base638.bin", ["--ebda", "0", "--base-memory-kib", "638"], REFUSED, {"fp-not-found"},
     {"linux": "not-found not-found", "xen": "not-found not-found", "memtest86+": "not-found not-found", "openbsd": "takes -"}),
    ("mca.bin", [], DONE, {"bus-missing-isa", "bus-type-foreign"}, {"linux": "takes message", "freebsd": "crashes crashes"}),
    ("local-as-io.bin", [], DONE,
     {"local-as-io", "int-pin-conflict", "int-dest-wildcard", "extint-multiple", "int-pin-flags"}, {"linux": "takes degraded"}),
    ("pci-bus-1.bin", [], REFUSED, {"bus-pci-not-zero"}, {"linux": "takes interrupt-lost"}),
    ("ints-256.table", PARTS, REFUSED, {"int-count-limit", "bus-pci-not-zero", "bus-hierarchy-missing"},
     {"linux": "takes interrupt-lost", "linux-32": "crashes crashes"}),
    ("ints-1024.table", PARTS, REFUSED, {"int-count-limit", "bus-pci-not-zero", "bus-hierarchy-missing"},
     {"linux": "crashes crashes", "linux-32": "crashes crashes"}),
    ("bus-idle.bin", [], DONE, {"bus-type-unknown"}, {"linux": "takes message"}),
    ("ext-loop.bin", [], DONE, {"ext-bus-unknown", "ext-hierarchy-loop"}, {"linux": "takes message"}),
    ("stale-text.bin", [], REFUSED, {"table-signature"}, {"linux": "refuses refuses", "xv6": "crashes crashes"}),
    ("orphan.raw", [], REFUSED, {"table-signature", "table-orphan"}, {"linux": "crashes crashes"}),
    ("low-10.raw", [], DONE, {"fp-outside-window", "low-vectors"}, {"linux": "takes message", "freebsd": "not-found not-found"}),
    ("no-640th-kib.bin", ["--usable", "0x0-0x9fc00", *NO_WORDS], DONE, {"fp-not-found", "bda-not-set"},
     {"linux": "takes message", "freebsd": "not-found not-found", "dragonfly": "takes -"}),
    ("ap-id.bin", ["--apic-ids", "0,2"], REFUSED, {"cpu-not-listed", "cpu-not-there"}, {"linux": "takes cpu-lost"}),
)


def load(name):
    """The bytes of a hexdump -C"""
    data, fill = bytearray(), False
    with open(os.path.join(FOLDER, name + ".hex"), encoding="ascii") as file:
        for line in file:
            if line.startswith("*"):
                fill = True
                continue
            address, digits = re.match(r"([0-9a-f]+) *((?:[0-9a-f]{2} +)*)", line).groups()
            while fill and len(data) < int(address, 16):
                data += data[-16:]
            fill = False
            assert len(data) == int(address, 16), (name, line)
            data += bytes.fromhex(digits)
    return bytes(data)


def put(tool, name):
    """Writes the input into the tool's directory. Returns the value of --size, where it has several parts."""
    if name == "dump.hexdump":
        with open(os.path.join(FOLDER, name), "rb") as file:
            tool.write(name, file.read())
        return []
    data = load(name)
    if name.endswith(".table"):
        tool.write(name, load("ints.fp") + data)
        return ["16,%d" % len(data)]
    tool.write(name, data)
    return []


def check(tool, name, options, status, rules, verdicts):
    options = [*options, *put(tool, name)]
    done = tool.run("lint", *options, name)
    tap.equal(done.returncode, status, name + ": exit status of lint for Linux")
    lines = tool.run("lint", "--for", "all", *options, name).stdout.decode().splitlines()
    found = {match.group(1) for match in (re.match(re.escape(name) + r": [a-z]+: ([a-z0-9-]+):", line) for line in lines) if match}
    tap.equal(found - SOUND, rules, name + ": its findings")
    judged = {words[0]: words[1] + " " + words[3] for words in (line.split() for line in lines) if len(words) > 3}
    tap.equal({consumer: judged.get(consumer) for consumer in verdicts}, verdicts, name + ": verdicts")


def sound(tool):
    """The same table is found in each container, and in memory without options"""
    tables = []
    for name, says in (("core64.elf", ""), ("lime.dump", ""), ("dump.hexdump", ""), ("mem-1m.raw", DUMP), ("no-640th-kib.bin", "")):
        put(tool, name)
        done = tool.run("decode", name)
        got = json.loads(done.stdout)
        tables.append(got["topology"]["entries"])
        tap.ok(done.returncode == DONE and got["exact"] and got["floating_pointer"] == "0x9fc00" and says in done.stderr.decode() and
               bool(says) == bool(done.stderr), name + ": exact, at its address", done.stderr)
    tap.ok(all(table == tables[0] for table in tables) and sum(entry["entry"] == "processor" for entry in tables[0]) == 2,
           "the same table in all of them")
    put(tool, "low-10.raw")
    got = json.loads(tool.run("decode", "low-10.raw").stdout)
    tap.ok(got["exact"] and load("low-10.raw").find(tool.run("encode", "-", data=json.dumps(got["topology"])).stdout) == 0x10,
           "low-10.raw: exact, and encodes")
    put(tool, "orphan.raw")
    lines = tool.run("lint", "orphan.raw").stdout
    got = json.loads(tool.run("decode", "--table", "0x9f900", "orphan.raw").stdout)
    tap.ok(b"0x9f900" in lines and got["topology"]["entries"] == tables[0], "orphan.raw: the table elsewhere is named and read", lines)


def containers(tool):
    """Kinds of files that are not read are refused, with what to do"""
    for name, data, way in (("empty", b"", "is empty"), ("kdump", b"KDUMP   \6", "dump-guest-memory without -z"),
                            ("flattened kdump", b"makedumpfile\0\0\0\0", "dump-guest-memory without -z"),
                            ("migration", b"QEVM\0\0\0\3", "dump-guest-memory"), ("vmss", b"\xd2\xbe\xd2\xbe\x08", ".vmem")):
        done = tool.run("decode", "-", data=data)
        tap.ok(done.returncode == REFUSED and way in done.stderr.decode() and not done.stdout, name, done.stderr)


def main():
    with Tool() as tool:
        for case in CASES:
            check(tool, *case)
        sound(tool)
        containers(tool)
    tap.done()


main()
