# SPDX-License-Identifier: ISC
"""mptablectl as people use it: commands, exit statuses, hexdumps through xxd, ELF files through QEMU, memory dumps with
several tables, signatures through minisign."""
import base64
import glob
import json
import os
import re
import shutil
import struct
import subprocess

import tables
from daemon import SRCDIR, Tap
from tool import DONE, IO, MPTABLECTL, REFUSED, USAGE, Tool, on_terminal

EXAMPLES = sorted(glob.glob(os.path.join(SRCDIR, "api", "examples", "*.json")))
MIB = 1 << 20

tap = Tap()
tool = Tool()
work, path, read, ctl = tool.work, tool.path, tool.read, tool.run


def write(name, data):
    return path(tool.write(name, data))


def encode(topology, *arguments):
    done = ctl("encode", *arguments, "-", data=topology)
    if done.returncode:
        raise RuntimeError("encode %s: %s" % (topology, done.stderr))
    return done.stdout


def segments_of(topology):
    reply = json.loads(encode(topology, "--format", "json"))
    image = base64.b64decode(reply["image"])
    return [(int(s["base"], 16), image[s["offset"]:s["offset"] + s["size"]]) for s in reply["segments"]]


def statuses():
    image = write("four.bin", encode('{"cpus":4}'))
    volt = write("volt.bin", encode('{"cpus":4,"profile":"volt"}'))
    topology = write("four.json", '{"cpus":4}')
    zeros = write("zeros", bytes(4096))
    rows = (
        (DONE, "--help"), (DONE, "encode", "--help"), (DONE, "--version"), (DONE, "encode", topology), (DONE, "decode", image), (DONE, "lint", image),
        (DONE, "profiles"), (DONE, "decode", "--scan", image), (DONE, "decode", "--map", image),
        (DONE, "encode", "--format=json", topology), (DONE, "encode", topology, "--format", "elf"),
        (DONE, "lint", "--base", "0x9fc00", "--vcpus", "4", "--acpi", image), (DONE, "decode", volt),
        (REFUSED, "lint", volt), (REFUSED, "lint", "--vcpus", "5", image), (DONE, "lint", "--vcpus", "3", image), (REFUSED, "decode", zeros),
        (REFUSED, "encode", write("bad.json", '{"cpus":0}')), (REFUSED, "encode", write("cut.json", '{"cpus":')),
        (REFUSED, "encode", image), (REFUSED, "decode", "--floating-pointer", "0x9fc10", image),
        (REFUSED, "decode", write("elf", b"\x7fELF" + bytes(100))),
        (USAGE,), (USAGE, "frobnicate"), (REFUSED, "encode"), (USAGE, "encode", topology, topology), (REFUSED, "profiles", image), (USAGE, "profiles", "kvm", "qemu"),
        (USAGE, "encode", "--nonsense", topology), (USAGE, "encode", "--format", "png", topology),
        (USAGE, "encode", "--base", "0", topology), (USAGE, "encode", topology, "--format"),
        (USAGE, "encode", "--key", "k", topology), (USAGE, "decode", "--base", "nowhere", image),
        (USAGE, "decode", "--size", "1", image), (USAGE, "decode", "--scan", "--map", image),
        (USAGE, "decode", "--floating-pointer", "x", image), (USAGE, "lint", "--vcpus", "four", image),
        (USAGE, "lint", "--vcpus", "4", "--vcpus", "4", image), (USAGE, "decode", "--as", "raw", "--as", "raw", image),
        (USAGE, "lint", "--ebda", "0x9fc01", image), (USAGE, "lint", "--for", "linux,", image),
        (USAGE, "lint", "--ignore", "irq0", image), (USAGE, "rules", "--format", "hex"), (USAGE, "rules", "a", "b"),
        (REFUSED, "rules", "irq0"), (REFUSED, "rules", "irq0", "--format", "json"), (REFUSED, "lint", "--for", "openbsd,linux", volt), (DONE, "rules"),
        (DONE, "lint", "--ignore", "irq0-extint-only", volt), (USAGE, "profiles", "--format", "hex"),
        (IO, "encode", path("missing")), (IO, "decode", path("missing")), (IO, "lint", work),
        (IO, "encode", "-o", path("no/such/folder"), topology), (IO, "encode", "--format", "json", "--key", path("no"), topology),
    )
    for status, *arguments in rows:
        done = ctl(*arguments)
        name = " ".join(arguments).replace(work + "/", "")
        tap.equal(done.returncode, status, "status %d: %s" % (status, name))
        if status != DONE and arguments[:1] != ["lint"]:
            tap.equal((done.stderr.count(b"\n"), done.stderr.startswith((b"mptablectl: ", MPTABLECTL.encode()))), (1, True),
                      "one line says why: " + name)
    with open("/dev/full", "w") as full:
        for arguments in (("--help",), ("decode", image), ("encode", topology), ("profiles",)):
            done = subprocess.run([MPTABLECTL, *arguments], stdout=full, stderr=subprocess.PIPE)
            tap.equal(done.returncode, IO, "a full disk: " + arguments[0])
            tap.equal(len(done.stderr.splitlines()), 1, "a full disk is reported once: " + arguments[0])


