# SPDX-License-Identifier: ISC
"""mptablectl with ACPI MADTs: those that iasl compiles from tests/vectors/madt, and those that lib/madts.py makes."""
import json
import os
import re
import shutil
import subprocess

import madts as m
from daemon import SRCDIR, Tap
from tool import DONE, IO, REFUSED, USAGE, Tool

GAPS = ("PCI interrupt routes", "buses", "versions of I/O APICs", "versions of local APICs", "OEM ID", "product ID")


def compiled(tool, name):
    """The MADT of a source, as iasl writes it; None where there is no iasl"""
    if not shutil.which("iasl"):
        return None
    shutil.copy(os.path.join(SRCDIR, "tests", "vectors", "madt", name + ".asl"), tool.work)
    subprocess.run(["iasl", "-p", name, name + ".asl"], cwd=tool.work, capture_output=True, check=True)
    return tool.read(name + ".aml")


def encode(tool, table, *options, **more):
    tool.write("madt", table)
    return tool.run("encode", "--from-madt", "madt", "-o", "image", *options, **more)


def entries(tool, form):
    """The entries of one type in the image, as tuples of their most important members"""
    done = tool.run("decode", "image")
    members = {"processor": ("apic_id", "bsp", "enabled"), "bus": ("bus_id", "bus_type"),
               "io_apic": ("apic_id", "address"), "io_interrupt": ("type", "irq", "polarity", "trigger", "io_apic", "pin"),
               "local_interrupt": ("type", "polarity", "trigger", "local_apic", "lint")}[form]
    topology = json.loads(done.stdout)["topology"]
    return [tuple(entry.get(name) for name in members) for entry in topology["entries"] if entry["entry"] == form]


def server(tap, tool):
    """Each type of structure, from iasl, and the same bytes from madts.py"""
    table = compiled(tool, "server")
    if table is None:
        tap.skip("a server's MADT", "no iasl")
        return
    made = m.table(m.cpu(4, uid=1), m.cpu(0, uid=2), m.cpu(6, m.ONLINE_CAPABLE, uid=3), m.cpu(7, 0, uid=4), m.x2apic(32, uid=261),
                   m.ioapic(0), m.ioapic(9, 0xFEC01000, 24), m.override(0, 2), m.override(9, 30, 15), m.nmi(25, 5),
                   m.local_nmi(flags=5), m.x2apic_nmi(0xFFFFFFFF, flags=5), m.x2apic_nmi(261, 0), revision=5)
    tap.equal(table[44:], made[44:], "iasl and madts.py give the same structures")
    done = encode(tool, table)
    tap.ok(done.returncode == DONE, "a server's MADT", done.stderr)
    tap.equal(entries(tool, "processor"), [(4, True, True), (0, False, True), (6, False, False), (32, False, True)],
              "a server: processors in order, the first boots, one can be brought online, one is not there")
    tap.equal(entries(tool, "bus"), [(0, "ISA")], "a server: an ISA bus")
    tap.equal(entries(tool, "io_apic"), [(1, "0xfec00000"), (9, "0xfec01000")],
              "a server: I/O APICs, and an ID of its own for the one that has a processor's")
    tap.equal(entries(tool, "io_interrupt"),
              [("NMI", 0, "high", "edge", 9, 1), ("INT", 0, "conforms", "conforms", 1, 2)] +
              [("INT", irq, "conforms", "conforms", 1, irq) for irq in (1, 3, 4, 5, 6, 7, 8)] +
              [("INT", 9, "low", "level", 9, 6)] +
              [("INT", irq, "conforms", "conforms", 1, irq) for irq in range(10, 16)],
              "a server: IRQ n at input n but for the overrides, and none where another goes")
    tap.equal(entries(tool, "local_interrupt"),
              [("ExtINT", "conforms", "conforms", 4, 0), ("NMI", "high", "edge", "all", 1), ("NMI", "conforms", "conforms", 32, 0)],
              "a server: ExtINT to the BSP, each NMI once")
    said = done.stderr.decode()
    tap.ok(all("gives no " + what in said for what in GAPS), "what a MADT does not say is listed", said)
    tap.ok("I/O APIC 0 has ID 1 in the table" in said, "and the ID that changed")


