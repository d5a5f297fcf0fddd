# SPDX-License-Identifier: ISC
"""libmptmachine as other programs get it, installed, shared and static: the example of its manual page, and the bytes
of every profile against those of the tool."""
import base64
import json
import os
import re
import shutil
import subprocess
import tempfile

from daemon import SRCDIR, Tap
from installed import Installed, run, sanitized
from tool import MPTABLECTL

SOURCES = os.path.join(SRCDIR, "src", "machine")
MANUAL = os.path.join(SOURCES, "libmptmachine.3")
LINE = os.path.join(SRCDIR, "tests", "programs", "machine_line.c")
CC = os.environ.get("CC", "cc").split() + ["-std=c11", "-D_DEFAULT_SOURCE", "-Wall", "-Wextra", "-Werror"]
MIB, CHOSEN = 1 << 20, 0xFFFFFFFF
WINDOWS = ["base-memory", "bios", "ebda"]
PLACES = {"base": "base", "floating": "floating_pointer", "table": "configuration_table"}


def example():
    """The program in the manual page, as a reader copies it"""
    with open(MANUAL, encoding="utf-8") as file:
        text = re.search(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed$", file.read(), re.M | re.S).group(1)
    return text.replace("\\e", "\\").replace("\\&", "")


def encode(topology):
    """(address, bytes) for each segment, or the tool's complaint"""
    done = run(MPTABLECTL, "encode", "--format", "json", "-", input=json.dumps(topology))
    try:
        reply = json.loads(done.stdout)
    except ValueError:
        return done.stderr
    data = base64.b64decode(reply["image"])
    return [(int(s["base"], 16), data[s["offset"]:s["offset"] + s["size"]]) for s in reply["segments"]]


def topology(line):
    """The request that stands for a line of machine_line"""
    out = {"profile": "kvm", "cpus": 1}
    for name, value in (word.split("=") for word in line.split()):
        if name == "route":
            bus, device, pin, intin = (int(n) for n in value.split(":"))
            route = {"bus": bus, "device": device, "pin_name": "INT" + "ABCD"[pin], "pin": intin}
            out.setdefault("pci_interrupts", []).append(route)
        elif name == "profile":
            out[name] = value
        elif name == "window":
            out.setdefault("placement", {})[name] = WINDOWS[int(value) - 1]
        elif name in PLACES:
            out.setdefault("placement", {})[PLACES[name]] = int(value, 0)
        elif name == "bios_data_area":
            out[name] = value == "1"
        elif name in ("packages", "dies", "cores", "threads"):
            out.setdefault("topology", {})[name] = int(value)
        else:
            out[name] = int(value, 0)
    return out


def segments(text):
    return [(int(base, 16), bytes.fromhex(data)) for base, data in (word.split(":") for word in text.split())]


# What a compiler makes of calls when it hardens them is among it.
FROM_OUTSIDE = {
    "memcpy", "memset", "memcmp", "memmove", "strcmp", "strlen", "strncmp", "strerror", "snprintf", "vsnprintf",
    "__errno_location", "__snprintf_chk", "__vsnprintf_chk", "__memcpy_chk", "__memset_chk", "__stack_chk_fail",
    "_GLOBAL_OFFSET_TABLE_",
}


class Lines:
    """machine_line, linked with the installed library"""

    def __init__(self, program, environment):
        self.program, self.environment = program, environment

    def ask(self, lines):
        done = subprocess.run([self.program], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True,
                              env=self.environment)
        return done.stdout.splitlines()


ROUTES = " ".join("route=%d:%d:%d:%d" % (i % 3, i % 32, i % 4, 16 + i % 8) for i in range(90))
MACHINES = [
    "", "cpus=255", "irqs=16", "irqs=24", "cpus=12 packages=2 cores=3 threads=2", "cpus=2 dies=2", "route=0:3:0:20",
    "irqs=24 " + ROUTES, "profile=qemu cpus=4 " + ROUTES, "profile=seabios route=0:1:0:10 route=0:2:1:11",
    "window=1 cpus=60", "window=2", "window=2 base=0xf1000", "window=3", "window=3 base=0x90000 bios_data_area=1",
    "base=0x80000", "base=0x9fc00", "floating=0x9fc00 table=0x90000", "floating=0 table=0x400", "bios_data_area=1",
    "memory_size=0x100000", "memory_size=%d" % (1 << 52),
]
REFUSALS = {
    "cpus=0": "/cpus", "cpus=256": "/cpus", "cpus=4294967295": "/cpus", "profile=volt cpus=42": "/cpus",
    "irqs=15": "/irqs", "irqs=25": "/irqs",
    "cpus=4 packages=3": "/topology", "cpus=4 cores=256": "/topology/cores",
    "cpus=0 threads=4294967295": "/topology/threads",
    "window=4": "/placement/window", "base=0x1": "/placement/base", "window=2 base=0x9fc00": "/placement/base",
    "floating=0x9fc08": "/placement/floating_pointer", "table=0": "/placement/configuration_table",
    "memory_size=4096": "/memory_size", "memory_size=%d" % ((1 << 52) + 1): "/memory_size",
    "profile=openvmm bios_data_area=1": "/bios_data_area",
    "route=0:32:0:1": "/pci_interrupts/0/device", "route=0:0:0:1 route=0:1:4:1": "/pci_interrupts/1/pin_name",
    "route=255:0:0:1": "/pci_interrupts", " ".join(["route=0:0:0:1"] * 1025): "/pci_interrupts",
}


def judge_bytes(tap, lines):
    names = [line.split()[0] for line in run(MPTABLECTL, "profiles").stdout.splitlines() if re.match(r"[a-z]", line)]
    tap.ok(len(names) > 20 and "kvm" in names, "the tool lists its profiles", names)
    machines = ["profile=%s cpus=%d" % (name, cpus) for name in names for cpus in (1, 2, 3, 4, 8, 16, 41, 64, 255)]
    taken, wrong = set(), []
    for line, got in zip(machines, lines.ask(machines)):
        wanted = encode(topology(line))
        if isinstance(wanted, str):
            wrong += [line] * (not got.startswith("refused /cpus"))
        else:
            wrong += [line] * (got.startswith("refused") or segments(got) != wanted)
            taken.add(line.split()[0][8:])
    tap.equal(wrong, [], "every profile: the bytes of the tool, or its refusal")
    tap.equal(sorted(taken), sorted(names), "every profile gave a table")
    for line, got in zip(MACHINES, lines.ask(MACHINES)):
        wanted = encode(topology(line))
        good = isinstance(wanted, list) and segments(got) == wanted
        tap.ok(good, "the bytes of the tool: " + line[:60], got[:200], wanted)


def judge_refusals(tap, lines):
    for (line, member), got in zip(REFUSALS.items(), lines.ask(REFUSALS)):
        tap.ok(got.startswith("refused %s " % member) and len(got.split()) > 4, "refused: " + line[:60], got)
    tap.equal(lines.ask(["profile=kvn"])[0][:28], "no profile: refused /profile", "refused: no such profile")
    tap.ok("work memory must have" in lines.ask(["work=%d" % (2 * MIB - 1)])[0], "refused: a byte too few to work in")
    tap.equal(lines.ask(["ram=0xa0000", "cpus=2 ram=%d" % (0x9FC00 + 16)]),
              ["written, something", "not written, nothing"], "memory that ends in the image is not written at all")


def judge_library(tap, work, libdir):
    library, archive = os.path.join(libdir, "libmptmachine.so"), os.path.join(libdir, "libmptmachine.a")
    shared = run("nm", "-D", "--defined-only", library).stdout
    soname = re.search(r"SONAME.*\[(.*)\]", run("readelf", "-d", library).stdout).group(1)
    with open(os.path.join(SOURCES, "libmptmachine.abi"), encoding="utf-8") as file:
        tap.equal([soname] + sorted(line.split()[2] for line in shared.splitlines()), file.read().split(),
                  "the shared library has the soname and shows the symbols of libmptmachine.abi")
    names = set(re.findall(r" [A-Z] (\w+)", run("nm", "-g", "--defined-only", archive).stdout))
    tap.ok(len(names) > 10 and all(re.match(r"mptm(_|achine_)", name) for name in names),
           "all names of the static library begin with its own", names)
    wanted = set(re.findall(r" U (\w+)", run("nm", "-u", archive).stdout))
    wanted = {name for name in wanted if not name.startswith("mpt")}
    tap.equal(sorted(wanted - FROM_OUTSIDE), [], "of the C library it wants what compares, copies and formats alone")
    with open(os.path.join(work, "a.cc"), "w", encoding="utf-8") as file:
        file.write('#include <mptmachine.h>\nint main() { mptm machine; return mptm_defaults(&machine, "kvm"); }\n')


def judge_example(tap, work, environment, shared, static):
    wanted = encode({"cpus": 4, "irqs": 24, "memory_size": MIB,
                     "pci_interrupts": [{"bus": 0, "device": 3, "pin_name": "INTA", "pin": 20}]})
    with open(os.path.join(work, "example.c"), "w", encoding="utf-8") as file:
        file.write(example())
    for name, linked in (("shared", shared), ("static", static)):
        program, memory = os.path.join(work, "example-" + name), os.path.join(work, "memory-" + name)
        built = run(*CC, "-o", program, os.path.join(work, "example.c"), *linked)
        if built.returncode == 0:
            built = run(program, "4", memory, env=environment)
        title = "the manual's example, " + name
        if not tap.ok(built.returncode == 0, title + ": builds without a warning, and runs", built.stderr):
            continue
        with open(memory, "rb") as file:
            data = file.read()
        empty = bytearray(MIB)
        for base, image in wanted:
            empty[base:base + len(image)] = image
        tap.ok(data == empty, title + ": the tool's bytes, and nothing else")
    refused = run(os.path.join(work, "example-static"), "256", memory)
    tap.ok(refused.returncode == 1 and "/cpus: must be 1 to 255" in refused.stderr,
           "the example refuses 256 processors", refused.stderr)


def main():
    tap = Tap()
    if sanitized(MPTABLECTL):
        print("1..0 # SKIP the sanitizers are no part of an installed library")
        return
    with tempfile.TemporaryDirectory(prefix="mptabled-machine-") as work:
        libraries = Installed(work)
        if not tap.ok(libraries.libdir, "library, header and pkg-config file are installed", libraries.said):
            tap.done()
            return
        libdir, shared = libraries.libdir, libraries.flags("libmptmachine")
        static = [flag for flag in shared if flag.startswith("-I")]
        static += [os.path.join(libdir, name) for name in ("libmptmachine.a", "libmptable.a")]
        judge_library(tap, work, libdir)
        judge_example(tap, work, libraries.environment, shared, static)
        program = os.path.join(work, "machine_line")
        built = run(*CC, "-o", program, LINE, *shared)
        if tap.ok(built.returncode == 0, "a program builds with the flags of pkg-config", built.stderr):
            lines = Lines(program, libraries.environment)
            judge_bytes(tap, lines)
            judge_refusals(tap, lines)
        if shutil.which("c++"):
            built = run("c++", "-Wall", "-Wextra", "-Werror", "-o", os.path.join(work, "cc"),
                        os.path.join(work, "a.cc"), *shared)
            tap.ok(built.returncode == 0, "the header is C++ too", built.stderr)
        else:
            tap.skip("the header is C++ too", "no C++ compiler")
    tap.done()


main()
