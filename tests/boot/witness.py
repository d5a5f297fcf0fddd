# SPDX-License-Identifier: ISC
"""The guest program on QEMU's chips: the processors of the table answer, and a tick of the timer arrives at the input
that the table has for IRQ 0. Where the table is wrong, it says so."""
import json
import os
import re
import subprocess
import tempfile

import stock
import tables
from daemon import MPTABLECTL

GUEST = os.environ.get("MPTABLE_GUEST", "")
LINE = "mptable.guest: "
INPUT = 2  # where QEMU's own I/O APIC has IRQ 0


def encode(topology, out_format):
    return subprocess.run([MPTABLECTL, "encode", "--format", out_format, "-"], input=json.dumps(topology).encode(),
                          capture_output=True, check=True).stdout


def with_timer_on(topology, intin):
    """The same table with IRQ 0 on another input"""
    done = subprocess.run([MPTABLECTL, "decode", "--base", "0x9fc00"], input=encode(topology, "bin"),
                          capture_output=True, check=False)
    entries = json.loads(done.stdout)["topology"]
    changed = [entry for entry in entries["entries"] if entry["entry"] == "io_interrupt" and entry["irq"] == 0]
    assert [entry["pin"] for entry in changed] == [INPUT], changed
    changed[0]["pin"] = intin
    return entries


def listing(*apic_ids):
    """A table of QEMU's wiring that lists these processors"""
    return stock.elf(tables.image(tables.table(tables.pc([tables.processor(apic_id) for apic_id in apic_ids]))))


def facts(work, topology, smp, machine="pc"):
    """The lines of the guest on a machine with that table: a topology, or the bytes of an ELF file"""
    path = os.path.join(work, "image")
    with open(path, "wb") as file:
        file.write(topology if isinstance(topology, bytes) else encode(topology, "elf"))
    command = [stock.PROGRAM, "-M", stock.MACHINES[machine], "-cpu", "max", "-smp", str(smp), "-m", "64", *stock.QUIET,
               "-bios", stock.ROM, "-serial", "stdio", "-fw_cfg", "name=opt/org.mptabled/image,file=" + path,
               "-kernel", GUEST]
    return [line[len(LINE):] for line in stock.run(command, LINE + "end", 120).splitlines() if line.startswith(LINE)]


def judge_machines(tap, work):
    for machine, cpus in (("pc", 1), ("pc", 2), ("pc", 4), ("pc", 16), ("q35", 4), ("microvm", 4)):
        lines = facts(work, {"profile": "qemu", "cpus": cpus}, cpus, machine)
        name = "%s, %d processors: " % (machine, cpus)
        tap.ok("%d processors are listed, %d answer" % (cpus, cpus) in lines, name + "all answer", lines)
        tap.ok("I/O APIC at 0xfec00000, 24 inputs, IRQ 0 on input 2" in lines, name + "what the table says", lines)
        tap.ok("a tick arrives on input 2" in lines, name + "a tick arrives where the table says", lines)
        tap.ok(lines[-1:] == ["end"] and not any("does not" in line for line in lines), name + "nothing else", lines)


def judge_places(tap, work):
    for name, placement, words, pointer in (
            ("bios", {"window": "bios"}, False, "0xf0000"),
            ("ebda", {"window": "ebda", "base": "0x90000"}, True, "0x90000"),
            ("OpenVMM's place", {"floating_pointer": "0x0", "configuration_table": "0x400"}, False, "0x0")):
        lines = facts(work, {"profile": "qemu", "cpus": 2, "placement": placement, "bios_data_area": words}, 2)
        tap.ok(lines and lines[0].startswith("pointer at %s, " % pointer), "found as Linux does: " + name, lines)
        tap.ok("2 processors are listed, 2 answer" in lines, "and walked: " + name, lines)


def judge_faults(tap, work):
    """What the guest must not overlook"""
    right = {"profile": "qemu", "cpus": 4}
    lines = facts(work, with_timer_on(right, INPUT), 4)
    tap.ok("a tick arrives on input 2" in lines, "a table that was decoded and encoded: a tick arrives", lines)
    lines = facts(work, with_timer_on(right, 0), 4)
    tap.ok("no tick arrives on input 0" in lines, "IRQ 0 on a wrong input: no tick", lines)
    lines = facts(work, {"profile": "kvm", "cpus": 1}, 1)
    tap.ok("no tick arrives on input 0" in lines, "the wiring of KVM on QEMU's chips: no tick", lines)
    lines = facts(work, {"profile": "qemu", "cpus": 3}, 2)
    tap.ok("processor 2 does not answer" in lines and "3 processors are listed, 2 answer" in lines,
           "a processor that is not there does not answer", lines)
    lines = facts(work, listing(0, 1, 1, 0, 1), 2)
    tap.ok(lines.count("processor 1 is listed twice") == lines.count("processor 0 is listed twice") == 1 and
           "2 processors are listed, 2 answer" in lines, "an APIC ID that is listed twice is counted once", lines)
    lines = facts(work, listing(0, 255, 1), 2)
    tap.ok("processor 255 is listed, which means all: it is left out" in lines and
           "2 processors are listed, 2 answer" in lines and lines[-1:] == ["end"],
           "APIC ID 255, which would reach all processors, is left out", lines)
    lines = facts(work, {"profile": "qemu", "processors": [{"apic_id": 1, "bsp": True}]}, 2)
    tap.ok("processor 0 runs this, and is not listed" in lines, "a processor that runs and is not listed", lines)


def judge_file(tap):
    with open(GUEST, "rb") as file:
        data = file.read()
    stock.judge_rebuilt(tap, "src/rom/again.guest", data)
    tap.ok(re.match(rb"HdrS\x0a\x02", data[0x202:]), "it has the setup header of a Linux kernel")


def main():
    tap = stock.start()
    judge_file(tap)
    with tempfile.TemporaryDirectory(prefix="mptabled-witness-") as work:
        judge_machines(tap, work)
        judge_places(tap, work)
        judge_faults(tap, work)
    tap.done()


main()
