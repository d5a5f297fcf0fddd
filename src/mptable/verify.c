/* SPDX-License-Identifier: ISC */
/*
 * Are these the bytes that encode.c makes of the given values? The rows of layout.h become stores
 * there, and loads and comparisons here. Lengths, counts and sums are recomputed from the bytes.
 */
#include "layout.h"

#include <string.h>

#include "load.h"

#define SAME_GIVEN(S, member, width) same &= load_##width(e + AT(S, member)) == v.member;
#define SAME_TEXT(S, member, width)  same &= memcmp(e + AT(S, member), v.member, width) == 0;
#define SAME_MADE(S, member, width)
#define SAME_ZERO(S, member, width)      \
    for (size_t z = 0; z < (width); z++) \
        same &= e[AT(S, member) + z] == 0;
#define SAME(S, kind, member, width) SAME_##kind(S, member, width)

#define HEAD_BASE(type, size) same &= e[0] == (type);
#define HEAD_EXTENDED(type, size) \
    same &= e[0] == (type);       \
    same &= e[1] == (size);

/* same_<S> - are the @count entries at @from those of the values at @to? */
#define DEFINE_SAME(HEAD, T, S)                                                      \
    static int same_##S(const uint8_t *from, const struct mpt_##S *to, size_t count) \
    {                                                                                \
        int same = 1;                                                                \
                                                                                     \
        for (size_t i = 0; i < count; i++) {                                         \
            const uint8_t *const e = from + i * MPT_##T##_SIZE;                      \
            const struct mpt_##S v = to[i];                                          \
                                                                                     \
            HEAD(MPT_##T, MPT_##T##_SIZE)                                            \
            LAYOUT_##T(SAME, S)                                                      \
        }                                                                            \
        return same;                                                                 \
    }
#define DEFINE_BASE(T, S, array, word)     DEFINE_SAME(HEAD_BASE, T, S)
#define DEFINE_EXTENDED(T, S, array, word) DEFINE_SAME(HEAD_EXTENDED, T, S)

ENTRIES_BASE(DEFINE_BASE)
ENTRIES_EXTENDED(DEFINE_EXTENDED)

int mpt_verify_floating(const struct mpt_floating *floating, uint32_t table, const uint8_t *bytes,
                        size_t size)
{
    const struct mpt_floating v = *floating;
    const uint8_t *const e = bytes;
    int same = size >= MPT_FLOATING_SIZE && memcmp(e, "_MP_", 4) == 0;

    if (!same)
        return 0;
    LAYOUT_FLOATING(SAME, floating)
    same &= load_4(e + AT(floating, table_address)) == table;
    same &= e[AT(floating, length)] == MPT_FLOATING_SIZE / 16;
    return same && mpt_byte_sum(e, MPT_FLOATING_SIZE) == 0;
}

static int same_header(const uint8_t *e, const struct mpt_table *t, size_t base, size_t extended)
{
    const struct mpt_header v = t->header;
    const size_t entries = t->entry_count_given ? t->entry_count : mpt_entries(t);
    int same = memcmp(e, "PCMP", 4) == 0;

    LAYOUT_HEADER(SAME, header)
    same &= load_2(e + AT(header, base_length)) == base;
    same &= load_2(e + AT(header, entry_count)) == entries;
    same &= load_2(e + AT(header, extended_length)) == extended;
    same &= (uint8_t)(mpt_byte_sum(e + base, extended) + e[AT(header, extended_checksum)]) == 0;
    return same && mpt_byte_sum(e, base) == 0;
}

/* Compares the entries in the order that the table gives, else by ascending type */
static int same_entries(const uint8_t *e, const struct mpt_table *t)
{
    const size_t runs = t->order ? t->order_count : SLOTS;
    size_t used[SLOTS] = { 0 }, pos = MPT_HEADER_SIZE;
    int same = 1;

    for (size_t r = 0; r < runs; r++) {
        const unsigned type = t->order ? t->order[r].type : slot_type((unsigned)r);
        size_t *const first = &used[type_slot(type)];
        size_t count = 0;

        switch (type) {
#define SAME_RUN(T, S, array, word)                                        \
    case MPT_##T:                                                          \
        count = t->order ? t->order[r].count : t->S##_count;               \
        same &= count == 0 || same_##S(e + pos, t->array + *first, count); \
        pos += count * MPT_##T##_SIZE;                                     \
        break;
            ENTRIES(SAME_RUN)
#undef SAME_RUN
        default:
            break;
        }
        *first += count;
    }
    return same;
}

int mpt_verify_table(const struct mpt_table *t, const uint8_t *bytes, size_t size)
{
    const size_t base = mpt_base_size(t), extended = mpt_extended_size(t);

    return size >= base && size - base >= extended && same_header(bytes, t, base, extended) &&
           same_entries(bytes, t);
}
