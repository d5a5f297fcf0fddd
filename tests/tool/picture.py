# SPDX-License-Identifier: ISC
"""The wiring as a picture: what an XML parser finds in it, for tables of all builders, for faults, and for hostile texts."""
import glob
import json
import os
import re
import xml.etree.ElementTree

from daemon import SRCDIR, Daemon, Tap
from tables import EXTINT, WINDOW, bus, image, io_apic, io_interrupt, local_interrupts, processors, table
from tool import DONE, IO, USAGE, Tool, refused

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {SVG + name for name in ("svg", "title", "style", "rect", "text", "tspan", "path")}
HOSTILE = ("<g>&", "]]>", "'\"/>", "\0\1\x7f", "\xe2\x80\xae", "\\x41", "PCI<!-")
tap = Tap()


def parts(name, picture):
    """The root, and index, classes and title of each line of an interrupt entry. Only known elements may occur, and
    no attribute that leads elsewhere or runs a script."""
    root = xml.etree.ElementTree.fromstring(picture)
    every = list(root.iter())
    if not {element.tag for element in every} <= ELEMENTS or any("href" in a or a.startswith("on") for e in every for a in e.attrib):
        tap.ok(False, name + ": known elements alone")
    return root, [(int(element.get("data-entry")), element.get("class").split(), element.findtext(SVG + "title"))
                  for element in every if element.get("data-entry")]


def draw(tool, data):
    tool.write("table.bin", data)
    done = tool.run("decode", "--svg", "-", "table.bin")
    decoded = json.loads(tool.run("decode", "table.bin").stdout)
    return done.stdout, [entry for entry in decoded["topology"].get("entries", [])]


def builders(tool):
    """A line for each interrupt entry of each builder's table, and a chip for each processor"""
    wrong, drawn = [], 0
    for path in sorted(glob.glob(os.path.join(SRCDIR, "tests", "vectors", "peers", "*-4.bin"))):
        with open(path, "rb") as file:
            picture, entries = draw(tool, file.read())
        root, lines = parts(path, picture)
        wanted = [i for i, entry in enumerate(entries) if entry["entry"] in ("io_interrupt", "local_interrupt")]
        chips = [e for e in root.iter(SVG + "rect") if e.get("class").split()[0] == "q"]
        drawn += 1
        if [index for index, *_ in lines] != wanted or len(chips) != sum(entry["entry"] == "processor" for entry in entries):
            wrong.append((path, lines, wanted))
    tap.ok(drawn > 30 and not wrong, "a line for each interrupt entry, a chip for each processor", drawn, wrong[:2])


def classes(tool):
    """Colours by polarity, width by trigger, and red for what disagrees, leads nowhere or is lost"""
    entries = processors(2) + [bus(0, "PCI"), bus(1, "ISA"), io_apic(5), io_apic(6, 0xFEC10000, flags=0),
                               io_interrupt(1, 1, 5, 1), io_interrupt(0, 4, 5, 16), io_interrupt(1, 3, 5, 3, flags=0xD),
                               io_interrupt(1, 4, 5, 4, flags=7), io_interrupt(1, 0, 5, 0, EXTINT), io_interrupt(0, 8, 5, 20),
                               io_interrupt(1, 9, 5, 20), io_interrupt(1, 10, 6, 1), io_interrupt(1, 11, 9, 1),
                               io_interrupt(7, 12, 5, 7), io_interrupt(1, 13, 5, 8, flags=2), io_interrupt(0, 4, 5, 17)]
    picture, _ = draw(tool, b"".join(data for _, data in image(table(entries))))
    _, lines = parts("classes", picture)
    tap.equal([" ".join(sorted(set(words) - {"l"})) for _, words, _ in lines],
              ["", "v w", "v", "w", "o", "r v w", "r", "r", "r", "r v w", "r w", "u v w"], "classes of lines")
    tap.ok("every" not in picture.decode() and "(disabled)" in picture.decode() and "I/O APIC 9<" in picture.decode() and
           "(not declared)" in picture.decode(), "what is disabled or not declared is named", picture)


