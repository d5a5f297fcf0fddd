/* SPDX-License-Identifier: ISC */
/*
 * The wiring of a table as a picture, SVG 1.1 text: the sources of each bus, the inputs of I/O
 * APICs and local APICs, the processors, a line for each interrupt entry, and what Linux makes of
 * it.
 */
#ifndef TEXT_WIRING_H
#define TEXT_WIRING_H

#include "../topo/routing.h"

/*
 * Bytes of memory that drawing takes: WIRING_FIXED for any table, and WIRING_SHARE for each byte of
 * the base table. A test measures the longest pictures.
 */
enum { WIRING_FIXED = 1536 * 1024, WIRING_SHARE = 120 };

/*
 * wiring_draw - the picture of a table
 * @t:     what the table says, in the form of entries
 * @facts: what is known of the machine; may be NULL
 *
 * Text of the table is escaped; the picture has no script and no link, and needs no other file.
 * Each line has the index of its entry in data-entry, and its description in a title.
 *
 * Return: the text, to be released by free, with *size set; NULL: memory ran out.
 */
char *wiring_draw(const struct topology *t, const struct mpt_facts *facts, size_t *size);

#endif
