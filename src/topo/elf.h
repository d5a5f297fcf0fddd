/* SPDX-License-Identifier: ISC */
/* An image as an ELF file whose segments carry their guest-physical addresses, and back. */
#ifndef TOPO_ELF_H
#define TOPO_ELF_H

#include "image.h"

/*
 * elf_encode - a 32-bit little-endian x86 executable with a PT_LOAD segment for each segment of
 * the image, p_paddr and p_vaddr being its guest-physical address. It has no entry point (e_entry
 * is 0) and no sections.
 * @out: receives the file; NULL to measure
 *
 * Return: bytes of the file.
 */
size_t elf_encode(const struct image *image, uint8_t *out);

/*
 * elf_decode - the loadable segments of such a file
 * @segments: receives at most @max of them, in the order of the file, empty ones left out; they
 *            point into @bytes
 *
 * Return: how many; 0 when the bytes do not begin like an ELF file; -1 when they do, but it is no
 * 32-bit little-endian one, is cut, passes 4 GiB, has overlapping segments, more than @max or none.
 */
int elf_decode(const uint8_t *bytes, size_t size, struct mpt_segment *segments, unsigned max);

#endif
