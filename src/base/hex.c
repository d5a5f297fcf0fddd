/* SPDX-License-Identifier: ISC */
#include "hex.h"

#include <stdint.h>

void hex_encode(const void *bytes, size_t size, char *text)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *const from = bytes;

    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[from[i] >> 4];
        text[2 * i + 1] = digits[from[i] & 0xf];
    }
    text[2 * size] = '\0';
}
