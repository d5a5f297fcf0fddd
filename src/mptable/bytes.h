/* SPDX-License-Identifier: ISC */
/*
 * Stores of little-endian integers and runs of bytes, and the sum of bytes; the loads are in
 * load.h. The caller checks bounds, once for a whole structure; its fields then lie at constant
 * offsets.
 *
 * The functions have loops because the prover follows loops, but not mem* through void pointers.
 * Compilers recognise these loops and make the same instructions of them.
 */
#ifndef MPT_BYTES_H
#define MPT_BYTES_H

#include "mptable.h"

/*@ requires \valid(to); assigns to[0]; exits \false; ensures to[0] == v; */
static inline void store_1(uint8_t *to, uint8_t v)
{
    to[0] = v;
}

/*@ requires \valid(to + (0 .. 1)); assigns to[0 .. 1]; exits \false;
    ensures to[0] + 256 * to[1] == v; */
static inline void store_2(uint8_t *to, uint16_t v)
{
    to[0] = (uint8_t)(v % 256);
    to[1] = (uint8_t)(v / 256);
}

/*@ requires \valid(to + (0 .. 3)); assigns to[0 .. 3]; exits \false;
    ensures to[0] + 256 * to[1] + 65536 * to[2] + 16777216 * to[3] == v; */
static inline void store_4(uint8_t *to, uint32_t v)
{
    to[0] = (uint8_t)(v % 256);
    to[1] = (uint8_t)(v / 256 % 256);
    to[2] = (uint8_t)(v / 65536 % 256);
    to[3] = (uint8_t)(v / 16777216);
}

/*@ requires \valid(to + (0 .. 7)); assigns to[0 .. 7]; exits \false; */
static inline void store_8(uint8_t *to, uint64_t v)
{
    store_4(to, (uint32_t)(v % 4294967296U));
    store_4(to + 4, (uint32_t)(v / 4294967296U));
}

/*@ requires \valid(to + (0 .. n - 1)); assigns to[0 .. n - 1]; exits \false;
    ensures \forall integer k; 0 <= k < n ==> to[k] == 0; */
static inline void zero(uint8_t *to, size_t n)
{
    /*@ loop invariant 0 <= i <= n && \forall integer k; 0 <= k < i ==> to[k] == 0;
        loop assigns i, to[0 .. n - 1]; loop variant n - i; */
    for (size_t i = 0; i < n; i++)
        to[i] = 0;
}

/* A text is characters in a value, and bytes in a table. */
/*@ requires \valid(to + (0 .. n - 1)) && \valid_read(from + (0 .. n - 1));
    assigns to[0 .. n - 1]; exits \false; */
static inline void store_text(uint8_t *to, const char *from, size_t n)
{
    /*@ loop invariant 0 <= i <= n; loop assigns i, to[0 .. n - 1]; loop variant n - i; */
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)from[i];
}

#pragma GCC visibility push(hidden) /* the room's own: no part of the library */

/*
 * mpt_byte_sum - sum of bytes modulo 256; a structure with its checksum in place gives 0 (§4.1,
 * §4.2)
 */
/*@ requires \valid_read(from + (0 .. size - 1)); assigns \nothing; exits \false;
    ensures total(from, size) >= 0 && \result == total(from, size) % 256; */
uint8_t mpt_byte_sum(const uint8_t *from, size_t size);

#pragma GCC visibility pop

#endif
