/* SPDX-License-Identifier: ISC */
#include "../../src/service/policy.h"

#include <stdlib.h>
#include <unistd.h>

#include "../lib/scratch.h"
#include "../lib/suite.h"

static struct err error;

static struct policy *parse(const char *text)
{
    memset(&error, 0, sizeof(error));
    return policy_parse(text, "policy", &error);
}

/* A row for each form of client and context, and what comes close to it */
static void matches(void)
{
    static const uint32_t groups[] = { 7, 50 };
    static const struct certificate cert = { .subject = "CN=host7,O=Example Corp",
                                             .names = "host7.example\0spiffe://x/Host7",
                                             .names_size = 14 + 17 };
    static const struct client user = {
        .is_unix = true, .uid = 1000, .gid = 100, .groups = groups, .group_count = 2
    };
    static const struct client root = { .is_unix = true }, tcp = { .uid = 0 };
    static const struct client host = { .certificate = &cert }, named = { .token = "host7" };
    static const struct {
        const char *row;
        const struct client *client;
        const char *context;
        bool good;
    } rows[] = {
        { "uid:1000 vm:1", &user, "vm:1", true },
        { "uid:1000 vm:1", &user, "vm:10", false },
        { "uid:1000 vm:1", &user, "vm:", false },
        { "uid:1000 vm:1", &user, "", false },
        { "uid:1000 vm:1", &root, "vm:1", false },
        { "uid:100 vm:1", &user, "vm:1", false },
        { "uid:root *", &root, "a", true },
        { "uid:root *", &tcp, "a", false }, /* no user is known on TCP */
        { "gid:0 *", &tcp, "a", false },
        { "gid:100 *", &user, "a", true },
        { "gid:50 *", &user, "a", true },
        { "gid:51 *", &user, "a", false },
        { "gid:1000 *", &user, "a", false },
        { "uid:1000 vm:*", &user, "vm:", true },
        { "uid:1000 vm:*", &user, "vm:x", true },
        { "uid:1000 vm:*", &user, "vn:x", false },
        { "uid:1000 vm:*", &user, "", false },
        { "uid:1000 *", &user, "", false }, /* "-" alone is for none */
        { "uid:1000 -", &user, "", true },
        { "uid:1000 -", &user, "-x", false },
        { "uid:1000 -*", &user, "-x", true },
        { "* a", &user, "a", true },
        { "* a", &tcp, "a", true },
        { "* *", &host, "b", true },
        { "cert:CN=host7,O=Example Corp host7:*", &host, "host7:vm", true },
        { "  cert:CN=host7,O=Example Corp \t host7:* \r", &host, "host7:vm", true },
        { "cert:CN=host7 *", &host, "a", false },
        { "cert:O=Example Corp,CN=host7 *", &host, "a", false },
        { "cert:cn=host7,O=Example Corp *", &host, "a", false },
        { "cert:CN=host7,O=Example Corp *", &user, "a", false },
        { "san:host7.example *", &host, "a", true },
        { "san:HOST7.Example *", &host, "a", true },
        { "san:host7.exampl *", &host, "a", false },
        { "san:x.host7.example *", &host, "a", false },
        { "san:*.example *", &host, "a", false },
        { "san:spiffe://x/Host7 *", &host, "a", true },
        { "san:spiffe://x/host7 *", &host, "a", false },
        { "san:host7.example *", &named, "a", false },
        { "token:host7 *", &named, "a", true },
        { "token:host70 *", &named, "a", false },
        { "token:Host7 *", &named, "a", false },
        { "token:host7 *", &tcp, "a", false },
        { "uid:1 a\nuid:1000 b\n# uid:1000 c\n\ngid:7 d", &user, "b", true },
        { "uid:1 a\nuid:1000 b\n# uid:1000 c\n\ngid:7 d", &user, "d", true },
        { "uid:1 a\nuid:1000 b\n# uid:1000 c\n\ngid:7 d", &user, "a", false },
        { "uid:1 a\nuid:1000 b\n# uid:1000 c\n\ngid:7 d", &user, "c", false },
        { "", &user, "a", false },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct policy *const p = parse(rows[i].row);

        ROW_CHECK(rows[i].row, p != NULL);
        if (p)
            ROW_CHECK(rows[i].row,
                      policy_allows(p, rows[i].client, rows[i].context) == rows[i].good);
        policy_free(p);
    }
}

static void refusals(void)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        { "uid:1000", "line 1: a row is CLIENT CONTEXT" },
        { "\n\nuid:1000 a b", "line 3: no such user" },
        { "uid:no-such-user a", "no such user: no-such-user" },
        { "\xef\xbb\xbfuid:0 a b", "line 1: no such user: 0 a" },
        { "uid: a", "no such user" },
        { "uid:-1 a", "no such user" },
        { "uid:4294967295 a", "no such user" },
        { "uid:01 a", "no such user" },
        { "gid:no-such-group a", "no such group" },
        { "user:me a", "must begin with" },
        { "** a", "must begin with" },
        { "cert: a", "the client has no name" },
        { "token: a", "the client has no name" },
        { "* a*b", "the context must be" },
        { "* a=b", "the context must be" },
        { "* **", "the context must be" },
        { "* 12345678901234567890123456789012345678901234567890123456789012345",
          "the context must be" },
    };
    char *text = malloc(16384);
    size_t used = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW_CHECK(rows[i].text, !parse(rows[i].text));
        ROW_CHECK(rows[i].text,
                  error.code == ERR_FILE && strstr(error.places[0].detail, rows[i].says));
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (int i = 0; i <= POLICY_ROWS_MAX; i++)
        used += (size_t)snprintf(text + used, 16384 - used, "* a\n");
    CU_ASSERT_PTR_NULL(parse(text));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.places[0].detail, "line 1025: more than 1024 rows"));
    free(text);
}

static void files(void)
{
    struct scratch_dir dir;
    struct policy *p;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(scratch_write("policy", 0644, "gid:0 a\n", 8), 0);
    p = policy_load("policy", &error);
    CU_ASSERT(p && policy_asks_groups(p));
    policy_free(p);
    CU_ASSERT_EQUAL(scratch_write("open", 0664, "* a\n", 4), 0);
    CU_ASSERT_PTR_NULL(policy_load("open", &error));
    CU_ASSERT_EQUAL(scratch_write("nul", 0644, "* a\0\n", 5), 0);
    CU_ASSERT_PTR_NULL(policy_load("nul", &error));
    CU_ASSERT_PTR_NULL(policy_load("missing", &error));
    scratch_leave(&dir);
}

static const struct test tests[] = { { "who may have what", matches },
                                     { "rows that are refused", refusals },
                                     { "files that are refused", files } };
const struct suite service_policy = { "service/policy", tests, sizeof(tests) / sizeof(tests[0]) };
