/* SPDX-License-Identifier: ISC */
/*
 * A check goes on after an error, so that a client learns all errors at once. The order matters:
 * the IDs of I/O APICs depend on those of processors, and interrupts name both and the ISA bus.
 */
#include "from_madt.h"

#include <string.h>

#include "profiles.h"

/* Inputs of an I/O APIC: the 82093AA's version register gives the last one, 0 to 239. */
enum { INPUTS_MAX = 240, IDS = MPT_ALL };

int from_madt_read(const uint8_t *bytes, size_t size, struct madt *madt, struct err *err)
{
    const enum madt_err status = madt_read(bytes, size, madt);

    if (status == MADT_OK)
        return 0;
    if (madt->at == 0)
        return err_at(err, ERR_INVALID, NULL, "%s", madt_strerror(status));
    return err_at(err, ERR_INVALID, NULL, "at 0x%x: %s", madt->at, madt_strerror(status));
}

/*
 * The I/O APIC that has a global system interrupt: the one whose first GSI is the highest up to
 * @gsi, because a MADT does not give the last one. Return: its index, with *intin set; -1: none has
 */
static int find_input(const struct madt *madt, uint32_t gsi, uint8_t *intin)
{
    int best = -1;

    for (unsigned i = 0; i < madt->ioapic_count; i++)
        if (madt->ioapics[i].gsi <= gsi &&
            (best < 0 || madt->ioapics[i].gsi > madt->ioapics[best].gsi))
            best = (int)i;
    if (best < 0 || gsi - madt->ioapics[best].gsi >= INPUTS_MAX)
        return -1;
    *intin = (uint8_t)(gsi - madt->ioapics[best].gsi);
    return best;
}

/* Index of the bootstrap processor; -1 = there is none */
static int find_bsp(const struct madt *madt, int bsp)
{
    for (unsigned i = 0; i < madt->processor_count; i++)
        if (madt->processors[i].enabled &&
            (bsp == FROM_MADT_FIRST || madt->processors[i].apic_id == (uint32_t)bsp))
            return (int)i;
    return -1;
}

static void fill_processors_from(const struct madt *madt, int first, struct topology *t,
                                 struct err *err)
{
    for (unsigned i = 0; i < madt->processor_count; i++) {
        const struct madt_processor *const p = &madt->processors[i];

        if (p->apic_id >= MPT_ALL)
            err_at(err, ERR_INVALID, NULL,
                   "at 0x%x: APIC ID %u is above 254, the highest that an MP table can list", p->at,
                   p->apic_id);
        t->processors[i] = (struct mpt_processor){
            .apic_id = (uint8_t)p->apic_id,
            .apic_version = t->profile->apic_version,
            .flags =
                (uint8_t)((p->enabled ? MPT_CPU_ENABLED : 0) | ((int)i == first ? MPT_CPU_BSP : 0)),
            .signature = t->profile->signature,
            .features = t->profile->features,
        };
    }
    t->given |= GIVEN_PROCESSORS;
    t->cpus = madt->processor_count;
    t->table.processor_count = (uint16_t)madt->processor_count;
}

/* The ID, or the lowest free one when it is taken. 255 processors leave no ID free. */
static uint8_t take_id(bool taken[IDS], uint8_t id)
{
    if (id == MPT_ALL || taken[id])
        for (id = 0; id < IDS - 1 && taken[id]; id++)
            ;
    taken[id] = true;
    return id;
}

static int fill_ioapics_from(const struct madt *madt, struct topology *t, struct err *err)
{
    static const struct at at_ioapics = { NULL, "io_apics", 0 };
    bool taken[IDS] = { false };

    if (t->given & GIVEN_IOAPICS)
        return t->table.ioapic_count == madt->ioapic_count
                   ? 0
                   : err_at(err, ERR_INVALID, &at_ioapics, "must be %u, as many as the MADT has",
                            madt->ioapic_count);
    for (unsigned i = 0; i < t->cpus; i++)
        if (t->processors[i].apic_id != MPT_ALL)
            taken[t->processors[i].apic_id] = true;
    for (unsigned i = 0; i < madt->ioapic_count; i++)
        t->ioapics[i] = (struct mpt_ioapic){ .apic_id = take_id(taken, madt->ioapics[i].id),
                                             .apic_version = t->profile->ioapic_version,
                                             .flags = MPT_IOAPIC_ENABLED,
                                             .address = madt->ioapics[i].address };
    t->given |= GIVEN_IOAPICS;
    t->table.ioapic_count = (uint16_t)madt->ioapic_count;
    return 0;
}