def wide(tap, tool):
    table = compiled(tool, "wide")
    if table is None:
        tap.skip("an APIC ID above 254", "no iasl")
        return
    done = encode(tool, table)
    tap.equal((done.returncode, done.stderr),
              (REFUSED, b"mptablectl: madt: at 0x34: APIC ID 255 is above 254, the highest that an MP table can list\n"),
              "an APIC ID above 254 is refused with its place")
    tap.ok("image" not in tool.files(), "and no image is written")


PC = (m.cpu(0), m.cpu(1), m.ioapic(2), m.override(0, 2))

REFUSALS = (
    ("nothing", b"", "begin with"),
    ("another table", b"FACP" + m.table(*PC)[4:], "begin with"),
    ("cut", m.table(*PC)[:-1], "the bytes end before the table does"),
    ("a changed byte", m.table(*PC)[:-1] + b"\1", "do not add up to 0"),
    ("a structure of length 0", m.table(m.cpu(0), b"\x7f\0"), "at 0x34: the structure is shorter"),
    ("no processor", m.table(m.ioapic(2)), "no processor is enabled"),
    ("no enabled processor", m.table(m.cpu(0, 0), m.ioapic(2)), "no processor is enabled"),
    ("an override to an input that is not there", m.table(m.cpu(0), m.ioapic(2), m.override(5, 240)),
     "at 0x40: no I/O APIC has an input for interrupt 240"),
    ("an NMI below all I/O APICs", m.table(m.cpu(0), m.ioapic(2, gsi=24), m.nmi(20)),
     "at 0x40: no I/O APIC has an input for interrupt 20"),
    ("local APICs above 4 GiB", m.table(*PC, m.address(1 << 32)), "0x100000000"),
    ("two I/O APICs at one address", m.table(m.cpu(0), m.ioapic(2), m.ioapic(3, gsi=24)), "0xfec00000"),
)


def refusals(tap, tool):
    for name, table, says in REFUSALS:
        done = encode(tool, table)
        tap.ok(done.returncode == REFUSED and says in done.stderr.decode() and "image" not in tool.files(),
               "refused: " + name, done.returncode, done.stderr)
    tap.equal(tool.run("encode", "--from-madt", "missing", "-o", "image").returncode, IO, "no such file")


def bsp(tap, tool):
    table = m.table(m.cpu(0, 0), *PC[1:], m.cpu(3))
    encode(tool, table)
    tap.equal(entries(tool, "processor"), [(0, False, False), (1, True, True), (3, False, True)], "the first enabled one boots")
    tap.equal(encode(tool, table, "--bsp-apic-id", "3").returncode, DONE, "unless told")
    tap.equal(entries(tool, "processor"), [(0, False, False), (1, False, True), (3, True, True)], "then another one boots")
    tap.equal(entries(tool, "local_interrupt")[0], ("ExtINT", "conforms", "conforms", 3, 0), "and has ExtINT")
    for told in ("0", "7"):
        done = encode(tool, table, "--bsp-apic-id", told)
        tap.ok(done.returncode == REFUSED and b"no enabled processor has APIC ID " + told.encode() in done.stderr,
               "refused as BSP: " + told, done.stderr)
    tap.equal(tool.run("encode", "--bsp-apic-id", "0", "-", data='{"cpus":1}').returncode, USAGE, "a BSP without a MADT")


def without_8259(tap, tool):
    encode(tool, m.table(m.cpu(0), m.ioapic(1), pcat_compat=False))
    tap.equal(entries(tool, "local_interrupt"), [], "no 8259s, no ExtINT")
    tap.equal([entry[1:2] + entry[5:] for entry in entries(tool, "io_interrupt")], [(irq, irq) for irq in range(16)],
              "no override: IRQ n at input n")


