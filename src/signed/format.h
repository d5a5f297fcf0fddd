/* SPDX-License-Identifier: ISC */
/*
 * The representations of an image, a row each, for the daemon and the tool: name, media type,
 * suffix of a file, and how the bytes are made.
 */
#ifndef SIGNED_FORMAT_H
#define SIGNED_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "signed.h"

/* In the order of our preference, for a client that accepts several equally. */
enum format_kind { FORMAT_JSON, FORMAT_BIN, FORMAT_HEX, FORMAT_ELF, FORMAT_MINISIG, FORMATS };

/* The bytes of a representation. */
struct format_body {
    const void *bytes;
    size_t size;
    char *owned; /* the bytes, if they were allocated: to be released by free; else NULL */
};

struct format {
    const char *name;       /* as format= and --format take it */
    const char *media_type; /* as Accept names it */
    const char *content_type;
    const char *suffix; /* of a file that a browser saves; NULL = it is shown */
    bool binary;        /* must not go to a terminal */

    /*
     * write - make the bytes, or borrow them from @s where possible; a minisig needs a seal
     *
     * Return: 0; -1 when memory ran out, with nothing to release.
     */
    int (*write)(const struct signed_image *s, struct format_body *body);
};

extern const struct format formats[FORMATS];

/* format_find - the row of that name, or NULL */
const struct format *format_find(const char *name);

#endif
