/* SPDX-License-Identifier: ISC */
/* Heads as libmicrohttpd 0.9.75 leaves them: a line ends in two NULs, a name or a word in one. */
#include "../../src/net/gaps.h"

#include "../lib/suite.h"

#define HEAD(text) text, sizeof(text) - 1

/* For each of these the library reports the same head: GET /x HTTP/1.1, "Host: a", "X: b". */
static void rows(void)
{
    static const struct {
        const char *name;
        const char *text;
        size_t size;
        size_t target, version, host, host_value, x, x_value;
        bool found;
    } rows[] = {
        { "none", HEAD("GET\0/x\0HTTP/1.1\0\0Host\0 a\0\0X\0b\0\0\0\0"), 4, 7, 17, 23, 26, 28,
          false },
        { "tabs and blanks before a value", HEAD("GET\0/x\0HTTP/1.1\0\0Host\0a\0\0X\0\t b\0\0\0\0"),
          4, 7, 17, 22, 25, 29, false },
        { "a second blank before the target", HEAD("GET\0 /x\0HTTP/1.1\0\0Host\0a\0\0X\0b\0\0\0\0"),
          5, 8, 18, 23, 26, 28, true },
        { "a NUL in the target", HEAD("GET\0/x\0y\0HTTP/1.1\0\0Host\0a\0\0X\0b\0\0\0\0"), 4, 9, 19,
          24, 27, 29, true },
        { "a line that was left out", HEAD("GET\0/x\0HTTP/1.1\0\0Y\0\0Host\0a\0\0X\0b\0\0\0\0"), 4,
          7, 20, 25, 28, 30, true },
        { "bare line ends", HEAD("GET\0/x\0HTTP/1.1\0\0Host\0a\0X\0b\0\0\0\0"), 4, 7, 17, 22, 24,
          26, true },
        { "a NUL in a value", HEAD("GET\0/x\0HTTP/1.1\0\0Host\0a\0c\0\0X\0b\0\0\0\0"), 4, 7, 17, 22,
          27, 29, true },
        { "a NUL in a name", HEAD("GET\0/x\0HTTP/1.1\0\0Host\0: a\0\0X\0b\0\0\0\0"), 4, 7, 17, 24,
          27, 29, true },
        { "a value from elsewhere", HEAD("GET\0/x\0HTTP/1.1\0\0Host\0a\0\0X\0b\0\0\0\0"), 4, 7, 17,
          22, 25, 4, true },
        { "a line without a name at the end", HEAD("GET\0/x\0HTTP/1.1\0\0Host\0a\0\0X\0b\0\0 \0\0"),
          4, 7, 17, 22, 25, 27, true },
        { "a NUL at the end of the last value",
          HEAD("GET\0/x\0HTTP/1.1\0\0Host\0a\0\0X\0b\0\0\0\0\0"), 4, 7, 17, 22, 25, 27, true },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *text = rows[i].text;
        struct gaps gaps;

        gaps_start(&gaps, text, text + rows[i].target, 2, text + rows[i].version);
        gaps_add(&gaps, text + rows[i].host, 4, text + rows[i].host_value, 1);
        gaps_add(&gaps, text + rows[i].x, 1, text + rows[i].x_value, 1);
        ROW_CHECK(rows[i].name, gaps_found(&gaps, text + rows[i].size) == rows[i].found);
    }
}

static const struct test tests[] = { { "bytes that the library hides", rows } };
const struct suite net_gaps = { "net/gaps", tests, sizeof(tests) / sizeof(tests[0]) };
