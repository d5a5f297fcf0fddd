/* SPDX-License-Identifier: ISC */
/* One sequence of bytes for all spellings of a topology. */
#ifndef TOPO_CANON_H
#define TOPO_CANON_H

#include <stddef.h>

#include "topology.h"

enum { CANON_MAX = 8192 }; /* enough for 255 processors with all their interrupts */

/*
 * canon_write - all that request_read has read but nonce and ttl, for comparison within one process
 * @topology: as request_read left it
 *
 * Two topologies of equal bytes complete alike, and give the same image, findings and signature.
 *
 * Return: bytes written; 0 when they are more than CANON_MAX.
 */
size_t canon_write(const struct topology *topology, uint8_t out[CANON_MAX]);

#endif
