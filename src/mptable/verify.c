/* SPDX-License-Identifier: ISC */
/*
 * Are these the bytes that encode.c makes of the given values? The rows of layout.h become stores
 * there, and loads and comparisons here. Lengths, counts and sums are recomputed from the bytes.
 */
#include "layout.h"

#include "load.h"

/* No end at the first difference, so that the compiler compares many bytes at a time */
/*@ requires \valid_read(from + (0 .. n - 1)) && \valid_read(text + (0 .. n - 1));
    assigns \nothing; */
static int same_text(const uint8_t *from, const char *text, size_t n)
{
    unsigned different = 0;

    /*@ loop invariant 0 <= i <= n; loop assigns i, different; loop variant n - i; */
    for (size_t i = 0; i < n; i++)
        different |= from[i] ^ (uint8_t)text[i];
    return different == 0;
}

#define SAME_GIVEN(S, member, width) same &= load_##width(e + AT(S, member)) == v.member;
#define SAME_TEXT(S, member, width)  same &= same_text(e + AT(S, member), v.member, width);
#define SAME_MADE(S, member, width)
#define SAME_ZERO(S, member, width)  same &= load_or(e + AT(S, member), width) == 0;
#define SAME(S, kind, member, width) SAME_##kind(S, member, width)

#define HEAD_BASE(type, size) same &= e[0] == (type);
#define HEAD_EXTENDED(type, size) \
    same &= e[0] == (type);       \
    same &= e[1] == (size);

/* same_<S> - are the @count entries at @from those of the values at @to? */
#define DEFINE_SAME(HEAD, T, S)                                                              \
    PROVE(requires count <= 65535 && \valid_read(to + (0..count - 1));                       \
          requires \valid_read(from + (0..count * MPT_##T##_SIZE - 1)); assigns \nothing;)   \
    static int same_##S(const uint8_t *from, const struct mpt_##S *to, size_t count)         \
    {                                                                                        \
        int same = 1;                                                                        \
                                                                                             \
        PROVE(loop invariant 0 <= i <= count; loop assigns i, same; loop variant count - i;) \
        for (size_t i = 0; i < count; i++) {                                                 \
            const uint8_t *const e = from + i * MPT_##T##_SIZE;                              \
            const struct mpt_##S v = to[i];                                                  \
                                                                                             \
            HEAD(MPT_##T, MPT_##T##_SIZE)                                                    \
            LAYOUT_##T(SAME, S)                                                              \
        }                                                                                    \
        return same;                                                                         \
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
    int same = size >= MPT_FLOATING_SIZE && load_4(e) == SIGNATURE_FLOATING;

    if (!same)
        return 0;
    LAYOUT_FLOATING(SAME, floating)
    same &= load_4(e + AT(floating, table_address)) == table;
    same &= e[AT(floating, length)] == MPT_FLOATING_SIZE / 16;
    return same && mpt_byte_sum(e, MPT_FLOATING_SIZE) == 0;
}

/*@ requires base >= 44 && \valid_read(e + (0 .. base + extended - 1)); assigns \nothing;
    ensures \result != 0 ==> sealed(e, base, extended); */
static int sums_right(const uint8_t *e, size_t base, size_t extended)
{
    return mpt_byte_sum(e, base) == 0 &&
           (mpt_byte_sum(e + base, extended) + e[AT(header, extended_checksum)]) % 256 == 0;
}

/*@ requires \valid_read(t) && \valid_read(e + (0 .. 43)); assigns \nothing; */
static int same_header(const uint8_t *e, const struct mpt_table *t, size_t base, size_t extended)
{
    const struct mpt_header v = t->header;
    const size_t entries = t->entry_count_given ? t->entry_count : mpt_entries(t);
    int same = load_4(e) == SIGNATURE_HEADER;

    LAYOUT_HEADER(SAME, header)
    same &= load_2(e + AT(header, base_length)) == base;
    same &= load_2(e + AT(header, entry_count)) == entries;
    same &= load_2(e + AT(header, extended_length)) == extended;
    return same;
}

/* The entries by ascending type */
/*@ requires readable(t) && \valid_read(e + (0 .. table_size(t) - 1)); assigns \nothing; */
static int same_ascending(const uint8_t *e, const struct mpt_table *t)
{
    size_t pos = MPT_HEADER_SIZE;
    int same = 1;

#define SAME_ALL(T, S, array, word)                    \
    same &= same_##S(e + pos, t->array, t->S##_count); \
    pos += (size_t)t->S##_count * MPT_##T##_SIZE;
    ENTRIES(SAME_ALL)
#undef SAME_ALL
    return same;
}

/* The entries of a run, from the @first of their array on */
/*@ requires readable(t) && first + run.count <= count_of(t, run.type);
    requires \valid_read(e + (0 .. bytes_of(run.type, run.count) - 1)); assigns \nothing; */
static int same_run(const uint8_t *e, const struct mpt_table *t, struct mpt_run run, size_t first)
{
    if (run.count == 0)
        return 1;
    switch (run.type) {
#define SAME_RUN(T, S, array, word) \
    case MPT_##T:                   \
        return same_##S(e, t->array + first, run.count);
        ENTRIES(SAME_RUN)
#undef SAME_RUN
    default:
        return 0;
    }
}

#define USED(T, S, array, word) loop invariant used[SLOT_##T] == run_sum(t->order, MPT_##T, r);
#define POS(T, S, array, word)  +MPT_##T##_SIZE *used[SLOT_##T]
#define FITS(T, S, array, word) &&run_sum(t->order, MPT_##T, r + 1) <= t->S##_count
/* The entries in the order that the table gives */
/*@ requires readable(t) && t->order != \null && ordered(t);
    requires \valid_read(e + (0 .. table_size(t) - 1)); assigns \nothing; */
static int same_ordered(const uint8_t *e, const struct mpt_table *t)
{
    size_t used[SLOTS] = { 0 }, pos = MPT_HEADER_SIZE;
    int same = 1;

    PROVE(ENTRIES(USED) loop invariant 0 <= r <= t->order_count && pos == 44 ENTRIES(POS);
          loop assigns r, pos, same, used[0..7]; loop variant t->order_count - r;)
    for (size_t r = 0; r < t->order_count; r++) {
        const struct mpt_run run = t->order[r];
        size_t *const first = &used[type_slot(run.type)];

        PROVE(assert pos >= 44 ENTRIES(FITS);)
        same &= same_run(e + pos, t, run, *first);
        pos += run.count * size_any(run.type);
        *first += run.count;
    }
    return same;
}

int mpt_verify_table(const struct mpt_table *t, const uint8_t *bytes, size_t size)
{
    const size_t base = mpt_base_size(t), extended = mpt_extended_size(t);

    return size >= base && size - base >= extended && same_header(bytes, t, base, extended) &&
           sums_right(bytes, base, extended) &&
           (t->order ? same_ordered(bytes, t) : same_ascending(bytes, t));
}
