/* SPDX-License-Identifier: ISC */
/*
 * Finds bytes of a head that libmicrohttpd 0.9 does not show. Only for that version: see gaps.c.
 */
#ifndef NET_GAPS_H
#define NET_GAPS_H

#include <stdbool.h>
#include <stddef.h>

struct gaps {
    const char *next; /* where the next line must begin */
    bool found;
};

/* gaps_start - begin with the request line; each string is where the library received it */
void gaps_start(struct gaps *gaps, const char *method, const char *target, size_t target_size,
                const char *version);

/* gaps_add - the next header line */
void gaps_add(struct gaps *gaps, const char *name, size_t name_size, const char *value,
              size_t value_size);

/* gaps_found - is something hidden? @end: of the head, behind its empty line */
bool gaps_found(const struct gaps *gaps, const char *end);

#endif
