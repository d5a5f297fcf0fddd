# SPDX-License-Identifier: ISC
"""Debian's Linux on stock QEMU by "mptablectl qemu -- LINE", where the line is what a user types: plain -kernel, -initrd and
-append. $BOOT_KERNEL names the kernel.

line.py          all rows but the last
line.py ROW...   these, their consoles shown"""
import os
import re
import subprocess
import sys
import tempfile

import guest
import stock
from daemon import Daemon, MPTABLECTL

KERNEL = os.environ.get("BOOT_KERNEL", "")
APPEND = "console=ttyS0 apic=debug panic=-1 lpj=4000000"
TOPOLOGY = "12,sockets=2,dies=1,cores=3,threads=2"

# name, machine, -smp, -m, APIC IDs, the slot of a PCI serial port and the input of the I/O APIC that its INTA arrives at
ROWS = (
    ("microvm", "microvm", "4", "512", range(4), None),
    ("pc", "pc", "4", "512", range(4), (3, 11)),
    ("q35", "q35", "4", "512", range(4), (3, 23)),
    ("q35, 64 CPUs", "q35", "64", "1G", range(64), None),
    ("q35, sockets", "q35", TOPOLOGY, "512", (0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13), None),
    ("pc, 6 GiB", "pc", "4", "6G", range(4), None),
    ("254", "q35", "254", "1G", range(254), None),  # takes minutes
)


def boot(tap, work, row):
    name, machine, smp, memory, ids, port = row
    line = [stock.PROGRAM, "-M", machine, "-cpu", "max", "-smp", smp, "-m", memory, *stock.QUIET, "-serial", "stdio",
            "-kernel", KERNEL, "-initrd", os.path.join(work, "initrd"), "-append", APPEND]
    if port:
        line += ["-chardev", "file,id=port,path=" + os.path.join(work, "port"), "-device", "pci-serial,chardev=port,addr=%#x" % port[0]]
    console = stock.run([MPTABLECTL, "qemu", "--", *line], "init: done", 120 + 4 * len(ids))
    if "..MP-BIOS bug" in console:  # on a busy host Linux may miss ticks; a wrong table always does
        console = stock.run([MPTABLECTL, "qemu", "--", *line], "init: done", 120 + 4 * len(ids))
    if sys.argv[1:]:
        print("# " + console.replace("\n", "\n# "))
    tap.ok("MPTABLE: Product ID: QEMU" in console, name + ": Linux takes our table", console[-1500:])
    tap.equal([int(i) for i in re.findall(r"Processor #(\d+)", console)], list(ids), name + ": the APIC IDs are QEMU's")
    tap.equal(re.findall(r"smp: Brought up 1 node, (\d+) CPU", console), [str(len(ids))], name + ": all CPUs are up")
    tap.equal([fault for fault in stock.COMPLAINTS if fault in console], [], name + ": no complaint of table and timer")
    tap.ok("init: done" in console, name + ": the initrd runs")
    if memory == "6G":
        kib = re.findall(r"Memory: \d+K/(\d+)K available", console)
        tap.ok(len(kib) == 1 and int(kib[0]) > 6 * 1024 * 1024 - 1024, name + ": Linux has all of the memory", kib)
    if port:
        counts = re.findall(r"^ *\d+:([ \d]+)IO-APIC +%d-\w+ +ttyS1" % port[1], console, re.M)
        tap.ok(len(counts) == 1 and sum(map(int, counts[0].split())) > 0, name + ": interrupts of a PCI device arrive", counts)


