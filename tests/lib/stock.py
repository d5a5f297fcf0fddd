# SPDX-License-Identifier: ISC
"""Stock QEMU with the boot ROM in place of its firmware, as a user starts it: by -kernel, -initrd and -append."""
import os
import select
import shutil
import struct
import subprocess
import time

from daemon import Tap

ROM = os.environ.get("MPTABLE_ROM", "")
MIB = 1 << 20
PROGRAM = "qemu-system-x86_64"
MACHINES = {"microvm": "microvm,acpi=off,pic=on,pit=on,rtc=on,isa-serial=on", "pc": "pc,acpi=off", "q35": "q35,acpi=off"}
QUIET = ["-accel", "tcg", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
COMPLAINTS = ("BIOS bug", "MP-BIOS bug", "...trying to set up timer", "MPTABLE: checksum", "Unknown bustype")  # of Linux


def start():
    """The Tap of a test that starts machines. Where none can be started, the test is skipped and the program ends."""
    if not shutil.which(PROGRAM):
        print("1..0 # SKIP qemu-system-x86_64 is not installed")
    elif not os.path.exists(ROM):
        print("1..0 # SKIP no ROM was built: the compiler makes no 32-bit x86 code")
    else:
        return Tap()
    raise SystemExit(0)


def judge_rebuilt(tap, again, data):
    """Checks that a program for machines, whose bytes are @data, is the same when make builds it again as the file
    @again."""
    done = subprocess.run(["make", "-s", again], capture_output=True, env={**os.environ, "MAKEFLAGS": ""})
    if not tap.ok(done.returncode == 0, "it can be built again", done.stderr):
        return
    with open(again, "rb") as file:
        tap.ok(file.read() == data, "and is the same then")
    os.unlink(again)


def elf(segments):
    """An ELF file that has (guest-physical address, bytes) each"""
    offset, headers, body = 52 + 32 * len(segments), b"", b""
    for address, data in segments:
        headers += struct.pack("<8I", 1, offset + len(body), address, address, len(data), len(data), 6, 1)
        body += data
    head = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\1\1\1", 2, 3, 1, 0, 52, 0, 0, 52, 32, len(segments), 0, 0, 0)
    return head + headers + body


def bzimage(code, protocol=0x20A, flags=1, preferred=MIB, initial=MIB):
    """A kernel of the 32-bit boot protocol: one sector of setup header, then code that is entered at 1 MiB."""
    setup = bytearray(1024)
    setup[0x1F1] = 1
    struct.pack_into("<BB4sH", setup, 0x200, 0xEB, 0x66, b"HdrS", protocol)
    setup[0x211] = flags
    struct.pack_into("<IIIIIIII", setup, 0x214, MIB, 0, 0, 0, 0, 0, 0x37FFFFFF, 0x1000)
    struct.pack_into("<QI", setup, 0x258, preferred, initial)
    return bytes(setup) + code


def run(command, until=None, limit=120, started=None, **more):
    """What a machine prints on its serial port until @until appears there, the machine ends, or @limit seconds have
    passed. @started is called with the process when it runs."""
    console, end = b"", time.monotonic() + limit
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if started:
        started(process)
    while not (until and until.encode() in console):
        ready, _, _ = select.select([process.stdout], [], [], max(0, end - time.monotonic()))
        piece = os.read(process.stdout.fileno(), 65536) if ready else b""
        if not piece:
            break
        console += piece
    process.terminate()
    process.stdout.close()
    process.wait()
    return console.decode("latin-1")
