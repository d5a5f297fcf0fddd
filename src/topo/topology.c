/* SPDX-License-Identifier: ISC */
/*
 * What a machine must be to be one: APIC IDs that exist and differ, one processor that boots.
 */
#include "topology.h"

#include <string.h>

#include "profile.h"

static const struct at at_cpus = { NULL, "cpus", 0 };
static const struct at at_processors = { NULL, "processors", 0 };
static const struct at at_topology = { NULL, "topology", 0 };

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

/* The factors are each at most TOPOLOGY_CPUS_MAX, so their product fits 32 bits. */
static int check_numbering(const struct topology *t, struct err *err)
{
    const uint32_t product = (uint32_t)t->packages * t->dies * t->cores * t->threads;
    uint32_t last;

    if (product != t->cpus)
        return err_at(err, ERR_TOPOLOGY, &at_topology,
                      "packages * dies * cores * threads is %u, cpus is %u: they must be equal", product,
                      t->cpus);
    last = numbered_id(t, t->cpus - 1);
    if (last >= TOPOLOGY_CPUS_MAX)
        return err_at(err, ERR_TOPOLOGY, &at_topology,
                      "the last processor's APIC ID would be %u: IDs have 8 bits and end at 254", last);
    return 0;
}

static void fill_processors(struct topology *t)
{
    for (unsigned i = 0; i < t->cpus; i++)
        t->processors[i] = (struct mpt_processor){
            .apic_id = (uint8_t)(t->packages ? numbered_id(t, i) : i),
            .apic_version = t->profile->apic_version,
            .flags = MPT_CPU_ENABLED | (i == 0 ? MPT_CPU_BSP : 0),
            .signature = t->profile->signature,
            .features = t->profile->features,
        };
}

static int check_ids(const struct topology *t, struct err *err)
{
    unsigned seen[TOPOLOGY_CPUS_MAX + 1] = { 0 }; /* index + 1 of the processor that has the ID */
    int status = 0;

    for (unsigned i = 0; i < t->cpus; i++) {
        const struct at here = { &at_processors, NULL, i };
        unsigned *first = &seen[t->processors[i].apic_id];

        if (*first)
            status =
                err_at(err, ERR_TOPOLOGY, &(struct at){ &here, "apic_id", 0 },
                       "%u is the APIC ID of processor %u already", t->processors[i].apic_id, *first - 1);
        else
            *first = i + 1;
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
            status = err_at(err, ERR_TOPOLOGY, &(struct at){ &here, "bsp", 0 },
                            "exactly one processor must be the bootstrap processor");
        if (!(t->processors[i].flags & MPT_CPU_ENABLED))
            status = err_at(err, ERR_TOPOLOGY, &(struct at){ &here, "enabled", 0 },
                            "the bootstrap processor must be enabled");
    }
    if (bsps == 0)
        status = err_at(err, ERR_TOPOLOGY, &at_processors, "one processor must be the bootstrap processor");
    return status;
}

int topology_check(struct topology *t, struct err *err)
{
    int status = 0;

    if (t->cpus < 1 || t->cpus > t->profile->max_cpus)
        return err_at(err, ERR_TOPOLOGY, t->explicit_cpus ? &at_processors : &at_cpus,
                      "must be 1 to %u processors with profile %s", t->profile->max_cpus, t->profile->name);
    if (!t->explicit_cpus) {
        if (t->packages && check_numbering(t, err) < 0)
            return -1;
        fill_processors(t);
        return 0;
    }
    if (check_ids(t, err) < 0)
        status = -1;
    if (check_bsp(t, err) < 0)
        status = -1;
    return status;
}
