/* SPDX-License-Identifier: ISC */
/*
 * What the readers' own walks find. Linux routes IRQ 0 by the first entry of each input. FreeBSD
 * walks by the entry count and by the length bytes of extended entries. Each reader takes the name
 * of a bus in its own way. Sets of (I/O APIC, input) and of (bus, IRQ) are bitmaps, so that the
 * walks stay linear whatever the entries say.
 */
#include "readers.h"

#include <string.h>

#include "load.h"

enum {
    LINUX_32_INTS = 256, /* this many different ones are too many */
    TABLE_STEP = 4,      /* bytes between two places where a table may begin */
    ORPHANS_TRIED = 64,  /* signatures whose tables are summed: bounds the time */
};

/* A set of pairs of bytes. Most tables need few rows, so a row is cleared when it is first used. */
struct pairs {
    bool used[256];
    uint8_t bits[256][32];
};

static void pairs_clear(struct pairs *p)
{
    memset(p->used, 0, sizeof(p->used));
}

static bool pairs_has(const struct pairs *p, uint8_t a, uint8_t b)
{
    return p->used[a] && p->bits[a][b / 8] >> b % 8 & 1;
}

static void pairs_add(struct pairs *p, uint8_t a, uint8_t b)
{
    if (!p->used[a])
        memset(p->bits[a], 0, sizeof(p->bits[a]));
    p->used[a] = true;
    p->bits[a][b / 8] |= (uint8_t)(1U << b % 8);
}

/* The next I/O interrupt entry of the span at or behind @at; NULL at its end */
static const uint8_t *next_io_int(const struct survey *s, size_t *at)
{
    const uint8_t *const table = s->view.table;

    while (*at < s->io_int_span.end) {
        const uint8_t *const e = table + *at;

        *at += size_base(e[0]);
        if (e[0] == MPT_IO_INT)
            return e;
    }
    return NULL;
}

static void survey_source(struct survey *s, struct mpt_io_int i)
{
    s->int_to[i.apic_id] = true;
    s->bus_as[i.bus_id] |= BUS_HAS_INT;
    if (mpt_freebsd_routes(s, i.apic_id) && ((i.flags & 3) == 0 || (i.flags >> 2 & 3) == 0))
        s->bus_as[i.bus_id] |= BUS_CONFORMS;
}

/* Is this the first entry for that input of that I/O APIC? */
static bool comes_first(const struct pairs *taken, unsigned apic, uint8_t input)
{
    return !pairs_has(taken, (uint8_t)apic, input) && !pairs_has(taken, MPT_ALL, input);
}

/* As Linux's find_irq_entry: the first INT entry for an input decides what arrives there. */
static void survey_irq0_route(struct survey *s, struct pairs *taken, struct mpt_io_int i)
{
    const unsigned inputs = mpt_ioapic_inputs(s);

    if (!s->irq0_reaches && i.irq == 0 && mpt_linux_isa(s, i.bus_id) && i.intin < inputs)
        for (unsigned id = 0; id < 256; id++) {
            if (i.apic_id != MPT_ALL && i.apic_id != id)
                continue;
            if (!mpt_ioapic_enabled(s, id) || !comes_first(taken, id, i.intin))
                continue;
            s->irq0_reaches = true;
            s->irq0_apic = i.apic_id;
            break;
        }
    pairs_add(taken, i.apic_id, i.intin);
}

/* Marks the entries of each source that no entry leads to an I/O APIC that is there. */
static void mark_lost(struct survey *s, struct pairs *routed)
{
    size_t at = s->io_int_span.begin;
    const uint8_t *e;

    pairs_clear(routed);
    while ((e = next_io_int(s, &at))) {
        uint8_t reserved;
        const struct mpt_io_int i = load_io_int(e, &reserved);

        if (mpt_has_ioapic(s, i.apic_id))
            pairs_add(routed, i.bus_id, i.irq);
    }
    at = s->io_int_span.begin;
    while ((e = next_io_int(s, &at))) {
        uint8_t reserved;
        const struct mpt_io_int i = load_io_int(e, &reserved);

        if (!mpt_has_ioapic(s, i.apic_id) && !pairs_has(routed, i.bus_id, i.irq))
            s->marks[(size_t)(e - s->view.table) / 8] |= MARK_LOST;
    }
}

static void survey_ints(struct survey *s)
{
    const uint8_t *e, *cut = s->stop_type == MPT_IO_INT ? s->cut : NULL;
    struct pairs pairs;
    size_t at = s->io_int_span.begin;
    bool stray = false;

    pairs_clear(&pairs);
    while ((e = next_io_int(s, &at)) || (e = cut)) {
        uint8_t reserved;
        const struct mpt_io_int i = load_io_int(e, &reserved);

        if (e == cut)
            cut = NULL;
        stray |= !mpt_has_ioapic(s, i.apic_id);
        if (i.int_type != MPT_INT)
            continue;
        survey_source(s, i);
        survey_irq0_route(s, &pairs, i);
    }
    if (stray)
        mark_lost(s, &pairs);
}

/* Linux counts identical entries once. */
static void count_distinct_ints(struct survey *s)
{
    size_t at = s->io_int_span.begin;
    const uint8_t *e;

    while ((e = next_io_int(s, &at)))
        s->distinct_ints += !(s->marks[(size_t)(e - s->view.table) / 8] & MARK_SAME);
}

