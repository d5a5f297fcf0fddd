/* SPDX-License-Identifier: ISC */
/* Which known word is a misspelt one most like? */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

enum { NEAR_WORD_MAX = 32, NEAR_HINT_SIZE = 64 };

/* A search: near_start, near_try for each known word, near_hint. */
struct near {
    const char *word; /* borrowed, and need not be terminated */
    size_t size;
    const char *best; /* NULL = none is like it */
    unsigned distance;
};

void near_start(struct near *near, const char *word, size_t size);

/*
 * near_try - consider a known word
 *
 * It is like the misspelt one when it begins with that, or when a third of the letters or less have
 * to be added, removed, replaced or swapped with their neighbour. Letters of either case are the
 * same. Of equally like words the first one wins. A word of more than NEAR_WORD_MAX bytes is like
 * no other.
 */
void near_try(struct near *near, const char *known);

/* near_hint - "; did you mean PREFIXWORD?", or "" when no word is like it. Return: @text */
const char *near_hint(const struct near *near, const char *prefix, char text[NEAR_HINT_SIZE]);

#endif
