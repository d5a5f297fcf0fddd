/* SPDX-License-Identifier: ISC */
/* The tables' image, as mptablectl and the daemon write it in ELF. */
#ifndef ROM_IMAGE_H
#define ROM_IMAGE_H

#include "map.h"

enum { IMAGE_FILE_MAX = 512 * 1024 };

/*
 * image_load - put the image's segments where they belong, and take their pages from the map
 *
 * Refuses when there is no image, when a segment cannot lie where it wants to, and when what lies
 * there then is not a floating pointer and a table with right sums.
 */
void image_load(struct map *map);

#endif
