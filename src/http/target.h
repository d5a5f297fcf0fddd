/* SPDX-License-Identifier: ISC */
/*
 * A request's target as it came over the wire: path and query (RFC 3986).
 *
 * The path is not decoded: no route needs an escape, and a decoded %00 would end the string early.
 */
#ifndef HTTP_TARGET_H
#define HTTP_TARGET_H

#include <stddef.h>

#include "../base/err.h"

enum { TARGET_SIZE = 2048, TARGET_PAIRS_MAX = 24 };

struct target_pair {
    const char *name, *value;
};

struct target {
    char text[TARGET_SIZE]; /* path and pairs point into it */
    const char *authority;  /* of an absolute form, in the parsed text; NULL: there is none */
    size_t authority_size;
    const char *path;
    struct target_pair pairs[TARGET_PAIRS_MAX];
    size_t pair_count;
};

enum target_result {
    TARGET_OK,
    TARGET_TOO_LONG,
    /* another form, too many pairs, bytes outside printable ASCII, a bad escape, an escaped NUL, a
       pair without '=' */
    TARGET_MALFORMED,
    TARGET_TWICE /* a name is given twice; the error points to it */
};

/*
 * target_parse - split a target in origin form (/path?query), in absolute form
 *                (http://host/path?query), or the lone "*"
 * @err: filled with ERR_INVALID unless the result is TARGET_OK
 */
enum target_result target_parse(const char *raw, struct target *target, struct err *err) MUST_USE;

/* target_take - the value of the pair of that name, which is removed; NULL when there is none */
const char *target_take(struct target *target, const char *name);

#endif
