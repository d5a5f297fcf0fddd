/* SPDX-License-Identifier: ISC */
/* How each reader searches for a floating pointer; the survey looks at all windows. */
#ifndef MPT_SEARCH_H
#define MPT_SEARCH_H

#include <stdbool.h>

#include "mptable.h"

#pragma GCC visibility push(hidden) /* the room's own: no part of the library */

enum { MPT_BASE_MEMORY_END = 0xa0000 };

/* Where a reader looks. Some of these exist only when a word of the BIOS data area says so. */
enum window {
    NOWHERE,      /* ends a list */
    LOW_KIB,      /* the first KiB of memory */
    EBDA,         /* the first KiB of the EBDA */
    BASE,         /* the last KiB of base memory */
    BASE_OR_640K, /* the same; of 640 KiB when the word is 0 */
    BASE_USABLE,  /* the last KiB of the lowest usable range, FreeBSD's base memory */
    BASE_OR_512K, /* the last KiB of 640 KiB; of 512 KiB when the word says no more than that */
    FIXED,        /* 0x9fc00 to 0x9ffff, whatever the words say */
    ROM,          /* 0xf0000 to 0xfffff */
    LOWER_ROM,    /* 0xe0000 to 0xeffff */
    LAST_PAGE,    /* 0x9f000 to 0x9ffff */
    UNLESS_EBDA = 0x10, /* with one of them: searched only when no EBDA is defined */
    WINDOWS = 0x20
};

enum { WINDOWS_MAX = 6 /* of one reader */ };

/* What a reader checks of a floating pointer besides its signature, as bits */
enum search_checks {
    NO_CHECKS = 0,
    LENGTH_1 = 1U << 0,      /* the length byte is 1 */
    LENGTH_NOT_0 = 1U << 1,  /* the length byte is not 0 */
    SUM_OF_16 = 1U << 2,     /* its 16 bytes add up to 0 */
    SUM_OF_LENGTH = 1U << 3, /* as many bytes as its length says add up to 0 */
    REVISION = 1U << 4,      /* the revision is 1 or 4 */
    BELOW_HOLE = 1U << 5,    /* EBDA and BASE are searched only when they begin below 0xa0000 */
    FAULTS_AT_0 = 1U << 6,   /* crashes when neither word says where to look */
    NO_DEFAULT = 1U << 7,    /* feature byte 1 is 0, and the revision at most 4 */
    NULL_IS_NONE =
        1U << 8, /* a find at address 0 counts as none: the search goes to the next window */
    MPS_CHECKS = LENGTH_1 | SUM_OF_16 | REVISION
};

/* Rows of mpt_consumers, in the order of mpt_consumer_at */
enum consumer {
    CONSUMER_LINUX,
    CONSUMER_LINUX_32,
    CONSUMER_FREEBSD,
    CONSUMER_OPENBSD,
    CONSUMER_NETBSD,
    CONSUMER_ILLUMOS,
    CONSUMER_DRAGONFLY,
    CONSUMER_MEMTEST,
    CONSUMER_XEN,
    CONSUMER_HDT,
    CONSUMER_MPTABLE,
    CONSUMER_XV6,
    CONSUMER_PLAN9,
    CONSUMER_NINEFRONT,
    CONSUMER_HAIKU,
    CONSUMER_HELENOS,
    CONSUMER_SERENITY,
    CONSUMER_HERMIT,
    CONSUMER_NT_HAL
};

struct mpt_consumer {
    char name[12];
    uint8_t windows[WINDOWS_MAX + 1]; /* enum window, in the order of the search */
    uint8_t step;                     /* bytes */
    uint16_t checks;                  /* enum search_checks */
    /* What it does with the first "_MP_" that fails the checks */
    enum { GOES_ON, GIVES_UP, TAKES_ANY } invalid;
};

extern const struct mpt_consumer mpt_consumers[MPT_CONSUMERS];

/*@ predicate row(struct mpt_consumer *c) = \valid_read(c) && 1 <= c->step <= 16 &&
        c->windows[6] == 0 && \forall integer i; i \in {0,1,2,3,4,5} ==> c->windows[i] < 32;
    predicate text(char *s) = \exists integer n; 0 <= n && s[n] == 0 && \valid_read(s + (0..n)); */

/* What places the windows, as given, or else from memory */
struct mpt_bounds {
    struct mpt_bios bios;
    uint64_t usable_end; /* of the lowest usable range; 0 = there is none below 0xa0000 */
    unsigned known;      /* MPT_FACT_EBDA, MPT_FACT_BASE_MEMORY, MPT_FACT_USABLE: what is set */
};
/*@ requires mapped(memory) && stated(facts); assigns \nothing; */
struct mpt_bounds mpt_bounds(const struct mpt_memory *memory, const struct mpt_facts *facts);

/* mpt_window - the addresses of a window; empty when the BIOS words define none */
/*@ requires \valid_read(bounds); assigns \nothing; exits \false; */
struct mpt_range mpt_window(unsigned window, const struct mpt_bounds *bounds);

/*
 * A search for one floating pointer, by all consumers. Several consumers share most windows, so
 * each window is looked at once, and one that holds nothing is not searched again.
 */
struct mpt_search {
    const struct mpt_memory *memory;
    const struct mpt_bounds *bounds;
    uint64_t address;
    unsigned fails; /* enum search_checks; all of them when its bytes are not there */
    /* What consumers change when they search */
    struct {
        uint64_t match; /* that the last consumer came to */
        bool lacks;     /* a window of it was not searched, since its place is not known */
        /* A bit for each window: looked at; its place is not known; bytes "_MP_" are in it */
        uint32_t looked, unknown, hits;
        struct {
            uint32_t first, end; /* of the first "_MP_", in steps of 4; of the window */
        } windows[WINDOWS];      /* those with a hit */
    } seen;
};

/* mpt_search_start - begin a search for the floating pointer at @address; all is borrowed */
/*@ predicate searching(struct mpt_search *s) = \valid(s) && mapped(s->memory) &&
        \valid_read(s->bounds) && \separated(s, s->memory) &&
        \separated(s, s->memory->segments + (0 .. s->memory->count - 1));
    predicate came(struct mpt_search *s) = s->seen.match <= 0xffffffff &&
        there(s->memory, s->seen.match); */
/*@ requires \valid(search) && mapped(memory); assigns *search; exits \false;
    ensures search->memory == memory && search->bounds == bounds; */
void mpt_search_start(struct mpt_search *search, const struct mpt_memory *memory,
                      const struct mpt_bounds *bounds, uint64_t address);

enum mpt_taken { MPT_PASSES_BY, MPT_TAKES, MPT_UNDECIDED };

/*
 * mpt_takes - does a consumer take the floating pointer?
 * @other: set to the one that it takes instead; 0 = none. Only those in memory are considered
 *
 * MPT_UNDECIDED: the answer depends on facts that are not known; mpt_search_needs gives them.
 */
/*@ requires searching(search) && row(consumer) && \valid(other); assigns search->seen, *other; */
enum mpt_taken mpt_takes(struct mpt_search *search, const struct mpt_consumer *consumer,
                         uint64_t *other);

/* mpt_search_needs - the facts (MPT_FACT_*) that place the consumer's windows and are not known */
/*@ requires \valid_read(bounds) && row(consumer); assigns \nothing; exits \false; */
unsigned mpt_search_needs(const struct mpt_bounds *bounds, const struct mpt_consumer *consumer);

#pragma GCC visibility pop

#endif
