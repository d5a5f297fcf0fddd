/* SPDX-License-Identifier: ISC */
/* A row for each fact; that of a number tells where its value is in struct mpt_facts. */
#include "facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "../base/number.h"
#include "consumers.h"
#include "members.h"

#define ADDRESSES_END (1ULL << 52) /* physical addresses have at most 52 bits */

#define VALUE(member) offsetof(struct mpt_facts, member), sizeof(((struct mpt_facts *)0)->member)
#define NO_VALUE      0, 0

const struct fact facts[] = {
    { "for", FACT_CONSUMERS, 0, 0, 0,
      "consumers that will read the table, or all;\ndefault linux. Findings are for these",
      NO_VALUE },
    { "vcpus", FACT_NUMBER, MPT_FACT_VCPUS, 1, UINT16_MAX, "virtual CPUs that the machine has",
      VALUE(vcpus) },
    { "bsp_apic_id", FACT_NUMBER, MPT_FACT_BSP, 0, UINT8_MAX, "APIC ID of the vCPU that runs first",
      VALUE(bsp_apic_id) },
    { "apic_ids", FACT_IDS, MPT_FACT_APIC_IDS, 0, UINT32_MAX, "APIC IDs of all virtual CPUs",
      NO_VALUE },
    { "apic_version", FACT_NUMBER, MPT_FACT_APIC_VERSION, 0, UINT8_MAX,
      "low byte of the local APIC's version register", VALUE(apic_version) },
    { "io_apic_id", FACT_NUMBER, MPT_FACT_IOAPIC_ID, 0, UINT8_MAX,
      "ID in the register of the first I/O APIC", VALUE(ioapic_id) },
    { "io_apic_inputs", FACT_NUMBER, MPT_FACT_INPUTS, 1, UINT8_MAX, "inputs of each I/O APIC",
      VALUE(ioapic_inputs) },
    { "ioapics", FACT_IOAPICS, MPT_FACT_IOAPICS, 1, UINT8_MAX,
      "address and inputs of each I/O APIC", NO_VALUE },
    { "irq0_pin", FACT_NUMBER, MPT_FACT_IRQ0, 0, UINT8_MAX,
      "I/O APIC input that ISA IRQ 0 is wired to", VALUE(irq0_intin) },
    { "ebda", FACT_SEGMENT, MPT_FACT_EBDA, 0, 0xffff0, "the EBDA's address, as at 0x40e; 0 = none",
      VALUE(bios.ebda) },
    { "base_memory_kib", FACT_NUMBER, MPT_FACT_BASE_MEMORY, 0, UINT16_MAX, "the word at 0x413",
      VALUE(bios.base_memory_kib) },
    { "memory_size", FACT_NUMBER, MPT_FACT_MEMORY_SIZE, 1, ADDRESSES_END, "bytes of guest RAM",
      VALUE(memory_size) },
    { "usable", FACT_RANGES, MPT_FACT_USABLE, 0, ADDRESSES_END,
      "memory that the guest is told it may use", NO_VALUE },
    { "occupied", FACT_RANGES, MPT_FACT_OCCUPIED, 0, ADDRESSES_END,
      "memory that the loader writes to", NO_VALUE },
    { "acpi", FACT_FLAG, MPT_FACT_ACPI, 0, 0, "the machine also has ACPI tables", NO_VALUE },
    { "no_mpparse", FACT_FLAG, MPT_FACT_NO_MPPARSE, 0, 0,
      "the guest is a Linux without CONFIG_X86_MPPARSE", NO_VALUE },
    { "x2apic", FACT_FLAG, MPT_FACT_X2APIC, 0, 0, "the APICs start in x2APIC mode", NO_VALUE },
    { "xen", FACT_FLAG, MPT_FACT_XEN, 0, 0, "the guest is a Xen hypervisor", NO_VALUE },
};
const size_t fact_count = sizeof(facts) / sizeof(facts[0]);

const struct fact *facts_find(const char *name)
{
    for (size_t i = 0; i < fact_count; i++)
        if (strcmp(facts[i].name, name) == 0)
            return &facts[i];
    return NULL;
}

static void store_number(struct mpt_facts *known, const struct fact *fact, uint64_t value)
{
    const struct member number = { .offset = fact->offset, .width = fact->width };

    member_store(known, &number, fact->form == FACT_SEGMENT ? value / 16 : value);
    known->given |= fact->bit;
}

