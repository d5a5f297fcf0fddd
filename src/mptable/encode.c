/* SPDX-License-Identifier: ISC */
/*
 * Values to bytes.
 *
 * The size of a table follows from its counts, so room is checked once, before the first store: an
 * image is written whole or not at all. Then the fields of each structure are stored at constant
 * offsets from its start, in the order of layout.h. The sums come last, over the bytes that were
 * really written. The sum of the extended table comes first: its field lies in the header, which
 * the sum of the base table covers. The caller decides the values, and where in the guest they lie.
 *
 * The proof (libmptable(3)) needs this shape: one base pointer, positions linear in the loop
 * counter, and inputs that are read into locals before the stores of their entry.
 */
#include "layout.h"

#include "bytes.h"

#define STORE_GIVEN(S, member, width) store_##width(e + AT(S, member), v.member);
#define STORE_TEXT(S, member, width)  store_text(e + AT(S, member), v.member, width);
#define STORE_MADE(S, member, width)
#define STORE_ZERO(S, member, width)  zero(e + AT(S, member), width);
#define STORE(S, kind, member, width) STORE_##kind(S, member, width)

#define HEAD_BASE(type, size) e[0] = (type);
#define HEAD_EXTENDED(type, size) \
    e[0] = (type);                \
    e[1] = (size);

