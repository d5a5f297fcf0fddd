/* SPDX-License-Identifier: ISC */
/*
 * Gathers what the rules ask about, and judges nothing. IDs are bytes, so what is known of each ID
 * is kept in tables of 256 rows. Entries that agree or conflict are found by radix sorts over the
 * bytes of the 8-byte entries. The sorts take linear time for any bytes and allocate nothing, but
 * need 32 KiB of stack. Up to FEW entries are compared pair by pair, which costs less than one pass
 * of a sort.
 */
#include "survey.h"

#include <string.h>

#include "load.h"
#include "search.h"

enum {
    APIC_ON_THE_SYSTEM_BUS = 0x14
};                 /* the version of the first one; older ones have a serial bus */
enum { FEW = 32 }; /* up to this count, entries are compared pair by pair */

static bool inside(struct mpt_range window, uint64_t address)
{
    return address >= window.base && address + MPT_FLOATING_SIZE <= window.end;
}

static bool given(const struct survey *s, unsigned facts)
{
    return (s->facts.given & facts) == facts;
}

/* Return: what places the windows */
static struct mpt_bounds survey_facts(struct survey *s, const struct mpt_memory *memory,
                                      const struct mpt_facts *facts)
{
    const struct mpt_bounds bounds = mpt_bounds(memory, facts);

    if (facts)
        s->facts = *facts;
    s->facts.bios = bounds.bios;
    s->facts.given |= bounds.known;
    return bounds;
}

/*
 * The window in which the floating pointer lies. If the BIOS data words are not known, any place in
 * base memory may be in the EBDA or the last KiB, so it is not called outside.
 */
static void survey_place(struct survey *s)
{
    const struct mpt_bounds *const bounds = &s->bounds;
    const uint64_t at = s->view.floating_address;
    const bool base_memory = at >= 0x400 && at < MPT_BASE_MEMORY_END;

    s->in_ebda = inside(mpt_window(EBDA, bounds), at);
    s->in_fixed = inside(mpt_window(FIXED, bounds), at);
    s->outside = !s->in_fixed && !s->in_ebda && !inside(mpt_window(BASE, bounds), at) &&
                 !inside(mpt_window(ROM, bounds), at) &&
                 !(base_memory && !given(s, MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY));
}

/* Do both floating pointers have the same contents? */
static bool same_pointer(const struct mpt_memory *memory, uint64_t a, uint64_t b)
{
    const uint8_t *const this = mpt_at(memory, a, MPT_FLOATING_SIZE);
    const uint8_t *const that = mpt_at(memory, b, MPT_FLOATING_SIZE);

    return this && that && memcmp(this, that, MPT_FLOATING_SIZE) == 0;
}

/* Asks for each consumer whether its search comes to this floating pointer. */
static void survey_search(struct survey *s, const struct mpt_memory *memory)
{
    const uint64_t at = s->view.floating_address;
    struct mpt_search search;
    uint64_t other;

    mpt_search_start(&search, memory, &s->bounds, at);
    for (unsigned i = 0; i < MPT_CONSUMERS; i++) {
        const uint32_t bit = UINT32_C(1) << i;
        const enum mpt_taken taken = mpt_takes(&search, &mpt_consumers[i], &other);

        if (mpt_consumers[i].windows[0] == NOWHERE)
            continue; /* its search is not known */
        if (other && !same_pointer(memory, at, other)) {
            s->takes_other |= bit;
            s->other = s->other ? s->other : other;
        } else if (other || taken == MPT_TAKES) {
            s->takes |= bit;
        } else if (taken == MPT_PASSES_BY) {
            s->passes_by |= bit;
        }
    }
    if (given(s, MPT_FACT_NO_MPPARSE)) {
        const uint32_t both = 1U << CONSUMER_LINUX | 1U << CONSUMER_LINUX_32;

        s->passes_by |= both;
        s->takes &= ~both;
    }
}

/* Which consumers take the default configuration, whether or not there is a table? */
static uint32_t passes_table(uint8_t default_configuration)
{
    const uint32_t readers = 1U << CONSUMER_LINUX | 1U << CONSUMER_LINUX_32 |
                             1U << CONSUMER_FREEBSD | 1U << CONSUMER_OPENBSD |
                             1U << CONSUMER_NETBSD | 1U << CONSUMER_XEN;

    if (default_configuration == 0)
        return 0;
    return default_configuration <= 7 ? readers | 1U << CONSUMER_MEMTEST : readers;
}

