# SPDX-License-Identifier: ISC
"""A guest in QEMU's software emulation, laid out as a monitor of one's own would: kernel, boot parameters and command
line in memory (Documentation/x86/boot.rst in the kernel's tree), and the images under test."""
import os
import struct
import subprocess
import sys

from daemon import SRCDIR

KERNEL_ADDRESS, PARAMS_ADDRESS, COMMAND_LINE_ADDRESS = 0x100000, 0x10000, 0x20000  # tests/boot/rom.S knows the first two
COMMAND_LINE = b"console=ttyS0 earlyprintk=serial,ttyS0 acpi=off pci=off apic=debug panic=-1 nokaslr"
LOW_RAM_END = 0x9E000  # every image of 255 processors lies above; the kernel may use what lies below
MIB = 1 << 20
RAM, RESERVED = 1, 2
MACHINE = "microvm,acpi=off,pic=on,pit=on,rtc=on,isa-serial=on"
CRASH = "Attempted to kill the idle task"  # panics within panics follow; nothing new comes after it


def boot_params(vmlinuz, memory):
    page = bytearray(4096)
    end = 0x202 + vmlinuz[0x201]  # the jump over the setup header says where it ends
    page[0x1F1:end] = vmlinuz[0x1F1:end]
    page[0x210] = 0xFF  # type_of_loader: none of the known
    struct.pack_into("<I", page, 0x228, COMMAND_LINE_ADDRESS)
    e820 = [(0, LOW_RAM_END, RAM), (LOW_RAM_END, MIB - LOW_RAM_END, RESERVED), (MIB, memory - MIB, RAM)]
    page[0x1E8] = len(e820)
    for i, row in enumerate(e820):
        struct.pack_into("<QQI", page, 0x2D0 + 20 * i, *row)
    return page


def parts(work, kernel, memory):
    """Files and addresses of what is loaded besides the images."""
    with open(kernel, "rb") as file:
        vmlinuz = file.read()
    protected_mode = vmlinuz[((vmlinuz[0x1F1] or 4) + 1) * 512:]
    loaded = []
    for name, data, address in (("kernel", protected_mode, KERNEL_ADDRESS),
                                ("params", boot_params(vmlinuz, memory), PARAMS_ADDRESS),
                                ("cmdline", COMMAND_LINE + b"\0", COMMAND_LINE_ADDRESS)):
        path = os.path.join(work, name)
        with open(path, "wb") as file:
            file.write(data)
        loaded.append((path, hex(address)))
    return loaded


def rom(work):
    path, source = os.path.join(work, "rom"), os.path.join(SRCDIR, "tests", "boot", "rom.S")
    subprocess.run(["as", "--32", "-o", path + ".o", source], check=True)
    subprocess.run(["ld", "-m", "elf_i386", "-Ttext", "0xffff0000", "-e", "0xfffffff0", "--oformat", "binary", "-o",
                    path, path + ".o"], check=True)
    return path


def run(work, kernel, images, smp, cpus, show=False):
    """The console of a machine; smp is what -smp takes. Ends when the machine does, or is ended after a while."""
    memory = (256 + 4 * cpus) * MIB
    command = ["timeout", str(60 + 4 * cpus), "qemu-system-x86_64", "-machine", MACHINE, "-accel", "tcg", "-cpu", "max",
               "-smp", smp, "-m", str(memory // MIB), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
               "-serial", "stdio", "-bios", rom(work)]
    for path, address in parts(work, kernel, memory) + images:
        command += ["-device", "loader,file=%s,addr=%s,force-raw=on" % (path, address)]
    console = []
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for line in process.stdout:
        console.append(line.decode("ascii", "replace"))
        if show:
            sys.stdout.write("# " + console[-1])
            sys.stdout.flush()
        if CRASH in console[-1]:
            process.terminate()
            break
    process.stdout.close()
    process.wait()
    return "".join(console)
