/* SPDX-License-Identifier: ISC */
/*
 * The topology of a table is the list of its entries as they stand. To find out whether it holds
 * all of the table, it is built like any request and compared with the bytes that it came from.
 * Anything that no other member can express (wrong sums, reserved bits, entries of unknown types,
 * wrong lengths) shows as a difference, and becomes patches. The topology with the patches is built
 * and compared once more, so a topology that is called exact has been seen to be exact.
 *
 * The bytes that are compared are the 16 of the floating pointer, and those of the table: as many
 * as its lengths claim, at least a header, as far as the input has them.
 */
#include "found.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../mptable/entries.h"
#include "complete.h"
#include "patch.h"
#include "range.h"

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

    for (size_t i = 0; (consumer = mpt_consumer_at(i)); i++) /* Linux comes first */
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

/* Notes why a walk ended where no entry is. */
static void tell_end(struct found *r, const struct mpt_walk *walk, enum mpt_err end)
{
    const uint32_t table = r->view.table_address;

    if (end == MPT_EUNKNOWN)
        differ(r, "the bytes at 0x%x are no entry: type %u is undefined",
               table + (unsigned)walk->at, walk->bytes[walk->at]);
    else if (end == MPT_ECUT)
        differ(r, "the bytes at 0x%x are no entry: it would run past the end or has a wrong length",
               table + (unsigned)walk->at);
}

/*
 * Takes the entries of a walk up to the first of an undefined type: a build would not put later
 * entries at the same place again. Return: how many
 */
static unsigned take_walk(struct topology *t, struct found *r, struct mpt_walk *walk)
{
    struct mpt_entry entry;
    enum mpt_err end;
    unsigned count = 0;

    while (mpt_next(walk, &entry, &end)) {
        if (!take_entry(t, &entry)) {
            differ(r, "the entry at 0x%x has the undefined type %u",
                   r->view.table_address + (unsigned)entry.offset, entry.type);
            return count;
        }
        count++;
    }
    tell_end(r, walk, end);
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
    if (walk.at == r->view.base_length) { /* else a build would move the extended entries */
        mpt_walk_extended(&r->view, &walk);
        r->extended_entries = take_walk(t, r, &walk);
    }
    if (r->view.entry_count != r->entries) {
        t->given |= GIVEN_ENTRY_COUNT;
        t->table.entry_count_given = 1;
        t->table.entry_count = r->view.entry_count;
    }
}

static void take_header(struct topology *t, const struct mpt_view *v)
{
    t->given |= GIVEN_TABLE;
    t->place.table = v->table_address;
    if (!v->has_header)
        return;
    t->given |= GIVEN_OEM_ID | GIVEN_PRODUCT_ID | GIVEN_OEM_TABLE | GIVEN_OEM_TABLE_SIZE |
                GIVEN_LOCAL_APIC_ADDRESS;
    t->table.header = v->header;
    t->table.header.spec_revision = 0;
}

/* The size that the table's lengths claim, at least a header, as far as the input has it */
static size_t table_bytes(const struct found *r)
{
    const size_t claimed = (size_t)r->view.base_length + r->view.extended_length;
    const size_t least = claimed < MPT_HEADER_SIZE ? MPT_HEADER_SIZE : claimed;
    const size_t room = r->view.table_address ? mpt_room(r->memory, r->view.table_address) : 0;

    return least < room ? least : room;
}

/* The OEM table, as far as the input has it, unless it overlaps pointer or table */
static void take_oem(struct topology *t, const struct found *r)
{
    const struct mpt_header *const header = &r->view.header;
    const struct mpt_segment pointer = { r->view.floating_address, MPT_FLOATING_SIZE, NULL },
                             table = { r->view.table_address, table_bytes(r), NULL };
    const size_t room = mpt_room(r->memory, header->oem_table);
    struct mpt_segment oem = { header->oem_table, header->oem_table_size, NULL };

    if (oem.size > room)
        oem.size = room;
    if (oem.base == 0 || oem.size == 0 || range_overlaps(&oem, &pointer) ||
        range_overlaps(&oem, &table))
        return;
    if (patch_pool(t, mpt_at(r->memory, oem.base, oem.size), oem.size, &t->oem_bytes))
        t->given |= GIVEN_OEM_BYTES;
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
        if (v->floating_address < PLACE_BASE_MEMORY) { /* only the window of an EBDA lies there */
            t->given |= GIVEN_WINDOW;
            t->window = WINDOW_EBDA;
        }
    } else {
        take_header(t, v);
        take_entries(t, r);
        take_oem(t, r);
    }
    take_revision(t, v);
}

