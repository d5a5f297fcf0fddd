/* SPDX-License-Identifier: ISC */
/* The suites of the room topo, and what they share. */
#ifndef TESTS_TOPO_H
#define TESTS_TOPO_H

#include "../../src/topo/image.h"
#include "../lib/suite.h"

extern const struct suite topo_volt, topo_hexdump, topo_elf, topo_memory, topo_dump, topo_routing;

/*
 * build - the image of a topology that gives nothing but what is set in @topology after
 * topology_init
 *
 * Return: 0, or -1 with *err filled.
 */
int build(struct topology *topology, struct image *image, struct err *err);

/* build_three_segments - the image of one processor with the words of the BIOS data area */
void build_three_segments(struct image *image);

#endif
