/* SPDX-License-Identifier: ISC */
/* Characters that a JSON string holds as they are, looked at eight at a time. */
#ifndef JSON_PLAIN_H
#define JSON_PLAIN_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * The top bit of the first of eight bytes, in memory's order from the lowest, that is a quote, a
 * backslash, a control character or beyond ASCII; bits above it mean nothing. 0: there is none.
 */
static inline uint64_t plain_end(const char *bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t v, quotes, backslashes;

    memcpy(&v, bytes, sizeof(v));
    v = le64toh(v);
    quotes = v ^ ones * '"';
    backslashes = v ^ ones * '\\';
    /* A subtraction sets the top bit of the lowest byte that is too small for it. */
    return (v | (v - ones * 0x20) | (quotes - ones) | (backslashes - ones)) & ones * 0x80;
}

/* plain_eight - are eight bytes plain? */
static inline bool plain_eight(const char *bytes)
{
    return plain_end(bytes) == 0;
}

/* plain_count - how many of eight bytes are plain, up to the first that is not */
static inline size_t plain_count(const char *bytes)
{
    const uint64_t end = plain_end(bytes);

    return end ? (size_t)__builtin_ctzll(end) / 8 : 8;
}

#endif
