/* SPDX-License-Identifier: ISC */
/*
 * Finding floating pointers in memory, as each reader of MP tables does: which windows, in which
 * order and steps, and what makes it take one or go on. The rows were read in the readers' sources;
 * those of Linux, memtest86+, FreeBSD, OpenBSD and xv6 were also run.
 */
#include "scan.h"

#include <string.h>

#include "bytes.h"
#include "layout.h"

enum { KIB = 1024, ALIGN_SWEEP = 4 };

const struct mpt_consumer mpt_consumers[] = {
    /* name, windows, step, length, checksum, revision, below hole, an invalid one */
    { "Linux", "LFRE", 16, 1, 1, 1, 0, MPT_GOES_ON },
    { "Xen", "LFRE", 16, 1, 1, 1, 0, MPT_GOES_ON },
    { "memtest86+", "LFRE", 4, 1, 1, 1, 0, MPT_GOES_ON },
    { "syslinux HDT", "LFR", 16, 1, 1, 1, 0, MPT_GOES_ON },
    { "FreeBSD kernel", "EbR", 16, 0, 0, 0, 0, MPT_TAKES_ANY },
    { "FreeBSD mptable", "EMFRX", 16, 0, 0, 0, 0, MPT_TAKES_ANY },
    { "DragonFly", "EbRX", 16, 0, 0, 0, 0, MPT_TAKES_ANY },
    { "NetBSD", "EMR", 4, 2, 16, 0, 1, MPT_GOES_ON },
    { "OpenBSD", "EMR", 4, 2, 16, 0, 0, MPT_GOES_ON },
    { "illumos", "EkR", 16, 0, 16, 1, 0, MPT_GIVES_UP },
    { "xv6", "EmR", 16, 0, 1, 0, 0, MPT_GOES_ON },
    { "Plan 9", "EmR", 16, 0, 1, 0, 0, MPT_GOES_ON },
    { "9front", "EMFRX", 16, 0, 1, 0, 1, MPT_GOES_ON },
    { "Haiku", "FR", 4, 0, 0, 0, 0, MPT_TAKES_ANY },
    { "HelenOS", "EfR", 16, 0, 1, 0, 0, MPT_GOES_ON },
    { "SerenityOS", "ER", 16, 0, 0, 0, 0, MPT_TAKES_ANY },
};
const size_t mpt_consumer_count = sizeof(mpt_consumers) / sizeof(mpt_consumers[0]);

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

struct mpt_range mpt_window(char letter, const struct mpt_bios *bios)
{
    const uint64_t ebda = (uint64_t)bios->ebda * 16,
                   base_memory = (uint64_t)bios->base_memory_kib * KIB;
    const struct mpt_range none = { 0, 0 };
    const int small = letter >= 'a' && letter <= 'z';

    if (small && ebda)
        return none;
    switch (small ? letter - 'a' + 'A' : letter) {
    case 'L':
        return (struct mpt_range){ 0, KIB };
    case 'E':
        return ebda ? (struct mpt_range){ ebda, ebda + KIB } : none;
    case 'M':
        return last_kib(base_memory);
    case 'B':
        return last_kib(base_memory ? base_memory : MPT_BASE_MEMORY_END);
    case 'K':
        return last_kib(bios->base_memory_kib > 512 ? MPT_BASE_MEMORY_END : 512 * KIB);
    case 'F':
        return last_kib(MPT_BASE_MEMORY_END);
    case 'R':
        return (struct mpt_range){ 0xf0000, 0x100000 };
    case 'X':
        return (struct mpt_range){ 0xe0000, 0xf0000 };
    default:
        return none;
    }
}

/*
 * Does the consumer accept the floating pointer at @e, of which @room bytes are there, 16 or more?
 */
static int accepts(const struct mpt_consumer *consumer, const uint8_t *e, size_t room)
{
    const size_t length = e[AT(floating, length)];
    const uint8_t revision = e[AT(floating, spec_revision)];
    const size_t summed = consumer->checksum == 16 ? length * 16 : MPT_FLOATING_SIZE;

    if ((consumer->length_one == 1 && length != 1) || (consumer->length_one == 2 && length == 0))
        return 0;
    if (consumer->revision && revision != MPT_SPEC_1_1 && revision != MPT_SPEC_1_4)
        return 0;
    return !consumer->checksum || (summed <= room && mpt_byte_sum(e, summed) == 0);
}

/* The segment that holds @address, or else the next one above it; NULL = there is none */
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

/* Like mpt_next_taken; a NULL consumer takes whatever begins with "_MP_" */
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
    const struct mpt_consumer *const first = consumer->invalid == MPT_GOES_ON ? consumer : NULL;

    for (const char *letter = consumer->windows; *letter; letter++) {
        const struct mpt_range range = mpt_window(*letter, &words);
        uint64_t match;

        if (consumer->below_hole && (*letter == 'E' || *letter == 'M') &&
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