/* Return: the ID of the ISA bus, given or added here; -1 = there can be none */
static int fill_buses_from(struct topology *t, struct err *err)
{
    static const struct at at_buses = { NULL, "buses", 0 };
    unsigned pci = 0;

    for (unsigned i = 0; t->given & GIVEN_BUSES && i < t->table.bus_count; i++)
        if (mpt_bus_kind(t->buses[i].bus_type) == MPT_BUS_ISA)
            return t->buses[i].bus_id;
    for (unsigned i = 0; i < t->pci_int_count; i++)
        if (t->pci_ints[i].bus_id >= pci)
            pci = t->pci_ints[i].bus_id + 1U;
    if (t->given & GIVEN_BUSES || pci > UINT8_MAX)
        return err_at(err, ERR_INVALID, &at_buses,
                      "must have an ISA bus, from which the MADT's interrupts come");
    for (unsigned id = 0; id <= pci; id++) {
        t->buses[id].bus_id = (uint8_t)id;
        memcpy(t->buses[id].bus_type, id < pci ? "PCI   " : "ISA   ",
               sizeof(t->buses[id].bus_type));
    }
    t->given |= GIVEN_BUSES;
    t->table.bus_count = (uint16_t)(pci + 1);
    return (int)pci;
}

/* @at: offset of the structure that names the GSI; if 0, an interrupt without input is skipped */
static void add_io_int_from(const struct madt *madt, struct topology *t, struct mpt_io_int v,
                            uint32_t gsi, uint32_t at, struct err *err)
{
    const int ioapic = find_input(madt, gsi, &v.intin);

    if (ioapic < 0 && at > 0)
        err_at(err, ERR_INVALID, NULL, "at 0x%x: no I/O APIC has an input for interrupt %u", at,
               gsi);
    if (ioapic < 0)
        return;
    v.apic_id = t->ioapics[ioapic].apic_id;
    t->io_ints[t->table.io_int_count++] = v;
}

static void fill_io_ints_from(const struct madt *madt, uint8_t isa, struct topology *t,
                              struct err *err)
{
    if (t->given & GIVEN_IO_INTS)
        return;
    for (unsigned i = 0; i < madt->nmi_count; i++)
        add_io_int_from(
            madt, t,
            (struct mpt_io_int){ .int_type = MPT_NMI, .flags = madt->nmis[i].flags, .bus_id = isa },
            madt->nmis[i].gsi, madt->nmis[i].at, err);
    for (unsigned irq = 0; irq < MADT_LINES; irq++) {
        const struct madt_line *const line = &madt->lines[irq];

        if (line->connected)
            add_io_int_from(
                madt, t,
                (struct mpt_io_int){
                    .int_type = MPT_INT, .flags = line->flags, .bus_id = isa, .irq = (uint8_t)irq },
                line->gsi, line->at, err);
    }
    t->given |= GIVEN_IO_INTS;
}

/* APIC ID of the processor that a non-maskable interrupt goes to; -1 = none that is listed */
static int nmi_destination(const struct madt *madt, const struct madt_local_nmi *nmi)
{
    for (unsigned i = 0; !nmi->all && i < madt->processor_count; i++)
        if (madt->processors[i].uid == nmi->uid)
            return (int)madt->processors[i].apic_id;
    return nmi->all ? MPT_ALL : -1;
}

/* Structures of types 4 and 10 may name the same interrupt. */
static void add_local_int_from(struct topology *t, const struct mpt_local_int *v)
{
    for (unsigned i = 0; i < t->table.local_int_count; i++)
        if (t->local_ints[i].int_type == v->int_type && t->local_ints[i].apic_id == v->apic_id &&
            t->local_ints[i].lintin == v->lintin)
            return;
    t->local_ints[t->table.local_int_count++] = *v;
}

static void fill_local_ints_from(const struct madt *madt, uint8_t isa, uint8_t bsp,
                                 struct topology *t)
{
    if (t->given & GIVEN_LOCAL_INTS)
        return;
    if (madt->pcat_compat)
        add_local_int_from(
            t, &(struct mpt_local_int){ .int_type = MPT_EXTINT, .bus_id = isa, .apic_id = bsp });
    for (unsigned i = 0; i < madt->local_nmi_count; i++) {
        const struct madt_local_nmi *const nmi = &madt->local_nmis[i];
        const int destination = nmi_destination(madt, nmi);

        if (destination >= 0)
            add_local_int_from(t, &(struct mpt_local_int){ .int_type = MPT_NMI,
                                                           .flags = nmi->flags,
                                                           .bus_id = isa,
                                                           .apic_id = (uint8_t)destination,
                                                           .lintin = nmi->lintin });
    }
    t->given |= GIVEN_LOCAL_INTS;
}

