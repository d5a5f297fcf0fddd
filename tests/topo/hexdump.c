/* SPDX-License-Identifier: ISC */
#include "../../src/topo/hexdump.h"

#include <stdlib.h>

#include "suites.h"

static struct image image;

static void a_hexdump(void)
{
    static const char expected[] =
        "0000040e: c09f                                     ..\n"
        "00000413: 7f02                                     ..\n"
        "0009fc00: 5f4d 505f 10fc 0900 0104 8b00 0000 0000  _MP_............\n";
    size_t size;
    char *text;

    build_three_segments(&image);
    size = hexdump_render(&image, NULL);
    text = malloc(size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_EQUAL(hexdump_render(&image, text), size);
    CU_ASSERT(size > sizeof(expected) && memcmp(text, expected, sizeof(expected) - 1) == 0);
    CU_ASSERT_EQUAL(text[size - 1], '\n');
    free(text);
}

static const struct test tests[] = {
    { "a hexdump", a_hexdump },
};
const struct suite topo_hexdump = { "topo/hexdump", tests, sizeof(tests) / sizeof(tests[0]) };
