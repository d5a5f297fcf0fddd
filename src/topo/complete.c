/* SPDX-License-Identifier: ISC */
/*
 * What a machine must have: IDs that exist and differ, one processor that boots, interrupts whose
 * source and destination exist. Only what the request gives is checked: first by itself, then
 * against the whole table, with what fill.c adds. A fault of a profile's builder is a finding, and
 * not refused.
 *
 * A check goes on after an error, so that a client learns all errors at once: they are in err. Only
 * a check on which the next step depends returns a status.
 */
#include "complete.h"

#include <string.h>

#include "../mptable/entries.h"
#include "fill.h"
#include "profiles.h"

enum { IDS = UINT8_MAX + 1 };

static const struct at at_cpus = { NULL, "cpus", 0 };
static const struct at at_processors = { NULL, "processors", 0 };
static const struct at at_topology = { NULL, "topology", 0 };
static const struct at at_buses = { NULL, "buses", 0 };
static const struct at at_ioapics = { NULL, "io_apics", 0 };
static const struct at at_io_ints = { NULL, "io_interrupts", 0 };
static const struct at at_local_ints = { NULL, "local_interrupts", 0 };
static const struct at at_pci_ints = { NULL, "pci_interrupts", 0 };
static const struct at at_extended = { NULL, "extended", 0 };

static unsigned highest_id(const struct profile *p)
{
    return p->max_apic_id ? p->max_apic_id : MPT_ALL - 1;
}

/* Where a row limits the image's size, place.c refuses too many CPUs once the size is known. */
static unsigned most_cpus(const struct profile *p)
{
    return p->end || p->size_max ? TOPOLOGY_CPUS_MAX : p->max_cpus;
}

static const struct at *count_at(const struct topology *t)
{
    return t->given & GIVEN_PROCESSORS ? &at_processors : &at_cpus;
}

static int refuse_count(const struct topology *t, struct err *err)
{
    if (t->profile->max_cpus == 1)
        return err_at(err, ERR_INVALID, count_at(t), "must be 1 processor with profile %s",
                      t->profile->name);
    return err_at(err, ERR_INVALID, count_at(t), "must be 1 to %u processors with profile %s",
                  t->profile->max_cpus, t->profile->name);
}

/* The factors are each at most TOPOLOGY_CPUS_MAX, so their product fits 32 bits. */
static int check_product(const struct topology *t, struct err *err)
{
    const uint32_t product = (uint32_t)t->packages * t->dies * t->cores * t->threads;

    if (product == t->cpus)
        return 0;
    return err_at(err, ERR_INVALID, &at_topology,
                  "packages * dies * cores * threads is %u, cpus is %u: they must be equal",
                  product, t->cpus);
}

/* The levels that a row sets, unless the request gives a topology */
static int take_own_topology(struct topology *t, struct err *err)
{
    const struct profile *p = t->profile;
    const unsigned multiple = profiles_multiple(p);

    if (multiple == 1 || t->given & GIVEN_TOPOLOGY)
        return 0;
    if (t->cpus % multiple != 0)
        return err_at(err, ERR_INVALID, count_at(t), "must be a multiple of %u with profile %s",
                      multiple, p->name);
    t->packages = p->packages ? p->packages : t->cpus / p->cores;
    t->cores = t->cpus / t->packages;
    t->dies = t->threads = 1;
    t->given |= GIVEN_TOPOLOGY;
    return 0;
}

/* Checks the APIC IDs that fill.c gives to processors without a list. */
static int check_numbering(struct topology *t, struct err *err)
{
    const unsigned highest = highest_id(t->profile);
    uint32_t last;

    if (take_own_topology(t, err) < 0 || (t->given & GIVEN_TOPOLOGY && check_product(t, err) < 0))
        return -1;
    last = fill_apic_id(t, t->cpus - 1);
    if (last <= highest || t->profile->ids_cut)
        return 0;
    if (!(t->given & GIVEN_TOPOLOGY))
        return refuse_count(t, err);
    return err_at(err, ERR_INVALID, &at_topology,
                  "the last processor's APIC ID would be %u: IDs end at %u with profile %s", last,
                  highest, t->profile->name);
}

static int check_count(struct topology *t, struct err *err)
{
    if (t->cpus < 1 || t->cpus > most_cpus(t->profile))
        return refuse_count(t, err);
    return t->given & GIVEN_PROCESSORS ? 0 : check_numbering(t, err);
}

/* Where IDs were seen: index + 1 of the first element that has it */
struct seen {
    unsigned at[IDS];
};

