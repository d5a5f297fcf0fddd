/* SPDX-License-Identifier: ISC */
/* From the row of a profile to the entries and header values that a request does not give. */
#ifndef TOPO_FILL_H
#define TOPO_FILL_H

#include "topology.h"

/* fill_apic_id - the APIC ID that the profile or the topology gives a processor; may pass 8 bits */
uint32_t fill_apic_id(const struct topology *topology, unsigned cpu);

/* fill_processors - t->cpus of them, the first one the bootstrap processor */
void fill_processors(struct topology *topology);

/* fill_header - the values of header and floating pointer that are not given */
void fill_header(struct topology *topology);

/*
 * fill_topology - put the profile's entries and fill_header's values wherever the topology has none
 * given
 * @topology: t->cpus processors are in place, and routes of pci_interrupts fit the arrays
 *
 * A builder's own PCI routes from a bus that the request's buses do not declare are left out.
 * Without any I/O APIC all I/O interrupts are.
 *
 * Return: 0; -1 and ERR_INVALID when the profile's entries need an ISA bus and the request's buses
 * have none, or when the PCI buses leave it no ID.
 */
int fill_topology(struct topology *topology, struct err *err) MUST_USE;

#endif
