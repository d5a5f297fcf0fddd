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
    head_start(&head);
    for (; *lines; lines++) {
        const size_t name_size = strcspn(*lines, "|"), value_size = strlen(*lines + name_size + 1);
        char *name = at, *value = name + name_size + 1;

        memcpy(name, *lines, name_size);
        memcpy(value, *lines + name_size + 1, value_size);
        at = value + value_size + 1;
        head_add(&head, name, name_size, value);
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

#define BYTES(text) text, sizeof(text) - 1
#define REST        "\r\nHost: a\r\n\r\n"

/* What a connection's bytes hold, however they are cut. */
static void bytes(void)
{
    static const struct {
        const char *bytes;
        size_t size;
        unsigned heads; /* sound ones */
        enum head_fault fault;
        uint64_t body; /* that is missing */
    } rows[] = {
        { BYTES(""), 0, HEAD_NO_FAULT, 0 },
        { BYTES("GET / HTTP/1.1\r\nHost: a\r\n"), 0, HEAD_NO_FAULT, 0 },
        { BYTES("GET / HTTP/1.1\r\nHost: a\r\n\r"), 0, HEAD_NO_FAULT, 0 },
        { BYTES("GET / HTTP/1.1" REST), 1, HEAD_NO_FAULT, 0 },
        { BYTES("\r\n\r\nGET /\x80 HTTP/1.1" REST "GET / HTTP/1.0\r\n\r\n"), 2, HEAD_NO_FAULT, 0 },
        { BYTES("GET / HTTP/1.1\r\nX:\t a b \xff \r\nY:\r\nZ: \r\n\r\n"), 1, HEAD_NO_FAULT, 0 },
        { BYTES("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET\n\0"), 1, HEAD_NO_FAULT, 0 },
        { BYTES("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET"), 1, HEAD_NO_FAULT, 2 },
        { BYTES("POST / HTTP/1.1\r\ncontent-LENGTH:\t007 \t\r\n\r\n"), 1, HEAD_NO_FAULT, 7 },
        { BYTES("POST / HTTP/1.1\r\nContent-Length:0\r\n\r\nGET / HTTP/1.1" REST), 2, HEAD_NO_FAULT,
          0 },
        { BYTES("POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n\nPOST / HTTP/1.1\r\n"
                "Content-Length: 2\r\n\r\n"),
          2, HEAD_NO_FAULT, 2 },
        { BYTES("POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n"), 1,
          HEAD_NO_FAULT, UINT64_MAX },
        { BYTES("POST / HTTP/1.1\r\nContent-Length2: 9\r\nXContent-Length: 9\r\n\r\n"), 1,
          HEAD_NO_FAULT, 0 },
        /* behind these no head is sound */
        { BYTES("POST / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n"), 1, HEAD_UNCLEAR,
          0 },
        { BYTES("POST / HTTP/1.1\r\nContent-Length: 1 1\r\n\r\n"), 1, HEAD_UNCLEAR, 0 },
        { BYTES("POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n"), 1, HEAD_UNCLEAR, 0 },
        { BYTES("POST / HTTP/1.1\r\nContent-Length: 0x1\r\n\r\n"), 1, HEAD_UNCLEAR, 0 },
        { BYTES("POST / HTTP/1.1\r\nContent-Length: 1,1\r\n\r\n"), 1, HEAD_UNCLEAR, 0 },
        { BYTES("POST / HTTP/1.1\r\nContent-Length:\r\n\r\nGET / HTTP/1.1" REST), 1, HEAD_UNCLEAR,
          0 },
        { BYTES("POST / HTTP/1.1\r\nContent-Length: \t\r\n\r\n"), 1, HEAD_UNCLEAR, 0 },
        { BYTES("POST / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n"), 1,
          HEAD_UNCLEAR, 0 },
        { BYTES("POST / HTTP/1.1\r\nTransfer-Encoding: x\r\n\r\nGET / HTTP/1.1" REST), 1,
          HEAD_UNCLEAR, 0 },
        { BYTES("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"), 0, HEAD_NUL, 0 },
        { BYTES("GET / HTTP/1.1\r\nX\0: a\r\n\r\n"), 0, HEAD_NUL, 0 },
        { BYTES("GET /\0 HTTP/1.1" REST), 0, HEAD_NUL, 0 },
        { BYTES("GET / HTTP/1.1\r\0"), 0, HEAD_NUL, 0 },
        { BYTES("\0"), 0, HEAD_NUL, 0 },
        { BYTES("GET / HTTP/1.1\nHost: a\n\n"), 0, HEAD_LINE_END, 0 },
        { BYTES("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"), 0, HEAD_LINE_END, 0 },
        { BYTES("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"), 0, HEAD_LINE_END, 0 },
        { BYTES("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"), 0, HEAD_LINE_END, 0 },
        { BYTES("GET / HTTP/1.1\r\nHost: a\r\n\n"), 0, HEAD_LINE_END, 0 },
        { BYTES("GET / HTTP/1.1\r\nHost: a\r\n\rX"), 0, HEAD_LINE_END, 0 },
        { BYTES("GET / HTTP/1.1\r\nContent-Length: 1\n\r\n"), 0, HEAD_LINE_END, 0 },
        { BYTES("GET / HTTP/1.1\r\nX\n\r\n"), 0, HEAD_LINE_END, 0 },
        { BYTES("\nGET / HTTP/1.1" REST), 0, HEAD_LINE_END, 0 },
        { BYTES("\r\rGET / HTTP/1.1" REST), 0, HEAD_LINE_END, 0 },
        { BYTES("GET  / HTTP/1.1" REST), 0, HEAD_REQUEST_LINE, 0 },
        { BYTES("GET /  HTTP/1.1" REST), 0, HEAD_REQUEST_LINE, 0 },
        { BYTES("GET / HTTP/1.1 " REST), 0, HEAD_REQUEST_LINE, 0 },
        { BYTES("GET /\tHTTP/1.1" REST), 0, HEAD_REQUEST_LINE, 0 },
        { BYTES(" GET / HTTP/1.1" REST), 0, HEAD_REQUEST_LINE, 0 },
        { BYTES("GET /" REST), 0, HEAD_REQUEST_LINE, 0 },
        { BYTES("GET / " REST), 0, HEAD_REQUEST_LINE, 0 },
        { BYTES("GET" REST), 0, HEAD_REQUEST_LINE, 0 },
        { BYTES("GET / HTTP/1.1\r\n X: a\r\n\r\n"), 0, HEAD_FOLDED, 0 },
        { BYTES("GET / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n"), 0, HEAD_FOLDED, 0 },
        { BYTES("GET / HTTP/1.1\r\nX: a\r\n \r\n\r\n"), 0, HEAD_FOLDED, 0 },
        { BYTES("GET / HTTP/1.1\r\nX\r\n\r\n"), 0, HEAD_NO_COLON, 0 },
        { BYTES("GET / HTTP/1.1\r\nX : a\r\n\r\n"), 0, HEAD_COLON, 0 },
        { BYTES("GET / HTTP/1.1\r\nX y: a\r\n\r\n"), 0, HEAD_COLON, 0 },
        { BYTES("GET / HTTP/1.1\r\n: a\r\n\r\n"), 0, HEAD_CHARACTER, 0 },
        { BYTES("GET / HTTP/1.1\r\nX[]: a\r\n\r\n"), 0, HEAD_CHARACTER, 0 },
        { BYTES("GET / HTTP/1.1\r\nX\xff: a\r\n\r\n"), 0, HEAD_CHARACTER, 0 },
        { BYTES("GET / HTTP/1.1\r\nX: a\x01\r\n\r\n"), 0, HEAD_CHARACTER, 0 },
        { BYTES("GET / HTTP/1.1\r\nX: a\x7f\r\n\r\n"), 0, HEAD_CHARACTER, 0 },
        { BYTES("GET /\x01 HTTP/1.1" REST), 0, HEAD_CHARACTER, 0 },
        { BYTES("G(T / HTTP/1.1" REST), 0, HEAD_CHARACTER, 0 },
        { BYTES("GET / HTTP/1.1" REST "GET / HTTP/1.1\nX: y\r\n\r\n"), 1, HEAD_LINE_END, 0 },
        { BYTES("GET / HTTP/1.1\nX: y" REST "GET / HTTP/1.1" REST), 0, HEAD_LINE_END, 0 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (size_t cut = 0; cut <= rows[i].size; cut++) { /* 0: one byte at a time */
            struct head_reader r = { .heads = 0 };

            for (size_t at = 0; cut == 0 && at < rows[i].size; at++)
                head_read(&r, rows[i].bytes + at, 1);
            head_read(&r, rows[i].bytes, cut);
            if (cut > 0)
                head_read(&r, rows[i].bytes + cut, rows[i].size - cut);
            ROW_CHECK(rows[i].bytes, r.heads == rows[i].heads);
            ROW_CHECK(rows[i].bytes, r.fault == rows[i].fault);
            ROW_CHECK(rows[i].bytes, r.fault || r.body == rows[i].body);
        }
}

static void numbers(void)
{
    static const char two[] = "GET / HTTP/1.1" REST "GET / HTTP/1.1" REST "GET /\n";
    struct head_reader r = { .heads = 0 };

    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(head_is_sound(&r, 1, &error), -1);
    CU_ASSERT_EQUAL(error.code, ERR_INTERNAL); /* nobody has shown it */
    head_read(&r, two, sizeof(two) - 1);
    CU_ASSERT_EQUAL(head_is_sound(&r, 1, &error), 0);
    CU_ASSERT_EQUAL(head_is_sound(&r, 2, &error), 0);
    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(head_is_sound(&r, 3, &error), -1);
    CU_ASSERT_EQUAL(error.code, ERR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.places[0].detail, "LF without a CR"));
}

static const struct test tests[] = {
    { "headers that contradict", rows },
    { "the end of a head", ends },
    { "bytes of a connection", bytes },
    { "which heads are sound", numbers },
};
const struct suite http_head = { "http/head", tests, sizeof(tests) / sizeof(tests[0]) };
