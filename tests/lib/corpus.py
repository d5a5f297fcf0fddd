# SPDX-License-Identifier: ISC
"""Topologies, good and bad, for what accepts or refuses them: the schema, the reader, and the daemon.

A row is (name, text, schema, builder, pointer): does the schema accept the text, does the builder, and where does
the builder's first error point. Frames put values in each place where a member can stand: on both sides of every
bound, and of every wrong type. Values are JSON tokens, so that their form is tested too."""
import json

HOLE = "<here>"


def text(document, token=None):
    return json.dumps(document).replace(json.dumps(HOLE), token if token is not None else "")


# Values of a member as tokens: those that are accepted and those that are refused.
def integers(lowest, highest, form="%d"):
    good = {lowest, highest, (lowest + highest) // 2}
    return ([form % value for value in sorted(good)] + ["%d.0" % highest, "%de0" % highest, "%d0E-1" % highest],
            ["%d" % (highest + 1), "-1", "-%d" % highest, "%d.5" % lowest, "1e400", "%d4294967296" % (highest + 1),
             '"%d"' % highest, "null", "true", "[]", "[%d]" % highest, "{}", '""'] +
            (["%d" % (lowest - 1)] if lowest > 0 else []))


def hexadecimal(bits, digits=8):
    most = (1 << bits) - 1
    good = ["0", "1", "%d" % min(most, (1 << 53) - 1), "%d.0" % min(most, 1 << 31), '"0x0"', '"0x%x"' % most,
            '"0x%X"' % most, '"0x%0*x"' % (digits, most)]
    bad = ["%d" % min(most + 1, 1 << 53), '"0x%x"' % (most + 1), '"0x0%0*x"' % (digits, most), '"0x"', '"0X1"', '"1"', '""',
           '"0x1g"', '"0x1 "', '" 0x1"', '"0x1\\n"', '"0x1\\u0000"', '"-0x1"', "-1", "0.5", "null", "true", "[]", "{}"]
    return good, bad


def words(*names, numbers=None):
    good = ['"%s"' % name for name in names]
    bad = ['"%s"' % name.swapcase() for name in names] + ['"%s "' % names[0], '"%s\\n"' % names[0], '""', "null", "true", "[]",
                                                          "{}", "-1", "0.5"]
    if numbers is None:
        return good, bad + ["0", "1"]
    return good + ["%d" % value for value in numbers], bad + ["%d" % (numbers[-1] + 1)]


BOOLEAN = (["true", "false"], ["0", "1", '"true"', '"false"', "null", "[]", "{}"])


def texts(size):
    byte = ["0"] * size
    return (['""', '"A"', '"%s"' % ("~" * size), '" !"', '"\\u0041"', "[%s]" % ",".join(byte),
             "[%s]" % ",".join(["255"] * size), "[%s]" % ",".join(["1.0"] * size)],
            ['"%s"' % ("x" * (size + 1)), '"\\t"', '"\\n"', '"a\\n"', '"\\u007f"', '"\\u00e9"', '"\\u0000"', "null", "true", "8",
             "{}", "[]", "[%s]" % ",".join(byte[1:]), "[%s]" % ",".join(byte + ["0"])])


def digits(most):
    """Hex digits of 1 to @most bytes"""
    return (['"00"', '"fF"', '"\\u0035f"', '"%s"' % ("5a" * most)],
            ['""', '"0"', '"000"', '"0x00"', '"0g"', '" 00"', '"00 "', '"00\\n"', '"\\u0000"', '"\\u00e9"', "0", "null", "true",
             "[]", "[0]", "{}"] + (['"%s"' % ("5a" * (most + 1))] if most > 65000 else []))


def tokens(lowest, highest, more, refused):
    return (['"%s"' % ("a" * lowest), '"%s"' % ("Z" * highest), '"%s"' % (more * 8)[:highest], '"0123456789"'],
            ['"%s"' % ("a" * (lowest - 1)), '"%s"' % ("a" * (highest + 1)), "null", "true", "1234567890", "[]", "{}"] +
            ['"01234567%s"' % c for c in refused + (" ", "\\n", "\\r", "=", "/", "\\u0000", "\\u00e9", "\\u202e", "\\t", "+")])


def cpu(members, **others):
    return dict({"processors": [dict({"apic_id": 100, "bsp": True}, **members)]}, **others)


def element(which, whole, **others):
    """The last element of its own list, or of entries"""
    return lambda member: dict({"processors": [{"apic_id": 100}]}, **others, **{which: [dict(whole, **{member: HOLE})]})


def entry(whole):
    return lambda member: {"entries": [dict(whole, **{member: HOLE})]}


BUS = {"bus_id": 0, "bus_type": "ISA"}
IO_APIC = {"apic_id": 7}
IO_INTERRUPT = {"bus": 0, "irq": 3, "io_apic": "all", "pin": 3}
PCI_SOURCE = {"bus": 0, "device": 3, "pin_name": "INTA", "io_apic": "all", "pin": 3}
LOCAL_INTERRUPT = {"bus": 0, "irq": 0, "local_apic": "all", "lint": 1}
PCI_INTERRUPT = {"bus": 0, "device": 3, "pin_name": "INTA", "pin": 16}
SPACE = {"entry": "address_space", "bus_id": 0, "address_type": "io", "address": 0, "length": 1}
HIERARCHY = {"entry": "bus_hierarchy", "bus_id": 1, "parent_bus": 0}
MODIFIER = {"entry": "address_space_modifier", "bus_id": 0, "range_list": "isa"}
TWO_BUSES = {"buses": [{"bus_id": 0, "bus_type": "PCI"}, {"bus_id": 1, "bus_type": "ISA"}],
             "io_interrupts": [], "local_interrupts": []}
EVERY_BUS = {"buses": [{"bus_id": i, "bus_type": "PCI"} for i in range(256)], "io_interrupts": [], "local_interrupts": []}

BYTE = integers(0, 255)
APIC_ID = integers(0, 254)
TYPE = words("INT", "NMI", "SMI", "ExtINT", numbers=range(4))
ANY_TYPE = words("INT", "NMI", "SMI", "ExtINT", numbers=(0, 4, 254, 255))
POLARITY = words("conforms", "high", "low")
TRIGGER = words("conforms", "edge", "level")
PIN_NAME = words("INTA", "INTB", "INTC", "INTD")
BUS_NAMES = ("CBUS", "CBUSII", "EISA", "FUTURE", "INTERN", "ISA", "MBI", "MBII", "MCA", "MPI", "MPSA", "NUBUS", "PCI", "PCMCIA",
             "TC", "VL", "VME", "XPRESS")

# (name of the place, the document with a hole for a member, pointer to the object, its members with their values)
FRAMES = (
    ("topology", lambda member: {"cpus": 1, member: HOLE}, "", {
        "irqs": integers(16, 24), "oem_id": texts(8), "product_id": texts(12), "oem_table": hexadecimal(32),
        "oem_table_size": integers(0, 65535), "local_apic_address": hexadecimal(32), "imcr": BOOLEAN,
        "entry_count": integers(0, 65535), "bios_data_area": BOOLEAN, "ttl": integers(1, 86400),
        "memory_size": (integers(1 << 20, 1 << 52)[0], integers(1, 1 << 52)[1]), "context": tokens(1, 64, "._:-", ("*", "~", ",")),
        "nonce": tokens(8, 64, "_-", (".", ":", "~")),
        "spec_revision": (["1", "4", "4.0"], ["0", "2", "3", "5", "-1", '"4"', "null", "true", "[]", "{}"])}),
    ("cpus", lambda member: {member: HOLE}, "", {"cpus": integers(1, 255)}),
    ("default configuration", lambda member: {"cpus": 2, member: HOLE}, "", {"default_configuration": integers(0, 7)}),
    ("OEM table", lambda member: {"cpus": 1, "oem_table": "0x80000", member: HOLE}, "", {
        "oem_table_bytes": digits(65535)}),
    ("levels", lambda member: {"cpus": 1, "topology": {member: HOLE}}, "/topology", {
        name: (["1", "1.0"], integers(1, 255)[1]) for name in ("packages", "dies", "cores", "threads")}),
    ("processor", lambda member: cpu({member: HOLE}), "/processors/0", {
        "apic_id": APIC_ID, "apic_version": BYTE, "signature": hexadecimal(32), "features": hexadecimal(32)}),
    ("second processor", lambda member: {"processors": [{"apic_id": 1, "bsp": True}, {"apic_id": 2, member: HOLE}]},
     "/processors/1", {"enabled": BOOLEAN, "bsp": (["false"], BOOLEAN[1])}),
    ("bus", lambda member: dict(TWO_BUSES, cpus=1, buses=[dict(BUS, **{member: HOLE})]), "/buses/0", {
        "bus_id": BYTE,
        "bus_type": (['"%s"' % name for name in BUS_NAMES],
                     ['"isa"', '"ISA "', '" ISA"', '"ISA\\n"', '"XYZ"', '""', "null", "0", "[73,83,65,32,32,32]", "{}"])}),
    ("I/O APIC", element("io_apics", IO_APIC, io_interrupts=[]), "/io_apics/0", {
        "apic_id": (integers(0, 99)[0] + ["254"], APIC_ID[1]), "apic_version": BYTE, "enabled": BOOLEAN,
        "address": (hexadecimal(32)[0][1:4] + hexadecimal(32)[0][5:], ["0", '"0x0"', '"0x00000000"'] + hexadecimal(32)[1])}),
    ("I/O interrupt", element("io_interrupts", IO_INTERRUPT), "/io_interrupts/0", {
        "type": TYPE, "polarity": POLARITY, "trigger": TRIGGER, "bus": (["0"], BYTE[1]), "irq": (["0", "3", "15"], BYTE[1]),
        "io_apic": (['"all"'], words("all", numbers=(0, 254))[1]), "pin": (["0", "23"], BYTE[1])}),
    ("PCI source", element("io_interrupts", PCI_SOURCE, buses=[{"bus_id": 0, "bus_type": "PCI"}], local_interrupts=[]),
     "/io_interrupts/0", {"device": integers(0, 31), "pin_name": PIN_NAME}),
    ("local interrupt", element("local_interrupts", LOCAL_INTERRUPT), "/local_interrupts/0", {
        "type": TYPE, "polarity": POLARITY, "trigger": TRIGGER, "bus": (["0"], BYTE[1]), "irq": (["0", "15"], BYTE[1]),
        "local_apic": (['"all"', "100"], words("all", numbers=(0, 254))[1]), "lint": integers(0, 1)}),
    ("PCI interrupt", element("pci_interrupts", PCI_INTERRUPT, profile="bhyve"), "/pci_interrupts/0", {
        "bus": (["0"], BYTE[1]), "device": integers(0, 31), "pin_name": PIN_NAME,
        "io_apic": (['"all"', "0"], words("all", numbers=(0, 254))[1]), "pin": (["16", "23"], BYTE[1])}),
    ("patch", element("patches", {"at": "0x9fc00", "bytes": "5f"}), "/patches/0", {
        "at": (['"0x9fc00"', '"0x009FC10"', "654336.0"], hexadecimal(32)[1]), "bytes": digits(232)}),
    ("address space", element("extended", SPACE, **EVERY_BUS), "/extended/0", {
        "bus_id": BYTE, "address_type": words("io", "memory", "prefetch", numbers=range(3)),
        "address": hexadecimal(64, 16), "length": (hexadecimal(64, 16)[0][1:4], hexadecimal(64, 16)[1])}),
    ("bus hierarchy", element("extended", HIERARCHY, **EVERY_BUS), "/extended/0", {
        "bus_id": ([token for token in BYTE[0] if token != "0"], BYTE[1]),
        "parent_bus": BYTE, "subtractive": BOOLEAN}),
    ("address space modifier", element("extended", MODIFIER, **EVERY_BUS), "/extended/0", {
        "bus_id": BYTE, "subtracted": BOOLEAN, "range_list": words("isa", "vga", numbers=range(2))}),
    ("processor entry", entry(dict(entry="processor", apic_id=0)), "/entries/0", {
        "apic_id": BYTE, "bsp": BOOLEAN, "enabled": BOOLEAN, "apic_version": BYTE, "signature": hexadecimal(32),
        "features": hexadecimal(32), "flags": hexadecimal(8)}),
    ("bus entry", entry(dict(BUS, entry="bus")), "/entries/0", {"bus_id": BYTE, "bus_type": texts(6)}),
    ("I/O APIC entry", entry(dict(IO_APIC, entry="io_apic")), "/entries/0", {
        "apic_id": BYTE, "apic_version": BYTE, "enabled": BOOLEAN, "address": hexadecimal(32), "flags": hexadecimal(8)}),
    ("I/O interrupt entry", entry(dict(IO_INTERRUPT, entry="io_interrupt")), "/entries/0", {
        "type": ANY_TYPE, "polarity": POLARITY, "trigger": TRIGGER, "flags": hexadecimal(16), "bus": BYTE, "irq": BYTE,
        "io_apic": words("all", numbers=(0, 4, 254, 255)), "pin": BYTE}),
    ("local interrupt entry", entry(dict(LOCAL_INTERRUPT, entry="local_interrupt")), "/entries/0", {
        "type": ANY_TYPE, "flags": hexadecimal(16), "bus": BYTE, "irq": BYTE,
        "local_apic": words("all", numbers=(0, 4, 254, 255)), "lint": BYTE}),
    ("address space entry", entry(SPACE), "/entries/0", {
        "bus_id": BYTE, "address_type": words("io", "memory", "prefetch", numbers=(0, 4, 254, 255)),
        "address": hexadecimal(64, 16), "length": hexadecimal(64, 16)}),
    ("bus hierarchy entry", entry(HIERARCHY), "/entries/0", {
        "bus_id": BYTE, "parent_bus": BYTE, "subtractive": BOOLEAN, "flags": hexadecimal(8)}),
    ("address space modifier entry", entry(MODIFIER), "/entries/0", {
        "bus_id": BYTE, "subtracted": BOOLEAN, "flags": hexadecimal(8),
        "range_list": (words("isa", "vga", numbers=(0, 1, 2, 4294967295)))}),
)


def framed():
    for where, document, pointer, members in FRAMES:
        for member, (good, bad) in members.items():
            for token in good:
                yield "%s: %s %s" % (where, member, token[:40]), text(document(member), token), True, True, None
            for token in bad:
                yield ("%s: no %s %s" % (where, member, token[:40]), text(document(member), token), False, False,
                       "%s/%s" % (pointer, member))


def objects():
    """Each object without one of its members, with an unknown member, and replaced by another type"""
    for where, document, pointer, members in FRAMES[4:]:
        whole = document(HOLE)
        inner = whole
        for step in pointer.split("/")[1:]:
            inner = inner[int(step) if step.isdigit() else step]
        inner.pop(HOLE)
        for name in list(inner):
            value = inner.pop(name)
            optional = name == "bsp"
            yield ("%s: without %s" % (where, name), text(whole), optional, optional,
                   None if optional else "%s/%s" % (pointer, name))
            inner[name] = value
        inner["more"] = 1
        yield where + ": one member more", text(whole), False, False, pointer + "/more"
        if where != "levels":
            name, index = pointer.split("/")[1:]
            for other in ("null", "0", '"x"', "[]"):
                whole[name][int(index)] = HOLE
                yield "%s: %s in its place" % (where, other), text(whole, other), False, False, pointer


def good(name, document, schema=True):
    return name, document if isinstance(document, str) else text(document), schema, True, None


def bad(name, document, pointer, schema=False):
    return name, document if isinstance(document, str) else text(document), schema, False, pointer


LISTS = ("buses", "io_apics", "io_interrupts", "local_interrupts", "extended", "pci_interrupts")
# A schema sees values, not their text, and no sums, no references from one list into another, and no addresses.
UNSAID = True

ROWS = (
    bad("empty object", {}, ""), bad("empty array", [], ""), bad("null", "null", ""), bad("number", "4", ""),
    bad("string", '"cpus"', ""), bad("true", "true", ""), bad("array of a topology", [{"cpus": 1}], ""),
    bad("unknown member", {"cpus": 1, "more": 1}, "/more"), bad("other case", {"cpus": 1, "IRQS": 16}, "/IRQS"),
    bad("name with a blank", {"cpus": 1, "irqs ": 16}, "/irqs "), bad("empty name", {"cpus": 1, "": 1}, "/"),
    bad("name with a NUL", '{"cpus":1,"irqs\\u0000":16}', "/irqs?"),
    bad("full-width name", '{"cpus":1,"\\uff49rqs":16}', "/?rqs"),
    bad("Cyrillic look-alike", '{"\\u0441pus":1,"cpus":1}', "/?pus"),
    good("escaped name", '{"\\u0063pus":1}'),
    good("white space", ' {\n\t"cpus" :\r 1 } '),
    bad("member twice", '{"cpus":1,"cpus":1}', "/cpus", UNSAID),
    bad("member twice in an element", '{"processors":[{"apic_id":0,"apic_id":0}]}', "/processors/0/apic_id", UNSAID),
    bad("negative zero", '{"processors":[{"apic_id":-0}]}', "/processors/0/apic_id", UNSAID),
    bad("negative zero with a fraction", '{"processors":[{"apic_id":-0.0}]}', "/processors/0/apic_id", UNSAID),
    bad("what a double takes for 4", '{"cpus":4.00000000000000000001}', "/cpus", UNSAID),
    bad("what a double takes for 0", '{"processors":[{"apic_id":1e-400}]}', "/processors/0/apic_id", UNSAID),
    bad("integer of 65 characters", '{"cpus":4.%s}' % ("0" * 63), "/cpus", UNSAID),
    good("integer of 64 characters", '{"cpus":4.%s}' % ("0" * 62)),
    bad("20000 digits", '{"cpus":%s}' % ("1" * 20000), "/cpus"),
    bad("2^53 + 1", '{"cpus":9007199254740993}', "/cpus"), bad("2^63", '{"cpus":9223372036854775808}', "/cpus"),
    bad("2^64 + 4", '{"cpus":18446744073709551620}', "/cpus"), bad("2^32 + 4", '{"cpus":4294967300}', "/cpus"),
    bad("two of them", {"cpus": 1, "processors": [{"apic_id": 0}]}, "/processors"),
    bad("two of them, the other way round", {"processors": [{"apic_id": 0}], "cpus": 1}, "/cpus"),
    bad("processors and entries", {"processors": [{"apic_id": 0}], "entries": []}, "/entries"),
    bad("processors and topology", {"processors": [{"apic_id": 0}], "topology": {"cores": 1}}, "/topology"),
    bad("topology alone", {"topology": {"cores": 4}}, ""),
    bad("lists alone", {"buses": [BUS]}, ""),
    good("topology", {"cpus": 4, "topology": {"cores": 4}}), good("empty topology", {"cpus": 1, "topology": {}}),
    bad("another product", {"cpus": 5, "topology": {"packages": 2, "cores": 2}}, "/topology", UNSAID),
    bad("product of 2^32", {"cpus": 1, "topology": {"packages": 255, "dies": 255, "cores": 255, "threads": 255}}, "/topology",
        UNSAID),
    bad("ID over 254", {"cpus": 195, "topology": {"packages": 65, "cores": 3}}, "/topology", UNSAID),
    bad("no processors", {"processors": []}, "/processors"), bad("processors an object", {"processors": {}}, "/processors"),
    good("255 processors", {"processors": [{"apic_id": i} for i in range(255)]}),
    bad("256 processors", {"processors": [{"apic_id": i % 255} for i in range(256)]}, "/processors"),
    bad("one ID twice", {"processors": [{"apic_id": 1}, {"apic_id": 1}]}, "/processors/1/apic_id", UNSAID),
    bad("two BSPs", {"processors": [{"apic_id": 0, "bsp": True}, {"apic_id": 1, "bsp": True}]}, "/processors/1/bsp"),
    bad("no BSP", {"processors": [{"apic_id": 0, "bsp": False}, {"apic_id": 1}]}, "/processors"),
    bad("BSP disabled", {"processors": [{"apic_id": 0, "bsp": True, "enabled": False}]}, "/processors/0/enabled"),
    bad("BSP by default disabled", {"processors": [{"apic_id": 0, "enabled": False}, {"apic_id": 1}]}, "/processors/0/enabled"),
    good("another one boots", {"processors": [{"apic_id": 0, "enabled": False}, {"apic_id": 1, "bsp": True}]}),
    good("BSP enabled", {"processors": [{"apic_id": 0, "enabled": True, "bsp": True}, {"apic_id": 1, "bsp": False}]}),
    bad("flags of a processor", {"processors": [{"apic_id": 0, "flags": 3}]}, "/processors/0/flags"),
    bad("kind of a processor", {"processors": [{"entry": "processor", "apic_id": 0}]}, "/processors/0/entry"),
    good("256 buses", dict(EVERY_BUS, cpus=1)),
    bad("257 buses", dict(EVERY_BUS, cpus=1, buses=[BUS] * 257), "/buses"),
    bad("one bus ID twice", dict(EVERY_BUS, cpus=1, buses=[BUS, BUS]), "/buses/1/bus_id", UNSAID),
    bad("I/O APIC with the ID of a processor", {"cpus": 1, "io_apics": [{"apic_id": 0}]}, "/io_apics/0/apic_id", UNSAID),
    bad("I/O APICs with one ID", {"cpus": 1, "io_apics": [{"apic_id": 5}, {"apic_id": 5, "address": "0xfec01000"}],
                                  "io_interrupts": []}, "/io_apics/1/apic_id", UNSAID),
    bad("I/O APICs at one address", {"cpus": 1, "io_apics": [{"apic_id": 5}, {"apic_id": 6}], "io_interrupts": []},
        "/io_apics/1/address", UNSAID),
    bad("interrupt from no bus", {"cpus": 1, "io_interrupts": [dict(IO_INTERRUPT, bus=9)]}, "/io_interrupts/0/bus", UNSAID),
    bad("interrupt to no I/O APIC", {"cpus": 1, "io_interrupts": [dict(IO_INTERRUPT, io_apic=9)]}, "/io_interrupts/0/io_apic",
        UNSAID),
    bad("interrupt to no processor", {"cpus": 1, "local_interrupts": [dict(LOCAL_INTERRUPT, local_apic=9)]},
        "/local_interrupts/0/local_apic", UNSAID),
    bad("PCI interrupt without PCI", {"cpus": 1, "profile": "firecracker", "pci_interrupts": [PCI_INTERRUPT]}, "/pci_interrupts/0/bus", UNSAID),
    bad("address space of no bus", {"cpus": 1, "extended": [dict(SPACE, bus_id=9)]}, "/extended/0/bus_id", UNSAID),
    bad("bus below itself", {"cpus": 1, "extended": [dict(HIERARCHY, bus_id=0)]}, "/extended/0/parent_bus", UNSAID),
    bad("device and no pin", {"cpus": 1, "io_interrupts": [{"bus": 0, "device": 1, "io_apic": "all", "pin": 1}]},
        "/io_interrupts/0/pin_name"),
    bad("device on no PCI bus", {"cpus": 1, "io_interrupts": [IO_INTERRUPT, dict(PCI_SOURCE, bus=0)], "buses": [BUS],
                                 "local_interrupts": []}, "/io_interrupts/1/device", UNSAID),
    bad("NMI of a device on no PCI bus", {"cpus": 1, "local_interrupts": [
        {"bus": 0, "device": 1, "pin_name": "INTA", "local_apic": "all", "lint": 1}]}, "/local_interrupts/0/device", UNSAID),
    bad("irq and device", {"cpus": 1, "io_interrupts": [dict(PCI_SOURCE, irq=1)]}, "/io_interrupts/0/irq"),
    bad("irq and pin_name", {"cpus": 1, "io_interrupts": [dict(IO_INTERRUPT, pin_name="INTA")]},
        "/io_interrupts/0/pin_name"),
    bad("flags of an interrupt", {"cpus": 1, "io_interrupts": [dict(IO_INTERRUPT, flags=0)]}, "/io_interrupts/0/flags"),
    bad("local APIC of an I/O interrupt", {"cpus": 1, "io_interrupts": [dict(IO_INTERRUPT, local_apic=0)]},
        "/io_interrupts/0/local_apic"),
    bad("irq of a PCI interrupt", {"cpus": 1, "profile": "bhyve", "pci_interrupts": [dict(PCI_INTERRUPT, irq=1)]},
        "/pci_interrupts/0/irq"),
    bad("base entry in extended", {"cpus": 1, "extended": [dict(BUS, entry="bus")]}, "/extended/0/entry"),
    bad("flags in extended", {"cpus": 1, "extended": [dict(MODIFIER, flags=1)]}, "/extended/0/flags"),
    bad("unknown kind", {"entries": [dict(BUS, entry="isa")]}, "/entries/0/entry"),
    bad("kind in another case", {"entries": [dict(BUS, entry="Bus")]}, "/entries/0/entry"),
    bad("members of another kind", {"entries": [dict(BUS, entry="io_apic")]}, "/entries/0/bus_id"),
    bad("PCI interrupt as an entry", {"entries": [dict(PCI_INTERRUPT, entry="pci_interrupt")]}, "/entries/0/entry"),
    bad("flags and bsp", {"entries": [{"entry": "processor", "apic_id": 0, "bsp": True, "flags": 3}]}, "/entries/0/flags"),
    bad("flags and enabled", {"entries": [{"entry": "processor", "apic_id": 0, "flags": 3, "enabled": True}]},
        "/entries/0/enabled"),
    bad("flags and enabled of an I/O APIC", {"entries": [{"entry": "io_apic", "apic_id": 0, "flags": 3, "enabled": True}]},
        "/entries/0/enabled"),
    bad("flags and polarity", {"entries": [dict(IO_INTERRUPT, entry="io_interrupt", flags=1, polarity="high")]},
        "/entries/0/polarity"),
    bad("flags and trigger", {"entries": [dict(LOCAL_INTERRUPT, entry="local_interrupt", trigger="edge", flags=1)]},
        "/entries/0/flags"),
    bad("flags and subtractive", {"entries": [dict(HIERARCHY, subtractive=True, flags=1)]}, "/entries/0/flags"),
    bad("flags and subtracted", {"entries": [dict(MODIFIER, subtracted=True, flags=1)]}, "/entries/0/flags"),
    good("no entries", {"entries": []}),
    good("faults in entries", {"entries": [{"entry": "processor", "apic_id": 255, "bsp": True}] * 2 +
                               [dict(BUS, entry="bus")] * 2 + [dict(IO_INTERRUPT, entry="io_interrupt", bus=9, io_apic=9)]}),
    bad("too many entries", {"entries": [dict(BUS, entry="bus")] * 8187}, "/entries/8186", UNSAID),
    good("PCI source of an entry", {"entries": [dict(PCI_SOURCE, entry="io_interrupt")]}),
    good("default configuration", {"cpus": 2, "default_configuration": 5}),
    good("default configuration of processors", {"processors": [{"apic_id": 0}, {"apic_id": 1}], "default_configuration": 1}),
    bad("default configuration of three", {"cpus": 3, "default_configuration": 5}, "/cpus"),
    bad("default configuration of one", {"processors": [{"apic_id": 0}], "default_configuration": 5}, "/processors"),
    bad("default configuration with other IDs", {"processors": [{"apic_id": 0}, {"apic_id": 2}], "default_configuration": 1},
        "/processors/1/apic_id"),
    good("default configuration with a table", {"entries": [dict(BUS, entry="bus")], "default_configuration": 5}),
    good("cloud-hypervisor: 254 CPUs", {"cpus": 254, "profile": "cloud-hypervisor"}),
    bad("cloud-hypervisor: 255 CPUs", {"cpus": 255, "profile": "cloud-hypervisor"}, "/cpus"),
    bad("ID beyond the profile's", {"processors": [{"apic_id": 254}], "profile": "cloud-hypervisor"}, "/processors/0/apic_id"),
    good("highest ID of the profile", {"processors": [{"apic_id": 253}], "profile": "cloud-hypervisor"}),
    good("default configuration of none", {"cpus": 3, "default_configuration": 0, "irqs": 16}),
    good("empty placement", {"cpus": 1, "placement": {}}),
    bad("placement a string", {"cpus": 1, "placement": "bios"}, "/placement"),
    bad("placement with more", {"cpus": 1, "placement": {"size": 1}}, "/placement/size"),
    good("a table below its pointer", {"cpus": 1, "placement": {"configuration_table": "0x9f000"}}),
    bad("pointer on no boundary", {"cpus": 1, "placement": {"floating_pointer": "0x9fc08"}}, "/placement/floating_pointer"),
    bad("pointer on no boundary, as integer", {"cpus": 1, "placement": {"floating_pointer": 0x9fc04}},
        "/placement/floating_pointer"),
    good("pointer in the window", {"cpus": 1, "placement": {"floating_pointer": "0x9fc20"}}),
    bad("pointer outside every window", {"cpus": 1, "placement": {"floating_pointer": "0x90000"}},
        "/placement/floating_pointer", UNSAID),
    bad("overlap", {"cpus": 1, "placement": {"floating_pointer": "0x9fc10", "configuration_table": "0x9fc08"}},
        "/placement/configuration_table", UNSAID),
    bad("in the VGA hole", {"cpus": 1, "placement": {"configuration_table": "0xa0000"}}, "/placement/configuration_table",
        UNSAID),
    bad("a table at 0", {"cpus": 1, "placement": {"configuration_table": 0}}, "/placement/configuration_table", UNSAID),
    good("below the end of BIOS data", {"cpus": 1, "placement": {"floating_pointer": 0, "configuration_table": "0x400"}}),
    bad("over the BIOS data words", {"cpus": 1, "bios_data_area": True,
                                     "placement": {"floating_pointer": 0, "configuration_table": "0x400"}},
        "/bios_data_area", UNSAID),
    bad("past 4 GiB", {"cpus": 1, "placement": {"configuration_table": "0xffffffff"}}, "/placement/configuration_table",
        UNSAID),
    bad("outside memory", {"cpus": 1, "memory_size": 4096}, "/memory_size", UNSAID),
    bad("context that means none", {"cpus": 1, "context": "-"}, "/context"),
    good("context of two", {"cpus": 1, "context": "--"}),
    bad("unknown profile", {"cpus": 1, "profile": "xen"}, "/profile"), bad("empty profile", {"cpus": 1, "profile": ""}, "/profile"),
    bad("profile in another case", {"cpus": 1, "profile": "KVM"}, "/profile"),
    bad("profile a number", {"cpus": 1, "profile": 1}, "/profile"), bad("no profile", {"cpus": 1, "profile": None}, "/profile"),
    bad("profile with a line end", {"cpus": 1, "profile": "kvm\n"}, "/profile"),
    bad("profile with a NUL", {"cpus": 1, "profile": "kvm\0"}, "/profile"),
) + tuple(
    bad("entries and " + name, {"entries": [], name: []}, "/" + name) for name in LISTS
) + tuple(
    bad(name + " and entries", {name: [], "entries": []}, "/entries") for name in LISTS
) + (
    bad("entries and topology", {"entries": [], "topology": {}}, "/topology"),
    bad("entries and cpus", {"entries": [], "cpus": 1}, "/cpus"),
) + tuple(
    bad("default configuration and " + name, {"cpus": 2, "default_configuration": 6, name: value}, "/" + name)
    for name, value in [(name, []) for name in LISTS] + [
        ("irqs", 16), ("oem_id", "A"), ("product_id", "A"), ("oem_table", 0), ("oem_table_size", 0), ("local_apic_address", 1),
        ("entry_count", 0)]
) + tuple(
    bad("%s is not %s" % (name, other), text({"cpus": 1, name: HOLE}, other), "/" + name)
    for name in LISTS for other in ("{}", "null", "0", '"[]"', "true")
) + tuple(
    good("%s %s" % (member, value), {"cpus": 1, "placement": {"window": value}}) for member, value in
    [("window", "base-memory"), ("window", "bios"), ("window", "ebda")]
) + tuple(
    bad("placement: no %s %s" % (member, token), text({"cpus": 1, "placement": {member: HOLE}}, token), "/placement/" + member)
    for member, tokens_ in (("window", words("base-memory", "bios", "ebda")[1]), ("base", hexadecimal(32)[1]),
                            ("floating_pointer", hexadecimal(32)[1]), ("configuration_table", hexadecimal(32)[1]))
    for token in tokens_
)

# Topologies with bytes of the caller's choice, whose images are never signed. The pointer of a good one is that of the
# member.
ANYWHERE = {"floating_pointer": "0xa0001", "configuration_table": "0xfffffff8", "table_size": 8}
UNSIGNED = (
    good("a patch", {"cpus": 1, "patches": [{"at": "0x9fc07", "bytes": "ff"}]}),
    good("no patch", {"cpus": 1, "patches": []}),
    good("patches over one another", {"cpus": 1, "patches": [{"at": "0x9fc00", "bytes": "00" * 232}, {"at": 654336, "bytes": "5F"}]}),
    good("a patch of the BIOS data words", {"cpus": 1, "bios_data_area": True, "patches": [{"at": "0x40e", "bytes": "0000"}]}),
    good("any place", {"entries": [], "patches": [], "placement": ANYWHERE}),
    good("pointer and table in one place", {"cpus": 1, "patches": [],
                                            "placement": {"floating_pointer": "0x9fc04", "configuration_table": "0x9fc04"}}),
    good("a longer table", {"cpus": 1, "patches": [{"at": "0x9fcff", "bytes": "01"}], "placement": {"table_size": 1000}}),
    good("no table", {"cpus": 1, "patches": [], "placement": {"table_size": 0}}),
    good("an OEM table", {"cpus": 1, "oem_table": "0x80000", "oem_table_bytes": "4f454d"}),
    good("an OEM table of another size", {"cpus": 1, "oem_table": 1, "oem_table_size": 0, "oem_table_bytes": "00" * 65535}),
    bad("a patch before the image", {"cpus": 1, "patches": [{"at": "0x9fbff", "bytes": "0000"}]}, "/patches/0/at", UNSAID),
    bad("a patch past its end", {"cpus": 1, "patches": [{"at": "0x9fc00", "bytes": "00"}, {"at": "0x9fce7", "bytes": "0000"}]},
        "/patches/1/at", UNSAID),
    bad("a patch far off", {"cpus": 1, "patches": [{"at": 0, "bytes": "00"}]}, "/patches/0/at", UNSAID),
    bad("a patch over two segments", {"cpus": 1, "patches": [{"at": "0x9fc00", "bytes": "00" * 32}],
                                      "placement": {"configuration_table": "0x90000"}}, "/patches/0/at", UNSAID),
    bad("a patch without bytes", {"cpus": 1, "patches": [{"at": "0x9fc00", "bytes": ""}]}, "/patches/0/bytes"),
    bad("digits as escapes, too many to keep", '{"cpus":1,"patches":[{"at":"0x9fc00","bytes":"%s"}]}' % ("\\u0030" * 130),
        "/patches/0/bytes", UNSAID),
    bad("past 4 GiB with patches", {"cpus": 1, "patches": [], "placement": {"floating_pointer": "0xfffffff1"}},
        "/placement/floating_pointer", UNSAID),
    bad("table past 4 GiB with patches", {"cpus": 1, "patches": [], "placement": dict(ANYWHERE, table_size=9)},
        "/placement/configuration_table", UNSAID),
    bad("table size without patches", {"cpus": 1, "placement": {"table_size": 232}}, "/placement/table_size"),
    bad("table size of none", {"cpus": 2, "default_configuration": 5, "patches": [], "placement": {"table_size": 44}},
        "/placement/table_size", UNSAID),
    bad("table size over both tables", {"cpus": 1, "patches": [], "placement": {"table_size": 131071}}, "/placement/table_size"),
    bad("an OEM table without an address", {"cpus": 1, "oem_table_bytes": "00"}, "/oem_table"),
    bad("an OEM table over the image", {"cpus": 1, "oem_table": "0x9fc80", "oem_table_bytes": "00"}, "/oem_table_bytes", UNSAID),
    bad("an OEM table past 4 GiB", {"cpus": 1, "oem_table": "0xffffffff", "oem_table_bytes": "0000"}, "/oem_table_bytes", UNSAID),
    bad("16385 patches", {"cpus": 1, "patches": [{"at": "0x9fc00", "bytes": "00"}] * 16385}, "/patches"),
    bad("more bytes than fit", {"cpus": 1, "patches": [{"at": "0x9fc00", "bytes": "00" * 232}] * 848}, "/patches/847/bytes", UNSAID),
    bad("patches an object", {"cpus": 1, "patches": {}}, "/patches"),
)

# limits of CPUs that no other member changes
LIMITS = {"acrn-dm": 64, "acrn-hv": 64, "bhyve": 254, "bhyve-illumos": 254, "crosvm": 254, "dragonball": 254, "firecracker": 254,
          "firecracker-1.6": 254, "gokvm": 64, "hvmloader": 128, "hyperkit": 64, "libkrun": 254, "modvm": 254, "palacios": 32,
          "qemu-microvm-rfc": 254, "stratovirt": 254, "virtualbox": 64, "vmm-reference": 254}
# limits that follow from the size of the image's window
FITTING = {"volt": 41, "mini-vmm": 40, "seabios": 19}


def profiles():
    for name, most in LIMITS.items():
        yield good("%s: %d CPUs" % (name, most), {"profile": name, "cpus": most})
        yield bad("%s: %d CPUs" % (name, most + 1), {"profile": name, "cpus": most + 1}, "/cpus")
        yield bad("%s: %d processors" % (name, most + 1),
                  {"processors": [{"apic_id": i % 255} for i in range(most + 1)], "profile": name}, "/processors")
    for name, most in FITTING.items():
        yield good("%s: %d CPUs" % (name, most), {"profile": name, "cpus": most})
        yield bad("%s: %d CPUs" % (name, most + 1), {"profile": name, "cpus": most + 1}, "/cpus", UNSAID)


def corpus():
    return list(framed()) + list(objects()) + list(ROWS) + list(UNSIGNED) + list(profiles())
