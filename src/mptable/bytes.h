/* SPDX-License-Identifier: ISC */
/*
 * Little-endian integers and the sum of bytes. Bounds are the caller's: room is checked once for a
 * whole structure, then its fields lie at constant offsets.
 */
#ifndef MPT_BYTES_H
#define MPT_BYTES_H

#include <stddef.h>
#include <stdint.h>

static inline void store_1(uint8_t *to, uint8_t v)
{
    to[0] = v;
}

static inline void store_2(uint8_t *to, uint16_t v)
{
    to[0] = (uint8_t)(v & 0xff);
    to[1] = (uint8_t)(v >> 8);
}

static inline void store_4(uint8_t *to, uint32_t v)
{
    to[0] = (uint8_t)(v & 0xff);
    to[1] = (uint8_t)(v >> 8 & 0xff);
    to[2] = (uint8_t)(v >> 16 & 0xff);
    to[3] = (uint8_t)(v >> 24);
}

static inline void store_8(uint8_t *to, uint64_t v)
{
    store_4(to, (uint32_t)(v & 0xffffffff));
    store_4(to + 4, (uint32_t)(v >> 32));
}

static inline uint8_t load_1(const uint8_t *from)
{
    return from[0];
}

static inline uint16_t load_2(const uint8_t *from)
{
    return (uint16_t)(from[0] | from[1] << 8);
}

static inline uint32_t load_4(const uint8_t *from)
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
           (uint32_t)from[3] << 24;
}

static inline uint64_t load_8(const uint8_t *from)
{
    return load_4(from) | (uint64_t)load_4(from + 4) << 32;
}

#pragma GCC visibility push(hidden) /* the room's own: no part of the library */

/*
 * mpt_byte_sum - sum of bytes modulo 256; a structure with its checksum in place gives 0 (§4.1,
 * §4.2)
 */
uint8_t mpt_byte_sum(const uint8_t *from, size_t size);

#pragma GCC visibility pop

#endif
