# SPDX-License-Identifier: ISC
"""The profile volt for all its 41 counts against a second hand: the table put together here from the field values
of that monitor's own source, byte by byte, without a line of the encoder under test."""
import os
import struct
import subprocess


def summed(raw, at):
    raw = bytearray(raw)
    raw[at] = -sum(raw) & 0xFF
    return bytes(raw)


def volt(n):
    entries = b"".join(
        struct.pack("<BBBBII8x", 0, i, 0x14, 1 if i else 3, 6 << 8 | 15 << 4 | 1, 0x0781FBFF) for i in range(n))
    entries += struct.pack("<BB6s", 1, 0, b"ISA   ")
    entries += struct.pack("<BBBBI", 2, n, 0x11, 1, 0xFEC00000)
    for irq in range(16):
        entries += struct.pack("<BBHBBBB", 3, 0 if irq else 3, 0, 0, irq, n, irq)
    header = struct.pack("<4sHBB8s12sIHHIHBB", b"PCMP", 44 + len(entries), 4, 0, b"NOVAFLAR", b"VOLT VM     ",
                         0, 0, n + 18, 0xFEE00000, 0, 0, 0)
    pointer = struct.pack("<4sIBBBBB3x", b"_MP_", 0x9FC10, 1, 4, 0, 0, 0x80)
    return summed(pointer, 10) + summed(header + entries, 7)


def built(n):
    """What the encoder makes of it, or None when it refuses."""
    done = subprocess.run(["./tests/build_image"], input=b'{"profile":"volt","cpus":%d}' % n, capture_output=True)
    return done.stdout if done.returncode == 0 else None


def main():
    vectors = os.path.join(os.environ["srcdir"], "tests", "vectors")
    print("1..48")
    for n in range(1, 42):
        print("%s %d - volt with %d CPUs" % ("ok" if built(n) == volt(n) else "not ok", n, n))
    for at, n in enumerate((42, 255)):
        print("%s %d - volt refuses %d CPUs" % ("ok" if built(n) is None else "not ok", 42 + at, n))
    for at, n in enumerate((1, 2, 4, 8, 41)):
        with open(os.path.join(vectors, "volt-%d.bin" % n), "rb") as file:
            same = file.read() == volt(n)
        print("%s %d - the second hand agrees with the monitor at %d CPUs" % ("ok" if same else "not ok", 44 + at, n))


main()
