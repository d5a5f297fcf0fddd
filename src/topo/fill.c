/* SPDX-License-Identifier: ISC */
/*
 * Fills a topology from a row of profiles.c. Each function adds one kind of entries, unless the
 * request gives entries of that kind. complete.c has checked the given entries, so all of them fit
 * their arrays. This file refuses only combinations of a row and a request that do not fit.
 *
 * The order matters: buses first, since interrupts come from them; then the I/O APIC, whose ID may
 * depend on those of processors; then interrupts and the extended entry; then the order of all
 * entries and the header, which count them.
 */
#include "fill.h"

#include <string.h>

#include "profiles.h"

/* Bits of the APIC ID field that holds 0 to n-1 (x86 topology enumeration, CPUID leaf 0xb) */
static unsigned field_bits(unsigned n)
{
    unsigned bits = 0;

    while (bits < 16 && 1U << bits < n)
        bits++;
    return bits;
}

/* An APIC ID made of bit fields, one for each level, the innermost level in the lowest bits */
static uint32_t numbered_id(const struct topology *t, unsigned cpu)
{
    const unsigned counts[] = { t->threads, t->cores, t->dies, t->packages };
    uint32_t id = 0;
    unsigned shift = 0;

    for (unsigned level = 0; level < 4; level++) {
        id |= (uint32_t)(cpu % counts[level]) << shift;
        cpu /= counts[level];
        shift += field_bits(counts[level]);
    }
    return id;
}

uint32_t fill_apic_id(const struct topology *t, unsigned cpu)
{
    const unsigned step = t->profile->apic_id_step ? t->profile->apic_id_step : 1;

    return t->given & GIVEN_TOPOLOGY ? numbered_id(t, cpu) : cpu * step;
}

void fill_processors(struct topology *t)
{
    for (unsigned i = 0; i < t->cpus; i++)
        t->processors[i] = (struct mpt_processor){
            .apic_id = (uint8_t)fill_apic_id(t, i),
            .apic_version = t->profile->apic_version,
            .flags = MPT_CPU_ENABLED | (i == 0 ? MPT_CPU_BSP : 0),
            .signature = t->profile->signature,
            .features = t->profile->features,
        };
}

/* Copies @text, cut or padded to @size bytes, with NULs or blanks. */
static void pad(char *out, size_t size, const char *text, bool nul)
{
    const size_t n = strlen(text);

    memset(out, nul ? '\0' : ' ', size);
    memcpy(out, text, n < size ? n : size);
}

static void add_bus(struct topology *t, unsigned id, const char *type)
{
    struct mpt_bus *bus = &t->buses[t->table.bus_count++];

    bus->bus_id = (uint8_t)id;
    pad(bus->bus_type, sizeof(bus->bus_type), type, t->profile->nul_padded);
}

/* The number of PCI buses, which come before the buses of the row */
static unsigned pci_buses(const struct topology *t)
{
    unsigned count = t->profile->pci_buses == PCI_BUSES_ONE_OR_USED;

    if (t->profile->pci_buses == PCI_BUSES_NONE)
        return 0;
    for (unsigned i = 0; i < t->pci_int_count; i++)
        if (t->pci_ints[i].bus_id >= count)
            count = t->pci_ints[i].bus_id + 1U;
    return count;
}

static int fill_buses(struct topology *t, struct err *err)
{
    static const struct at at_pci = { NULL, "pci_interrupts", 0 };
    const unsigned pci = pci_buses(t);

    if (t->given & GIVEN_BUSES)
        return 0;
    if (pci > UINT8_MAX)
        return err_at(err, ERR_INVALID, &at_pci, "PCI buses 0 to %u leave no bus ID to the ISA bus",
                      pci - 1);
    for (unsigned id = 0; id < pci; id++)
        add_bus(t, id, "PCI");
    for (const struct profile_bus *bus = t->profile->buses; bus->bus_type; bus++)
        add_bus(t, pci + bus->bus_id, bus->bus_type);
    return 0;
}

