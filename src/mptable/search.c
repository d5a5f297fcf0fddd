/* SPDX-License-Identifier: ISC */
/*
 * Finds floating pointers in memory as each reader of MP tables does. A row says which windows a
 * reader searches, in which order and steps, and when it takes a pointer or goes on. The rows
 * follow the readers' sources; Linux, memtest86+, FreeBSD, OpenBSD and xv6 were also run. The name
 * of a consumer never changes.
 */
#include "search.h"

#include <stdbool.h>

#include "load.h"
#include "layout.h"

enum { KIB = 1024, ALIGN_SWEEP = 4 };

#define NO_MATCH UINT64_MAX

const struct mpt_consumer mpt_consumers[MPT_CONSUMERS] = {
    [CONSUMER_LINUX] = { "linux", { LOW_KIB, FIXED, ROM, EBDA }, 16, MPS_CHECKS, GOES_ON },
    [CONSUMER_LINUX_32] = { "linux-32", { LOW_KIB, FIXED, ROM, EBDA }, 16, MPS_CHECKS, GOES_ON },
    [CONSUMER_FREEBSD] = { "freebsd",
                           { EBDA, UNLESS_EBDA | BASE_USABLE, ROM },
                           16,
                           NO_CHECKS,
                           TAKES_ANY },
    [CONSUMER_OPENBSD] = { "openbsd",
                           { EBDA, BASE, ROM },
                           4,
                           LENGTH_NOT_0 | SUM_OF_LENGTH | BELOW_HOLE,
                           GOES_ON },
    [CONSUMER_NETBSD] = { "netbsd",
                          { EBDA, BASE, ROM },
                          4,
                          LENGTH_NOT_0 | SUM_OF_LENGTH | BELOW_HOLE,
                          GOES_ON },
    [CONSUMER_ILLUMOS] = { "illumos",
                           { EBDA, UNLESS_EBDA | BASE_OR_512K, ROM },
                           16,
                           SUM_OF_LENGTH | REVISION,
                           GIVES_UP },
    [CONSUMER_DRAGONFLY] = { "dragonfly",
                             { EBDA, UNLESS_EBDA | BASE_OR_640K, ROM, LOWER_ROM },
                             16,
                             NO_CHECKS,
                             TAKES_ANY },
    [CONSUMER_MEMTEST] = { "memtest86+",
                           { LOW_KIB, FIXED, ROM, EBDA },
                           4,
                           MPS_CHECKS | NULL_IS_NONE,
                           GOES_ON },
    [CONSUMER_XEN] = { "xen", { LOW_KIB, FIXED, ROM, EBDA }, 16, MPS_CHECKS, GOES_ON },
    [CONSUMER_HDT] = { "hdt", { LOW_KIB, FIXED, ROM }, 16, MPS_CHECKS, GOES_ON },
    [CONSUMER_MPTABLE] = { "mptable",
                           { EBDA, BASE, FIXED, ROM, LOWER_ROM },
                           16,
                           NO_CHECKS,
                           TAKES_ANY },
    [CONSUMER_XV6] = { "xv6",
                       { EBDA, UNLESS_EBDA | BASE, ROM },
                       16,
                       SUM_OF_16 | FAULTS_AT_0,
                       GOES_ON },
    [CONSUMER_PLAN9] = { "plan9", { EBDA, UNLESS_EBDA | BASE, ROM }, 16, SUM_OF_16, GOES_ON },
    [CONSUMER_NINEFRONT] = { "9front",
                             { EBDA, BASE, FIXED, ROM, LOWER_ROM },
                             16,
                             SUM_OF_16 | BELOW_HOLE,
                             GOES_ON },
    [CONSUMER_HAIKU] = { "haiku", { FIXED, ROM }, 4, NO_CHECKS, TAKES_ANY },
    [CONSUMER_HELENOS] = { "helenos", { EBDA, UNLESS_EBDA | FIXED, ROM }, 16, SUM_OF_16, GOES_ON },
    [CONSUMER_SERENITY] = { "serenity", { EBDA, ROM }, 16, NO_CHECKS, TAKES_ANY },
    [CONSUMER_HERMIT] = { "hermit", { LAST_PAGE, ROM }, 4, NO_DEFAULT, GOES_ON },
    [CONSUMER_NT_HAL] = { "nt-hal", { NOWHERE }, 16, NO_CHECKS, GOES_ON }, /* search not known */
};

