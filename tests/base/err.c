/* SPDX-License-Identifier: ISC */
#include "../../src/base/err.h"

#include <errno.h>

#include "../lib/suite.h"

static struct err error;

static void pointers(void)
{
    const struct at list = { NULL, "processors", 0 }, third = { &list, NULL, 3 };

    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(
        err_at(&error, ERR_INVALID, &(struct at){ &third, "apic_id", 0 }, "must be %d", 4), -1);
    CU_ASSERT_EQUAL(err_at(&error, ERR_SYNTAX, NULL, "bytes \x01\xff"), -1);
    CU_ASSERT_EQUAL(err_at(&error, ERR_SYNTAX, &(struct at){ NULL, "a/b~c\n", 0 }, "%s", ""), -1);
    CU_ASSERT_EQUAL(error.code, ERR_INVALID);
    CU_ASSERT_EQUAL(error.count, 3);
    CU_ASSERT_STRING_EQUAL(error.places[0].pointer, "/processors/3/apic_id");
    CU_ASSERT_STRING_EQUAL(error.places[0].detail, "must be 4");
    CU_ASSERT_STRING_EQUAL(error.places[1].pointer, "");
    CU_ASSERT_STRING_EQUAL(error.places[1].detail, "bytes ??");
    CU_ASSERT_STRING_EQUAL(error.places[2].pointer, "/a~1b~0c?");
}

static void limits(void)
{
    char name[300];

    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    memset(&error, 0, sizeof(error));
    for (int i = 0; i < ERR_MAX + 5; i++)
        err_at(&error, ERR_INVALID, &(struct at){ NULL, name, 0 }, "%s", name);
    CU_ASSERT_EQUAL(error.count, ERR_MAX);
    CU_ASSERT_EQUAL(strlen(error.places[ERR_MAX - 1].pointer), ERR_POINTER_SIZE - 1);
    CU_ASSERT_EQUAL(strlen(error.places[ERR_MAX - 1].detail), ERR_DETAIL_SIZE - 1);
}

static void system_error(void)
{
    memset(&error, 0, sizeof(error));
    errno = ENOENT;
    CU_ASSERT_EQUAL(err_system(&error, ERR_FILE, "cannot read %s", "x"), -1);
    CU_ASSERT_STRING_EQUAL(error.places[0].detail, "cannot read x: No such file or directory");
}

static const struct test tests[] = {
    { "pointers and details", pointers },
    { "too many, too long", limits },
    { "the system's errors", system_error },
};
const struct suite base_err = { "base/err", tests, sizeof(tests) / sizeof(tests[0]) };
