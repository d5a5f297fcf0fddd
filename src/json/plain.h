/* SPDX-License-Identifier: ISC */
/* Characters that a JSON string holds as they are, looked at eight at a time. */
#ifndef JSON_PLAIN_H
#define JSON_PLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * plain_eight - is none of eight bytes a quote, a backslash, a control character or beyond ASCII?
 *
 * When it is true, none is. It may be false for eight bytes of which none is.
 */
static inline bool plain_eight(const char *bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t v, quotes, backslashes;

    memcpy(&v, bytes, sizeof(v));
    quotes = v ^ ones * '"';
    backslashes = v ^ ones * '\\';
    /* A subtraction sets the top bit of the lowest byte that is too small for it. */
    return ((v | (v - ones * 0x20) | (quotes - ones) | (backslashes - ones)) & ones * 0x80) == 0;
}

#endif
