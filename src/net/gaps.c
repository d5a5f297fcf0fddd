/* SPDX-License-Identifier: ISC */
/*
 * libmicrohttpd 0.9 splits a head where it was received: the blanks in the request line, the colon
 * behind a name, CR and LF become NULs, and what it hands over are strings between these. It takes
 * a bare CR or LF for the end of a line, joins folded lines, leaves out lines without a colon,
 * skips blanks and ends strings at a NUL. What it hides in these ways lies between two strings, or
 * moves one of them.
 *
 * So the bytes of a head are accounted for, one by one, from the method to the end that the library
 * gives (MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE): each is in a string that http/head.c judges, or
 * is the one NUL behind a word or a name, a blank before a value, or one of the two NULs at the end
 * of a line. A byte that is none of these is hidden, and the head is refused.
 *
 * What this assumes of the library is that its strings lie in one buffer, where they were received.
 * Each head proves it again: strings that were copied, moved or put in another order do not follow
 * each other, and such a head is refused like one with hidden bytes. So a library that works
 * otherwise makes us refuse requests, but cannot make us misread one. Nothing is read but the
 * strings, their NULs and, in one buffer, what is between two of them. 0.9 is the last of its line,
 * and 1.0 refuses such heads itself (engine.c).
 *
 * To check the bytes before the library has them would cost more. The library reads its sockets and
 * decrypts by itself, and has no hook for this. Looking at what has come (MSG_PEEK), as room.c does
 * for a first head, is no check: more may come before the library reads, and over TLS there is
 * nothing to see. A check would need a loop that ends TLS itself, and relays each connection to the
 * library through a pair of sockets. That costs two more descriptors for each connection, and for
 * each request four system calls and two turns of epoll: 11 us of CPU time, more than twice what
 * GET /livez takes in all. What is done here takes 210 of the 40 000 instructions of that request.
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
