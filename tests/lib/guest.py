# SPDX-License-Identifier: ISC
"""A guest in QEMU's software emulation, laid out as a small monitor would do it: kernel, boot parameters, command line and
initial RAM file system in memory (Documentation/x86/boot.rst in the kernel's tree), and the images under test."""
import json
import os
import re
import struct
import subprocess
import sys
import time

from daemon import SRCDIR

KERNEL_ADDRESS, PARAMS_ADDRESS, COMMAND_LINE_ADDRESS = 0x100000, 0x10000, 0x20000  # tests/boot/rom.S knows the first two
LOW_RAM_END = 0x9E000  # every image of 255 processors lies above; the kernel may use what lies below
BIOS, ROM_CODE = 0xF0000, 0xFE00  # where the ROM shows below 1 MiB, and where in it tests/boot/rom.S begins
PAGE, MIB = 4096, 1 << 20
RAM, RESERVED = 1, 2
MICROVM = "microvm,acpi=off,pic=on,pit=on,rtc=on,isa-serial=on"
PC, Q35 = "pc,acpi=off", "q35,acpi=off"


def boot_params(vmlinuz, command_line, low_ram_end, memory, initramfs, initramfs_address):
    page = bytearray(PAGE)
    end = 0x202 + vmlinuz[0x201]  # the jump over the setup header says where it ends
    page[0x1F1:end] = vmlinuz[0x1F1:end]
    page[0x210] = 0xFF  # type_of_loader: none of the known
    if initramfs:
        struct.pack_into("<II", page, 0x218, initramfs_address, len(initramfs))
    struct.pack_into("<I", page, 0x228, COMMAND_LINE_ADDRESS)
    e820 = [(0, low_ram_end, RAM), (low_ram_end, MIB - low_ram_end, RESERVED), (MIB, memory - MIB, RAM)]
    page[0x1E8] = len(e820)
    for i, row in enumerate(e820):
        struct.pack_into("<QQI", page, 0x2D0 + 20 * i, *row)
    return page


def rom(work, images):
    """The tests' firmware, with the bytes that the guest must see in the BIOS window."""
    path, source = os.path.join(work, "rom"), os.path.join(SRCDIR, "tests", "boot", "rom.S")
    subprocess.run(["as", "--32", "-o", path + ".o", source], check=True)
    subprocess.run(["ld", "-m", "elf_i386", "-Ttext", "0xffff0000", "-e", "0xfffffff0", "--oformat", "binary", "-o",
                    path, path + ".o"], check=True)
    with open(path, "r+b") as file:
        for address, data in images:
            assert BIOS <= address <= BIOS + ROM_CODE - len(data), "the image would overwrite the firmware"
            file.seek(address - BIOS)
            file.write(data)
    return path


def loaders(work, pieces):
    arguments = []
    for address, data in pieces:
        path = os.path.join(work, "%x" % address)
        with open(path, "wb") as file:
            file.write(data)
        arguments += ["-device", "loader,file=%s,addr=%#x,force-raw=on" % (path, address)]
    return arguments