/* The first ISA or EISA bus; NULL = none */
static const struct mpt_bus *isa_bus(const struct topology *t)
{
    for (unsigned i = 0; i < t->table.bus_count; i++)
        if (mpt_bus_kind(t->buses[i].bus_type) == MPT_BUS_ISA)
            return &t->buses[i];
    return NULL;
}

static bool bus_declared(const struct topology *t, uint8_t id)
{
    for (unsigned i = 0; i < t->table.bus_count; i++)
        if (t->buses[i].bus_id == id)
            return true;
    return false;
}

static uint8_t lowest_free_id(const struct topology *t)
{
    bool taken[MPT_ALL + 1] = { false };

    for (unsigned i = 0; i < t->cpus; i++)
        taken[t->processors[i].apic_id] = true;
    for (unsigned id = 0; id < MPT_ALL; id++)
        if (!taken[id])
            return (uint8_t)id;
    return 0;
}

static void fill_ioapic(struct topology *t)
{
    const struct profile *p = t->profile;
    uint8_t id = p->ioapic_id;

    if (p->no_ioapic || t->given & GIVEN_IOAPICS)
        return;
    if (p->ioapic_rule == IOAPIC_ID_LOWEST_FREE)
        id = lowest_free_id(t);
    else if (p->ioapic_rule == IOAPIC_ID_CPUS)
        id = (uint8_t)(t->cpus + p->ioapic_id);
    t->ioapics[t->table.ioapic_count++] = (struct mpt_ioapic){ .apic_id = id,
                                                               .apic_version = p->ioapic_version,
                                                               .flags = MPT_IOAPIC_ENABLED,
                                                               .address = MPT_IOAPIC_ADDRESS };
}

/* What the profile's interrupt entries are made from. */
struct wiring {
    uint8_t isa, ioapic;       /* IDs of the ISA bus and of the first I/O APIC */
    bool taken[UINT8_MAX + 1]; /* INTINs that PCI routes go to */
    unsigned highest;          /* of these INTINs; 0 = none */
    bool pci_done;
    bool written[TOPOLOGY_PCI_MAX]; /* for each of pci_ints; the rest is not initialised */
};

static void add_io_int(struct topology *t, const struct mpt_io_int *entry, uint8_t ioapic)
{
    t->io_ints[t->table.io_int_count] = *entry;
    t->io_ints[t->table.io_int_count++].apic_id = ioapic;
}

static void add_pci_int(struct topology *t, struct wiring *w, unsigned i)
{
    struct mpt_io_int entry = t->pci_ints[i];

    if (w->written[i])
        return;
    w->written[i] = true;
    entry.flags = t->profile->pci_flags;
    add_io_int(t, &entry, t->pci_to_first[i] ? w->ioapic : entry.apic_id);
}

static bool own_route_stands(const struct topology *t, const struct mpt_io_int *route)
{
    return !(t->given & GIVEN_BUSES) || bus_declared(t, route->bus_id);
}

static void note_route(struct wiring *w, uint8_t intin)
{
    w->taken[intin] = true;
    if (intin > w->highest)
        w->highest = intin;
}

static void note_pci(const struct topology *t, struct wiring *w)
{
    const struct profile *p = t->profile;

    for (unsigned i = 0; i < p->pci_count; i++)
        if (own_route_stands(t, &p->pci[i]))
            note_route(w, p->pci[i].intin);
    for (unsigned i = 0; i < t->pci_int_count; i++)
        note_route(w, t->pci_ints[i].intin);
    memset(w->written, 0, t->pci_int_count);
}

static void add_pci(struct topology *t, struct wiring *w)
{
    const struct profile *p = t->profile;

    if (w->pci_done)
        return;
    w->pci_done = true;
    for (unsigned i = 0; i < p->pci_count; i++)
        if (own_route_stands(t, &p->pci[i]))
            add_io_int(t, &p->pci[i], w->ioapic);
    for (unsigned i = 0; i < t->pci_int_count; i++)
        add_pci_int(t, w, i);
}

