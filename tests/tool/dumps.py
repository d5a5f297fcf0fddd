# SPDX-License-Identifier: ISC
"""Inputs of mptablectl that other programs make: dumps of guests by QEMU, LiME, hexdumps, pipes, and kinds that are not
read. They come from QEMU, hexdump, xxd and od; libkdumpfile reads QEMU's cores as we do."""
import base64
import json
import os
import resource
import shutil
import socket
import struct
import subprocess
import time

from daemon import SRCDIR, Tap
from tool import DONE, IO, REFUSED, USAGE, Tool, is_sanitized, on_terminal, refused

tap = Tap()
BASE, MIB, GIB = 0x9FC00, 1 << 20, 1 << 30
KDUMPFILE = ["/usr/bin/python3", "-c", """import sys, kdumpfile
dump = kdumpfile.kdumpfile(sys.argv[1])
sys.stdout.buffer.write(bytes(dump.read(kdumpfile.KDUMP_MACHPHYSADDR, int(sys.argv[2], 16), int(sys.argv[3]))))"""]


def topology(decoded):
    return {key: value for key, value in decoded["topology"].items() if key != "findings"}


def decode(tool, *arguments, data=b"", **more):
    done = tool.run("decode", *arguments, data=data, **more)
    return (json.loads(done.stdout) if done.stdout else None), done


def same(tool, wanted, arguments, name, data=b"", says=b""):
    """Checks that decode gives the wanted topology, and prints @says, or nothing, on standard error."""
    got, done = decode(tool, *arguments, data=data)
    tap.ok(got and got["exact"] and topology(got) == topology(wanted) and done.returncode == DONE and says in done.stderr and
           (says or not done.stderr), name, done.returncode, done.stderr, str(got)[:300])
    return got


def qemu(tool, image, commands, memory=("-M", "pc,accel=tcg", "-m", "64")):
    """A guest that never runs, with the image in its memory; QEMU's monitor carries out the commands."""
    monitor = tool.path("monitor")
    process = subprocess.Popen(["timeout", "-k", "5", "60", "qemu-system-x86_64", *memory, "-S", "-display", "none", "-nodefaults",
                                "-qmp", "unix:%s,server=on,wait=off" % monitor,
                                "-device", "loader,file=%s,addr=%#x,force-raw=on" % (tool.path(image), BASE)])
    while not os.path.exists(monitor):
        time.sleep(0.05)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(monitor)
        lines = connection.makefile("rw")
        lines.readline()
        for name, arguments in [("qmp_capabilities", {})] + commands + [("quit", {})]:
            lines.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
            lines.flush()
            while not ("return" in (answer := json.loads(lines.readline())) or "error" in answer):
                pass
            assert "return" in answer, answer
    process.wait()


def shared(tool, wanted):
    """The file that a guest with 8 GiB of shared memory leaves"""
    backend = "memory-backend-file,id=ram,size=8G,share=on,mem-path=" + tool.path("ram")
    qemu(tool, "image.bin", [], ("-M", "pc,accel=tcg,memory-backend=ram", "-m", "8G", "-object", backend))
    tap.equal(os.path.getsize(tool.path("ram")), 8 * GIB, "QEMU keeps guest memory in a file of 8 GiB")
    same(tool, wanted, ["ram"], "and it is read", says=b"memory from address 0")
    os.unlink(tool.path("ram"))


def of_qemu(tool, wanted):
    if not shutil.which("qemu-system-x86_64"):
        tap.skip("dumps of QEMU", "qemu-system-x86_64 is not installed")
        return
    dump = lambda name, **more: ("dump-guest-memory", {"paging": False, "protocol": "file:" + tool.path(name), **more})
    qemu(tool, "image.bin", [dump("core"), dump("paging", paging=True), dump("kdump", format="kdump-zlib"),
                             ("pmemsave", {"val": 0, "size": 16 * MIB, "filename": tool.path("memory")})])
    got = same(tool, wanted, ["core"], "dump-guest-memory: an ELF core of 64 bits")
    offset = got["layout"][0]["offset"]
    tap.equal(tool.read("core")[offset:offset + 4], b"_MP_", "the offset is that of the byte in the core")
    same(tool, wanted, ["paging"], "the same with paging")
    same(tool, wanted, ["memory"], "pmemsave", says=b"memory from address 0")
    shared(tool, wanted)
    tap.ok(b"dump-guest-memory without -z" in tool.run("lint", "kdump").stderr, "kdump is refused, with the way out")
    if subprocess.run(["/usr/bin/python3", "-c", "import kdumpfile"], capture_output=True).returncode:
        tap.skip("libkdumpfile", "python3-libkdumpfile is not installed")
    else:
        witness = subprocess.run([*KDUMPFILE, tool.path("core"), "%x" % BASE, str(len(tool.read("image.bin")))],
                                 capture_output=True)
        tap.equal((witness.stdout, witness.stderr), (tool.read("image.bin"), b""), "libkdumpfile reads the same bytes there")


