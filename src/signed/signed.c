/* SPDX-License-Identifier: ISC */
#include "signed.h"

#include <assert.h>
#include <string.h>

#include "../base/base64.h"
#include "../base/hex.h"
#include "../topo/render.h"

int signed_make(const struct key *key, const struct topology *t, const struct image *image, struct seal *seal,
                struct err *err)
{
    struct seal_claims claims = { .segment_count = image->segment_count,
                                  .floating_pointer = image->place.floating };

    static_assert((int)IMAGE_SEGMENTS_MAX <= (int)SEAL_SEGMENTS_MAX, "every segment is bound");
    static_assert(sizeof(claims.context) == sizeof(t->context), "the same token");
    static_assert(sizeof(claims.nonce) == sizeof(t->nonce), "the same token");
    for (unsigned i = 0; i < image->segment_count; i++)
        claims.segments[i] =
            (struct seal_segment){ image->segments[i].base, (uint32_t)image->segments[i].size };
    memcpy(claims.context, t->context, sizeof(claims.context));
    memcpy(claims.nonce, t->nonce, sizeof(claims.nonce));
    if ((t->nonce[0] || t->ttl) && seal_claims_live(&claims, t->ttl, seal_now(), err) < 0)
        return -1;
    return seal_sign(key, image->bytes, image->size, &claims, seal, err);
}

static cJSON *signature_json(const struct seal *seal)
{
    cJSON *json = cJSON_CreateObject();

    if (cJSON_AddStringToObject(json, "key_id", seal->key_id) &&
        cJSON_AddStringToObject(json, "trusted_comment", seal->comment) &&
        cJSON_AddStringToObject(json, "minisign", seal->minisign))
        return json;
    cJSON_Delete(json);
    return NULL;
}

/* The seal has it already, if there is one. */
static void hex_digest(const struct image *image, const struct seal *seal, char text[SEAL_SHA256_TEXT_SIZE])
{
    uint8_t digest[SEAL_SHA256_SIZE];

    if (seal) {
        memcpy(text, seal->sha256, SEAL_SHA256_TEXT_SIZE);
        return;
    }
    seal_sha256(image->bytes, image->size, digest);
    hex_encode(digest, sizeof(digest), text);
}

cJSON *signed_json(const struct topology *topology, const struct image *image, const struct seal *seal)
{
    char *base64 SCOPED(scoped_free) = malloc(base64_size(image->size));
    cJSON *const signature = seal ? signature_json(seal) : NULL;
    char sha256[SEAL_SHA256_TEXT_SIZE];

    if (!base64 || (seal && !signature)) {
        cJSON_Delete(signature);
        return NULL;
    }
    base64_encode(image->bytes, image->size, base64);
    hex_digest(image, seal, sha256);
    return render_image(topology, image, sha256, base64, signature);
}
