/* SPDX-License-Identifier: ISC */
/* The tables' image: an ELF file of mptablectl or the daemon, or bytes in memory already */
#ifndef ROM_IMAGE_H
#define ROM_IMAGE_H

#include "map.h"

enum { IMAGE_FILE_MAX = 512 * 1024 };

/*
 * image_load - put the image's segments where they belong, and take their pages from the map
 *
 * Without a file in fw_cfg, the image is the first floating pointer in memory, and its table.
 * Refuses when there is neither, when a segment cannot lie where it wants to, and when what lies
 * there then is not a floating pointer and a table with right sums.
 */
void image_load(struct map *map);

#endif