/*@ assigns \nothing; exits \false; ensures i < 19 ? row(\result) : \result == \null; */
const struct mpt_consumer *mpt_consumer_at(size_t i)
{
    /*@ assert i >= 19 || i \in {0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18}; */
    return i < MPT_CONSUMERS ? &mpt_consumers[i] : NULL;
}

/* From the last one's bit on: unlike one to the left, a shift to the right cannot overflow. */
/*@ requires \exists integer i; 0 <= i < 19 && consumer == mpt_consumers + i; assigns \nothing; */
uint32_t mpt_consumer_bit(const struct mpt_consumer *consumer)
{
    const struct mpt_consumer *const last = mpt_consumers + MPT_CONSUMERS - 1;

    return UINT32_C(1) << (MPT_CONSUMERS - 1) >> (last - consumer);
}

/*@ requires \valid_read(consumer); assigns \nothing; ensures \valid_read(\result + (0 .. 11)); */
const char *mpt_consumer_name(const struct mpt_consumer *consumer)
{
    return consumer->name;
}

/* The core does not use strcmp, so that it needs less from its environment. */
/*@ requires text(name) && \valid_read(row + (0 .. 11)); assigns \nothing; exits \false; */
static int same_name(const char row[12], const char *name)
{
    /*@ loop invariant 0 <= i <= 12 && \forall integer j; 0 <= j < i ==> name[j] != 0;
        loop assigns i; loop variant 12 - i; */
    for (size_t i = 0; i < 12 && row[i] == name[i]; i++)
        if (name[i] == '\0')
            return 1;
    return 0;
}

/*@ requires text(name); assigns \nothing; ensures \result == \null || row(\result); */
const struct mpt_consumer *mpt_consumer_named(const char *name)
{
    const struct mpt_consumer *consumer;

    /*@ loop invariant 0 <= i <= 19; loop assigns i, consumer; loop variant 19 - i; */
    for (size_t i = 0; (consumer = mpt_consumer_at(i)); i++)
        if (same_name(consumer->name, name))
            return consumer;
    return NULL;
}

/* A BIOS data word, as given, or else from memory. @known gets its bit when there is either. */
/*@ requires mapped(memory) && stated(facts) && \valid(known); assigns *known; exits \false; */
static uint16_t bios_word(const struct mpt_memory *memory, const struct mpt_facts *facts,
                          unsigned fact, uint16_t given, unsigned *known)
{
    const unsigned at = fact == MPT_FACT_EBDA ? MPT_BIOS_EBDA : MPT_BIOS_BASE_MEMORY;
    const uint8_t *const word = mpt_at(memory, at, MPT_BIOS_WORD_SIZE);
    const bool is_given = facts && facts->given & fact;

    if (!is_given && !word)
        return 0;
    *known |= fact;
    return is_given ? given : (uint16_t)load_2(word);
}

/*
 * As FreeBSD's getmemsize: the lowest range counts when it begins at or below 0xa0000. Ranges that
 * touch count as one.
 */
/*@ requires stated(facts) && facts != \null && (facts->given & 512) != 0; assigns \nothing; */
static uint64_t lowest_usable_end(const struct mpt_facts *facts)
{
    const struct mpt_range *const ranges = facts->usable;
    struct mpt_range low = { MPT_BASE_MEMORY_END + 1, 0 };
    bool grown;

    /*@ loop invariant 0 <= i <= facts->usable_count; loop assigns i, low;
        loop variant facts->usable_count - i; */
    for (size_t i = 0; i < facts->usable_count; i++)
        if (ranges[i].base < low.base)
            low = ranges[i];
    /*@ loop assigns low.end, grown; loop variant 0xffffffffffffffff - low.end; */
    do { /* again, since a range before the last one may touch what has grown */
        grown = false;
        /*@ loop invariant i <= facts->usable_count && low.end >= \at(low.end, LoopEntry) + grown;
            loop assigns i, low.end, grown; loop variant facts->usable_count - i; */
        for (size_t i = 0; i < facts->usable_count; i++)
            if (ranges[i].base <= low.end && ranges[i].end > low.end) {
                low.end = ranges[i].end;
                grown = true;
            }
    } while (grown);
    return low.end;
}

