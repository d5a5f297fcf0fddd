/* SPDX-License-Identifier: ISC */
#include "hex.h"

#include <stdint.h>

enum { BLOCK = 16 };

static char digit(unsigned n)
{
    return (char)(n < 10 ? '0' + n : 'a' - 10 + n);
}

/* So many bytes that compilers make vectors of it */
static void encode_block(const uint8_t *restrict from, char *restrict text)
{
    for (unsigned i = 0; i < BLOCK; i++) {
        text[2 * i] = digit(from[i] >> 4);
        text[2 * i + 1] = digit(from[i] & 0xf);
    }
}

void hex_encode(const void *bytes, size_t size, char *text)
{
    const uint8_t *from = bytes;

    for (; size >= BLOCK; size -= BLOCK, from += BLOCK, text += 2 * BLOCK)
        encode_block(from, text);
    for (; size > 0; size--, from++, text += 2) {
        text[0] = digit(*from >> 4);
        text[1] = digit(*from & 0xf);
    }
    *text = '\0';
}