static int set_number(struct facts *f, const struct fact *fact, const char *text,
                      const struct at *at, struct err *err)
{
    uint64_t value;

    if (!number_parse(text, fact->lowest, fact->highest, &value))
        return err_at(err, ERR_INVALID, at,
                      "must be %llu to %llu, decimal or 0x and hexadecimal digits",
                      (unsigned long long)fact->lowest, (unsigned long long)fact->highest);
    if (fact->form == FACT_SEGMENT && value % 16 != 0)
        return err_at(err, ERR_INVALID, at, "must be a multiple of 16");
    store_number(&f->known, fact, value);
    return 0;
}

static int set_flag(struct facts *f, const struct fact *fact, const char *text, const struct at *at,
                    struct err *err)
{
    if (strcmp(text, "true") == 0)
        f->known.given |= fact->bit;
    else if (strcmp(text, "false") != 0)
        return err_at(err, ERR_INVALID, at, "must be true or false");
    return 0;
}

/* Return: the number of ranges; -1 if the text is no list of ranges or has too many */
static int parse_ranges(const char *text, uint64_t highest, struct mpt_range *ranges)
{
    int count = 0;

    for (;; text++) {
        struct mpt_range range = { 0, 0 };

        text = number_take(text, &range.base);
        if (!text || *text++ != '-')
            return -1;
        text = number_take(text, &range.end);
        if (!text || range.base >= range.end || range.end > highest || count == FACTS_RANGES_MAX)
            return -1;
        ranges[count++] = range;
        if (*text != ',')
            return *text ? -1 : count;
    }
}

static int set_ranges(struct facts *f, const struct fact *fact, const char *text,
                      const struct at *at, struct err *err)
{
    const bool usable = fact->bit == MPT_FACT_USABLE;
    const int count = parse_ranges(text, fact->highest, usable ? f->usable : f->occupied);

    if (count < 0)
        return err_at(err, ERR_INVALID, at, "must be BEGIN-END[,BEGIN-END]... of at most %d ranges",
                      FACTS_RANGES_MAX);
    if (usable) {
        f->known.usable = f->usable;
        f->known.usable_count = (size_t)count;
    } else {
        f->known.occupied = f->occupied;
        f->known.occupied_count = (size_t)count;
    }
    f->known.given |= fact->bit;
    return 0;
}

static bool has_id(const struct mpt_facts *known, uint64_t id)
{
    for (size_t i = 0; i < known->apic_id_count; i++)
        if (known->apic_ids[i] == id)
            return true;
    return false;
}

/* Takes a list of elements, each by @take. Return: false if the text is no such list */
static bool take_list(struct facts *f, const struct fact *fact, const char *text,
                      const char *(*take)(struct facts *f, const struct fact *fact,
                                          const char *text))
{
    for (text = take(f, fact, text); text && *text == ',';)
        text = take(f, fact, text + 1);
    return text && *text == '\0';
}

/* Return: what follows the ID; NULL if there is none, or no room for it, or it is there already */
static const char *take_id(struct facts *f, const struct fact *fact, const char *text)
{
    uint64_t id;

    text = number_take(text, &id);
    if (!text || id > fact->highest || has_id(&f->known, id) ||
        f->known.apic_id_count == MADT_PROCESSORS_MAX)
        return NULL;
    f->lists.apic_ids[f->known.apic_id_count++] = (uint32_t)id;
    return text;
}

static const char *take_ioapic(struct facts *f, const struct fact *fact, const char *text)
{
    uint64_t address, inputs = 0;

    text = number_take(text, &address);
    if (!text || *text != ':' || address > UINT32_MAX || f->known.ioapic_count == MADT_IOAPICS_MAX)
        return NULL;
    text = number_take(text + 1, &inputs);
    f->lists.ioapics[f->known.ioapic_count++] =
        (struct mpt_ioapic_fact){ (uint32_t)address, (unsigned)inputs };
    return inputs >= fact->lowest && inputs <= fact->highest ? text : NULL;
}

static int set_ids(struct facts *f, const struct fact *fact, const char *text, const struct at *at,
                   struct err *err)
{
    f->known.apic_ids = f->lists.apic_ids;
    if (!take_list(f, fact, text, take_id))
        return err_at(err, ERR_INVALID, at, "must be ID[,ID]... of at most %d IDs, each once",
                      MADT_PROCESSORS_MAX);
    f->known.given |= fact->bit;
    return 0;
}

