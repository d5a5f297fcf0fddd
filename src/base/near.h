/* SPDX-License-Identifier: ISC */
/* Finds the known word that is most like a misspelt one. */
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
 * It is like the misspelt one when it begins with that and this has two letters or more; or when
 * adding, removing, replacing or swapping at most (n + 1) / 3 letters makes one the other, n being
 * the length of the longer one. Letters of either case are the same. Of equally like words the
 * first one wins. A word of more than NEAR_WORD_MAX bytes is like no other.
 */
void near_try(struct near *near, const char *known);

/* near_hint - "; did you mean PREFIXWORD?", or "" when no word is like it. Return: @text */
const char *near_hint(const struct near *near, const char *prefix, char text[NEAR_HINT_SIZE]);

#endif
