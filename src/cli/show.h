/* SPDX-License-Identifier: ISC */
/* The values of a table on standard output, as people read them: what --text and diff print. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "../mptable/layout.h"
#include "../text/members.h"

/* show_text - in quotes, without blanks at the end; what is not printable, escaped */
void show_text(const char *text, size_t size);

/* show_bytes - as hexadecimal digits */
void show_bytes(const uint8_t *bytes, size_t size);

/* show_member - the value of a row in the structure at @base */
void show_member(const struct member *m, const void *base);

/* show_entry - the structure of an entry's type, and the rows of its members; NULL: unknown type */
const void *show_entry(const struct mpt_entry *entry, const struct member_object **rows);

enum show_kind { SHOW_GIVEN, SHOW_TEXT, SHOW_MADE, SHOW_ZERO };

/* A field of the floating pointer or of the header, as they lie in memory */
struct show_field {
    const char *name;
    size_t at, width;
    enum show_kind kind;
};
extern const struct show_field show_floating[], show_header[];
extern const size_t show_floating_count, show_header_count;

/* show_field - its value in the structure at @from */
void show_field(const struct show_field *field, const uint8_t *from);

#endif
