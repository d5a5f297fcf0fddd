/* SPDX-License-Identifier: ISC */
/*
 * What a machine must be to be one: IDs that exist and differ, one processor that boots, interrupts
 * between things that are there. Only what the request says is checked, against the whole table
 * that comes of it; what a profile's builder gets wrong is a finding.
 */
#include "topology.h"

#include <string.h>

#include "../mptable/entries.h"
#include "profiles.h"

#define WINDOW_NAME(W, word) [WINDOW_##W] = word,
const char *const topology_window_names[WINDOWS] = { TOPOLOGY_WINDOWS(WINDOW_NAME) };
#undef WINDOW_NAME

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

void topology_init(struct topology *t)
{
    memset(t, 0, offsetof(struct topology, processors));
    t->pci_int_count = 0;
    t->profile = profiles_find(PROFILE_DEFAULT);
#define POINT(T, S, array, word) t->table.array = t->array;
    ENTRIES(POINT)
#undef POINT
}

bool topology_append_run(struct topology *t, enum mpt_type type)
{
    const uint16_t runs = t->table.order_count;

    if (runs > 0 && t->order[runs - 1].type == type) {
        t->order[runs - 1].count++;
        return true;
    }
    if (runs == sizeof(t->order) / sizeof(t->order[0]))
        return false;
    t->order[runs] = (struct mpt_run){ .type = (uint8_t)type, .count = 1 };
    t->table.order_count++;
    t->table.order = t->order;
    return true;
}

/* Width of the field that holds 0 to n-1, as x86 enumeration has it (CPUID leaf 0xb). */
static unsigned field_bits(unsigned n)
{
    unsigned bits = 0;

    while (bits < 16 && 1U << bits < n)
        bits++;
    return bits;
}

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

static unsigned highest_id(const struct profile *p)
{
    return p->max_apic_id ? p->max_apic_id : MPT_ALL - 1;
}

/* The factors are each at most TOPOLOGY_CPUS_MAX, so their product fits 32 bits. */
static int check_numbering(const struct topology *t, struct err *err)
{
    const uint32_t product = (uint32_t)t->packages * t->dies * t->cores * t->threads;
    uint32_t last;

    if (product != t->cpus)
        return err_at(err, ERR_INVALID, &at_topology,
                      "packages * dies * cores * threads is %u, cpus is %u: they must be equal",
                      product, t->cpus);
    last = numbered_id(t, t->cpus - 1);
    if (last > highest_id(t->profile))
        return err_at(err, ERR_INVALID, &at_topology,
                      "the last processor's APIC ID would be %u: IDs end at %u with profile %s",
                      last, highest_id(t->profile), t->profile->name);
    return 0;
}

static void fill_processors(struct topology *t)
{
    const unsigned step = t->profile->apic_id_step ? t->profile->apic_id_step : 1;

    for (unsigned i = 0; i < t->cpus; i++)
        t->processors[i] = (struct mpt_processor){
            .apic_id = (uint8_t)(t->given & GIVEN_TOPOLOGY ? numbered_id(t, i) : i * step),
            .apic_version = t->profile->apic_version,
            .flags = MPT_CPU_ENABLED | (i == 0 ? MPT_CPU_BSP : 0),
            .signature = t->profile->signature,
            .features = t->profile->features,
        };
}

/* Where IDs were seen: index + 1 of the first element that has it */
struct seen {
    unsigned at[IDS];
};

static int check_unique(struct seen *seen, uint8_t id, size_t index, const struct at *at,
                        const char *what, struct err *err)
{
    unsigned *const first = &seen->at[id];

    if (*first)
        return err_at(err, ERR_INVALID, at, "%u is the ID of %s %u already", id, what, *first - 1);
    *first = (unsigned)index + 1;
    return 0;
}

static int check_ids(const struct topology *t, struct err *err)
{
    struct seen seen = { { 0 } };
    int status = 0;

    for (unsigned i = 0; i < t->cpus; i++) {
        const struct at here = { &at_processors, NULL, i }, at = { &here, "apic_id", 0 };
        const uint8_t id = t->processors[i].apic_id;

        if (id > highest_id(t->profile))
            status = err_at(err, ERR_INVALID, &at, "must be 0 to %u with profile %s",
                            highest_id(t->profile), t->profile->name);
        else if (check_unique(&seen, id, i, &at, "processor", err) < 0)
            status = -1;
    }
    return status;
}

