/* SPDX-License-Identifier: ISC */
/*
 * Heads of requests. A head is judged twice: its bytes, as they come, so that it can be read in one
 * way only (head_read); then what the library made of them (head_check).
 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"

/* What is wrong with the bytes of a head */
enum head_fault {
    HEAD_NO_FAULT, /* so far */
    HEAD_NUL,
    HEAD_LINE_END,     /* a CR or LF alone */
    HEAD_REQUEST_LINE, /* not three words with a blank between them */
    HEAD_FOLDED,       /* a line begins with a blank */
    HEAD_NO_COLON,     /* in a line */
    HEAD_COLON,        /* a blank before it */
    HEAD_CHARACTER,    /* not allowed in that word, name or value */
    HEAD_UNCLEAR,      /* where it begins: it is not clear where the request before it ends */
    HEAD_FAULTS
};

/* The bytes of a connection, in order. All zero at the beginning. */
struct head_reader {
    uint64_t heads;        /* sound ones that have come whole */
    uint64_t body;         /* bytes of the present request's body that have not come */
    enum head_fault fault; /* behind the last sound head; then body means nothing */
    unsigned char place;
    unsigned char length; /* how much of Content-Length has come */
    bool unclear;         /* the end of the present request */
    unsigned char word_size;
    char word[18]; /* the beginning of the present one: enough to know the names that matter */
};

/*
 * head_read - the next bytes of a connection
 *
 * A head is sound when each reader must see the same in it (RFC 9112 §2.2, §3, §5): three words and
 * a blank between each two in the request line; then lines of a name, a colon right behind it and a
 * value; CR LF behind each line, and in no other place a CR, LF, NUL or other control character. A
 * body of Content-Length bytes may follow, and then the next head. Behind a fault, or a request
 * whose end is not clear, nothing is sound. The end of one in chunks is not clear.
 */
void head_read(struct head_reader *reader, const char *bytes, size_t size);

/*
 * head_is_sound - is the head of a connection's request @number (from 1) sound?
 *
 * Return: 0; -1 with ERR_INVALID, or with ERR_INTERNAL when the reader was not shown that head.
 */
int head_is_sound(const struct head_reader *reader, uint64_t number, struct err *err) MUST_USE;

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
};

/*
 * head_ends - has the end of a head come, or enough of it to refuse it?
 *
 * It ends with an empty line. A line ends as the most lenient reader would have it: at LF, or at a
 * CR with another byte behind it. A first line that is no request line is enough, too.
 */
bool head_ends(const char *text, size_t size);

/* head_start - begin a head */
void head_start(struct head *head);

/* head_add - add the next header line, in order; @name and @value are terminated */
void head_add(struct head *head, const char *name, size_t name_size, const char *value);

/*
 * head_check - is it clear where this request ends and for which host it is?
 * @minor: the x of HTTP/1.x: in 1.0 Host may be missing
 *
 * Return: 0; -1 with ERR_INVALID. The connection must end then, since it is not clear where the
 * next request begins.
 */
int head_check(const struct head *head, unsigned minor, struct err *err) MUST_USE;

#endif