struct mpt_bounds mpt_bounds(const struct mpt_memory *memory, const struct mpt_facts *facts)
{
    const struct mpt_bios given = facts ? facts->bios : (struct mpt_bios){ 0, 0 };
    struct mpt_bounds b = { .known = 0 };

    b.bios.ebda = bios_word(memory, facts, MPT_FACT_EBDA, given.ebda, &b.known);
    b.bios.base_memory_kib =
        bios_word(memory, facts, MPT_FACT_BASE_MEMORY, given.base_memory_kib, &b.known);
    if (facts && facts->given & MPT_FACT_USABLE) {
        b.usable_end = lowest_usable_end(facts);
        b.known |= MPT_FACT_USABLE;
    }
    return b;
}

struct mpt_bios mpt_bios_words(const struct mpt_memory *memory, const struct mpt_facts *facts)
{
    return mpt_bounds(memory, facts).bios;
}

/*@ assigns \nothing; exits \false; */
static struct mpt_range last_kib(uint64_t end)
{
    return end < KIB ? (struct mpt_range){ 0, 0 } : (struct mpt_range){ end - KIB, end };
}

/* A map that is not given is taken to agree with the word at 0x413, as a BIOS makes it. */
/*@ requires \valid_read(b); assigns \nothing; exits \false; */
static uint64_t usable_end(const struct mpt_bounds *b)
{
    const uint64_t end = b->known & MPT_FACT_USABLE ? b->usable_end / KIB * KIB
                                                    : (uint64_t)b->bios.base_memory_kib * KIB;

    return end == 0 || end > MPT_BASE_MEMORY_END ? MPT_BASE_MEMORY_END : end;
}

struct mpt_range mpt_window(unsigned window, const struct mpt_bounds *bounds)
{
    const uint64_t ebda = (uint64_t)bounds->bios.ebda * 16,
                   base_memory = (uint64_t)bounds->bios.base_memory_kib * KIB;
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
    case BASE_USABLE:
        return last_kib(usable_end(bounds));
    case BASE_OR_512K:
        return last_kib(bounds->bios.base_memory_kib > 512 ? MPT_BASE_MEMORY_END : 512 * KIB);
    case FIXED:
        return last_kib(MPT_BASE_MEMORY_END);
    case ROM:
        return (struct mpt_range){ 0xf0000, 0x100000 };
    case LOWER_ROM:
        return (struct mpt_range){ 0xe0000, 0xf0000 };
    case LAST_PAGE:
        return (struct mpt_range){ 0x9f000, MPT_BASE_MEMORY_END };
    default:
        return none;
    }
}

/* The facts that place a window and are not known */
/*@ requires \valid_read(bounds); assigns \nothing; exits \false; */
static unsigned window_needs(unsigned window, const struct mpt_bounds *bounds)
{
    unsigned facts = 0;

    if (window & UNLESS_EBDA) {
        if (bounds->known & MPT_FACT_EBDA && bounds->bios.ebda)
            return 0; /* there is no such window */
        facts = MPT_FACT_EBDA;
    }
    switch (window & ~(unsigned)UNLESS_EBDA) {
    case EBDA:
        facts |= MPT_FACT_EBDA;
        break;
    case BASE:
    case BASE_OR_640K:
    case BASE_OR_512K:
        facts |= MPT_FACT_BASE_MEMORY;
        break;
    case BASE_USABLE:
        facts |= MPT_FACT_USABLE;
        break;
    default:
        break;
    }
    return facts & ~bounds->known;
}

