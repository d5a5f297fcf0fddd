/* SPDX-License-Identifier: ISC */
/*
 * Every answer: status, headers, body.
 */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "../base/err.h"

struct job;

enum { REPLY_HEADERS_MAX = 16, REPLY_TEXT_SIZE = 2560 };

/* How an image can be represented. */
enum format { FORMAT_JSON, FORMAT_BIN, FORMAT_HEX, FORMAT_ELF, FORMAT_MINISIG, FORMATS };

extern const char *const format_names[FORMATS];
/*
 * Media types, the order is our preference. Two are text/plain: to a client that accepts it we send the
 * hexdump, and the signature has to be asked for by name.
 */
extern const char *const format_types[FORMATS];

struct reply {
    unsigned status;
    bool close;       /* end the connection behind it */
    const void *body; /* borrowed from the job or static, unless owned */
    char *owned;      /* the body, when the reply made it: to be freed */
    size_t size;      /* bytes of body */
    unsigned header_count;
    struct {
        const char *name, *value;
    } headers[REPLY_HEADERS_MAX];
    char text[REPLY_TEXT_SIZE]; /* where header values are kept */
    size_t text_used;
};

/* reply_header - add a header; @name is a literal. Values that do not fit are a bug and are left out. */
void reply_header(struct reply *reply, const char *name, const char *format, ...) FORMAT(3, 4);

/* reply_text - a body of that media type, borrowed */
void reply_text(struct job *job, unsigned status, const char *type, const void *body, size_t size);

/* reply_json - a body from @json, which is released; NULL answers 503 */
void reply_json(struct job *job, unsigned status, const char *type, cJSON *json);

/* reply_image - the signed image of the job, or 304 when the client has it */
void reply_image(struct job *job, enum format format);

/* reply_problem - what job->err says (RFC 9457) */
void reply_problem(struct job *job);

/* reply_reset - forget a reply, releasing its body */
void reply_reset(struct reply *reply);

#endif
