/* SPDX-License-Identifier: ISC */
#include "../../src/http/target.h"

#include "../lib/suite.h"

static struct target target;
static struct err error;

static enum target_result parse(const char *raw)
{
    memset(&error, 0, sizeof(error));
    return target_parse(raw, &target, &error);
}

static void good(void)
{
    CU_ASSERT_EQUAL(parse("/v1/images"), TARGET_OK);
    CU_ASSERT_STRING_EQUAL(target.path, "/v1/images");
    CU_ASSERT_EQUAL(target.pair_count, 0);
    CU_ASSERT_EQUAL(parse("/a%20b?x=1&y=%41+%3d&z="), TARGET_OK);
    CU_ASSERT_STRING_EQUAL(target.path, "/a%20b");
    CU_ASSERT_EQUAL_FATAL(target.pair_count, 3);
    CU_ASSERT_STRING_EQUAL(target.pairs[1].name, "y");
    CU_ASSERT_STRING_EQUAL(target.pairs[1].value, "A+=");
    CU_ASSERT_STRING_EQUAL(target.pairs[2].value, "");
    CU_ASSERT_STRING_EQUAL(target_take(&target, "x"), "1");
    CU_ASSERT_PTR_NULL(target_take(&target, "x"));
    CU_ASSERT_EQUAL(target.pair_count, 2);
    CU_ASSERT_STRING_EQUAL(target.pairs[0].name, "y");
    CU_ASSERT_EQUAL(parse("*"), TARGET_OK);
    CU_ASSERT_EQUAL(parse("HTTP://a.b:80/x?y=1"), TARGET_OK);
    CU_ASSERT_STRING_EQUAL(target.path, "/x");
    CU_ASSERT_EQUAL(target.authority_size, 6);
    CU_ASSERT_EQUAL(target.pair_count, 1);
    CU_ASSERT_EQUAL(parse("/x"), TARGET_OK);
    CU_ASSERT_PTR_NULL(target.authority);
    CU_ASSERT_EQUAL(parse("/?"), TARGET_OK);
}

static void bad(void)
{
    static const char *const rows[] = { "",
                                        "x",
                                        "/?x=%",
                                        "/?x=%4",
                                        "/?x=%zz",
                                        "/?x=%00",
                                        "/?x",
                                        "/?x=1&&y=2",
                                        "/?%00=1",
                                        "/a%zz",
                                        "/a%",
                                        "/%00",
                                        "/a\tb",
                                        "/a\x7f",
                                        "/\xc3\xa9",
                                        "http://",
                                        "http://a",
                                        "http:///x",
                                        "ftp://a/x",
                                        "http://a@b/x",
                                        "http://a:x/y",
                                        "http://*",
                                        "http://a:99999/",
                                        "a/b",
                                        "**" };
    char longest[TARGET_SIZE + 1];
    char many[200] = "/?";

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i], parse(rows[i]) == TARGET_MALFORMED && error.code == ERR_INVALID);
    memset(longest, '/', sizeof(longest));
    longest[TARGET_SIZE] = '\0';
    CU_ASSERT_EQUAL(parse(longest), TARGET_TOO_LONG);
    longest[TARGET_SIZE - 1] = '\0';
    CU_ASSERT_EQUAL(parse(longest), TARGET_OK);
    for (char c = 'a'; c < 'a' + TARGET_PAIRS_MAX; c++)
        strcat(many, (char[]){ c, '=', '&', '\0' });
    CU_ASSERT_EQUAL(parse(many), TARGET_OK);
    strcat(many, "z=1");
    CU_ASSERT_EQUAL(parse(many), TARGET_MALFORMED);
    CU_ASSERT_EQUAL(parse("/?x=1&y=2&%78=1"), TARGET_TWICE);
    CU_ASSERT_EQUAL(error.code, ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(error.places[0].pointer, "/x");
}

static const struct test tests[] = {
    { "paths and pairs", good },
    { "malformed targets", bad },
};
const struct suite http_target = { "http/target", tests, sizeof(tests) / sizeof(tests[0]) };
