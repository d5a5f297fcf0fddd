# SPDX-License-Identifier: ISC
"""seeds.py DIRECTORY MPTABLECTL: what each fuzzer starts from, in DIRECTORY/<target>/, and the words that mean something
to its parser, in DIRECTORY/<target>.words."""
import glob
import os
import re
import struct
import subprocess
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(TESTS)
sys.path.insert(0, os.path.join(TESTS, "lib"))
import corpus  # noqa: E402
import madts as m  # noqa: E402

OUT, MPTABLECTL = sys.argv[1:]
BODY_MAX = 65536
TARGETS = ("/v1/images?cpus=4&profile=kvm&irqs=24&context=vm:7f3a&nonce=0123456789&ttl=60&memory_size=1048576"
           "&bios_data_area=true&placement=bios",
           "http://localhost:8640/v1/images?cpus=255", "/v1/images?profile=volt&cpus=%34%31", "*", "/v1/images")
FACTS = ("vcpus=2&bsp_apic_id=0&apic_version=20&io_apic_id=3&io_apic_inputs=24&irq0_pin=2&ebda=0x9fc00&base_memory_kib=639"
         "&apic_ids=0,4&ioapics=0xfec00000:24,0xfec01000:8&memory_size=0x100000&usable=0-0x9fc00,0x100000-0x200000&occupied=0x7000-0x8000&x2apic=true")


def read(*path):
    with open(os.path.join(TOP, *path), "rb") as file:
        return file.read()


def encoded(path):
    done = subprocess.run([MPTABLECTL, "encode", "--format", "elf", "-o", "/dev/stdout", path], capture_output=True)
    return [done.stdout] if done.returncode == 0 else []


def tables():
    rows = [line.split() for line in read("tests/vectors/peers/index").decode().splitlines() if line[0] != "#"]
    pointers = {row[:2][0] + row[1]: row for row in rows if row[2] == "floating-pointer"}
    for name, cpus, *row in rows:
        if row[0] == "all":
            yield b"/v1/decode?base=%s\n" % row[1].encode() + read("tests/vectors/peers", row[2])
        elif row[0] == "config-table":
            other = pointers[name + cpus]
            parts = read("tests/vectors/peers", other[4]), read("tests/vectors/peers", row[2])
            yield b"/v1/decode?base=%s,%s&size=%d,%d&" % (other[3].encode(), row[1].encode(), *map(len, parts)) + \
                FACTS.encode() + b"\n" + b"".join(parts)
    for path in glob.glob(os.path.join(TOP, "api/examples/*.json")):
        for elf in encoded(path):
            yield b"/v1/decode?%s\n" % FACTS.encode() + elf


def madts():
    yield m.table(m.cpu(0), revision=5)
    yield m.table(m.cpu(0), m.cpu(2, m.ONLINE_CAPABLE), m.x2apic(4, uid=2), m.ioapic(5), m.ioapic(6, 0xFEC01000, 24),
                  m.override(0, 2), m.override(9, 9, 13), m.nmi(21, 5), m.local_nmi(), m.x2apic_nmi(2),
                  m.address(0xFEE00000), revision=5)


def requests():
    for path in glob.glob(os.path.join(TOP, "api/examples/*.json")):
        yield read(path)
    for row in corpus.corpus():
        yield row[1].encode("utf-8", "surrogatepass")


def dumps():
    image = subprocess.run([MPTABLECTL, "encode", "-"], input=b'{"cpus":2}', capture_output=True).stdout
    header = struct.pack("<2Q", 0x9fc00, 0x9fc00 + len(image) - 1)
    yield image
    yield b"EMiL\1\0\0\0" + header + bytes(8) + image
    for command in (["encode", "--format", "elf", "-"], ["encode", "--format", "hex", "-"]):
        yield subprocess.run([MPTABLECTL, *command], input=b'{"cpus":2,"bios_data_area":true}', capture_output=True).stdout
    yield b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHH", 4, 62, 1, 0, 64, 0, 0, 64, 56, 1) + bytes(6) + \
        struct.pack("<IIQQQQQQ", 1, 4, 120, 0, 0x9fc00, len(image), len(image), 0) + image
    yield b"0009fc00  5f 4d 50 5f 10 fc 09 00  01 04 8b 00 00 00 00 00  |_MP_|\n*\n0009fc30\n"