/* Those of @checks that the floating pointer at @e fails. @room: bytes at @e, 16 or more */
/*@ requires room >= 16 && \valid_read(e + (0 .. room - 1)); assigns \nothing; exits \false; */
static unsigned failed(unsigned checks, const uint8_t *e, size_t room)
{
    const size_t length = e[AT(floating, length)];
    const uint8_t revision = e[AT(floating, spec_revision)];
    unsigned fails = 0;

    if (length != 1)
        fails |= LENGTH_1;
    if (length == 0)
        fails |= LENGTH_NOT_0;
    if (revision != MPT_SPEC_1_1 && revision != MPT_SPEC_1_4)
        fails |= REVISION;
    if (e[AT(floating, default_configuration)] != 0 || revision > MPT_SPEC_1_4)
        fails |= NO_DEFAULT;
    if (checks & SUM_OF_16 && mpt_byte_sum(e, MPT_FLOATING_SIZE) != 0)
        fails |= SUM_OF_16;
    if (checks & SUM_OF_LENGTH && (length * 16 > room || mpt_byte_sum(e, length * 16) != 0))
        fails |= SUM_OF_LENGTH;
    return checks & fails;
}

/*@ predicate above(struct mpt_segment *s, struct mpt_memory *m, integer at) =
        at < s->base + s->size && \exists integer i; 0 <= i < m->count && s == m->segments + i; */
/* The segment that holds @address, else the next one above it; NULL = none */
/*@ requires mapped(memory); assigns \nothing; exits \false;
    ensures \result == \null || above(\result, memory, address); */
static const struct mpt_segment *segment_from(const struct mpt_memory *memory, uint64_t address)
{
    const struct mpt_segment *lowest = NULL;

    /*@ loop invariant 0 <= i <= memory->count && (lowest == \null || above(lowest, memory,
            address)); loop assigns i, lowest; loop variant memory->count - i; */
    for (size_t i = 0; i < memory->count; i++) {
        const struct mpt_segment *const s = &memory->segments[i];

        if (s->base + (uint64_t)s->size > address && (!lowest || s->base < lowest->base))
            lowest = s;
    }
    return lowest;
}

/*
 * The first of from, from + step, ... that is not below @least. Steps are powers of two, so the
 * lower 32 bits of the distance tell its remainder: a division of 64-bit numbers would be a call
 * into the compiler's library on 32-bit machines.
 */
/*@ requires 1 <= step <= 16 && least <= 0x8000000100000000; assigns \nothing; exits \false;
    ensures \max(from, least) <= \result < \max(from, least) + step; */
static uint64_t step_to(uint64_t from, unsigned step, uint64_t least)
{
    return least <= from ? from : least + (step - (uint32_t)(least - from) % step) % step;
}

/*
 * The next floating pointer in a range that a consumer takes, in steps from the range's base; a
 * NULL consumer takes any bytes that begin with "_MP_".
 *
 * Return: an address whose 16 bytes are there; NO_MATCH when there is none.
 */
/*@ requires mapped(memory) && 1 <= step <= 16 && (consumer == \null || \valid_read(consumer));
    assigns \nothing; exits \false; ensures \result == 0xffffffffffffffff || (
        range.base <= \result <= range.end - 16 && there(memory, \result)); */
static uint64_t next_match(const struct mpt_memory *memory, struct mpt_range range, unsigned step,
                           const struct mpt_consumer *consumer)
{
    const struct mpt_segment *s;
    uint64_t at = range.base;

    /*@ loop invariant at >= range.base; loop assigns at, s; loop variant range.end - at; */
    while (at < range.end && (s = segment_from(memory, at))) {
        const uint64_t segment_end = s->base + (uint64_t)s->size;
        const uint64_t end = segment_end < range.end ? segment_end : range.end;

        /*@ loop invariant at >= range.base && s->base <= at <= 0x8000000100000020;
            loop assigns at; loop variant end - at; */
        for (at = step_to(at, step, s->base); at + MPT_FLOATING_SIZE <= end; at += step) {
            const uint8_t *const e = s->bytes + (at - s->base);

            if (load_4(e) == SIGNATURE_FLOATING &&
                (!consumer || !failed(consumer->checks, e, (size_t)(segment_end - at))))
                return at;
        }
        at = step_to(at, step, segment_end);
    }
    return NO_MATCH;
}

