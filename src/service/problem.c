/* SPDX-License-Identifier: ISC */
/* Status, type and title are rows; the rest of a problem comes from the error value. */
#include "problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../http/accept.h"
#include "../json/build.h"
#include "reply.h"

#define PROBLEM_TYPE "application/problem+json"

static const struct row {
    unsigned status;
    const char *type, *title;
    bool places; /* the error has pointers: to members of a topology, parameters or facts */
} rows[PROBLEMS] = {
    [PROBLEM_NONE] = { 500, "internal", "Internal error", false },
    [PROBLEM_INTERNAL] = { 500, "internal", "Internal error", false },
    [PROBLEM_BUSY] = { 503, "busy", "Busy, try again", false },
    [PROBLEM_NOT_JSON] = { 400, "not-json", "The body is not JSON", false },
    [PROBLEM_INVALID] = { 422, "not-buildable", "A value that cannot be used", true },
    [PROBLEM_TARGET] = { 400, "malformed-target", "The request target is malformed", false },
    [PROBLEM_HEAD] = { 400, "malformed-head",
                       "The request's head is malformed or contradicts itself", false },
    [PROBLEM_HOST] = { 421, "misdirected", "The request is for another host", false },
    [PROBLEM_TOKEN] = { 401, "unauthorized", "A token is needed", false },
    [PROBLEM_CLIENT] = { 403, "forbidden", "A client certificate is needed", false },
    [PROBLEM_NOT_FOUND] = { 404, "not-found", "No such path", false },
    [PROBLEM_METHOD] = { 405, "method-not-allowed", "The path does not have this method", false },
    [PROBLEM_ACCEPT] = { 406, "not-acceptable", "No acceptable representation", false },
    [PROBLEM_CONDITION] = { 412, "precondition-failed", "A condition of the request does not hold",
                            false },
    [PROBLEM_TOO_LARGE] = { 413, "body-too-large", "The body is too large", false },
    [PROBLEM_TOO_LONG] = { 414, "target-too-long", "The request target is too long", false },
    [PROBLEM_MEDIA] = { 415, "unsupported-media-type", "The body's media type is not taken here",
                        false },
    [PROBLEM_EXPECT] = { 417, "expectation-failed", "An expectation that cannot be met", false },
};

const char *problem_type(enum problem kind)
{
    return rows[kind].type;
}

enum problem problem_of(enum err_code code)
{
    static const enum problem kinds[ERR_CODES] = {
        [ERR_NONE] = PROBLEM_NONE,       [ERR_INTERNAL] = PROBLEM_INTERNAL,
        [ERR_BUSY] = PROBLEM_BUSY,       [ERR_SYNTAX] = PROBLEM_NOT_JSON,
        [ERR_INVALID] = PROBLEM_INVALID, [ERR_FILE] = PROBLEM_INTERNAL,
    };

    return kinds[code];
}

/*
 * A JSON pointer as a URI fragment: characters that a fragment may not have are escaped (RFC 6901
 * §6).
 */
static void to_fragment(const char *pointer, char *out, size_t size)
{
    size_t used = 0;

    out[used++] = '#';
    for (; *pointer && used + 4 <= size; pointer++) {
        if (strchr("\"#%<>[\\]^`{|} ", *pointer))
            used += (size_t)snprintf(out + used, size - used, "%%%02X", (unsigned char)*pointer);
        else
            out[used++] = *pointer;
    }
    out[used] = '\0';
}

static void render_places(struct build *b, const struct err *err)
{
    build_array(b, "errors");
    for (unsigned i = 0; i < err->count; i++) {
        char fragment[3 * ERR_POINTER_SIZE + 2];

        to_fragment(err->places[i].pointer, fragment, sizeof(fragment));
        build_object(b, NULL);
        build_string(b, "pointer", fragment);
        build_string(b, "detail", err->places[i].detail);
        build_close(b);
    }
    build_close(b);
}

static void render_position(struct build *b, const struct err *err)
{
    build_number(b, "offset", err->text.offset);
    build_number(b, "line", err->text.line);
    build_number(b, "column", err->text.column);
}

enum { PROBLEM_DETAIL_SIZE = ERR_POINTER_SIZE + ERR_DETAIL_SIZE + 2 };

/* The first place in one sentence. The text of an internal error is not for clients. */
static void tell(const struct err *err, unsigned status, char detail[PROBLEM_DETAIL_SIZE])
{
    const struct err_place *first = &err->places[0];

    if (status == 500)
        strcpy(detail, "see the server's log");
    else
        snprintf(detail, PROBLEM_DETAIL_SIZE, "%s%s%s", first->pointer,
                 first->pointer[0] ? " " : "", first->detail);
}

/* Problems that have places list them all; for the others, detail is enough. */
static void reply_object(struct reply *reply, const struct row *p, const struct err *err,
                         const char *id)
{
    char type[64], detail[PROBLEM_DETAIL_SIZE];
    struct build b;

    snprintf(type, sizeof(type), "/problems/%s", p->type);
    tell(err, p->status, detail);
    build_start(&b);
    build_object(&b, NULL);
    build_string(&b, "type", type);
    build_string(&b, "title", p->title);
    build_number(&b, "status", p->status);
    build_string(&b, "detail", detail);
    build_string(&b, "instance", id);
    if (err->text.line)
        render_position(&b, err);
    if (p->places)
        render_places(&b, err);
    build_close(&b);
    reply_json(reply, p->status, PROBLEM_TYPE, &b);
}

/* "title: detail", the position if there is one, and a line for each further place */
static void reply_lines(struct reply *reply, const struct row *p, const struct err *err)
{
    char detail[PROBLEM_DETAIL_SIZE];
    size_t size = 0;
    char *text = NULL;
    FILE *out = open_memstream(&text, &size);

    if (!out) {
        reply_busy(reply);
        return;
    }
    tell(err, p->status, detail);
    fprintf(out, "%s: %s\n", p->title, detail);
    if (err->text.line)
        fprintf(out, "line %u, column %u, offset %zu\n", err->text.line, err->text.column,
                err->text.offset);
    for (unsigned i = 1; p->places && i < err->count; i++)
        fprintf(out, "%s %s\n", err->places[i].pointer, err->places[i].detail);
    if (fclose(out) != 0) {
        free(text);
        text = NULL;
    }
    reply_owned(reply, p->status, REPLY_TEXT_TYPE, text, size);
}

/*
 * A problem is sent whatever the client accepts: as JSON, unless the client prefers plain text.
 */
static bool wants_lines(const char *accept)
{
    static const char *const types[] = { PROBLEM_TYPE, "application/json", "text/plain" };

    return accept_choose(accept, types, 3) == 2;
}

void problem_reply(struct reply *reply, enum problem kind, const struct err *err, const char *id,
                   const struct head *head)
{
    const struct row *const p = &rows[kind];

    if (wants_lines(head ? head->values[HEADER_ACCEPT] : NULL))
        reply_lines(reply, p, err);
    else
        reply_object(reply, p, err, id);
    reply_header(reply, "Cache-Control", "no-store");
    if (reply->status == 503 && p->status == 503)
        reply_header(reply, "Retry-After", "1");
    if (p->status == 401)
        reply_header(reply, "WWW-Authenticate",
                     head && head->values[HEADER_AUTHORIZATION]
                         ? "Bearer realm=\"mptabled\", error=\"invalid_token\""
                         : "Bearer realm=\"mptabled\"");
}