static int check_bsp(const struct topology *t, struct err *err)
{
    unsigned bsps = 0;
    int status = 0;

    for (unsigned i = 0; i < t->cpus; i++) {
        const struct at here = { &at_processors, NULL, i };

        if (!(t->processors[i].flags & MPT_CPU_BSP))
            continue;
        if (bsps++ > 0)
            status = err_at(err, ERR_INVALID, &(struct at){ &here, "bsp", 0 },
                            "exactly one processor must be the bootstrap processor");
        if (!(t->processors[i].flags & MPT_CPU_ENABLED))
            status = err_at(err, ERR_INVALID, &(struct at){ &here, "enabled", 0 },
                            "the bootstrap processor must be enabled");
    }
    if (bsps == 0)
        status = err_at(err, ERR_INVALID, &at_processors,
                        "one processor must be the bootstrap processor");
    return status;
}

/* A row that ends by size has its say when the size is known (place.c). */
static unsigned most_cpus(const struct profile *p)
{
    return p->end || p->size_max ? TOPOLOGY_CPUS_MAX : p->max_cpus;
}

static int refuse_count(const struct topology *t, struct err *err)
{
    return err_at(err, ERR_INVALID, t->given & GIVEN_PROCESSORS ? &at_processors : &at_cpus,
                  "must be 1 to %u processors with profile %s", t->profile->max_cpus,
                  t->profile->name);
}

/* cpus without a list: numbered one by one, or by topology */
static int number_processors(struct topology *t, struct err *err)
{
    if (t->given & GIVEN_TOPOLOGY && check_numbering(t, err) < 0)
        return -1;
    fill_processors(t);
    return t->processors[t->cpus - 1].apic_id <= highest_id(t->profile) ? 0 : refuse_count(t, err);
}

/*
 * When the processors' IDs cannot be known, t->cpus is 0 afterwards, and nothing that depends on
 * them is checked.
 */
static int complete_processors(struct topology *t, struct err *err)
{
    int status = 0;

    if (t->cpus < 1 || t->cpus > most_cpus(t->profile))
        status = refuse_count(t, err);
    else if (!(t->given & GIVEN_PROCESSORS))
        status = number_processors(t, err);
    if (status < 0) {
        t->cpus = 0;
        return -1;
    }
    if (!(t->given & GIVEN_PROCESSORS))
        return 0;
    if (check_ids(t, err) < 0)
        status = -1;
    if (check_bsp(t, err) < 0)
        status = -1;
    return status;
}

static int check_buses(const struct topology *t, struct err *err)
{
    struct seen seen = { { 0 } };
    int status = 0;

    for (unsigned i = 0; i < t->table.bus_count; i++) {
        const struct at here = { &at_buses, NULL, i };

        if (check_unique(&seen, t->buses[i].bus_id, i, &(struct at){ &here, "bus_id", 0 }, "bus",
                         err) < 0)
            status = -1;
    }
    return status;
}

/* Index of an earlier I/O APIC at the same address, or @i */
static unsigned same_address(const struct topology *t, unsigned i)
{
    unsigned other = 0;

    while (other < i && t->ioapics[other].address != t->ioapics[i].address)
        other++;
    return other;
}

static int check_ioapic_address(const struct topology *t, unsigned i, struct err *err)
{
    const struct at here = { &at_ioapics, NULL, i }, at = { &here, "address", 0 };
    const unsigned other = same_address(t, i);

    if (t->ioapics[i].address == 0)
        return err_at(err, ERR_INVALID, &at, "no I/O APIC is at address 0");
    if (other < i)
        return err_at(err, ERR_INVALID, &at, "0x%x is the address of I/O APIC %u already",
                      (unsigned)t->ioapics[i].address, other);
    return 0;
}

