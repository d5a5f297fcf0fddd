/* SPDX-License-Identifier: ISC */
/* Heads as the library leaves them: lines end in two NULs, names in one. */
#include "../../src/http/head.h"

#include "suites.h"

static struct head head;
static struct err error;
static const char *behind = "\0\0";
static size_t
    hidden_behind; /* bytes of the head behind its last line that the library does not show */

/* A head of lines "name|value", laid out as the library does it. */
static int check(const char *const *lines, unsigned minor)
{
    static char text[1024];
    char *at = text, *target, *version;

    memset(text, 0, sizeof(text));
    memset(&error, 0, sizeof(error));
    at += sprintf(at, "GET") + 1;
    target = at;
    at += sprintf(at, "/x") + 1;
    version = at;
    at += sprintf(at, "HTTP/1.%u", minor) + 2;
    head_start(&head, text, target, 2, version);
    for (; *lines; lines++) {
        const size_t name_size = strcspn(*lines, "|"), value_size = strlen(*lines + name_size + 1);
        char *name = at, *value;

        memcpy(name, *lines, name_size);
        value = name + name_size + 1;
        *value++ = ' ';
        memcpy(value, *lines + name_size + 1, value_size);
        at = value + value_size + 2;
        head_add(&head, name, name_size, value, value_size);
    }
    memcpy(at, behind, 2); /* of the empty line */
    return head_check(&head, at + hidden_behind + 2, minor, &error);
}

static void rows(void)
{
    static const struct {
        const char *lines[4];
        int status, status_of_old; /* HTTP/1.1, HTTP/1.0 */
    } rows[] = {
        { { "Host|a" }, 0, 0 },
        { { NULL }, -1, 0 },
        { { "Host|" }, 0, 0 },
        { { "Host|%2Frun%2Fx.sock" }, 0, 0 },
        { { "Host|/run/x.sock" }, -1, -1 },
        { { "Host|", "Host|" }, -1, -1 },
        { { "Host|a", "host|a" }, -1, -1 },
        { { "Host|a@b" }, -1, -1 },
        { { "Host|a", "Content-Length|1" }, 0, 0 },
        { { "Host|a", "Content-Length|1", "CONTENT-LENGTH|1" }, -1, -1 },
        { { "Host|a", "Content-Length|1", "Transfer-Encoding|chunked" }, -1, -1 },
        { { "Host|a", "Transfer-Encoding|Chunked" }, 0, -1 },
        { { "Host|a", "Transfer-Encoding|gzip, chunked" }, -1, -1 },
        { { "Host|a", "Transfer-Encoding|chunked", "Transfer-Encoding|chunked" }, -1, -1 },
        { { "Host|a", "Content-Type|a", "Content-Type|a" }, -1, -1 },
        { { "Host|a", "Authorization|a", "Authorization|b" }, -1, -1 },
        { { "Host|a", "Accept|a", "Accept|b" }, 0, 0 },
        { { "Host|a", "X|1", "X|2" }, 0, 0 },
        { { "Host|a", "X|a\tb \x80" }, 0, 0 },
        { { "Host|a", "X|a\x01" }, -1, -1 },
        { { "Host|a", "X|a\x7f" }, -1, -1 },
        { { "Host|a", "X |a" }, -1, -1 },
        { { "Host|a", "X(|a" }, -1, -1 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *name = rows[i].lines[1]   ? rows[i].lines[1]
                           : rows[i].lines[0] ? rows[i].lines[0]
                                              : "no Host";

        ROW_CHECK(name, check(rows[i].lines, 1) == rows[i].status);
        ROW_CHECK(name, error.code == (rows[i].status < 0 ? ERR_INVALID : ERR_NONE));
        ROW_CHECK(name, check(rows[i].lines, 0) == rows[i].status_of_old);
    }
    CU_ASSERT_EQUAL(check((const char *const[]){ "Host|a", "Accept|x", "Accept|y", NULL }, 1), 0);
    CU_ASSERT_STRING_EQUAL(head.values[HEADER_ACCEPT], "");
    behind = "\0 "; /* a line without a name, behind which the library shows no more */
    CU_ASSERT_EQUAL(check((const char *const[]){ "Host|a", NULL }, 1), -1);
    behind = "\0\0";
    hidden_behind = 1; /* a NUL at the end of the last value */
    CU_ASSERT_EQUAL(check((const char *const[]){ "Host|a", NULL }, 1), -1);
    hidden_behind = 0;
}

/* What the library hides leaves a gap, or a line somewhere else. */
static void hidden(void)
{
    static const char text[] =
        "GET\0/x\0HTTP/1.1\0\0Host\0 a\0\0X\0b\0\0"; /* and NULs up to the end */
    static const struct {
        const char *name;
        size_t target, version, host, x, x_value;
    } rows[] = {
        { "as it should be", 4, 7, 17, 26, 28 },
        { "blank before the target", 5, 7, 17, 26, 28 },
        { "NUL in the target", 4, 8, 17, 26, 28 },
        { "gap before the first line", 4, 7, 18, 26, 28 },
        { "gap between lines", 4, 7, 17, 27, 28 },
        { "a value from elsewhere", 4, 7, 17, 26, 4 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        memset(&error, 0, sizeof(error));
        head_start(&head, text, text + rows[i].target, 2, text + rows[i].version);
        head_add(&head, text + rows[i].host, 4, text + 23, 1);
        head_add(&head, text + rows[i].x, 1, text + rows[i].x_value, 1);
        ROW_CHECK(rows[i].name, head.hidden == (i > 0));
    }
}

static const struct test tests[] = { { "headers that contradict", rows },
                                     { "bytes that are not shown", hidden } };
const struct suite http_head = { "http/head", tests, sizeof(tests) / sizeof(tests[0]) };
