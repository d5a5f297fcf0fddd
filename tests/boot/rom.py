# SPDX-License-Identifier: ISC
"""mptable.rom in QEMU: where the image, the boot parameters and the map of memory are when the kernel is entered; and what
stops it, with the line that it prints on both ports. The kernel is one of thirty bytes, which shows its memory."""
import base64
import json
import os
import struct
import subprocess
import tempfile

import stock
from daemon import MPTABLECTL
from stock import MACHINES, MIB, elf
from tables import WINDOW, floating_pointer, pc, table

PAGE, PARAMS = 4096, 0x8000
# or %ebp, %ebx; or %edi, %ebx; mov %ebx, (%esi); then the boot parameters and the first MiB to port 0xe9, and ud2, which
# ends the machine: there is no interrupt table.
SHOWS_MEMORY = bytes.fromhex("09eb09fb891e" "66bae900" "b900100000" "f36e" "31f6" "b900001000" "f36e" "0f0b")
OPTIONS = "quiet mptable.test=1"


class Machine:
    """A folder for files, and machines with the ROM"""

    def __init__(self, work):
        self.work = work

    def file(self, name, data):
        path = os.path.join(self.work, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def run(self, machine, image, kernel, memory=64, smp="1", more=(), until=None):
        """What the serial port and the debug port show"""
        debug = os.path.join(self.work, "debug")
        command = [stock.PROGRAM, "-M", machine, "-cpu", "max", "-smp", smp, "-m", str(memory), *stock.QUIET, "-bios",
                   stock.ROM, "-serial", "stdio", "-debugcon", "file:" + debug, *more]
        if image:
            command += ["-fw_cfg", "name=opt/org.mptabled/image,file=" + self.file("image", image)]
        if kernel:
            command += ["-kernel", self.file("kernel", kernel)]
        serial = stock.run(command, until)
        with open(debug, "rb") as file:
            return serial, file.read()

    def stopped(self, image, kernel, machine=MACHINES["pc"], **more):
        """The lines with which the ROM stops a machine, on both ports"""
        serial, debug = self.run(machine, image, kernel, until="stopped\r\n", **more)
        return serial, debug.decode("latin-1")


def encode(**topology):
    done = subprocess.run([MPTABLECTL, "encode", "--format", "json", "-"], input=json.dumps(topology).encode(),
                          capture_output=True, check=True)
    reply = json.loads(done.stdout)
    data = base64.b64decode(reply["image"])
    return [(int(s["base"], 16), data[s["offset"]:s["offset"] + s["size"]]) for s in reply["segments"]]


def qemu(cpus, **more):
    return encode(profile="qemu", cpus=cpus, **more)


def ranges(params):
    return [struct.unpack_from("<QQI", params, 0x2D0 + 20 * i) for i in range(params[0x1E8])]


def usable(params):
    return [(base, base + size) for base, size, kind in ranges(params) if kind == 1]


def judge(tap, name, image, memory, shown):
    """What the kernel finds"""
    params, low = shown[:PAGE], shown[PAGE:]
    if not tap.ok(len(low) == MIB, name + ": the kernel is entered, and shows its memory", shown[:200]):
        return
    tap.ok(all(low[base:base + len(data)] == data for base, data in image), name + ": the image is there")
    if not any(base <= 0x40E < base + len(data) for base, data in image):
        tap.equal(low[0x40E:0x410] + low[0x413:0x415], bytes(4), name + ": no BIOS data words")
    tap.equal(params[:4], bytes(4), name + ": EBX, EBP and EDI are 0")
    command_line = struct.unpack_from("<I", params, 0x228)[0]
    tap.equal(low[command_line:command_line + len(OPTIONS) + 1], OPTIONS.encode() + b"\0", name + ": the command line")
    free = usable(params)
    tap.ok(all(end <= base // PAGE * PAGE or begin >= base + len(data) for begin, end in free for base, data in image),
           name + ": no page of the image is usable memory", free)
    tap.equal([base for base, _, _ in ranges(params)], sorted(base for base, _, _ in ranges(params)), name + ": in order")
    pages = {page for base, data in image if base < 0xA0000 for page in range(base // PAGE, (base + len(data) - 1) // PAGE + 1)}
    tap.equal(sum(end - begin for begin, end in free), memory * MIB - 0x60000 - len(pages) * PAGE, name + ": the rest of RAM is")


def judge_images(tap, work):
    placed = [("base memory", qemu(4)), ("255 processors", qemu(255)),
              ("bios", qemu(4, placement={"window": "bios"})), ("bios, 255", qemu(255, placement={"window": "bios"})),
              ("ebda", qemu(4, placement={"window": "ebda", "base": "0x90000"}, bios_data_area=True)),
              ("words", qemu(4, bios_data_area=True)),
              ("OpenVMM's place", qemu(4, placement={"floating_pointer": "0x0", "configuration_table": "0x400"}))]
    machine = Machine(work)
    for name, options in MACHINES.items():
        for place, image in placed:
            _, shown = machine.run(options, elf(image), stock.bzimage(SHOWS_MEMORY), more=["-append", OPTIONS])
            judge(tap, "%s, %s" % (name, place), image, 64, shown)
    for name, options in MACHINES.items():
        _, shown = machine.run(options, elf(placed[0][1]), stock.bzimage(SHOWS_MEMORY, 0x202), memory=6144, more=["-append", OPTIONS])
        judge(tap, name + ", 6 GiB", placed[0][1], 6144, shown)
        tap.ok(any(begin >= 1 << 32 for begin, _ in usable(shown[:PAGE])), name + ", 6 GiB: some of it above 4 GiB")


GOOD = table(pc(4))


def image(data=GOOD, at=WINDOW, **pointer):
    return [(at, floating_pointer(at + 16, **pointer) + data)]


def judge_refusals(tap, work):
    machine, kernel, whole = Machine(work), stock.bzimage(SHOWS_MEMORY), elf(image())
    rows = (
        ("no image", None, kernel, "no image: start QEMU with -fw_cfg name=opt/org.mptabled/image,file=IMAGE.elf, or write an image into"),
        ("an image that is no ELF file", b"\0" * 300, kernel, "the image is no 32-bit ELF file"),
        ("of 64 bits", b"\x7fELF\2\1\1" + whole[7:], kernel, "the image is no 32-bit ELF file"),
        ("headers behind its end", whole[:60], kernel, "the image is no 32-bit ELF file"),
        ("cut short", whole[:-1], kernel, "the image is cut short"),
        ("too long", whole + bytes(512 * 1024), kernel, "more than 524288"),
        ("17 segments", elf([(0x20000 + 16 * i, b"x") for i in range(17)]), kernel, "more than 16 segments"),
        ("above 1 MiB", elf(image() + [(MIB, b"x")]), kernel, "1 bytes at 0x100000, above 1 MiB"),
        ("across 1 MiB", elf(image() + [(MIB - 1, b"xx")]), kernel, "2 bytes at 0xfffff, above 1 MiB"),
        ("to the end of 4 GiB", elf(image() + [(0xFFFFFFFF, b"x")]), kernel, "above 1 MiB"),
        ("over the ROM's memory", elf(image() + [(0x7FFF, b"xx")]), kernel, "over the memory that this ROM uses"),
        ("over the ROM", elf(image() + [(0xFBFFF, b"xx")]), kernel, "over this ROM"),
        ("over itself", elf(image() + [(WINDOW + 15, b"x")]), kernel, "lie over one another, at 0x9fc00 and 0x9fc0f"),
        ("where no memory is", elf(image() + [(0xC0000, b"xyz")]), kernel, "no memory that takes the image's 3 bytes at 0xc0000"),
        ("no floating pointer", elf([(WINDOW, GOOD)]), kernel, "the image has no floating pointer"),
        ("a pointer's wrong sum", elf(image(sum_error=1)), kernel, "the floating pointer at 0x9fc00 has a wrong sum"),
        ("a pointer of two units", elf(image(length=2)), kernel, "the floating pointer at 0x9fc00 has a wrong sum or length"),
        ("a pointer to nowhere", elf([(WINDOW, floating_pointer(0x90000) + GOOD)]), kernel, "no whole table at 0x90000"),
        ("no table and no default", elf([(WINDOW, floating_pointer(0))]), kernel, "no whole table at 0x0"),
        ("a cut table", elf(image(GOOD[:-1])), kernel, "no whole table at 0x9fc10"),
        ("another signature", elf(image(table(pc(4), signature=b"PCMQ"))), kernel, "no whole table at 0x9fc10"),
        ("a table's wrong sum", elf(image(table(pc(4), sum_error=1))), kernel, "the table at 0x9fc10 has a wrong sum"),
        ("no kernel", whole, None, "no kernel: start QEMU with -kernel FILE"),
        ("a kernel without a header", whole, bytes(4096), "no Linux of the 32-bit boot protocol"),
        ("protocol 2.1", whole, stock.bzimage(SHOWS_MEMORY, 0x201), "boot protocol 2.1, older than 2.2"),
        ("a zImage", whole, stock.bzimage(SHOWS_MEMORY, flags=0), "no 32-bit entry above 1 MiB"),
        ("too little memory for the kernel", whole, stock.bzimage(SHOWS_MEMORY, initial=64 * MIB),
         "too little memory: kernel and initrd need 66560 KiB, and there are 65536 KiB"),
    )
    for name, data, file, says in rows:
        serial, debug = machine.stopped(data, file)
        tap.ok("mptable.rom: " in serial and says in serial and serial.endswith("mptable.rom: stopped\r\n"),
               "refused on the serial port: " + name, serial)
        tap.equal(debug, serial, "and on the debug port: " + name)
    serial, _ = machine.stopped(whole, kernel, memory=1)
    tap.ok("too little memory: 1024 KiB" in serial, "refused: 1 MiB of memory", serial)
    serial, _ = machine.stopped(whole, kernel, more=["-append", "x" * 4096])
    tap.ok("the command line has 4097 bytes, more than 4096" in serial, "refused: a longer command line", serial)


def judge_file(tap):
    with open(stock.ROM, "rb") as file:
        rom = file.read()
    tap.equal(len(rom), 65536, "the ROM has 64 KiB")
    stock.judge_rebuilt(tap, "src/rom/again.rom", rom)


def main():
    tap = stock.start()
    judge_file(tap)
    with tempfile.TemporaryDirectory(prefix="mptabled-rom-") as work:
        judge_images(tap, work)
        judge_refusals(tap, work)
    tap.done()


main()
