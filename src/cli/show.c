/* SPDX-License-Identifier: ISC */
#include "show.h"

#include <stdio.h>
#include <string.h>

#define FIELD_ROW(S, kind, member, width) { #member, AT(S, member), width, SHOW_##kind },

const struct show_field show_floating[] = { LAYOUT_FLOATING(FIELD_ROW, floating) };
const struct show_field show_header[] = { LAYOUT_HEADER(FIELD_ROW, header) };
const size_t show_floating_count = sizeof(show_floating) / sizeof(show_floating[0]);
const size_t show_header_count = sizeof(show_header) / sizeof(show_header[0]);

/* In quotes, without blanks at the end; \xNN for what is not printable ASCII */
static void show_text(const char *text, size_t size)
{
    while (size > 0 && text[size - 1] == ' ')
        size--;
    putchar('"');
    for (size_t i = 0; i < size; i++)
        if (text[i] < ' ' || text[i] > '~' || text[i] == '\\' || text[i] == '"')
            printf("\\x%02x", (unsigned char)text[i]);
        else
            putchar(text[i]);
    putchar('"');
}

void show_bytes(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        printf("%02x", bytes[i]);
}

void show_member(const struct member *m, const void *base)
{
    const uint64_t value = m->kind == TEXT || m->kind == BUS_TYPE ? 0 : member_load(base, m);
    const char *const word = m->kind == WORD ? member_word(m, value) : NULL;

    if (m->kind == TEXT || m->kind == BUS_TYPE)
        show_text((const char *)base + m->offset, m->width);
    else if (m->kind == BOOL)
        fputs(value ? "true" : "false", stdout);
    else if (word)
        fputs(word, stdout);
    else
        printf(m->kind == MASK ? "0x%llx" : "%llu", (unsigned long long)value);
}

const void *show_entry(const struct mpt_entry *entry, const struct member_object **rows)
{
    *rows = NULL;
    switch (entry->type) {
#define VALUES(T, S, array, word)        \
    case MPT_##T:                        \
        *rows = &member_forms[T].object; \
        return &entry->S;
        ENTRIES(VALUES)
#undef VALUES
    default:
        return NULL;
    }
}

void show_field(const struct show_field *f, const uint8_t *from)
{
    uint32_t value = 0;

    if (f->kind == SHOW_TEXT || strcmp(f->name, "signature") == 0) {
        show_text((const char *)from + f->at, f->width);
        return;
    }
    for (size_t i = f->width; i-- > 0;)
        value = value << 8 | from[f->at + i];
    printf(f->width == 4 || f->kind == SHOW_ZERO || strcmp(f->name, "features") == 0 ? "0x%x"
                                                                                     : "%u",
           (unsigned)value);
}
