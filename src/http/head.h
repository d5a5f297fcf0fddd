/* SPDX-License-Identifier: ISC */
/*
 * A request's head as libmicrohttpd gives it, and the check that it can be read in one way only.
 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"

/* Headers that are read. Each may come once; Accept and If-None-Match are lists, and may repeat. */
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
    enum header twice;           /* the first header that came again; HEADERS: none did */
    bool odd;                    /* a name or a value has bytes that are not allowed there */
};

/*
 * head_ends - has the end of a head come, or enough of it to refuse it?
 *
 * It ends with an empty line. A line ends as the most lenient reader would have it: at LF, or at a
 * CR with another byte behind it. A first line that is no request line is enough, too.
 */
bool head_ends(const char *text, size_t size);

/*
 * head_request_size - bytes of the request that begins here, with its body
 *
 * Only for choosing between requests: a head that can be read in two ways may give either size.
 *
 * Return: 0 when the head has not come whole, or does not tell.
 */
size_t head_request_size(const char *text, size_t size);

/* head_start - begin a head; @method is its first word */
void head_start(struct head *head, const char *method);

/* head_add - add the next header line, in order; @name and @value are terminated */
void head_add(struct head *head, const char *name, size_t name_size, const char *value,
              size_t value_size);

/*
 * head_check - is it clear where this request ends and for which host it is?
 * @minor: the x of HTTP/1.x: in 1.0 Host may be missing
 *
 * Return: 0; -1 with ERR_INVALID. The connection must end then, since it is not clear where the
 * next request begins.
 */
int head_check(const struct head *head, unsigned minor, struct err *err) MUST_USE;

#endif
