/* SPDX-License-Identifier: ISC */
/*
 * A request's head as libmicrohttpd hands it over, and whether it says one thing only.
 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"

/* Headers that the server or a handler looks at. Of each but the lists at most one may come. */
enum header {
    HEADER_HOST,
    HEADER_CONTENT_LENGTH,
    HEADER_CONTENT_TYPE,
    HEADER_CONTENT_ENCODING,
    HEADER_TRANSFER_ENCODING,
    HEADER_EXPECT,
    HEADER_AUTHORIZATION,
    HEADER_ACCEPT,
    HEADER_IF_MATCH,
    HEADER_IF_NONE_MATCH,
    HEADER_REQUEST_ID,
    HEADER_TRACEPARENT,
    HEADERS
};

struct head {
    const char *values[HEADERS]; /* borrowed from the connection; NULL when absent */
    const char *next;            /* where the next line must begin */
    enum header twice;           /* the first that came again, HEADERS when none did */
    bool hidden;                 /* something stands between the lines that were handed over */
    bool odd;                    /* a name or a value has bytes that it may not have */
};

/*
 * head_start - the request line
 * @target: as it came, terminated; still where it was received
 *
 * The library hands over strings that lie in its buffer as they came. It takes a bare CR or LF for
 * a line's end, joins folded lines and ends strings at a NUL, where others do not; whatever it so
 * hides leaves a gap between two strings, or puts one elsewhere, and that is what is looked for
 * here and in head_add.
 */
void head_start(struct head *head, const char *method, const char *target, size_t target_size,
                const char *version);

/* head_add - the next header line; @name and @value terminated, in the order in which they came */
void head_add(struct head *head, const char *name, size_t name_size, const char *value,
              size_t value_size);

/*
 * head_check - is it clear where this request ends and whom it is for?
 * @end:   of the head, behind its empty line
 * @minor: of HTTP/1.x: Host may be missing in 1.0
 *
 * Return: 0; -1 with ERR_INVALID, after which the connection must end: where the next request on it
 * begins is anybody's guess.
 */
int head_check(const struct head *head, const char *end, unsigned minor, struct err *err) MUST_USE;

#endif
