/* SPDX-License-Identifier: ISC */
/*
 * A request's target as it came over the wire: path and query (RFC 3986).
 *
 * The path stays undecoded: no route needs an escape, and what is decoded first can end early at a
 * %00.
 */
#ifndef HTTP_TARGET_H
#define HTTP_TARGET_H

#include "../base/err.h"
#include "../text/request.h"

enum { TARGET_SIZE = 2048, TARGET_PAIRS_MAX = 24 };

struct target {
    char text[TARGET_SIZE]; /* what path and pairs point into */
    const char
        *authority; /* of a target in absolute form, in what was parsed; NULL when there is none */
    size_t authority_size;
    const char *path;
    struct request_pair pairs[TARGET_PAIRS_MAX];
    size_t pair_count;
};

/*
 * target_parse - split a target in origin form (/path?query) or absolute form
 * (http://host/path?query), or
 *                the lone "*"
 *
 * Return: 0; -1 with ERR_TOO_LONG, or ERR_QUERY: another form, too many pairs, bytes outside
 * printable ASCII, a bad escape, an escaped NUL, a pair without '='; ERR_INVALID: a name given
 * twice.
 */
int target_parse(const char *raw, struct target *target, struct err *err) MUST_USE;

/* target_take - the value of the pair of that name, which is removed; NULL when there is none */
const char *target_take(struct target *target, const char *name);

#endif
