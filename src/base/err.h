/* SPDX-License-Identifier: ISC */
/*
 * The error value: what was wrong and where, as JSON pointers.
 *
 * The caller owns a struct err, zeroed; callees add to it and return -1. Nothing is formatted
 * unless there is an error. One error has one code and up to ERR_MAX places.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

#include "cleanup.h"

enum err_code {
    ERR_NONE,
    ERR_INTERNAL, /* a bug, or the system failed us */
    ERR_BUSY,     /* no memory or no slot just now */
    ERR_SYNTAX,   /* a text is malformed: the error has a position */
    ERR_INVALID,  /* a value that a caller gave cannot be used */
    ERR_FILE,     /* a file (key, configuration) cannot be used; the detail names it */
    ERR_CODES
};

enum { ERR_MAX = 16, ERR_POINTER_SIZE = 96, ERR_DETAIL_SIZE = 192 };

struct err_place {
    char pointer[ERR_POINTER_SIZE]; /* RFC 6901, "" = the whole document */
    char detail[ERR_DETAIL_SIZE];   /* printable ASCII */
};

struct err {
    enum err_code code; /* of the first place */
    unsigned count;     /* places in use */
    struct err_place places[ERR_MAX];
    struct {
        size_t offset;         /* bytes from the start */
        unsigned line, column; /* both from 1, column in bytes; line 0 = no position */
    } text;                    /* the position of a syntax error */
};

/*
 * Where we are in a document: a chain of stack frames, innermost first. A frame is a member when it
 * has a name, an array element otherwise.
 */
struct at {
    const struct at *up;
    const char *name;
    size_t index;
};

/*
 * err_at - add a place to an error
 * @e:    the error; its code is set when this is the first place, further codes are dropped
 * @code: what kind of error it is
 * @at:   where, NULL = the whole document
 *
 * Places beyond ERR_MAX are dropped; text too long for its field is cut. Bytes outside printable
 * ASCII are replaced by '?'.
 *
 * Return: always -1, so that a caller can return the call.
 */
int err_at(struct err *e, enum err_code code, const struct at *at, const char *format, ...)
    FORMAT(4, 5);

/* err_system - the same for the whole document; ": " and what errno means follow the message */
int err_system(struct err *e, enum err_code code, const char *format, ...) FORMAT(3, 4);

#endif