def messages():
    for topology, expected in (('{"cpus":0}', "standard input: /cpus: must be an integer from 1 to 255"),
                               ('{"cpus":\n04}', "standard input:2:2: "),
                               ('{"cpus":4,"processors":[]}', "standard input: /processors"),
                               ('{"cpus":2,"irqs":3,"no":1}', "standard input: /irqs: ")):
        done = ctl("encode", "-", data=topology)
        tap.ok(done.stderr.decode().startswith("mptablectl: " + expected), "encode %r says where" % topology, done.stderr)
    tap.equal(len(ctl("encode", "-", data='{"cpus":0,"irqs":3,"no":1}').stderr.splitlines()), 3, "a line for each error")
    done = ctl("lint", "--irq0-pin", "256", "-")
    tap.equal(done.stderr, b"mptablectl: --irq0-pin: must be 0 to 255, decimal or 0x and hexadecimal digits\n",
              "an option is named as it was given")


def round_trips():
    bodies = [(os.path.basename(name), open(name, "rb").read()) for name in EXAMPLES]
    bodies += [("words at 0x40e", b'{"cpus":3,"bios_data_area":true}'),
               ("apart", b'{"profile":"virtualbox","cpus":3}')]
    same = 0
    for name, body in bodies:
        tables = b"".join(data for base, data in segments_of(body) if base not in (0x40E, 0x413))
        decoded = ctl("decode", "-", data=encode(body, "--format", "elf"))
        got = json.loads(decoded.stdout)
        again = encode(json.dumps(got["topology"]))
        same += tap.ok(got["exact"] and again == tables, "encode, decode, encode: " + name, got.get("difference"))
    print("# %d of %d images give the same bytes" % (same, len(bodies)))
    image = encode('{"cpus":255}')
    reply = json.loads(encode('{"cpus":255}', "--format", "json"))
    tap.equal(base64.b64decode(reply["image"]), image, "json has the image")
    tap.ok("signature" not in reply and list(reply)[-2:] == ["findings", "verdicts"], "and no signature without a key")
    text = ctl("decode", "--base", reply["base"], "-", data=image).stdout
    got = json.loads(text)
    tap.ok(b'\n      { "entry": "bus", "bus_id": 0, "bus_type": "ISA" },\n' in text, "an entry a line")
    tap.equal((got["exact"], got["floating_pointer"]), (True, "0x9fc00"), "raw bytes with a base")