def lime(ranges):
    return b"".join(struct.pack("<IIQQQ", 0x4C694D45, 1, first, first + len(data) - 1, 0) + data for first, data in ranges)


def of_lime(tool, wanted, image):
    low = bytes(BASE) + image + bytes(1024 - len(image))
    tool.write("lime", lime([(0, low), (MIB, bytes(4096))]))
    same(tool, wanted, ["lime"], "LiME")
    tool.write("gap", lime([(0, bytes(BASE)), (0xF0000, bytes(0x10000)), (MIB, bytes(4096))]))
    done = tool.run("lint", "gap")
    tap.ok(done.returncode == REFUSED and b"no memory at 0x9fc00 to 0x9ffff" in done.stderr, "a gap where a table may lie is told",
           done.stderr)


def of_text(tool, wanted):
    programs = {"hexdump -C": ["hexdump", "-C"], "hexdump": ["hexdump"], "xxd": ["xxd"], "xxd -g1 -c32": ["xxd", "-g1", "-c32"],
                "od -Ax -tx1z": ["od", "-Ax", "-tx1z"], "od -Ax -tx2 -v": ["od", "-Ax", "-tx2", "-v"],
                "od -Ax -tx8": ["od", "-Ax", "-tx8"]}
    tool.write("low", bytes(BASE) + tool.read("image.bin"))
    for name, command in programs.items():
        if not shutil.which(command[0]):
            tap.skip(name, "not installed")
            continue
        text = subprocess.run([*command, tool.path("low")], capture_output=True, check=True).stdout
        same(tool, wanted, ["-"], name, data=text)
        same(tool, wanted, ["-"], name + ", lines that end in CR LF", data=text.replace(b"\n", b"\r\n"))
    of_image = {"xxd": ["xxd"], "xxd -e": ["xxd", "-e"], "xxd -g3": ["xxd", "-g3"], "xxd -g16": ["xxd", "-g16"],
                "hexdump -C": ["hexdump", "-C"], "od -Ax -tx2": ["od", "-Ax", "-tx2"],
                "objdump -s": ["objdump", "-s", "-b", "binary", "-m", "i386"]}
    for name, command in of_image.items():
        if not shutil.which(command[0]):
            tap.skip(name + " of an image", "not installed")
            continue
        text = subprocess.run([*command, tool.path("image.bin")], capture_output=True, check=True).stdout
        same(tool, wanted, ["-"], name + " of an image", data=text)
        same(tool, wanted, ["--base", "0x9fc00", "-"], name + " of an image, with its address", data=text)
    refused(tap, tool.run("decode", "-", data=base64.b64encode(tool.read("image.bin"))), REFUSED, "is text",
            "text that is no hexdump is no memory without a table")
    if shutil.which("od"):
        text = subprocess.run(["od", "-tx1", "-v", tool.path("image.bin")], capture_output=True, check=True).stdout
        refused(tap, tool.run("decode", "-", data=text), REFUSED, "od -A x", "od with octal addresses is refused")
    text = tool.run("encode", "--format", "hex", "-", data=b'{"cpus":4}').stdout
    same(tool, wanted, ["-"], "our own hexdump", data=text)
    refused(tap, tool.run("decode", "-", data=text + b"the end\n"), REFUSED, "is not a line of a hexdump",
            "a line that is none is named")


def large(tool, wanted, image):
    with open(tool.path("large"), "wb") as file:
        file.truncate(8 * GIB)
        file.seek(BASE)
        file.write(image)
    sanitized = is_sanitized()  # its shadow memory alone takes more addresses
    limit = None if sanitized else lambda: resource.setrlimit(resource.RLIMIT_AS, (64 * MIB, 64 * MIB))
    before = time.monotonic()
    got, done = decode(tool, "large", preexec_fn=limit)
    tap.ok(got and topology(got) == topology(wanted), "a sparse file of 8 GiB" + " in 64 MiB of addresses" * (not sanitized),
           done.stderr)
    print("# %.2f seconds" % (time.monotonic() - before))
    refused(tap, tool.run("decode", "--base", "0", "large"), USAGE, "at most 16 MiB", "--base is for small files")


