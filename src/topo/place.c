/* SPDX-License-Identifier: ISC */
/*
 * Every operating system that reads MP tables scans 0x9fc00 to 0x9ffff, the last kilobyte of 640 KiB of base
 * memory, though for some it takes BIOS data words to get there (MPS 1.4 §4: the windows). Only the floating
 * pointer has to be found by scanning; the table lies wherever it points. So:
 *
 *   0x9fc00 floating pointer, 0x9fc10 table       while the table ends by 0xa0000, where the VGA hole begins
 *   table, then floating pointer at 0x9fc00       beyond that: one contiguous image that grows downwards
 */
#include "place.h"

enum { WINDOW = 0x9fc00, WINDOW_END = 0xa0000, PARAGRAPH = 16 };

int place_choose(size_t table_size, bool below, const struct at *count_at, struct mpt_place *place,
                 struct err *err)
{
    const size_t room = WINDOW_END - WINDOW - MPT_FLOATING_SIZE;

    place->floating = WINDOW;
    if (table_size <= room) {
        place->base = WINDOW;
        place->table = WINDOW + MPT_FLOATING_SIZE;
        return 0;
    }
    if (!below)
        return err_at(
            err, ERR_TOPOLOGY, count_at,
            "the image of %zu bytes would end above 0x%x: floating pointer and table have %zu bytes",
            MPT_FLOATING_SIZE + table_size, WINDOW_END, MPT_FLOATING_SIZE + room);
    place->table = (uint32_t)((WINDOW - table_size) / PARAGRAPH * PARAGRAPH);
    place->base = place->table;
    return 0;
}
