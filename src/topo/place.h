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
 * @table_size: bytes that the image has of base and extended table
 *
 * What the request's placement gives is taken, the rest comes from the profile. A place that the
 * request chose must lie inside a window, below 1 MiB, clear of the VGA hole and of each other, and
 * clear of the first 0x500 bytes unless the request names an address there; one that the profile
 * has is taken as it is, since other builders' faults are findings. With GIVEN_ENTRIES only what
 * cannot be written is refused: overlap, wrap-around, an unaligned pointer, bytes in the hole. With
 * GIVEN_PATCHES only what passes 4 GiB is.
 *
 * Return: 0 with @place set, base being the lower of the two structures; -1 and ERR_INVALID.
 */
int place_choose(const struct topology *topology, size_t table_size, struct mpt_place *place,
                 struct err *err) MUST_USE;

/*
 * place_check - whether the addresses that a request gives can be, however long its table is
 *
 * For a topology that something else is wrong with, so that no table comes of it and place_choose
 * is not asked.
 *
 * Return: 0; -1 and ERR_INVALID.
 */
int place_check(const struct topology *topology, struct err *err) MUST_USE;

/*
 * place_bios - the words at 0x40e and 0x413 by which every system finds a floating pointer there
 * @table_size: 0 when there is no table
 */
struct mpt_bios place_bios(const struct topology *topology, const struct mpt_place *place,
                           size_t table_size);

#endif
