/* SPDX-License-Identifier: ISC */
/*
 * Finds floating pointers in memory as each reader of MP tables does. A row says which windows a
 * reader searches, in which order and steps, and when it takes a pointer or goes on. The rows
 * follow the readers' sources; Linux, memtest86+, FreeBSD, OpenBSD and xv6 were also run.
 */
#include "search.h"

#include <string.h>

#include "bytes.h"
#include "layout.h"

enum { KIB = 1024, ALIGN_SWEEP = 4 };

static const struct mpt_consumer consumers[] = {
    { "Linux", { LOW_KIB, FIXED, ROM, EBDA }, 16, MPS_CHECKS, GOES_ON },
    { "Xen", { LOW_KIB, FIXED, ROM, EBDA }, 16, MPS_CHECKS, GOES_ON },
    { "memtest86+", { LOW_KIB, FIXED, ROM, EBDA }, 4, MPS_CHECKS, GOES_ON },
    { "syslinux HDT", { LOW_KIB, FIXED, ROM }, 16, MPS_CHECKS, GOES_ON },
    { "FreeBSD kernel", { EBDA, UNLESS_EBDA | BASE_OR_640K, ROM }, 16, NO_CHECKS, TAKES_ANY },
    { "FreeBSD mptable", { EBDA, BASE, FIXED, ROM, LOWER_ROM }, 16, NO_CHECKS, TAKES_ANY },
    { "DragonFly", { EBDA, UNLESS_EBDA | BASE_OR_640K, ROM, LOWER_ROM }, 16, NO_CHECKS, TAKES_ANY },
    { "NetBSD", { EBDA, BASE, ROM }, 4, LENGTH_NOT_0 | SUM_OF_LENGTH | BELOW_HOLE, GOES_ON },
    { "OpenBSD", { EBDA, BASE, ROM }, 4, LENGTH_NOT_0 | SUM_OF_LENGTH, GOES_ON },
    { "illumos",
      { EBDA, UNLESS_EBDA | BASE_OR_512K, ROM },
      16,
      SUM_OF_LENGTH | REVISION,
      GIVES_UP },
    { "xv6", { EBDA, UNLESS_EBDA | BASE, ROM }, 16, SUM_OF_16, GOES_ON },
    { "Plan 9", { EBDA, UNLESS_EBDA | BASE, ROM }, 16, SUM_OF_16, GOES_ON },
    { "9front", { EBDA, BASE, FIXED, ROM, LOWER_ROM }, 16, SUM_OF_16 | BELOW_HOLE, GOES_ON },
    { "Haiku", { FIXED, ROM }, 4, NO_CHECKS, TAKES_ANY },
    { "HelenOS", { EBDA, UNLESS_EBDA | FIXED, ROM }, 16, SUM_OF_16, GOES_ON },
    { "SerenityOS", { EBDA, ROM }, 16, NO_CHECKS, TAKES_ANY },
};

const struct mpt_consumer *mpt_consumer_at(size_t i)
{
    return i < sizeof(consumers) / sizeof(consumers[0]) ? &consumers[i] : NULL;
}

const char *mpt_consumer_name(const struct mpt_consumer *consumer)
{
    return consumer->name;
}