/* store_<S> - write @count entries, from @from on, to out + pos. Return: the position after them */
#define DEFINE_STORE(HEAD, T, S)                                                                   \
    PROVE(requires pos <= 131070 && count <= 65535 && \valid_read(from + (0..count - 1));          \
          requires \valid(out + (pos..pos + count * MPT_##T##_SIZE - 1));                          \
          assigns out[pos..pos + count * MPT_##T##_SIZE - 1]; exits \false;                        \
          ensures \result == pos + count * MPT_##T##_SIZE;)                                        \
    static size_t store_##S(uint8_t *out, size_t pos, const struct mpt_##S *from, size_t count)    \
    {                                                                                              \
        PROVE(loop invariant 0 <= i <= count;                                                      \
              loop assigns i, out[pos..pos + count * MPT_##T##_SIZE - 1]; loop variant count - i;) \
        for (size_t i = 0; i < count; i++) {                                                       \
            const struct mpt_##S v = from[i];                                                      \
            uint8_t *const e = out + pos + i * MPT_##T##_SIZE;                                     \
                                                                                                   \
            HEAD(MPT_##T, MPT_##T##_SIZE)                                                          \
            LAYOUT_##T(STORE, S)                                                                   \
        }                                                                                          \
        return pos + count * MPT_##T##_SIZE;                                                       \
    }
#define DEFINE_BASE(T, S, array, word)     DEFINE_STORE(HEAD_BASE, T, S)
#define DEFINE_EXTENDED(T, S, array, word) DEFINE_STORE(HEAD_EXTENDED, T, S)

ENTRIES_BASE(DEFINE_BASE)
ENTRIES_EXTENDED(DEFINE_EXTENDED)

#define ADD_COUNT(T, S, array, word) +(size_t)t->S##_count
#define ADD_SIZE(T, S, array, word)  +(size_t)MPT_##T##_SIZE * t->S##_count

size_t mpt_entries(const struct mpt_table *t)
{
    return 0 ENTRIES_BASE(ADD_COUNT);
}

size_t mpt_base_size(const struct mpt_table *t)
{
    return MPT_HEADER_SIZE ENTRIES_BASE(ADD_SIZE);
}

size_t mpt_extended_size(const struct mpt_table *t)
{
    return 0 ENTRIES_EXTENDED(ADD_SIZE);
}

/* What holds in the loops below, for each type */
#define LEFT(T, S, array, word)                                                         \
    loop invariant left[SLOT_##T] == t->S##_count - run_sum(t->order, MPT_##T, r) >= 0; \
    loop invariant fits(t, MPT_##T, r, t->S##_count);
#define FITS(T, S, array, word) \
    &&\at(run_sum(t->order, MPT_##T, \at(r, Here) + 1), Pre) <= t->S##_count
#define TAKEN(T, S, array, word) &&(slot != SLOT_##T || t->order[r].count <= left[slot])
#define EMPTY(T, S, array, word) loop invariant slot <= SLOT_##T || left[SLOT_##T] == 0;
/* Do the runs use up every array, with base types before extended ones? */
/*@ requires readable(t) && t->order != \null; assigns \nothing;
    ensures \result != 0 ==> ordered(t); ensures ordered(t) ==> \result != 0; */
static int order_right(const struct mpt_table *t)
{
#define COUNT(T, S, array, word) t->S##_count,
    size_t left[SLOTS] = { ENTRIES(COUNT) };
#undef COUNT
    unsigned seen_extended = 0;

    PROVE(loop invariant 0 <= r <= t->order_count && typed(t, r);
          loop invariant seen_extended == (r > 0 && t->order[r - 1].type >= 5 ? 1 : 0);
          ENTRIES(LEFT) loop assigns r, seen_extended, left[0..7]; loop variant t->order_count - r;)
    for (size_t r = 0; r < t->order_count; r++) {
        const unsigned slot = type_slot(t->order[r].type);

        PROVE(assert !ordered(t) || (0 <= r ENTRIES(FITS) ENTRIES(TAKEN));)
        if (slot == SLOTS || (slot < MPT_BASE_TYPES && seen_extended) ||
            t->order[r].count > left[slot])
            return 0;
        left[slot] -= t->order[r].count;
        seen_extended = slot >= MPT_BASE_TYPES;
    }
    PROVE(loop invariant 0 <= slot <= 8; ENTRIES(EMPTY) loop assigns slot; loop variant 8 - slot;)
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (left[slot] > 0)
            return 0;
    return 1;
}

/*@ predicate storable(struct mpt_table *t, uint8_t *out) = base_size(t) <= 65535 &&
        extended_size(t) <= 65535 && writable(t, out, table_size(t)); */
/* Ascending by type (§4.3) */
/*@ requires storable(t, out); assigns out[44 .. table_size(t) - 1]; exits \false; */
static void store_ascending(uint8_t *out, const struct mpt_table *t)
{
    size_t pos = MPT_HEADER_SIZE;

#define STORE_ALL(T, S, array, word) pos = store_##S(out, pos, t->array, t->S##_count);
    ENTRIES(STORE_ALL)
#undef STORE_ALL
}

/* The entries of a run, from the @first of their array on */
/*@ requires readable(t) && first + run.count <= count_of(t, run.type) && pos <= 131070;
    requires \valid(out + (pos .. pos + bytes_of(run.type, run.count) - 1));
    assigns out[pos .. pos + bytes_of(run.type, run.count) - 1]; exits \false;
    ensures \result == pos + bytes_of(run.type, run.count); */
static size_t store_run(uint8_t *out, size_t pos, const struct mpt_table *t, struct mpt_run run,
                        size_t first)
{
    if (run.count == 0)
        return pos;
    switch (run.type) {
#define STORE_RUN(T, S, array, word) \
    case MPT_##T:                    \
        return store_##S(out, pos, t->array + first, run.count);
        ENTRIES(STORE_RUN)
#undef STORE_RUN
    default:
        return pos;
    }
}

#define USED(T, S, array, word) \
    loop invariant used[SLOT_##T] == \at(run_sum(t->order, MPT_##T, \at(r, Here)), Pre);
#define POS(T, S, array, word) +MPT_##T##_SIZE *used[SLOT_##T]
/* In the order that the table gives */
/*@ requires storable(t, out) && t->order != \null && ordered(t);
    assigns out[44 .. table_size(t) - 1]; */
static void store_ordered(uint8_t *out, const struct mpt_table *t)
{
    size_t used[SLOTS] = { 0 }, pos = MPT_HEADER_SIZE;

    PROVE(ENTRIES(USED) loop invariant 0 <= r <= t->order_count && pos == 44 ENTRIES(POS);
          loop assigns r, pos, used[0..7], out[44..table_size(t)-1];
          loop variant t->order_count - r;)
    for (size_t r = 0; r < t->order_count; r++) {
        const struct mpt_run run = t->order[r];
        size_t *const first = &used[type_slot(run.type)];

        PROVE(assert pos >= 44 ENTRIES(FITS);)
        pos = store_run(out, pos, t, run, *first);
        *first += run.count;
    }
}

/*@ requires storable(t, e) && base == base_size(t) && extended == extended_size(t);
    assigns e[0 .. 43]; ensures e[7] == 0 && e[42] == 0;
    ensures e[34] + 256 * e[35] == \old(t->entry_count_given != 0 ? t->entry_count : entries(t));
    ensures e[4] + 256 * e[5] == base && e[40] + 256 * e[41] == extended; */
static void store_header(uint8_t *e, const struct mpt_table *t, size_t base, size_t extended)
{
    const struct mpt_header v = t->header;
    const size_t entries = t->entry_count_given ? t->entry_count : mpt_entries(t);

    store_text(e, "PCMP", 4);
    LAYOUT_HEADER(STORE, header)
    store_2(e + AT(header, base_length), (uint16_t)base);
    store_2(e + AT(header, entry_count), (uint16_t)entries);
    store_2(e + AT(header, extended_length), (uint16_t)extended);
    e[AT(header, extended_checksum)] = 0;
    e[AT(header, checksum)] = 0;
}

/* Sets the checksum at e + @at, which is 0 before */
/*@ requires at < size <= 65535 && \valid(e + (0 .. size - 1)) && e[at] == 0;
    assigns e[at]; ensures total(e, size) % 256 == 0; */
static void seal(uint8_t *e, size_t size, size_t at)
{
    e[at] = (uint8_t)((256 - mpt_byte_sum(e, size)) % 256);
    /*@ ghost size_t g = 0;
        /@ loop invariant total(e, g) == \at(total(e, \at(g, Here)), Pre) + (g > at ? e[at] : 0);
           loop invariant 0 <= g <= size; loop assigns g; loop variant size - g; @/
        while (g < size) g++; */
}

/*@ requires storable(t, e) && ordered(t) && base == base_size(t) && extended == extended_size(t);
    assigns e[0 .. base + extended - 1]; ensures counted(t, e) && sealed(e, base, extended); */
static void store_table(uint8_t *e, const struct mpt_table *t, size_t base, size_t extended)
{
    if (t->order)
        store_ordered(e, t);
    else
        store_ascending(e, t);
    store_header(e, t, base, extended);
    /*@ ghost Stored: ; */
    e[AT(header, extended_checksum)] = (uint8_t)((256 - mpt_byte_sum(e + base, extended)) % 256);
    seal(e, base, AT(header, checksum));
    /*@ ghost size_t g = 0;
        /@ loop invariant total(e + base, g) == \at(total(e + base, \at(g, Here)), Stored);
           loop invariant 0 <= g <= extended; loop assigns g; loop variant extended - g; @/
        while (g < extended) g++; */
}

void mpt_encode_floating(const struct mpt_floating *floating, uint32_t table, uint8_t *out)
{
    const struct mpt_floating v = *floating;
    uint8_t *const e = out;

    store_text(e, "_MP_", 4);
    LAYOUT_FLOATING(STORE, floating)
    store_4(e + AT(floating, table_address), table);
    e[AT(floating, length)] = MPT_FLOATING_SIZE / 16;
    e[AT(floating, checksum)] = 0;
    seal(e, MPT_FLOATING_SIZE, AT(floating, checksum));
}

void mpt_encode_bios(const struct mpt_bios *bios, uint8_t *ebda, uint8_t *base_memory)
{
    store_2(ebda, bios->ebda);
    store_2(base_memory, bios->base_memory_kib);
}

/* Can the table be written at all? */
/*@ requires readable(t); assigns \nothing; ensures \result != MPT_ENOSPACE;
    ensures \result == MPT_OK <==> encodable(t); */
static enum mpt_err check_table(const struct mpt_table *t)
{
    if (mpt_base_size(t) > MPT_TABLE_MAX || mpt_extended_size(t) > MPT_TABLE_MAX)
        return MPT_ETOOLONG;
    return t->order && !order_right(t) ? MPT_EORDER : MPT_OK;
}

enum mpt_err mpt_encode_table(const struct mpt_table *t, uint8_t *out, size_t cap, size_t *len)
{
    const size_t base = mpt_base_size(t), extended = mpt_extended_size(t);
    const enum mpt_err err = check_table(t);

    if (err != MPT_OK)
        return err;
    *len = base + extended;
    if (cap < base + extended)
        return MPT_ENOSPACE;
    store_table(out, t, base, extended);
    return MPT_OK;
}

/*
 * Do both structures lie at or above the base, end below 4 GiB and not overlap? The pointer must be
 * aligned (§4.1).
 */
/*@ requires \valid_read(p) && table_size <= 10485760; assigns \nothing;
    ensures \result != 0 <==> placed(p, table_size); */
static int place_possible(const struct mpt_place *p, size_t table_size)
{
    const uint64_t floating_end = (uint64_t)p->floating + MPT_FLOATING_SIZE;
    const uint64_t table_end = (uint64_t)p->table + table_size;

    if (p->floating % MPT_ADDRESS_ALIGN != 0 || p->floating < p->base || floating_end > UINT32_MAX)
        return 0;
    return p->table == 0 || (p->table >= p->base && table_end <= UINT32_MAX &&
                             (floating_end <= p->table || table_end <= p->floating));
}

enum mpt_err mpt_encode(const struct mpt_table *t, const struct mpt_place *place, uint8_t *out,
                        size_t cap, size_t *len)
{
    const size_t base = mpt_base_size(t), extended = mpt_extended_size(t);
    const enum mpt_err err = place->table ? check_table(t) : MPT_OK;
    size_t floating, floating_end, table, table_end;

    if (err != MPT_OK)
        return err;
    if (!place_possible(place, base + extended))
        return MPT_EPLACE;
    floating = place->floating - place->base;
    floating_end = floating + MPT_FLOATING_SIZE;
    table = place->table ? place->table - place->base : floating_end;
    table_end = place->table ? table + base + extended : floating_end;
    *len = floating < table ? table_end : floating_end;
    if (cap < *len)
        return MPT_ENOSPACE;

    if (place->table)
        store_table(out + table, t, base, extended);
    zero(out, floating < table ? floating : table);
    if (floating < table)
        zero(out + floating_end, table - floating_end);
    else
        zero(out + table_end, floating - table_end);
    mpt_encode_floating(&t->floating, place->table, out + floating);
    return MPT_OK;
}
