/* SPDX-License-Identifier: ISC */
/*
 * In a file of its own because the compiler treats it unlike the others: this loop pays as vectors,
 * which at -O2 gcc has to be told, and the loops that store and load entries do not.
 */
#include "bytes.h"

uint8_t mpt_byte_sum(const uint8_t *from, size_t size)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + from[i]);
    return sum;
}
