/* SPDX-License-Identifier: ISC */
/* An image as a hexdump with guest-physical addresses. */
#ifndef TOPO_HEXDUMP_H
#define TOPO_HEXDUMP_H

#include "image.h"

/*
 * hexdump_render - a hexdump that looks like that of xxd -o BASE: 8 digits of address, 16 bytes a line
 * @out: receives the text, not terminated; NULL to measure
 *
 * Segments follow each other by ascending address, so that xxd -r can write them without seeking
 * backwards. Of one segment, xxd -r -s -BASE makes the image again; xxd -r FILE MEMORY writes any
 * number of them into a file of guest memory.
 *
 * Return: characters of the text.
 */
size_t hexdump_render(const struct image *image, char *out);

#endif