_Static_assert(AT(processor, flags) == AT(ioapic, flags), "the flags are at one offset");
_Static_assert((int)MPT_CPU_ENABLED == (int)MPT_IOAPIC_ENABLED, "and one bit of them enables");

/* Processors and I/O APICs can be disabled. */
static bool is_used(const uint8_t *e)
{
    return e[0] > MPT_IOAPIC || e[0] == MPT_BUS || e[AT(processor, flags)] & MPT_CPU_ENABLED;
}

/* FreeBSD walks on behind the end of the table when the entry count is higher. */
static void survey_behind(struct survey *s, const struct mpt_memory *memory)
{
    uint64_t at = s->view.table_address + (uint64_t)s->walked_end;

    for (unsigned i = s->entries; i < s->view.entry_count; i++) {
        const uint8_t *const type = mpt_at(memory, at, 1);
        const size_t size = type ? size_base(*type) : 0;
        const uint8_t *const e = size > 0 ? mpt_at(memory, at, size) : NULL;

        s->count_overruns = type && size == 0;
        if (!e)
            return;
        if (e != s->cut && is_used(e))
            s->behind |= (uint8_t)(1U << e[0]);
        s->counted_cpus += e[0] == MPT_PROCESSOR && is_used(e);
        at += size;
    }
}

/*
 * Counts the enabled processors behind an entry of unknown type, whose size is not known: a walk is
 * made for each size that a known type has. A walk is believed when its last entry ends where the
 * table ends; of two such walks, the one with as many entries as the entry count says.
 */
static unsigned cpus_behind(const struct survey *s)
{
    static const uint8_t sizes[] = { MPT_PROCESSOR_SIZE, MPT_BUS_SIZE };
    const uint8_t *const table = s->view.table;
    const size_t end = s->view.table_size;
    unsigned found = 0;

    for (unsigned i = 0; i < sizeof(sizes); i++) {
        size_t at = s->walked_end + sizes[i], size = 1;
        unsigned cpus = 0, entries = s->entries + 1;

        for (; at < end && (size = size_base(table[at])) && size <= end - at; at += size) {
            if (table[at] == MPT_PROCESSOR)
                cpus += table[at + AT(processor, flags)] & MPT_CPU_ENABLED;
            entries++;
        }
        if (at == end && entries == s->view.entry_count)
            return cpus;
        if (at == end)
            found = cpus;
    }
    return found;
}

/*
 * FreeBSD walks by the length bytes, from entry to entry while one begins in the table. So when it
 * comes to the last byte, the length is the byte behind the table.
 */
static void survey_extended_walk(struct survey *s, const struct mpt_memory *memory)
{
    const struct mpt_view *const v = &s->view;
    const uint8_t *behind;
    size_t at = 0;

    while (at + 1 < v->extended_size && v->extended[at + 1] != 0)
        at += v->extended[at + 1];
    s->extended_hangs = at + 1 < v->extended_size;
    if (at + 1 != v->extended_length)
        return;
    behind = mpt_at(memory, s->table_end, 1);
    s->extended_odd_hangs = behind && *behind == 0;
}

static bool is_sound_table(const uint8_t *e, size_t room)
{
    const size_t length = load_2(e + AT(header, base_length));
    const uint8_t revision = e[AT(header, spec_revision)];

    return length >= MPT_HEADER_SIZE && length <= room &&
           (revision == MPT_SPEC_1_1 || revision == MPT_SPEC_1_4) && mpt_byte_sum(e, length) == 0;
}

static bool is_pointed_at(const struct mpt_memory *memory, uint64_t table)
{
    for (uint64_t at = 0; mpt_next_floating(memory, &at) == MPT_OK; at += TABLE_STEP) {
        const uint8_t *const pointer = mpt_at(memory, at, MPT_FLOATING_SIZE);

        if (pointer && load_4(pointer + AT(floating, table_address)) == table)
            return true;
    }
    return false;
}

static void survey_orphan(struct survey *s, const struct mpt_memory *memory)
{
    unsigned tried = 0;

    for (size_t n = 0; n < memory->count; n++) {
        const struct mpt_segment *const m = &memory->segments[n];

        for (size_t at = -m->base % TABLE_STEP; at + MPT_HEADER_SIZE <= m->size; at += TABLE_STEP) {
            if (memcmp(m->bytes + at, "PCMP", 4) != 0)
                continue;
            if (is_sound_table(m->bytes + at, m->size - at) &&
                !is_pointed_at(memory, m->base + (uint64_t)at)) {
                s->orphan = m->base + (uint64_t)at;
                return;
            }
            if (++tried == ORPHANS_TRIED)
                return;
        }
    }
}

static void survey_walks(struct survey *s, const struct mpt_memory *memory)
{
    if (s->io_ints > 0)
        survey_ints(s);
    if (s->io_ints >= LINUX_32_INTS)
        count_distinct_ints(s);
    if (s->stop != MPT_EUNKNOWN && !s->cut_by_image && s->view.entry_count > s->entries)
        survey_behind(s, memory);
    if (s->stop == MPT_EUNKNOWN)
        s->cpus_behind = cpus_behind(s);
    if (s->view.extended)
        survey_extended_walk(s, memory);
}

void mpt_survey_readers(struct survey *s, const struct mpt_memory *memory)
{
    if (s->view.has_header && s->view.signature_right)
        survey_walks(s, memory);
    else if (s->view.floating.default_configuration == 0)
        survey_orphan(s, memory);
}
