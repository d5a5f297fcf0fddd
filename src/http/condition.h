/* SPDX-License-Identifier: ISC */
/*
 * Conditional requests by entity tag (RFC 9110 §13.1.1, §13.1.2).
 */
#ifndef HTTP_CONDITION_H
#define HTTP_CONDITION_H

#include <stdbool.h>

enum condition {
    CONDITION_NONE,         /* send the reply */
    CONDITION_NOT_MODIFIED, /* 304: the client has the reply already */
    CONDITION_FAILED        /* 412 */
};

/*
 * condition_check - evaluate the client's conditions for a reply with this tag
 * @safe:          the method is GET or HEAD
 * @if_match:      the header, NULL when absent; one that is malformed matches nothing
 * @if_none_match: the same
 * @tag:           strong, quotes included
 */
enum condition condition_check(bool safe, const char *if_match, const char *if_none_match,
                               const char *tag);

#endif