def run(work, kernel, command_line, images, smp, memory, limit, until, machine=MICROVM, initramfs=b"", devices=(),
        elf=None, show=False):
    """Returns the console output of a machine, once the pattern @until appears in it, the machine ends, or @limit
    seconds have passed.

    kernel: path of a kernel of the 32-bit boot protocol; images: (guest-physical address, bytes) each; smp: the
    value of -smp; memory: in bytes; devices: further arguments of QEMU; elf: path of an ELF file to load in place of
    the images."""
    with open(kernel, "rb") as file:
        vmlinuz = file.read()
    low_ram_end = min([LOW_RAM_END] + [address // PAGE * PAGE for address, _ in images if address >= PAGE])
    initramfs_address = (memory - len(initramfs)) // PAGE * PAGE
    pieces = [(KERNEL_ADDRESS, vmlinuz[((vmlinuz[0x1F1] or 4) + 1) * 512:]),
              (PARAMS_ADDRESS, boot_params(vmlinuz, command_line, low_ram_end, memory, initramfs, initramfs_address)),
              (COMMAND_LINE_ADDRESS, command_line.encode() + b"\0")]
    if initramfs:
        pieces.append((initramfs_address, initramfs))
    command = ["timeout", "-k", "5", str(limit), "qemu-system-x86_64", "-machine", machine, "-accel", "tcg",
               "-cpu", "max", "-smp", smp, "-m", str(memory // MIB), "-nodefaults", "-no-user-config",
               "-display", "none", "-no-reboot", "-serial", "stdio",
               "-bios", rom(work, [image for image in images if BIOS <= image[0] < MIB]), *devices,
               *loaders(work, pieces if elf else pieces + [image for image in images if not BIOS <= image[0] < MIB])]
    if elf:
        command += ["-device", "loader,file=" + elf]
    console, ended = "", re.compile(until)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    while not ended.search(console):
        piece = os.read(process.stdout.fileno(), 65536).decode("latin-1")
        if not piece:
            break
        console += piece
        if show:
            sys.stdout.write(piece.replace("\n", "\n# "))
            sys.stdout.flush()
    if show:
        print()
    process.terminate()
    process.stdout.close()
    process.wait()
    return console


def madts(memory):
    """Each whole MADT in memory"""
    for found in re.finditer(b"APIC", memory):
        length = int.from_bytes(memory[found.start() + 4:found.start() + 8], "little")
        table = memory[found.start():found.start() + length]
        if 44 < length == len(table) and sum(table) % 256 == 0:
            yield table


def firmware_madt(work, machine, smp, limit=60):
    """The ACPI MADT that QEMU's firmware leaves in the memory of a machine, which is saved through QMP."""
    path, size, end = os.path.join(work, "memory"), 64 * MIB, time.monotonic() + limit
    command = ["qemu-system-x86_64", "-machine", machine, "-accel", "tcg", "-smp", smp, "-m", str(size // MIB), "-nodefaults",
               "-no-user-config", "-display", "none", "-qmp", "stdio"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def ask(name, **arguments):
        process.stdin.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        while "return" not in json.loads(process.stdout.readline()):  # else it is an event or the greeting
            pass

    try:
        ask("qmp_capabilities")
        while time.monotonic() < end:
            ask("pmemsave", val=0, size=size, filename=path)
            with open(path, "rb") as file:
                tables = set(madts(file.read()))
            if tables:
                return tables.pop()
            time.sleep(0.2)
    finally:
        process.kill()
        process.communicate()
    raise TimeoutError("no MADT in the memory of %s within %d s" % (machine, limit))


def archive(files):
    """An initial RAM file system in cpio's format newc; of each file (name, mode, device major, device minor,
    content)"""
    data = b""
    for number, (name, mode, major, minor, content) in enumerate(files + [("TRAILER!!!", 0, 0, 0, b"")], 1):
        numbers = (number, mode, 0, 0, 1, 0, len(content), 0, 0, major, minor, len(name) + 1, 0)
        data += b"070701" + b"".join(b"%08x" % n for n in numbers) + name.encode() + b"\0"
        data += bytes(-len(data) % 4) + content
        data += bytes(-len(data) % 4)
    return data


def compiled(work, source):
    """A program of tests/boot, linked statically: its bytes"""
    program = os.path.join(work, "init")
    subprocess.run(os.environ.get("CC", "cc").split() + ["-static", "-Os", "-o", program,
                                                         os.path.join(SRCDIR, "tests", "boot", source)], check=True)
    with open(program, "rb") as file:
        return file.read()


def initramfs(work):
    return archive([("dev", 0o40755, 0, 0, b""), ("proc", 0o40755, 0, 0, b""), ("dev/console", 0o20600, 5, 1, b""),
                    ("dev/port", 0o20600, 4, 65, b""), ("init", 0o100755, 0, 0, compiled(work, "init.c"))])
