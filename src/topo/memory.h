/* SPDX-License-Identifier: ISC */
/* Bytes that came in, as guest memory: where each stretch of them lies. */
#ifndef TOPO_MEMORY_H
#define TOPO_MEMORY_H

#include <stdbool.h>

#include "../base/err.h"
#include "../mptable/mptable.h"

enum {
    MEMORY_SEGMENTS_MAX = 16,  /* of an image */
    MEMORY_STRETCHES_MAX = 320 /* of a dump: each page of the first MiB and of a table is one */
};

#define MEMORY_BASE "0x9fc00" /* where most builders put a table */
enum { MEMORY_BASE_ADDRESS = 0x9fc00 };

/* A stretch of guest memory and its place in the input */
struct memory_stretch {
    uint32_t base, size;
    uint64_t offset;
    const uint8_t *bytes;
};

/* Points into itself: not to be copied. */
struct memory {
    const uint8_t *bytes; /* the input, borrowed; NULL when it is not in memory as a whole */
    size_t size;
    struct mpt_segment segments[MEMORY_STRETCHES_MAX];
    struct mpt_memory guest;                               /* the segments as readers take them */
    struct memory_stretch stretches[MEMORY_STRETCHES_MAX]; /* of a dump: dump.c */
    unsigned stretch_count;
    bool is_text; /* places in the input are none of bytes */
};

/*
 * memory_offset - where the byte of a guest-physical address stands in the input
 *
 * Return: true with *offset set; false: nowhere, or in a text.
 */
bool memory_offset(const struct memory *memory, uint64_t address, uint64_t *offset);

/*
 * memory_place - cut the bytes into segments
 * @bases: addresses, one or more with commas between, as load= of a trusted comment has them
 * @sizes: bytes of each, as size= has them; NULL when there is one segment
 *
 * Return: 0; -1 and ERR_INVALID at base or size: not such a list, sizes that do not add up to the
 * bytes, segments that pass 4 GiB or overlap, unless one lies in another and has the same bytes: it
 * is left out.
 */
int memory_place(struct memory *source, const uint8_t *bytes, size_t size, const char *bases,
                 const char *sizes, struct err *err) MUST_USE;

/*
 * memory_guess_base - the address at which the bytes of an image make sense
 *
 * The first floating pointer whose bytes add up to 0 names the address of its table. Where a table
 * begins in the bytes, that address less the offset is the image's. MEMORY_BASE wins where it is
 * one of several.
 *
 * Return: true with *base set; false: no pointer and table in these bytes fit each other.
 */
bool memory_guess_base(const uint8_t *bytes, size_t size, uint32_t *base);

#endif
