/* SPDX-License-Identifier: ISC */
/*
 * Addresses and sizes come from people and from trusted comments, so each sum is checked before it
 * is made. The segments that result never overlap: libmptable relies on that.
 */
#include "memory.h"

#include <stdbool.h>
#include <string.h>

#include "../base/number.h"
#include "little.h"
#include "range.h"

#define ADDRESSES_END (1ULL << 32)

static const struct at at_base = { NULL, "base", 0 };
static const struct at at_size = { NULL, "size", 0 };

/* Return: how many numbers the list has; -1: it is no such list, or a number passes @highest */
static int parse_list(const char *text, uint64_t highest, uint64_t numbers[MEMORY_SEGMENTS_MAX])
{
    for (int count = 0; count < MEMORY_SEGMENTS_MAX; text++) {
        text = number_take(text, &numbers[count]);
        if (!text || numbers[count++] > highest)
            return -1;
        if (*text != ',')
            return *text ? -1 : count;
    }
    return -1;
}

/* Does @outer have all bytes of @inner, and the same ones? */
static bool contains(const struct mpt_segment *outer, const struct mpt_segment *inner)
{
    return inner->base >= outer->base && inner->base - outer->base <= outer->size &&
           inner->size <= outer->size - (inner->base - outer->base) &&
           memcmp(outer->bytes + (inner->base - outer->base), inner->bytes, inner->size) == 0;
}

/*
 * Adds a segment. One that lies wholly in another and has the same bytes is left out, as when a
 * builder writes its floating pointer over its table.
 */
static int add_segment(struct memory *s, struct mpt_segment segment, struct err *err)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->guest.count; i++) {
        const struct mpt_segment *const other = &s->segments[i];

        if (!range_overlaps(other, &segment)) {
            s->segments[kept++] = *other;
            continue;
        }
        if (contains(other, &segment))
            return 0; /* and none was dropped above: it would lie in @other, and not be listed */
        if (!contains(&segment, other))
            return err_at(err, ERR_INVALID, &at_base, "the segments at 0x%x and 0x%x overlap",
                          other->base, segment.base);
    }
    s->segments[kept] = segment;
    s->guest.count = kept + 1;
    return 0;
}

int memory_place(struct memory *s, const uint8_t *bytes, size_t size, const char *bases,
                 const char *sizes, struct err *err)
{
    uint64_t base[MEMORY_SEGMENTS_MAX], length[MEMORY_SEGMENTS_MAX] = { size };
    const int count = parse_list(bases, UINT32_MAX, base);
    size_t used = 0;

    *s = (struct memory){ .bytes = bytes, .size = size, .guest = { s->segments, 0 } };
    if (count < 0)
        return err_at(err, ERR_INVALID, &at_base,
                      "must be 1 to %d addresses below 4 GiB, with commas between",
                      MEMORY_SEGMENTS_MAX);
    if (sizes ? parse_list(sizes, size, length) != count : count > 1)
        return err_at(err, ERR_INVALID, &at_size,
                      "must be a number for each base, which add up to the %zu bytes of the input",
                      size);
    for (int i = 0; i < count; i++) {
        if (length[i] > size - used)
            return err_at(err, ERR_INVALID, &at_size,
                          "adds up to more than the %zu bytes there are", size);
        if (length[i] > ADDRESSES_END - base[i])
            return err_at(err, ERR_INVALID, &at_base, "the bytes at 0x%llx pass 4 GiB",
                          (unsigned long long)base[i]);
        if (length[i] > 0 &&
            add_segment(s,
                        (struct mpt_segment){ (uint32_t)base[i], (size_t)length[i], bytes + used },
                        err) < 0)
            return -1;
        used += (size_t)length[i];
    }
    if (used < size)
        return err_at(err, ERR_INVALID, &at_size, "adds up to %zu, there are %zu bytes", used,
                      size);
    return 0;
}

bool memory_offset(const struct memory *m, uint64_t address, uint64_t *offset)
{
    const uint8_t *const at = m->bytes && !m->is_text ? mpt_at(&m->guest, address, 1) : NULL;

    if (at)
        *offset = (uint64_t)(at - m->bytes);
    for (unsigned i = 0; i < m->stretch_count && !m->is_text; i++) {
        const struct memory_stretch *const s = &m->stretches[i];

        if (address >= s->base && address - s->base < s->size) {
            *offset = s->offset + (address - s->base);
            return true;
        }
    }
    return at;
}

static bool sums_to_0(const uint8_t *bytes, size_t size)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

/* Does a table begin here? Its sum is not checked, so that time is linear in the bytes. */
static bool is_table(const uint8_t *bytes, size_t size)
{
    return size >= MPT_HEADER_SIZE && memcmp(bytes, "PCMP", 4) == 0 &&
           little_load(bytes + 4, 2) >= MPT_HEADER_SIZE && little_load(bytes + 4, 2) <= size &&
           (bytes[6] == MPT_SPEC_1_1 || bytes[6] == MPT_SPEC_1_4);
}

static bool guess(const uint8_t *bytes, size_t size, size_t floating, uint32_t *base)
{
    const uint32_t table = (uint32_t)little_load(bytes + floating + 4, 4);
    bool found = false;

    for (size_t at = 0; at < size && at <= table; at++) {
        if (!is_table(bytes + at, size - at) || (table - at + floating) % MPT_ADDRESS_ALIGN != 0)
            continue;
        if (!found || table - at == MEMORY_BASE_ADDRESS)
            *base = (uint32_t)(table - at);
        found = true;
    }
    return found;
}

bool memory_guess_base(const uint8_t *bytes, size_t size, uint32_t *base)
{
    for (size_t at = 0; at + MPT_FLOATING_SIZE <= size; at++)
        if (memcmp(bytes + at, "_MP_", 4) == 0 && sums_to_0(bytes + at, MPT_FLOATING_SIZE))
            return guess(bytes, size, at, base);
    return false;
}
