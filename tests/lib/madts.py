# SPDX-License-Identifier: ISC
"""ACPI MADTs, made here by the layout of ACPI 6.5 section 5.2.12, so that a fault can be put into each."""
import struct

ENABLED, ONLINE_CAPABLE = 1, 2
EVERY = 0xFF


def structure(kind, form, *fields):
    body = struct.pack("<" + form, *fields)
    return bytes([kind, len(body) + 2]) + body


def cpu(apic_id, flags=ENABLED, uid=None):
    return structure(0, "BBI", apic_id if uid is None else uid, apic_id, flags)


def ioapic(apic_id, address=0xFEC00000, gsi=0):
    return structure(1, "BBII", apic_id, 0, address, gsi)


def override(irq, gsi, flags=0):
    return structure(2, "BBIH", 0, irq, gsi, flags)


def nmi(gsi, flags=0):
    return structure(3, "HI", flags, gsi)


def local_nmi(uid=EVERY, lintin=1, flags=0):
    return structure(4, "BHB", uid, flags, lintin)


def address(value):
    return structure(5, "HQ", 0, value)


def x2apic(apic_id, flags=ENABLED, uid=0):
    return structure(9, "HIII", 0, apic_id, flags, uid)


def x2apic_nmi(uid, lintin=1, flags=0):
    return structure(10, "HIB3x", flags, uid, lintin)


def table(*structures, revision=3, pcat_compat=True, local_apic=0xFEE00000):
    body = b"".join(structures)
    data = bytearray(struct.pack("<4sIBB6s8sI4sIII", b"APIC", 44 + len(body), revision, 0, b"MPTABL", b"TEST    ", 1,
                                 b"TEST", 1, local_apic, pcat_compat) + body)
    data[9] = -sum(data) % 256
    return bytes(data)