/* Which consumers find no floating pointer at all? */
static void survey_absence(struct survey *s, const struct mpt_memory *memory,
                           const struct mpt_facts *facts)
{
    const struct mpt_consumer *consumer;
    uint32_t any;

    for (unsigned i = 0; (consumer = mpt_consumer_at(i)); i++)
        if (consumer->windows[0] != NOWHERE && mpt_find(memory, facts, consumer, &any) != MPT_OK)
            s->passes_by |= UINT32_C(1) << i;
}

static struct spot spot_at(const struct survey *s, unsigned entry, size_t offset)
{
    return (struct spot){ (int)entry, s->view.table_address + (uint32_t)offset };
}

static uint8_t survey_processor(struct survey *s, struct mpt_processor p)
{
    const bool bsp = p.flags & MPT_CPU_BSP, enabled = p.flags & MPT_CPU_ENABLED;
    uint8_t mark = 0;

    s->first_is_bsp |= s->processors++ == 0 && bsp;
    s->bsps += bsp;
    if (!enabled) {
        s->listed[p.apic_id] |= LISTED_DISABLED;
        return 0;
    }
    s->enabled++;
    s->serial_apics |= p.apic_version < APIC_ON_THE_SYSTEM_BUS;
    s->ap_first |= !bsp && s->enabled_bsps == 0;
    s->enabled_bsps += bsp;
    if (s->listed[p.apic_id] & LISTED_ENABLED)
        mark = MARK_ID_AGAIN;
    else
        s->distinct++;
    s->listed[p.apic_id] |= bsp ? LISTED_ENABLED | LISTED_BSP : LISTED_ENABLED;
    if (p.apic_id > s->highest_id)
        s->highest_id = p.apic_id;
    return mark;
}

/* The bits of enum bus_as for a bus type */
static uint8_t bus_as(const char bus_type[6])
{
    unsigned as = BUS_DECLARED;

    if (memcmp(bus_type, "PCI", 3) == 0)
        as |= BUS_LINUX_PCI;
    if (memcmp(bus_type, "PCI   ", 6) == 0)
        as |= BUS_PCI;
    if (memcmp(bus_type, "ISA   ", 6) == 0)
        as |= BUS_ISA;
    if (memcmp(bus_type, "EISA  ", 6) == 0)
        as |= BUS_EISA;
    return (uint8_t)as;
}

static uint8_t survey_bus(struct survey *s, struct mpt_bus b, int *last_id)
{
    const enum mpt_bus_kind kind = mpt_bus_kind(b.bus_type);
    uint8_t mark = 0;

    if (s->bus_kind[b.bus_id] != MPT_BUS_NONE)
        mark |= MARK_ID_AGAIN;
    if (b.bus_id < *last_id || (*last_id < 0 && b.bus_id != 0))
        mark |= MARK_BUS_ORDER;
    *last_id = b.bus_id;
    s->bus_kind[b.bus_id] = (uint8_t)kind;
    s->bus_as[b.bus_id] = bus_as(b.bus_type);
    if (b.bus_id > s->highest_bus)
        s->highest_bus = b.bus_id;
    if (kind == MPT_BUS_ISA && s->isa_buses++ > 0)
        mark |= MARK_ISA_AGAIN;
    if (kind == MPT_BUS_PCI) {
        s->pci_buses++;
        s->pci_zero |= b.bus_id == 0;
    }
    return mark;
}

static uint8_t survey_ioapic(struct survey *s, struct mpt_ioapic a)
{
    uint8_t mark = 0;

    s->ioapic[a.apic_id] |= IOAPIC_LISTED;
    if (!(a.flags & MPT_IOAPIC_ENABLED))
        return 0;
    if (s->ioapic[a.apic_id] & IOAPIC_ENABLED)
        mark = MARK_ID_AGAIN;
    s->ioapic[a.apic_id] |= IOAPIC_ENABLED;
    s->sole_ioapic = s->enabled_ioapics++ == 0 ? a.apic_id : -1;
    return mark;
}

/*
 * Extends @span by the entry at @at, so that a second walk over the span sees all entries of this
 * type. In a sorted table it sees no others.
 */
static void stretch(struct span *span, size_t at, size_t size)
{
    if (span->end == 0)
        span->begin = at;
    span->end = at + size;
}

