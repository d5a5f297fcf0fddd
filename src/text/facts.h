/* SPDX-License-Identifier: ISC */
/* What is known of a machine besides its table, by name: query parameters and options. */
#ifndef TEXT_FACTS_H
#define TEXT_FACTS_H

#include "../base/err.h"
#include "../mptable/mptable.h"
#include "../topo/from_madt.h"

enum { FACTS_RANGES_MAX = 32 };

struct facts {
    struct mpt_facts known;
    uint32_t asked; /* consumers; 0 = not given */
    struct mpt_range usable[FACTS_RANGES_MAX], occupied[FACTS_RANGES_MAX];
    struct from_madt_lists lists;
};

/* How the value of a fact is written. */
enum fact_form {
    FACT_NUMBER,
    FACT_SEGMENT,   /* a guest-physical address, a multiple of 16, below 1 MiB */
    FACT_FLAG,      /* true or false */
    FACT_RANGES,    /* BEGIN-END[,BEGIN-END]..., the end not included */
    FACT_CONSUMERS, /* NAME[,NAME]..., or all: what facts_asked returns */
    FACT_IDS,       /* ID[,ID]..., each once */
    FACT_IOAPICS    /* ADDRESS:INPUTS[,ADDRESS:INPUTS]... */
};

struct fact {
    const char *name; /* as in a query; as an option, with '-' for '_' */
    enum fact_form form;
    unsigned bit; /* MPT_FACT_* */
    uint64_t lowest, highest;
    const char *help;
    size_t offset, width; /* of a number, in struct mpt_facts */
};

extern const struct fact facts[];
extern const size_t fact_count;

/* facts_asked - the consumers that findings are for; Linux when none are given */
uint32_t facts_asked(const struct facts *facts);

/* facts_find - the row of that name, or NULL */
const struct fact *facts_find(const char *name);

/*
 * facts_set - note a fact; a flag that is false changes nothing
 *
 * Return: 0; -1 and ERR_INVALID at the fact's name: no such value, or given twice.
 */
int facts_set(struct facts *facts, const struct fact *fact, const char *value,
              struct err *err) MUST_USE;

/*
 * facts_set_madt - note what an ACPI MADT says
 *
 * Return: 0; -1 and ERR_INVALID at a fact that is given already.
 */
int facts_set_madt(struct facts *facts, const struct madt *madt, struct err *err) MUST_USE;

/*
 * facts_settle - when all facts are set, add those that follow from others, and check all of them
 *
 * The number of vCPUs is the number of APIC IDs, and one of these is bsp_apic_id. io_apic_inputs
 * holds for each I/O APIC whose own number of inputs is not known.
 *
 * Return: 0; -1 and ERR_INVALID at a fact that disagrees with another.
 */
int facts_settle(struct facts *facts, struct err *err) MUST_USE;

#endif