def any_bytes():
    """Memory with a floating pointer, whatever lies behind it: its 16 bytes and the table's come back through JSON."""
    pointer = tables.floating_pointer
    sound, low = tables.table(tables.pc(4)), tables.table(tables.pc(2))
    stray = bytearray(sound)
    stray[4:6] = b"\xff\xff"  # a length that wraps
    stray[40:42] = b"\xff\xff"
    text = b"Press any key to continue, F1 for setup, F2 for boot order, or wait ten seconds"
    some, none = -1, None  # any number of patches; no such member
    rows = [("a sum", pointer(0x9FC10, sum_error=1) + sound, 1), ("a table cut off", (pointer(0x9FC10) + sound)[:100], some),
            ("no table", pointer(0x80000), 0), ("neither table nor configuration", pointer(0), 0),
            ("configuration 9", pointer(0, configuration=9), 1), ("a default configuration", pointer(0, configuration=5), none),
            ("lengths that wrap", pointer(0x9FC10) + bytes(stray), some), ("text", pointer(0x9FC10) + text, some),
            ("a table over its pointer", pointer(0x9FC00) + sound, some), ("on no boundary", bytes(4) + pointer(0x9FC14) + sound, 0)]
    memory, other = bytearray(0x500), bytearray(0x800)  # old LinuxBIOS; OpenVMM's place
    memory[0x10:0x20 + len(low)] = pointer(0x20) + low
    other[:16], other[0x400:0x400 + len(low)] = pointer(0x400), low
    rows = [(name, 0x9FC00, data, patches) for name, data, patches in rows]
    for name, base, data, patches in rows + [("the first KiB", 0, memory, none), ("0x0 and 0x400", 0, other, none)]:
        got = json.loads(ctl("decode", "--base", hex(base), "-", data=bytes(data)).stdout)
        there = {base + i: byte for i, byte in enumerate(data)}
        differ = [hex(at + i) for at, raw in segments_of(json.dumps(got["topology"])) for i, byte in enumerate(raw)
                  if there.get(at + i, byte) != byte]
        given = got["topology"].get("patches")
        tap.equal((got["exact"], differ, patches if given and patches == some else len(given) if given is not None else None), (True, [], patches),
                  "any bytes: " + name)


def patched():
    """A finding about a field that a patch wrote points at the patch, when it is encoded and when it is decoded; others
    point where they always do."""
    def found(reply):
        return {f["rule"]: f["pointer"] for f in reply["findings"]}

    topology = {"cpus": 4, "for": ["all"], "patches": [{"at": "0x9fc0a", "bytes": "00"},    # the pointer's checksum
                                                       {"at": "0x9fc3c", "bytes": "00ff"},  # type and APIC ID of a processor
                                                       {"at": "0x9fc48", "bytes": "02"}]}   # its first reserved byte
    encoded = json.loads(encode(json.dumps(topology), "--format", "json"))
    decoded = json.loads(ctl("decode", "--for", "all", "--base", "0x9fc00", "-", data=base64.b64decode(encoded["image"])).stdout)
    rows = (("fp-checksum", "/patches/0", "/patches/0"), ("cpu-id-255", "/patches/1", "/entries/0/apic_id"),
            ("reserved-bytes", "/patches/2", "/patches/2"), ("table-checksum", "", "/patches/1"), ("fp-not-found", "/patches/0", "/patches/0"))
    where = [found(reply) for reply in (encoded, decoded)]
    for rule, *pointers in rows:
        tap.equal([each.get(rule) for each in where], pointers, "patched: " + rule)
    tap.equal([patch["at"] for patch in decoded["topology"]["patches"]], ["0x9fc0a", "0x9fc17", "0x9fc48"], "patched: and no more patches")
    for at, raw, rule in (("0x9fc04", "00000000", "fp-physptr-zero"), ("0x9fc06", "10", "table-above-1m"), ("0x9fc00", "58", "fp-not-found")):
        topology = {"cpus": 4, "for": ["all"], "patches": [{"at": "0x9fc40", "bytes": "00"}, {"at": at, "bytes": raw}]}
        tap.equal(found(json.loads(encode(json.dumps(topology), "--format", "json"))).get(rule), "/patches/1", "patched pointer: " + rule)


