/* SPDX-License-Identifier: ISC */
/* JSON in tests is written with single quotes, so that a row can be read. */
#ifndef TESTS_QUOTES_H
#define TESTS_QUOTES_H

#include <stdlib.h>
#include <string.h>

/* quotes - a copy of @text with " in place of ', to be released by free */
static inline char *quotes(const char *text)
{
    char *const copy = strdup(text);

    for (char *at = copy; at && *at; at++)
        if (*at == '\'')
            *at = '"';
    return copy;
}

#endif