static void fill_address_from(const struct madt *madt, struct topology *t, struct err *err)
{
    if (t->given & GIVEN_LOCAL_APIC_ADDRESS)
        return;
    if (madt->local_apic_address > UINT32_MAX)
        err_at(err, ERR_INVALID, NULL,
               "the local APICs are at 0x%llx: an MP table has room for 32 bits of the address",
               (unsigned long long)madt->local_apic_address);
    t->table.header.local_apic_address = (uint32_t)madt->local_apic_address;
    t->given |= GIVEN_LOCAL_APIC_ADDRESS;
}

int from_madt_fill(const struct madt *madt, int bsp, struct topology *t, struct err *err)
{
    const unsigned before = err->count;
    const int first = find_bsp(madt, bsp);
    int isa;

    if (first < 0)
        return bsp == FROM_MADT_FIRST
                   ? err_at(err, ERR_INVALID, NULL, "no processor is enabled")
                   : err_at(err, ERR_INVALID, NULL, "no enabled processor has APIC ID %d", bsp);
    fill_processors_from(madt, first, t, err);
    isa = fill_buses_from(t, err);
    if (fill_ioapics_from(madt, t, err) < 0 || isa < 0)
        return -1;
    fill_io_ints_from(madt, (uint8_t)isa, t, err);
    fill_local_ints_from(madt, (uint8_t)isa, t->processors[first].apic_id, t);
    fill_address_from(madt, t, err);
    return err->count > before ? -1 : 0;
}

/* The inputs of an I/O APIC: up to the first GSI of the next one; 0 = there is no next one */
static unsigned inputs_of(const struct madt *madt, uint32_t gsi)
{
    uint32_t next = 0;

    for (unsigned i = 0; i < madt->ioapic_count; i++)
        if (madt->ioapics[i].gsi > gsi && (next == 0 || madt->ioapics[i].gsi < next))
            next = madt->ioapics[i].gsi;
    return next > 0 && next - gsi <= INPUTS_MAX ? next - gsi : 0;
}

static struct mpt_line_fact line_fact(const struct madt *madt, const struct madt_line *line)
{
    struct mpt_line_fact fact = { .flags = line->flags };
    const int ioapic = line->connected ? find_input(madt, line->gsi, &fact.intin) : -1;

    fact.connected = ioapic >= 0;
    if (fact.connected)
        fact.ioapic_address = madt->ioapics[ioapic].address;
    return fact;
}

void from_madt_facts(const struct madt *madt, struct from_madt_lists *lists, struct mpt_facts *f)
{
    f->given |= MPT_FACT_APIC_IDS | MPT_FACT_IOAPICS | MPT_FACT_LINES | MPT_FACT_8259;
    f->apic_ids = lists->apic_ids;
    for (unsigned i = 0; i < madt->processor_count; i++)
        if (madt->processors[i].enabled)
            lists->apic_ids[f->apic_id_count++] = madt->processors[i].apic_id;
    f->ioapics = lists->ioapics;
    for (unsigned i = 0; i < madt->ioapic_count; i++)
        lists->ioapics[f->ioapic_count++] =
            (struct mpt_ioapic_fact){ madt->ioapics[i].address,
                                      inputs_of(madt, madt->ioapics[i].gsi) };
    f->lines = lists->lines;
    for (unsigned irq = 0; irq < MADT_LINES; irq++)
        lists->lines[irq] = line_fact(madt, &madt->lines[irq]);
    f->has_8259 = madt->pcat_compat;
    if (madt->local_apic_address <= UINT32_MAX) {
        f->given |= MPT_FACT_LOCAL_APIC;
        f->local_apic_address = (uint32_t)madt->local_apic_address;
    }
    for (unsigned i = 0; i < madt->local_nmi_count && !(f->given & MPT_FACT_NMI); i++)
        if (madt->local_nmis[i].all) {
            f->given |= MPT_FACT_NMI;
            f->nmi_lintin = madt->local_nmis[i].lintin;
        }
}
