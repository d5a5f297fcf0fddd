/* SPDX-License-Identifier: ISC */
/* Facts by name. */
#include "../../src/text/facts.h"

#include "suites.h"

static struct err error;

static const struct {
    const char *name, *value;
    bool good;
} values[] = {
    { "vcpus", "4", true },          { "vcpus", "0x10", true },
    { "vcpus", "0", false },         { "vcpus", "65536", false },
    { "vcpus", "04", false },        { "vcpus", "+4", false },
    { "vcpus", " 4", false },        { "vcpus", "4 ", false },
    { "vcpus", "", false },          { "vcpus", "0x", false },
    { "vcpus", "0X4", false },       { "vcpus", "18446744073709551617", false },
    { "irq0_pin", "0", true },       { "irq0_pin", "256", false },
    { "ebda", "0x9fc00", true },     { "ebda", "0x9fc08", false },
    { "ebda", "0x100000", false },   { "base_memory_kib", "639", true },
    { "memory_size", "0", false },   { "memory_size", "4503599627370496", true },
    { "acpi", "true", true },        { "acpi", "1", false },
    { "usable", "0-0x9fc00", true }, { "usable", "0x0-0x1000,0x100000-0x200000", true },
    { "usable", "0x1000", false },   { "usable", "0x1000-", false },
    { "usable", "-0x1000", false },  { "usable", "0x1000-0x1000", false },
    { "usable", "0-1,", false },     { "usable", "0-1;2-3", false },
    { "occupied", "", false },
};

static void by_name(void)
{
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const struct fact *fact = facts_find(values[i].name);
        struct facts known = { .known = { .given = 0 } };
        char row[64];

        snprintf(row, sizeof(row), "%s=%s", values[i].name, values[i].value);
        memset(&error, 0, sizeof(error));
        ROW_CHECK(row, (facts_set(&known, fact, values[i].value, &error) == 0) == values[i].good);
        ROW_CHECK(row, values[i].good ? known.known.given == fact->bit
                                      : error.places[0].pointer[0] == '/');
        ROW_CHECK(row, !values[i].good || fact->form == FACT_FLAG ||
                           (facts_set(&known, fact, values[i].value, &error) < 0));
    }
    CU_ASSERT_PTR_NULL(facts_find("vcpu"));
}

static void as_numbers(void)
{
    struct facts known = { .known = { .given = 0 } };

    CU_ASSERT_EQUAL(facts_set(&known, facts_find("ebda"), "0x9fc00", &error), 0);
    CU_ASSERT_EQUAL(known.known.bios.ebda, 0x9fc0);
    CU_ASSERT_EQUAL(facts_set(&known, facts_find("base_memory_kib"), "639", &error), 0);
    CU_ASSERT_EQUAL(known.known.bios.base_memory_kib, 639);
    CU_ASSERT_EQUAL(
        facts_set(&known, facts_find("occupied"), "0x1000-0x2000,0x90000-0x9f000", &error), 0);
    CU_ASSERT_EQUAL_FATAL(known.known.occupied_count, 2);
    CU_ASSERT_EQUAL(known.known.occupied[1].base, 0x90000);
    CU_ASSERT_EQUAL(known.known.occupied[1].end, 0x9f000);
    CU_ASSERT_EQUAL(facts_set(&known, facts_find("xen"), "false", &error), 0);
    CU_ASSERT_EQUAL(known.known.given, MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY | MPT_FACT_OCCUPIED);
}

static const struct test tests[] = {
    { "facts by name", by_name },
    { "facts as numbers", as_numbers },
};
const struct suite text_facts = { "text/facts", tests, sizeof(tests) / sizeof(tests[0]) };