def comparing():
    """diff: each line that it prints, and its status."""
    cpus, rest = tables.processors(4), tables.pc([])

    def file(name, entries, at=0x9FC10, **more):
        return write(name, tables.floating_pointer(at) + tables.table(entries, **more))

    one = file("one", cpus + rest)
    cpu = "processor: apic_id %d, bsp false, enabled %s, apic_version 20, signature 0x600, features 0x201"
    base = len(tables.table(cpus + rest)), len(cpus + rest)
    longer, shorter = ([f % (base[i] + (20, 1)[i] * by[0], base[i] + (20, 1)[i] * by[1]) for i, f in enumerate(
        ("configuration_table: base_length %d -> %d", "configuration_table: entry_count %d -> %d"))] for by in ((0, 1), (1, 0)))
    two = file("two", cpus + [tables.processor(4)] + rest)
    rows = [("the same", one, one, []), ("added", one, two, longer + ["added " + cpu % (4, "true")]),
            ("gone", two, one, shorter + ["gone " + cpu % (4, "true")]),
            ("put in front", one, file("front", [tables.processor(4)] + cpus + rest), longer + ["added " + cpu % (4, "true")]),
            ("changed", one, file("off", cpus[:3] + [tables.processor(3, 0)] + rest),
             ["changed " + cpu % (3, "true") + "; enabled true -> false"]),
            ("a reserved byte", one, file("reserved", cpus[:3] + [cpus[3][:19] + b"\1"] + rest),
             ["changed " + cpu % (3, "true") + "; bytes %s -> %s01" % (cpus[3].hex(), cpus[3][:19].hex())]),
            ("moved", one, file("moved", cpus[:1] + cpus[2:] + cpus[1:2] + rest),
             ["moved " + cpu % (1, "true") + "; entry 1 -> 3"]),
            ("another address", one, file("at", cpus + rest, 0x80000),
             ["floating_pointer: table_address 0x9fc10 -> 0x80000", "configuration_table: gone"] +
             ["gone"] * (len(cpus) + len(rest))),
            ("a header", one, file("header", cpus + rest, local_apic=0xFEE01000),
             ["configuration_table: local_apic_address 0xfee00000 -> 0xfee01000"]),
            ("a wrong sum", one, file("sum", cpus + rest, sum_error=1), ["configuration_table: checksum "])]
    for name, a, b, lines in rows:
        done = ctl("diff", "--base", "0x9fc00", a, b)
        said = done.stdout.decode().splitlines()
        tap.ok(len(said) == len(lines) and all(got.startswith(line) for got, line in zip(said, lines)), "diff: " + name, said)
        tap.equal((done.returncode, done.stderr), (1 if lines else 0, b""), "diff: %s: status" % name)
    for status, arguments in ((USAGE, (one,)), (USAGE, (one, one, one)), (IO, (one, path("nothing"))),
                              (IO, (write("text", b"no table"), one)), (IO, (one, write("text", b"no table")))):
        done = ctl("diff", *arguments)
        tap.equal((done.returncode, done.stdout, len(done.stderr.splitlines())), (status, b"", 1), "diff: status %d" % status)


def xxd(data, *arguments):
    return subprocess.run(["xxd", *arguments], input=data, capture_output=True)


def hexdumps():
    if not shutil.which("xxd"):
        tap.skip("hexdumps through xxd", "xxd is not installed")
        return
    for topology in ('{"cpus":1}', '{"cpus":40}', '{"cpus":255}', '{"cpus":3,"profile":"bhyve"}'):
        base = segments_of(topology)[0][0]
        text, image = encode(topology, "--format", "hex"), encode(topology)
        tap.equal(xxd(image, "-o", str(base)).stdout, text, topology + ": the hexdump is xxd's")
        back = xxd(text, "-r", "-s", "-" + hex(base))
        tap.equal((back.returncode, back.stdout), (0, image), topology + ": xxd -r -s -BASE gives the image")
    for topology in ('{"cpus":4,"bios_data_area":true}', '{"cpus":4,"profile":"virtualbox","bios_data_area":true}'):
        memory = write("memory", b"\xaa" * MIB)
        xxd(encode(topology, "--format", "hex"), "-r", "-", memory)
        expected = bytearray(b"\xaa" * MIB)
        for base, data in segments_of(topology):
            expected[base:base + len(data)] = data
        tap.ok(read("memory") == bytes(expected), topology + ": xxd -r writes every segment into guest memory")


