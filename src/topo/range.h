/* SPDX-License-Identifier: ISC */
#ifndef TOPO_RANGE_H
#define TOPO_RANGE_H

#include <stdbool.h>

#include "../mptable/mptable.h"

/* range_overlaps - do two segments share an address? The sums have 64 bits, so none wraps. */
static inline bool range_overlaps(const struct mpt_segment *a, const struct mpt_segment *b)
{
    return a->base < (uint64_t)b->base + b->size && b->base < (uint64_t)a->base + a->size;
}

#endif
