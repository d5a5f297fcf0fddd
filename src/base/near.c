/* SPDX-License-Identifier: ISC */
#include "near.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/*
 * The number of letters to add, remove, replace or swap: the distance of "optimal string
 * alignment". Row i of the matrix is about the first i letters of @a; only three rows are kept.
 */
static unsigned distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    unsigned rows[3][NEAR_WORD_MAX + 1];

    for (size_t j = 0; j <= b_size; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_size; i++) {
        unsigned *const row = rows[i % 3];
        const unsigned *const above = rows[(i - 1) % 3], *const higher = rows[(i + 1) % 3];

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_size; j++) {
            const char x = lower(a[i - 1]), y = lower(b[j - 1]);

            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
                row[j] = least(row[j], higher[j - 2] + 1);
        }
    }
    return rows[a_size % 3][b_size];
}

void near_start(struct near *near, const char *word, size_t size)
{
    *near = (struct near){ .word = word, .size = size };
}

void near_try(struct near *near, const char *known)
{
    const size_t size = strlen(known), longer = size > near->size ? size : near->size;
    unsigned far;

    if (longer > NEAR_WORD_MAX || near->size == 0)
        return;
    far = distance(near->word, near->size, known, size);
    if (near->size > 1 && near->size < size && strncasecmp(near->word, known, near->size) == 0)
        far = 1;
    if (far > (longer + 1) / 3 || (near->best && far >= near->distance))
        return;
    near->best = known;
    near->distance = far;
}

const char *near_hint(const struct near *near, const char *prefix, char text[NEAR_HINT_SIZE])
{
    text[0] = '\0';
    if (near->best)
        snprintf(text, NEAR_HINT_SIZE, "; did you mean %s%s?", prefix, near->best);
    return text;
}