def hostile(tool):
    for text in HOSTILE:
        entries = processors(1) + [bus(0, "ISA")[:2] + text.encode("latin-1")[:6].ljust(6), io_apic(1), io_interrupt(0, 1, 1, 1)]
        data = bytearray(table(entries + local_interrupts(0)))
        data[8:28] = text.encode("latin-1")[:8].ljust(8) + (text.encode("latin-1") * 3)[:12].ljust(12)
        picture, _ = draw(tool, b"".join(part for _, part in image(bytes(data))))
        root, lines = parts(text, picture)
        printed = re.sub(r"[^ -~]|\\", lambda found: "\\x%02x" % ord(found.group()), text[:6].rstrip("\0"))
        tap.ok(len(lines) == 3 and printed in lines[0][2] and printed in root.findtext(SVG + "title") and picture.isascii(),
               "%r as bus type and OEM ID" % text, lines, root.findtext(SVG + "title"))


def long_tables():
    """Tables whose pictures are long for their size: name and entries of each"""
    most = (65535 - 44) // 8
    dense = [bus(0, "ISA"), io_apic(1)]
    yield "most entries", dense + [io_interrupt(i // 256 % 256, i % 256, i // 128 % 256, i * 2 % 256) for i in range(most - 2)]
    yield "an APIC for each entry", [io_interrupt(i, i, i, 255) for i in range(256)]
    yield "most processors", processors(256) * 12


def sizes(tool):
    with open(os.path.join(SRCDIR, "src", "text", "wiring.h"), encoding="utf-8") as file:
        fixed, share = re.search(r"WIRING_FIXED = (\d+) \* 1024, WIRING_SHARE = (\d+)", file.read()).groups()
    for name, entries in long_tables():
        data = b"".join(part for _, part in image(table([entry for entry in entries])))
        tool.write("long.bin", data)
        picture = tool.run("decode", "--base", hex(WINDOW), "--svg", "-", "long.bin").stdout
        # the text grows by doubling, and what draws takes less than a MiB
        tap.ok(len(picture) > len(data) and 2 * len(picture) + (1 << 20) <= int(fixed) * 1024 + int(share) * len(data),
               name + ": no more than is claimed for it", len(picture), len(data))


def files(tool):
    tool.write("image.bin", b"".join(part for _, part in image(table(processors(1)))))
    before = tool.read("image.bin")
    refused(tap, tool.run("decode", "--svg", "image.bin", "-", data=before), IO, "is no picture", "a table is not replaced")
    tap.equal(tool.read("image.bin"), before, "and is what it was")
    for turn in ("a new file", "the same again"):
        done = tool.run("decode", "--svg", "new.svg", "image.bin")
        tap.ok(done.returncode == DONE and not done.stdout and tool.read("new.svg").startswith(b"<svg "), turn, done)
    for option in ("--scan", "--map"):
        tap.equal(tool.run("decode", option, "--svg", "x.svg", "image.bin").returncode, USAGE, "not with " + option)


def served(tool):
    with Daemon() as daemon:
        def decode(accept):
            return daemon.curl("/v1/decode", "-H", "Content-Type: application/octet-stream", "-H", "Accept: " + accept,
                               "--data-binary", "@" + tool.path("image.bin"))
        reply = decode("image/svg+xml")
        tap.ok(reply.status == 200 and reply.headers["content-type"] == "image/svg+xml" and reply.headers["vary"] == "Accept" and
               reply.body == tool.read("new.svg"), "the daemon sends the same picture", reply.status, reply.headers)
        for accept in ("*/*", "application/json", "text/plain", "image/svg+xml;q=0.5, application/json"):
            tap.equal(decode(accept).headers["content-type"], "application/json", "Accept: %s gets JSON" % accept)


with Tool() as tool:
    builders(tool)
    classes(tool)
    hostile(tool)
    sizes(tool)
    files(tool)
    served(tool)
tap.done()
