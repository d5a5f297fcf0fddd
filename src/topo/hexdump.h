/* SPDX-License-Identifier: ISC */
/* Guest memory as a hexdump with guest-physical addresses; several forms of it can be read. */
#ifndef TOPO_HEXDUMP_H
#define TOPO_HEXDUMP_H

#include "image.h"
#include "source.h"

/*
 * hexdump_render - a hexdump that looks like that of xxd -o BASE: 8 digits of address, 16 bytes a
 * line
 * @out: receives the text, not terminated; NULL to measure
 *
 * Segments are in ascending order of address, so that xxd -r can write them without seeking
 * backwards. xxd -r -s -BASE makes the image again from one segment; xxd -r FILE MEMORY writes any
 * number of segments into a file of guest memory.
 *
 * Return: characters of the text.
 */
size_t hexdump_render(const struct image *image, char *out);

/* hexdump_begins - is the first line, behind headings of objdump, one of a hexdump? */
bool hexdump_begins(const uint8_t *text, size_t size);

/* hexdump_lacks_addresses - is the first line only pairs of hexadecimal digits, 16 or more? */
bool hexdump_lacks_addresses(const uint8_t *text, size_t size);

/*
 * hexdump_walk - hand each line of a hexdump to @sink
 *
 * A line has a hexadecimal address, perhaps with 0x before and a colon behind it, then groups of
 * hexadecimal digits, then perhaps a column of text. xxd, hexdump, hexdump -C, od -Ax -tx1,
 * objdump -s, and xp of QEMU's monitor write such lines. Digits are in the order of the bytes,
 * except in three cases in which a group is a little-endian number: with 0x before it; with more
 * than 2 digits when the address has neither a colon behind it nor blanks before it (hexdump, od
 * -tx2); and when only so the bytes are those of the column of text (xxd -e). A line "*" means
 * repetitions of the line before it. Octal addresses, which od writes without -A x, and decimal
 * ones are refused; they are recognized by the first two addresses of a text.
 *
 * Return: 0; -1 with @err: a line that is not one of a hexdump, or the sink's error.
 */
int hexdump_walk(const struct dump_source *source, const struct dump_sink *sink,
                 struct err *err) MUST_USE;

#endif
