/* SPDX-License-Identifier: ISC */
/*
 * The sum of bytes. Most bytes of a table are written once and summed once. GCC adds 16 of them at
 * a time only from -O3 on: an encode of 254 CPUs then takes 5 400 instructions instead of 11 800.
 * Clang does so at -O2.
 */
#include "bytes.h"

#if defined(__GNUC__) && !defined(__clang__)
#define FAST __attribute__((optimize("O3")))
#else
#define FAST
#endif

FAST uint8_t mpt_byte_sum(const uint8_t *from, size_t size)
{
    uint8_t sum = 0;

    /*@ loop invariant 0 <= i <= size && total(from, i) >= 0 && sum == total(from, i) % 256;
        loop assigns i, sum; loop variant size - i; */
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)((sum + from[i]) % 256);
    return sum;
}
