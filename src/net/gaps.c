/* SPDX-License-Identifier: ISC */
/*
 * libmicrohttpd 0.9 splits a head where it was received: the blanks in the request line, the colon
 * behind a name, CR and LF become NULs, and what it hands over are strings between these. It takes
 * a bare CR or LF for the end of a line, joins folded lines, leaves out lines without a colon,
 * skips blanks and ends strings at a NUL. Whatever it hides so stands between two strings, or moves
 * one. So a head in which each string begins where the one before it must have ended, and which
 * ends where the library says, has nothing hidden in it.
 */
#include "gaps.h"

#include <stdint.h>
#include <string.h>

enum {
    LINE_END = 2,     /* CR LF, which the library has replaced by two NULs */
    BLANKS_MAX = 4096 /* between a name and its value; a head with more has been refused before */
};

static bool are_blanks(const char *from, const char *to)
{
    for (; from < to; from++)
        if (*from != ' ' && *from != '\t')
            return false;
    return true;
}

void gaps_start(struct gaps *g, const char *method, const char *target, size_t target_size,
                const char *version)
{
    g->found = method + strlen(method) + 1 != target || target + target_size + 1 != version;
    g->next = version + strlen(version) + LINE_END;
}

static bool follows(const struct gaps *g, const char *name, size_t name_size, const char *value,
                    size_t value_size)
{
    const char *const after = name + name_size + 1;

    return name == g->next && (uintptr_t)value - (uintptr_t)after < BLANKS_MAX &&
           are_blanks(after, value) && value[value_size] == '\0' && value[value_size + 1] == '\0';
}

void gaps_add(struct gaps *g, const char *name, size_t name_size, const char *value,
              size_t value_size)
{
    g->found = g->found || !follows(g, name, name_size, value, value_size);
    g->next = value + value_size + LINE_END;
}

bool gaps_found(const struct gaps *g, const char *end)
{
    return g->found || g->next[0] || g->next[1] || g->next + LINE_END != end;
}
