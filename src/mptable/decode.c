/* SPDX-License-Identifier: ISC */
/*
 * Bytes to values, for tables of any builder.
 *
 * mpt_open compares the lengths that the fields give with the bytes that are there, once. From then
 * on a walk knows its end, and each step goes forward by the size of an entry. So reading ends, and
 * stays inside the bytes, whatever they are. check.c judges tables; search.c finds them.
 */
#include "load.h"

#include <stdbool.h>

const struct mpt_segment *mpt_segment_at(const struct mpt_memory *memory, uint64_t address,
                                         size_t size)
{
    /*@ loop invariant 0 <= i <= memory->count; loop assigns i; loop variant memory->count - i; */
    for (size_t i = 0; i < memory->count; i++) {
        const struct mpt_segment *const s = &memory->segments[i];

        if (address >= s->base && address - s->base < s->size &&
            size <= s->size - (size_t)(address - s->base))
            return s;
    }
    return NULL;
}

size_t mpt_room(const struct mpt_memory *memory, uint64_t address)
{
    const struct mpt_segment *const s = mpt_segment_at(memory, address, 0);

    return s ? s->size - (size_t)(address - s->base) : 0;
}

const uint8_t *mpt_at(const struct mpt_memory *memory, uint64_t address, size_t size)
{
    const struct mpt_segment *const s = mpt_segment_at(memory, address, size);

    return s ? s->bytes + (address - s->base) : NULL;
}

/*@ requires \valid_read(e + (0 .. room - 1)) && room >= 44 && \valid(view) && opened(view);
    requires view->extended == \null; assigns *view; exits \false; ensures opened(view); */
static void open_header(const uint8_t *e, size_t room, struct mpt_view *view)
{
    const size_t base = load_2(e + AT(header, base_length));
    const size_t extended = load_2(e + AT(header, extended_length));

    view->has_header = 1;
    view->signature_right = load_4(e) == SIGNATURE_HEADER;
    view->header = load_header(e, &view->reserved);
    view->base_length = (uint16_t)base;
    view->checksum = e[AT(header, checksum)];
    view->entry_count = load_2(e + AT(header, entry_count));
    view->extended_length = (uint16_t)extended;
    view->extended_checksum = e[AT(header, extended_checksum)];
    view->table = e;
    view->table_size = base < room ? base : room;
    view->sum = mpt_byte_sum(e, view->table_size);
    if (extended == 0 || base < MPT_HEADER_SIZE || base > room)
        return;
    view->extended = e + base;
    view->extended_size = extended < room - base ? extended : room - base;
    view->extended_sum = mpt_byte_sum(view->extended, view->extended_size);
}

/*@ requires \valid_read(e + (0 .. 15)) && \valid(view) && opened(view) && view->extended == \null;
    assigns *view; exits \false; ensures opened(view) && view->extended == \null; */
static void open_floating(const uint8_t *e, uint32_t address, struct mpt_view *view)
{
    view->floating_address = address;
    view->floating = load_floating(e, &view->floating_reserved);
    view->table_address = load_4(e + AT(floating, table_address));
    view->floating_length = e[AT(floating, length)];
    view->floating_checksum = e[AT(floating, checksum)];
    view->floating_sum = mpt_byte_sum(e, MPT_FLOATING_SIZE);
}

/*@ requires \valid(view); assigns *view; exits \false;
    ensures view->table_size == 0 && view->extended_size == 0 && view->extended == \null; */
static void clear(struct mpt_view *view)
{
    *view = (struct mpt_view){ 0 };
    view->table = view->extended = NULL; /* the prover does not see that they are */
    view->table_size = view->extended_size = 0;
}

enum mpt_err mpt_open(const struct mpt_memory *memory, uint32_t address, struct mpt_view *view)
{
    const uint8_t *const e = mpt_at(memory, address, MPT_FLOATING_SIZE);
    const struct mpt_segment *s;

    if (!e || load_4(e) != SIGNATURE_FLOATING)
        return MPT_ENOTFOUND;
    clear(view);
    open_floating(e, address, view);
    s = view->table_address ? mpt_segment_at(memory, view->table_address, MPT_HEADER_SIZE) : NULL;
    if (s) {
        const size_t at = view->table_address - s->base;

        open_header(s->bytes + at, s->size - at, view);
    }
    return MPT_OK;
}

void mpt_walk_base(const struct mpt_view *view, struct mpt_walk *walk)
{
    const size_t size = view->table_size;

    *walk = (struct mpt_walk){ .bytes = view->table,
                               .at = MPT_HEADER_SIZE,
                               .end = size < MPT_HEADER_SIZE ? MPT_HEADER_SIZE : size };
}

void mpt_walk_extended(const struct mpt_view *view, struct mpt_walk *walk)
{
    const size_t at = view->extended ? view->base_length : 0;

    *walk = (struct mpt_walk){
        .bytes = view->table, .at = at, .end = at + view->extended_size, .extended = 1
    };
}

/*
 * Sets *size to the size of the entry at the walk's position, or to 0 at the end, where there may
 * be no bytes at all. Return: MPT_OK; MPT_EUNKNOWN or MPT_ECUT when no whole entry is there.
 */