/* Those of @checks that the floating pointer at @address fails; all when it is not there */
/*@ requires mapped(memory); assigns \nothing; exits \false; */
static unsigned failed_at(unsigned checks, const struct mpt_memory *memory, uint64_t address)
{
    const struct mpt_segment *const s = mpt_segment_at(memory, address, MPT_FLOATING_SIZE);
    size_t at;

    if (!s)
        return checks;
    at = (size_t)(address - s->base);
    return failed(checks, s->bytes + at, s->size - at);
}

void mpt_search_start(struct mpt_search *search, const struct mpt_memory *memory,
                      const struct mpt_bounds *bounds, uint64_t address)
{
    search->fails = failed_at(~0U, memory, address);
    search->memory = memory;
    search->bounds = bounds;
    search->address = address;
    search->seen.looked = search->seen.unknown = search->seen.hits = 0;
}

/* From the highest bit on, as mpt_consumer_bit */
/*@ requires window < 32; assigns \nothing; exits \false; */
static inline uint32_t window_bit(unsigned window)
{
    return UINT32_C(0x80000000) >> window;
}

/* Not inlined: each window is looked at once, but many consumers ask for it. */
/*@ requires searching(search) && window < 32; assigns search->seen; exits \false; */
static __attribute__((noinline)) void look(struct mpt_search *search, unsigned window)
{
    const struct mpt_range range = mpt_window(window, search->bounds);
    const uint32_t bit = window_bit(window);
    const uint64_t match = next_match(search->memory, range, ALIGN_SWEEP, NULL);

    search->seen.looked |= bit;
    if (window_needs(window, search->bounds))
        search->seen.unknown |= bit;
    if (match == NO_MATCH)
        return;
    search->seen.hits |= bit;
    search->seen.windows[window].first = (uint32_t)match;
    search->seen.windows[window].end = (uint32_t)range.end;
}

/* The outcome of the search in one window */
enum outcome { GOES_FURTHER, ENDS, FINDS };

/* Does the consumer take the floating pointer that it came to? */
/*@ requires searching(search) && \valid_read(consumer); assigns \nothing; exits \false; */
static enum outcome outcome_at(const struct mpt_search *search, const struct mpt_consumer *consumer,
                               uint64_t match)
{
    const unsigned fails = match == search->address
                               ? search->fails & consumer->checks
                               : failed_at(consumer->checks, search->memory, match);

    return fails ? ENDS : FINDS;
}

/* Searches a window that has a hit; sets search->seen.match when the consumer comes to one */
/*@ requires searching(search) && row(consumer) && window < 32;
    assigns search->seen; exits \false; ensures \result == FINDS ==> came(search); */
static enum outcome search_window(struct mpt_search *search, const struct mpt_consumer *consumer,
                                  unsigned window)
{
    const uint32_t first = search->seen.windows[window].first;
    /* A step back to the consumer's own steps: windows begin at multiples of 16 */
    const struct mpt_range range = { first - first % consumer->step,
                                     search->seen.windows[window].end };
    uint64_t match;

    if (consumer->checks & BELOW_HOLE && (window == EBDA || window == BASE) &&
        range.end >= MPT_BASE_MEMORY_END + KIB)
        return GOES_FURTHER;
    match = next_match(search->memory, range, consumer->step,
                       consumer->invalid == GOES_ON ? consumer : NULL);
    if (match == NO_MATCH || (match == 0 && consumer->checks & NULL_IS_NONE))
        return GOES_FURTHER;
    search->seen.match = match;
    return outcome_at(search, consumer, match);
}

/* When both words are 0, xv6 subtracts a KiB from address 0 and reads there. */
/*@ requires \valid_read(bounds) && \valid_read(consumer); assigns \nothing; exits \false; */
static int faults(const struct mpt_consumer *consumer, const struct mpt_bounds *bounds)
{
    const unsigned words = MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY;

    return consumer->checks & FAULTS_AT_0 && (bounds->known & words) == words &&
           bounds->bios.ebda == 0 && bounds->bios.base_memory_kib == 0;
}