def pipes(tool, wanted, image):
    memory = bytes(BASE) + image + bytes(MIB)
    same(tool, wanted, ["-"], "an image in a pipe", data=image)
    same(tool, wanted, ["-"], "memory in a pipe", data=memory, says=b"memory from address 0")
    refused(tap, tool.run("decode", "-", data=bytes(16 * MIB + 1)), IO, "at most 16 MiB; of a file that is named",
            "a pipe of more than 16 MiB")


def of_profiles(tool):
    """What encode writes, decode reads: each profile, without a word about addresses."""
    for profile in json.loads(tool.run("profiles", "--format", "json").stdout)["profiles"]:
        wrong = []
        for cpus in sorted({1, 2, 4, min(15, profile["max_cpus"]), min(143, profile["max_cpus"])}):
            request = json.dumps({"profile": profile["name"], "cpus": min(cpus, profile["max_cpus"])})
            for kind in ("bin", "elf"):
                encoded = tool.run("encode", "--format", kind, "-", data=request)
                if encoded.returncode != DONE:
                    continue
                got, done = decode(tool, "-", data=encoded.stdout)
                if not got or not got["exact"] or (kind == "bin" and rebuilt(tool, got) != encoded.stdout):
                    wrong.append((cpus, kind, done.stderr, got and got.get("difference")))
        tap.equal(wrong, [], "encode | decode: " + profile["name"])


def rebuilt(tool, got):
    return tool.run("encode", "-", data=json.dumps(got["topology"])).stdout


def claimed(tool):
    """An image of several segments lies where the signature beside it says."""
    tool.run("keygen")
    tool.run("encode", "--key", "mptabled.key", "-o", "parts.bin", "-", data=b'{"cpus":2,"profile":"crosvm","bios_data_area":true}')
    got, done = decode(tool, "parts.bin")
    tap.ok(got and got["exact"] and b"parts.bin.minisig says" in done.stderr, "addresses of the signature beside", done.stderr)
    refused(tap, tool.run("decode", "parts.bin.minisig"), REFUSED, "minisign file", "a signature is named as one")


def insisted(tool, image):
    tool.write("short", image)
    got, done = decode(tool, "--as", "raw", "short")
    tap.ok(got and got["floating_pointer"] == "0x0", "--as raw: memory from 0 on", done.stderr)
    refused(tap, tool.run("decode", "--as", "elf", "short"), REFUSED, "short: is no ELF file", "--as elf: no such file")
    refused(tap, tool.run("decode", "--as", "vmdk", "short"), USAGE, "--as: must be", "no such kind")
    core = tool.run("encode", "--format", "elf", "-", data=b'{"cpus":4}').stdout
    tool.write("core.elf", core)
    refused(tap, tool.run("lint", "--base", "0x9fc00", "core.elf"), USAGE, "elf, which has its own addresses",
            "--base for a file that has its addresses")
    got, done = decode(tool, "--as", "raw", "--base", "0x9fc00", "core.elf")
    tap.ok(got and got["floating_pointer"] != "0x9fc00", "--as raw --base: bytes, whatever they are", done.stderr)
    for name, data, way in (("a topology", b'{"cpus":4}', "mptablectl encode"), ("a MADT", b"APIC" + bytes(40), "--from-madt")):
        refused(tap, tool.run("decode", "-", data=data), REFUSED, way, name + " is named as one")
    refused(tap, tool.run("decode", "-", data=b""), REFUSED, "standard input: is empty", "nothing at all")
    refused(tap, tool.run("decode", "/dev/null"), REFUSED, "/dev/null: is empty", "nothing in a device")
    refused(tap, tool.run("decode", "-", data=bytes(64)), REFUSED, "_MP_", "zeros hold no table")


class Device:
    """/dev/mem of another machine, by a library that is preloaded (tests/lib/device.c)"""

    def __init__(self, tool):
        self.tool, self.library = tool, tool.path("device.so")
        subprocess.run([os.environ.get("CC", "cc").split()[0], "-std=c11", "-O1", "-shared", "-fPIC", "-o", self.library,
                        os.path.join(SRCDIR, "tests", "lib", "device.c")], check=True)

    def run(self, *arguments, memory=None, **environment):
        if memory is not None:
            environment["DEVICE_MEMORY"] = self.tool.path(self.tool.write("device", bytes(memory)))
        return self.tool.run(*arguments, env={**os.environ, "LD_PRELOAD": self.library, **environment})