/*@ requires walks(walk) && \valid(size) && \separated(walk, size); assigns *size; exits \false;
    ensures \result == MPT_OK ? *size <= walk->end - walk->at && (*size == 0 ||
        *size == bytes_of(walk->bytes[walk->at], 1) || bytes_of(walk->bytes[walk->at], 1) == 0) :
        \result == MPT_EUNKNOWN || \result == MPT_ECUT; */
static enum mpt_err size_entry(const struct mpt_walk *walk, size_t *size)
{
    const size_t left = walk->end - walk->at;
    const uint8_t *e;

    *size = 0;
    if (left == 0)
        return MPT_OK;
    e = walk->bytes + walk->at;
    *size = walk->extended ? size_extended(e[0]) : size_base(e[0]);
    if (!walk->extended)
        return *size == 0 ? MPT_EUNKNOWN : *size > left ? MPT_ECUT : MPT_OK;
    if (e[0] < MPT_EXTENDED_FIRST)
        return MPT_EUNKNOWN;
    if (left < 2 || e[1] < 2 || e[1] > left || (*size > 0 && e[1] != *size))
        return MPT_ECUT;
    *size = e[1];
    return MPT_OK;
}

int mpt_next(struct mpt_walk *walk, struct mpt_entry *entry, enum mpt_err *err)
{
    const uint8_t *e;
    uint8_t reserved = 0;
    size_t size;

    *err = size_entry(walk, &size);
    if (*err != MPT_OK || size == 0)
        return 0;
    e = walk->bytes + walk->at;
    entry->type = e[0];
    entry->index = walk->index++;
    entry->offset = walk->at;
    entry->size = size;
    walk->at += size;
    switch (entry->type) {
#define LOAD_ENTRY(T, S, array, word)      \
    case MPT_##T:                          \
        entry->S = load_##S(e, &reserved); \
        break;
        ENTRIES(LOAD_ENTRY)
#undef LOAD_ENTRY
    default:
        break;
    }
    entry->reserved = reserved;
    return 1;
}

const char mpt_bus_types[MPT_BUS_TYPES][6] = {
    /* MPS 1.4 Table 4-8 */
    { 'C', 'B', 'U', 'S', ' ', ' ' }, { 'C', 'B', 'U', 'S', 'I', 'I' },
    { 'E', 'I', 'S', 'A', ' ', ' ' }, { 'F', 'U', 'T', 'U', 'R', 'E' },
    { 'I', 'N', 'T', 'E', 'R', 'N' }, { 'I', 'S', 'A', ' ', ' ', ' ' },
    { 'M', 'B', 'I', ' ', ' ', ' ' }, { 'M', 'B', 'I', 'I', ' ', ' ' },
    { 'M', 'C', 'A', ' ', ' ', ' ' }, { 'M', 'P', 'I', ' ', ' ', ' ' },
    { 'M', 'P', 'S', 'A', ' ', ' ' }, { 'N', 'U', 'B', 'U', 'S', ' ' },
    { 'P', 'C', 'I', ' ', ' ', ' ' }, { 'P', 'C', 'M', 'C', 'I', 'A' },
    { 'T', 'C', ' ', ' ', ' ', ' ' }, { 'V', 'L', ' ', ' ', ' ', ' ' },
    { 'V', 'M', 'E', ' ', ' ', ' ' }, { 'X', 'P', 'R', 'E', 'S', 'S' },
};
enum { TYPE_EISA = 2, TYPE_ISA = 5, TYPE_PCI = 12 }; /* rows of mpt_bus_types */

/*@ requires \valid_read(a + (0 .. 5)) && \valid_read(b + (0 .. 5)); assigns \nothing; */
static bool same_type(const char a[6], const char b[6])
{
    unsigned i = 0;

    /*@ loop invariant 0 <= i <= 6; loop assigns i; loop variant 6 - i; */
    while (i < 6 && a[i] == b[i])
        i++;
    return i == 6;
}

int mpt_bus_type(const char bus_type[6])
{
    char padded[6];
    bool ended = false;

    /*@ loop invariant 0 <= i <= 6; loop assigns i, ended, padded[0 .. 5]; loop variant 6 - i; */
    for (unsigned i = 0; i < sizeof(padded); i++) {
        const char c = bus_type[i];

        ended |= c == '\0';
        padded[i] = ended ? ' ' : (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    /*@ loop invariant 0 <= i <= 18; loop assigns i; loop variant 18 - i; */
    for (int i = 0; i < MPT_BUS_TYPES; i++)
        if (same_type(padded, mpt_bus_types[i]))
            return i;
    return -1;
}

enum mpt_bus_kind mpt_bus_kind(const char bus_type[6])
{
    switch (mpt_bus_type(bus_type)) {
    case TYPE_ISA:
    case TYPE_EISA:
        return MPT_BUS_ISA;
    case TYPE_PCI:
        return MPT_BUS_PCI;
    default:
        return MPT_BUS_OTHER;
    }
}