static void check_unique(struct seen *seen, uint8_t id, size_t index, const struct at *at,
                         const char *what, struct err *err)
{
    unsigned *const first = &seen->at[id];

    if (*first)
        err_at(err, ERR_INVALID, at, "%u is the ID of %s %u already", id, what, *first - 1);
    else
        *first = (unsigned)index + 1;
}

static void check_ids(const struct topology *t, struct err *err)
{
    const unsigned highest = highest_id(t->profile);
    struct seen seen = { { 0 } };

    for (unsigned i = 0; i < t->cpus; i++) {
        const struct at here = { &at_processors, NULL, i }, at = { &here, "apic_id", 0 };
        const uint8_t id = t->processors[i].apic_id;

        if (id > highest)
            err_at(err, ERR_INVALID, &at, "must be 0 to %u with profile %s", highest,
                   t->profile->name);
        else
            check_unique(&seen, id, i, &at, "processor", err);
    }
}

static void check_bsp(const struct topology *t, struct err *err)
{
    unsigned bsps = 0;

    for (unsigned i = 0; i < t->cpus; i++) {
        const struct at here = { &at_processors, NULL, i };

        if (!(t->processors[i].flags & MPT_CPU_BSP))
            continue;
        if (bsps++ > 0)
            err_at(err, ERR_INVALID, &(struct at){ &here, "bsp", 0 },
                   "exactly one processor must be the bootstrap processor");
        if (!(t->processors[i].flags & MPT_CPU_ENABLED))
            err_at(err, ERR_INVALID, &(struct at){ &here, "enabled", 0 },
                   "the bootstrap processor must be enabled");
    }
    if (bsps == 0)
        err_at(err, ERR_INVALID, &at_processors, "one processor must be the bootstrap processor");
}

/*
 * Processors are checked first, since all else is checked against their IDs. When the IDs cannot be
 * known, this sets t->cpus to 0, and nothing that depends on the IDs is checked.
 */
static void complete_processors(struct topology *t, struct err *err)
{
    if (check_count(t, err) < 0) {
        t->cpus = 0;
    } else if (t->given & GIVEN_PROCESSORS) {
        check_ids(t, err);
        check_bsp(t, err);
    } else {
        fill_processors(t);
    }
}

static void check_buses(const struct topology *t, struct err *err)
{
    struct seen seen = { { 0 } };

    for (unsigned i = 0; i < t->table.bus_count; i++) {
        const struct at here = { &at_buses, NULL, i };

        check_unique(&seen, t->buses[i].bus_id, i, &(struct at){ &here, "bus_id", 0 }, "bus", err);
    }
}

/* Index of an earlier I/O APIC at the same address, or @i */
static unsigned same_address(const struct topology *t, unsigned i)
{
    unsigned other = 0;

    while (other < i && t->ioapics[other].address != t->ioapics[i].address)
        other++;
    return other;
}

static void check_ioapic_address(const struct topology *t, unsigned i, struct err *err)
{
    const struct at here = { &at_ioapics, NULL, i }, at = { &here, "address", 0 };
    const unsigned other = same_address(t, i);

    if (t->ioapics[i].address == 0)
        err_at(err, ERR_INVALID, &at, "no I/O APIC is at address 0");
    else if (other < i)
        err_at(err, ERR_INVALID, &at, "0x%x is the address of I/O APIC %u already",
               (unsigned)t->ioapics[i].address, other);
}

/* All physical APICs share one space of IDs (MPS 1.4 §3.6.6), in which 255 means all of them. */
static void check_ioapics(const struct topology *t, struct err *err)
{
    struct seen seen = { { 0 } }, cpus = { { 0 } };

    for (unsigned i = 0; i < t->cpus; i++)
        cpus.at[t->processors[i].apic_id] = i + 1;
    for (unsigned i = 0; i < t->table.ioapic_count; i++) {
        const struct at here = { &at_ioapics, NULL, i }, at = { &here, "apic_id", 0 };
        const uint8_t id = t->ioapics[i].apic_id;

        if (id == MPT_ALL)
            err_at(err, ERR_INVALID, &at, "must be 0 to 254: 255 means all I/O APICs");
        else if (cpus.at[id])
            err_at(err, ERR_INVALID, &at, "%u is the APIC ID of processor %u", id, cpus.at[id] - 1);
        else
            check_unique(&seen, id, i, &at, "I/O APIC", err);
        check_ioapic_address(t, i, err);
    }
}

