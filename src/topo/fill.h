/* SPDX-License-Identifier: ISC */
/* Fills in, from a profile's row, the entries and header values that a request does not give. */
#ifndef TOPO_FILL_H
#define TOPO_FILL_H

#include "topology.h"

/* fill_apic_id - a processor's APIC ID by the profile or topology; may need more than 8 bits */
uint32_t fill_apic_id(const struct topology *topology, unsigned cpu);

/* fill_processors - add t->cpus processors; the first one is the bootstrap processor */
void fill_processors(struct topology *topology);

/* fill_header - set the values of header and floating pointer that are not given */
void fill_header(struct topology *topology);

/*
 * fill_topology - add the profile's entries, and fill_header's values, where the request gives none
 * @topology: t->cpus processors are in it, and the routes of pci_interrupts fit the arrays
 *
 * A builder's own PCI routes from a bus that the request's buses do not declare are left out. If
 * there is no I/O APIC, all I/O interrupts are left out.
 *
 * Return: 0; -1 and ERR_INVALID when the profile's entries need an ISA bus and the request's buses
 * have none, or when the PCI buses leave no ID for it.
 */
int fill_topology(struct topology *topology, struct err *err) MUST_USE;

#endif