def with_topology(tap, tool):
    """A topology that is given besides the MADT"""
    rest = {"profile": "qemu", "oem_id": "OLDBOX", "placement": {"window": "bios"}, "local_apic_address": "0xfee01000",
            "pci_interrupts": [{"bus": 1, "device": 3, "pin_name": "INTA", "io_apic": 2, "pin": 19}]}
    done = encode(tool, m.table(*PC), "-", data=json.dumps(rest))
    tap.ok(done.returncode == DONE, "a topology besides", done.stderr)
    tap.ok(b"PCI interrupt" not in done.stderr and b"OEM ID" not in done.stderr and b"product ID" in done.stderr,
           "what it says is not missed", done.stderr)
    topology = json.loads(tool.run("decode", "--base", "0xf0000", "image").stdout)["topology"]
    tap.equal((topology["oem_id"], topology["product_id"], topology["local_apic_address"]),
              ("OLDBOX", "QEMU", "0xfee01000"), "texts and address of the topology, the rest of its profile")
    tap.equal([(e["bus_id"], e["bus_type"]) for e in topology["entries"] if e["entry"] == "bus"],
              [(0, "PCI"), (1, "PCI"), (2, "ISA")], "its PCI buses, then the ISA bus")
    routes = [e for e in topology["entries"] if e["entry"] == "io_interrupt"]
    tap.ok({e["bus"] for e in routes[:-1]} == {2} and routes[-1]["bus"] == 1 and routes[-1]["pin"] == 19,
           "its PCI route behind those of the MADT", routes[-1])
    lists = {"buses": [{"bus_id": 5, "bus_type": "EISA"}], "io_interrupts": [], "local_interrupts": [],
             "io_apics": [{"apic_id": 9, "apic_version": 32, "address": "0xfec00000"}]}
    tap.equal(encode(tool, m.table(*PC), "-", data=json.dumps(lists)).returncode, DONE, "lists in place of the MADT's")
    tap.equal([entries(tool, form) for form in ("bus", "io_apic", "io_interrupt", "local_interrupt")],
              [[(5, "EISA")], [(9, "0xfec00000")], [], []], "are taken")
    del lists["io_interrupts"], lists["local_interrupts"]
    encode(tool, m.table(*PC), "-", data=json.dumps(lists))
    tap.equal({entry[4] for entry in entries(tool, "io_interrupt")}, {9}, "the MADT's interrupts go to its I/O APICs")
    for name, member, says in (("cpus", {"cpus": 2}, "must have none of cpus"),
                               ("processors", {"processors": [{"apic_id": 0}]}, "must have none of cpus"),
                               ("topology", {"topology": {"cores": 2}}, "must have none of cpus"),
                               ("no ISA bus", {"buses": [{"bus_id": 0, "bus_type": "PCI"}]}, "/buses: must have an ISA bus"),
                               ("fewer I/O APICs", {"io_apics": []}, "/io_apics: must be 1, as many as the MADT has"),
                               ("another MADT's", {"placement": {"base": 7}}, "/placement/base"),
                               ("a CPU limit", {"profile": "volt", "nothing": 1}, "/nothing")):
        tool.write("rest", json.dumps(member))
        done = encode(tool, m.table(*PC), "rest")
        tap.ok(done.returncode == REFUSED and says in done.stderr.decode(), "refused beside a MADT: " + name, done.stderr)


def lint(tool, *options):
    """The exit status of lint, and the rules of its findings"""
    done = tool.run("lint", *options, "image")
    return done.returncode, set(re.findall(r"^image: (?:error|warning|note): ([a-z0-9-]+):", done.stdout.decode(), re.M))


