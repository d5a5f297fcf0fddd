/* SPDX-License-Identifier: ISC */
/* The image: an ELF file from mptablectl or the daemon, or bytes that are in memory already. */
#ifndef ROM_IMAGE_H
#define ROM_IMAGE_H

#include "map.h"

enum { IMAGE_FILE_MAX = 512 * 1024 };

/*
 * image_load - write the image's segments to their addresses, and reserve their pages in the map
 *
 * Without a file in fw_cfg, the image is the first floating pointer in memory, and its table.
 * Refuses when there is neither, when a segment cannot lie at its address, and when the image is
 * not a floating pointer and a table with right sums.
 */
void image_load(struct map *map);

#endif
