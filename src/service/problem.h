/* SPDX-License-Identifier: ISC */
/*
 * Refusals in the form of RFC 9457. An error has one of base's few codes; a problem is the status,
 * type and title that a client gets for it.
 */
#ifndef SERVICE_PROBLEM_H
#define SERVICE_PROBLEM_H

#include <stdbool.h>

#include "../base/err.h"
#include "../http/head.h"

struct reply;

enum problem {
    PROBLEM_NONE,
    PROBLEM_INTERNAL,  /* a bug, or a call of the system failed */
    PROBLEM_BUSY,      /* no memory or no slot just now */
    PROBLEM_REVOKED,   /* the key that would sign is revoked */
    PROBLEM_CLOCK,     /* the wall clock cannot be right, and the reply needs the time */
    PROBLEM_NOT_JSON,  /* the body is not JSON */
    PROBLEM_INVALID,   /* a member, a parameter or bytes that cannot be used */
    PROBLEM_TARGET,    /* the request target is malformed */
    PROBLEM_HEAD,      /* headers are malformed or contradict each other */
    PROBLEM_HOST,      /* the request is for another host */
    PROBLEM_TOKEN,     /* no token, or an unknown one */
    PROBLEM_CLIENT,    /* the client's certificate is missing or not trusted */
    PROBLEM_CONTEXT,   /* the policy does not allow the client this context */
    PROBLEM_NOT_FOUND, /* no such path */
    PROBLEM_METHOD,    /* known path, other method */
    PROBLEM_ACCEPT,    /* no representation that the client accepts */
    PROBLEM_CONDITION, /* If-Match or If-None-Match does not hold */
    PROBLEM_TOO_LARGE, /* body over the limit */
    PROBLEM_TOO_LONG,  /* request target over the limit */
    PROBLEM_MEDIA,     /* body of another media type, or encoded */
    PROBLEM_EXPECT,    /* an expectation that cannot be met */
    PROBLEMS
};

/* problem_type - the last step of the type, such as "not-found"; each kind has its own */
const char *problem_type(enum problem kind);

/* problem_of - the problem for an error code, where no handler has chosen another one */
enum problem problem_of(enum err_code code);

/*
 * problem_reply - status, headers and body of a refusal
 * @err:      its places are shown to the client, but not those of an internal error
 * @of_query: the places are parameters of the query, or the whole request
 * @id:       of the request
 * @head:     of the request, NULL: none. A client that prefers text/plain gets lines of text
 */
void problem_reply(struct reply *reply, enum problem kind, const struct err *err, bool of_query,
                   const char *id, const struct head *head);

/*
 * problem_page - reply with what a type means and what to do about it, for people who open its URL
 * @type: its last step
 *
 * Return: false: there is no such type, and no reply.
 */
bool problem_page(struct reply *reply, const char *type);

#endif
