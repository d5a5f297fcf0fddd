/* SPDX-License-Identifier: ISC */
/*
 * Loads of little-endian integers, the rows of layout.h as loads, and the sizes of entries. The
 * functions are inline, so code that uses one member of an entry loads no other. The caller checks
 * bounds.
 */
#ifndef MPT_LOAD_H
#define MPT_LOAD_H

#include "layout.h"

#include <string.h>

#include "bytes.h"

/* GCC makes one load of bytes that are or-ed, not of bytes that are added. */
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

#define LOAD_GIVEN(S, member, width) v.member = load_##width(e + AT(S, member));
#define LOAD_TEXT(S, member, width)  memcpy(v.member, e + AT(S, member), width);
#define LOAD_MADE(S, member, width)
#define LOAD_ZERO(S, member, width)      \
    for (size_t z = 0; z < (width); z++) \
        *reserved |= e[AT(S, member) + z];
#define LOAD(S, kind, member, width) LOAD_##kind(S, member, width)

/* load_<S> - the values of the structure at @e; its reserved bytes are or-ed into *reserved */
#define DEFINE_LOAD(S, LAYOUT)                                                   \
    static inline struct mpt_##S load_##S(const uint8_t *e, uint8_t *reserved) { \
        struct mpt_##S v;                                                        \
                                                                                 \
        (void)reserved;                                                          \
        LAYOUT(LOAD, S)                                                          \
        return v;                                                                \
    }
#define DEFINE_ENTRY(T, S, array, word) DEFINE_LOAD(S, LAYOUT_##T)

DEFINE_LOAD(floating, LAYOUT_FLOATING)
DEFINE_LOAD(header, LAYOUT_HEADER)
ENTRIES(DEFINE_ENTRY)

/*
 * size_base, size_extended - size of an entry of that type in the base or the extended table; 0
 * when MPS does not define the type
 */
#define DEFINE_SIZE(name, TYPES)             \
    static inline size_t name(unsigned type) \
    {                                        \
        switch (type) {                      \
            TYPES(SIZE_OF)                   \
        default:                             \
            return 0;                        \
        }                                    \
    }
#define SIZE_OF(T, S, array, word) \
    case MPT_##T:                  \
        return MPT_##T##_SIZE;

DEFINE_SIZE(size_base, ENTRIES_BASE)
DEFINE_SIZE(size_extended, ENTRIES_EXTENDED)

#pragma GCC visibility push(hidden) /* the room's own: no part of the library */

/*
 * mpt_bus_type - find a bus type among the names of Table 4-8, in any case and padding
 *
 * Return: the index in mpt_bus_types; -1 when MPS does not define the type.
 */
int mpt_bus_type(const char bus_type[6]);

#pragma GCC visibility pop

#undef SIZE_OF
#undef DEFINE_SIZE
#undef DEFINE_ENTRY
#undef DEFINE_LOAD
#undef LOAD
#undef LOAD_GIVEN
#undef LOAD_TEXT
#undef LOAD_MADE
#undef LOAD_ZERO

#endif