static void add_line(struct topology *t, struct wiring *w, const struct profile_lines *row,
                     unsigned n)
{
    const struct mpt_io_int line = { .int_type = row->int_type,
                                     .flags = row->flags,
                                     .bus_id = w->isa,
                                     .irq = (uint8_t)(row->irq + n),
                                     .intin = (uint8_t)(row->intin + n) };

    if ((row->when == LINE_UNLESS_PCI && w->taken[line.intin]) ||
        (row->when == LINE_ABOVE_PCI && line.intin <= w->highest))
        return;
    if (row->when != LINE_OR_PCI || !w->taken[line.intin]) {
        add_io_int(t, &line, w->ioapic);
        return;
    }
    for (unsigned i = 0; i < t->pci_int_count; i++)
        if (t->pci_ints[i].intin == line.intin)
            add_pci_int(t, w, i);
}

/*
 * Adds the row's lines for IRQs up to 15, then IRQ n on input n, up to the count that the request
 * or the row asks for
 */
static void add_lines(struct topology *t, struct wiring *w)
{
    const unsigned irqs = t->given & GIVEN_IRQS ? t->irqs : t->profile->irqs;
    struct profile_lines more = { .irq = TOPOLOGY_IRQS_MIN, .intin = TOPOLOGY_IRQS_MIN };

    for (const struct profile_lines *row = t->profile->lines; row && row->count > 0; row++) {
        if (row->when == PCI_HERE) {
            add_pci(t, w);
            continue;
        }
        for (unsigned n = 0; n < row->count; n++)
            add_line(t, w, row, n);
        more.when = row->when;
    }
    for (unsigned irq = TOPOLOGY_IRQS_MIN; t->profile->lines && irq < irqs; irq++)
        add_line(t, w, &more, irq - TOPOLOGY_IRQS_MIN);
    add_pci(t, w);
}

static void fill_io_ints(struct topology *t, struct wiring *w)
{
    if (t->table.ioapic_count == 0 && !(t->given & GIVEN_IO_INTS))
        return;
    note_pci(t, w);
    if (!(t->given & GIVEN_IO_INTS))
        add_lines(t, w);
    for (unsigned i = 0; i < t->pci_int_count; i++)
        add_pci_int(t, w, i);
}

static uint8_t bsp_id(const struct topology *t)
{
    for (unsigned i = 0; i < t->cpus; i++)
        if (t->processors[i].flags & MPT_CPU_BSP)
            return t->processors[i].apic_id;
    return 0; /* complete_topology refuses such a topology */
}

static void fill_local_ints(struct topology *t, const struct wiring *w)
{
    if (t->given & GIVEN_LOCAL_INTS)
        return;
    for (unsigned i = 0; i < t->profile->local_count; i++) {
        const struct profile_local *row = &t->profile->locals[i];
        const bool follow = row->bus_id == ROLE_ISA ||
                            (t->given & GIVEN_BUSES && !bus_declared(t, (uint8_t)row->bus_id));

        t->local_ints[t->table.local_int_count++] = (struct mpt_local_int){
            .int_type = row->int_type,
            .flags = row->flags,
            .bus_id = follow ? w->isa : (uint8_t)row->bus_id,
            .apic_id = row->apic_id == ROLE_IOAPIC ? w->ioapic
                       : row->apic_id == ROLE_BSP  ? bsp_id(t)
                                                   : (uint8_t)row->apic_id,
            .lintin = row->lintin,
        };
    }
}

/* Does the profile add entries whose source is an ISA bus? */
static bool needs_isa(const struct topology *t)
{
    const struct profile *p = t->profile;

    return (p->lines && t->table.ioapic_count > 0 && !(t->given & GIVEN_IO_INTS)) ||
           (p->local_count > 0 && !(t->given & GIVEN_LOCAL_INTS));
}

static void fill_slots(struct topology *t)
{
    t->table.processor_count = (uint16_t)t->cpus;
    while (t->table.processor_count < t->profile->slots)
        t->processors[t->table.processor_count++] = (struct mpt_processor){ 0 };
}

static uint16_t *type_count(struct mpt_table *table, unsigned type)
{
    switch (type) {
    case MPT_PROCESSOR:
        return &table->processor_count;
    case MPT_BUS:
        return &table->bus_count;
    case MPT_IOAPIC:
        return &table->ioapic_count;
    case MPT_IO_INT:
        return &table->io_int_count;
    default:
        return &table->local_int_count;
    }
}