def live(tool, wanted, image):
    """/dev/mem of a kernel that shows all of the memory, a part of it, or nothing"""
    if is_sanitized():
        tap.skip("--live", "the double of /dev/mem cannot be preloaded before the address sanitizer")
        return
    device, page = Device(tool), b"\x53\xff\0\xf0" * 1024
    shown = bytearray(2 * MIB)
    shown[:len(page)] = page
    shown[BASE:BASE + len(image)] = image
    done = device.run("decode", "--live", memory=shown)
    tap.ok(done.returncode == DONE and topology(json.loads(done.stdout)) == topology(wanted), "--live: a kernel that shows all",
           done.stderr)
    hidden = bytearray(2 * MIB)  # what is memory reads as zeros, the ROM as itself
    for efi in ({}, {"DEVICE_EFI": "1"}):
        for command in (["decode"], ["lint"], ["decode", "--scan"], ["lint", "--scan"], ["diff", "image.bin"]):
            done = device.run(*command, "--live", memory=hidden, **efi)
            tap.ok(done.returncode == IO and b"does not show the memory at 0x9fc00" in done.stderr and
                   (b"by UEFI" in done.stderr) == bool(efi), "STRICT_DEVMEM is not \"no table\": " + " ".join(command), done.stderr)
    rom = bytearray(hidden)
    rom[0xF0000:0xF0010] = tool.run("encode", "-", data=b'{"cpus":2,"placement":{"base":"0xf0000"}}').stdout[:16]
    pointer = bytearray(rom[0xF0000:0xF0010])
    for table in (0xF1000, 0x180000):
        pointer[4:8], pointer[10] = struct.pack("<I", table), 0
        pointer[10] = -sum(pointer) & 255
        rom[0xF0000:0xF0010] = pointer
        rom[table:table + len(image) - 16] = image[16:]
        done = device.run("lint", "--live", memory=rom)
        tap.ok(done.returncode in (DONE, REFUSED) if table < MIB else
               done.returncode == IO and b"does not show the table at 0x180000" in done.stderr,
               "a table at 0x%x that the ROM points to" % table, done.stderr, done.returncode)
    shown[BASE:BASE + len(image)] = bytes(len(image))
    done = device.run("decode", "--live", memory=shown, DEVICE_EFI="1")
    tap.ok(done.returncode == REFUSED and b"by UEFI" in done.stderr, "no table where all is shown", done.stderr)
    refused(tap, device.run("decode", "--live"), IO, "locked down", "lockdown")
    for more in (["image.bin"], ["--base", "0"], ["--as", "raw"]):
        refused(tap, device.run("decode", "--live", *more), USAGE, "--live: excludes", "--live with " + more[0])
    shown[BASE:BASE + len(image)] = image
    done = device.run("diff", "--live", "image.bin", memory=shown)
    tap.equal((done.returncode, done.stdout, done.stderr), (DONE, b"", b""), "diff --live: the same table")
    refused(tap, device.run("diff", "image.bin"), USAGE, "two files, or one with --live", "diff of one file")


def without_pointer(tool, image):
    """A table that no pointer names, in memory and in an image"""
    memory = bytearray(MIB)
    memory[0x9F900:0x9F900 + len(image) - 16] = image[16:]
    tool.write("orphan", bytes(memory))
    done = tool.run("decode", "--table", "0x9f900", "orphan")
    got = json.loads(done.stdout) if done.stdout else {}
    tap.ok(done.returncode == DONE and got["exact"] and got["configuration_table"] == "0x9f900" and got["found_by"] == [] and
           sum(entry["entry"] == "processor" for entry in got["topology"]["entries"]) == 4, "--table: a table without a pointer",
           done.stderr)
    rebuilt_ = tool.run("encode", "-", data=json.dumps(got.get("topology"))).stdout
    tap.ok(image[16:] in rebuilt_, "and encode makes it again")
    tap.ok(tool.run("lint", "--table", "0x9f900", "orphan").returncode == REFUSED, "lint: no system finds it")
    refused(tap, tool.run("decode", "--as", "raw", "--table", "0x200000", "orphan"), REFUSED, "no memory at 0x200000", "--table where nothing is")
    refused(tap, tool.run("decode", "--as", "raw", "--table", "x", "orphan"), USAGE, "--table: must be", "--table that is none")
    refused(tap, tool.run("decode", "--table", "1", "--floating-pointer", "2", "orphan"), USAGE, "excludes", "--table and a pointer")


