/* SPDX-License-Identifier: ISC */
/*
 * Linux reads all entries first. Then it asks three questions that decide the routing:
 *
 * - Is a bus PCI? Every declared bus whose name does not begin with "PCI" counts as ISA, and a bus
 *   that is not declared counts as PCI (mp_bus_not_pci).
 * - Which entry has an input? The first of type INT whose destination is the I/O APIC, or all of
 *   them. Only this entry says how the input is triggered, for every source that arrives there.
 * - Which entry has a PCI pin? The first of its bus, device and pin whose I/O APIC is there.
 *
 * At start, Linux goes through the inputs and routes the IRQs that it finds at the first I/O APIC.
 * A PCI device may arrive at any I/O APIC, since Linux asks again for its driver.
 */
#include "routing.h"

#include <string.h>

#define ROUTING_LOSS(L, words) [ROUTING_##L] = (words),
const char *const routing_losses[ROUTING_LOSS_COUNT] = { ROUTING_LOSSES(ROUTING_LOSS) };
#undef ROUTING_LOSS

enum { IDS = UINT8_MAX + 1, IOAPICS_MAX = 128 /* MAX_IO_APICS of a 64-bit Linux */ };

/* What Linux keeps of a table */
struct kept {
    const struct mpt_io_int *ints; /* the table's, or the defaults */
    unsigned int_count, ioapic_count;
    uint8_t ioapic_ids[IOAPICS_MAX];
    uint32_t addresses[IOAPICS_MAX];
    unsigned inputs[IOAPICS_MAX], gsi_bases[IOAPICS_MAX];
    bool not_pci[IDS];
};

static void keep_buses(struct kept *k, const struct topology *t)
{
    for (unsigned i = 0; i < t->table.bus_count; i++)
        k->not_pci[t->buses[i].bus_id] = memcmp(t->buses[i].bus_type, "PCI", 3) != 0;
}

static bool id_used(const struct kept *k, unsigned id)
{
    for (unsigned i = 0; i < k->ioapic_count; i++)
        if (k->ioapic_ids[i] == id)
            return true;
    return false;
}

static bool address_used(const struct kept *k, uint32_t address)
{
    for (unsigned i = 0; i < k->ioapic_count; i++)
        if (k->addresses[i] == address)
            return true;
    return false;
}

/* Inputs of the I/O APIC at that address; 0 = the machine has no I/O APIC there */
static unsigned inputs_at(const struct mpt_facts *facts, uint32_t address)
{
    const unsigned given = facts ? facts->given : 0;
    const unsigned all = given & MPT_FACT_INPUTS ? facts->ioapic_inputs : ROUTING_INPUTS;

    if (!(given & MPT_FACT_IOAPICS))
        return all;
    for (size_t i = 0; i < facts->ioapic_count; i++)
        if (facts->ioapics[i].address == address)
            return facts->ioapics[i].inputs ? facts->ioapics[i].inputs : all;
    return 0;
}

/*
 * An ID that another I/O APIC has is replaced by the lowest free one. An I/O APIC that the machine
 * lacks is skipped: its registers read as all ones.
 */
static void keep_ioapics(struct kept *k, const struct topology *t, const struct mpt_facts *facts)
{
    unsigned gsi = 0;

    for (unsigned i = 0; i < t->table.ioapic_count && k->ioapic_count < IOAPICS_MAX; i++) {
        const struct mpt_ioapic *const v = &t->ioapics[i];
        const unsigned inputs = inputs_at(facts, v->address);
        unsigned id = v->apic_id;

        if (!(v->flags & MPT_IOAPIC_ENABLED) || v->address == 0 || address_used(k, v->address) ||
            inputs == 0)
            continue;
        for (unsigned other = 0; id_used(k, id) && other < IDS; other++)
            id = other;
        k->addresses[k->ioapic_count] = v->address;
        k->inputs[k->ioapic_count] = inputs;
        k->gsi_bases[k->ioapic_count] = gsi;
        gsi += inputs;
        k->ioapic_ids[k->ioapic_count++] = (uint8_t)id;
    }
}

/* Index of the first I/O APIC that a destination names, or ROUTING_NOWHERE */
static int find_ioapic(const struct kept *k, uint8_t destination)
{
    for (unsigned i = 0; i < k->ioapic_count; i++)
        if (k->ioapic_ids[i] == destination || destination == MPT_ALL)
            return (int)i;
    return ROUTING_NOWHERE;
}

/* The entry that has an input; there is one, because the caller has an entry that names it */
static unsigned find_owner(const struct kept *k, uint8_t ioapic, uint8_t intin)
{
    unsigned i = 0;

    while (k->ints[i].int_type != MPT_INT || k->ints[i].intin != intin ||
           (k->ints[i].apic_id != k->ioapic_ids[ioapic] && k->ints[i].apic_id != MPT_ALL))
        i++;
    return i;
}

/* Does an earlier entry name the same pin of the same device, and an I/O APIC that exists? */
static bool asked_before(const struct kept *k, unsigned index)
{
    const struct mpt_io_int *const v = &k->ints[index];

    for (unsigned i = 0; i < index; i++)
        if (k->ints[i].int_type == MPT_INT && k->ints[i].bus_id == v->bus_id &&
            (k->ints[i].irq & 0x7f) == (v->irq & 0x7f) &&
            find_ioapic(k, k->ints[i].apic_id) != ROUTING_NOWHERE)
            return true;
    return false;
}

/* Conforming interrupts follow the bus: PCI is low and level, all else high and edge. */
static void take_flags(const struct kept *k, const struct mpt_io_int *owner,
                       struct routing_row *row)
{
    const unsigned polarity = owner->flags & 3, trigger = owner->flags >> 2 & 3;
    const bool pci = !k->not_pci[owner->bus_id];