/* Return: mark of the entry at @e */
static uint8_t survey_entry(struct survey *s, const uint8_t *e, size_t at, int *last_bus)
{
    uint8_t reserved = 0;

    switch (e[0]) {
    case MPT_PROCESSOR:
        return survey_processor(s, load_processor(e, &reserved));
    case MPT_BUS:
        s->late |= s->io_ints > 0;
        return survey_bus(s, load_bus(e, &reserved), last_bus);
    case MPT_IOAPIC:
        s->late |= s->io_ints > 0;
        stretch(&s->ioapic_span, at, MPT_IOAPIC_SIZE);
        return survey_ioapic(s, load_ioapic(e, &reserved));
    case MPT_IO_INT:
        stretch(&s->io_int_span, at, MPT_IO_INT_SIZE);
        s->io_ints++;
        s->extints += load_io_int(e, &reserved).int_type == MPT_EXTINT;
        return 0;
    default:
        s->local_ints++;
        s->local_extints += load_local_int(e, &reserved).int_type == MPT_EXTINT;
        return 0;
    }
}

/* The entry before: -1 for the ID of a bus = there was none */
struct last {
    uint8_t type;
    int bus;
};

/*
 * Walks from @e, which is at offset @at of the table, to @end. Walks as mpt_next does, but loads
 * only the fields that it needs. Return: offset behind the last whole entry
 */
static __attribute__((noinline)) size_t survey_walk(struct survey *s, const uint8_t *e, size_t at,
                                                    size_t end, struct last *last)
{
    size_t size;

    for (; at < end; at += size, e += size, s->entries++) {
        size = size_base(e[0]);
        if (size == 0 || size > end - at) {
            s->stop = size == 0 ? MPT_EUNKNOWN : MPT_ECUT;
            s->stop_type = e[0];
            s->stop_spot = spot_at(s, s->entries, at);
            break;
        }
        if (e[0] < last->type && s->unsorted.entry < 0) {
            s->unsorted = spot_at(s, s->entries, at);
            s->unsorted_type = e[0];
        }
        last->type = e[0];
        if (s->entries == s->view.entry_count)
            s->counted_cpus = s->enabled;
        s->marks[at / 8] = survey_entry(s, e, at, &last->bus);
    }
    return at;
}

/*
 * Readers that walk by the length read an entry that it cuts whole, with the bytes behind the
 * table. What is missing behind it is missing for them, so it is counted like the entries before.
 * It is none of the table's entries, and lies outside of the spans, which are of the table's bytes.
 */
static void survey_cut(struct survey *s, const struct mpt_memory *memory, struct last *last)
{
    const struct span ioapics = s->ioapic_span, io_ints = s->io_int_span;
    const size_t size = size_base(s->stop_type);

    s->cut = mpt_at(memory, s->view.table_address + (uint64_t)s->walked_end, size);
    if (!s->cut)
        return;
    s->cut_is_listed =
        s->stop_type == MPT_PROCESSOR && s->listed[s->cut[AT(processor, apic_id)]] != 0;
    survey_walk(s, s->cut, s->walked_end, s->walked_end + size, last);
    s->entries--;
    s->ioapic_span = ioapics;
    s->io_int_span = io_ints;
}

static void survey_entries(struct survey *s, const struct mpt_memory *memory)
{
    const size_t end = s->view.table_size > MPT_HEADER_SIZE ? s->view.table_size : MPT_HEADER_SIZE;
    struct last last = { 0, -1 };

    memset(s->marks, 0, (end / 8 + 1) * sizeof(s->marks[0]));
    s->walked_end = survey_walk(s, s->view.table + MPT_HEADER_SIZE, MPT_HEADER_SIZE, end, &last);
    if (s->entries <= s->view.entry_count)
        s->counted_cpus = s->enabled;
    s->cut_by_image = s->view.table_size < s->view.base_length;
    if (s->stop == MPT_ECUT && !s->cut_by_image)
        survey_cut(s, memory, &last);
    s->whole =
        (s->stop == MPT_OK || s->cut) && !s->cut_by_image && s->view.base_length >= MPT_HEADER_SIZE;
}

/* An APIC ID above 254 cannot be listed. */
static void survey_apic_ids(struct survey *s)
{
    memset(s->there, 0, sizeof(s->there));
    for (size_t i = 0; i < s->facts.apic_id_count; i++) {
        const uint32_t id = s->facts.apic_ids[i];

        if (id < MPT_ALL)
            s->there[id] = true;
        if ((id >= MPT_ALL || !(s->listed[id] & LISTED_ENABLED)) && s->unlisted_cpus++ == 0)
            s->unlisted_id = id;
        s->unnamed_cpus += id >= MPT_ALL || s->listed[id] == 0;
    }
}

