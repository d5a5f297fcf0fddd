/* SPDX-License-Identifier: ISC */
#include "../../src/http/head.h"

#include "../lib/suite.h"

static struct head head;
static struct err error;

/* Checks a head that is given as lines "name|value". */
static int check(const char *const *lines, unsigned minor)
{
    static char text[1024];
    char *at = text;

    memset(text, 0, sizeof(text));
    memset(&error, 0, sizeof(error));
    head_start(&head, "GET");
    for (; *lines; lines++) {
        const size_t name_size = strcspn(*lines, "|"), value_size = strlen(*lines + name_size + 1);
        char *name = at, *value = name + name_size + 1;

        memcpy(name, *lines, name_size);
        memcpy(value, *lines + name_size + 1, value_size);
        at = value + value_size + 1;
        head_add(&head, name, name_size, value, value_size);
    }
    return head_check(&head, minor, &error);
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
}

static const char get[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/* Each row ends a head with its last byte, and not before, even if it cannot be a request. */
static void ends(void)
{
    static const char *const heads[] = {
        get,
        "\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\rHost: a\r\rx",
        "GET / HTTP/1.1\r\nX: a\rY: b\r\n\r\n",
        "GET / HTTP/1.0\n\r\n",
        "GET /\r\n",
        "GET / HTTP/2.0\r\n",
        "GET /a b HTTP/1.1\r\n",
        "SSH-2.0-x\r\n",
    };

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        const size_t size = strlen(heads[i]);
        size_t end = 0;

        while (end <= size && !head_ends(heads[i], end))
            end++;
        /* a CR ends a line once it is known that no LF follows, or when it does */
        ROW_CHECK(heads[i], end <= size && end + 1 >= size);
        ROW_CHECK(heads[i], head_ends(heads[i], size));
    }
    CU_ASSERT_FALSE(head_ends("", 0));
}

static void sizes(void)
{
    static const struct {
        const char *text;
        size_t size;
    } rows[] = {
        { get, sizeof(get) - 1 },
        { "POST / HTTP/1.1\r\ncontent-length: 12\r\n\r\n", 39 + 12 },
        { "POST / HTTP/1.1\r\nContent-Length:0\r\n\r\nmore", 37 },
        { "POST / HTTP/1.1\r\nContent-Length: 12\r\n", 0 }, /* not whole */
        { "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 0 },
        { "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 0 },
        { "POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n", 0 },
        { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 0 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i].text,
                  head_request_size(rows[i].text, strlen(rows[i].text)) == rows[i].size);
}

static const struct test tests[] = {
    { "headers that contradict", rows },
    { "the end of a head", ends },
    { "the size of a request", sizes },
};
const struct suite http_head = { "http/head", tests, sizeof(tests) / sizeof(tests[0]) };
