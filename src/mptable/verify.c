/* SPDX-License-Identifier: ISC */
/*
 * Bytes back to values: does an image say what it was made from? The rows of layout.h are read as loads here,
 * as encode.c reads them as stores, and lengths, counts and sums are recomputed from the bytes alone.
 */
#include "layout.h"

#include <string.h>

#include "bytes.h"

#define SAME_GIVEN(S, member, width) same &= load_##width(e + AT(S, member)) == v.member;
#define SAME_TEXT(S, member, width)  same &= memcmp(e + AT(S, member), v.member, width) == 0;
#define SAME_MADE(S, member, width)
#define SAME_ZERO(S, member, width)                                                                          \
    for (size_t z = 0; z < (width); z++)                                                                     \
        same &= e[AT(S, member) + z] == 0;
#define SAME(S, kind, member, width) SAME_##kind(S, member, width)

static int same_processors(const uint8_t *from, const struct mpt_processor *to, size_t count)
{
    int same = 1;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *const e = from + i * MPT_PROCESSOR_SIZE;
        const struct mpt_processor v = to[i];

        same &= e[0] == MPT_PROCESSOR;
        LAYOUT_PROCESSOR(SAME, processor)
    }
    return same;
}

static int same_buses(const uint8_t *from, const struct mpt_bus *to, size_t count)
{
    int same = 1;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *const e = from + i * MPT_BUS_SIZE;
        const struct mpt_bus v = to[i];

        same &= e[0] == MPT_BUS;
        LAYOUT_BUS(SAME, bus)
    }
    return same;
}

static int same_ioapics(const uint8_t *from, const struct mpt_ioapic *to, size_t count)
{
    int same = 1;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *const e = from + i * MPT_IOAPIC_SIZE;
        const struct mpt_ioapic v = to[i];

        same &= e[0] == MPT_IOAPIC;
        LAYOUT_IOAPIC(SAME, ioapic)
    }
    return same;
}

static int same_io_ints(const uint8_t *from, const struct mpt_io_int *to, size_t count)
{
    int same = 1;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *const e = from + i * MPT_IO_INT_SIZE;
        const struct mpt_io_int v = to[i];

        same &= e[0] == MPT_IO_INT;
        LAYOUT_IO_INT(SAME, io_int)
    }
    return same;
}

static int same_local_ints(const uint8_t *from, const struct mpt_local_int *to, size_t count)
{
    int same = 1;

    for (size_t i = 0; i < count; i++) {
        const uint8_t *const e = from + i * MPT_LOCAL_INT_SIZE;
        const struct mpt_local_int v = to[i];

        same &= e[0] == MPT_LOCAL_INT;
        LAYOUT_LOCAL_INT(SAME, local_int)
    }
    return same;
}

static int same_floating(const uint8_t *e, const struct mpt_floating *floating, uint32_t table)
{
    const struct mpt_floating v = *floating;
    int same = memcmp(e, "_MP_", 4) == 0;

    LAYOUT_FLOATING(SAME, floating)
    same &= load_4(e + AT(floating, table_address)) == table;
    same &= e[AT(floating, length)] * 16 == MPT_FLOATING_SIZE;
    return same && byte_sum(e, MPT_FLOATING_SIZE) == 0;
}

static int same_header(const uint8_t *e, const struct mpt_header *header, size_t size, size_t entries)
{
    const struct mpt_header v = *header;
    int same = memcmp(e, "PCMP", 4) == 0;

    LAYOUT_HEADER(SAME, header)
    same &= load_2(e + AT(header, base_length)) == size;
    same &= load_2(e + AT(header, entry_count)) == entries;
    return same && byte_sum(e, size) == 0;
}

int mpt_verify(const struct mpt_table *t, const struct mpt_place *place, const uint8_t *image, size_t size)
{
    const size_t table_size = mpt_size(t);
    size_t floating, table;
    const uint8_t *e;

    if (place->floating < place->base || place->table < place->base)
        return 0;
    floating = place->floating - place->base;
    table = place->table - place->base;
    if (floating > size || size - floating < MPT_FLOATING_SIZE || table > size || size - table < table_size)
        return 0;
    if (!same_floating(image + floating, &t->floating, place->table) ||
        !same_header(image + table, &t->header, table_size, mpt_entries(t)))
        return 0;
    e = image + table + MPT_HEADER_SIZE;
    if (!same_processors(e, t->processors, t->processor_count))
        return 0;
    e += (size_t)MPT_PROCESSOR_SIZE * t->processor_count;
    if (!same_buses(e, t->buses, t->bus_count))
        return 0;
    e += (size_t)MPT_BUS_SIZE * t->bus_count;
    if (!same_ioapics(e, t->ioapics, t->ioapic_count))
        return 0;
    e += (size_t)MPT_IOAPIC_SIZE * t->ioapic_count;
    if (!same_io_ints(e, t->io_ints, t->io_int_count))
        return 0;
    e += (size_t)MPT_IO_INT_SIZE * t->io_int_count;
    return same_local_ints(e, t->local_ints, t->local_int_count);
}
