/* SPDX-License-Identifier: ISC */
/*
 * Loads of little-endian integers, the rows of layout.h as loads, and the sizes of entries. The
 * functions are inline, so code that uses one member of an entry loads no other. The caller checks
 * bounds.
 */
#ifndef MPT_LOAD_H
#define MPT_LOAD_H

#include "layout.h"

#include "bytes.h"

/*@ lemma shift_2: \forall integer x; ((x << 1) << 1) == 4 * x <==> (x << 2) == 4 * x;
    lemma shift_4: \forall integer x; ((x << 2) << 2) == 16 * x <==> (x << 4) == 16 * x;
    lemma shift_8: \forall integer x; ((x << 4) << 4) == 256 * x <==> (x << 8) == 256 * x;
    lemma shift_16: \forall integer x; ((x << 8) << 8) == 65536 * x <==> (x << 16) == 65536 * x;
    lemma shift_32: \forall integer x;
        ((x << 16) << 16) == 4294967296 * x <==> (x << 32) == 4294967296 * x; */

/* GCC makes one load of bytes that are or-ed, not of bytes that are added. */
/*@ requires \valid_read(from); assigns \nothing; exits \false; */
static inline uint8_t load_1(const uint8_t *from)
{
    return from[0];
}

/*@ requires \valid_read(from + (0 .. 1)); assigns \nothing; exits \false; */
static inline uint16_t load_2(const uint8_t *from)
{
    return (uint16_t)(from[0] | from[1] << 8);
}

/*@ requires \valid_read(from + (0 .. 3)); assigns \nothing; exits \false; */
static inline uint32_t load_4(const uint8_t *from)
{
    return load_2(from) | (uint32_t)load_2(from + 2) << 16;
}

/*@ requires \valid_read(from + (0 .. 7)); assigns \nothing; exits \false; */
static inline uint64_t load_8(const uint8_t *from)
{
    return load_4(from) | (uint64_t)load_4(from + 4) << 32;
}

/*@ requires \valid(to + (0 .. n - 1)) && \valid_read(from + (0 .. n - 1));
    assigns to[0 .. n - 1]; exits \false; */
static inline void load_text(char *to, const uint8_t *from, size_t n)
{
    /*@ loop invariant 0 <= i <= n; loop assigns i, to[0 .. n - 1]; loop variant n - i; */
    for (size_t i = 0; i < n; i++)
        to[i] = (char)from[i];
}

/* The bytes, or-ed: 0 when all of them are */
/*@ requires \valid_read(from + (0 .. n - 1)); assigns \nothing; exits \false; */
static inline uint8_t load_or(const uint8_t *from, size_t n)
{
    uint8_t all = 0;

    /*@ loop invariant 0 <= i <= n; loop assigns i, all; loop variant n - i; */
    for (size_t i = 0; i < n; i++)
        all |= from[i];
    return all;
}

#define LOAD_GIVEN(S, member, width) v.member = load_##width(e + AT(S, member));
#define LOAD_TEXT(S, member, width)  load_text(v.member, e + AT(S, member), width);
#define LOAD_MADE(S, member, width)
#define LOAD_ZERO(S, member, width)  *reserved |= load_or(e + AT(S, member), width);
#define LOAD(S, kind, member, width) LOAD_##kind(S, member, width)

/* load_<S> - the values of the structure at @e; its reserved bytes are or-ed into *reserved */
#define DEFINE_LOAD(S, LAYOUT)                                                            \
    PROVE(requires \valid_read(e + (0..sizeof(struct wire_##S) - 1)) && \valid(reserved); \
          assigns reserved[0]; exits \false;)                                             \
    static inline struct mpt_##S load_##S(const uint8_t *e, uint8_t *reserved) {          \
        struct mpt_##S v;                                                                 \
                                                                                          \
        (void)reserved;                                                                   \
        LAYOUT(LOAD, S)                                                                   \
        return v;                                                                         \
    }
#define DEFINE_ENTRY(T, S, array, word) DEFINE_LOAD(S, LAYOUT_##T)

DEFINE_LOAD(floating, LAYOUT_FLOATING)
DEFINE_LOAD(header, LAYOUT_HEADER)
ENTRIES(DEFINE_ENTRY)

/*
 * size_base, size_extended, size_any - size of an entry of that type in the base table, in the
 * extended table, in either; 0 when MPS does not define the type there
 */
#define SIZE_IS(T, S, array, word) type == MPT_##T ? MPT_##T##_SIZE:
#define DEFINE_SIZE(name, TYPES)                                                  \
    PROVE(assigns \nothing; exits \false; ensures \result == (TYPES(SIZE_IS) 0);) \
    static inline size_t name(unsigned type)                                      \
    {                                                                             \
        switch (type) {                                                           \
            TYPES(SIZE_OF)                                                        \
        default:                                                                  \
            return 0;                                                             \
        }                                                                         \
    }
#define SIZE_OF(T, S, array, word) \
    case MPT_##T:                  \
        return MPT_##T##_SIZE;

DEFINE_SIZE(size_base, ENTRIES_BASE)
DEFINE_SIZE(size_extended, ENTRIES_EXTENDED)
DEFINE_SIZE(size_any, ENTRIES)

#pragma GCC visibility push(hidden) /* the room's own: no part of the library */

/* mpt_segment_at - the segment that has all the @size bytes at an address, or NULL */
/*@ requires mapped(memory); assigns \nothing; exits \false;
    ensures \result == \null || holds(\result, address, size); */
const struct mpt_segment *mpt_segment_at(const struct mpt_memory *memory, uint64_t address,
                                         size_t size);

/*
 * mpt_bus_type - find a bus type among the names of Table 4-8, in any case and padding
 *
 * Return: the index in mpt_bus_types; -1 when MPS does not define the type.
 */
/*@ requires \valid_read(bus_type + (0 .. 5)); assigns \nothing; ensures -1 <= \result < 18; */
int mpt_bus_type(const char bus_type[6]);

#pragma GCC visibility pop

#undef SIZE_OF
#undef SIZE_IS
#undef DEFINE_SIZE
#undef DEFINE_ENTRY
#undef DEFINE_LOAD
#undef LOAD
#undef LOAD_GIVEN
#undef LOAD_TEXT
#undef LOAD_MADE
#undef LOAD_ZERO

#endif
