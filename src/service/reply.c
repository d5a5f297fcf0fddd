/* SPDX-License-Identifier: ISC */
/* Statuses, media types and headers are decided here and nowhere else. */
#include "reply.h"

#include <stdio.h>
#include <string.h>

#include "../base/base64.h"
#include "../base/hex.h"
#include "../base/number.h"
#include "../json/build.h"
#include "../topo/profiles.h"
#include "../http/accept.h"
#include "../http/condition.h"
#include "routes.h"

#define PROBLEM_TYPE "application/problem+json"
#define TEXT_TYPE    "text/plain; charset=utf-8"

enum { TAG_BYTES = 16 }; /* of the digest */

static const struct problem {
    unsigned status;
    const char *type, *title;
} problems[ERR_CODES] = {
    [ERR_NONE] = { 500, "internal", "Internal error" },
    [ERR_INTERNAL] = { 500, "internal", "Internal error" },
    [ERR_BUSY] = { 503, "busy", "Busy, try again" },
    [ERR_SYNTAX] = { 400, "not-json", "The body is not JSON" },
    [ERR_QUERY] = { 400, "malformed-target", "The request target is malformed" },
    [ERR_INVALID] = { 422, "not-buildable", "No topology that can be built" },
    [ERR_HEADERS] = { 400, "malformed-head",
                      "The request's head is malformed or contradicts itself" },
    [ERR_HOST] = { 421, "misdirected", "The request is for another host" },
    [ERR_TOKEN] = { 401, "unauthorized", "A token is needed" },
    [ERR_CLIENT] = { 403, "forbidden", "A client certificate is needed" },
    [ERR_NOT_FOUND] = { 404, "not-found", "No such path" },
    [ERR_METHOD] = { 405, "method-not-allowed", "The path does not have this method" },
    [ERR_ACCEPT] = { 406, "not-acceptable", "No acceptable representation" },
    [ERR_CONDITION] = { 412, "precondition-failed", "A condition of the request does not hold" },
    [ERR_TOO_LARGE] = { 413, "body-too-large", "The body is too large" },
    [ERR_TOO_LONG] = { 414, "target-too-long", "The request target is too long" },
    [ERR_MEDIA] = { 415, "unsupported-media-type", "The body's media type is not taken here" },
    [ERR_EXPECT] = { 417, "expectation-failed", "An expectation that cannot be met" },
    [ERR_FILE] = { 500, "internal", "Internal error" },
};

const char *problem_type(enum err_code code)
{
    return problems[code].type;
}

/* What was put at the end of text becomes the header's value. */
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

static void start(struct job *job, unsigned status, const char *type)
{
    struct reply *r = &job->reply;

    reply_reset(r);
    r->status = status;
    r->close = job->draining;
    if (type)
        reply_header(r, "Content-Type", type);
    reply_header(r, "X-Content-Type-Options", "nosniff");
}

void reply_text(struct job *job, unsigned status, const char *type, const void *body, size_t size)
{
    start(job, status, type);
    job->reply.body = body;
    job->reply.size = size;
}

void reply_fixed(struct job *job, unsigned status, const char *type, const void *body, size_t size)
{
    reply_text(job, status, type, body, size);
    job->reply.fixed = true;
}

/* A problem of which no JSON can be made, for want of memory */
static void reply_busy(struct job *job)
{
    static const char body[] = "{\"type\":\"/problems/busy\",\"title\":\"Busy, try "
                               "again\",\"status\":503,\"detail\":\"out of memory\"}";

    reply_fixed(job, 503, PROBLEM_TYPE, body, sizeof(body) - 1);
    reply_header(&job->reply, "Retry-After", "1");
}

void reply_owned(struct job *job, unsigned status, const char *type, char *body, size_t size)
{
    if (!body) {
        reply_busy(job);
        return;
    }
    reply_text(job, status, type, body, size);
    job->reply.owned = body;
}

void reply_json(struct job *job, unsigned status, const char *type, struct build *b)
{
    size_t size;
    char *const text = build_compact(b, &size);

    reply_owned(job, status, type, text, size);
}

