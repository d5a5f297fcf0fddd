/* SPDX-License-Identifier: ISC */
/* The bytes of an input as guest memory: where each stretch of them lies. */
#ifndef TOPO_MEMORY_H
#define TOPO_MEMORY_H

#include <stdbool.h>

#include "../base/err.h"
#include "../mptable/mptable.h"

enum {
    MEMORY_SEGMENTS_MAX = 16,  /* of an image */
    MEMORY_STRETCHES_MAX = 320 /* of a dump: each page of the first MiB and of a table is one */
};

#define MEMORY_BASE "0x9fc00" /* where most builders put their image */
enum { MEMORY_BASE_ADDRESS = 0x9fc00 };

/* A stretch of guest memory and its place in the input */
struct memory_stretch {
    uint32_t base, size;
    uint64_t offset;
    const uint8_t *bytes;
};

/* A struct memory points into itself, so it must not be copied. */
struct memory {
    const uint8_t *bytes; /* the input, borrowed; NULL when it is not in memory as a whole */
    size_t size;
    struct mpt_segment segments[MEMORY_STRETCHES_MAX];
    struct mpt_memory guest;                               /* the segments, for libmptable */
    struct memory_stretch stretches[MEMORY_STRETCHES_MAX]; /* of a dump: dump.c */
    unsigned stretch_count;
    bool is_text; /* the input is a text, so its bytes have no offsets */
};

/*
 * memory_offset - the offset in the input of the byte at a guest-physical address
 *
 * Return: true with *offset set; false: the input does not have it, or is a text.
 */
bool memory_offset(const struct memory *memory, uint64_t address, uint64_t *offset);

/*
 * memory_place - cut the bytes into segments
 * @bases: one or more addresses with commas between, in the form of load= in a trusted comment
 * @sizes: size of each segment, in the form of size=; NULL when there is one segment
 *
 * A segment that lies in another and has the same bytes is left out.
 *
 * Return: 0; -1 and ERR_INVALID at base or size: not such a list, sizes that do not add up to
 * @size, segments that pass 4 GiB or overlap in any other way.
 */
int memory_place(struct memory *source, const uint8_t *bytes, size_t size, const char *bases,
                 const char *sizes, struct err *err) MUST_USE;

/*
 * memory_guess_base - the address at which the bytes of an image make sense
 *
 * The first floating pointer whose bytes add up to 0 names the address of its table. That address
 * less the offset at which a table begins is a possible base. If there are several, MEMORY_BASE
 * wins when it is one of them.
 *
 * Return: true with *base set; false: no table in these bytes fits the floating pointer.
 */
bool memory_guess_base(const uint8_t *bytes, size_t size, uint32_t *base);

#endif
