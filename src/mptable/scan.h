/* SPDX-License-Identifier: ISC */
/* Where floating pointers may lie, for those who look at all of the windows. */
#ifndef MPT_SCAN_H
#define MPT_SCAN_H

#include "mptable.h"

#pragma GCC visibility push(hidden) /* the room's own: no part of the library */

enum { MPT_BIOS_EBDA = 0x40e, MPT_BIOS_BASE_MEMORY = 0x413, MPT_BASE_MEMORY_END = 0xa0000 };

/*
 * mpt_window - a window by its letter (struct mpt_consumer); empty when the BIOS words define none
 */
struct mpt_range mpt_window(char letter, const struct mpt_bios *bios);

/*
 * mpt_next_taken - the next floating pointer in a range that a consumer takes, in its steps from
 * the range's begin
 * @taken: set to its address; its 16 bytes are there
 *
 * Return: 1; 0 when there is none.
 */
int mpt_next_taken(const struct mpt_memory *memory, struct mpt_range range,
                   const struct mpt_consumer *consumer, uint64_t *taken);

#pragma GCC visibility pop

#endif