/* Lines above 15 are added to those of the profile, so the profile must have some. */
static void check_irqs(const struct topology *t, struct err *err)
{
    static const struct at at_irqs = { NULL, "irqs", 0 };

    if (!(t->given & GIVEN_IRQS) || t->irqs <= TOPOLOGY_IRQS_MIN)
        return;
    if (!t->profile->lines)
        err_at(err, ERR_INVALID, &at_irqs, "profile %s routes no lines one to one",
               t->profile->name);
    else if (t->given & GIVEN_IO_INTS)
        err_at(err, ERR_INVALID, &at_irqs,
               "adds to the profile's lines, which io_interrupts replace");
}

/* Do the interrupts fit their array, with those of the profile and of pci_interrupts? */
static int check_room(const struct topology *t, struct err *err)
{
    enum { PROFILE_ROOM = 128 }; /* more than any profile adds, irqs included */
    const unsigned own = t->given & GIVEN_IO_INTS ? t->table.io_int_count : PROFILE_ROOM;

    if (own + t->pci_int_count <= MPT_ENTRIES_MAX)
        return 0;
    return err_at(err, ERR_INVALID, &at_io_ints, "too many: a table has at most %d entries",
                  MPT_ENTRIES_MAX);
}

/* The machine without what the profile adds */
static void check_given(const struct topology *t, struct err *err)
{
    if (t->given & GIVEN_BUSES)
        check_buses(t, err);
    if (t->given & GIVEN_IOAPICS)
        check_ioapics(t, err);
    check_irqs(t, err);
}

/* Which IDs the whole table has */
struct present {
    bool bus[IDS], pci[IDS], ioapic[IDS], cpu[IDS];
};

static void note_present(const struct topology *t, struct present *p)
{
    memset(p, 0, sizeof(*p));
    if (t->cpus == 0) { /* the IDs are not known, so none is called missing */
        memset(p->cpu, true, sizeof(p->cpu));
        memset(p->ioapic, !(t->given & GIVEN_IOAPICS), sizeof(p->ioapic));
    }
    p->ioapic[MPT_ALL] = p->cpu[MPT_ALL] = true;
    for (unsigned i = 0; i < t->cpus; i++)
        p->cpu[t->processors[i].apic_id] = true;
    for (unsigned i = 0; i < t->table.ioapic_count; i++)
        p->ioapic[t->ioapics[i].apic_id] = true;
    for (unsigned i = 0; i < t->table.bus_count; i++) {
        p->bus[t->buses[i].bus_id] = true;
        p->pci[t->buses[i].bus_id] |= mpt_bus_kind(t->buses[i].bus_type) == MPT_BUS_PCI;
    }
}

/* Checks a member that names a bus or an APIC, of element @here of a list */
static void check_reference(bool there, const struct at *here, const char *member, const char *what,
                            uint8_t id, struct err *err)
{
    if (!there)
        err_at(err, ERR_INVALID, &(struct at){ here, member, 0 }, "there is no %s %u", what, id);
}

static void check_io_ints(const struct topology *t, const struct present *p, unsigned count,
                          struct err *err)
{
    for (unsigned i = 0; i < count; i++) {
        const struct at here = { &at_io_ints, NULL, i };
        const struct mpt_io_int *v = &t->io_ints[i];

        check_reference(p->bus[v->bus_id], &here, "bus", "bus", v->bus_id, err);
        check_reference(p->ioapic[v->apic_id], &here, "io_apic", "I/O APIC", v->apic_id, err);
    }
}

static void check_local_ints(const struct topology *t, const struct present *p, struct err *err)
{
    for (unsigned i = 0; i < t->table.local_int_count; i++) {
        const struct at here = { &at_local_ints, NULL, i };
        const struct mpt_local_int *v = &t->local_ints[i];

        check_reference(p->bus[v->bus_id], &here, "bus", "bus", v->bus_id, err);
        check_reference(p->cpu[v->apic_id], &here, "local_apic", "local APIC", v->apic_id, err);
    }
}

static void check_pci_ints(const struct topology *t, const struct present *p, struct err *err)
{
    for (unsigned i = 0; i < t->pci_int_count; i++) {
        const struct at here = { &at_pci_ints, NULL, i };
        const struct mpt_io_int *v = &t->pci_ints[i];

        check_reference(p->pci[v->bus_id], &here, "bus", "PCI bus", v->bus_id, err);
        if (!t->pci_to_first[i])
            check_reference(p->ioapic[v->apic_id], &here, "io_apic", "I/O APIC", v->apic_id, err);
        else if (t->table.ioapic_count == 0)
            err_at(err, ERR_INVALID, &here, "there is no I/O APIC that it could go to");
    }
}

