/* SPDX-License-Identifier: ISC */
#ifndef TOPO_LITTLE_H
#define TOPO_LITTLE_H

#include <stdint.h>

/* little_load - a little-endian number of 1 to 8 bytes */
static inline uint64_t little_load(const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;

    while (size-- > 0)
        value = value << 8 | bytes[size];
    return value;
}

#endif