/* Return: is the entry at @e an enabled one of that I/O APIC? */
static bool match_entry(struct survey *s, const struct mpt_ioapic_fact *fact, const uint8_t *e)
{
    struct mpt_ioapic entry;
    uint8_t reserved = 0;

    if (e[0] != MPT_IOAPIC)
        return false;
    entry = load_ioapic(e, &reserved);
    if (!(entry.flags & MPT_IOAPIC_ENABLED) || entry.address != fact->address)
        return false;
    s->ioapic_fact[entry.apic_id] = fact;
    return true;
}

/* Return: does the table have an enabled entry for that I/O APIC? */
static bool match_ioapic(struct survey *s, const struct mpt_ioapic_fact *fact)
{
    const uint8_t *const table = s->view.table;
    bool listed = s->cut && match_entry(s, fact, s->cut);

    for (size_t at = s->ioapic_span.begin; at < s->ioapic_span.end; at += size_base(table[at]))
        listed |= match_entry(s, fact, table + at);
    return listed;
}

static void survey_ioapic_facts(struct survey *s)
{
    memset(s->ioapic_fact, 0, sizeof(s->ioapic_fact));
    for (size_t i = 0; i < s->facts.ioapic_count; i++)
        if (match_ioapic(s, &s->facts.ioapics[i]))
            s->ioapics_there++;
        else if (s->unlisted_ioapics++ == 0)
            s->unlisted_address = s->facts.ioapics[i].address;
}

static void survey_extended(struct survey *s)
{
    struct mpt_walk walk;

    mpt_walk_extended(&s->view, &walk);
    memset(s->parent, 0xff, sizeof(s->parent));
    while (mpt_next(&walk, &s->e, &s->extended_stop))
        if (s->e.type == MPT_HIERARCHY)
            s->parent[s->e.hierarchy.bus_id] = s->e.hierarchy.parent_bus;
    s->extended_cut = !s->cut_by_image && s->view.extended_size < s->view.extended_length;
}

/* Offsets of 8-byte entries in some order; @to is room to sort them, NULL if they are few */
struct order {
    size_t count;
    uint16_t *at, *to;
};

/* Offsets of fields in an I/O interrupt entry, and masks that select bytes of load_8 */
enum { INT_TYPE = 1, FLAGS = 3, BUS = 4, IRQ = 5, APIC = 6 };
#define BYTE(n)       (UINT64_C(0xff) << 8 * (n))
#define INPUT_BYTES   (BYTE(6) | BYTE(7))
#define KIND_BYTES    (BYTE(INT_TYPE) | BYTE(2) | BYTE(FLAGS))
#define SOURCE_BYTES  (BYTE(INT_TYPE) | BYTE(BUS) | BYTE(IRQ))
#define ALL_BYTES     (~BYTE(0))
#define ADDRESS_BYTES (BYTE(4) | BYTE(5) | BYTE(6) | BYTE(7))

/*
 * Collects the entries of one 8-byte type in @span. The first walk reached the end of the span, so
 * each entry in it has a defined type and size.
 */
static void gather(struct order *o, const struct survey *s, struct span span, unsigned type)
{
    const uint8_t *const table = s->view.table;
    size_t count = 0;

    for (size_t at = span.begin; at < span.end;) {
        if (table[at] == type)
            o->at[count++] = (uint16_t)at;
        at += size_base(table[at]);
    }
    o->count = count;
}

/* Keeps the entries whose byte at @place passes the test, in their order */
static void keep(struct order *o, const struct survey *s, unsigned place,
                 bool (*wanted)(const struct survey *s, uint8_t byte))
{
    size_t count = 0;

    for (size_t i = 0; i < o->count; i++)
        if (wanted(s, s->view.table[o->at[i] + place]))
            o->at[count++] = o->at[i];
    o->count = count;
}

/* PCI interrupts may share inputs. */
static bool is_unshared(const struct survey *s, uint8_t bus)
{
    return s->bus_kind[bus] != MPT_BUS_PCI;
}

static bool is_enabled(const struct survey *s, uint8_t flags)
{
    (void)s;
    return flags & MPT_IOAPIC_ENABLED;
}