static void check_parent(const struct mpt_hierarchy *v, const struct present *p,
                         const struct at *here, struct err *err)
{
    if (v->parent_bus == v->bus_id)
        err_at(err, ERR_INVALID, &(struct at){ here, "parent_bus", 0 },
               "a bus is not below itself");
    else
        check_reference(p->bus[v->parent_bus], here, "parent_bus", "bus", v->parent_bus, err);
}

static void check_range(const struct mpt_space *v, const struct at *here, struct err *err)
{
    if (v->length > 0 && v->length - 1 > UINT64_MAX - v->address)
        err_at(err, ERR_INVALID, &(struct at){ here, "length", 0 },
               "the range from 0x%llx passes 2^64", (unsigned long long)v->address);
}

static void check_own_bus(uint8_t id, const struct present *p, const struct at *here,
                          struct err *err)
{
    check_reference(p->bus[id], here, "bus_id", "bus", id, err);
}

/* Extended entries by type: how many came before this one */
struct used {
    unsigned spaces, hierarchies, modifiers;
};

/* One of the extended entries, in the order of their list */
static void check_extended_entry(const struct topology *t, const struct present *p, unsigned type,
                                 struct used *used, const struct at *here, struct err *err)
{
    if (type == MPT_SPACE) {
        const struct mpt_space *const v = &t->spaces[used->spaces++];

        check_own_bus(v->bus_id, p, here, err);
        check_range(v, here, err);
    } else if (type == MPT_HIERARCHY) {
        const struct mpt_hierarchy *const v = &t->hierarchies[used->hierarchies++];

        check_own_bus(v->bus_id, p, here, err);
        check_parent(v, p, here, err);
    } else {
        check_own_bus(t->modifiers[used->modifiers++].bus_id, p, here, err);
    }
}

static void check_extended(const struct topology *t, const struct present *p, struct err *err)
{
    struct used used = { 0, 0, 0 };
    size_t index = 0;

    for (unsigned run = 0; run < t->table.order_count; run++) {
        const struct mpt_run *r = &t->order[run];

        for (unsigned i = 0; r->type >= MPT_EXTENDED_FIRST && i < r->count; i++) {
            const struct at here = { &at_extended, NULL, index++ };

            check_extended_entry(t, p, r->type, &used, &here, err);
        }
    }
}

/*
 * Does everything exist that the lists of the request name? @io_ints: how many of the interrupts
 * come from the request
 */
static void check_references(const struct topology *t, unsigned io_ints, struct err *err)
{
    struct present present;

    if (!(t->given & (GIVEN_IO_INTS | GIVEN_LOCAL_INTS | GIVEN_EXTENDED)) && t->pci_int_count == 0)
        return;
    note_present(t, &present);
    check_io_ints(t, &present, io_ints, err);
    check_pci_ints(t, &present, err);
    if (t->given & GIVEN_LOCAL_INTS)
        check_local_ints(t, &present, err);
    if (t->given & GIVEN_EXTENDED)
        check_extended(t, &present, err);
}

