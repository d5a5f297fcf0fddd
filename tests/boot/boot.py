# SPDX-License-Identifier: ISC
"""Programs that are not ours read our images: Linux and memtest86+ in QEMU. $BOOT_KERNEL and $BOOT_MEMTEST name them.

boot.py                   the suite: the rows below that are quick and tell most
boot.py all               all rows
boot.py ROW...            these rows, their consoles shown
boot.py CPUS [PROFILE]    Linux on an image of the running daemon, its console shown

The machines have no ACPI and no firmware: the ROM of tests/boot enters the program, which finds nothing in low memory
but the images. Linux has no root file system; its console is read up to the count of its CPUs. One machine runs
at a time: Linux measures the timer against the processor, and two emulated machines disturb one another."""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace

import guest
import tables
from daemon import Daemon, MPTABLECTL, Tap
from tables import BP, EN, bus, floating_pointer, image, io_apic, isa_wiring, pc, processor, processors, table

LINUX, MEMTEST = "BOOT_KERNEL", "BOOT_MEMTEST"  # and the variables that name them
COMMAND_LINE = {LINUX: "console=ttyS0 earlyprintk=serial,ttyS0 acpi=off apic=debug panic=-1 nokaslr",
                MEMTEST: "console=ttyS0,115200 nopause nobench nosm keyboard=legacy"}
# Linux counts its CPUs when all that this is about is over, or dies. memtest86+ shows its screen when all CPUs run.
UNTIL = {LINUX: r"Total of \d+ processors activated|Attempted to kill the idle task",
         MEMTEST: r"SMP: [^~]*Using: Core #"}
LOOPS = " lpj=4000000"  # else each CPU counts loops against the timer, for seconds where other programs run as well
MEMORY = {LINUX: 256, MEMTEST: 64}  # MiB, and 4 for each CPU
CRASH = 0
FOUND = "found SMP MP-table at [mem 0x%08x-0x%08x]"
BIOS_BUG = ("BIOS bug...",)
TIMER_COMPLAINTS = ("..MP-BIOS bug...", "...trying to set up timer...")
# A line that names the table, an APIC, ExtINT or the timer as a fault, and those that only emulation brings about
COMPLAINT = re.compile(r"(?=.*\b(mp-?table|mp-bios|bios|io-?apic|apic|extint|timer|irq0|8259a?|8254)\b)"
                       r".*\b(bug|errors?|bad|broken|fail\w*|not|wrong|bogus|differ|conflicts?|unknown|invalid|"
                       r"ignor\w+|disabl\w+)\b", re.I)
OF_EMULATION = ("APIC timer disabled due to verification failure",)
# Inputs that no entry has, which Linux tells when it debugs, and the lines of /proc/interrupts
NO_COMPLAINT = re.compile(r" ?apic \d+ pin \d+ not connected| *\w+: +\d+ ")
SMP_DISABLED = ("BIOS bug, MP table errors detected!...", "... disabling SMP support. (tell your hw vendor)")
MADT = "madt"
NULL_POINTER = ("BUG: kernel NULL pointer dereference, address: 0000000000000004", "RIP: 0010:setup_IO_APIC+...",
                "Kernel panic - not syncing: Attempted to kill the idle task!")
ABOUT_THE_MACHINE = ("bsp-id-mismatch", "cpu-count-mismatch", "fp-outside-window", "irq0-pin")  # no image tells


@dataclass
class Row:
    """name: what ./dev boot takes. image: a topology that the running daemon is to build, segments that tables.py
    made, or MADT: what the tool makes of the ACPI MADT of QEMU's own firmware for the machine. elf: the image is loaded
    as an ELF file, which has its addresses in it. brought_up: how many CPUs the program uses in the end, CRASH for one
    that dies or hangs, None where it is chance. says and never: what some and what no line of the console is, or begins
    with if it ends in "...". rule: the finding that foretells it; None for a table without a fault, on which Linux does
    not complain. until, limit: where the console ends, and after how many seconds, if not as usual. complains: the lines
    about the table, an APIC, ExtINT or the timer, where all are known: none without a fault. routing: Linux's own account
    of its inputs is compared with decode's. options: more for Linux's command line. serial_port: slot of a PCI serial
    port, and the I/O APIC input that its INTA arrives at."""
    name: str
    image: object
    brought_up: int = 4
    says: tuple = ()
    never: tuple = ()
    rule: str = None
    program: str = LINUX
    smp: str = "4"
    suite: bool = True
    elf: bool = False
    until: str = None
    limit: int = 0
    options: str = LOOPS
    machine: str = guest.MICROVM
    serial_port: tuple = None
    complains: tuple = None
    routing: bool = False

    def __post_init__(self):
        if self.rule is None and self.complains is None:
            self.complains = ()

    def vcpus(self):
        return int(self.smp.split(",")[0])


def registered(*apic_ids):
    return ("Processor #%d (Bootup-CPU)" % apic_ids[0],) + tuple("Processor #%d" % i for i in apic_ids[1:])