def judge_lines(tap):
    """What becomes of other lines, without running them"""
    def line(*words):
        done = subprocess.run([MPTABLECTL, "qemu", "--print", *words], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    kernel = ["-kernel", "k"]
    status, text = line("--rom", stock.ROM, "--", "qemu", *kernel)
    tap.ok(status == 0 and text.startswith("qemu -kernel k -append acpi=off -machine acpi=off -bios %s -fw_cfg "
                                           "name=opt/org.mptabled/image,file=/proc/self/fd/" % stock.ROM), "a line is printed", text)
    status, text = line("--", "qemu", *kernel, "-append", "it's acpi=off")
    tap.ok("-append 'it'\\''s acpi=off' -machine" in text, "a line that turns ACPI off stays as it is, in a shell's words", text)
    for name, words, wanted, says in (
            ("no line", [], 2, "takes a command line behind --"),
            ("no kernel", ["--", "qemu"], 2, "the line has no -kernel"),
            ("a firmware", ["--", "qemu", *kernel, "-bios", "x"], 2, "the line has -bios"),
            ("another machine", ["--", "qemu", *kernel, "-M", "isapc"], 2, "-machine isapc: must be microvm, pc or q35"),
            ("memory", ["--", "qemu", *kernel, "-m", "4X"], 2, "-m 4X: must be a number"),
            ("CPUs", ["--", "qemu", *kernel, "-smp", "cpus=4,cores=x"], 2, "-smp cpus=4,cores=x: every count must be"),
            ("counts whose product passes 32 bits", ["--", "qemu", *kernel, "-smp", "4,sockets=4096,dies=4096,threads=256"], 2,
             "make more than 4096 CPUs"),
            ("more CPUs than a table can have", ["--", "qemu", *kernel, "-smp", "256"], 1, "/cpus: must be an integer from 1 to 255"),
            ("an APIC ID above 254", ["--", "qemu", *kernel, "-smp", "195,sockets=65,cores=3"], 1, "/processors/192/apic_id"),
            ("CPUs that the line decides", ["--cpus", "4", "--", "qemu", *kernel], 1, "/cpus"),
            ("a ROM that is not there", ["--rom", "/none", "--", "qemu", *kernel], 3, "/none: the boot ROM cannot be read"),
            ("a program that is not there", ["--", "/none", *kernel], 0, "/none -kernel k")):
        status, text = line(*words)
        tap.ok(status == wanted and says in text, "lines: " + name, status, text)
    done = subprocess.run([MPTABLECTL, "qemu", "--", "/none/qemu", *kernel], capture_output=True, text=True)
    tap.ok(done.returncode == 3 and "/none/qemu: No such file" in done.stderr, "a program that is not there, run", done)


def judge_server(tap, work):
    """The image of a daemon, verified; and none without its key, from another server, or for a key that is not its own"""
    image, other = os.path.join(work, "got.elf"), os.path.join(work, "other.key")
    subprocess.run([MPTABLECTL, "keygen", "-s", other, "-p", other + ".pub"], check=True, capture_output=True)
    with Daemon() as daemon:
        key = os.path.join(daemon.state, "mptabled", "mptabled.pub")
        server = "unix:" + daemon.socket

        def run(*options):
            return subprocess.run([MPTABLECTL, "qemu", *options, "--print", "-o", image, "--", "qemu", "-smp", "3", "-kernel", "k"],
                                  capture_output=True, text=True)

        done = run()
        with open(image, "rb") as file:
            built = file.read()
        os.unlink(image)
        done = run("--server", server, "-p", key, "--context", "vm:1")
        if tap.ok(done.returncode == 0 and "qemu -smp 3" in done.stdout, "server: an image is fetched and verified", done):
            with open(image, "rb") as file:
                tap.ok(file.read() == built, "server: it is the one that is built here")
            os.unlink(image)
        for name, options in (("another key", ("--server", server, "-p", other + ".pub")),
                              ("no such server", ("--server", "unix:/none", "-p", key)),
                              ("no such key", ("--server", server, "-p", "/none"))):
            done = run(*options)
            tap.ok(done.returncode in (1, 3) and done.stdout == "" and not os.path.exists(image), "server: refused: " + name, done)


def judge_ids(tap, work):
    """APIC IDs of -smp as QEMU numbers them: what its own firmware's MADT says"""
    image = os.path.join(work, "image.elf")
    for machine, smp in (("q35", "24,sockets=2,cores=6,threads=2"), ("q35", "12,dies=3"), ("pc", "4,maxcpus=6,sockets=2"),
                         ("q35", "cores=3,threads=2"), ("pc-i440fx-6.1", "12,dies=3")):
        subprocess.run([MPTABLECTL, "qemu", "--print", "-o", image, "--", "qemu", "-M", machine, "-smp", smp, "-kernel", "k"],
                       check=True, capture_output=True)
        madt = os.path.join(work, "madt")
        with open(madt, "wb") as file:
            file.write(guest.firmware_madt(work, machine, smp))
        done = subprocess.run([MPTABLECTL, "lint", "--madt", madt, image], capture_output=True, text=True)
        wrong = re.findall(r"^.*(?:cpu|processor|APIC ID).*$", "\n".join(
            row for row in done.stdout.splitlines() if ": error: cpu-" in row), re.M)
        tap.equal(wrong, [], "%s, -smp %s: the processors are those of QEMU's own MADT" % (machine, smp))


def main():
    tap = stock.start()
    with tempfile.TemporaryDirectory(prefix="mptabled-stock-") as work:
        if not sys.argv[1:]:
            judge_lines(tap)
            judge_server(tap, work)
            judge_ids(tap, work)
        if not KERNEL:
            tap.skip("Linux", "no program in $BOOT_KERNEL; ./dev test and ./dev boot fetch one")
            tap.done()
            return
        with open(os.path.join(work, "initrd"), "wb") as file:
            file.write(guest.initramfs(work))
        for row in ROWS:
            if row[0] in (sys.argv[1:] or [name for name, *_ in ROWS[:-1]]):
                boot(tap, work, row)
    tap.done()


main()