/* Ascending types. MPS 1.4 §4.3 */
static const struct mpt_run ascending[MPT_BASE_TYPES] = { { MPT_PROCESSOR, PROFILE_REST },
                                                          { MPT_BUS, PROFILE_REST },
                                                          { MPT_IOAPIC, PROFILE_REST },
                                                          { MPT_IO_INT, PROFILE_REST },
                                                          { MPT_LOCAL_INT, PROFILE_REST } };

/* The row's extended entry, unless the request's buses lack one of those that it names */
static void fill_extended(struct topology *t)
{
    const struct mpt_hierarchy *const own = t->profile->hierarchy;

    if (!own || t->given & GIVEN_EXTENDED || !bus_declared(t, own->bus_id) ||
        !bus_declared(t, own->parent_bus) || !topology_append_run(t, MPT_HIERARCHY))
        return;
    t->hierarchies[t->table.hierarchy_count++] = *own;
}

/*
 * Base entries in the order of the row, else by ascending type. Extended entries follow in the
 * order that was given; their runs are in order[] already.
 */
static void fill_order(struct topology *t)
{
    const struct profile *p = t->profile;
    const struct mpt_run *from = p->order_count > 0 ? p->order : ascending;
    const unsigned runs = p->order_count > 0 ? p->order_count : MPT_BASE_TYPES;
    struct mpt_table left = t->table;

    if (p->order_count == 0 && t->table.order_count == 0)
        return;
    memmove(t->order + runs, t->order, t->table.order_count * sizeof(t->order[0]));
    for (unsigned i = 0; i < runs; i++) {
        uint16_t *const rest = type_count(&left, from[i].type);

        t->order[i].type = from[i].type;
        t->order[i].count = from[i].count < *rest ? from[i].count : *rest;
        *rest = (uint16_t)(*rest - t->order[i].count);
    }
    t->table.order_count = (uint16_t)(t->table.order_count + runs);
    t->table.order = t->order;
}

void fill_header(struct topology *t)
{
    const struct profile *p = t->profile;
    struct mpt_header *h = &t->table.header;

    if (!(t->given & GIVEN_OEM_ID))
        pad(h->oem_id, sizeof(h->oem_id), p->oem_id, p->nul_padded);
    if (!(t->given & GIVEN_PRODUCT_ID))
        pad(h->product_id, sizeof(h->product_id), p->product_id, p->nul_padded);
    if (!(t->given & GIVEN_LOCAL_APIC_ADDRESS))
        h->local_apic_address = MPT_LOCAL_APIC_ADDRESS;
    if (!(t->given & GIVEN_SPEC_REVISION))
        t->table.floating.spec_revision = h->spec_revision = MPT_SPEC_1_4;
    if (!(t->given & GIVEN_IMCR))
        t->table.floating.features = p->imcrp;
    if (t->given & GIVEN_ENTRY_COUNT) {
        t->table.entry_count_given = 1;
    } else if (p->count != COUNT_EXACT) {
        t->table.entry_count_given = 1;
        t->table.entry_count = p->count == COUNT_ZERO ? 0 : (uint16_t)(mpt_entries(&t->table) + 1);
    }
}

int fill_topology(struct topology *t, struct err *err)
{
    static const struct at at_buses = { NULL, "buses", 0 };
    struct wiring w;
    const struct mpt_bus *isa;

    if (fill_buses(t, err) < 0)
        return -1;
    fill_ioapic(t);
    isa = isa_bus(t);
    if (!isa && needs_isa(t))
        return err_at(
            err, ERR_INVALID, &at_buses,
            "profile %s has interrupts from an ISA bus: declare one, or give io_interrupts and "
            "local_interrupts too",
            t->profile->name);
    memset(&w, 0, offsetof(struct wiring, written));
    w.isa = isa ? isa->bus_id : 0;
    w.ioapic = t->table.ioapic_count > 0 ? t->ioapics[0].apic_id : 0;
    fill_slots(t);
    fill_io_ints(t, &w);
    fill_local_ints(t, &w);
    fill_extended(t);
    fill_order(t);
    fill_header(t);
    return 0;
}