/*
 * Searches the consumer's windows. Of those whose place is not known, it searches where they are
 * if the words are 0 when @guess is set, else none, and sets search->seen.lacks. Inlined, since a
 * check asks it for each consumer: a call costs a check of 4 CPUs 3.6 % more instructions.
 */
/*@ requires searching(search) && row(consumer);
    assigns search->seen; exits \false; ensures \result == FINDS ==> came(search); */
static inline __attribute__((always_inline)) enum outcome
search_windows(struct mpt_search *search, const struct mpt_consumer *consumer, bool guess)
{
    enum outcome outcome = faults(consumer, search->bounds) ? ENDS : GOES_FURTHER;

    search->seen.lacks = false;
    /*@ loop invariant 0 <= i <= 6 && (outcome == FINDS ==> came(search));
        loop assigns i, outcome, search->seen; loop variant 6 - i; */
    for (size_t i = 0; outcome == GOES_FURTHER && consumer->windows[i]; i++) {
        const unsigned window = consumer->windows[i];
        const uint32_t bit = window_bit(window);

        if (!(search->seen.looked & bit))
            look(search, window);
        if (search->seen.unknown & bit && !guess)
            search->seen.lacks = true;
        else if (search->seen.hits & bit)
            outcome = search_window(search, consumer, window);
    }
    return outcome;
}

/*@ requires mapped(memory) && stated(facts) && row(consumer) && \valid(address);
    assigns *address; ensures \result == MPT_OK ==> there{Pre}(memory, *address); */
enum mpt_err mpt_find(const struct mpt_memory *memory, const struct mpt_facts *facts,
                      const struct mpt_consumer *consumer, uint32_t *address)
{
    const struct mpt_bounds bounds = mpt_bounds(memory, facts);
    struct mpt_search search;

    mpt_search_start(&search, memory, &bounds, 0);
    if (search_windows(&search, consumer, true) != FINDS)
        return MPT_ENOTFOUND;
    *address = (uint32_t)search.seen.match; /* windows end below 66 MiB */
    return MPT_OK;
}

/* Can the pointer be in a window whose place is not known? None is in the first KiB. */
/*@ requires \valid_read(search) && row(consumer); assigns \nothing; exits \false; */
static bool may_take(const struct mpt_search *search, const struct mpt_consumer *consumer)
{
    return !(search->fails & consumer->checks) && search->address >= KIB &&
           search->address < MPT_BASE_MEMORY_END && (search->address & (consumer->step - 1U)) == 0;
}

enum mpt_taken mpt_takes(struct mpt_search *search, const struct mpt_consumer *consumer,
                         uint64_t *other)
{
    const enum outcome outcome = search_windows(search, consumer, false);
    const bool takes = outcome == FINDS && search->seen.match == search->address;

    *other = outcome == FINDS && !takes ? search->seen.match : 0;
    if (takes)
        return MPT_TAKES;
    return search->seen.lacks && may_take(search, consumer) ? MPT_UNDECIDED : MPT_PASSES_BY;
}

unsigned mpt_search_needs(const struct mpt_bounds *bounds, const struct mpt_consumer *consumer)
{
    unsigned needs = 0;

    /*@ loop invariant 0 <= i <= 6; loop assigns i, needs; loop variant 6 - i; */
    for (size_t i = 0; consumer->windows[i]; i++)
        needs |= window_needs(consumer->windows[i], bounds);
    return needs;
}

enum mpt_err mpt_next_floating(const struct mpt_memory *memory, uint64_t *address)
{
    const uint64_t end = UINT64_C(1) << 32;
    const struct mpt_range below_4g = { step_to(0, ALIGN_SWEEP, *address < end ? *address : end),
                                        end };
    const uint64_t match = next_match(memory, below_4g, ALIGN_SWEEP, NULL);

    if (match == NO_MATCH)
        return MPT_ENOTFOUND;
    *address = match;
    return MPT_OK;
}
