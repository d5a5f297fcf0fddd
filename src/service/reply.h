/* SPDX-License-Identifier: ISC */
/*
 * An answer before it is sent: status, headers, body. What they say is for the callers.
 */
#ifndef SERVICE_REPLY_H
#define SERVICE_REPLY_H

#include <stdbool.h>
#include <stddef.h>

struct build;

#define REPLY_TEXT_TYPE "text/plain; charset=utf-8"

enum { REPLY_HEADERS_MAX = 16, REPLY_TEXT_SIZE = 2560 };

struct reply {
    unsigned status;  /* 0 = there is no answer yet */
    bool close;       /* the connection ends with it */
    bool fixed;       /* the body never changes nor goes away: it need not be copied */
    const void *body; /* borrowed from the job, unless owned or fixed */
    char *owned;      /* the body, when the reply made it: released by reply_reset */
    size_t size;      /* bytes of body */
    unsigned header_count;
    struct {
        const char *name, *value;
    } headers[REPLY_HEADERS_MAX];
    size_t text_used;
    char text[REPLY_TEXT_SIZE]; /* where header values are kept; the last member, see reply_reset */
};

/* reply_start - forget what there is and begin anew; @type may be NULL: there is no body */
void reply_start(struct reply *reply, unsigned status, const char *type);

/* reply_header - add a header; @name is a literal. A value that does not fit is a bug and left out */
void reply_header(struct reply *reply, const char *name, const char *value);

/* reply_header_of - the same with a value that is put together of @parts, the last of them NULL */
void reply_header_of(struct reply *reply, const char *name, const char *const parts[]);

/* reply_text - a body of that media type, borrowed */
void reply_text(struct reply *reply, unsigned status, const char *type, const void *body,
                size_t size);

/* reply_fixed - the same with a body that lives as long as the program */
void reply_fixed(struct reply *reply, unsigned status, const char *type, const void *body,
                 size_t size);

/* reply_owned - the same with a body of malloc, which the reply frees; NULL answers 503 */
void reply_owned(struct reply *reply, unsigned status, const char *type, char *body, size_t size);

/* reply_json - a body of the text that @b gives, which releases it; 503 when there is none */
void reply_json(struct reply *reply, unsigned status, const char *type, struct build *b);

/* reply_busy - 503: memory ran out */
void reply_busy(struct reply *reply);

/* reply_reset - forget a reply, releasing its body */
void reply_reset(struct reply *reply);

#endif
