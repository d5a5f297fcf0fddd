/* SPDX-License-Identifier: ISC */
#include "signed.h"

#include <assert.h>
#include <string.h>

#include "../base/base64.h"
#include "../base/hex.h"
#include "../text/render.h"
#include "../topo/patch.h"

int signed_claim(const struct key *key, const struct topology *t, const struct image *image,
                 struct seal *seal, struct err *err)
{
    struct seal_claims claims = { .segment_count = image->segment_count,
                                  .floating_pointer = image->place.floating };

    static_assert((int)IMAGE_SEGMENTS_MAX - 1 <= (int)SEAL_SEGMENTS_MAX,
                  "every segment is bound, and one of an OEM table is not signed");
    static_assert(sizeof(claims.context) == sizeof(t->context), "the same token");
    static_assert(sizeof(claims.nonce) == sizeof(t->nonce), "the same token");
    if (patch_signable(t, err) < 0)
        return -1;
    for (unsigned i = 0; i < image->segment_count; i++)
        claims.segments[i] =
            (struct seal_segment){ image->segments[i].base, (uint32_t)image->segments[i].size };
    memcpy(claims.context, t->context, sizeof(claims.context));
    memcpy(claims.nonce, t->nonce, sizeof(claims.nonce));
    if ((t->nonce[0] || t->ttl) && seal_claims_live(&claims, t->ttl, seal_now(), err) < 0)
        return -1;
    return seal_claim(key, image->bytes, image->size, &claims, seal, err);
}

/* Sizes and addresses as lists, like in the comment; addresses are texts. */
static void render_segments(struct build *b, const struct seal_claims *c)
{
    build_array(b, "size");
    for (unsigned i = 0; i < c->segment_count; i++)
        build_number(b, NULL, c->segments[i].size);
    build_close(b);
    build_array(b, "load");
    for (unsigned i = 0; i < c->segment_count; i++)
        build_address(b, NULL, c->segments[i].load);
    build_close(b);
}

/* The comment as members with its own words, so that no client has to parse the line. */
static void render_claims(struct build *b, const char *sha256, const struct seal_claims *c)
{
    build_object(b, "claims");
    build_string(b, "sha256", sha256);
    render_segments(b, c);
    build_address(b, "fp", c->floating_pointer);
    if (c->context[0])
        build_string(b, "ctx", c->context);
    if (c->nonce[0])
        build_string(b, "nonce", c->nonce);
    if (c->issued)
        build_number(b, "iat", (uint64_t)c->issued);
    if (c->expires)
        build_number(b, "exp", (uint64_t)c->expires);
    build_close(b);
}

static void render_signature(struct build *b, const struct seal *seal)
{
    build_object(b, "signature");
    build_string(b, "key_id", seal->key_id);
    build_string(b, "trusted_comment", seal->comment);
    render_claims(b, seal->sha256, &seal->claims);
    build_string(b, "minisign", seal->minisign);
    build_close(b);
}

/* The digest is taken from the seal, if there is one. */
static void hex_digest(const struct signed_image *s, char text[SEAL_SHA256_TEXT_SIZE])
{
    uint8_t digest[SEAL_SHA256_SIZE];

    if (s->seal) {
        memcpy(text, s->seal->sha256, SEAL_SHA256_TEXT_SIZE);
        return;
    }
    seal_sha256(s->image->bytes, s->image->size, digest);
    hex_encode(digest, sizeof(digest), text);
}

char *signed_json(const struct signed_image *s, size_t *size)
{
    char *base64 SCOPED(scoped_free) = malloc(BASE64_SIZE(s->image->size));
    char sha256[SEAL_SHA256_TEXT_SIZE];
    struct build b;

    *size = 0;
    if (!base64)
        return NULL;
    base64_encode(s->image->bytes, s->image->size, base64);
    hex_digest(s, sha256);
    build_start(&b);
    build_object(&b, NULL);
    render_image(&b, s->image, sha256, base64);
    if (s->seal)
        render_signature(&b, s->seal);
    render_image_findings(&b, s->topology, s->image);
    build_close(&b);
    return s->pretty ? build_pretty(&b, size) : build_compact(&b, size);
}
