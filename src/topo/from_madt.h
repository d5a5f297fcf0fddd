/* SPDX-License-Identifier: ISC */
/*
 * What an ACPI MADT says of a machine, as members of a topology: processors, I/O APICs, the ISA bus
 * and its interrupts, local interrupts, and the local APIC address. A MADT has no PCI routes, other
 * buses, versions or OEM strings.
 */
#ifndef TOPO_FROM_MADT_H
#define TOPO_FROM_MADT_H

#include "../base/err.h"
#include "../madt/madt.h"
#include "topology.h"

enum { FROM_MADT_FIRST = -1 }; /* as @bsp: the first enabled processor */

/*
 * from_madt_read - madt_read with an error that names the place
 *
 * Return: 0; -1 and ERR_INVALID.
 */
int from_madt_read(const uint8_t *bytes, size_t size, struct madt *madt, struct err *err) MUST_USE;

/*
 * from_madt_fill - add what a MADT says to a topology
 * @bsp:      APIC ID of the bootstrap processor, or FROM_MADT_FIRST
 * @topology: as topology_init or request_read_rest left it. Its lists and its local APIC address
 *            stay, and those of the MADT are not used. If it has I/O APICs, they must be those of
 *            the MADT, in the same order
 *
 * Processors stay in the order of the MADT; one that can only be brought online later is disabled.
 * An I/O APIC whose ID a processor or an earlier I/O APIC has gets the lowest free ID. The buses
 * are PCI buses from 0 up to the last one with a route, then an ISA bus. ISA IRQ n goes to the
 * input with GSI n, or to that of its override. Non-maskable interrupts go where the MADT leads
 * them. When there are 8259s, ExtINT goes to LINTIN 0 of the bootstrap processor.
 *
 * Return: 0 and a topology for complete_topology; -1 and ERR_INVALID, with the offset of each
 * structure that an MP table cannot hold: APIC IDs above 254, inputs that no I/O APIC has,
 * addresses above 4 GiB.
 */
int from_madt_fill(const struct madt *madt, int bsp, struct topology *topology,
                   struct err *err) MUST_USE;

/* The lists that facts about a machine point to */
struct from_madt_lists {
    uint32_t apic_ids[MADT_PROCESSORS_MAX];
    struct mpt_ioapic_fact ioapics[MADT_IOAPICS_MAX];
    struct mpt_line_fact lines[MADT_LINES];
};

/*
 * from_madt_facts - what a MADT says, as facts
 * @lists: room for the lists that @facts then points to
 *
 * The APIC IDs are those of enabled processors. A MADT does not say how many inputs an I/O APIC
 * has: they end where those of the next one begin; for the last one the number is not known. A line
 * at an input that no I/O APIC has is not connected.
 */
void from_madt_facts(const struct madt *madt, struct from_madt_lists *lists,
                     struct mpt_facts *facts);

#endif
