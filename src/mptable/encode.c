/* SPDX-License-Identifier: ISC */
/*
 * Values to bytes.
 *
 * The size of a table is a closed form of its counts, so room is checked once, before the first store: an
 * image is written whole or not at all. Then each structure's fields go to constant offsets from its start,
 * in the order of layout.h, and the sums are taken last, over the bytes that were really written. Which
 * values, and where in the guest, are decided elsewhere; nothing here can be told to write a wrong count,
 * length or sum.
 *
 * Shape for the proof: one base pointer, positions linear in the loop counter, inputs read into locals before
 * the stores of their entry.
 */
#include "layout.h"

#include <string.h>

#include "bytes.h"

#define STORE_GIVEN(S, member, width) store_##width(e + AT(S, member), v.member);
#define STORE_TEXT(S, member, width)  memcpy(e + AT(S, member), v.member, width);
#define STORE_MADE(S, member, width)
#define STORE_ZERO(S, member, width)  memset(e + AT(S, member), 0, width);
#define STORE(S, kind, member, width) STORE_##kind(S, member, width)

static const uint8_t floating_signature[4] = { '_', 'M', 'P', '_' };
static const uint8_t header_signature[4] = { 'P', 'C', 'M', 'P' };

size_t mpt_entries(const struct mpt_table *t)
{
    return (size_t)t->processor_count + t->bus_count + t->ioapic_count + t->io_int_count + t->local_int_count;
}

size_t mpt_size(const struct mpt_table *t)
{
    return (size_t)MPT_HEADER_SIZE + (size_t)MPT_PROCESSOR_SIZE * t->processor_count +
           (size_t)MPT_BUS_SIZE * t->bus_count + (size_t)MPT_IOAPIC_SIZE * t->ioapic_count +
           (size_t)MPT_IO_INT_SIZE * t->io_int_count + (size_t)MPT_LOCAL_INT_SIZE * t->local_int_count;
}

static size_t store_processors(uint8_t *out, size_t pos, const struct mpt_processor *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct mpt_processor v = from[i];
        uint8_t *const e = out + pos + i * MPT_PROCESSOR_SIZE;

        e[0] = MPT_PROCESSOR;
        LAYOUT_PROCESSOR(STORE, processor)
    }
    return pos + count * MPT_PROCESSOR_SIZE;
}

static size_t store_buses(uint8_t *out, size_t pos, const struct mpt_bus *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct mpt_bus v = from[i];
        uint8_t *const e = out + pos + i * MPT_BUS_SIZE;

        e[0] = MPT_BUS;
        LAYOUT_BUS(STORE, bus)
    }
    return pos + count * MPT_BUS_SIZE;
}

static size_t store_ioapics(uint8_t *out, size_t pos, const struct mpt_ioapic *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct mpt_ioapic v = from[i];
        uint8_t *const e = out + pos + i * MPT_IOAPIC_SIZE;

        e[0] = MPT_IOAPIC;
        LAYOUT_IOAPIC(STORE, ioapic)
    }
    return pos + count * MPT_IOAPIC_SIZE;
}

static size_t store_io_ints(uint8_t *out, size_t pos, const struct mpt_io_int *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct mpt_io_int v = from[i];
        uint8_t *const e = out + pos + i * MPT_IO_INT_SIZE;

        e[0] = MPT_IO_INT;
        LAYOUT_IO_INT(STORE, io_int)
    }
    return pos + count * MPT_IO_INT_SIZE;
}

static size_t store_local_ints(uint8_t *out, size_t pos, const struct mpt_local_int *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct mpt_local_int v = from[i];
        uint8_t *const e = out + pos + i * MPT_LOCAL_INT_SIZE;

        e[0] = MPT_LOCAL_INT;
        LAYOUT_LOCAL_INT(STORE, local_int)
    }
    return pos + count * MPT_LOCAL_INT_SIZE;
}

static void store_header(uint8_t *e, const struct mpt_table *t, size_t size)
{
    const struct mpt_header v = t->header;

    memcpy(e, header_signature, sizeof(header_signature));
    LAYOUT_HEADER(STORE, header)
    store_2(e + AT(header, base_length), (uint16_t)size);
    store_2(e + AT(header, entry_count), (uint16_t)mpt_entries(t));
    e[AT(header, checksum)] = 0;
}

static void store_floating(uint8_t *e, const struct mpt_floating *floating, uint32_t table)
{
    const struct mpt_floating v = *floating;

    memcpy(e, floating_signature, sizeof(floating_signature));
    LAYOUT_FLOATING(STORE, floating)
    store_4(e + AT(floating, table_address), table);
    e[AT(floating, length)] = MPT_FLOATING_SIZE / 16;
    e[AT(floating, checksum)] = 0;
    e[AT(floating, checksum)] = (uint8_t)-byte_sum(e, MPT_FLOATING_SIZE);
}

static void store_table(uint8_t *e, const struct mpt_table *t, size_t size)
{
    size_t pos = MPT_HEADER_SIZE;

    store_header(e, t, size);
    pos = store_processors(e, pos, t->processors, t->processor_count);
    pos = store_buses(e, pos, t->buses, t->bus_count);
    pos = store_ioapics(e, pos, t->ioapics, t->ioapic_count);
    pos = store_io_ints(e, pos, t->io_ints, t->io_int_count);
    store_local_ints(e, pos, t->local_ints, t->local_int_count);
    e[AT(header, checksum)] = (uint8_t)-byte_sum(e, size);
}

/* Both structures lie from base up, end below 4 GiB and apart from each other (§4.1: the pointer is aligned).
 */
static int place_possible(const struct mpt_place *p, size_t table_size)
{
    const uint64_t floating_end = (uint64_t)p->floating + MPT_FLOATING_SIZE;
    const uint64_t table_end = (uint64_t)p->table + table_size;

    return p->floating % 16 == 0 && p->floating >= p->base && p->table >= p->base &&
           floating_end <= UINT32_MAX && table_end <= UINT32_MAX &&
           (floating_end <= p->table || table_end <= p->floating);
}

enum mpt_err mpt_encode(const struct mpt_table *t, const struct mpt_place *place, uint8_t *out, size_t cap,
                        size_t *len)
{
    const size_t table_size = mpt_size(t);
    size_t floating, table, gap, gap_end, need;

    if (table_size > MPT_TABLE_MAX)
        return MPT_ETOOLONG;
    if (!place_possible(place, table_size))
        return MPT_EPLACE;
    floating = place->floating - place->base;
    table = place->table - place->base;
    gap = floating < table ? floating + MPT_FLOATING_SIZE : table + table_size;
    gap_end = floating < table ? table : floating;
    need = floating < table ? table + table_size : floating + MPT_FLOATING_SIZE;
    *len = need;
    if (cap < need)
        return MPT_ENOSPACE;

    memset(out, 0, floating < table ? floating : table);
    memset(out + gap, 0, gap_end - gap);
    store_floating(out + floating, &t->floating, place->table);
    store_table(out + table, t, table_size);
    return MPT_OK;
}