/* The core does not use strcmp, so that it needs less from its environment. */
static int same_text(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

const struct mpt_consumer *mpt_consumer_named(const char *name)
{
    const struct mpt_consumer *consumer;

    for (size_t i = 0; (consumer = mpt_consumer_at(i)); i++)
        if (same_text(consumer->name, name))
            return consumer;
    return NULL;
}

struct mpt_bios mpt_bios_words(const struct mpt_memory *memory)
{
    const uint8_t *const ebda = mpt_at(memory, MPT_BIOS_EBDA, 2);
    const uint8_t *const base_memory = mpt_at(memory, MPT_BIOS_BASE_MEMORY, 2);

    return (struct mpt_bios){
        .ebda = ebda ? load_2(ebda) : 0,
        .base_memory_kib = base_memory ? load_2(base_memory) : 0,
    };
}

static struct mpt_range last_kib(uint64_t end)
{
    return end < KIB ? (struct mpt_range){ 0, 0 } : (struct mpt_range){ end - KIB, end };
}

struct mpt_range mpt_window(unsigned window, const struct mpt_bios *bios)
{
    const uint64_t ebda = (uint64_t)bios->ebda * 16,
                   base_memory = (uint64_t)bios->base_memory_kib * KIB;
    const struct mpt_range none = { 0, 0 };

    if (window & UNLESS_EBDA && ebda)
        return none;
    switch (window & ~(unsigned)UNLESS_EBDA) {
    case LOW_KIB:
        return (struct mpt_range){ 0, KIB };
    case EBDA:
        return ebda ? (struct mpt_range){ ebda, ebda + KIB } : none;
    case BASE:
        return last_kib(base_memory);
    case BASE_OR_640K:
        return last_kib(base_memory ? base_memory : MPT_BASE_MEMORY_END);
    case BASE_OR_512K:
        return last_kib(bios->base_memory_kib > 512 ? MPT_BASE_MEMORY_END : 512 * KIB);
    case FIXED:
        return last_kib(MPT_BASE_MEMORY_END);
    case ROM:
        return (struct mpt_range){ 0xf0000, 0x100000 };
    case LOWER_ROM:
        return (struct mpt_range){ 0xe0000, 0xf0000 };
    default:
        return none;
    }
}

/* Does the consumer accept the floating pointer at @e? @room: readable bytes at @e, 16 or more */
static int accepts(const struct mpt_consumer *consumer, const uint8_t *e, size_t room)
{
    const size_t length = e[AT(floating, length)];
    const uint8_t revision = e[AT(floating, spec_revision)];
    const size_t summed = consumer->checks & SUM_OF_LENGTH ? length * 16 : MPT_FLOATING_SIZE;

    if ((consumer->checks & LENGTH_1 && length != 1) ||
        (consumer->checks & LENGTH_NOT_0 && length == 0))
        return 0;
    if (consumer->checks & REVISION && revision != MPT_SPEC_1_1 && revision != MPT_SPEC_1_4)
        return 0;
    return !(consumer->checks & (SUM_OF_16 | SUM_OF_LENGTH)) ||
           (summed <= room && mpt_byte_sum(e, summed) == 0);
}

/* The segment that holds @address, else the next one above it; NULL = none */
static const struct mpt_segment *segment_from(const struct mpt_memory *memory, uint64_t address)
{
    const struct mpt_segment *lowest = NULL;

    for (size_t i = 0; i < memory->count; i++) {
        const struct mpt_segment *const s = &memory->segments[i];

        if (s->base + (uint64_t)s->size > address && (!lowest || s->base < lowest->base))
            lowest = s;
    }
    return lowest;
}

/* The first of from, from + step, ... that is not below @least */
static uint64_t step_to(uint64_t from, unsigned step, uint64_t least)
{
    return least <= from ? from : from + (least - from + step - 1) / step * step;
}

/* Like mpt_next_taken; a NULL consumer takes any bytes that begin with "_MP_" */
static int next_match(const struct mpt_memory *memory, struct mpt_range range, unsigned step,
                      const struct mpt_consumer *consumer, uint64_t *match)
{
    const struct mpt_segment *s;
    uint64_t at = range.base;

    while (at < range.end && (s = segment_from(memory, at))) {
        const uint64_t segment_end = s->base + (uint64_t)s->size;
        const uint64_t end = segment_end < range.end ? segment_end : range.end;

        for (at = step_to(at, step, s->base); at + MPT_FLOATING_SIZE <= end; at += step) {
            const uint8_t *const e = s->bytes + (at - s->base);

            if (memcmp(e, "_MP_", 4) == 0 &&
                (!consumer || accepts(consumer, e, (size_t)(segment_end - at)))) {
                *match = at;
                return 1;
            }
        }
        at = step_to(at, step, segment_end);
    }
    return 0;
}

int mpt_next_taken(const struct mpt_memory *memory, struct mpt_range range,
                   const struct mpt_consumer *consumer, uint64_t *taken)
{
    return next_match(memory, range, consumer->step, consumer, taken);
}

enum mpt_err mpt_find(const struct mpt_memory *memory, const struct mpt_bios *bios,
                      const struct mpt_consumer *consumer, uint32_t *address)
{
    const struct mpt_bios words = bios ? *bios : mpt_bios_words(memory);
    const struct mpt_consumer *const first = consumer->invalid == GOES_ON ? consumer : NULL;

    for (const uint8_t *window = consumer->windows; *window; window++) {
        const struct mpt_range range = mpt_window(*window, &words);
        uint64_t match;

        if (consumer->checks & BELOW_HOLE && (*window == EBDA || *window == BASE) &&
            range.base >= MPT_BASE_MEMORY_END)
            continue;
        if (!next_match(memory, range, consumer->step, first, &match))
            continue;
        if (!accepts(consumer, mpt_at(memory, match, MPT_FLOATING_SIZE), mpt_room(memory, match)))
            break;
        *address = (uint32_t)match; /* windows end below 66 MiB */
        return MPT_OK;
    }
    return MPT_ENOTFOUND;
}

enum mpt_err mpt_next_floating(const struct mpt_memory *memory, uint64_t *address)
{
    const struct mpt_range below_4g = {
        step_to(0, ALIGN_SWEEP, *address > UINT32_MAX ? UINT64_C(1) << 32 : *address), UINT64_C(1)
                                                                                           << 32
    };

    return next_match(memory, below_4g, ALIGN_SWEEP, NULL, address) ? MPT_OK : MPT_ENOTFOUND;
}
