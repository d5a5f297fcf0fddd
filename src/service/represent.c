/* SPDX-License-Identifier: ISC */
/*
 * An image's entity tag is a digest of everything that the reply depends on. It is made before the
 * image is signed, so a client that has the image already costs no signature.
 */
#include "represent.h"

#include <endian.h>
#include <string.h>

#include "../base/base64.h"
#include "../base/hex.h"
#include "../base/number.h"
#include "../http/accept.h"
#include "../http/condition.h"
#include "../mptable/mptable.h"
#include "../topo/profiles.h"
#include "job.h"

enum {
    TAG_BYTES = 16,                         /* of the digest */
    SEGMENT_SIZE = NUMBER_ADDRESS_SIZE + 12 /* bytes of an address, a size and what is between */
};

int represent_choose(struct job *job)
{
    const char *const name = target_take(&job->target, "format");
    const struct format *const named = name ? format_find(name) : NULL;
    const char *types[FORMATS];
    int chosen = named ? (int)(named - formats) : -1;

    for (size_t i = 0; i < FORMATS; i++)
        types[i] = formats[i].media_type;
    if (!name)
        chosen = accept_choose(job_header(job, HEADER_ACCEPT), types, FORMATS);
    if (chosen < 0)
        return job_refuse(
            job, PROBLEM_ACCEPT,
            err_at(&job->err, ERR_INVALID, NULL,
                   "there are json (application/json), bin (application/octet-stream), "
                   "hex (text/plain), elf (application/x-elf), "
                   "minisig (text/plain, by format= alone)"));
    job->format = (enum format_kind)chosen;
    return 0;
}

/* What to write where, the main segment first: ADDRESS+SIZE, with commas between */
static void add_segments(struct job *job)
{
    char text[IMAGE_SEGMENTS_MAX * SEGMENT_SIZE], *at = text;

    for (unsigned i = 0; i < job->image.segment_count; i++) {
        const struct image_segment *const s = &job->image.segments[i];

        if (i > 0)
            at = stpcpy(at, ", ");
        at = number_write(stpcpy(at, "0x"), s->base, 16);
        *at++ = '+';
        at = number_write(at, s->size, 10);
    }
    *at = '\0';
    reply_header(&job->reply, "Mptable-Segments", text);
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
    add_segments(job);
    reply_header(r, "Mptable-Signature", base64);
    if (suffix)
        reply_header_of(r, "Content-Disposition",
                        (const char *const[]){ "attachment; filename=\"mptable-", base + 2, ".",
                                               suffix, "\"", NULL });
}

enum {
    TAGGED_FINDING_MAX = 128, /* bytes of a finding; the rule's words follow from its id */
    TAGGED_VERDICT_MAX = 64,
    TAGGED_MAX = 1024 + MPT_RULES_MAX * TAGGED_FINDING_MAX + MPT_CONSUMERS * TAGGED_VERDICT_MAX
};

/* Everything that a tag is the digest of, one after the other */
struct tagged {
    size_t size;
    uint8_t bytes[TAGGED_MAX];
};

static void tag_add(struct tagged *t, const void *bytes, size_t size)
{
    memcpy(t->bytes + t->size, bytes, size);
    t->size += size;
}

/* Low byte first on every machine: replicas of different kinds give the same tag. */
static void tag_add_number(struct tagged *t, uint64_t value, size_t size)
{
    const uint64_t bytes = htole64(value);

    tag_add(t, &bytes, size);
}

static void tag_add_text(struct tagged *t, const char *text)
{
    tag_add(t, text, strlen(text) + 1);
}

static void tag_add_finding(struct tagged *t, const struct mpt_finding *f)
{
    tag_add_text(t, f->rule->id);
    tag_add_text(t, f->rule->field);
    tag_add_number(t, f->address, sizeof(f->address));
    tag_add_number(t, (uint64_t)f->entry, sizeof(f->entry));
    tag_add_number(t, f->index, sizeof(f->index));
    tag_add_number(t, f->count, sizeof(f->count));
    tag_add_number(t, f->value, sizeof(f->value));
    tag_add_number(t, f->expected, sizeof(f->expected));
    tag_add(t, f->text, f->text_size);
    tag_add_number(t, (uint64_t)f->severity, sizeof(f->severity));
    tag_add_number(t, f->harms, sizeof(f->harms));
}

