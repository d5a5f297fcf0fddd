/* SPDX-License-Identifier: ISC */
/*
 * Where in guest memory the structures lie.
 */
#ifndef TOPO_PLACE_H
#define TOPO_PLACE_H

#include "topology.h"

enum {
    PLACE_BASE_MEMORY = 0x9fc00, /* where the window base-memory begins */
    PLACE_GAP_MAX = 15           /* padding between the structures of one segment */
};

/*
 * place_choose - floating pointer and table for a topology
 * @table_size: size of base and extended table in the image
 *
 * Addresses come from the request's placement, else from the profile. A structure whose place the
 * request decides must lie inside a window, below 1 MiB, clear of the VGA hole and of the other
 * structure, and clear of the first 0x500 bytes unless the request names an address there. A place
 * that the profile decides is used as it is, since other builders' faults are findings. With
 * GIVEN_ENTRIES only what cannot be written is refused: overlap, wrap-around, an unaligned pointer,
 * bytes in the hole. With GIVEN_PATCHES only what passes 4 GiB is refused.
 *
 * Return: 0 with @place set, base being the lower of the two structures; -1 and ERR_INVALID.
 */
int place_choose(const struct topology *topology, size_t table_size, struct mpt_place *place,
                 struct err *err) MUST_USE;

/*
 * place_check - are the addresses that a request gives possible, whatever the size of its table?
 *
 * For a topology with other errors: no table is made of it, so place_choose is not called.
 *
 * Return: 0; -1 and ERR_INVALID.
 */
int place_check(const struct topology *topology, struct err *err) MUST_USE;

/*
 * place_bios - the words at 0x40e and 0x413 with which every system finds the floating pointer
 * @table_size: 0 when there is no table
 */
struct mpt_bios place_bios(const struct topology *topology, const struct mpt_place *place,
                           size_t table_size);

#endif
