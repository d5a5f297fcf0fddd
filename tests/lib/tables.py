# SPDX-License-Identifier: ISC
"""MP tables made by the specification alone (MPS 1.4 chapter 4), without code of the encoder, so that any fault can
be put into them. An image is a list of segments, (guest-physical address, bytes) each."""
import struct

WINDOW = 0x9FC00
EN, BP = 1, 2
INT, NMI, SMI, EXTINT = range(4)
LOCAL_APIC, IO_APIC = 0xFEE00000, 0xFEC00000
ISA_IRQS = [irq for irq in range(1, 16) if irq != 2]


def checksum(data):
    return -sum(data) & 0xFF


def processor(apic_id, flags=EN, version=0x14):
    return struct.pack("<BBBBII8x", 0, apic_id, version, flags, 0x00000600, 0x201)


def processors(count):
    return [processor(i, EN | BP if i == 0 else EN) for i in range(count)]


def bus(bus_id, name):
    return struct.pack("<BB6s", 1, bus_id, name.encode().ljust(6))


def io_apic(apic_id, address=IO_APIC, flags=EN):
    return struct.pack("<BBBBI", 2, apic_id, 0x20, flags, address)


def io_interrupt(source_bus, source_irq, destination, pin, kind=INT, flags=0):
    return struct.pack("<BBHBBBB", 3, kind, flags, source_bus, source_irq, destination, pin)


def pci_interrupt(source_bus, device, intx, destination, pin):
    return io_interrupt(source_bus, device << 2 | "ABCD".index(intx[-1]), destination, pin)


def local_interrupts(source_bus):
    return [struct.pack("<BBHBBBB", 4, EXTINT, 0, source_bus, 0, 0xFF, 0),
            struct.pack("<BBHBBBB", 4, NMI, 0, source_bus, 0, 0xFF, 1)]


def isa_wiring(source_bus, destination, extint=False, irq0=()):
    """The wiring of QEMU: IRQ 0 on input 2, each other IRQ on the input of its number. extint: the 8259 is on input 0
    besides, as firmware programs it; irq0: arguments of io_interrupt that differ in the entry of IRQ 0."""
    timer = dict({"source_bus": source_bus, "source_irq": 0, "destination": destination, "pin": 2}, **dict(irq0))
    return ([io_interrupt(source_bus, 0, destination, 0, EXTINT)] * extint + [io_interrupt(**timer)] +
            [io_interrupt(source_bus, irq, destination, irq) for irq in ISA_IRQS])


def odd_wiring():
    """A table with what a PC's wiring does not have: several entries for one input, of which the order decides, and
    so on."""
    def to(pin, irq, flags=0, source_bus=0, destination=5):
        return struct.pack("<BBHBBBB", 3, INT, flags, source_bus, irq, destination, pin)
    isa, pci, mca, eisa, level_low, edge_high = 0, 1, 2, 3, 0xF, 5
    return processors(2) + [bus(isa, "ISA"), bus(pci, "PCI"), bus(mca, "MCA"), bus(eisa, "EISA"), io_apic(5),
                            io_apic(6, 0xFEC10000)] + [
        to(2, 0), to(1, 1, destination=0xFF), to(9, 9, level_low), to(4, 4, source_bus=mca), to(5, 5, source_bus=eisa),
        to(7, 7, destination=6), to(19, 3 << 2, source_bus=pci), to(3, 4 << 2, source_bus=pci, destination=6),
        to(19, 11, edge_high), to(3, 3), to(3, 6), to(13, 13), to(14, 13), to(15, 15, 2)]


def pc(cpus, io_apic_entry=None, isa="ISA", more=(), **wiring):
    """The table of a correct machine. cpus: the number of processors, or their entries; isa: the name of its bus; more:
    further I/O interrupts; wiring: arguments of isa_wiring that differ."""
    if isinstance(cpus, int):
        cpus = processors(cpus)
    io_apic_entry = io_apic_entry or io_apic(15)
    return (cpus + [bus(0, isa), io_apic_entry] + isa_wiring(**dict({"source_bus": 0, "destination": io_apic_entry[1]},
                                                                    **wiring)) + list(more) + local_interrupts(0))


def table(entries, signature=b"PCMP", revision=4, count=None, local_apic=LOCAL_APIC, sum_error=0, length=None):
    body = b"".join(entries)
    data = bytearray(struct.pack("<4sHBB8s12sIHHIHBx", signature, 44 + len(body) if length is None else length, revision, 0, b"BYHAND  ",
                                 b"FAULTY      ", 0, 0, len(entries) if count is None else count, local_apic, 0,
                                 0) + body)
    data[7] = (checksum(data) + sum_error) & 0xFF
    return bytes(data)


def floating_pointer(address, configuration=0, sum_error=0, length=1, revision=4):
    data = bytearray(struct.pack("<4sIBBBB4x", b"_MP_", address, length, revision, 0, configuration))
    data[10] = (checksum(data) + sum_error) & 0xFF
    return bytes(data)


def image(configuration_table, at=WINDOW, **pointer):
    """Floating pointer and, right behind it, the table."""
    return [(at, floating_pointer(at + 16, **pointer) + configuration_table)]


def bios_data(ebda=0, base_memory_kib=0):
    """The BIOS data words: the start of the extended BIOS data area and the size of base memory."""
    return [(0x40E, struct.pack("<H", ebda >> 4)), (0x413, struct.pack("<H", base_memory_kib))]
