/* SPDX-License-Identifier: ISC */
/* A sound machine that tests change, its bytes, and what mpt_check finds in them. */
#ifndef TESTS_MPTABLE_SCENE_H
#define TESTS_MPTABLE_SCENE_H

#include <stdbool.h>

#include "suites.h"

enum { CPUS = 4, POKES = 5, IO_INTS_MAX = 1024, SEGMENTS = 4, IMAGE_MAX = 16384 };

/* A machine, before its bytes are made, and what is known of it */
struct scene {
    struct sample sample;
    struct mpt_bus buses[3];
    struct mpt_ioapic ioapics[3];
    struct mpt_io_int io_ints[IO_INTS_MAX];
    struct mpt_facts facts;
    struct mpt_range usable, occupied;
    uint32_t apic_ids[CPUS + 1];     /* the sample's, then 300 */
    struct mpt_ioapic_fact there[2]; /* the sample's I/O APIC, then one at 0xfec01000 */
    struct mpt_line_fact lines[16];  /* as the sample has them */
    unsigned unsummed;               /* 1: leave the sums as the last pokes left them */
    /* a copy of the pointer is at 0xf0000: 1 the same, 2 of revision 1, 3 with a wrong sum */
    unsigned other;
    unsigned bios; /* 1: the words at 0x40e and 0x413 are in memory */
    uint16_t ebda, base_memory_kib;
    unsigned cut;       /* bytes that the table's segment lacks */
    unsigned unordered; /* 1: the I/O APIC comes before the bus */
    unsigned follow;    /* 1: interrupts go to the first I/O APIC, whatever its ID */
};

/* And its bytes */
struct scene_image {
    uint8_t floating[MPT_FLOATING_SIZE], other[MPT_FLOATING_SIZE], bios[7], table[IMAGE_MAX];
    struct mpt_segment segments[SEGMENTS];
    struct mpt_memory memory;
    struct mpt_view view;
};

/* A change: a member of the scene, or bytes of the image made from it */
struct poke {
    size_t offset, width;
    uint64_t value;
};
enum { RAW_FLOATING = 0x1000000, RAW_TABLE = 0x2000000 };
#define P(m, value)                                                      \
    {                                                                    \
        offsetof(struct scene, m), sizeof(((struct scene *)0)->m), value \
    }
#define S(m, value)         P(sample.m, value)
#define T(m, value)         P(sample.table.m, value)
#define PCI_BUSES(n)        T(bus_count, (n) + 1)
#define GIVEN(facts_, m, v) P(facts.given, facts_), P(facts.m, v)
#define FP(offset, value)                 \
    {                                     \
        RAW_FLOATING | (offset), 1, value \
    }
#define TB(offset, value)              \
    {                                  \
        RAW_TABLE | (offset), 1, value \
    }
#define TB2(offset, value)             \
    {                                  \
        RAW_TABLE | (offset), 2, value \
    }
#define WITH(...) .pokes = { __VA_ARGS__ } /* in a row of a table */
#define FACTS_BIOS(ebda_, kb)                                                        \
    P(facts.given, MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY), P(facts.bios.ebda, ebda_), \
        P(facts.bios.base_memory_kib, kb)

/* Where things are in the bytes of the sound table with four processors */
enum { LENGTH = 4, CHECKSUM = 7, COUNT = 34, EXT_LENGTH = 40, EXT_SUM = 42, RESERVED = 43 };
enum { AT_CPU = 44, AT_BUS = 124, AT_IO_INT = 140, AT_LOCAL_INT = 268, AT_EXT = 284, AT_END = 320 };

extern struct scene scene;
extern struct scene_image image;
extern struct mpt_report report;
extern uint32_t scene_harms[MPT_RULES_MAX]; /* that scene_judge has seen happen */

/* scene_fill - a sound machine with that many processors */
void scene_fill(unsigned cpus);

/* scene_poke - changes members of the scene, before its bytes are made */
void scene_poke(const struct poke *pokes);

/* scene_open - makes the bytes, changes those that @pokes name, and opens them; false: not so */
bool scene_open(const struct poke *pokes);

/* scene_judge - a machine with four processors, changed by @pokes, judged for all consumers */
bool scene_judge(const struct poke *pokes);

/* scene_find - the finding of that rule, and of that part unless it is -1; NULL = there is none */
const struct mpt_finding *scene_find(const char *rule, int part);

/*
 * scene_is_sound - is it a rule that the sound machine breaks? It has an ExtINT input, as many real
 * ones do, and a hierarchy entry of a bus that it lacks.
 */
bool scene_is_sound(const char *id);

/* scene_expect - checks that the findings are of these rules, separated by blanks, and no others */
void scene_expect(const char *name, const char *rules);

/* scene_rule_index - the number of a rule, from 0 */
size_t scene_rule_index(const struct mpt_rule *rule);

#endif
