/* SPDX-License-Identifier: ISC */
#include "../../src/http/condition.h"

#include "../lib/suite.h"

static void rows(void)
{
    static const char tag[] = "\"abc\"";
    static const struct {
        const char *if_match, *if_none_match;
        enum condition get, post;
    } rows[] = {
        { NULL, NULL, CONDITION_NONE, CONDITION_NONE },
        { NULL, "\"abc\"", CONDITION_NOT_MODIFIED, CONDITION_FAILED },
        { NULL, "W/\"abc\"", CONDITION_NOT_MODIFIED, CONDITION_FAILED },
        { NULL, "\"x\", \"abc\" , \"y\"", CONDITION_NOT_MODIFIED, CONDITION_FAILED },
        { NULL, "\"x,y\",\"abc\"", CONDITION_NOT_MODIFIED, CONDITION_FAILED },
        { NULL, " * ", CONDITION_NOT_MODIFIED, CONDITION_FAILED },
        { NULL, "\"ab\"", CONDITION_NONE, CONDITION_NONE },
        { NULL, "\"abcd\"", CONDITION_NONE, CONDITION_NONE },
        { NULL, "\"x\"abc\"\"", CONDITION_NONE, CONDITION_NONE }, /* malformed: no list of tags */
        { NULL, "abc", CONDITION_NONE, CONDITION_NONE },
        { NULL, "\"abc", CONDITION_NONE, CONDITION_NONE },
        { NULL, "w/\"abc\"", CONDITION_NONE, CONDITION_NONE },
        { NULL, "*, \"x\"", CONDITION_NONE, CONDITION_NONE },
        { NULL, "", CONDITION_NONE, CONDITION_NONE },
        { "\"abc\"", NULL, CONDITION_NONE, CONDITION_NONE },
        { "*", NULL, CONDITION_NONE, CONDITION_NONE },
        { "\"x\", \"abc\"", NULL, CONDITION_NONE, CONDITION_NONE },
        { "W/\"abc\"", NULL, CONDITION_FAILED, CONDITION_FAILED }, /* strong comparison */
        { "\"x\"", NULL, CONDITION_FAILED, CONDITION_FAILED },
        { "", NULL, CONDITION_FAILED, CONDITION_FAILED },
        { "\"x\"", "\"abc\"", CONDITION_FAILED, CONDITION_FAILED },
        { "\"abc\"", "\"abc\"", CONDITION_NOT_MODIFIED, CONDITION_FAILED },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *name = rows[i].if_none_match ? rows[i].if_none_match
                           : rows[i].if_match    ? rows[i].if_match
                                                 : "none";

        ROW_CHECK(name, condition_check(true, rows[i].if_match, rows[i].if_none_match, tag) ==
                            rows[i].get);
        ROW_CHECK(name, condition_check(false, rows[i].if_match, rows[i].if_none_match, tag) ==
                            rows[i].post);
    }
}

static const struct test tests[] = { { "lists of tags", rows } };
const struct suite http_condition = { "http/condition", tests, sizeof(tests) / sizeof(tests[0]) };
