/* SPDX-License-Identifier: ISC */
/* Bytes that came in, as guest memory: where each stretch of them lies. */
#ifndef TOPO_MEMORY_H
#define TOPO_MEMORY_H

#include "../base/err.h"
#include "../mptable/mptable.h"

enum { MEMORY_SEGMENTS_MAX = 16 };

#define MEMORY_BASE "0x9fc00" /* where most builders put a table */

/* Points into itself: not to be copied. */
struct memory {
    const uint8_t *bytes; /* borrowed; offsets count from here */
    size_t size;
    struct mpt_segment segments[MEMORY_SEGMENTS_MAX];
    struct mpt_memory guest; /* the segments as readers take them */
};

/*
 * memory_place - cut the bytes into segments
 * @bases: addresses, one or more with commas between, as load= of a trusted comment has them
 * @sizes: bytes of each, as size= has them; NULL when there is one segment
 *
 * Return: 0; -1 and ERR_INVALID at base or size: not such a list, sizes that do not add up to the
 * bytes, segments that pass 4 GiB or overlap, unless one lies in another and has the same bytes: it is
 * left out.
 */
int memory_place(struct memory *source, const uint8_t *bytes, size_t size, const char *bases,
                 const char *sizes, struct err *err) MUST_USE;

/*
 * memory_elf - take the segments of an ELF file, as elf_encode makes it
 *
 * Return: 1; 0, the bytes are no ELF file; -1 and ERR_INVALID, they are one that cannot be used.
 */
int memory_elf(struct memory *source, const uint8_t *bytes, size_t size, struct err *err) MUST_USE;

#endif