static void image_headers(struct job *job)
{
    struct reply *r = &job->reply;
    char base64[BASE64_SIZE(SEAL_FILE_SIZE)];
    const char *const suffix = formats[job->format].suffix;
    char base[NUMBER_ADDRESS_SIZE];

    number_address(job->image.place.base, base);
    base64_encode(job->seal.minisign, job->seal.minisign_size, base64);
    reply_header(r, "Mptable-Base", base);
    reply_header(r, "Mptable-Signature", base64);
    if (suffix)
        reply_header_of(r, "Content-Disposition",
                        (const char *const[]){ "attachment; filename=\"mptable-", base + 2, ".",
                                               suffix, "\"", NULL });
}

enum {
    TAGGED_FINDING_MAX = 128, /* bytes that fix a finding; the rule's words follow from its id */
    TAGGED_MAX = 1024 + MPT_RULES_MAX * TAGGED_FINDING_MAX
};

/* Everything that is put into a tag, one after the other */
struct tagged {
    size_t size;
    uint8_t bytes[TAGGED_MAX];
};

static void tag_add(struct tagged *t, const void *bytes, size_t size)
{
    memcpy(t->bytes + t->size, bytes, size);
    t->size += size;
}

static void tag_add_text(struct tagged *t, const char *text)
{
    tag_add(t, text, strlen(text) + 1);
}

static void tag_add_finding(struct tagged *t, const struct mpt_finding *f)
{
    tag_add_text(t, f->rule->id);
    tag_add_text(t, f->rule->field);
    tag_add(t, &f->address, sizeof(f->address));
    tag_add(t, &f->entry, sizeof(f->entry));
    tag_add(t, &f->index, sizeof(f->index));
    tag_add(t, &f->count, sizeof(f->count));
    tag_add(t, &f->value, sizeof(f->value));
    tag_add(t, &f->expected, sizeof(f->expected));
    tag_add(t, f->text, f->text_size);
}

static void make_tag(struct job *job, const struct public_key *key)
{
    uint8_t digest[SEAL_SHA256_SIZE];
    struct tagged t = { .size = 0 };

    tag_add_text(&t, formats[job->format].name);
    tag_add(&t, key, sizeof(*key));
    tag_add_text(&t, job->seal.comment);
    if (job->format == FORMAT_JSON) {
        tag_add_text(&t, MPTABLED_VERSION);
        tag_add_text(&t, job->image.profile->name);
        tag_add(&t, &job->image.cpus, sizeof(job->image.cpus));
        tag_add(&t, &job->topology.given, sizeof(job->topology.given));
        for (unsigned i = 0; i < job->image.finding_count; i++)
            tag_add_finding(&t, &job->image.findings[i]);
    }
    seal_sha256(t.bytes, t.size, digest);
    job->tag[0] = '"';
    hex_encode(digest, TAG_BYTES, job->tag + 1);
    strcpy(job->tag + 1 + 2 * TAG_BYTES, "\"");
}

/* Only an image that binds nothing of one machine or moment is good for others too. */
static void tag_headers(struct job *job)
{
    const bool safe = strcmp(job->method, "POST") != 0;
    const bool shared = safe && job->shareable && job->seal.repeats;

    reply_header(&job->reply, "ETag", job->tag);
    reply_header(&job->reply, "Vary", "Accept");
    reply_header(&job->reply, "Cache-Control", shared ? "public, max-age=60" : "private, no-cache");
}

bool reply_unchanged(struct job *job, const struct public_key *key)
{
    make_tag(job, key);
    switch (condition_check(strcmp(job->method, "POST") != 0, job_header(job, HEADER_IF_MATCH),
                            job_header(job, HEADER_IF_NONE_MATCH), job->tag)) {
    case CONDITION_FAILED:
        err_at(&job->err, ERR_CONDITION, NULL, "the entity tag is %s", job->tag);
        reply_problem(job);
        return true;
    case CONDITION_NOT_MODIFIED:
        start(job, 304, NULL);
        tag_headers(job);
        return true;
    default:
        return false;
    }
}