def every_table(tool, image):
    """lint and diff of all tables in memory: Linux takes one, BSD the other"""
    memory = bytearray(MIB)
    memory[BASE:BASE + len(image)] = image
    other = tool.run("encode", "-", data=b'{"cpus":2,"placement":{"window":"ebda","base":"0x90000"}}').stdout
    memory[0x90000:0x90000 + len(other)] = other
    struct.pack_into("<H", memory, 0x40E, 0x9000)
    tool.write("two", bytes(memory))
    done = tool.run("lint", "--scan", "two")
    tap.ok([line for line in done.stdout.split(b"\n") if b": floating pointer at" in line] ==
           [b"two: floating pointer at 0x9fc00", b"two: floating pointer at 0x90000"], "lint --scan: both tables", done.stdout[:200])
    tap.equal(tool.run("diff", "--scan", "two", "two").returncode, DONE, "diff --scan: the same")
    struct.pack_into("<H", memory, 0x40E, 0)
    memory[0x90000] = 0
    tool.write("one", bytes(memory))
    done = tool.run("diff", "--scan", "two", "one")
    tap.ok(done.returncode == REFUSED and b"floating_pointer: at 0x90000 gone" in done.stdout, "diff --scan: one is gone",
           done.stdout, done.stderr)
    tool.write("none", bytes(MIB))
    tap.equal([tool.run(*command).returncode for command in
               (["decode", "--scan", "none"], ["lint", "--scan", "none"], ["diff", "--scan", "none", "two"])],
              [REFUSED, REFUSED, IO], "no table is not success")


def of_topologies(tool):
    """A topology stands for its image in lint and diff."""
    for request in ({"cpus": 4}, {"cpus": 2, "profile": "volt"}, {"cpus": 2, "profile": "crosvm", "bios_data_area": True}):
        text = " \n" + json.dumps(request)
        reply = json.loads(tool.run("encode", "--format", "json", "-", data=text).stdout)
        bases, sizes = (",".join(str(part[key]) for part in reply["segments"]) for key in ("base", "size"))
        tool.write("built", tool.run("encode", "-", data=text).stdout)
        places = ["--base", bases, "--size", sizes]
        of_image = tool.run("lint", *places, "-", data=tool.read("built"))
        of_text = tool.run("lint", "-", data=text)
        tap.equal((of_text.returncode, of_text.stdout), (of_image.returncode, of_image.stdout), "lint of %s: as of its image" % request)
        documents = [("encode", json.dumps(reply))]
        if len(reply["segments"]) == 1:  # decode tells nothing of words beside the table
            documents.append(("decode", tool.run("decode", *places, "-", data=tool.read("built")).stdout))
        for what, document in documents:
            of_reply = tool.run("lint", "-", data=document)
            tap.equal((of_reply.returncode, of_reply.stdout), (of_image.returncode, of_image.stdout),
                      "lint of the JSON of %s: as of %s's image" % (what, request))
    tool.write("request", '{"cpus":4}')
    tap.equal(tool.run("diff", "request", "image.bin").returncode, DONE, "diff of a topology and its image")
    done = tool.run("diff", "image.bin", tool.write("other", '{"cpus":5}'))
    tap.ok(done.returncode == REFUSED and b"added processor: apic_id 4" in done.stdout, "diff of an image and a topology", done.stdout)
    refused(tap, tool.run("lint", "-", data='{"cpus":0}'), REFUSED, "/cpus", "lint of a topology that cannot be built")
    refused(tap, tool.run("decode", "-", data='{"cpus":4}'), REFUSED, "mptablectl encode", "decode takes none")
    reply = json.loads(tool.run("encode", "--format", "json", "request").stdout)
    tap.equal(tool.run("diff", "request", tool.write("reply", json.dumps(reply))).returncode, DONE, "diff of a topology and its JSON")
    refused(tap, tool.run("lint", "--base", "0xf0000", "reply"), USAGE, "JSON, which has its own addresses", "--base for JSON")
    written = json.dumps(reply)
    coded = "".join("\\u%04x" % ord(c) for c in reply["image"])
    tap.ok("/" in reply["image"] and len(reply["image"]) > 128, "an image with a slash, longer than the reader's room", reply["image"])
    for name, text in (("slashes", written.replace("/", "\\/")), ("all of the image", written.replace(reply["image"], coded)),
                       ("its place", written.replace('"base": "0x', '"\\u0062ase": "\\u0030x')),
                       ("base64 that is none", written.replace('"image": "', '"image": "\\u0000'))):
        done = tool.run("diff", "request", "-", data=text.replace('"image"', '"im\\u0061ge"'))
        tap.equal((done.returncode, b"/image: is not base64" in done.stderr), (IO, True) if "none" in name else (DONE, False), "escapes: " + name)
    part = reply["segments"][0]
    for name, members, says in (("base64", {"image": "_" + reply["image"][1:]}, "/image: is not base64"),
                                ("a segment that is longer", {"segments": [{**part, "size": part["size"] + 1}]}, "/size"),
                                ("a segment that passes 4 GiB", {"segments": [{**part, "base": "0xffffffff"}]}, "/base"),
                                ("17 segments", {"segments": [part] * 17}, "/"),
                                ("segments without an address", {"segments": [{"size": 1}]}, "/base"),
                                ("escapes", {"segments": [{**part, "base": "\"" * 200}]}, "/base"),
                                ("a NUL", {"segments": [{**part, "base": part["base"] + "\0"}]}, "/base"),
                                ("no segments", {"segments": [1, [], "x"]}, "/base")):
        refused_many(tap, tool.run("lint", "-", data=json.dumps({**reply, **members})), says, "a reply that is not ours: " + name)


