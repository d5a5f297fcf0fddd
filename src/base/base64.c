/* SPDX-License-Identifier: ISC */
#include "base64.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_size(size_t size)
{
    return BASE64_SIZE(size);
}

/* What is left, one or two bytes: as if zeros followed, and padding in place of what these would give */
static char *encode_end(const uint8_t *from, size_t size, char *text)
{
    const unsigned second = size > 1 ? from[1] : 0;

    text[0] = alphabet[from[0] >> 2];
    text[1] = alphabet[(from[0] & 0x3U) << 4 | second >> 4];
    text[2] = size > 1 ? alphabet[(second & 0xfU) << 2] : '=';
    text[3] = '=';
    return text + 4;
}

void base64_encode(const void *bytes, size_t size, char *text)
{
    const uint8_t *from = bytes;

    for (; size >= 3; size -= 3, from += 3, text += 4) {
        const unsigned group = (unsigned)from[0] << 16 | (unsigned)from[1] << 8 | from[2];

        text[0] = alphabet[group >> 18];
        text[1] = alphabet[group >> 12 & 0x3f];
        text[2] = alphabet[group >> 6 & 0x3f];
        text[3] = alphabet[group & 0x3f];
    }
    if (size > 0)
        text = encode_end(from, size, text);
    *text = '\0';
}
