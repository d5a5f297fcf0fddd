/* SPDX-License-Identifier: ISC */
/* Bytes as guest memory. */
#include "../../src/topo/memory.h"

#include "suites.h"

static struct err error;

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
    struct memory source;

    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        const int wanted = cuts[i].segments < 0 ? -1 : 0;
        char row[128];

        snprintf(row, sizeof(row), "base=%s size=%s", cuts[i].bases,
                 cuts[i].sizes ? cuts[i].sizes : "none");
        memset(&error, 0, sizeof(error));
        ROW_CHECK(row,
                  memory_place(&source, bytes, 16, cuts[i].bases, cuts[i].sizes, &error) == wanted);
        ROW_CHECK(row, strcmp(error.places[0].pointer, cuts[i].pointer) == 0);
        ROW_CHECK(row, wanted < 0 || source.guest.count == (size_t)cuts[i].segments);
    }
}

/* As a builder leaves them that writes the floating pointer over its table */
static void one_in_the_other(void)
{
    static const uint8_t inner_last[] = "0123456734", inner_first[] = "3401234567",
                         differs[] = "0123456735";
    struct memory source;

    CU_ASSERT_EQUAL(memory_place(&source, inner_last, 10, "0x10,0x13", "8,2", &error), 0);
    CU_ASSERT_EQUAL(source.guest.count, 1);
    CU_ASSERT_EQUAL(source.segments[0].size, 8);
    CU_ASSERT_EQUAL(memory_place(&source, inner_first, 10, "0x13,0x10", "2,8", &error), 0);
    CU_ASSERT_EQUAL(source.guest.count, 1);
    CU_ASSERT_EQUAL(source.segments[0].size, 8);
    CU_ASSERT_EQUAL(memory_place(&source, differs, 10, "0x10,0x13", "8,2", &error), -1);
}

static const struct test tests[] = {
    { "segments", segments },
    { "a segment in another", one_in_the_other },
};
const struct suite topo_memory = { "topo/memory", tests, sizeof(tests) / sizeof(tests[0]) };
