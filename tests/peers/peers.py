# SPDX-License-Identifier: ISC
"""Every profile at every number of CPUs against a second hand: the tables of the field put together here from the
rules of their builders, field by field, without a line of the encoder under test. The second hand itself is held
against the files that those builders wrote."""
import json
import os
import struct
import subprocess

INT, NMI, EXTINT = 0, 1, 3
ALL = 0xFF
LOW_LEVEL = 0xF


def summed(raw, at):
    raw = bytearray(raw)
    raw[at] = -sum(raw) & 0xFF
    return bytes(raw)


def pad(text, size, fill=b" "):
    return text.encode().ljust(size, fill)


def processor(apic_id, version, signature, features, flags):
    return struct.pack("<BBBBII8x", 0, apic_id, version, flags, signature, features)


def bus(bus_id, name, fill=b" "):
    return struct.pack("<BB6s", 1, bus_id, pad(name, 6, fill))


def ioapic(apic_id, version):
    return struct.pack("<BBBBI", 2, apic_id, version, 1, 0xFEC00000)


def interrupt(kind, flags, source, irq, dest, pin):
    return struct.pack("<BBHBBBB", 3, kind, flags, source, irq, dest, pin)


def lint(kind, flags, source, irq, dest, pin):
    return struct.pack("<BBHBBBB", 4, kind, flags, source, irq, dest, pin)


def lint_pair(first, second, source=0, flags=0):
    return [lint(EXTINT, flags, source, 0, first, 0), lint(NMI, flags, source, 0, second, 1)]


def processors(n, version, signature, features, ids=None, enabled=None):
    ids = ids or range(n)
    return [processor(ids[i], version, signature, features,
                      3 if i == 0 else 1 if enabled is None or i < enabled else 0) for i in range(n)]


def micro(n, version=0x14, **how):
    return processors(n, version, 0x600, 0x201, **how)


def emulated(n, version):
    return processors(n, version, 0x60FB1, 0x078BFBFD)


def identity(first, last, source, dest, flags=0):
    return [interrupt(INT, flags, source, irq, dest, irq) for irq in range(first, last + 1)]


def isa_15(source, dest):
    return [interrupt(INT, 0, source, 0, dest, 2)] + [
        interrupt(INT, 0, source, irq, dest, irq) for irq in range(1, 16) if irq != 2]


def table(oem, product, entries, count=None, fill=b" ", oem_table=0, extended=b""):
    body = b"".join(entries)
    return summed(struct.pack("<4sHBB8s12sIHHIHBB", b"PCMP", 44 + len(body), 4, 0, pad(oem, 8, fill),
                              pad(product, 12, fill), oem_table, 0, len(entries) if count is None else count,
                              0xFEE00000, len(extended), -sum(extended) & 0xFF, 0) + body, 7) + extended


def pointer(address, feature_2=0):
    return summed(struct.pack("<4sIBBBBB3x", b"_MP_", address, 1, 4, 0, 0, feature_2), 10)


def contiguous(at, config, feature_2=0):
    return {at: pointer(at + 16, feature_2) + config}