def macro(text, name):
    """The string that a macro of C is, further macros in it replaced"""
    value = re.search(r"#define %s\s((?:.*\\\n)*.*)" % name, text).group(1)
    return "".join(part[1:-1].encode().decode("unicode_escape") if part[0] == '"' else macro(text, part)
                   for part in re.findall(r'"(?:[^"\\]|\\.)*"|\w+', value))


def seals():
    vector = read("tests/lib/vector.h").decode()
    for file in ("SECRET_FILE", "VECTOR"):
        yield macro(vector, file).encode()
    yield (macro(vector, "PUBLIC_COMMENT") + macro(vector, "PUBLIC_LINE")).encode()
    yield b"# revoked\n97B0D2F9EAA4BC40\n\nabcdef\n"
    yield b"mptabled/1 sha256=%s size=292,9 load=0x9fc00,0x40e fp=0x9fc00 ctx=vm:7f3a nonce=01234567 iat=1 exp=61" % (b"0a" * 32)
    yield b"mptabled/1 sha256=%s size=292 load=0x9fc00 fp=0x9fc00 ctx=- nonce=- iat=- exp=- more" % (b"0a" * 32)


def names():
    """Of members and parameters, and of what some of them may be"""
    return set(re.findall(r"[A-Za-z0-9_.:-]{2,40}", read("api/topology.schema.json").decode()) +
               re.findall(r"(?<=name: )\w+", read("api/openapi.yaml").decode()))


def write(target, seeds, words):
    os.makedirs(os.path.join(OUT, target), exist_ok=True)
    for number, seed in enumerate(seeds):
        if len(seed) <= BODY_MAX:
            with open(os.path.join(OUT, target, "%04d" % number), "wb") as file:
                file.write(seed)
    with open(os.path.join(OUT, target + ".words"), "w") as file:
        file.writelines('"%s"\n' % word for word in sorted(words))


for name in ("table", "reading"):
    write(name, tables(), {"_MP_", "PCMP", "ISA   ", "PCI   ", "\\x7fELF", "base=", "size="})
write("madt", madts(), {"APIC"})
write("request", requests(), names())
for name, begin in (("dump", b""), ("elf", b"\x7fELF"), ("lime", b"EMiL"), ("hexdump", b"0")):
    write(name, [seed for seed in dumps() if seed.startswith(begin)],
          {"_MP_", "PCMP", "EMiL", "\\x7fELF", "*\\x0a", "0x", ":", "\\x0d\\x0a"})
write("target", [target.encode() for target in TARGETS], names())
write("head", [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\r\nPOST /a HTTP/1.1\r\nX:\r\nContent-Length: 3 \r\n\r\nabcGET / HTTP/1.0\r\n\r\n",
                b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
      {"\\x0d\\x0a", "Content-Length:", "Transfer-Encoding:", " HTTP/1.1", "\\x00", "\\x09"})
write("policy", [b"# a\nuid:1 a\ngid:1 a*\ncert:CN=a b *\n", b"san:a -\r\ntoken:a a:*\n* b"],
      {"uid:", "gid:", "cert:", "san:", "token:", "*", "-", "root", "\\x0a"})
write("tokens", [b"a %s\n0123456789abcdef=\n# b\r\n" % (b"0a" * 32)], {"\\x0a", " ", "line-1 "})
write("seal", seals(), {"untrusted comment: ", "trusted comment: ", "RURA", "RWRA", "RWQA", "0x0", "-", ",", "\\x0a", "97B0D2F9"})
