/* SPDX-License-Identifier: ISC */
/* The suites of the room mptable, and the table that they start from. */
#ifndef TESTS_MPTABLE_H
#define TESTS_MPTABLE_H

#include "../../src/mptable/mptable.h"
#include "../lib/suite.h"

extern const struct suite mptable_encode, mptable_decode, mptable_verify, mptable_search,
    mptable_rules, mptable_check, mptable_effects, mptable_peers;

enum { SAMPLE_CPUS_MAX = 4000, SAMPLE_IO_INTS = 16, SAMPLE_LOCAL_INTS = 2 };

/* Bytes of a sample's image: pointer, header, base entries, one extended entry of each kind */
#define SAMPLE_BASE(cpus) (44 + (cpus)*20 + 20 * 8)
#define SAMPLE_EXTENDED   (20 + 8 + 8)
#define SAMPLE_SIZE(cpus) (16 + SAMPLE_BASE(cpus) + SAMPLE_EXTENDED)

/*
 * A sound PC: processors with IDs 0 up, ISA bus, one I/O APIC, IRQ 0 on INTIN 2, no IRQ 2; and one
 * extended entry of each kind.
 */
struct sample {
    struct mpt_processor processors[SAMPLE_CPUS_MAX];
    struct mpt_bus bus;
    struct mpt_ioapic ioapic;
    struct mpt_io_int io_ints[SAMPLE_IO_INTS];
    struct mpt_local_int local_ints[SAMPLE_LOCAL_INTS];
    struct mpt_space space;
    struct mpt_hierarchy hierarchy;
    struct mpt_modifier modifier;
    struct mpt_table table;
    struct mpt_place place;
};

void sample_fill(struct sample *s, unsigned cpus);

#endif
