/* SPDX-License-Identifier: ISC */
/*
 * A reply before it is sent: status, headers, body.
 */
#ifndef SERVICE_REPLY_H
#define SERVICE_REPLY_H

#include <stdbool.h>
#include <stddef.h>

struct build;

#define REPLY_TEXT_TYPE "text/plain; charset=utf-8"

enum { REPLY_HEADERS_MAX = 16, REPLY_TEXT_SIZE = 2560 };

struct reply {
    unsigned status;  /* 0 = there is no reply yet */
    bool close;       /* the connection ends after it */
    bool fixed;       /* the body is static, so it need not be copied */
    const void *body; /* borrowed from the job, unless it is owned or fixed */
    char *owned;      /* the body, if reply_reset is to free it */
    size_t size;      /* bytes of body */
    unsigned header_count;
    struct {
        const char *name, *value;
    } headers[REPLY_HEADERS_MAX];
    size_t text_used;
    char text[REPLY_TEXT_SIZE]; /* the header values; reply_reset needs it to be the last member */
};

/* reply_start - begin a new reply; @type is NULL if there is no body */
void reply_start(struct reply *reply, unsigned status, const char *type);

/* reply_header - add a header; @name is a literal. A value that does not fit is left out: a bug */
void reply_header(struct reply *reply, const char *name, const char *value);

/* reply_header_of - the same; the value is joined from @parts, which end with NULL */
void reply_header_of(struct reply *reply, const char *name, const char *const parts[]);

/* reply_text - a body of that media type, borrowed */
void reply_text(struct reply *reply, unsigned status, const char *type, const void *body,
                size_t size);

/* reply_fixed - the same with a body that lives as long as the program */
void reply_fixed(struct reply *reply, unsigned status, const char *type, const void *body,
                 size_t size);

/* reply_owned - the same with a malloc'ed body, which the reply frees; NULL gives status 503 */
void reply_owned(struct reply *reply, unsigned status, const char *type, char *body, size_t size);

/* reply_json - the same with the text built in @b, which is released; 503 if building failed */
void reply_json(struct reply *reply, unsigned status, const char *type, struct build *b);

/* reply_busy - 503: memory ran out */
void reply_busy(struct reply *reply);

/* reply_reset - clear a reply, and release its body */
void reply_reset(struct reply *reply);

#endif