/* Few rules hurt a consumer. No index of a word can be taken for the first character of a name. */
static void tag_add_verdict(struct tagged *t, const struct mpt_verdict *v)
{
    if (!v->consumer)
        return;
    tag_add_text(t, mpt_consumer_name(v->consumer));
    tag_add_number(t, (uint64_t)v->worst, 1);
    tag_add_number(t, v->needs, sizeof(v->needs));
    tag_add_number(t, (uint64_t)v->unknown, 1);
    tag_add_number(t, v->processors, sizeof(v->processors));
    for (size_t i = 0; i < sizeof(v->rules) / sizeof(v->rules[0]); i++)
        if (v->rules[i]) {
            tag_add_number(t, i, 1);
            tag_add_number(t, v->rules[i], sizeof(v->rules[i]));
        }
}

static void make_tag(struct job *job, const struct public_key *key)
{
    uint8_t digest[SEAL_SHA256_SIZE];
    struct tagged t; /* too large to be cleared for each request */

    t.size = 0;
    tag_add_text(&t, formats[job->format].name);
    tag_add(&t, key, sizeof(*key));
    tag_add_text(&t, job->seal.comment);
    if (job->format == FORMAT_JSON) {
        tag_add_text(&t, MPT_VERSION);
        tag_add_text(&t, job->image.profile->name);
        tag_add_number(&t, job->image.cpus, sizeof(job->image.cpus));
        tag_add_number(&t, job->topology.given, sizeof(job->topology.given));
        for (unsigned i = 0; i < job->image.report.finding_count; i++)
            tag_add_finding(&t, &job->image.report.findings[i]);
        for (size_t i = 0; i < MPT_CONSUMERS; i++)
            tag_add_verdict(&t, &job->image.report.verdicts[i]);
    }
    seal_sha256(t.bytes, t.size, digest);
    job->tag[0] = '"';
    hex_encode(digest, TAG_BYTES, job->tag + 1);
    strcpy(job->tag + 1 + 2 * TAG_BYTES, "\"");
}

/* Only an image that binds no context, nonce or time may be given to other clients. */
static void tag_headers(struct job *job)
{
    const bool safe = strcmp(job->method, "POST") != 0;
    const bool shared = safe && job->shareable && job->seal.repeats;

    reply_header(&job->reply, "ETag", job->tag);
    reply_header(&job->reply, "Vary", "Accept");
    reply_header(&job->reply, "Cache-Control", shared ? "public, max-age=60" : "private, no-cache");
}

bool represent_unchanged(struct job *job, const struct public_key *key)
{
    make_tag(job, key);
    switch (condition_check(strcmp(job->method, "POST") != 0, job_header(job, HEADER_IF_MATCH),
                            job_header(job, HEADER_IF_NONE_MATCH), job->tag)) {
    case CONDITION_FAILED:
        job_refuse(job, PROBLEM_CONDITION,
                   err_at(&job->err, ERR_INVALID, NULL, "the entity tag is %s", job->tag));
        job_problem(job);
        return true;
    case CONDITION_NOT_MODIFIED:
        reply_start(&job->reply, 304, NULL);
        tag_headers(job);
        return true;
    default:
        return false;
    }
}

void represent_image(struct job *job)
{
    const struct signed_image s = { &job->topology, &job->image, &job->seal, false };
    const struct format *const f = &formats[job->format];
    struct reply *r = &job->reply;
    struct format_body body;
    uint8_t digest[SEAL_SHA256_SIZE];
    char base64[BASE64_SIZE(SEAL_SHA256_SIZE)];

    if (f->write(&s, &body) < 0) {
        reply_busy(r);
        return;
    }
    reply_text(r, 200, f->content_type, body.bytes, body.size);
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