def elf_files():
    topology = '{"cpus":3,"profile":"virtualbox","bios_data_area":true}'
    segments = segments_of(topology)
    file = write("image.elf", encode(topology, "--format", "elf"))
    if shutil.which("readelf"):
        said = subprocess.run(["readelf", "-hlW", file], capture_output=True)
        loads = [line.split() for line in said.stdout.decode().splitlines() if line.strip().startswith("LOAD")]
        tap.equal([(int(l[3], 16), int(l[4], 16), int(l[5], 16)) for l in loads],
                  [(base, len(data), len(data)) for base, data in segments], "readelf sees the segments")
        tap.equal((said.returncode, said.stderr, b"80386" in said.stdout), (0, b"", True), "and nothing to complain of")
    else:
        tap.skip("readelf sees the segments", "readelf is not installed")
    if not shutil.which("qemu-system-x86_64"):
        tap.skip("QEMU loads every segment", "qemu-system-x86_64 is not installed")
        return
    dump = path("dump")
    done = subprocess.run(["qemu-system-x86_64", "-machine", "none", "-m", "1M", "-S", "-display", "none", "-nodefaults",
                           "-monitor", "stdio", "-device", "loader,file=" + file],
                          input=("pmemsave 0 %d \"%s\"\nquit\n" % (MIB, dump)).encode(), capture_output=True, timeout=60)
    memory = read("dump") if os.path.exists(dump) else b""
    tap.equal([memory[base:base + len(data)] == data for base, data in segments], [True] * 4,
              "QEMU's loader puts every segment in its place")
    tap.equal(sum(1 for byte in memory if byte), sum(1 for _, data in segments for byte in data if byte), "and nothing else")
    if len(memory) != MIB:
        print("# %s" % done.stderr.decode()[:500])
        return
    scan = json.loads(ctl("decode", "--scan", dump).stdout)
    tap.equal(scan["bios"], {"ebda": "0x9fc00", "base_memory_kib": 639}, "its dump has the BIOS data words")
    tap.equal(takers(scan)["linux"], "0x9fff0", "and the table where Linux looks")


def takers(scan):
    return {consumer["name"]: consumer["floating_pointer"] for consumer in scan["consumers"]}