static int set_ioapics(struct facts *f, const struct fact *fact, const char *text,
                       const struct at *at, struct err *err)
{
    f->known.ioapics = f->lists.ioapics;
    if (!take_list(f, fact, text, take_ioapic))
        return err_at(err, ERR_INVALID, at,
                      "must be ADDRESS:INPUTS[,ADDRESS:INPUTS]... of at most %d I/O APICs below "
                      "4 GiB with %d to %d inputs",
                      MADT_IOAPICS_MAX, (int)fact->lowest, (int)fact->highest);
    f->known.given |= fact->bit;
    return 0;
}

static int set_consumers(struct facts *f, const char *text, const struct at *at, struct err *err)
{
    if (f->asked)
        return err_at(err, ERR_INVALID, at, "given twice");
    return consumers_list(&f->asked, text, at, err);
}

uint32_t facts_asked(const struct facts *f)
{
    return f->asked ? f->asked : MPT_FOR_LINUX;
}

int facts_set(struct facts *f, const struct fact *fact, const char *value, struct err *err)
{
    const struct at at = { NULL, fact->name, 0 };

    if (f->known.given & fact->bit)
        return err_at(err, ERR_INVALID, &at, "given twice");
    switch (fact->form) {
    case FACT_FLAG:
        return set_flag(f, fact, value, &at, err);
    case FACT_CONSUMERS:
        return set_consumers(f, value, &at, err);
    case FACT_RANGES:
        return set_ranges(f, fact, value, &at, err);
    case FACT_IDS:
        return set_ids(f, fact, value, &at, err);
    case FACT_IOAPICS:
        return set_ioapics(f, fact, value, &at, err);
    default:
        return set_number(f, fact, value, &at, err);
    }
}

int facts_set_madt(struct facts *f, const struct madt *madt, struct err *err)
{
    static const unsigned both = MPT_FACT_APIC_IDS | MPT_FACT_IOAPICS;

    for (size_t i = 0; i < fact_count; i++)
        if (facts[i].bit & both & f->known.given)
            return err_at(err, ERR_INVALID, &(struct at){ NULL, facts[i].name, 0 },
                          "is what the MADT says: give one of the two");
    from_madt_facts(madt, &f->lists, &f->known);
    return 0;
}

/* Notes a number that follows from other facts, or compares it with the one that is given. */
static int agree(struct facts *f, unsigned bit, uint64_t given, uint64_t right, const char *from,
                 struct err *err)
{
    size_t i = 0;

    while (facts[i].bit != bit)
        i++;
    if (!(f->known.given & bit))
        store_number(&f->known, &facts[i], right);
    else if (given != right)
        return err_at(err, ERR_INVALID, &(struct at){ NULL, facts[i].name, 0 }, "must be %llu: %s",
                      (unsigned long long)right, from);
    return 0;
}

static int settle_ids(struct facts *f, struct err *err)
{
    static const struct at at_bsp = { NULL, "bsp_apic_id", 0 };
    struct mpt_facts *const known = &f->known;

    if (!(known->given & MPT_FACT_APIC_IDS))
        return 0;
    if (known->given & MPT_FACT_BSP && !has_id(known, known->bsp_apic_id))
        return err_at(err, ERR_INVALID, &at_bsp, "must be one of the machine's APIC IDs");
    return agree(f, MPT_FACT_VCPUS, known->vcpus, known->apic_id_count, "the number of APIC IDs",
                 err);
}

static int settle_inputs(struct facts *f, struct err *err)
{
    static const struct at at_inputs = { NULL, "io_apic_inputs", 0 };
    struct mpt_facts *const known = &f->known;

    if (!(known->given & MPT_FACT_INPUTS))
        return 0;
    for (size_t i = 0; i < known->ioapic_count; i++) {
        unsigned *const inputs = &f->lists.ioapics[i].inputs;

        if (*inputs == 0)
            *inputs = known->ioapic_inputs;
        if (*inputs != known->ioapic_inputs)
            return err_at(err, ERR_INVALID, &at_inputs, "the I/O APIC at 0x%x has %u",
                          known->ioapics[i].address, *inputs);
    }
    return 0;
}

int facts_settle(struct facts *f, struct err *err)
{
    const struct mpt_facts *const known = &f->known;

    if (settle_ids(f, err) < 0 || settle_inputs(f, err) < 0)
        return -1;
    if (known->given & MPT_FACT_LINES && known->lines[0].connected)
        return agree(f, MPT_FACT_IRQ0, known->irq0_intin, known->lines[0].intin,
                     "the input that the MADT says", err);
    return 0;
}
