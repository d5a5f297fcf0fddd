/* SPDX-License-Identifier: ISC */
/* An image as xxd prints it. The addresses are those of guest memory. */
#include "hexdump.h"

#include <string.h>

enum { LINE_BYTES = 16, LINE_HEX = 10, LINE_TEXT = LINE_HEX + 41 };

static void put_hex(char *out, uint32_t value, unsigned digits)
{
    while (digits-- > 0) {
        out[digits] = "0123456789abcdef"[value & 0xf];
        value >>= 4;
    }
}

/* "0009fc00: 5f4d 505f ...  _MP_...": 16 bytes or the last ones. Return: characters */
static size_t put_line(char *out, uint32_t address, const uint8_t *bytes, size_t count)
{
    if (!out)
        return LINE_TEXT + count + 1;
    memset(out, ' ', LINE_TEXT);
    put_hex(out, address, 8);
    out[8] = ':';
    for (size_t i = 0; i < count; i++) {
        put_hex(out + LINE_HEX + 2 * i + i / 2, bytes[i], 2);
        out[LINE_TEXT + i] = (char)(bytes[i] >= 0x20 && bytes[i] <= 0x7e ? bytes[i] : '.');
    }
    out[LINE_TEXT + count] = '\n';
    return LINE_TEXT + count + 1;
}

static size_t put_segment(char *out, const struct image *image, const struct image_segment *s)
{
    size_t used = 0;

    for (size_t at = 0; at < s->size; at += LINE_BYTES)
        used +=
            put_line(out ? out + used : NULL, s->base + (uint32_t)at, image->bytes + s->offset + at,
                     s->size - at < LINE_BYTES ? s->size - at : LINE_BYTES);
    return used;
}

/* The segment with the lowest address of those at or above @from; NULL when there is none. */
static const struct image_segment *next_segment(const struct image *image, uint64_t from)
{
    const struct image_segment *next = NULL;

    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct image_segment *const s = &image->segments[i];

        if (s->base >= from && (!next || s->base < next->base))
            next = s;
    }
    return next;
}

size_t hexdump_render(const struct image *image, char *out)
{
    const struct image_segment *s;
    size_t used = 0;

    for (uint64_t from = 0; (s = next_segment(image, from)); from = (uint64_t)s->base + 1)
        used += put_segment(out ? out + used : NULL, image, s);
    return used;
}