def behind(at, config):
    end = -(-(at + len(config)) // 16) * 16
    return {at: config.ljust(end - at, b"\0") + pointer(at)}


def family(n, oem, lines, count=0, product="000000000000"):
    """Firecracker and those who copied it"""
    return contiguous(0x9FC00, table(oem, product, micro(n) + [bus(0, "ISA"), ioapic(n + 1, 0x14)] +
                                     identity(0, lines - 1, 0, n + 1) + lint_pair(0, ALL), count))


def stratovirt(n):
    return contiguous(0x9FC00, table("STRATO", "1.0", micro(n) + [bus(0, "ISA", b"\0"), ioapic(n + 1, 0x14)] +
                                     identity(0, 15, 0, n + 1) + lint_pair(n + 1, ALL), 0, b"\0"))


def cloud_hypervisor(n, ids=None):
    ids = ids or list(range(n))
    if ids[-1] >= 254:
        return None
    return contiguous(0xF0090, table("FC", "000000000000", micro(n, ids=ids) + [bus(0, "ISA"), ioapic(255, 0x14)] +
                                     identity(0, 15, 0, 255) + lint_pair(0, ALL), 0))


def dragonball(n, booting=None, devices=None):
    """devices: legacy IRQ to PCI device"""
    lines = isa_15(0, n + 1)
    for irq, device in (devices or {}).items():
        at = [line[7] for line in lines].index(irq)
        lines[at] = interrupt(INT, 0, 1, device << 2, n + 1, irq)
    entries = micro(n, enabled=booting) + [bus(0, "ISA"), bus(1, "PCI"), ioapic(n + 1, 0x14)] + lines + lint_pair(0, ALL)
    size = 44 + sum(map(len, entries))
    return contiguous(0x9FC00, table("ALICLOUD", "DRAGONBALL10", entries, 0, oem_table=0x9FC10 + size + 44))


def volt(n):
    return contiguous(0x9FC00, table("NOVAFLAR", "VOLT VM", processors(n, 0x14, 0x6F1, 0x0781FBFF) +
                                     [bus(0, "ISA"), ioapic(n, 0x11), interrupt(EXTINT, 0, 0, 0, n, 0)] +
                                     identity(1, 15, 0, n)), 0x80)


def mini_vmm(n):
    return contiguous(0x9FC00, table("MINIVMM", "000000000000", micro(n) + [bus(0, "ISA"), ioapic(n, 0x11)] +
                                     identity(0, 15, 0, n) + lint_pair(ALL, ALL)))


def crosvm(n, pci=()):
    """pci: bus, device, pin, GSI"""
    isa = max([0] + [route[0] for route in pci]) + 1
    to = n + 1
    entries = micro(n) + [ioapic(to, 0x14)] + [bus(number, "PCI") for number in range(isa)] + [bus(isa, "ISA")]
    entries += [lint(INT, 0, isa, 0, 0, 0)]
    entries += [interrupt(INT, 0, isa, irq, to, irq) for irq in (0, 1, 2, 3, 4, 8)]
    entries += [interrupt(INT, 0xD, isa, 5, to, 5)]
    entries += [interrupt(INT, 0, on, device << 2 | pin, to, gsi) for on, device, pin, gsi in pci]
    entries += identity(max([9] + [route[3] + 1 for route in pci]), 15, isa, to)
    entries += lint_pair(0, ALL, isa)
    return {0x9FFF0: pointer(0x9E800), 0x9E800: table("CROSVM", "000000000000", entries, 0)}


def kvmtool(n, pci=()):
    """pci: subsystem ID, pin from 0, line"""
    to = (n + 1) & 0xFF
    return behind(0xF02B0, table("KVMCPU00", "0.1", micro(n) + [bus(0, "PCI"), bus(1, "ISA"), ioapic(to, 0x14)] + [
        interrupt(INT, 0, 0, device << 2 | pin, to, line) for device, pin, line in pci
    ] + [lint(INT, 0, 1, 0, 0, 0), lint(NMI, 0, 1, 0, 0, 1)]))


def bhyve_processors(n):
    return processors(n, 0x10, 0x7A5, 0xBFEBFBFF)


def bhyve(n, at=0xF0000, pci=(), passthrough=False):
    """pci: slot, pin, I/O APIC pin"""
    entries = bhyve_processors(n) + [bus(0, "PCI"), bus(1, "ISA")]
    if not passthrough:
        entries += [ioapic(0, 0x11)]
        for pin in range(16):
            entries += [interrupt(EXTINT if pin == 0 else INT, LOW_LEVEL if pin == 9 else 0, 1, 0 if pin == 2 else pin,
                                  0, pin)]
        entries += [interrupt(INT, 0, 0, slot << 2 | pin, 0, to) for slot, pin, to in pci]
    return contiguous(at, table("BHyVe", "Hypervisor", entries + lint_pair(ALL, ALL)))


def acrn_hv(n):
    return contiguous(0xF0000, table("ACRN", "Hypervisor", [bus(0, "PCI"), bus(1, "ISA")] + lint_pair(ALL, ALL) +
                                     bhyve_processors(n)))


def seabios(n, pci=((1, 0, 9), (3, 0, 11)), override=True):
    """pci: slot, pin, line"""
    isa = 1 if pci else 0
    entries = emulated(n, 0x14) + ([bus(0, "PCI")] if pci else []) + [bus(isa, "ISA"), ioapic(0, 0x11)]
    entries += [interrupt(INT, 1, 0, slot << 2 | pin, 0, line) for slot, pin, line in pci]
    for irq in range(16):
        if irq in (5, 9, 10, 11) or override and irq == 2:
            continue
        entries += [interrupt(INT, 0, isa, irq, 0, 2 if override and irq == 0 else irq)]
    config = table("BOCHSCPU", "0.1", entries + lint_pair(0, ALL, isa))
    if 16 + len(config) > 600:
        return None
    return contiguous((0xF5C80 - 16 - len(config)) & ~15, config)


def qboot(n, override=True):
    to = (n + 1) & 0xFF
    lines = isa_15(0, to) if override else identity(0, 15, 0, to)
    return contiguous(0x9FC00, table("QBOOT", "000000000000", emulated(n, 0x14) + [bus(0, "ISA"), ioapic(to, 0x14)] +
                                     lines + lint_pair(0, ALL), 0))


def hvmloader(n):
    entries = micro(n, 0x11, ids=[2 * i for i in range(n)]) + [bus(0, "ISA"), ioapic(1, 0x11)]
    entries += [interrupt(EXTINT, 0, 0, 0, 1, 0), interrupt(INT, 0, 0, 0, 1, 2)]
    entries += [interrupt(INT, LOW_LEVEL if irq in (5, 10, 11) else 0, 0, irq, 1, irq) for irq in (1, *range(3, 16))]
    return contiguous(0xFCC00, table("_HVMCPU_", "XEN", entries))


def bochs(n, oem="BOCHSCPU"):
    return behind(0xFA1E0, table(oem, "0.1", emulated(n, 0x11) + [bus(0, "ISA"), ioapic(n, 0x11)] + isa_15(0, n)))


def virtualbox(n):
    return {0x9FFF0: pointer(0xE1300),
            0xE1300: table("VBOXCPU", "VirtualBox", processors(n, 0x14, 0xFB1, 0x078BFBFD) +
                           [bus(0, "ISA"), bus(1, "PCI"), ioapic(0, 0x11)] +
                           [interrupt(INT, 0, 0, 0 if pin == 2 else pin, 0, pin) for pin in range(1, 16)] +
                           lint_pair(ALL, ALL, flags=5))}


def palacios(n, pci=True):
    entries = micro(n, 0x11) + ([bus(0, "PCI")] if pci else []) + [bus(1, "ISA"), ioapic(n, 0x11)] + isa_15(1, n)
    if pci:
        entries += [interrupt(INT, 0, 0, slot << 2 | pin, n, 16 + (slot + pin) % 4)
                    for slot in range(8) for pin in range(4)]
    return contiguous(0xFCC00, table("V3VEE", "PALACIOS 1.3", entries, len(entries) + 1))


def coreboot(n, vendor, part, buses, routes, lint_bus, feature_2):
    isa = buses
    entries = processors(n, 0x11, 0x686, 0x0383FBFF) + [bus(number, "PCI") for number in range(buses)]
    entries += [bus(isa, "ISA"), ioapic(2, 0x11)]
    entries += [interrupt(EXTINT, 5, isa, 0, 2, 0), interrupt(INT, 5, isa, 1, 2, 1), interrupt(INT, 5, isa, 0, 2, 2)]
    entries += [interrupt(INT, 5, isa, irq, 2, irq) for irq in (3, 4, *range(6, 16))]
    for route in routes.split():
        on, device, pin, to = route.split("/")
        entries += [interrupt(INT, LOW_LEVEL, int(on), int(device, 16) << 2 | "ABCD".index(pin), 2, int(to, 16))]
    return contiguous(0xF0400, table(vendor, part, entries + lint_pair(ALL, ALL, lint_bus, 5)), feature_2)


def p2b_ds(n):
    return coreboot(n, "ASUS", "P2B-DS", 2, "0/4/D/13 0/6/A/13", 1, 0)


def i986lcd_m(n):
    return coreboot(n, "Kontron", "986LCD-M/mIT", 3,
                    "0/1/A/10 0/2/A/10 0/1F/B/13 0/1D/A/17 0/1D/B/13 0/1D/C/12 0/1D/D/10 0/1B/A/10 0/1C/A/10 0/1C/B/11 "
                    "1/0/A/10 1/0/B/11 2/0/A/10", 3, 0x80)


def u_boot(n):
    entries = emulated(n, 0x14) + [bus(0xFF, "ISA"), ioapic(0, 0x20)]
    entries += [interrupt(INT, LOW_LEVEL, 0, device << 2 | pin, 0, to) for device, pin, to in (
        (2, 0, 22), (29, 0, 16), (29, 1, 17), (29, 2, 18), (29, 3, 19), (31, 0, 16))]
    entries += [interrupt(EXTINT, 5, 0xFF, 0, 0, 0), interrupt(INT, 5, 0xFF, 1, 0, 1), interrupt(INT, 5, 0xFF, 0, 0, 2)]
    entries += identity(3, 15, 0xFF, 0, 5)
    return contiguous(0xF0050, table("emulatio", "qemu-x86", entries + lint_pair(ALL, ALL, 0xFF, 5)))


def gokvm(n):
    entries = [processor(i, 0x14, 0x06000000, 0x201, 1 if i else 3) for i in range(n)] + [bytes(20)] * (64 - n)
    return contiguous(0x9FC30, table("GOKVM", "", entries, fill=b"\0"))


def gokvm_2026(n, pci=False):
    slots = [processor(i, 0x14, 0x06000000, 0x201, 1 if i else 3) for i in range(n)] + [bytes(20)] * (64 - n)
    isa = 1 if pci else 0
    entries = slots + [bus(isa, "ISA")] + ([bus(0, "PCI")] if pci else []) + [ioapic(2, 0x11)] + identity(0, 15, isa, 2)
    if pci:
        entries += [interrupt(INT, 0, 0, 1 << 2, 2, 9), interrupt(INT, 0, 0, 2 << 2, 2, 10)]
    return contiguous(0x9FC30, table("GOKVM", "", entries, fill=b"\0"))


def gokvm_define42(n):
    return contiguous(0x9FC30, table("GOKVM", "", processors(n, 0x14, 0x06000000, 0x201), fill=b"\0"))


def openvmm(n, to=None, level=()):
    to = n if to is None else to
    lines = [interrupt(INT, 0xD if irq in level else 0, 0, irq, to, irq or 2) for irq in range(16) if irq != 2]
    return {0: pointer(0x400), 0x400: table("OPENVMM", "MICROVM", processors(n, 0x14, 0, 0) +
                                            [bus(0, "ISA"), ioapic(to, 0x11)] + lines)}


def copied(n, oem, product, to, lines, lints, at=0x9FC00, version=0x14, feature_2=0, ids=None):
    """Copies of Firecracker's layout that count their entries right; lines: INTIN by IRQ"""
    wiring = [interrupt(INT, 0, 0, irq, to, pin) for irq, pin in enumerate(lines)]
    return contiguous(at, table(oem, product, micro(n, ids=ids) + [bus(0, "ISA"), ioapic(to, version)] + wiring + lints),
                      feature_2)


def stt(n, sockets=1, cores=None):
    """APIC IDs by bit fields of cores and sockets, their low 8 bits"""
    cores = cores or n // sockets
    shift = (cores - 1).bit_length()
    ids = [(i % cores | i // cores << shift) & 0xFF for i in range(n)]
    return copied(n, "STT", "000000000000", 254, range(24), lint_pair(ALL, ALL), feature_2=0x80, ids=ids)


def gem5(n):
    entries = processors(n, 0x14, 0, 0) + [ioapic(n, 0x11), bus(0, "PCI"), bus(1, "ISA"), interrupt(INT, 0, 0, 16, n, 16)]
    for irq in (0, 1, *range(3, 15)):
        entries += [interrupt(EXTINT, 0, 1, irq, n, 0), interrupt(INT, 0, 1, irq, n, irq or 2)]
    return contiguous(0xF0050, table("", "", entries, fill=b"\0", extended=bytes((129, 8, 1, 1, 0, 0, 0, 0))), 0x80)


def nanovmm(n):
    entries = processors(n, 0x14, 0x600, 0x1FBFF) + [bus(0, "ISA"), ioapic(n, 0x11)]
    entries += [interrupt(INT, 0, 0, irq, n, irq or 2) for irq in range(16)] + [interrupt(EXTINT, 0, 0, 0, n, 0)]
    config = bytearray(table("ORPHANVM", "NANOVMM", entries + lint_pair(ALL, ALL), 0))
    if len(config) > 0xC00:
        config[0xC00:0xC10] = pointer(0x9F000)
    return {0x9FC00: pointer(0x9F000), 0x9F000: bytes(config)}


def modvm(n, pci=()):
    """pci: slot, pin, line"""
    entries = micro(n) + [bus(0, "PCI"), bus(1, "ISA"), ioapic(254, 0x11)]
    entries += [interrupt(INT, LOW_LEVEL, 0, slot << 2 | pin, 254, line) for slot, pin, line in pci]
    entries += [interrupt(INT, 5, 1, irq, 254, irq) for irq in range(16)
                if irq != 2 and irq not in [route[2] for route in pci]]
    return contiguous(0xF0000, table("MODVM", "MODVM PC", entries + [lint(NMI, 0, 1, 0, ALL, 1)]))


# Name, most CPUs, second hand. A second hand that gives None refuses.
PROFILES = [
    ("volt", 41, volt),
    ("firecracker", 254, lambda n: family(n, "FC", 24, n + 29)),
    ("firecracker-1.6", 254, lambda n: family(n, "FC", 24)),
    ("libkrun", 254, lambda n: family(n, "FC", 16)),
    ("vmm-reference", 254, lambda n: family(n, "rust-vmm", 24)),
    ("qemu-microvm-rfc", 254, lambda n: family(n, "QEMU", 16)),
    ("stratovirt", 254, stratovirt),
    ("cloud-hypervisor", 254, cloud_hypervisor),
    ("dragonball", 254, dragonball),
    ("mini-vmm", 40, mini_vmm),
    ("crosvm", 254, crosvm),
    ("kvmtool", 255, kvmtool),
    ("bhyve", 254, bhyve),
    ("bhyve-illumos", 254, lambda n: bhyve(n, 0xE0000)),
    ("hyperkit", 64, bhyve),
    ("acrn-dm", 64, bhyve),
    ("acrn-hv", 64, acrn_hv),
    ("seabios", 19, seabios),
    ("qboot", 255, qboot),
    ("hvmloader", 128, hvmloader),
    ("bochs", 255, bochs),
    ("bochs-qemu", 255, lambda n: bochs(n, "QEMUCPU")),
    ("virtualbox", 64, virtualbox),
    ("palacios", 32, palacios),
    ("coreboot-p2b-ds", 255, p2b_ds),
    ("coreboot-986lcd-m", 255, i986lcd_m),
    ("u-boot", 255, u_boot),
    ("gokvm", 64, gokvm),
    ("nanovmm", 255, nanovmm),
    ("modvm", 254, modvm),
    ("openvmm", 15, openvmm),
    ("openvmm-level4", 15, lambda n: openvmm(n, level=(4, 5, 6, 7))),
    ("openvmm-1", 144, openvmm),
    ("openvmm-0", 144, lambda n: openvmm(n, 0)),
    ("openvmm-0-level4", 144, lambda n: openvmm(n, 0, (4, 5, 6, 7))),
    ("nvx", 254, lambda n: copied(n, "NVX", "MICROVM", n, range(16), lint_pair(0, ALL))),
    ("hvi-vmm", 255, lambda n: copied(n, "HVI", "HVI x86 vm", n, range(16), [])),
    ("pane", 1, lambda n: copied(n, "PANE", "PANE000000", 1, range(16), lint_pair(0, 0), 0xF0000)),
    ("tdvmm", 254, lambda n: copied(n, "FC", "000000000000", n + 1, [2, 1, 0, *range(3, 24)], lint_pair(0, ALL))),
    ("capsa", 254, lambda n: copied(n, "CAPSA", "KVMVM", n + 1, range(24), lint_pair(ALL, ALL))),
    ("pn-vmm", 255, lambda n: copied(n, "PN-VMM", "cell", n, range(16), lint_pair(0, 0), 0xF0000, 0x11)),
    ("stt", 255, stt),
    ("stt-2s", 255, lambda n: None if n % 2 else stt(n, 2)),
    ("stt-5c", 255, lambda n: None if n % 5 else stt(n, n // 5, 5)),
    ("gokvm-2026", 64, gokvm_2026),
    ("gokvm-2026-pci", 64, lambda n: gokvm_2026(n, True)),
    ("gokvm-define42", 64, gokvm_define42),
    ("gem5", 255, gem5),
]


def routes(*rows):
    """pci_interrupts of INTA#: bus, device, pin of the I/O APIC"""
    return [{"bus": on, "device": device, "pin_name": "INTA", "pin": to} for on, device, to in rows]


def lines(irqs, on, to):
    return [{"type": "INT", "bus": on, "irq": irq, "io_apic": "all" if to == ALL else to, "pin": irq} for irq in irqs]


def spaced(n):
    """Cloud Hypervisor's APIC IDs for 3 cores a package"""
    return [i % 3 | i // 3 << 2 for i in range(n)]


def cores_of_3(n):
    """cpus and topology where the count is whole packages, else the processors one by one"""
    if n % 3 == 0:
        return {"cpus": n, "topology": {"packages": n // 3, "cores": 3}}
    return {"processors": [{"apic_id": apic_id} for apic_id in spaced(n)]}


# Other inputs to the same builders, as members of a topology: name, profile, most CPUs, second hand, members
VARIANTS = [
    ("bhyve-pci2", "bhyve", 254, lambda n: bhyve(n, pci=((1, 0, 16), (2, 0, 17))),
     lambda n: {"cpus": n, "pci_interrupts": routes((0, 1, 16), (0, 2, 17))}),
    ("crosvm-pci3", "crosvm", 254, lambda n: crosvm(n, ((0, 1, 0, 9), (0, 2, 0, 10), (0, 3, 0, 11))),
     lambda n: {"cpus": n, "pci_interrupts": routes((0, 1, 9), (0, 2, 10), (0, 3, 11))}),
    ("crosvm with PCI bus 2", "crosvm", 254, lambda n: crosvm(n, ((2, 31, 0, 13), (0, 3, 0, 10))),
     lambda n: {"cpus": n, "pci_interrupts": routes((2, 31, 13), (0, 3, 10))}),
    ("kvmtool-pci3", "kvmtool", 255, lambda n: kvmtool(n, ((1, 0, 5), (2, 0, 6), (4, 0, 7))),
     lambda n: {"cpus": n, "pci_interrupts": routes((0, 1, 5), (0, 2, 6), (0, 4, 7))}),
    ("modvm-pci2", "modvm", 254, lambda n: modvm(n, ((1, 0, 9), (2, 0, 10))),
     lambda n: {"cpus": n, "pci_interrupts": routes((0, 1, 9), (0, 2, 10))}),
    ("dragonball with PCI devices", "dragonball", 254, lambda n: dragonball(n, devices={5: 3, 11: 4}),
     lambda n: {"cpus": n, "pci_interrupts": routes((1, 3, 5), (1, 4, 11))}),
    ("dragonball-boot1", "dragonball", 254, lambda n: dragonball(n, 1),
     lambda n: {"processors": [{"apic_id": i, "enabled": i == 0} for i in range(n)]}),
    ("cloud-hypervisor-topo3", "cloud-hypervisor", 190, lambda n: cloud_hypervisor(n, spaced(n)), cores_of_3),
    ("acrn-dm-lapicpt", "acrn-dm", 64, lambda n: bhyve(n, passthrough=True), lambda n: {"cpus": n, "io_apics": []}),
    ("stt, its sockets given", "stt", 255, lambda n: None if n % 5 else stt(n, n // 5, 5),
     lambda n: {"cpus": n, "topology": {"packages": max(1, n // 5), "cores": 5}}),
    ("gem5 without a PCI bus", "gem5", 1, lambda n: contiguous(0xF0050, table("", "", [
        processor(0, 0x14, 0, 0, 3), ioapic(1, 0x11), bus(1, "ISA"), interrupt(INT, 0, 1, 0, 1, 0)], fill=b"\0"), 0x80),
     lambda n: {"cpus": n, "buses": [{"bus_id": 1, "bus_type": "ISA"}], "io_interrupts": lines([0], 1, 1)}),
    ("palacios-nopci", "palacios", 32, lambda n: palacios(n, False),
     lambda n: {"cpus": n, "buses": [{"bus_id": 1, "bus_type": "ISA"}]}),
    ("seabios-nopci", "seabios", 20, lambda n: seabios(n, (), False),
     lambda n: {"cpus": n, "buses": [{"bus_id": 0, "bus_type": "ISA"}],
                "io_interrupts": lines([irq for irq in range(16) if irq not in (5, 9, 10, 11)], 0, 0)}),
    ("qboot-noirq0", "qboot", 254, lambda n: qboot(n, False),
     lambda n: {"cpus": n, "io_interrupts": lines(range(16), 0, n + 1)}),
    ("firecracker with 16 lines", "firecracker", 254, lambda n: family(n, "FC", 16, n + 21),
     lambda n: {"cpus": n, "irqs": 16}),
    ("libkrun with 20 lines", "libkrun", 254, lambda n: family(n, "FC", 20), lambda n: {"cpus": n, "irqs": 20}),
]


class Encoder:
    """tests/programs/build_image, asked all questions at once"""

    def __init__(self):
        self.questions = []

    def ask(self, members):
        self.questions.append(json.dumps(members))
        return len(self.questions) - 1

    def answers(self):
        done = subprocess.run(["./tests/programs/build_image"], input="\n".join(self.questions).encode() + b"\n",
                              stdout=subprocess.PIPE, check=True)
        return [None if line.startswith("refused") else line for line in done.stdout.decode().splitlines()]


def same(answer, parts):
    """Do the segments hold each part, and no byte besides but zeros between the structures?"""
    if answer is None or parts is None:
        return answer is None and parts is None
    segments = {}
    for word in answer.split():
        base, _, digits = word.partition(":")
        segments[int(base, 16)] = bytes.fromhex(digits)
    for base, raw in parts.items():
        if not any(at <= base and data[base - at:base - at + len(raw)] == raw for at, data in segments.items()):
            return False
    low = min(parts)
    covered = sorted((base, base + len(raw)) for base, raw in parts.items())
    return min(segments) == low and sum(map(len, segments.values())) == union(covered)


def union(ranges):
    total, end = 0, 0
    for first, last in ranges:
        total += max(0, last - max(first, end))
        end = max(end, last)
    return total


def read_index(vectors):
    """What the builders wrote: name and count to the parts by address, or to None where they refuse"""
    files = {}
    with open(os.path.join(vectors, "index")) as index:
        for name, count, part, *where in (line.split() for line in index if not line.startswith("#")):
            if part == "refused":
                files[name, int(count)] = None
                continue
            with open(os.path.join(vectors, where[1]), "rb") as file:
                files.setdefault((name, int(count)), {})[int(where[0], 16)] = file.read()
    return files


def report(number, wrong, text):
    print("%s %d - %s" % ("not ok" if wrong else "ok", number, text))
    if wrong:
        print("# differs: " + " ".join(map(str, wrong)))


def main():
    vectors = os.path.join(os.environ["srcdir"], "tests", "vectors", "peers")
    encoder, plan = Encoder(), []
    for name, most, hand in PROFILES:
        counts = list(range(1, most + 1)) + sorted({4, 8, 41, most + 1, 254, 255, 256} - set(range(most + 1)))
        plan.append((name, most, hand, {n: encoder.ask({"profile": name, "cpus": n}) for n in counts}))
    for name, profile, most, hand, members in VARIANTS:
        counts = list(range(1, most + 1)) + sorted({41, 254} - set(range(most + 1)))
        plan.append((name, most, hand, {n: encoder.ask({"profile": profile, **members(n)}) for n in counts}))
    answers = encoder.answers()
    print("1..%d" % (len(plan) + 3))
    total = equal = 0
    for number, (name, most, hand, asked) in enumerate(plan, 1):
        wrong = [n for n, at in asked.items() if not same(answers[at], hand(n) if n <= most else None)]
        total += len(asked)
        equal += len(asked) - len(wrong)
        report(number, wrong, "%s: %d of %d tables and refusals equal, up to %d CPUs" % (
            name, len(asked) - len(wrong), len(asked), most))
    files = read_index(vectors)
    known = {(name, n): (hand(n) if n <= most else None, answers[asked[n]])
             for name, most, hand, asked in plan for n in asked if (name, n) in files}
    hand_wrong = [key for key in known if files[key] != known[key][0]]
    ours_wrong = [key for key in known if not same(known[key][1], files[key])]
    report(len(plan) + 1, hand_wrong, "the second hand: %d of %d tables and refusals of the builders equal" % (
        len(known) - len(hand_wrong), len(known)))
    report(len(plan) + 2, ours_wrong, "the encoder: %d of %d tables and refusals of the builders equal" % (
        len(known) - len(ours_wrong), len(known)))
    # Its I/O APIC entry has 12 bytes, which no topology says.
    report(len(plan) + 3, {key for key in files if key not in known and key[0] != "coreboot-p2b-ds-x64"},
           "no table of the builders is left out but those of coreboot in 64 bits")
    print("# %d of %d tables equal" % (equal, total))


main()
