/* SPDX-License-Identifier: ISC */
/* The kinds of characters in a request's head. Every byte of a head's lines is looked up here. */
#ifndef HTTP_CHARS_H
#define HTTP_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum char_kind {
    CHAR_TOKEN = 1,   /* of a token (RFC 9110 §5.6.2) */
    CHAR_NAME = 2,    /* of a host's name, but for escapes (RFC 3986 §3.2.2, reg-name) */
    CHAR_ADDRESS = 4, /* of an IPv6 address */
    CHAR_CONTROL = 8, /* not in a header's value */
    CHAR_BLANK = 16   /* around a header's value */
};

/* The kinds of each byte, added up; 16 bytes a line */
/* clang-format off */
static const uint8_t char_kinds[256] = {
    8, 8, 8, 8, 8, 8, 8, 8, 8, 16, 8, 8, 8, 8, 8, 8,
    8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8,
    16, 3, 0, 1, 3, 1, 3, 3, 2, 2, 3, 3, 2, 3, 7, 0,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 4, 2, 0, 2, 0, 0,
    0, 7, 7, 7, 7, 7, 7, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 1, 3,
    1, 7, 7, 7, 7, 7, 7, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 1, 0, 3, 8,
};
/* clang-format on */

static inline bool char_is(char c, unsigned kinds)
{
    return char_kinds[(unsigned char)c] & kinds;
}

/*
 * char_span - how many characters at the beginning are of a kind; the text need not be terminated
 */
static inline size_t char_span(const char *text, size_t size, unsigned kinds)
{
    size_t n = 0;

    while (n < size && char_is(text[n], kinds))
        n++;
    return n;
}

/* char_reach - how many characters come before the first of a kind, or the end */
static inline size_t char_reach(const char *text, size_t size, unsigned kinds)
{
    size_t n = 0;

    while (n < size && !char_is(text[n], kinds))
        n++;
    return n;
}

#endif