def refused_many(tap, done, says, name):
    tap.ok(done.returncode == REFUSED and says in done.stderr.decode() and done.stdout == b"", name, done)


def blocks(tool, image):
    """decode --text: all that JSON has, as lines; a terminal gets it by default"""
    for profile in ("kvm", "bochs", "volt"):
        data = tool.run("encode", "-", data=json.dumps({"profile": profile, "cpus": 2})).stdout
        got, _ = decode(tool, "-", data=data)
        done = tool.run("decode", "--text", "-", data=data)
        parts = [part.split("\n") for part in done.stdout.decode().split("\n\n")]
        heads = [part[0] for part in parts[1:]]
        tap.equal([head.split(" at ")[1].split(",")[0] for head in heads], [item["address"] for item in got["layout"]],
                  profile + ": a block for each structure, in their order")
        first, header = (dict(line.split(None, 1) for line in part[1:] if not line.startswith("    error")) for part in parts[1:3])
        tap.equal((first["signature"], first["table_address"], header["signature"]), ('"_MP_"', got["configuration_table"], '"PCMP"'),
                  profile + ": its fields")
        tap.ok(first["checksum"].endswith("(the floating pointer adds up to 0x00, right)") and
               header["checksum"].endswith("(the base table adds up to 0x00, right)"), profile + ": its sums", first, header)
    broken = bytearray(image)
    broken[17 + 40] ^= 1
    done = tool.run("decode", "--text", "-", data=bytes(broken))
    tap.ok(b"0x01, wrong)" in done.stdout or b"0xff, wrong)" in done.stdout, "a wrong sum is told", done.stdout[:900])
    refused(tap, tool.run("decode", "--text", "--map", "-", data=image), USAGE, "--text: excludes", "--text and --map")
    tap.equal(tool.run("decode", "--format", "text", "-", data=image).stdout, tool.run("decode", "--text", "-", data=image).stdout,
              "--format text is the same")
    shown, status = on_terminal("decode", tool.path("image.bin"), NO_COLOR="1")
    tap.ok(status == DONE and shown.startswith(b"found by linux") and b"\x1b" not in shown, "on a terminal, text", shown[:80])


def main():
    with Tool() as tool:
        image = tool.run("encode", "-", data=b'{"cpus":4}').stdout
        tool.write("image.bin", image)
        wanted, _ = decode(tool, "image.bin")
        of_qemu(tool, wanted)
        of_lime(tool, wanted, image)
        of_text(tool, wanted)
        large(tool, wanted, image)
        pipes(tool, wanted, image)
        of_profiles(tool)
        claimed(tool)
        insisted(tool, image)
        live(tool, wanted, image)
        without_pointer(tool, image)
        every_table(tool, image)
        blocks(tool, image)
        of_topologies(tool)
    tap.done()


main()
