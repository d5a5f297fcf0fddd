/* SPDX-License-Identifier: ISC */
/*
 * Every answer: status, headers, body.
 */
#ifndef SERVICE_REPLY_H
#define SERVICE_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"

struct build;
struct job;
struct public_key;

enum {
    REPLY_HEADERS_MAX = 16,
    REPLY_TEXT_SIZE = 2560,
    REPLY_TAG_SIZE = 35 /* an entity tag: quotes, 32 hex digits, NUL */
};

struct reply {
    unsigned status;
    bool close;       /* end the connection behind it */
    bool fixed;       /* the body never changes nor goes away: it need not be copied */
    const void *body; /* borrowed from the job, unless owned or fixed */
    char *owned;      /* the body, when the reply made it: to be freed */
    size_t size;      /* bytes of body */
    unsigned header_count;
    struct {
        const char *name, *value;
    } headers[REPLY_HEADERS_MAX];
    size_t text_used;
    char text[REPLY_TEXT_SIZE]; /* where header values are kept; the last member, see reply_reset */
};

/*
 * reply_header - add a header; @name is a literal. Values that do not fit are a bug and are left
 * out.
 */
void reply_header(struct reply *reply, const char *name, const char *value);
/*
 * reply_header_of - the same with a value that is put together of @parts, of which the last is NULL
 */
void reply_header_of(struct reply *reply, const char *name, const char *const parts[]);

/* reply_text - a body of that media type, borrowed */
void reply_text(struct job *job, unsigned status, const char *type, const void *body, size_t size);

/* reply_fixed - the same with a body that lives as long as the program */
void reply_fixed(struct job *job, unsigned status, const char *type, const void *body, size_t size);

/*
 * reply_owned - the same with a body in memory of malloc, which the reply frees; NULL answers 503
 */
void reply_owned(struct job *job, unsigned status, const char *type, char *body, size_t size);

/* reply_json - a body of the text that @b gives, which releases it; 503 when there is none */
void reply_json(struct job *job, unsigned status, const char *type, struct build *b);

/*
 * reply_unchanged - what the request's conditions make of the image, which need not be signed yet
 * @key: whose signature it has or gets
 *
 * Sets the job's tag. It follows from all that fixes a reply: format, key, trusted comment (so the
 * image's bytes and addresses), and for json what is said of them besides.
 *
 * Return: true when job->reply is the answer: 304, or a problem with status 412.
 */
bool reply_unchanged(struct job *job, const struct public_key *key);

/* reply_image - the signed image of the job, in the job's format */
void reply_image(struct job *job);

/*
 * reply_problem - what job->err says: RFC 9457, or lines of text for clients that would rather have
 * those
 */
void reply_problem(struct job *job);

/*
 * problem_type - the last step of the problem's type, such as "not-found"; several codes may share
 * one
 */
const char *problem_type(enum err_code code);

/* reply_reset - forget a reply, releasing its body */
void reply_reset(struct reply *reply);

#endif
