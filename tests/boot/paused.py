# SPDX-License-Identifier: ISC
"""Images written into machines that are started paused, with the boot ROM and no image in fw_cfg: into a file and a
memfd that are their memory, and through QEMU's gdbstub. The witness is Debian's Linux, which $BOOT_KERNEL names, and
where an image is missing or damaged the ROM."""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

import stock
from daemon import MPTABLECTL

KERNEL = os.environ.get("BOOT_KERNEL", "")
GUEST = os.environ.get("MPTABLE_GUEST", "")
CPUS, MEMORY, BASE, CONTEXT = 2, 256, 0x9FC00, "vm:1"
APPEND = "console=ttyS0 acpi=off panic=-1 lpj=4000000"
UP = "smp: Brought up 1 node, %d CPU" % CPUS


def tool(*words):
    return subprocess.run([MPTABLECTL, *words], capture_output=True, text=True)


def connect(path):
    """QEMU makes the socket a moment after it is started."""
    end = time.monotonic() + 30
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(path)
            return connection
        except OSError:
            connection.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


class Machine:
    """A paused machine of two processors. @backend: how it has its memory; None = as QEMU does without options"""

    def __init__(self, work, backend, kernel=KERNEL):
        self.qmp, self.gdb = os.path.join(work, "qmp"), os.path.join(work, "gdb")
        machine = stock.MACHINES["q35"] + (",memory-backend=ram" if backend else "")
        socket_at = "unix:%s,server=on,wait=off"
        self.command = [stock.PROGRAM, "-M", machine, "-cpu", "max", "-smp", str(CPUS), "-m", str(MEMORY), *stock.QUIET,
                        "-bios", stock.ROM, "-serial", "stdio", "-kernel", kernel, "-append", APPEND,
                        "-S", "-qmp", socket_at % self.qmp, "-gdb", socket_at % self.gdb]
        if backend:
            self.command += ["-object", "%s,id=ram,size=%dM,share=on" % (backend, MEMORY)]

    def run(self, inject, until=UP):
        """What the serial port shows after @inject, which is called with QEMU's process"""
        def started(process):
            with connect(self.qmp) as qmp:
                assert qmp.recv(4096), "QEMU greets when the machine is made, its memory included"
            if inject(process):
                self.go_on()
        return stock.run(self.command, until, 120, started)

    def go_on(self):
        with connect(self.qmp) as qmp:
            qmp.sendall(b'{"execute":"qmp_capabilities"}\n{"execute":"cont"}\n')
            text = b""
            while text.count(b'"return"') < 2:
                piece = qmp.recv(4096)
                assert piece, text
                text += piece


def memfd_of(process):
    folder = "/proc/%d/fd/" % process.pid
    for name in os.listdir(folder):
        if os.readlink(folder + name).startswith("/memfd:memory-backend-memfd"):
            return folder + name
    raise FileNotFoundError("QEMU has no memfd of its memory")


def judge(tap, name, console):
    tap.ok("MPTABLE: Product ID: QEMU" in console and UP in console,
           name + ": Linux takes the table and starts the processors", console[-1500:])
    kept = re.findall(r"BIOS-e820: \[mem (\w+)-(\w+)\] reserved", console)
    tap.ok(all(any(int(first, 16) <= at <= int(last, 16) for first, last in kept) for at in (0x40E, BASE)),
           name + ": its pages are reserved", kept)


def judge_linux(tap, work, image, key):
    ram = os.path.join(work, "ram")

    def inject(memory):
        return tool("inject", "-p", key, "--context", CONTEXT, "--memory", memory, image).returncode == 0

    def by_gdb(process):
        lines = ("set architecture i386:x86-64", "target remote " + machine.gdb, "maint packet Qqemu.PhyMemMode:1",
                 "restore %s binary %#x" % (image, BASE), "detach")
        subprocess.run(["gdb", "-nx", "-batch", *(word for line in lines for word in ("-ex", line))],
                       capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=True)
        return False  # detach let the machine go on

    machine = Machine(work, "memory-backend-file,mem-path=" + ram)
    judge(tap, "a file", machine.run(lambda process: inject(ram)))
    machine = Machine(work, "memory-backend-memfd")
    judge(tap, "a memfd", machine.run(lambda process: inject(memfd_of(process))))
    if shutil.which("gdb"):
        machine = Machine(work, None)
        judge(tap, "gdb", machine.run(by_gdb))
    else:
        tap.skip("gdb", "gdb is not installed")


def judge_address_0(tap, work, key):
    """OpenVMM's place: the floating pointer at 0, the table at 0x400. Its other wiring is none of QEMU's."""
    ram, image = os.path.join(work, "zero"), os.path.join(work, "openvmm.bin")
    subprocess.run([MPTABLECTL, "encode", "--profile", "openvmm", "--cpus", "1", "--context", CONTEXT, "--key", key,
                    "-o", image], check=True)

    def console(kernel, until):
        def inject(_):
            return tool("inject", "-p", key + ".pub", "--context", CONTEXT, "--memory", ram, image).returncode == 0
        return Machine(work, "memory-backend-file,mem-path=" + ram, kernel).run(inject, until)

    lines = console(GUEST, "mptable.guest: end")
    tap.ok("mptable.guest: pointer at 0x0, table at 0x400, " in lines and "1 processors are listed, 1 answer" in lines,
           "a floating pointer at address 0: the ROM takes it", lines)
    if KERNEL:
        lines = console(KERNEL, "smp: Brought up 1 node, 1 CPU")
        tap.ok("found SMP MP-table at [mem 0x00000000-0x0000000f]" in lines and "smp: Brought up 1 node, 1 CPU" in lines,
               "and Linux boots with it", lines[-1500:])


def judge_refusals(tap, work, image, key):
    """Nothing runs on bytes that were not verified, nor without any."""
    ram, small = os.path.join(work, "small"), os.path.join(work, "kernel")
    with open(small, "wb") as file:
        file.write(stock.bzimage(b"\x0f\x0b"))
    machine = Machine(work, "memory-backend-file,mem-path=" + ram, small)

    def other_context(process):
        done = tool("inject", "-p", key, "--context", "vm:2", "--memory", ram, image)
        tap.ok(done.returncode == 1 and "vm:1" in done.stderr, "the image of another machine: not written", done)
        return True

    def damaged(process):
        with open(image, "rb") as file, open(ram, "r+b") as memory:
            memory.seek(BASE)
            memory.write(file.read()[:-1] + b"\xff")
        return True

    console = machine.run(other_context, "stopped\r\n")
    tap.ok("or write an image into its memory before it runs" in console, "and the ROM finds none", console)
    console = machine.run(damaged, "stopped\r\n")
    tap.ok("the table at 0x9fc10 has a wrong sum" in console, "a table that was damaged: refused by the ROM", console)


def main():
    tap = stock.start()
    with tempfile.TemporaryDirectory(prefix="mptabled-paused-") as work:
        key, image = os.path.join(work, "key"), os.path.join(work, "image.bin")
        subprocess.run([MPTABLECTL, "keygen", "-s", key, "-p", key + ".pub"], check=True, capture_output=True)
        subprocess.run([MPTABLECTL, "encode", "--profile", "qemu", "--cpus", str(CPUS), "--context", CONTEXT,
                        "--key", key, "-o", image], check=True)
        judge_refusals(tap, work, image, key + ".pub")
        judge_address_0(tap, work, key)
        if KERNEL:
            judge_linux(tap, work, image, key + ".pub")
        else:
            tap.skip("Linux", "no program in $BOOT_KERNEL; ./dev test and ./dev boot fetch one")
    tap.done()


main()
