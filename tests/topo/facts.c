/* SPDX-License-Identifier: ISC */
/* Facts by name, and bytes as guest memory. */
#include "../../src/topo/facts.h"

#include "../../src/topo/source.h"
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

/* 16 bytes cut into segments: how many, -1 = refused, and the pointer */
static const struct {
    const char *bases, *sizes;
    int segments;
    const char *pointer;
} cuts[] = {
    { "0x9fc00", NULL, 1, "" },
    { "0x9fc00", "16", 1, "" },
    { "0xfffffff0", NULL, 1, "" },
    { "0x10,0x100", "4,12", 2, "" },
    { "0x100,0x10", "4,12", 2, "" },
    { "0x10,0x20", "16,0", 1, "" },
    { "0x10,0x14", "8,8", -1, "/base" }, /* the bytes differ where they meet */
    { "0xfffffff1", NULL, -1, "/base" },
    { "0x100000000", NULL, -1, "/base" },
    { "", NULL, -1, "/base" },
    { "0x10,", "8,8", -1, "/base" },
    { "zero", NULL, -1, "/base" },
    { "0x10,0x100", NULL, -1, "/size" },
    { "0x10,0x100", "8", -1, "/size" },
    { "0x10,0x100", "8,7", -1, "/size" },
    { "0x10,0x100", "8,9", -1, "/size" },
    { "0x10", "8,8", -1, "/size" },
    { "0x10,0x100", "8,18446744073709551615", -1, "/size" },
    { "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,0", -1,
      "/base" },
};

static void segments(void)
{
    static const uint8_t bytes[] = "0123456789abcdef";
    struct source source;

    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        const int wanted = cuts[i].segments < 0 ? -1 : 0;
        char row[128];

        snprintf(row, sizeof(row), "base=%s size=%s", cuts[i].bases,
                 cuts[i].sizes ? cuts[i].sizes : "none");
        memset(&error, 0, sizeof(error));
        ROW_CHECK(row,
                  source_place(&source, bytes, 16, cuts[i].bases, cuts[i].sizes, &error) == wanted);
        ROW_CHECK(row, strcmp(error.places[0].pointer, cuts[i].pointer) == 0);
        ROW_CHECK(row, wanted < 0 || source.memory.count == (size_t)cuts[i].segments);
    }
}

/* As a builder leaves them who writes the floating pointer over the table */
static void one_in_the_other(void)
{
    static const uint8_t inner_last[] = "0123456734", inner_first[] = "3401234567",
                         differs[] = "0123456735";
    struct source source;

    CU_ASSERT_EQUAL(source_place(&source, inner_last, 10, "0x10,0x13", "8,2", &error), 0);
    CU_ASSERT_EQUAL(source.memory.count, 1);
    CU_ASSERT_EQUAL(source.segments[0].size, 8);
    CU_ASSERT_EQUAL(source_place(&source, inner_first, 10, "0x13,0x10", "2,8", &error), 0);
    CU_ASSERT_EQUAL(source.memory.count, 1);
    CU_ASSERT_EQUAL(source.segments[0].size, 8);
    CU_ASSERT_EQUAL(source_place(&source, differs, 10, "0x10,0x13", "8,2", &error), -1);
}

static const struct test tests[] = {
    { "facts by name", by_name },
    { "facts as numbers", as_numbers },
    { "segments", segments },
    { "a segment in another", one_in_the_other },
};
const struct suite topo_facts = { "topo/facts", tests, sizeof(tests) / sizeof(tests[0]) };
