/* SPDX-License-Identifier: ISC */
/* An image as an ELF file whose segments carry their guest-physical addresses, and back. */
#ifndef TOPO_ELF_H
#define TOPO_ELF_H

#include "image.h"
#include "source.h"

/*
 * elf_encode - a 32-bit little-endian x86 executable with a PT_LOAD segment for each segment of
 * the image, p_paddr and p_vaddr being its guest-physical address. It has no entry point (e_entry
 * is 0) and no sections.
 * @out: receives the file; NULL to measure
 *
 * Return: bytes of the file.
 */
size_t elf_encode(const struct image *image, uint8_t *out);

/* elf_begins - do the bytes begin like an ELF file? */
bool elf_begins(const uint8_t *bytes, size_t size);

/*
 * elf_walk - hand the loadable segments of an ELF file to @sink, by their physical addresses: a
 * core (dump-guest-memory, virsh dump --memory-only, kexec) or an executable, of 32 or 64 bits,
 * little-endian, with any number of segments. Parts of a segment without bytes in the file are left
 * out. A segment that is cut is an error only if the sink wants its addresses.
 *
 * Return: 0; -1 with @err: another kind of ELF file, or one that is cut, or the sink's error.
 */
int elf_walk(const struct dump_source *source, const struct dump_sink *sink,
             struct err *err) MUST_USE;

#endif