def identities(product, oem="MPTABLED"):
    return "MPTABLE: OEM ID: " + oem, "MPTABLE: Product ID: " + product


def qemu(cpus, **more):
    return dict(profile="qemu", cpus=cpus, **more)


def faulty(entries, **header):
    return image(table(entries, **header))


def many_interrupts(count):
    """Interrupts of 34 PCI buses, until there are that many I/O interrupt entries."""
    wiring = isa_wiring(0, 15)
    routes = [tables.io_interrupt(1 + i // 128, i % 128, 15, 16 + i % 8) for i in range(count - len(wiring))]
    return (processors(4) + [bus(0, "ISA")] + [bus(1 + i, "PCI") for i in range(9)] + [io_apic(15)] + wiring + routes +
            tables.local_interrupts(0))


def timer_crash(entries, rule, **more):
    """Linux finds no way to its timer, and the I/O APIC's setup dies of it."""
    return Row(image=faulty(entries), brought_up=CRASH, says=("RIP: 0010:setup_IO_APIC+...",), rule=rule, **more)


def pci(device, pin):
    """A device whose INTA arrives at an input of the I/O APIC."""
    return qemu(2, pci_interrupts=[{"bus": 0, "device": device, "pin_name": "INTA", "pin": pin}])


GOOD = table(pc(4))
PC_WITHOUT_CPUS = pc([])
EBDA, EBDA_WORDS = 0x90000, tables.bios_data(0x90000, 0x90000 >> 10)
IN_EBDA = qemu(4, placement={"window": "ebda", "base": hex(EBDA)}, bios_data_area=True)
ROM_END = guest.BIOS + guest.ROM_CODE - 16
TYPE_5 = bytes([5]) + bytes(7)
SPARE_60 = {"profile": "qemu", "processors": [{"apic_id": i, "enabled": i < 4} for i in range(64)]}
VERSION_0 = {"profile": "qemu", "processors": [{"apic_id": i, "apic_version": 0 if i == 1 else 0x14} for i in range(4)]}
STORM_SECONDS = 25  # Linux 6.1 comes to its missing root file system in eight
ROOT = "Unable to mount root fs"
NO_ROOT = ("Kernel panic - not syncing: VFS: " + ROOT + "...",)
DEFAULT_5 = [(tables.WINDOW, floating_pointer(0, configuration=5))]

ROWS = (
    # Images of the daemon. With 64 processors the table lies below the window that holds its floating pointer.
    Row("kvm", {"cpus": 4}, says=identities("KVM") + registered(*range(4)) + (
        "..MP-BIOS bug: 8254 timer not connected to IO-APIC",), never=BIOS_BUG, rule="irq0-pin",
        complains=("..MP-BIOS bug: 8254 timer not connected to IO-APIC",), routing=True),
    Row("qemu", qemu(4), says=identities("QEMU") + registered(*range(4)) + (FOUND % (0x9FC00, 0x9FC0F),),
        never=TIMER_COMPLAINTS, routing=True),
    Row("qemu-64", qemu(64), 64, registered(*range(64)), TIMER_COMPLAINTS, smp="64"),
    Row("qemu-255", qemu(255), 255, registered(*range(255)), smp="255", suite=False),
    Row("spare", SPARE_60, says=registered(*range(4)) + ("smpboot: Allowing 64 CPUs, 60 hotplug CPUs",),
        never=BIOS_BUG, rule="cpu-disabled"),
    Row("gaps", qemu(12, topology={"packages": 2, "cores": 3, "threads": 2}), 12,
        registered(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13), smp="12,sockets=2,cores=3,threads=2"),
    Row("volt", {"profile": "volt", "cpus": 4}, CRASH, identities("VOLT VM", "NOVAFLAR") + registered(*range(4)) +
        NULL_POINTER, rule="irq0-extint-only", routing=True),

    # The windows that Linux scans besides: BIOS ROM, extended BIOS data area, first KiB.
    Row("bios-window", qemu(4, placement={"window": "bios"}), says=identities("QEMU") + (FOUND % (0xF0000, 0xF000F),)),
    Row("bios-window-end", [(guest.BIOS, GOOD), (ROM_END, floating_pointer(guest.BIOS))],
        says=(FOUND % (ROM_END, ROM_END + 15),), suite=False),
    Row("ebda", IN_EBDA, says=identities("QEMU") + (FOUND % (EBDA, EBDA + 15),)),
    Row("elf", IN_EBDA, says=identities("QEMU") + (FOUND % (EBDA, EBDA + 15),), elf=True),
    Row("ebda-end", [(EBDA, GOOD), (EBDA + 0x3F0, floating_pointer(EBDA))] + EBDA_WORDS,
        says=(FOUND % (EBDA + 0x3F0, EBDA + 0x3FF),), suite=False),
    Row("low", qemu(4, placement={"floating_pointer": "0x0", "configuration_table": "0x400"}),
        says=identities("QEMU") + registered(*range(4)) + (FOUND % (0, 15),), rule="fp-outside-window"),
    Row("first-kib", image(GOOD, 0), says=(FOUND % (0, 15),), rule="fp-outside-window", suite=False),

    # PCI interrupts. PIIX3 knows inputs below 16 alone, as its PIRQ registers say; ICH9 slot n's INTA as 20 + n % 4.
    Row("pci-i440fx", pci(3, 11), 2, smp="2", machine=guest.PC, serial_port=(3, 11), routing=True),
    Row("pci-q35", pci(3, 23), 2, smp="2", machine=guest.Q35, serial_port=(3, 23), routing=True,
        suite=False),

    # How Linux routes what is odd: buses of other types, input flags, inputs and IRQs twice, a second I/O APIC.
    Row("routing", faulty(tables.odd_wiring()), 2, rule="int-flags-reserved", smp="2",
        machine=guest.MICROVM + ",ioapic2=on", routing=True),

    Row("timer-step-2", faulty(processors(4) + [bus(0, "ISA"), io_apic(15), tables.io_interrupt(0, 0, 15, 0),
                                                tables.io_interrupt(0, 0, 15, 2, kind=3)] + tables.local_interrupts(0)),
        says=("..MP-BIOS bug: 8254 timer not connected to IO-APIC", "..... (found apic 0 pin 2) ..."), rule="irq0-pin",
        routing=True, suite=False),

    # The firmware's MADT as a table, in place of ACPI: the same processors. Each socket has APIC IDs from a power of 2 on.
    Row("madt-4", MADT, 4, registered(*range(4)), TIMER_COMPLAINTS, smp="4,sockets=2,cores=2,threads=1", machine=guest.Q35),
    Row("madt-9", MADT, 9, registered(0, 1, 2, 4, 5, 6, 8, 9, 10), smp="9,sockets=3,cores=3,threads=1", machine=guest.Q35,
        suite=False),
    Row("madt-24", MADT, 24, registered(*range(12), *range(16, 28)), smp="24,sockets=2,cores=6,threads=2",
        machine=guest.Q35, suite=False),

    # Faults that no encoder of ours lets pass.
    Row("table-checksum", faulty(pc(4), sum_error=1), 1, ("MPTABLE: checksum error!",) + SMP_DISABLED,
        rule="table-checksum"),
    Row("unknown-type", faulty(pc(4) + [TYPE_5]), 4, ("Your mptable is wrong, contact your HW vendor!", "type 5"),
        rule="unknown-entry-type"),
    Row("unknown-type-first", faulty([TYPE_5] + pc(4)), 1, ("Your mptable is wrong, contact your HW vendor!", "type 5",
        "MPTABLE: no processors registered!"), rule="unknown-entry-type", suite=False),
    Row("no-processors", faulty([processor(i, 0) for i in range(4)] + PC_WITHOUT_CPUS), 1,
        ("MPTABLE: no processors registered!",) + SMP_DISABLED, rule="cpu-none-enabled"),
    Row("bsp-disabled", faulty([processor(0, BP)] + processors(4)[1:] + PC_WITHOUT_CPUS), CRASH,
        ("kernel BUG at arch/x86/kernel/apic/apic.c:...", "RIP: 0010:setup_local_APIC+..."), rule="bsp-disabled"),
    Row("bsp-missing", faulty([processor(i) for i in range(4)] + PC_WITHOUT_CPUS), never=BIOS_BUG,
        rule="bsp-missing", suite=False),
    Row("bsp-mismatch", faulty([processor(i, EN | BP if i == 1 else EN) for i in range(4)] + PC_WITHOUT_CPUS), 3,
        ("Processor #1 (Bootup-CPU)",), rule="bsp-id-mismatch", suite=False),
    Row("duplicate-id", faulty([processor(i, EN if i else EN | BP) for i in (0, 1, 2, 2)] + PC_WITHOUT_CPUS), 3,
        ("Processors: 4",), rule="cpu-id-duplicate"),
    Row("id-255", faulty(processors(3) + [processor(255)] + PC_WITHOUT_CPUS), 3, ("Processor #255", "Processors: 4"),
        rule="cpu-id-255", suite=False),
    Row("version-0", faulty([processor(0, EN | BP, 0)] + processors(4)[1:] + PC_WITHOUT_CPUS), 4,
        ("BIOS bug: APIC version is 0 for CPU 0/0x0, fixing up to 0x10",
         "BIOS bug: APIC version mismatch, boot CPU: 14, CPU 0: version 10"), rule="cpu-version-discrete", suite=False),
    Row("too-many", faulty(pc(4)), 2, ("smpboot: do_boot_cpu failed(-1) to wakeup CPU#2",), rule="cpu-count-mismatch",
        smp="2", suite=False),
    Row("ioapic-address", faulty(pc(4, io_apic(15, 0))), CRASH, ("Bogus (zero) I/O APIC address found, skipping!",),
        rule="ioapic-address-zero", options="", limit=30, suite=False),  # waits for the timer
    Row("ioapic-twice", faulty(processors(4) + [bus(0, "ISA"), io_apic(15), io_apic(14)] + isa_wiring(0, 15)), 4,
        ("address 0xfec00000 conflicts with IOAPIC0",), rule="ioapic-address-duplicate", suite=False),
    Row("bus-type", faulty(processors(4) + [bus(0, "ISA"), bus(1, "FOO"), io_apic(15)] + isa_wiring(0, 15)), 4,
        ("Unknown bustype FOO    - ignoring",), rule="bus-type-unknown", suite=False),
    Row("no-interrupts", faulty(processors(4) + [bus(0, "ISA"), io_apic(15)]), 4,
        ("BIOS bug, no explicit IRQ entries, using default mptable. (tell your hw vendor)",), rule="int-none",
        suite=False),
    Row("irq0-missing", faulty(processors(4) + [bus(0, "PCI"), bus(1, "ISA"), io_apic(15),
                                                tables.pci_interrupt(0, 3, "INTA", 15, 11)]), CRASH, NULL_POINTER,
        rule="irq0-missing", suite=False),
    Row("lapic-address", faulty(pc(4), local_apic=0), 1, ("MPTABLE: null local APIC address!",) + SMP_DISABLED,
        rule="lapic-address-zero", suite=False),
    Row("signature", faulty(pc(4), signature=b"PCMQ"), 1, ("MPTABLE: bad signature [PCMQ]!",) + SMP_DISABLED,
        rule="table-signature", suite=False),
    Row("revision", faulty(pc(4), revision=3), 1, ("MPTABLE: bad table version (3)!!",) + SMP_DISABLED,
        rule="table-spec-rev", suite=False),
    Row("pointer-checksum", image(GOOD, sum_error=1), 1, never=("found SMP...",), rule="fp-checksum", suite=False),
    Row("pointer-length", image(GOOD, length=2), 1, never=("found SMP...",), rule="fp-length", suite=False),
    Row("pointer-revision", image(GOOD, revision=2), 1, never=("found SMP...",), rule="fp-spec-rev", suite=False),
    Row("pointer-alignment", image(GOOD, 0x9FC04), 1, never=("found SMP...",), rule="fp-alignment", suite=False),
    Row("outside-window", image(GOOD, 0x9F800), 1, never=("found SMP...",), rule="fp-outside-window", suite=False),
    Row("no-table", [(tables.WINDOW, floating_pointer(0))], CRASH, ("kernel BUG at arch/x86/kernel/mpparse.c:...",),
        rule="fp-physptr-zero", until="PANIC: early exception", suite=False),
    Row("default-5", DEFAULT_5, CRASH, ("Default MP configuration #5", "RIP: 0010:generic_processor_info+...",
        "Kernel panic - not syncing: Attempted to kill the idle task!"), rule="fp-default-config", smp="2",
        suite=False),

    # Effects on Linux that other systems do not share
    Row("base-638", image(GOOD, 0x9F400) + tables.bios_data(0, 638), 1, never=("found SMP...",), rule="fp-not-found"),
    Row("base-512", image(GOOD, 0x7FC00) + tables.bios_data(0, 512), 1, never=("found SMP...",), rule="fp-not-found",
        suite=False),
    Row("low", [(0, floating_pointer(0x400)), (0x400, table(pc(4)))], says=(FOUND % (0, 15),), rule="low-vectors"),
    Row("ints-1024", [(tables.WINDOW, floating_pointer(0x90000)), (0x90000, table(many_interrupts(1024)))], CRASH,
        ("Kernel panic - not syncing: Max # of irq sources exceeded!!",), rule="int-count-limit"),
    Row("ints-1023", [(tables.WINDOW, floating_pointer(0x90000)), (0x90000, table(many_interrupts(1023)))],
        rule="bus-pci-not-zero"),
    Row("dest-255", faulty(pc(4, destination=255)), never=TIMER_COMPLAINTS),
    Row("dest-255-irq0", faulty(pc(4, irq0={"destination": 255})), suite=False),
    Row("mca", faulty(pc(4, isa="MCA")), says=("..TIMER: vector=0x30 apic1=0 pin1=2...",), rule="bus-type-foreign"),
    Row("isabus", faulty(pc(4, isa="ISABUS")), suite=False),
    Row("idle-bus", faulty(processors(4) + [bus(0, "ISA"), bus(1, "AGP"), io_apic(15)] + isa_wiring(0, 15)),
        says=("Unknown bustype AGP    - ignoring",), rule="bus-type-unknown", suite=False),
    Row("absent-ioapic", faulty(pc(4, more=[tables.io_interrupt(0, 5, 9, 5)])), rule="int-unknown-ioapic",
        suite=False),
    timer_crash(pc(4, irq0={"destination": 9}), "irq0-missing", name="absent-ioapic-irq0"),
    timer_crash(pc(4, irq0={"pin": 24}), "irq0-missing", name="input-24-irq0", suite=False),
    timer_crash(pc(4, irq0={"source_bus": 7}), "irq0-missing", name="absent-bus-irq0", suite=False),
    timer_crash(pc(4, io_apic(15, 0xFEC00001)), "ioapic-address-align", name="ioapic-fec00001"),
    timer_crash(pc(4, io_apic(15, 0x1000)), "ioapic-address-odd", name="ioapic-1000", suite=False),
    timer_crash(pc(4, io_apic(15, 0xFEE00000)), "ioapic-address-odd", name="ioapic-fee00000", suite=False),
    Row("ioapic-fec00800", faulty(pc(4, io_apic(15, 0xFEC00800))), suite=False),
    Row("ioapic-fec00100", faulty(pc(4, io_apic(15, 0xFEC00100))), suite=False),
    timer_crash(pc(4, io_apic(15, 0xFEC00010)), "ioapic-address-align", name="ioapic-fec00010", suite=False),
    timer_crash(pc(4, io_apic(15, 0xFEC80000)), "ioapic-address-odd", name="ioapic-fec80000", suite=False),
    Row("lapic-fee01000", faulty(pc(4), local_apic=0xFEE01000), CRASH,
        ("Kernel panic - not syncing: IO-APIC + timer doesn't work!...",), rule="lapic-address-odd", limit=60, suite=False),
    # The interrupts of the timer never end. Whether the CPU is told to be up before they take all of it, is chance.
    Row("level-irq0", faulty(pc(1, irq0={"flags": 0xf})), None, never=NO_ROOT, rule="irq0-level", smp="1", until=ROOT,
        limit=STORM_SECONDS, suite=False),
    Row("level-irq0-c", faulty(pc(1, irq0={"flags": 0xc})), None, never=NO_ROOT, rule="irq0-level", smp="1", until=ROOT,
        limit=STORM_SECONDS, suite=False),
    Row("low-irq0", faulty(pc(1, irq0={"flags": 0x3})), 1, smp="1", until=ROOT,
        limit=STORM_SECONDS, suite=False),
    Row("edge-irq0", faulty(pc(1, irq0={"flags": 0x5})), 1, smp="1", until=ROOT,
        limit=STORM_SECONDS, suite=False),
    Row("bsp-multiple", faulty([processor(i, EN | BP if i < 2 else EN) for i in range(4)] + PC_WITHOUT_CPUS), 3,
        rule="bsp-multiple"),
    Row("bsp-all", faulty([processor(i, EN | BP) for i in range(4)] + PC_WITHOUT_CPUS), 1, rule="bsp-multiple",
        suite=False),
    Row("bsp-200", faulty([processor(200, EN | BP)] + processors(4)[1:] + PC_WITHOUT_CPUS), CRASH,
        ("RIP: 0010:setup_local_APIC+...",), rule="bsp-id-mismatch", suite=False),
    Row("pointer-to-zeros", [(tables.WINDOW, floating_pointer(tables.WINDOW + 16) + bytes(64))], CRASH,
        ("RIP: 0010:smp_check_mpc+...",), rule="table-signature", suite=False),
    Row("length-0", faulty(pc(4), length=0), CRASH, ("RIP: 0010:smp_check_mpc+...",), rule="table-length-short",
        suite=False),
    Row("bsp-unlisted", faulty([processor(0, 0)] + processors(4)[1:] + PC_WITHOUT_CPUS), CRASH,
        ("RIP: 0010:setup_local_APIC+...",), rule="bsp-missing", suite=False),
    Row("ap-200", faulty(processors(3) + [processor(200)] + PC_WITHOUT_CPUS), 3, rule="cpu-id-sparse", suite=False),
    Row("extint", faulty(pc(4, extint=True)), says=("ExtINT not setup in hardware but reported by MP table",), rule="extint-io"),
    Row("no-extint", faulty(pc(4)), never=("ExtINT...",) + TIMER_COMPLAINTS),
    Row("no-ioapic", faulty(processors(4) + [bus(0, "ISA")] + isa_wiring(0, 15)), CRASH, rule="ioapic-none", options="",
        limit=30, suite=False),
    Row("reserved-flags", faulty(pc(4, more=[tables.io_interrupt(0, 11, 15, 20, flags=0xa)])), rule="int-flags-reserved",
        complains=("IOAPIC: Invalid trigger mode 2 defaulting to level", "IOAPIC: Invalid polarity: 2, defaulting to low"),
        suite=False),
    Row("type-4", faulty(pc(4, more=[tables.io_interrupt(0, 11, 15, 20, kind=4)])), suite=False),
    Row("input-30", faulty(pc(4, more=[tables.io_interrupt(0, 11, 15, 30)])), suite=False),
    Row("isa-irq-16", faulty(pc(4, more=[tables.io_interrupt(0, 16, 15, 16)])), suite=False),
    Row("pci-only", faulty(processors(4) + [bus(0, "PCI"), io_apic(15), tables.pci_interrupt(0, 3, "INTA", 15, 11)]),
        CRASH, NULL_POINTER, rule="irq0-missing", suite=False),

    timer_crash(processors(4) + [bus(0, "ISA"), io_apic(15), tables.io_interrupt(0, 5, 15, 2)] + isa_wiring(0, 15) +
                tables.local_interrupts(0), "irq0-missing", name="shadowed-irq0", suite=False),
    # No I/O APIC, so no timer: Linux stalls, unless it could measure the TSC before, which is chance.
    Row("unknown-type-between", faulty(processors(2) + [TYPE_5] + pc([processor(2), processor(3)])), None,
        ("type 5", "Processors: 2"), rule="unknown-entry-type", limit=30, suite=False),

    Row("memtest-lapic", faulty(pc(4), local_apic=0xFEE01000), CRASH, rule="lapic-address-odd", program=MEMTEST, limit=30,
        suite=False),
    Row("memtest-no-bp", faulty([processor(i) for i in range(4)] + PC_WITHOUT_CPUS), CRASH, rule="bsp-missing",
        program=MEMTEST, limit=30, suite=False),
    Row("memtest-two-bp", faulty([processor(i, EN | BP if i < 2 else EN) for i in range(4)] + PC_WITHOUT_CPUS), CRASH,
        rule="bsp-multiple", program=MEMTEST, limit=30, suite=False),
    Row("memtest-absent", faulty(pc(4)), CRASH, rule="cpu-count-mismatch", program=MEMTEST, smp="3", limit=40, suite=False),
    Row("memtest-spare-absent", faulty(processors(3) + [processor(3, 0)] + PC_WITHOUT_CPUS), CRASH, rule="cpu-disabled",
        program=MEMTEST, smp="3", limit=40, suite=False),
    Row("memtest-other-bp", faulty([processor(i, EN | BP if i == 1 else EN) for i in range(4)] + PC_WITHOUT_CPUS), CRASH,
        rule="bsp-id-mismatch", program=MEMTEST, limit=40, suite=False),
    Row("memtest-bp-disabled", faulty([processor(0, BP)] + processors(4)[1:] + PC_WITHOUT_CPUS), 4, rule="bsp-disabled",
        program=MEMTEST, suite=False),
    Row("memtest-bp-again", faulty(processors(3) + [processor(0)] + PC_WITHOUT_CPUS), CRASH, rule="cpu-id-duplicate",
        program=MEMTEST, limit=40, suite=False),
    Row("memtest-255", faulty(processors(3) + [processor(255, 0)] + PC_WITHOUT_CPUS), CRASH, rule="cpu-id-255",
        program=MEMTEST, limit=40, suite=False),
    Row("memtest-lapic-0", faulty(pc(4), local_apic=0), 1, rule="lapic-address-zero", program=MEMTEST, suite=False),
    Row("memtest", qemu(4), program=MEMTEST),
    Row("memtest-three", qemu(3), 3, program=MEMTEST),
    Row("memtest-spare", SPARE_60, 64, rule="cpu-disabled", program=MEMTEST, smp="64", suite=False),
    Row("memtest-100", qemu(100), 100, smp="100", program=MEMTEST, suite=False),
    Row("memtest-gaps", qemu(12, topology={"packages": 2, "cores": 3, "threads": 2}), 12, program=MEMTEST,
        smp="12,sockets=2,cores=3,threads=2"),
    Row("memtest-bios-window", qemu(4, placement={"window": "bios"}), program=MEMTEST),
    Row("memtest-ebda", IN_EBDA, program=MEMTEST),
    Row("memtest-first-kib", image(GOOD, 0x100), rule="fp-outside-window", program=MEMTEST, suite=False),
    Row("memtest-address-0", image(GOOD, 0), 1, rule="fp-outside-window", program=MEMTEST, suite=False),
    Row("memtest-nothing", [], 1, program=MEMTEST),
    Row("memtest-table-checksum", faulty(pc(4), sum_error=1), 1, rule="table-checksum", program=MEMTEST),
    Row("memtest-pointer-checksum", image(GOOD, sum_error=1), 1, rule="fp-checksum", program=MEMTEST),
    Row("memtest-version-0", VERSION_0, 1, rule="cpu-version-discrete", program=MEMTEST),
    Row("memtest-unknown-type", faulty(pc(4) + [TYPE_5]), 1, rule="unknown-entry-type", program=MEMTEST),
    Row("memtest-revision", faulty(pc(4), revision=3), 4, rule="table-spec-rev", program=MEMTEST, suite=False),
    Row("memtest-default-5", DEFAULT_5, 2, rule="fp-default-config", program=MEMTEST, smp="2", suite=False),
)


def parts(made):
    """The segments of a reply"""
    data = base64.b64decode(made["image"])
    return [(int(s["base"], 16), data[s["offset"]:s["offset"] + s["size"]]) for s in made["segments"]]


def build(tap, daemon, row):
    """The segments of an image of the daemon's. Its findings too are as the row has it, Linux's or anybody's."""
    reply = daemon.post(json.dumps(dict(row.image, **({"for": ["all"]} if row.rule else {}))))
    if reply.status != 200:
        raise SystemExit(reply.body.decode())
    made = json.loads(reply.body)
    if row.rule is None:
        tap.equal([f for f in made["findings"] if f["severity"] == "error"], [], row.name + ": no finding is an error")
    elif row.rule not in ABOUT_THE_MACHINE:
        tap.ok(row.rule in [f["rule"] for f in made["findings"]], row.name + ": the reply warns: " + row.rule)
    return parts(made)


def lint(tap, row, images, machine=("--irq0-pin", "2")):
    """What mptablectl says of the bytes on this machine is what is seen there."""
    command = [MPTABLECTL, "lint", "--base", ",".join(hex(at) for at, _ in images), "--size",
               ",".join(str(len(data)) for _, data in images), "--vcpus", str(row.vcpus()), "--bsp-apic-id", "0",
               *machine, *(["--for", "all"] if row.rule else []), "-"]
    if not any(at < 0x500 for at, _ in images):
        command[2:2] = ["--ebda", "0", "--base-memory-kib", "0"]
    done = subprocess.run(command, input=b"".join(data for _, data in images), capture_output=True)
    rules = re.findall(r"^[^:]+: (error|warning|note): ([a-z0-9-]+):", done.stdout.decode(), re.M)
    if row.rule:
        tap.ok(row.rule in [rule for _, rule in rules], row.name + ": lint warns: " + row.rule, done.stdout, done.stderr)
    else:
        tap.equal([rule for severity, rule in rules if severity == "error"], [], row.name + ": lint finds no error")


def from_madt(tap, row):
    """The segments that the tool makes of a MADT, which it judges by the same MADT"""
    with tempfile.TemporaryDirectory(prefix="mptabled-madt-") as work:
        path = os.path.join(work, "madt")
        with open(path, "wb") as file:
            file.write(guest.firmware_madt(work, row.machine.replace(",acpi=off", ""), row.smp))
        done = subprocess.run([MPTABLECTL, "encode", "--from-madt", path, "--format", "json"], capture_output=True, check=True)
        images = parts(json.loads(done.stdout))
        lint(tap, row, images, ("--madt", path))
        return images


def segments(tap, daemon, row):
    """The bytes to load, judged before they are."""
    if row.image == MADT:
        return from_madt(tap, row)
    if isinstance(row.image, dict):
        return build(tap, daemon, row)
    if row.image:
        lint(tap, row, row.image)
    return row.image


def routing_of(row, images):
    """What decode says that Linux makes of the bytes on this machine: its inputs, and its line about the timer."""
    done = subprocess.run([MPTABLECTL, "decode", "--irq0-pin", "2", "--base", ",".join(hex(at) for at, _ in images),
                           "--size", ",".join(str(len(data)) for _, data in images), "-"],
                          input=b"".join(data for _, data in images), capture_output=True)
    routing = json.loads(done.stdout)["routing"]
    inputs, seen = {}, set()
    for i in sorted((i for i in routing["interrupts"] if "lost" not in i and i["gsi"] < 24), key=lambda i: i["gsi"]):
        irq = i.get("irq", "PCI")
        if (irq == "PCI" or irq not in seen) and i["gsi"] not in inputs:  # Linux tells of an IRQ's first input alone
            inputs[i["gsi"]] = (i["io_apic"], irq, i["trigger"], i["polarity"])
        seen.add(irq)
    timer = routing["timer"]
    return inputs, tuple(timer.get(name, -1) for name in ("apic1", "pin1", "apic2", "pin2")), timer["step"]


def judge_routing(tap, row, lines, images):
    inputs, timer, step = routing_of(row, images)
    told, early = {}, "\n".join(lines).partition("..TIMER:")[0]
    for ioapic, pin, irq, level, low in re.findall(r"IOAPIC\[0\]: Preconfigured routing entry \((\d+)-(\d+) -> IRQ (\d+) "
                                                   r"Level:(\d) ActiveLow:(\d)\)", early):
        pci = inputs.get(int(pin), (0, 0))[1] == "PCI"  # whose number is Linux's choice
        told[int(pin)] = (int(ioapic), "PCI" if pci else int(irq), ("edge", "level")[int(level)], ("high", "low")[int(low)])
    tap.equal(inputs, told, "%s: Linux's %d inputs are decode's" % (row.name, len(told)))
    at = re.findall(r"\.\.TIMER: vector=\S+ apic1=(\S+) pin1=(\S+) apic2=(\S+) pin2=(\S+)", "\n".join(lines))
    if at or row.brought_up != CRASH:  # it may die before it tells
        tap.equal([timer], [tuple(map(int, found)) for found in at], row.name + ": and the timer's")
    steps = ("...trying to set up timer (IRQ0) through the 8259A ...", "...trying to set up timer as Virtual Wire IRQ...",
             "...trying to set up timer as ExtINT IRQ...")
    way = 0 if row.brought_up == CRASH else 1 + sum(step in lines for step in steps)
    tap.equal(step, way, "%s: by step %d" % (row.name, way))


def judge_serial_port(tap, row, lines, sent):
    """The route is the table's, and interrupts come along it: without them the port never ends sending."""
    slot, pin = row.serial_port
    tap.ok("serial 0000:00:%02x.0: PCI->APIC IRQ transform: INT A -> IRQ %d" % (slot, pin) in lines,
           row.name + ": Linux takes the route")
    counts = [line.split()[1:1 + row.vcpus()] for line in lines
              if re.fullmatch(r" *%d: .* IO-APIC +%d-\w+ +ttyS1" % (pin, pin), line)]
    tap.ok(len(counts) == 1 and sum(map(int, counts[0])) > 0, row.name + ": and gets interrupts", counts)
    tap.equal(sent, b"sent\r\n", row.name + ": the port sends")


def says(lines, fact):
    return any(line.startswith(fact[:-3]) if fact.endswith("...") else line == fact for line in lines)


def judge_linux(tap, row, console):
    lines = [re.sub(r"^\[ *[0-9.]+\] ", "", line.rstrip()) for line in console.splitlines()]
    if row.says:
        missing = [fact for fact in row.says if not says(lines, fact)]
        tap.ok(not missing, "%s: says %s" % (row.name, "; ".join(row.says[-3:])), missing, console[-1500:])
    for fact in row.never + (BIOS_BUG if row.rule is None else ()):
        tap.ok(not says(lines, fact), "%s: no %s" % (row.name, fact))
    if row.complains is not None:
        tap.equal([line for line in lines if COMPLAINT.match(line) and
                   not NO_COMPLAINT.match(line) and line not in OF_EMULATION], list(row.complains),
                  row.name + ": says nothing else about table, APIC, ExtINT and timer")
    up = re.findall(r"smp: Brought up 1 node, (\d+) CPU", console)
    if row.brought_up is not None:
        tap.equal(up, [str(row.brought_up)] if row.brought_up else [],
                  "%s: %s" % (row.name, "%d CPUs up" % row.brought_up if row.brought_up else "no CPU is brought up"))
    return lines


def judge_memtest(tap, row, console):
    if row.brought_up == CRASH:
        tap.equal(re.findall(r"SMP: \S+", console), [], row.name + ": no screen")
        return
    wanted = "%dT" % row.brought_up if row.brought_up > 1 else "Disabled"
    tap.equal(re.findall(r"SMP: (\S+)", console)[:1], [wanted], "%s: SMP: %s" % (row.name, wanted))


def boot(tap, daemon, row, show):
    program = os.environ.get(row.program)
    if not program:
        tap.skip(row.name, "no program in $%s; ./dev test and ./dev boot fetch one" % row.program)
        return
    images = segments(tap, daemon, row)
    with tempfile.TemporaryDirectory(prefix="mptabled-boot-") as work:
        port = os.path.join(work, "port")
        options = {"machine": row.machine, "show": show}
        command_line, until = COMMAND_LINE[row.program], row.until or UNTIL[row.program]
        if row.program == LINUX:
            command_line += row.options + ("" if row.serial_port else " pci=off") + (" debug" if row.routing else "")
        if row.serial_port:
            until = "init: done"
            options.update(initramfs=guest.initramfs(work), devices=["-chardev", "file,id=port,path=" + port, "-device",
                                                               "pci-serial,chardev=port,addr=%#x" % row.serial_port[0]])
        begin = time.monotonic()
        memory = (MEMORY[row.program] + 4 * row.vcpus()) * guest.MIB
        limit = row.limit or 60 + 4 * row.vcpus()
        console = guest.run(work, program, command_line, images, row.smp, memory, limit, until, **options)
        if row.rule is None and "..MP-BIOS bug" in console:  # on a busy host Linux may miss ticks; a wrong table always does
            console = guest.run(work, program, command_line, images, row.smp, memory, limit, until, **options)
        print("# %s: %.1f seconds" % (row.name, time.monotonic() - begin))
        if row.program == MEMTEST:
            judge_memtest(tap, row, console)
            return
        lines = judge_linux(tap, row, console)
        if row.routing:
            judge_routing(tap, row, lines, images)
        if row.serial_port:
            with open(port, "rb") as file:
                judge_serial_port(tap, row, lines, file.read())


def of_profile(cpus, profile="qemu"):
    """The row that an image of a profile follows, for any number of processors."""
    alike = [row for row in ROWS if row.name == profile]
    return replace(alike[0] if alike else Row(profile, {}, rule="any"), image={"profile": profile, "cpus": cpus},
                   smp=str(cpus), says=(), **({"brought_up": cpus} if profile != "volt" else {}))


def chosen(arguments):
    if not arguments:
        return [row for row in ROWS if row.suite]
    if arguments == ["all"]:
        return ROWS
    if arguments[0].isdigit():
        return [of_profile(int(arguments[0]), *arguments[1:])]
    unknown = set(arguments) - {row.name for row in ROWS}
    if unknown:
        raise SystemExit("no row %s; there are: %s" % (" ".join(unknown), " ".join(row.name for row in ROWS)))
    return [row for row in ROWS if row.name in arguments]


def main():
    rows, tap = chosen(sys.argv[1:]), Tap()
    if not any(os.environ.get(row.program) for row in rows):
        print("1..0 # SKIP no program in $%s and $%s; ./dev test and ./dev boot fetch them" % (LINUX, MEMTEST))
        return
    with Daemon() as daemon:
        for row in rows:
            boot(tap, daemon, row, show=sys.argv[1:] not in ([], ["all"]))
    tap.done()


main()
