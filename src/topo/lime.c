/* SPDX-License-Identifier: ISC */
/*
 * A header has 32 bytes, little-endian: magic 4, version 4, first address 8, last address 8
 * (inclusive), reserved 8. The ranges are those of usable memory (/proc/iomem), so memory between
 * them is not in the dump.
 */
#include "lime.h"

#include <string.h>

#include "little.h"

enum { HEADER_SIZE = 32, LIME_VERSION = 1, AT_VERSION = 4, AT_FIRST = 8, AT_LAST = 16 };

static const char magic[4] = { 'E', 'M', 'i', 'L' };

bool lime_begins(const uint8_t *bytes, size_t size)
{
    return size >= sizeof(magic) && memcmp(bytes, magic, sizeof(magic)) == 0;
}

int lime_walk(const struct dump_source *source, const struct dump_sink *sink, struct err *err)
{
    uint64_t at = 0;

    while (at < source->size) {
        struct dump_range range = { .offset = at + HEADER_SIZE };
        uint8_t header[HEADER_SIZE];
        uint64_t last;

        if (source->size - at < HEADER_SIZE ||
            source->read(source->from, at, header, HEADER_SIZE) < 0)
            return err_at(err, ERR_INVALID, NULL, "the LiME header at offset %llu is cut",
                          (unsigned long long)at);
        range.address = little_load(header + AT_FIRST, 8);
        last = little_load(header + AT_LAST, 8);
        if (!lime_begins(header, HEADER_SIZE) ||
            little_load(header + AT_VERSION, 4) != LIME_VERSION || last < range.address ||
            last - range.address >= source->size - range.offset)
            return err_at(err, ERR_INVALID, NULL,
                          "the LiME header at offset %llu is wrong: no range has these addresses",
                          (unsigned long long)at);
        range.size = last - range.address + 1;
        if (sink->take(sink->context, &range, err) < 0)
            return -1;
        at = range.offset + range.size;
    }
    return 0;
}
