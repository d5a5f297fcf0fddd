/* SPDX-License-Identifier: ISC */
/* Makes a whole machine of what a request gives. */
#ifndef TOPO_COMPLETE_H
#define TOPO_COMPLETE_H

#include "topology.h"

/*
 * complete_topology - check what is given, fill in the rest from the profile, check the result
 *
 * Return: 0; -1 and ERR_INVALID with a pointer for each wrong member: duplicate or unusable IDs,
 * not exactly one enabled BSP, interrupts from or to something that does not exist, more CPUs than
 * the profile allows, a topology whose product is not the count. With GIVEN_ENTRIES only what
 * cannot be encoded is refused.
 */
int complete_topology(struct topology *topology, struct err *err) MUST_USE;

#endif
