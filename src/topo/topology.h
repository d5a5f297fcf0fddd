/* SPDX-License-Identifier: ISC */
/*
 * The model of a request: what the guest's machine looks like, by value, with the profile it is based on.
 */
#ifndef TOPO_TOPOLOGY_H
#define TOPO_TOPOLOGY_H

#include <stdbool.h>

#include "../base/err.h"
#include "../mptable/mptable.h"

enum {
    TOPOLOGY_CPUS_MAX = 255, /* APIC IDs 0 to 254; 255 means all of them */
    TOPOLOGY_IRQS_MIN = 16,  /* lines routed one to one */
    TOPOLOGY_IRQS_MAX = 24,  /* INTINs of a PC's I/O APIC */
    TOPOLOGY_CONTEXT_MAX = 64
};

struct profile;

struct topology {
    const struct profile *profile;
    unsigned cpus;      /* 1 to TOPOLOGY_CPUS_MAX, however they were given */
    bool explicit_cpus; /* processors[] were given one by one */
    unsigned packages, dies, cores,
        threads; /* 0 = no numbering asked for, APIC IDs as the profile numbers them */
    unsigned irqs;
    uint64_t memory_size; /* bytes of guest RAM, 0 = not said */
    bool oem_id_given, product_id_given;
    char oem_id[8], product_id[12];                     /* blank-padded */
    char context[TOPOLOGY_CONTEXT_MAX + 1];             /* "" = none */
    struct mpt_processor processors[TOPOLOGY_CPUS_MAX]; /* complete: defaults are filled in */
};

/*
 * topology_check - fill in the processors that were only counted, and refuse what makes no machine
 *
 * Return: 0; -1 and ERR_TOPOLOGY with a pointer for each wrong member: duplicate or unusable APIC IDs, not
 * exactly one enabled BSP, more CPUs than the profile takes, a topology whose product is not the count.
 */
int topology_check(struct topology *topology, struct err *err) MUST_USE;

#endif
