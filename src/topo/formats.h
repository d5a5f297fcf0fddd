/* SPDX-License-Identifier: ISC */
/*
 * An image as text and as an ELF file, both with the guest-physical addresses in them. Bytes only.
 */
#ifndef TOPO_FORMATS_H
#define TOPO_FORMATS_H

#include "image.h"

/*
 * formats_hex - a hexdump that looks like that of xxd -o BASE: 8 digits of address, 16 bytes a line
 * @out: receives the text, not terminated; NULL to measure
 *
 * Segments follow each other by ascending address, so that xxd -r can write them without seeking
 * backwards. Of one segment, xxd -r -s -BASE makes the image again; xxd -r FILE MEMORY writes any
 * number of them into a file of guest memory.
 *
 * Return: characters of the text.
 */
size_t formats_hex(const struct image *image, char *out);

/*
 * formats_elf - a 32-bit little-endian x86 executable with a PT_LOAD segment for each segment of
 * the image, p_paddr and p_vaddr being its guest-physical address. It has no entry point (e_entry
 * is 0) and no sections.
 * @out: receives the file; NULL to measure
 *
 * Return: bytes of the file.
 */
size_t formats_elf(const struct image *image, uint8_t *out);

/*
 * formats_elf_read - the loadable segments of such a file
 * @segments: receives at most @max of them, in the order of the file, empty ones left out; they
 *            point into @bytes
 *
 * Return: how many; 0 when the bytes do not begin like an ELF file; -1 when they do, but it is no
 * 32-bit little-endian one, is cut, passes 4 GiB, has overlapping segments, more than @max or none.
 */
int formats_elf_read(const uint8_t *bytes, size_t size, struct mpt_segment *segments, unsigned max);

#endif