/* The member that gives the longest list of a table */
static const struct at *longest_list(const struct topology *t)
{
    const struct mpt_table *v = &t->table;
    const struct at *at = count_at(t);
    size_t most = (size_t)v->processor_count * MPT_PROCESSOR_SIZE;
    const struct {
        const struct at *at;
        size_t size;
    } lists[] = {
        { &at_buses, (size_t)v->bus_count * MPT_BUS_SIZE },
        { &at_ioapics, (size_t)v->ioapic_count * MPT_IOAPIC_SIZE },
        { &at_io_ints, (size_t)v->io_int_count * MPT_IO_INT_SIZE },
        { &at_local_ints, (size_t)v->local_int_count * MPT_LOCAL_INT_SIZE },
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (lists[i].size > most) {
            most = lists[i].size;
            at = lists[i].at;
        }
    return at;
}

static void check_size(const struct topology *t, struct err *err)
{
    static const struct at at_entries = { NULL, "entries", 0 };
    const bool verbatim = t->given & GIVEN_ENTRIES;
    const size_t base = mpt_base_size(&t->table), extended = mpt_extended_size(&t->table);

    if (base > MPT_TABLE_MAX)
        err_at(err, ERR_INVALID, verbatim ? &at_entries : longest_list(t),
               "the base table would be %zu bytes long: at most %d", base, MPT_TABLE_MAX);
    if (extended > MPT_TABLE_MAX)
        err_at(err, ERR_INVALID, verbatim ? &at_entries : &at_extended,
               "the extended table would be %zu bytes long: at most %d", extended, MPT_TABLE_MAX);
}

/* An interrupt that names a device must come from a PCI bus; other buses have IRQs. */
static void check_device(const bool pci[IDS], uint8_t bus_id, const struct at *list, size_t index,
                         struct err *err)
{
    const struct at here = { list, NULL, index };

    if (!pci[bus_id])
        err_at(err, ERR_INVALID, &(struct at){ &here, "device", 0 }, "bus %u is no PCI bus",
               bus_id);
}

static void check_devices(const struct topology *t, unsigned io_ints, struct err *err)
{
    const unsigned local_ints = t->given & GIVEN_LOCAL_INTS ? t->table.local_int_count : 0;
    bool pci[IDS] = { false };

    for (unsigned i = 0; i < t->table.bus_count; i++)
        pci[t->buses[i].bus_id] |= mpt_bus_kind(t->buses[i].bus_type) == MPT_BUS_PCI;
    for (unsigned i = 0; i < io_ints; i++)
        if (topology_marked(&t->io_by_device, i))
            check_device(pci, t->io_ints[i].bus_id, &at_io_ints, i, err);
    for (unsigned i = 0; i < local_ints; i++)
        if (topology_marked(&t->local_by_device, i))
            check_device(pci, t->local_ints[i].bus_id, &at_local_ints, i, err);
}

static void complete_table(struct topology *t, struct err *err)
{
    const unsigned io_ints = t->given & GIVEN_IO_INTS ? t->table.io_int_count : 0;
    const unsigned before = err->count;

    check_given(t, err);
    if (check_room(t, err) < 0 || fill_topology(t, err) < 0)
        return;
    check_references(t, io_ints, err);
    check_size(t, err);
    if (err->count == before && t->given & GIVEN_DEVICES)
        check_devices(t, io_ints, err);
}

/*
 * A default configuration replaces a table. It has two processors, with APIC IDs 0 and 1, and
 * wiring that the specification gives (MPS 1.4 §5).
 */
static void check_default(const struct topology *t, struct err *err)
{
    static const struct {
        unsigned given;
        const char *name;
    } excluded[] = {
        { GIVEN_BUSES, "buses" },
        { GIVEN_IOAPICS, "io_apics" },
        { GIVEN_IO_INTS, "io_interrupts" },
        { GIVEN_LOCAL_INTS, "local_interrupts" },
        { GIVEN_EXTENDED, "extended" },
        { GIVEN_PCI_INTS, "pci_interrupts" },
        { GIVEN_IRQS, "irqs" },
        { GIVEN_OEM_ID, "oem_id" },
        { GIVEN_PRODUCT_ID, "product_id" },
        { GIVEN_OEM_TABLE, "oem_table" },
        { GIVEN_OEM_TABLE_SIZE, "oem_table_size" },
        { GIVEN_LOCAL_APIC_ADDRESS, "local_apic_address" },
        { GIVEN_ENTRY_COUNT, "entry_count" },
    };

    if (t->cpus > 0 && t->cpus != 2)
        err_at(err, ERR_INVALID, count_at(t),
               "must be 2: default configurations have two processors");
    for (unsigned i = 0; t->cpus == 2 && i < t->cpus; i++) {
        const struct at here = { &at_processors, NULL, i };

        if (t->processors[i].apic_id != i)
            err_at(err, ERR_INVALID, &(struct at){ &here, "apic_id", 0 },
                   "must be %u: default configurations have APIC IDs 0 and 1", i);
    }
    for (size_t i = 0; i < sizeof(excluded) / sizeof(excluded[0]); i++)
        if (t->given & excluded[i].given)
            err_at(err, ERR_INVALID, &(struct at){ NULL, excluded[i].name, 0 },
                   "a default configuration has no table");
}

static void complete_default(struct topology *t, struct err *err)
{
    const unsigned before = err->count;

    check_default(t, err);
    if (err->count == before)
        fill_header(t);
}

static void complete_entries(struct topology *t, struct err *err)
{
    t->cpus = t->table.processor_count;
    fill_header(t);
    check_size(t, err);
}

int complete_topology(struct topology *t, struct err *err)
{
    if (t->given & GIVEN_ENTRIES) {
        complete_entries(t, err);
    } else {
        complete_processors(t, err);
        if (t->table.floating.default_configuration)
            complete_default(t, err);
        else
            complete_table(t, err);
    }
    return err->count > 0 ? -1 : 0;
}