/* Bus entries may follow interrupts, so this runs when all of them are known. */
static void survey_irq0(struct survey *s, const struct order *io_ints)
{
    const uint8_t *const cut = s->stop_type == MPT_IO_INT ? s->cut : NULL;

    for (size_t i = 0; i < io_ints->count + (cut != NULL); i++) {
        const uint8_t *const e = i < io_ints->count ? s->view.table + io_ints->at[i] : cut;

        if (e[IRQ] == 0 && s->bus_kind[e[BUS]] == MPT_BUS_ISA) {
            s->irq0_int |= e[INT_TYPE] == MPT_INT;
            s->irq0_extint |= e[INT_TYPE] == MPT_EXTINT;
        }
    }
}

/*
 * An entry's bytes as a number. If there is only one I/O APIC, an interrupt to all I/O APICs counts
 * as one to it, unless @as_it_stands.
 */
static uint64_t entry_value(const struct survey *s, size_t at, bool as_it_stands)
{
    const uint64_t v = load_8(s->view.table + at);
    const unsigned type = v & 0xff, apic = v >> 8 * APIC & 0xff;

    return as_it_stands || s->sole_ioapic < 0 || type != MPT_IO_INT || apic != MPT_ALL
               ? v
               : (v & ~BYTE(APIC)) | (uint64_t)s->sole_ioapic << 8 * APIC;
}

static unsigned entry_byte(const struct survey *s, size_t at, unsigned n, bool as_it_stands)
{
    return n == APIC ? entry_value(s, at, as_it_stands) >> 8 * APIC & 0xff : s->view.table[at + n];
}

/* One stable pass of a radix sort by byte @n of the entries */
static void sort_by_byte(const struct survey *s, struct order *o, unsigned n, bool as_it_stands)
{
    uint16_t start[257] = { 0 };
    unsigned highest = 0;

    for (size_t i = 0; i < o->count; i++) {
        const unsigned v = entry_byte(s, o->at[i], n, as_it_stands);

        start[v + 1]++;
        highest = v > highest ? v : highest;
    }
    if (start[highest + 1] == o->count)
        return;
    for (unsigned v = 1; v <= highest; v++)
        start[v] = (uint16_t)(start[v] + start[v - 1]);
    for (size_t i = 0; i < o->count; i++)
        o->to[start[entry_byte(s, o->at[i], n, as_it_stands)]++] = o->at[i];
    memcpy(o->at, o->to, o->count * sizeof(o->at[0]));
}

/* Entries with equal @group bytes are a group; those that differ from its first get the mark. */
struct conflict {
    uint64_t group, differ; /* masks of bytes; differ 0: all but the first get it */
    enum mark mark;
    bool as_it_stands;
};

static bool in_conflict(const struct conflict *c, uint64_t first, uint64_t v)
{
    return c->differ == 0 || (v ^ first) & c->differ;
}

/*
 * A hash of the common bytes of a group, as one of 64 bits: the upper bits of a product depend on
 * all bytes. If no earlier entry has an entry's bit, it is the first of its group and no search is
 * needed, which saves a sixth of the instructions of a check of 4 CPUs.
 */