/* A physical APIC has one ID in one space (MPS 1.4 §3.6.6), and 255 is all of them. */
static int check_ioapics(const struct topology *t, struct err *err)
{
    struct seen seen = { { 0 } }, cpus = { { 0 } };
    int status = 0;

    for (unsigned i = 0; i < t->cpus; i++)
        cpus.at[t->processors[i].apic_id] = i + 1;
    for (unsigned i = 0; i < t->table.ioapic_count; i++) {
        const struct at here = { &at_ioapics, NULL, i }, at = { &here, "apic_id", 0 };
        const uint8_t id = t->ioapics[i].apic_id;

        if (id == MPT_ALL)
            status = err_at(err, ERR_INVALID, &at, "must be 0 to 254: 255 means all I/O APICs");
        else if (cpus.at[id])
            status = err_at(err, ERR_INVALID, &at, "%u is the APIC ID of processor %u", id,
                            cpus.at[id] - 1);
        else if (check_unique(&seen, id, i, &at, "I/O APIC", err) < 0)
            status = -1;
        if (check_ioapic_address(t, i, err) < 0)
            status = -1;
    }
    return status;
}

/* What the whole table has. */
struct present {
    bool bus[IDS], pci[IDS], ioapic[IDS], cpu[IDS];
};

static void note_present(const struct topology *t, struct present *p)
{
    memset(p, 0, sizeof(*p));
    if (t->cpus == 0) { /* who knows */
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

/* A member of element @here of a list that names a bus or an APIC */
static int check_reference(bool there, const struct at *here, const char *member, const char *what,
                           uint8_t id, struct err *err)
{
    return there ? 0
                 : err_at(err, ERR_INVALID, &(struct at){ here, member, 0 }, "there is no %s %u",
                          what, id);
}

static int check_io_ints(const struct topology *t, const struct present *p, unsigned count,
                         struct err *err)
{
    int status = 0;

    for (unsigned i = 0; i < count; i++) {
        const struct at here = { &at_io_ints, NULL, i };
        const struct mpt_io_int *v = &t->io_ints[i];

        if (check_reference(p->bus[v->bus_id], &here, "bus", "bus", v->bus_id, err) < 0)
            status = -1;
        if (check_reference(p->ioapic[v->apic_id], &here, "io_apic", "I/O APIC", v->apic_id, err) <
            0)
            status = -1;
    }
    return status;
}

static int check_local_ints(const struct topology *t, const struct present *p, struct err *err)
{
    int status = 0;

    for (unsigned i = 0; i < t->table.local_int_count; i++) {
        const struct at here = { &at_local_ints, NULL, i };
        const struct mpt_local_int *v = &t->local_ints[i];

        if (check_reference(p->bus[v->bus_id], &here, "bus", "bus", v->bus_id, err) < 0)
            status = -1;
        if (check_reference(p->cpu[v->apic_id], &here, "local_apic", "local APIC", v->apic_id,
                            err) < 0)
            status = -1;
    }
    return status;
}

static int check_pci_ints(const struct topology *t, const struct present *p, struct err *err)
{
    int status = 0;

    for (unsigned i = 0; i < t->pci_int_count; i++) {
        const struct at here = { &at_pci_ints, NULL, i };
        const struct mpt_io_int *v = &t->pci_ints[i];

        if (check_reference(p->pci[v->bus_id], &here, "bus", "PCI bus", v->bus_id, err) < 0)
            status = -1;
        if (t->pci_to_first[i] && t->table.ioapic_count == 0)
            status = err_at(err, ERR_INVALID, &here, "there is no I/O APIC that it could go to");
        else if (!t->pci_to_first[i] && check_reference(p->ioapic[v->apic_id], &here, "io_apic",
                                                        "I/O APIC", v->apic_id, err) < 0)
            status = -1;
    }
    return status;
}

static int check_parent(const struct mpt_hierarchy *v, const struct present *p,
                        const struct at *here, struct err *err)
{
    if (v->parent_bus == v->bus_id)
        return err_at(err, ERR_INVALID, &(struct at){ here, "parent_bus", 0 },
                      "a bus is not below itself");
    return check_reference(p->bus[v->parent_bus], here, "parent_bus", "bus", v->parent_bus, err);
}

static int check_range(const struct mpt_space *v, const struct at *here, struct err *err)
{
    if (v->length == 0 || v->length - 1 <= UINT64_MAX - v->address)
        return 0;
    return err_at(err, ERR_INVALID, &(struct at){ here, "length", 0 },
                  "the range from 0x%llx passes 2^64", (unsigned long long)v->address);
}

/*
 * One of the extended entries, in the order of their list; @used counts those of each type before
 * it
 */
static int check_extended_entry(const struct topology *t, const struct present *p, unsigned type,
                                unsigned used[3], const struct at *here, struct err *err)
{
    const unsigned i = used[type - MPT_SPACE]++;
    const uint8_t id = type == MPT_SPACE       ? t->spaces[i].bus_id
                       : type == MPT_HIERARCHY ? t->hierarchies[i].bus_id
                                               : t->modifiers[i].bus_id;
    int status = check_reference(p->bus[id], here, "bus_id", "bus", id, err);

    if (type == MPT_SPACE && check_range(&t->spaces[i], here, err) < 0)
        status = -1;
    if (type == MPT_HIERARCHY && check_parent(&t->hierarchies[i], p, here, err) < 0)
        status = -1;
    return status;
}

static int check_extended(const struct topology *t, const struct present *p, struct err *err)
{
    unsigned used[3] = { 0 };
    size_t index = 0;
    int status = 0;

    for (unsigned run = 0; run < t->table.order_count; run++) {
        const struct mpt_run *r = &t->order[run];

        for (unsigned i = 0; r->type >= MPT_EXTENDED_FIRST && i < r->count; i++) {
            const struct at here = { &at_extended, NULL, index++ };

            if (check_extended_entry(t, p, r->type, used, &here, err) < 0)
                status = -1;
        }
    }
    return status;
}

/* Do the interrupts fit their array, when those of the profile and of pci_interrupts join them? */
static int check_room(const struct topology *t, struct err *err)
{
    enum { PROFILE_ROOM = 128 }; /* more than any profile has of its own, irqs included */
    const unsigned own = t->given & GIVEN_IO_INTS ? t->table.io_int_count : PROFILE_ROOM;

    if (own + t->pci_int_count <= MPT_ENTRIES_MAX)
        return 0;
    return err_at(err, ERR_INVALID, &at_io_ints, "too many: a table has at most %d entries",
                  MPT_ENTRIES_MAX);
}

/* The longest list of a table that is too long for its 16-bit lengths */
static const struct at *longest_list(const struct topology *t)
{
    const struct mpt_table *v = &t->table;
    const struct at *at = t->given & GIVEN_PROCESSORS ? &at_processors : &at_cpus;
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

static int check_size(const struct topology *t, struct err *err)
{
    static const struct at at_entries = { NULL, "entries", 0 };
    const bool verbatim = t->given & GIVEN_ENTRIES;
    int status = 0;

    if (mpt_base_size(&t->table) > MPT_TABLE_MAX)
        status = err_at(err, ERR_INVALID, verbatim ? &at_entries : longest_list(t),
                        "the base table would be %zu bytes long: at most %d",
                        mpt_base_size(&t->table), MPT_TABLE_MAX);
    if (mpt_extended_size(&t->table) > MPT_TABLE_MAX)
        status = err_at(err, ERR_INVALID, verbatim ? &at_entries : &at_extended,
                        "the extended table would be %zu bytes long: at most %d",
                        mpt_extended_size(&t->table), MPT_TABLE_MAX);
    return status;
}

/*
 * A default configuration stands in place of a table: two processors with APIC IDs 0 and 1 and
 * wiring that the specification knows (MPS 1.4 §5).
 */
static int check_default(const struct topology *t, struct err *err)
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
    int status = 0;

    if (t->cpus > 0 && t->cpus != 2)
        status = err_at(err, ERR_INVALID, t->given & GIVEN_PROCESSORS ? &at_processors : &at_cpus,
                        "must be 2: default configurations have two processors");
    for (unsigned i = 0; t->cpus == 2 && i < t->cpus; i++) {
        const struct at list = { &at_processors, NULL, i };

        if (t->processors[i].apic_id != i)
            status = err_at(err, ERR_INVALID, &(struct at){ &list, "apic_id", 0 },
                            "must be %u: default configurations have APIC IDs 0 and 1", i);
    }
    for (size_t i = 0; i < sizeof(excluded) / sizeof(excluded[0]); i++)
        if (t->given & excluded[i].given)
            status = err_at(err, ERR_INVALID, &(struct at){ NULL, excluded[i].name, 0 },
                            "a default configuration has no table");
    return status;
}

/* Lines above 15 are added to those of the profile, so it must have some. */
static int check_irqs(const struct topology *t, struct err *err)
{
    static const struct at at_irqs = { NULL, "irqs", 0 };

    if (!(t->given & GIVEN_IRQS) || t->irqs <= TOPOLOGY_IRQS_MIN)
        return 0;
    if (!t->profile->lines)
        return err_at(err, ERR_INVALID, &at_irqs, "profile %s routes no lines one to one",
                      t->profile->name);
    if (t->given & GIVEN_IO_INTS)
        return err_at(err, ERR_INVALID, &at_irqs,
                      "adds to the profile's lines, which io_interrupts replace");
    return 0;
}

/*
 * Does all exist that the lists of the request name? @io_ints: its interrupts, without the
 * profile's
 */
static int check_references(const struct topology *t, unsigned io_ints, struct err *err)
{
    struct present present;
    int status = 0;

    if (!(t->given & (GIVEN_IO_INTS | GIVEN_LOCAL_INTS | GIVEN_EXTENDED)) && t->pci_int_count == 0)
        return 0;
    note_present(t, &present);
    if (check_io_ints(t, &present, io_ints, err) < 0)
        status = -1;
    if (check_pci_ints(t, &present, err) < 0)
        status = -1;
    if (t->given & GIVEN_LOCAL_INTS && check_local_ints(t, &present, err) < 0)
        status = -1;
    if (t->given & GIVEN_EXTENDED && check_extended(t, &present, err) < 0)
        status = -1;
    return status;
}

/*
 * Only interrupts of PCI come from a device and a pin; of another bus they would be read as any
 * IRQ.
 */
static int check_device(const bool pci[IDS], uint8_t bus_id, const struct at *list, size_t index,
                        struct err *err)
{
    const struct at here = { list, NULL, index };

    if (pci[bus_id])
        return 0;
    return err_at(err, ERR_INVALID, &(struct at){ &here, "device", 0 }, "bus %u is no PCI bus",
                  bus_id);
}

static int check_devices(const struct topology *t, unsigned io_ints, struct err *err)
{
    const unsigned local_ints = t->given & GIVEN_LOCAL_INTS ? t->table.local_int_count : 0;
    bool pci[IDS] = { false };
    int status = 0;

    for (unsigned i = 0; i < t->table.bus_count; i++)
        pci[t->buses[i].bus_id] |= mpt_bus_kind(t->buses[i].bus_type) == MPT_BUS_PCI;
    for (unsigned i = 0; i < io_ints; i++)
        if (topology_marked(&t->io_by_device, i) &&
            check_device(pci, t->io_ints[i].bus_id, &at_io_ints, i, err) < 0)
            status = -1;
    for (unsigned i = 0; i < local_ints; i++)
        if (topology_marked(&t->local_by_device, i) &&
            check_device(pci, t->local_ints[i].bus_id, &at_local_ints, i, err) < 0)
            status = -1;
    return status;
}

static int complete_table(struct topology *t, struct err *err)
{
    const unsigned io_ints = t->given & GIVEN_IO_INTS ? t->table.io_int_count : 0;
    int status = 0;

    if (t->given & GIVEN_BUSES && check_buses(t, err) < 0)
        status = -1;
    if (t->given & GIVEN_IOAPICS && check_ioapics(t, err) < 0)
        status = -1;
    if (check_irqs(t, err) < 0)
        status = -1;
    if (check_room(t, err) < 0 || profile_fill(t, err) < 0)
        return -1;
    if (check_references(t, io_ints, err) < 0)
        status = -1;
    if (check_size(t, err) < 0)
        status = -1;
    if (status == 0 && t->given & GIVEN_DEVICES && check_devices(t, io_ints, err) < 0)
        status = -1;
    return status;
}

bool topology_has_table(const struct topology *t)
{
    return t->given & GIVEN_ENTRIES || !t->table.floating.default_configuration;
}

int topology_complete(struct topology *t, struct err *err)
{
    int status;

    if (t->given & GIVEN_ENTRIES) {
        t->cpus = t->table.processor_count;
        return profile_fill(t, err) < 0 ? -1 : check_size(t, err);
    }
    status = complete_processors(t, err);
    if (t->table.floating.default_configuration) {
        if (check_default(t, err) < 0 || profile_fill(t, err) < 0)
            status = -1;
    } else if (complete_table(t, err) < 0) {
        status = -1;
    }
    return status;
}
