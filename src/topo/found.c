/* SPDX-License-Identifier: ISC */
/*
 * The topology of a table is the list of its entries as they stand. Whether it holds all of the
 * table is found out by trying: it is built like any request and compared with the bytes it came
 * from. What no topology can hold (wrong sums, reserved bits, entries of unknown types, wrong
 * lengths) shows as a difference.
 */
#include "found.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../mptable/entries.h"
#include "complete.h"

enum {
    DEFAULT_CONFIGURATION_CPUS = 2, /* MPS 1.4 §5 */
    DEFAULT_CONFIGURATIONS = 7,
    SIGNATURE_STEP = 4 /* bytes; no consumer searches in smaller steps */
};

bool found_next_valid(const struct mpt_memory *memory, uint64_t *address)
{
    for (; mpt_next_floating(memory, address) == MPT_OK; *address += SIGNATURE_STEP) {
        const uint8_t *const bytes = mpt_at(memory, *address, MPT_FLOATING_SIZE);
        uint8_t sum = 0;

        for (size_t i = 0; bytes && i < MPT_FLOATING_SIZE; i++)
            sum = (uint8_t)(sum + bytes[i]);
        if (bytes && sum == 0)
            return true;
    }
    return false;
}

int found_choose(const struct mpt_memory *memory, const struct mpt_facts *facts, uint32_t *address,
                 struct err *err)
{
    const struct mpt_consumer *consumer;
    uint64_t right = 0, any = 0;

    for (size_t i = 0; (consumer = mpt_consumer_at(i)); i++) /* Linux is the first */
        if (mpt_find(memory, facts, consumer, address) == MPT_OK)
            return 0;
    if (found_next_valid(memory, &right))
        *address = (uint32_t)right;
    else if (mpt_next_floating(memory, &any) == MPT_OK)
        *address = (uint32_t)any;
    else
        return err_at(err, ERR_INVALID, NULL,
                      "the bytes hold no floating pointer: 16 bytes that begin with \"_MP_\"");
    return 0;
}

static void list_takers(const struct mpt_facts *facts, struct found *r)
{
    const struct mpt_consumer *consumer;
    uint32_t taken;

    for (size_t i = 0; r->taker_count < FOUND_CONSUMERS_MAX && (consumer = mpt_consumer_at(i)); i++)
        if (mpt_find(r->memory, facts, consumer, &taken) == MPT_OK &&
            taken == r->view.floating_address)
            r->takers[r->taker_count++] = consumer;
}

/* Notes the first difference; later ones mostly follow from it. */
static void differ(struct found *r, const char *format, ...) FORMAT(2, 3);

static void differ(struct found *r, const char *format, ...)
{
    va_list args;

    if (r->difference[0])
        return;
    va_start(args, format);
    vsnprintf(r->difference, sizeof(r->difference), format, args);
    va_end(args);
}