def scans():
    """Linux looks at 0x9fc00 before the EBDA, BSD in the EBDA first: each takes a different table, and one table is taken
    by no system."""
    memory = bytearray(MIB)
    for topology, base in (('{"cpus":4,"placement":{"base":"0x9fc00"}}', 0x9FC00),
                           ('{"cpus":2,"placement":{"window":"ebda","base":"0x90000"}}', 0x90000)):
        for at, data in segments_of(topology):
            memory[at:at + len(data)] = data
        tap.equal(memory[base:base + 4], b"_MP_", "a table at 0x%x" % base)
    struct.pack_into("<H", memory, 0x40E, 0x9000)
    struct.pack_into("<H", memory, 0x413, 576)
    memory[0x80000:0x80010] = memory[0x9FC00:0x9FC10]
    scan = json.loads(ctl("decode", "--scan", "-", data=bytes(memory)).stdout)
    who = takers(scan)
    tap.equal([who[name] for name in ("linux", "memtest86+", "freebsd", "openbsd", "netbsd")],
              ["0x9fc00", "0x9fc00", "0x90000", "0x90000", "0x90000"], "Linux takes one table, BSD the other")
    tap.equal({table["floating_pointer"]: sum(e["entry"] == "processor" for e in table["topology"]["entries"])
               for table in scan["tables"]}, {"0x9fc00": 4, "0x90000": 2}, "both are shown")
    for table in scan["tables"]:
        tap.equal(sorted(table["found_by"]), sorted(n for n, a in who.items() if a == table["floating_pointer"]),
                  table["floating_pointer"] + ": found_by agrees")
        tap.equal("fp-multiple" in {f["rule"] for f in table["findings"]}, table["floating_pointer"] != who["linux"],
                  "and a finding says whether Linux takes the other")
    tap.equal(scan["others"], ["0x80000"], "a third one is taken by no system")
    with open(os.path.join(SRCDIR, "src", "cli", "mptablectl.1"), encoding="utf-8") as page:
        asked = re.findall(r"\.name == \\\(dq(.+?)\\\(dq", page.read())
    tap.ok(asked and all(name in who for name in asked), "the page asks for consumers by their names", asked)
    nothing = json.loads(ctl("decode", "--scan", "-", data=bytes(MIB)).stdout)
    tap.equal((set(takers(nothing).values()), nothing["tables"], nothing["others"]), ({None}, [], []), "no table, no taker")
    full = json.loads(ctl("decode", "--scan", "-", data=bytes(memory[0x9FC00:0x9FC10]) * (MIB // 16)).stdout)
    tap.equal(len(full["others"]), 64, "a dump full of floating pointers is cut short")


def finding_lines(done):
    """What lint printed below its table of consumers"""
    return [line for line in done.stdout.decode().splitlines() if line.startswith("-: ")]


def table_of(done):
    """The table of consumers: the words of each line, by consumer"""
    lines = [line.split() for line in done.stdout.decode().splitlines() if not line.startswith("-: ")]
    tap.equal(lines[0], ["consumer", "verdict", "processors", "worst", "rules"], "the head of the table")
    return {line[0]: line[1:] for line in lines[1:]}


def asking():
    """The table of verdicts has every system in current use; findings and exit status are for those of --for."""
    volt = encode('{"cpus":4,"profile":"volt"}')
    table = table_of(ctl("lint", "-", data=volt))
    tap.equal(list(table), ["linux", "linux-32", "freebsd", "openbsd", "netbsd", "illumos", "dragonfly", "memtest86+"],
              "a line for each system in current use")
    tap.equal(table["linux"], ["crashes", "0", "crashes", "irq0-extint-only", "extint-io"], "Linux crashes")
    tap.equal(table["memtest86+"], ["takes", "4", "-"], "memtest86+ takes it, and there is nothing to say")
    tap.ok(table["openbsd"][:2] == ["unknown", "-"] and table["openbsd"][-3:] == ["needs", "ebda", "base_memory_kib"],
           "OpenBSD may not find it", table["openbsd"])
    known = table_of(ctl("lint", "--ebda", "0", "--base-memory-kib", "0", "-", data=volt))
    tap.equal(known["openbsd"][:2], ["not-found", "1"], "with the words both 0 it does not")
    every = ctl("lint", "--for", "all", "-", data=volt)
    tap.ok(len(table_of(every)) == 19 and table_of(every)["helenos"][0] == "refuses", "--for all shows all consumers")
    tap.ok(any(": imcr-set:" in line for line in finding_lines(every)), "and their findings", every.stdout)
    only = ctl("lint", "--for", "memtest86+", "-", data=volt)
    tap.ok(only.returncode == DONE and not any("irq0" in line for line in finding_lines(only)),
           "a system that does not mind has no error", only.stdout)
    left = ctl("lint", "--ignore", "irq0-extint-only", "--ignore", "irq2-entry", "--ignore", "extint-io", "-",
               data=volt)
    tap.equal((finding_lines(left), left.returncode, table_of(left)["linux"][0]), ([], DONE, "crashes"),
              "what is ignored is no finding; the table says it still")
    for name in ("kvm", "qemu"):
        clean = ctl("lint", "--for", "linux,linux-32,freebsd,openbsd,netbsd,illumos,dragonfly,memtest86+", "--vcpus", "4",
                    "--bsp-apic-id", "0", "--irq0-pin", "2" if name == "qemu" else "0", "-",
                    data=encode('{"cpus":4,"bios_data_area":true,"profile":"%s"}' % name, "--format", "elf"))
        tap.equal((finding_lines(clean), {tuple(line[:3]) for line in table_of(clean).values()}), ([], {("takes", "4", "-")}),
                  name + ": every system in current use takes it")


def rule_list():
    everything = json.loads(ctl("rules", "--format", "json").stdout)
    ids = [line.split()[0] for line in ctl("rules").stdout.decode().splitlines()]
    tap.equal(ids, list(dict.fromkeys(rule["rule"] for rule in everything["rules"])), "rules lists each rule once")
    tap.equal([c["name"] for c in everything["consumers"] if c["in_use"]],
              ["linux", "linux-32", "freebsd", "openbsd", "netbsd", "illumos", "dragonfly", "memtest86+"], "systems in use")
    tap.equal(len(everything["consumers"]), 19, "consumers")
    one = ctl("rules", "cpu-count-over-32").stdout.decode().splitlines()
    tap.equal(one, ["cpu-count-over-32: more than 32 processors are enabled", "    table processors: at most 32",
                    "    linux-32    cpu-lost       run     Debian's 686-pae kernel starts 32"], "all about one rule")
    rows = [rule for rule in everything["rules"] if rule["rule"] == "reserved-bytes"]
    same = [line for line in ctl("rules", "reserved-bytes").stdout.decode().splitlines() if line.startswith("    ")]
    tap.equal((json.loads(ctl("rules", "reserved-bytes", "--format", "json").stdout)["rules"], len(rows)), (rows, 3), "in JSON too")
    tap.equal(same, ["    %s reserved: 0" % row["part"] for row in rows], "and each row")
    told = {h["known"] for rule in everything["rules"] for h in rule["consumers"]}
    tap.equal(told, {"run", "source"}, "how it is known")


def linting():
    image = encode('{"cpus":4,"profile":"volt"}')
    done = ctl("lint", "-", data=image)
    lines = finding_lines(done)
    tap.equal(sorted(line.split(": ")[1:3] for line in lines),
              sorted([["error", "irq0-extint-only"], ["note", "extint-io"], ["note", "irq2-entry"]]),
              "a line for each rule that volt breaks on Linux")
    tap.ok("(linux crashes: where it needs the PIT; linux-32 crashes: where it needs the PIT)" in
           next(line for line in lines if "irq0" in line), "and what happens there", lines)
    tap.ok("at 0x9fc9c (offset 156), entry 6" in next(line for line in lines if "irq0" in line), "it says where", lines)
    lines = ctl("lint", "--routing", "-", data=image).stdout.decode().splitlines()
    tap.equal([line for line in lines if ": linux: " in line][1:3] + lines[15:16],
              ["-: linux: IRQ 2 of bus 0: lost, Linux keeps IRQ 2 for the cascade of the two 8259s",
               "-: linux: IRQ 3 of bus 0: I/O APIC 4 pin 3 (GSI 3), edge, active high",
               "-: linux: timer: apic1=-1 pin1=-1 apic2=0 pin2=0: no I/O APIC input brings IRQ 0: Linux crashes where it "
               "needs the PIT"], "the routing comes first")
    nothing = ctl("lint", "-", data=bytes(4096))
    tap.ok([line.split(": ")[:3] for line in finding_lines(nothing)] == [["-", "error", "fp-not-found"]] and
           nothing.returncode == REFUSED and nothing.stderr == b"", "no table is a finding", nothing)
    fact = ctl("lint", "--irq0-pin", "2", "-", data=encode('{"cpus":1}'))
    tap.ok(b"warning: irq0-pin" in fact.stdout and fact.returncode == DONE, "a fact lets a rule speak", fact.stdout)
    words = ctl("lint", "-", data=encode('{"cpus":1,"bios_data_area":true}', "--format", "elf"))
    tap.equal((finding_lines(words), words.returncode), ([], DONE), "nothing to say of an ELF file with the words set")
    names = [p["name"] for p in json.loads(ctl("profiles", "--format", "json").stdout)["profiles"]]
    listed = [line.split()[0] for line in ctl("profiles").stdout.decode().splitlines()[1:] if not line.startswith(" ")]
    tap.equal((listed, "kvm" in names), (names, True), "profiles lists what json has")


def maps():
    os.environ.pop("NO_COLOR", None)
    image = write("map.bin", encode('{"cpus":2,"profile":"volt"}'))
    plain = ctl("decode", "--map", image).stdout
    told = [line.split() for line in plain.decode().splitlines()]
    shown = b"".join(map(bytes_of, plain.decode().splitlines()))
    tap.equal(shown, read("map.bin"), "the map shows every byte once")
    tap.ok(told[0][:2] == ["0009fc00", "floating_pointer"] and any("irq0-extint-only" in line for line in told),
           "with names and rules", told)
    coloured, _ = on_terminal("decode", "--map", image)
    tap.ok(b"\x1b[" in coloured and b"\x1b" not in plain, "in colours on a terminal alone")
    tap.equal(on_terminal("decode", "--map", image, NO_COLOR="1")[0], plain, "but not with NO_COLOR")
    tap.equal(on_terminal("decode", "--map", image, NO_COLOR="")[0], coloured, "which does not count when empty")
    topology = write("one.json", '{"cpus":1}')
    tap.equal(on_terminal("encode", topology), (b"", USAGE), "no bytes for a terminal")


def bytes_of(line):
    """The bytes in a line of the map, without address, label and rules."""
    return bytes.fromhex(line[36:].split("  ")[0])


def signatures():
    if not shutil.which("minisign"):
        tap.skip("encode --key", "minisign is not installed")
        return
    subprocess.run(["minisign", "-GW", "-p", path("k.pub"), "-s", path("k.key")], capture_output=True, check=True,
                   stdin=subprocess.DEVNULL)
    os.chmod(path("k.key"), 0o600)
    topology = write("vm.json", '{"cpus":4,"context":"vm:1","bios_data_area":true}')
    done = ctl("encode", "--key", path("k.key"), "-o", path("vm.bin"), topology)
    tap.equal((done.returncode, done.stderr), (DONE, b""), "encode --key writes image and signature")
    said = subprocess.run(["minisign", "-VHQm", path("vm.bin"), "-p", path("k.pub")], capture_output=True)
    tap.ok(said.returncode == 0 and said.stdout.startswith(b"mptabled/1 sha256=") and
           b" size=292,2,2 load=0x9fc00,0x40e,0x413 fp=0x9fc00 ctx=vm:1 " in said.stdout, "minisign finds and accepts it", said)
    done = ctl("encode", "--key", path("k.key"), "--format", "json", topology)
    tap.equal(json.loads(done.stdout)["signature"]["minisign"].encode(), read("vm.bin.minisig"), "json has the same one")
    secret = read("k.key").splitlines()[1][80:]
    tap.ok(secret not in done.stdout + done.stderr, "and nothing of the key")
    os.chmod(path("k.key"), 0o644)
    done = ctl("encode", "--key", path("k.key"), "--format", "json", topology)
    tap.equal((done.returncode, done.stdout), (IO, b""), "a key that others can read is refused")


def main():
    try:
        for part in (statuses, messages, round_trips, any_bytes, patched, comparing, hexdumps, elf_files, scans, linting,
                     asking, rule_list, maps, signatures):
            part()
    finally:
        shutil.rmtree(work)
    tap.done()


main()
