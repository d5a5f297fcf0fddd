/* SPDX-License-Identifier: ISC */
#include "mptable.h"

#include <stdbool.h>

enum { CPUS = 4, FOUND_MAX = MPT_RULES_MAX };

#define FIELD(m) offsetof(struct sample, m), sizeof(((struct sample *)0)->m)

/* One field of a sound table with four processors, a value that breaks the rule and one that nearly does. */
static const struct {
    const char *rule;
    size_t offset, width;
    uint32_t breaks, nearly;
    uint16_t index, count;
} rows[] = {
    { "imcr-set", FIELD(table.floating.features), 0x80, 0x40, 0, 1 },
    { "window-overrun", FIELD(place.table), 0xa0000 - 299 + 16, 0xa0000 - 300 + 16, 0, 1 },
    { "table-above-1m", FIELD(place.table), 0x100000 - 299 + 16, 0x100000 - 300 + 16, 0, 1 },
    { "lapic-address-zero", FIELD(table.header.local_apic_address), 0, 1, 0, 1 },
    { "cpu-none-enabled", FIELD(table.processor_count), 0, 1, 0, 1 },
    { "bsp-missing", FIELD(processors[0].flags), 1, 3, 0, 1 },
    { "bsp-multiple", FIELD(processors[2].flags), 3, 2, 0, 2 },
    { "bsp-disabled", FIELD(processors[0].flags), 2, 0, 0, 1 },
    { "bsp-not-first", FIELD(processors[0].flags), 1, 3, 3, 1 },
    { "cpu-id-duplicate", FIELD(processors[2].apic_id), 1, 7, 1, 2 },
    { "cpu-id-255", FIELD(processors[1].apic_id), 255, 254, 1, 1 },
    { "cpu-id-sparse", FIELD(processors[3].apic_id), 4, 0, 3, 1 },
    { "cpu-id-over-14", FIELD(processors[3].apic_id), 15, 14, 3, 1 },
    { "cpu-id-over-62", FIELD(processors[3].apic_id), 63, 62, 3, 1 },
    { "cpu-count-over-8", FIELD(table.processor_count), 9, 8, 0, 1 },
    { "cpu-count-over-32", FIELD(table.processor_count), 33, 32, 0, 1 },
    { "cpu-disabled", FIELD(processors[1].flags), 0, 1, 1, 1 },
    { "cpu-version-discrete", FIELD(processors[1].apic_version), 0x0f, 0x1f, 1, 1 },
    { "cpu-version-discrete", FIELD(processors[1].apic_version), 0x20, 0x10, 1, 1 },
    { "cpu-signature-family", FIELD(processors[1].signature), 0x800, 0x7ff, 1, 1 },
    { "cpu-signature-family", FIELD(processors[1].signature), 0x100600, 0xf0600, 1, 1 },
    { "cpu-features-missing", FIELD(processors[1].features), 0x200, 0x201, 1, 1 },
    { "cpu-features-missing", FIELD(processors[1].features), 0x1, 0xffffffff, 1, 1 },
    { "ioapic-id-clash-cpu", FIELD(ioapic.apic_id), 3, 4, 0, 1 },
    { "ioapic-id-over-15", FIELD(ioapic.apic_id), 16, 15, 0, 1 },
    { "ioapic-id-over-15", FIELD(ioapic.apic_id), 254, 255, 0, 1 },
    { "ioapic-id-255", FIELD(ioapic.apic_id), 255, 254, 0, 1 },
    { "irq0-extint-only", FIELD(io_ints[2].irq), 3, 0, 0, 1 },
    { "irq2-entry", FIELD(io_ints[2].irq), 2, 0, 2, 1 },
    { "isa-irq-range", FIELD(io_ints[15].irq), 16, 15, 15, 1 },
    { "lint-missing", FIELD(table.local_int_count), 0, 1, 0, 1 },
};

static struct sample sample;

static void poke(size_t offset, size_t width, uint32_t value)
{
    uint8_t *at = (uint8_t *)&sample + offset;

    switch (width) {
    case 1:
        *at = (uint8_t)value;
        break;
    case 2:
        memcpy(at, &(uint16_t){ (uint16_t)value }, 2);
        break;
    default:
        memcpy(at, &value, 4);
    }
}

/* The finding of a rule, or one with a NULL rule. */
static struct mpt_finding find(const char *rule)
{
    struct mpt_finding found[FOUND_MAX];
    const size_t n = mpt_check(&sample.table, &sample.place, found, FOUND_MAX);

    for (size_t i = 0; i < n; i++)
        if (strcmp(found[i].rule->id, rule) == 0)
            return found[i];
    return (struct mpt_finding){ .rule = NULL };
}

static void each_rule(void)
{
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        struct mpt_finding f;

        sample_fill(&sample, 40);
        sample.table.processor_count = CPUS;
        sample.ioapic.apic_id = CPUS;
        if (strcmp(rows[r].rule, "bsp-not-first") == 0)
            sample.processors[3].flags = 3;
        poke(rows[r].offset, rows[r].width, rows[r].breaks);
        f = find(rows[r].rule);
        ROW_CHECK(rows[r].rule, f.rule && f.index == rows[r].index && f.count == rows[r].count);
        ROW_CHECK(rows[r].rule, f.rule && f.rule->detail[0]);
        poke(rows[r].offset, rows[r].width, rows[r].nearly);
        ROW_CHECK(rows[r].rule, !find(rows[r].rule).rule);
    }
}

/* Rules that take two fields to break. */
static void rules_of_two_fields(void)
{
    sample_fill(&sample, CPUS);
    sample.io_ints[0].irq = sample.io_ints[2].irq = 3;
    CU_ASSERT_PTR_NOT_NULL(find("irq0-missing").rule);
    sample.table.io_int_count = 0;
    CU_ASSERT_PTR_NULL(find("irq0-missing").rule);

    sample_fill(&sample, CPUS);
    sample.processors[1].flags = 0;
    CU_ASSERT_PTR_NULL(find("cpu-disabled-zero-version").rule);
    sample.processors[1].apic_version = 0;
    CU_ASSERT_PTR_NOT_NULL(find("cpu-disabled-zero-version").rule);
    CU_ASSERT_PTR_NULL(find("cpu-version-discrete").rule);
}

static void sound_table(void)
{
    struct mpt_finding found[1];

    sample_fill(&sample, CPUS);
    CU_ASSERT_EQUAL(mpt_check(&sample.table, &sample.place, found, 1), 0);
}

static void more_than_fit(void)
{
    struct mpt_finding found[2] = { { .rule = NULL } };

    sample_fill(&sample, CPUS);
    sample.table.floating.features = MPT_IMCRP;
    sample.table.local_int_count = 0;
    CU_ASSERT_EQUAL(mpt_check(&sample.table, &sample.place, found, 1), 2);
    CU_ASSERT_PTR_NOT_NULL(found[0].rule);
    CU_ASSERT_PTR_NULL(found[1].rule);
}

static const struct test tests[] = {
    { "a sound table breaks no rule", sound_table },
    { "each rule fires, and not for a near miss", each_rule },
    { "rules of two fields", rules_of_two_fields },
    { "findings beyond the room are counted", more_than_fit },
};
const struct suite mptable_check = { "mptable/check", tests, sizeof(tests) / sizeof(tests[0]) };
