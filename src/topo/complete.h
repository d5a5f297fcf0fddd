/* SPDX-License-Identifier: ISC */
/* From what a request gives to a whole machine. */
#ifndef TOPO_COMPLETE_H
#define TOPO_COMPLETE_H

#include "topology.h"

/*
 * complete_topology - check what is given, fill in the rest from the profile, check what came of it
 *
 * Return: 0; -1 and ERR_INVALID with a pointer for each wrong member: duplicate or unusable IDs,
 * not exactly one enabled BSP, interrupts between what does not exist, more CPUs than the profile
 * takes, a topology whose product is not the count. With GIVEN_ENTRIES only what cannot be encoded
 * is refused.
 */
int complete_topology(struct topology *topology, struct err *err) MUST_USE;

#endif