void reply_image(struct job *job)
{
    const struct signed_image s = { &job->topology, &job->image, &job->seal, false };
    const struct format *const f = &formats[job->format];
    struct reply *r = &job->reply;
    struct format_body body;
    uint8_t digest[SEAL_SHA256_SIZE];
    char base64[BASE64_SIZE(SEAL_SHA256_SIZE)];

    if (f->write(&s, &body) < 0) {
        reply_busy(job);
        return;
    }
    reply_text(job, 200, f->content_type, body.bytes, body.size);
    r->owned = body.owned;
    if (job->format == FORMAT_BIN) /* the seal has it already */
        memcpy(digest, job->seal.digest, sizeof(digest));
    else
        seal_sha256(r->body, r->size, digest);
    base64_encode(digest, sizeof(digest), base64);
    reply_header_of(r, "Content-Digest", (const char *const[]){ "sha-256=:", base64, ":", NULL });
    image_headers(job);
    tag_headers(job);
}

/* A JSON pointer as a URI fragment: what a fragment may not hold is escaped (RFC 6901 §6). */
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

/* The first place in one sentence. What an internal error says is not for clients. */
static void tell(const struct err *err, unsigned status, char detail[PROBLEM_DETAIL_SIZE])
{
    const struct err_place *first = &err->places[0];

    if (status == 500)
        strcpy(detail, "see the server's log");
    else
        snprintf(detail, PROBLEM_DETAIL_SIZE, "%s%s%s", first->pointer,
                 first->pointer[0] ? " " : "", first->detail);
}

/* Errors of the topology name members; of the others, one sentence says all. */
static void reply_object(struct job *job, const struct problem *p)
{
    const struct err *err = &job->err;
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
    build_string(&b, "instance", job->id);
    if (err->text.line)
        render_position(&b, err);
    if (err->code == ERR_INVALID)
        render_places(&b, err);
    build_close(&b);
    reply_json(job, p->status, PROBLEM_TYPE, &b);
}

/* "title: detail", the position if there is one, and a line for each further place */
static void reply_lines(struct job *job, const struct problem *p)
{
    const struct err *err = &job->err;
    char detail[PROBLEM_DETAIL_SIZE];
    size_t size = 0;
    char *text = NULL;
    FILE *out = open_memstream(&text, &size);

    if (!out) {
        reply_busy(job);
        return;
    }
    tell(err, p->status, detail);
    fprintf(out, "%s: %s\n", p->title, detail);
    if (err->text.line)
        fprintf(out, "line %u, column %u, offset %zu\n", err->text.line, err->text.column,
                err->text.offset);
    for (unsigned i = 1; err->code == ERR_INVALID && i < err->count; i++)
        fprintf(out, "%s %s\n", err->places[i].pointer, err->places[i].detail);
    if (fclose(out) != 0) {
        free(text);
        text = NULL;
    }
    reply_owned(job, p->status, TEXT_TYPE, text, size);
}

/*
 * Problems are sent whatever the client accepts; only one that likes plain text better gets that.
 */
static bool wants_lines(const struct job *job)
{
    static const char *const types[] = { PROBLEM_TYPE, "application/json", "text/plain" };

    return accept_choose(job_header(job, HEADER_ACCEPT), types, 3) == 2;
}

void reply_problem(struct job *job)
{
    const struct problem *p = &problems[job->err.code];

    if (wants_lines(job))
        reply_lines(job, p);
    else
        reply_object(job, p);
    reply_header(&job->reply, "Cache-Control", "no-store");
    if (job->reply.status == 503 && p->status == 503)
        reply_header(&job->reply, "Retry-After", "1");
    if (p->status == 401)
        reply_header(&job->reply, "WWW-Authenticate",
                     job_header(job, HEADER_AUTHORIZATION)
                         ? "Bearer realm=\"mptabled\", error=\"invalid_token\""
                         : "Bearer realm=\"mptabled\"");
}