/* Are the @size bytes at @address equal in both? Notes where they differ. */
static bool same_bytes(struct found *r, const struct mpt_memory *built, uint32_t address,
                       size_t size)
{
    const uint8_t *const here = mpt_at(r->memory, address, size);
    const uint8_t *const there = mpt_at(built, address, size);
    size_t i = 0;

    if (size == 0)
        return true;
    if (!here || !there) {
        differ(r, "not all of the %zu bytes at 0x%x are in the image", size, address);
        return false;
    }
    while (i < size && here[i] == there[i])
        i++;
    if (i < size)
        differ(r, "the byte at 0x%llx is 0x%02x, the encoder gives 0x%02x",
               (unsigned long long)address + i, here[i], there[i]);
    return i == size;
}

/*
 * Notes that the table is not where the pointer says. If one begins right behind the pointer, the
 * bytes were meant for another address.
 */
static void tell_missing(struct found *r)
{
    const struct mpt_view *const v = &r->view;
    const uint64_t behind = (uint64_t)v->floating_address + MPT_FLOATING_SIZE;
    const uint8_t *const bytes = mpt_at(r->memory, behind, MPT_HEADER_SIZE);

    if (v->table_address == 0)
        differ(r, "the floating pointer names neither a table nor a default configuration");
    else if (bytes && memcmp(bytes, "PCMP", 4) == 0 && v->table_address >= MPT_FLOATING_SIZE)
        differ(r,
               "the table at 0x%x is not in the bytes; one lies behind the floating pointer, as if "
               "that were at 0x%x",
               v->table_address, v->table_address - MPT_FLOATING_SIZE);
    else
        differ(r, "the table at 0x%x is not in the bytes", v->table_address);
}

/* Notes what the input lacks of the table. */
static void tell_cut(struct found *r)
{
    const size_t claimed = (size_t)r->view.base_length + r->view.extended_length;

    if (table_bytes(r) < claimed)
        differ(r, "the table at 0x%x claims %zu bytes, of which %zu are in the input",
               r->view.table_address, claimed, table_bytes(r));
}

/* Builds the topology. Return: does the image have all the bytes that are compared? */
static bool same_image(struct topology *t, struct image *built, struct found *r)
{
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    struct err err = { .count = 0 };
    struct mpt_memory memory;

    if (complete_topology(t, &err) < 0 || image_build(t, built, &err) < 0) {
        differ(r, "without patches no topology can be built so: %.60s%s%.100s",
               err.places[0].pointer, err.places[0].pointer[0] ? " " : "", err.places[0].detail);
        return false;
    }
    memory = image_memory(built, segments);
    return same_bytes(r, &memory, r->view.floating_address, MPT_FLOATING_SIZE) &&
           same_bytes(r, &memory, r->view.table_address, table_bytes(r));
}

/* Adds the patches that the topology needs. Return: does its image then have all the bytes? */
static bool patch(struct topology *t, struct image *built, struct found *r)
{
    const uint32_t size = (uint32_t)table_bytes(r);
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    struct err err = { .count = 0 };
    struct mpt_memory memory;
    struct patch_target target = { &memory, built->bytes };

    t->given |= GIVEN_PATCHES;
    if (topology_has_table(t) && size != mpt_base_size(&t->table) + mpt_extended_size(&t->table)) {
        t->given |= GIVEN_TABLE_SIZE;
        t->table_size = size;
    }
    if (complete_topology(t, &err) < 0 || image_build(t, built, &err) < 0)
        return false;
    memory = image_memory(built, segments);
    return patch_find(t, &target, r->memory, r->view.floating_address, MPT_FLOATING_SIZE) &&
           patch_find(t, &target, r->memory, r->view.table_address, size) &&
           same_image(t, built, r);
}

static bool is_exact(struct topology *t, struct image *built, struct found *r)
{
    if (!r->view.has_header && topology_has_table(t))
        tell_missing(r);
    tell_cut(r);
    return (!r->difference[0] && same_image(t, built, r)) || patch(t, built, r);
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

/* The JSON name of an entry type */
static const char *entry_name(unsigned type)
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

/* The next entry of the walk, or the bytes left behind it as one item; false at the end. */
static bool next_entry(struct found_walk *w, struct found_item *item)
{
    const uint32_t table = w->reading->view.table_address;
    struct mpt_entry entry;
    enum mpt_err end;

    if (mpt_next(&w->walk, &entry, &end)) {
        *item = (struct found_item){ .name = entry_name(entry.type),
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
