/* SPDX-License-Identifier: ISC */
/* Prints the values of a table for people: decode --text and diff. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "../mptable/layout.h"
#include "../text/members.h"

/* show_bytes - print as hexadecimal digits */
void show_bytes(const uint8_t *bytes, size_t size);

/* show_member - print the value of a row in the structure at @base */
void show_member(const struct member *m, const void *base);

/* show_entry - the structure of an entry, and the rows of its members; NULL: the type is unknown */
const void *show_entry(const struct mpt_entry *entry, const struct member_object **rows);

enum show_kind { SHOW_GIVEN, SHOW_TEXT, SHOW_MADE, SHOW_ZERO };

/* A field of the floating pointer or of the header, by its bytes in memory */
struct show_field {
    const char *name;
    size_t at, width;
    enum show_kind kind;
};
extern const struct show_field show_floating[], show_header[];
extern const size_t show_floating_count, show_header_count;

/* show_field - print its value in the structure at @from */
void show_field(const struct show_field *field, const uint8_t *from);

#endif
