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

#define INTERNAL                                                                             \
    {                                                                                        \
        500, "internal", "Internal error", false,                                            \
            "The server has a fault, or the system refused it something. Its log has more: " \
            "search it for the value of instance."                                           \
    }

static const struct row {
    unsigned status;
    const char *type, *title;
    bool places;      /* the error has pointers: to members of a topology, parameters or facts */
    const char *page; /* what it means, and what to do */
} rows[PROBLEMS] = {
    [PROBLEM_NONE] = INTERNAL,
    [PROBLEM_INTERNAL] = INTERNAL,
    [PROBLEM_BUSY] = { 503, "busy", "Busy, try again", false,
                       "Other requests use all of the memory for bodies and replies, or the server "
                       "is stopping. Ask again after the seconds that Retry-After gives." },
    [PROBLEM_REVOKED] = { 503, "key-revoked", "The signing key is revoked", false,
                          "The server's key is in its list of revoked keys, and it has no other. "
                          "mptablectl rotate and a reload give it a new key." },
    [PROBLEM_CLOCK] = { 503, "clock", "The server's clock is wrong", false,
                        "The server's clock is before the day of its build, and nonce and ttl put "
                        "the time into the signature. Set the clock, or ask without both." },
    [PROBLEM_NOT_JSON] = { 400, "not-json", "The body is not JSON", false,
                           "JSON is what RFC 8259 defines: no comments, no comma after the last "
                           "element, no NaN, only UTF-8. offset, line and column are the place." },
    [PROBLEM_INVALID] = { 422, "not-buildable", "A value that cannot be used", true,
                          "errors has each wrong member of the body, by a JSON pointer, or each "
                          "wrong parameter of the query. /openapi.json describes them. If the body "
                          "was bytes to decode, they have no table." },
    [PROBLEM_TARGET] = { 400, "malformed-target", "The request target is malformed", false,
                         "The target must be /path or http://host/path, in printable ASCII, with "
                         "whole escapes and no escaped NUL. Each part of its query must have an "
                         "'=', and there may be at most 24 parts." },
    [PROBLEM_HEAD] = { 400, "malformed-head",
                       "The request's head is malformed or contradicts itself", false,
                       "The head has lines that two programs may read differently, such as two "
                       "lengths. The connection is closed. A proxy may have changed the head." },
    [PROBLEM_HOST] = { 421, "misdirected", "The request is for another host", false,
                       "Host is not the server's address. The server's option --allow-host adds "
                       "names. On a UNIX socket every name is allowed." },
    [PROBLEM_TOKEN] = { 401, "unauthorized", "A token is needed", false,
                        "Send a token of the server's token file as Authorization: Bearer TOKEN." },
    [PROBLEM_CLIENT] = { 403, "forbidden", "A client certificate is needed", false,
                         "The server serves only TLS clients that show a certificate from an "
                         "authority of its --tls-client-ca, valid now and for clients." },
    [PROBLEM_CONTEXT] = { 403, "forbidden-context", "The policy does not allow this", false,
                          "The server's --policy has rows of clients and contexts, and none allows "
                          "this client this context. Ask the server's administrator for a row." },
    [PROBLEM_NOT_FOUND] = { 404, "not-found", "No such path", false,
                            "/openapi.json lists the paths. None ends in a slash." },
    [PROBLEM_METHOD] = { 405, "method-not-allowed", "The path does not have this method", false,
                         "Allow lists the methods that it has." },
    [PROBLEM_ACCEPT] = { 406, "not-acceptable", "No acceptable representation", false,
                         "The detail lists the formats of an image. Name one in Accept, or by "
                         "format= in the query, which wins." },
    [PROBLEM_CONDITION] = { 412, "precondition-failed", "A condition of the request does not hold",
                            false,
                            "If-Match names another image than this request gives, or "
                            "If-None-Match of a POST has the tag of this answer." },
    [PROBLEM_TOO_LARGE] = { 413, "body-too-large", "The body is too large", false,
                            "The limit is the server's option --max-body; /v1/version has it." },
    [PROBLEM_TOO_LONG] = { 414, "target-too-long", "The request target is too long", false,
                           "At most 2047 bytes are allowed. POST a body instead of a query." },
    [PROBLEM_MEDIA] = { 415, "unsupported-media-type", "The body's media type is not taken here",
                        false,
                        "Content-Type must be one that Accept-Post lists, and the body must have "
                        "no Content-Encoding." },
    [PROBLEM_EXPECT] = { 417, "expectation-failed", "An expectation that cannot be met", false,
                         "100-continue is the only value of Expect that the server knows." },
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

/* The parameter that the first step of a pointer names; escapes are undone (RFC 6901 §4). */
static void to_parameter(const char *pointer, char out[ERR_POINTER_SIZE])
{
    size_t used = 0;

    for (const char *c = pointer + 1; *c && *c != '/'; c++) {
        if (*c == '~')
            out[used++] = *++c == '1' ? '/' : '~';
        else
            out[used++] = *c;
    }
    out[used] = '\0';
}

static void render_place(struct build *b, const struct err_place *place, bool of_query)
{
    char text[3 * ERR_POINTER_SIZE + 2];

    build_object(b, NULL);
    if (of_query && place->pointer[0]) {
        to_parameter(place->pointer, text);
        build_string(b, "parameter", text);
    } else {
        to_fragment(place->pointer, text, sizeof(text));
        build_string(b, "pointer", text);
    }
    build_string(b, "detail", place->detail);
    build_close(b);
}

static void render_places(struct build *b, const struct err *err, bool of_query)
{
    build_array(b, "errors");
    for (unsigned i = 0; i < err->count; i++)
        render_place(b, &err->places[i], of_query);
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
                         bool of_query, const char *id)
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
        render_places(&b, err, of_query);
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

void problem_reply(struct reply *reply, enum problem kind, const struct err *err, bool of_query,
                   const char *id, const struct head *head)
{
    const struct row *const p = &rows[kind];

    if (wants_lines(head ? head->values[HEADER_ACCEPT] : NULL))
        reply_lines(reply, p, err);
    else
        reply_object(reply, p, err, of_query, id);
    reply_header(reply, "Cache-Control", "no-store");
    if (reply->status == 503 && kind == PROBLEM_BUSY)
        reply_header(reply, "Retry-After", "1");
    if (p->status == 401)
        reply_header(reply, "WWW-Authenticate",
                     head && head->values[HEADER_AUTHORIZATION]
                         ? "Bearer realm=\"mptabled\", error=\"invalid_token\""
                         : "Bearer realm=\"mptabled\"");
}

bool problem_page(struct reply *reply, const char *type)
{
    char text[1024];
    char *copy;

    for (size_t i = PROBLEM_NONE + 1; i < PROBLEMS; i++) {
        if (strcmp(rows[i].type, type) != 0)
            continue;
        snprintf(text, sizeof(text), "%s: %s\nstatus %u\n\n%s\n", rows[i].type, rows[i].title,
                 rows[i].status, rows[i].page);
        copy = strdup(text);
        reply_owned(reply, 200, REPLY_TEXT_TYPE, copy, copy ? strlen(copy) : 0);
        return true;
    }
    return false;
}
