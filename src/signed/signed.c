/* SPDX-License-Identifier: ISC */
#include "signed.h"

#include <assert.h>
#include <string.h>

#include "../base/base64.h"
#include "../base/hex.h"
#include "../text/render.h"

int signed_claim(const struct key *key, const struct topology *t, const struct image *image,
                 struct seal *seal, struct err *err)
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
    return seal_claim(key, image->bytes, image->size, &claims, seal, err);
}

/*
 * Texts of which it is known what JSON escapes become JSON here: cJSON would look at each character
 * of a string, and at each once more where one is to be escaped.
 */

/*
 * A signature file: base64, and comments without quotes and backslashes (claims.h). Newlines are
 * escaped.
 */
static cJSON *lines_json(const char *lines)
{
    char json[2 * SEAL_FILE_SIZE + 2], *to = json;

    *to++ = '"';
    for (const char *end; (end = strchr(lines, '\n')); lines = end + 1) {
        memcpy(to, lines, (size_t)(end - lines));
        to += end - lines;
        *to++ = '\\';
        *to++ = 'n';
    }
    *to++ = '"';
    *to = '\0';
    return cJSON_CreateRaw(json);
}

/* NULL: no memory */
static char *base64_json(const struct image *image)
{
    const size_t size = BASE64_SIZE((size_t)image->size);
    char *const json = malloc(size + 2);

    if (!json)
        return NULL;
    json[0] = '"';
    base64_encode(image->bytes, image->size, json + 1);
    json[size] = '"';
    json[size + 1] = '\0';
    return json;
}

static cJSON *signature_json(const struct seal *seal)
{
    cJSON *json = cJSON_CreateObject();

    if (render_add(json, "key_id", cJSON_CreateString(seal->key_id)) &&
        render_add(json, "trusted_comment", cJSON_CreateString(seal->comment)) &&
        render_add(json, "minisign", lines_json(seal->minisign)))
        return json;
    cJSON_Delete(json);
    return NULL;
}

/* The seal has it already, if there is one. */
static void hex_digest(const struct image *image, const struct seal *seal,
                       char text[SEAL_SHA256_TEXT_SIZE])
{
    uint8_t digest[SEAL_SHA256_SIZE];

    if (seal) {
        memcpy(text, seal->sha256, SEAL_SHA256_TEXT_SIZE);
        return;
    }
    seal_sha256(image->bytes, image->size, digest);
    hex_encode(digest, sizeof(digest), text);
}

cJSON *signed_json(const struct topology *topology, const struct image *image,
                   const struct seal *seal)
{
    char *base64 SCOPED(scoped_free) = base64_json(image);
    cJSON *const signature = seal ? signature_json(seal) : NULL;
    char sha256[SEAL_SHA256_TEXT_SIZE];

    if (!base64 || (seal && !signature)) {
        cJSON_Delete(signature);
        return NULL;
    }
    hex_digest(image, seal, sha256);
    return render_image(topology, image, sha256, base64, signature);
}
