/* SPDX-License-Identifier: ISC */
/* One sequence of bytes for all ways to say the same topology. */
#ifndef TOPO_CANON_H
#define TOPO_CANON_H

#include <stddef.h>

#include "topology.h"

enum { CANON_MAX = 8192 }; /* enough for 255 processors with all their interrupts */

/*
 * canon_write - what determines an image and what is said of it, for comparison within one process
 * @topology: as topology_complete left it
 *
 * Two topologies of equal bytes give the same image, findings and signature, but for nonce and ttl, which are
 * not in it.
 *
 * Return: bytes written; 0 when they are more than CANON_MAX, or no table can be made of the topology.
 */
size_t canon_write(const struct topology *topology, uint8_t out[CANON_MAX]);

#endif