    row->low = polarity == 0 ? pci : polarity != 1; /* reserved values: low, level */
    row->level = trigger == 0 ? pci : trigger != 1;
}

static enum routing_loss find_loss(const struct kept *k, unsigned index, int ioapic)
{
    const struct mpt_io_int *const v = &k->ints[index];

    if (ioapic == ROUTING_NOWHERE)
        return ROUTING_NO_IOAPIC;
    if (v->intin >= k->inputs[ioapic])
        return ROUTING_NO_INPUT;
    if (!k->not_pci[v->bus_id])
        return asked_before(k, index) ? ROUTING_UNASKED : ROUTING_NONE;
    if (ioapic > 0)
        return ROUTING_SECOND;
    if (find_owner(k, 0, v->intin) != index)
        return ROUTING_TAKEN;
    return v->irq == 2 ? ROUTING_CASCADE : ROUTING_NONE;
}

static void add_row(const struct kept *k, unsigned index, struct routing *r)
{
    const struct mpt_io_int *const v = &k->ints[index];
    const int ioapic = find_ioapic(k, v->apic_id);
    struct routing_row *const row = &r->rows[r->count++];

    *row = (struct routing_row){ .loss = find_loss(k, index, ioapic),
                                 .pci = !k->not_pci[v->bus_id],
                                 .bus_id = v->bus_id,
                                 .irq = v->irq,
                                 .apic_id = v->apic_id,
                                 .intin = v->intin };
    if (row->loss != ROUTING_NONE)
        return;
    row->ioapic = (uint8_t)ioapic;
    row->apic_id = k->ioapic_ids[ioapic];
    row->gsi = k->gsi_bases[ioapic] + v->intin;
    take_flags(k, &k->ints[find_owner(k, row->ioapic, v->intin)], row);
}

/* The first entry of that type for ISA IRQ 0. Its I/O APIC is found by ID; 255 names none. */
static void find_timer(const struct kept *k, uint8_t type, int *ioapic, int *pin)
{
    *ioapic = *pin = ROUTING_NOWHERE;
    for (unsigned i = 0; i < k->int_count; i++) {
        const struct mpt_io_int *const v = &k->ints[i];

        if (v->int_type != type || v->irq != 0 || !k->not_pci[v->bus_id])
            continue;
        *pin = v->intin;
        if (id_used(k, v->apic_id))
            *ioapic = find_ioapic(k, v->apic_id);
        return;
    }
}

/* Does a row bring IRQ 0 to its input? Linux's timer ladder begins there. */
static bool timer_routed(const struct routing *r)
{
    for (unsigned i = 0; i < r->count; i++)
        if (!r->rows[i].pci && r->rows[i].irq == 0 && r->rows[i].intin == r->pin1)
            return r->rows[i].loss == ROUTING_NONE || r->rows[i].loss == ROUTING_SECOND;
    return false;
}

/*
 * As Linux's check_timer. The second step moves IRQ 0 to the input of the ExtINT entry, where the
 * timer may be wired too; without such an entry it tries the first input again. The later steps
 * take the timer from the 8259 through the local APIC.
 */
static unsigned find_step(const struct mpt_facts *facts, const struct routing *r)
{
    const unsigned given = facts ? facts->given : 0;
    const bool wired = given & MPT_FACT_IRQ0;

    if (r->ioapic_count == 0 || !timer_routed(r))
        return ROUTING_STEP_NONE;
    if (!wired || facts->irq0_intin == (unsigned)r->pin1)
        return ROUTING_STEP_PIN;
    if (r->apic2 == 0 && facts->irq0_intin == (unsigned)r->pin2)
        return ROUTING_STEP_EXTINT_PIN;
    return given & MPT_FACT_8259 && !facts->has_8259 ? ROUTING_STEP_NONE : ROUTING_STEP_WIRE;
}

enum { DEFAULTS = 16 };

/* The interrupts that Linux makes up: IRQs 0 to 15 except 2, and the 8259 on input 0 */
static void take_defaults(struct kept *k, struct mpt_io_int ints[DEFAULTS])
{
    const uint8_t to = k->ioapic_count > 0 ? k->ioapic_ids[0] : MPT_ALL;

    k->not_pci[0] = true;
    k->ints = ints;
    k->int_count = 0;
    for (uint8_t irq = 0; irq < 16; irq++)
        if (irq != 2)
            ints[k->int_count++] = (struct mpt_io_int){
                .int_type = MPT_INT, .irq = irq, .apic_id = to, .intin = irq ? irq : 2
            };
    ints[k->int_count++] = (struct mpt_io_int){ .int_type = MPT_EXTINT, .apic_id = to };
}

void routing_make(const struct topology *t, const struct mpt_facts *facts, struct routing *r)
{
    struct mpt_io_int defaults[DEFAULTS];
    struct kept k = { .ints = t->io_ints, .int_count = t->table.io_int_count };

    if (k.int_count > ROUTING_MAX)
        k.int_count = ROUTING_MAX;
    keep_buses(&k, t);
    keep_ioapics(&k, t, facts);
    r->defaults = k.int_count == 0;
    r->count = 0;
    r->ioapic_count = k.ioapic_count;
    if (r->defaults)
        take_defaults(&k, defaults);
    for (unsigned i = 0; i < k.int_count; i++)
        if (k.ints[i].int_type == MPT_INT)
            add_row(&k, i, r);
    find_timer(&k, MPT_INT, &r->apic1, &r->pin1);
    find_timer(&k, MPT_EXTINT, &r->apic2, &r->pin2);
    r->step = find_step(facts, r);
}