static uint64_t group_bit(uint64_t common)
{
    return UINT64_C(1) << (common * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

/* Compares each entry with the first one of its group. */
static bool mark_few(struct survey *s, const struct order *o, const struct conflict *c)
{
    uint64_t v[FEW], seen = 0;
    bool again = false;

    for (size_t i = 0; i < o->count; i++) {
        size_t first = 0;

        v[i] = entry_value(s, o->at[i], c->as_it_stands);
        if (seen & group_bit(v[i] & c->group)) {
            while ((v[first] ^ v[i]) & c->group)
                first++;
            again |= first < i;
            if (first < i && in_conflict(c, v[first], v[i]))
                s->marks[o->at[i] / 8] |= (uint16_t)c->mark;
        }
        seen |= group_bit(v[i] & c->group);
    }
    return again;
}

/*
 * Sorts the entries by group. Within a group they stay in the order of the table, and each is
 * compared with the first.
 */
static bool mark_many(struct survey *s, struct order *o, const struct conflict *c)
{
    uint64_t first = 0;
    bool again = false;

    for (unsigned n = 0; n < 8; n++)
        if (c->group & BYTE(n))
            sort_by_byte(s, o, n, c->as_it_stands);
    for (size_t i = 0; i < o->count; i++) {
        const uint64_t v = entry_value(s, o->at[i], c->as_it_stands);

        if (i == 0 || (v ^ first) & c->group) {
            first = v;
            continue;
        }
        again = true;
        if (in_conflict(c, first, v))
            s->marks[o->at[i] / 8] |= (uint16_t)c->mark;
    }
    return again;
}

/* Return: does any group have two entries? */
static bool mark_groups(struct survey *s, struct order *o, const struct conflict *c)
{
    return o->count <= FEW ? mark_few(s, o, c) : mark_many(s, o, c);
}

static void survey_ioapics(struct survey *s, struct order *o)
{
    static const struct conflict same_address = { ADDRESS_BYTES, 0, MARK_ADDRESS_AGAIN, true };

    gather(o, s, s->ioapic_span, MPT_IOAPIC);
    keep(o, s, FLAGS, is_enabled);
    mark_groups(s, o, &same_address);
}

static void survey_io_ints(struct survey *s, struct order *o)
{
    static const struct conflict same_source = { SOURCE_BYTES, INPUT_BYTES, MARK_SOURCE, false };
    static const struct conflict same_entry = { ALL_BYTES, 0, MARK_SAME, true };
    static const struct conflict same_input = { INPUT_BYTES, SOURCE_BYTES, MARK_PIN, false };
    static const struct conflict same_kind = { INPUT_BYTES, KIND_BYTES, MARK_INPUT, false };

    gather(o, s, s->io_int_span, MPT_IO_INT);
    survey_irq0(s, o);
    if (mark_groups(s, o, &same_source)) /* else no two are equal */
        mark_groups(s, o, &same_entry);
    if (o->count > FEW)
        gather(o, s, s->io_int_span, MPT_IO_INT); /* back in table order */
    mark_groups(s, o, &same_kind);
    if (o->count > FEW)
        gather(o, s, s->io_int_span, MPT_IO_INT);
    keep(o, s, BUS, is_unshared);
    mark_groups(s, o, &same_input);
}

static void survey_conflicts(struct survey *s, struct order *o)
{
    if (s->enabled_ioapics > 1)
        survey_ioapics(s, o);
    if (s->io_ints > 0)
        survey_io_ints(s, o);
}

static size_t entries_in(struct span span)
{
    return (span.end - span.begin) / MPT_IO_INT_SIZE;
}

/* Not inlined, so that a table of few entries does not touch the stack that survey_many needs */
static __attribute__((noinline)) void survey_few(struct survey *s)
{
    uint16_t at[FEW];

    survey_conflicts(s, &(struct order){ 0, at, NULL });
}

_Static_assert(MPT_HEADER_SIZE + (MPT_ENTRIES_MAX + 1) * MPT_IO_INT_SIZE > MPT_TABLE_MAX,
               "no room for the entries of the longest table");

static __attribute__((noinline)) void survey_many(struct survey *s)
{
    uint16_t at[MPT_ENTRIES_MAX], to[MPT_ENTRIES_MAX];

    survey_conflicts(s, &(struct order){ 0, at, to });
}

static void survey_table(struct survey *s, const struct mpt_memory *memory)
{
    const struct mpt_view *const v = &s->view;

    s->table_end = (uint64_t)v->table_address +
                   (v->signature_right ? (unsigned)v->base_length + v->extended_length : 0);
    s->right_floating_checksum = (uint8_t)(v->floating_checksum - v->floating_sum);
    s->right_checksum = (uint8_t)(v->checksum - v->sum);
    s->right_extended_checksum = (uint8_t)-v->extended_sum;
    s->unsorted.entry = s->stop_spot.entry = s->highest_bus = s->sole_ioapic = -1;
    if (!v->has_header)
        return;
    memcpy(s->signature, v->table, sizeof(s->signature));
    if (!v->signature_right)
        return; /* the bytes that follow are not the fields of a table */
    survey_entries(s, memory);
    if (given(s, MPT_FACT_APIC_IDS))
        survey_apic_ids(s);
    if (given(s, MPT_FACT_IOAPICS))
        survey_ioapic_facts(s);
    survey_extended(s);
    if (entries_in(s->ioapic_span) <= FEW && entries_in(s->io_int_span) <= FEW)
        survey_few(s);
    else
        survey_many(s);
}

void mpt_survey(struct survey *s, const struct mpt_memory *memory, const struct mpt_view *view,
                const struct mpt_facts *facts)
{
    memset(s, 0, offsetof(struct survey, marks));
    s->absent = !view;
    if (view)
        s->view = *view;
    s->bounds = survey_facts(s, memory, facts);
    if (!view) {
        survey_absence(s, memory, facts);
        return;
    }
    survey_place(s);
    survey_search(s, memory);
    s->passes_table = passes_table(view->floating.default_configuration);
    survey_table(s, memory);
}
