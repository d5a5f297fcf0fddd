/* SPDX-License-Identifier: ISC */
#include "reply.h"

#include <stdlib.h>
#include <string.h>

#include "../json/build.h"

/* The @size characters at the end of text become the header's value. */
static void take_value(struct reply *r, const char *name, size_t size)
{
    const size_t room = sizeof(r->text) - r->text_used;

    if (size >= room || r->header_count == REPLY_HEADERS_MAX)
        return;
    r->headers[r->header_count].name = name;
    r->headers[r->header_count++].value = r->text + r->text_used;
    r->text_used += size + 1;
}

void reply_header(struct reply *r, const char *name, const char *value)
{
    const size_t size = strlen(value);

    if (size < sizeof(r->text) - r->text_used)
        memcpy(r->text + r->text_used, value, size + 1);
    take_value(r, name, size);
}

void reply_header_of(struct reply *r, const char *name, const char *const parts[])
{
    char *const value = r->text + r->text_used;
    const size_t room = sizeof(r->text) - r->text_used;
    size_t size = 0;

    for (; *parts; parts++) {
        const size_t length = strlen(*parts);

        if (length >= room - size)
            return;
        memcpy(value + size, *parts, length + 1);
        size += length;
    }
    take_value(r, name, size);
}

void reply_reset(struct reply *r)
{
    free(r->owned);
    memset(r, 0, offsetof(struct reply, text)); /* text is written before it is read */
}

void reply_start(struct reply *r, unsigned status, const char *type)
{
    reply_reset(r);
    r->status = status;
    if (type)
        reply_header(r, "Content-Type", type);
    reply_header(r, "X-Content-Type-Options", "nosniff");
}

void reply_text(struct reply *r, unsigned status, const char *type, const void *body, size_t size)
{
    reply_start(r, status, type);
    r->body = body;
    r->size = size;
}

void reply_fixed(struct reply *r, unsigned status, const char *type, const void *body, size_t size)
{
    reply_text(r, status, type, body, size);
    r->fixed = true;
}

/* The problem of type busy as fixed text, since JSON cannot be built without memory. */
void reply_busy(struct reply *r)
{
    static const char body[] =
        "{\"type\":\"/problems/busy\",\"title\":\"Busy, try again\",\"status\":503,"
        "\"detail\":\"out of memory\"}";

    reply_fixed(r, 503, "application/problem+json", body, sizeof(body) - 1);
    reply_header(r, "Retry-After", "1");
}

void reply_owned(struct reply *r, unsigned status, const char *type, char *body, size_t size)
{
    if (!body) {
        reply_busy(r);
        return;
    }
    reply_text(r, status, type, body, size);
    r->owned = body;
}

void reply_json(struct reply *r, unsigned status, const char *type, struct build *b)
{
    size_t size;
    char *const text = build_compact(b, &size);

    reply_owned(r, status, type, text, size);
}