FACTS = (
    ("the same machine", m.table(*PC, m.local_nmi()), set(), set()),
    ("a processor more", m.table(*PC, m.cpu(5), m.local_nmi()), {"cpu-not-listed"}, set()),
    ("one that no table can list", m.table(*PC, m.x2apic(300), m.local_nmi()), {"cpu-not-listed"}, set()),
    ("a processor less", m.table(m.cpu(0), *PC[2:], m.local_nmi()), {"cpu-not-there"}, {"cpu-count-mismatch"}),
    ("another I/O APIC", m.table(*PC[:2], m.ioapic(2, 0xFEC10000), PC[3], m.local_nmi()),
     {"ioapic-not-there", "ioapic-not-listed"}, {"isa-input-mismatch"}),
    ("a second I/O APIC", m.table(*PC, m.ioapic(3, 0xFEC10000, 24), m.local_nmi()), {"ioapic-not-listed"}, {"int-pin-range"}),
    ("the timer elsewhere", m.table(*PC[:3], m.local_nmi()), {"irq0-pin"}, set()),
    ("IRQ 5 elsewhere", m.table(*PC, m.override(5, 20), m.local_nmi()), {"isa-input-mismatch"}, set()),
    ("IRQ 5 otherwise", m.table(*PC, m.override(5, 5, 15), m.local_nmi()), {"isa-flags-mismatch"}, {"isa-input-mismatch"}),
    ("no 8259", m.table(*PC, m.local_nmi(), pcat_compat=False), {"extint-8259"}, set()),
    ("local APICs elsewhere", m.table(*PC, m.local_nmi(), local_apic=0xFEE01000), {"lapic-address-mismatch"},
     {"lapic-address-odd"}),
)


def facts(tap, tool):
    """A table that is judged by the MADT of its machine, and by that of another one"""
    encode(tool, m.table(*PC, m.local_nmi()))
    _, usual = lint(tool)
    for name, table, more, none in FACTS:
        tool.write("machine", table)
        _, rules = lint(tool, "--madt", "machine")
        tap.ok(rules - usual == more and not rules & none, "judged beside a MADT: " + name, rules - usual, usual)
    for options, status, more in ((("--apic-ids", "0,1"), DONE, set()), (("--apic-ids", "0,2"), REFUSED, {"cpu-not-listed", "cpu-not-there"}),
                                  (("--vcpus", "2", "--apic-ids", "0x0,0x1"), DONE, set()),
                                  (("--ioapics", "0xfec00000:24"), DONE, set()),
                                  (("--ioapics", "0xfec01000:24"), REFUSED, {"ioapic-not-there", "ioapic-not-listed"})):
        got, rules = lint(tool, *options)
        tap.ok(rules - usual == more and got == status, "judged by " + " ".join(options), got, rules - usual)
    tool.write("machine", m.table(*PC))
    for options, says in ((("--apic-ids", "0,0"), "--apic-ids"), (("--vcpus", "3", "--apic-ids", "0,1"), "--vcpus"),
                          (("--bsp-apic-id", "2", "--apic-ids", "0,1"), "--bsp-apic-id"),
                          (("--ioapics", "0xfec00000"), "--ioapics"), (("--madt", "machine", "--apic-ids", "0,1"), "--apic-ids"),
                          (("--madt", "machine", "--vcpus", "3"), "--vcpus"), (("--madt", "machine", "--irq0-pin", "0"), "--irq0-pin"),
                          (("--madt", "image"), "begin with")):
        done = tool.run("lint", *options, "image")
        tap.ok(done.returncode == USAGE and says in done.stderr.decode(), "usage: " + " ".join(options), done.returncode, done.stderr)
    tap.equal(tool.run("lint", "--madt", "missing", "image").returncode, IO, "no such MADT")
    shown = json.loads(tool.run("decode", "--apic-ids", "0,4", "image").stdout)
    tap.ok("cpu-not-listed" in {f["rule"] for f in shown["findings"]}, "decode knows the facts too", shown["findings"])


def main():
    tap = Tap()
    for part in (server, wide, refusals, bsp, without_8259, with_topology, facts):
        with Tool() as tool:
            part(tap, tool)
    tap.done()


main()