/* Adds an entry to its array and to the order. Return: false when MPS does not define its type */
static bool take_entry(struct topology *t, const struct mpt_entry *entry)
{
    switch (entry->type) {
#define TAKE(T, S, array, word)                    \
    case MPT_##T:                                  \
        if (!topology_append_run(t, MPT_##T))      \
            return false;                          \
        t->array[t->table.S##_count++] = entry->S; \
        return true;
        ENTRIES(TAKE)
#undef TAKE
    default:
        return false;
    }
}

/* All entries of a walk. Return: how many there were */
static unsigned take_walk(struct topology *t, struct found *r, struct mpt_walk *walk)
{
    const uint32_t table = r->view.table_address;
    struct mpt_entry entry;
    enum mpt_err end;
    unsigned count = 0;

    for (; mpt_next(walk, &entry, &end); count++)
        if (!take_entry(t, &entry)) {
            r->unknown = true;
            differ(r, "the entry at 0x%x has the undefined type %u", table + (unsigned)entry.offset,
                   entry.type);
        }
    if (end == MPT_EUNKNOWN)
        differ(r, "the bytes at 0x%x are no entry: type %u is undefined",
               table + (unsigned)walk->at, walk->bytes[walk->at]);
    else if (end == MPT_ECUT)
        differ(r, "the bytes at 0x%x are no entry: it would run past the end or has a wrong length",
               table + (unsigned)walk->at);
    return count;
}

static void take_entries(struct topology *t, struct found *r)
{
    struct mpt_walk walk;

    t->given |= GIVEN_ENTRIES;
    if (!r->view.has_header)
        return;
    mpt_walk_base(&r->view, &walk);
    r->entries = take_walk(t, r, &walk);
    mpt_walk_extended(&r->view, &walk);
    r->extended_entries = take_walk(t, r, &walk);
    if (r->view.entry_count != r->entries) {
        t->given |= GIVEN_ENTRY_COUNT;
        t->table.entry_count_given = 1;
        t->table.entry_count = r->view.entry_count;
    }
}

static void take_header(struct topology *t, const struct mpt_view *v)
{
    if (v->table_address) {
        t->given |= GIVEN_TABLE;
        t->place.table = v->table_address;
    }
    if (!v->has_header)
        return;
    t->given |= GIVEN_OEM_ID | GIVEN_PRODUCT_ID | GIVEN_OEM_TABLE | GIVEN_OEM_TABLE_SIZE |
                GIVEN_LOCAL_APIC_ADDRESS;
    t->table.header = v->header;
    t->table.header.spec_revision = 0;
}

/*
 * A topology has one member for both revisions, and only for those that exist. Where they differ,
 * the table's is taken.
 */
static void take_revision(struct topology *t, const struct mpt_view *v)
{
    const uint8_t revision = v->has_header ? v->header.spec_revision : v->floating.spec_revision;

    if (revision != MPT_SPEC_1_1 && revision != MPT_SPEC_1_4)
        return;
    t->given |= GIVEN_SPEC_REVISION;
    t->table.floating.spec_revision = revision;
    t->table.header.spec_revision = revision;
}

static void take_topology(struct topology *t, struct found *r)
{
    const struct mpt_view *const v = &r->view;
    const uint8_t configuration = v->floating.default_configuration;

    topology_init(t);
    t->given |= GIVEN_IMCR | GIVEN_FLOATING;
    t->place.floating = v->floating_address;
    t->table.floating.features = v->floating.features & MPT_IMCRP;
    if (configuration <= DEFAULT_CONFIGURATIONS)
        t->table.floating.default_configuration = configuration;
    if (t->table.floating.default_configuration && v->table_address == 0) {
        t->given |= GIVEN_CPUS;
        t->cpus = DEFAULT_CONFIGURATION_CPUS;
        if (v->floating_address < PLACE_BASE_MEMORY) { /* only an EBDA's window is there */
            t->given |= GIVEN_WINDOW;
            t->window = WINDOW_EBDA;
        }
    } else {
        take_header(t, v);
        take_entries(t, r);
    }
    take_revision(t, v);
}

/* Are @size bytes at @address equal in both? Notes where they differ. */
static bool same_bytes(struct found *r, const struct mpt_memory *built, uint32_t address,
                       size_t size)
{
    const uint8_t *const here = mpt_at(r->memory, address, size);
    const uint8_t *const there = mpt_at(built, address, size);
    size_t i = 0;

    if (!here || !there) {
        differ(r, "not all of the %zu bytes at 0x%x are there", size, address);
        return false;
    }
    while (i < size && here[i] == there[i])
        i++;
    if (i < size)
        differ(r, "the byte at 0x%llx is 0x%02x, a topology gives 0x%02x",
               (unsigned long long)address + i, here[i], there[i]);
    return i == size;
}

/*
 * The table is not where the pointer says. If one begins right behind the pointer, the bytes were
 * meant to lie elsewhere.
 */
static void tell_missing(struct found *r)
{
    const struct mpt_view *const v = &r->view;
    const uint64_t behind = (uint64_t)v->floating_address + MPT_FLOATING_SIZE;
    const uint8_t *const bytes = mpt_at(r->memory, behind, MPT_HEADER_SIZE);

    if (bytes && memcmp(bytes, "PCMP", 4) == 0 && v->table_address >= MPT_FLOATING_SIZE)
        differ(
            r,
            "the table at 0x%x is not in the bytes; one lies behind the floating pointer, as if that were at "
            "0x%x",
            v->table_address, v->table_address - MPT_FLOATING_SIZE);
    else
        differ(r, "the table at 0x%x is not in the bytes", v->table_address);
}

static bool is_exact(struct topology *t, struct image *built, struct found *r)
{
    const struct mpt_view *const v = &r->view;
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    struct err err = { .count = 0 };
    struct mpt_memory memory;

    if (v->table_address && !v->has_header) {
        tell_missing(r);
        return false;
    }
    if (complete_topology(t, &err) < 0 || image_build(t, built, &err) < 0) {
        differ(r, "no topology can be built so: %.60s%s%.100s", err.places[0].pointer,
               err.places[0].pointer[0] ? " " : "", err.places[0].detail);
        return false;
    }
    memory = image_memory(built, segments);
    return same_bytes(r, &memory, v->floating_address, MPT_FLOATING_SIZE) &&
           (v->table_address == 0 || same_bytes(r, &memory, v->table_address, MPT_HEADER_SIZE)) &&
           (v->table_address == 0 ||
            same_bytes(r, &memory, v->table_address, (size_t)v->base_length + v->extended_length));
}

int found_read(const struct mpt_memory *memory, uint32_t address, const struct mpt_facts *facts,
               uint32_t asked, struct topology *topology, struct image *scratch, struct found *r,
               struct err *err)
{
    *r = (struct found){ .memory = memory, .topology = topology, .facts = facts };
    if (mpt_open(memory, address, &r->view) != MPT_OK)
        return err_at(err, ERR_INVALID, NULL, "no floating pointer begins at 0x%x", address);
    list_takers(facts, r);
    take_topology(topology, r);
    r->exact = is_exact(topology, scratch, r);
    mpt_check(memory, &r->view, facts, asked, &r->report);
    return 0;
}

const char *found_entry_name(unsigned type)
{
    switch (type) {
#define NAME(T, S, array, word) \
    case MPT_##T:               \
        return word;
        ENTRIES(NAME)
#undef NAME
    default:
        return "unknown";
    }
}

enum stage { STAGE_FLOATING, STAGE_HEADER, STAGE_BASE, STAGE_EXTENDED, STAGE_END };

void found_walk_begin(const struct found *reading, struct found_walk *walk)
{
    *walk = (struct found_walk){ .reading = reading };
}

static void start_stage(struct found_walk *w, enum stage stage)
{
    w->stage = stage;
    if (stage == STAGE_BASE)
        mpt_walk_base(&w->reading->view, &w->walk);
    else if (stage == STAGE_EXTENDED)
        mpt_walk_extended(&w->reading->view, &w->walk);
}

/* The next entry of the walk, or what is left of it as one item; false when nothing is left. */
static bool next_entry(struct found_walk *w, struct found_item *item)
{
    const uint32_t table = w->reading->view.table_address;
    struct mpt_entry entry;
    enum mpt_err end;

    if (mpt_next(&w->walk, &entry, &end)) {
        *item = (struct found_item){ .name = found_entry_name(entry.type),
                                     .address = table + (uint32_t)entry.offset,
                                     .size = entry.size,
                                     .type = entry.type,
                                     .index = (int)entry.index };
        return true;
    }
    *item = (struct found_item){ .name = "rest",
                                 .address = table + (uint32_t)w->walk.at,
                                 .size = w->walk.end - w->walk.at,
                                 .type = -1,
                                 .index = -1 };
    w->walk.at = w->walk.end;
    return item->size > 0;
}

bool found_walk_next(struct found_walk *w, struct found_item *item)
{
    const struct mpt_view *const v = &w->reading->view;

    *item = (struct found_item){ .type = -1, .index = -1 };
    if (w->stage == STAGE_FLOATING) {
        item->name = "floating_pointer";
        item->address = v->floating_address;
        item->size = MPT_FLOATING_SIZE;
        w->stage = v->has_header ? STAGE_HEADER : STAGE_END;
        return true;
    }
    if (w->stage == STAGE_HEADER) {
        item->name = "configuration_table";
        item->address = v->table_address;
        item->size = MPT_HEADER_SIZE;
        start_stage(w, STAGE_BASE);
        return true;
    }
    while (w->stage != STAGE_END) {
        if (next_entry(w, item))
            return true;
        start_stage(w, w->stage + 1);
    }
    return false;
}
