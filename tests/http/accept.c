/* SPDX-License-Identifier: ISC */
#include "../../src/http/accept.h"

#include "../lib/suite.h"

static const char *const offers[] = { "application/json", "application/octet-stream",
                                      "text/plain" };

static void choose(void)
{
    static const struct {
        const char *accept;
        int chosen;
    } rows[] = {
        { NULL, 0 },
        { "", 0 },
        { " , ,", 0 },
        { "*/*", 0 },
        { "text/plain", 2 },
        { "TEXT/Plain", 2 },
        { "text/*", 2 },
        { "text/plain;q=0.5, application/octet-stream", 1 },
        { "application/*;q=0.2, application/json;q=0", 1 },
        { "application/json;q=0, application/*;q=0.2", 1 },
        { "*/*;q=0.1, text/plain", 2 },
        { "text/plain;q=0.001", 2 },
        { "text/plain; q=1.000", 2 },
        { "text/plain;charset=\"a,b;c\\\"\";q=0.9, */*;q=0.8", 2 },
        { "image/png", -1 },
        { "application/json;q=0", -1 },
        { "*/*;q=0", -1 },
        { "text/plainer", -1 },
        /* malformed: as if it were not there */
        { "nonsense", 0 },
        { "text/plain;q=2", 0 },
        { "text/plain;q=0.0001", 0 },
        { "text/plain;q=x", 0 },
        { "text/plain;q", 0 },
        { "text/plain;a=\"open", 0 },
        { "text/plain image/png", 0 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i].accept ? rows[i].accept : "none",
                  accept_choose(rows[i].accept, offers, 3) == rows[i].chosen);
}

static void content_types(void)
{
    static const struct {
        const char *type;
        bool is;
    } rows[] = {
        { "application/json", true },
        { "Application/JSON", true },
        { "application/json; charset=utf-8", true },
        { "application/json;charset=\"UTF-8\" ", true },
        { NULL, false },
        { "", false },
        { "application/jsonx", false },
        { "application/jso", false },
        { "application/json; charset=latin1", false },
        { "application/json; charset=utf-8; a=b", false },
        { "application/json, text/plain", false },
        { "application/json;", false },
        { "text/json", false },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i].type ? rows[i].type : "none",
                  accept_is(rows[i].type, "application/json") == rows[i].is);
}

static const struct test tests[] = {
    { "the client's choice", choose },
    { "content types", content_types },
};
const struct suite http_accept = { "http/accept", tests, sizeof(tests) / sizeof(tests[0]) };
