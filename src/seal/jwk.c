/* SPDX-License-Identifier: ISC */
/* JSON Web Keys: nothing in them needs escaping, so they are printed. */
#include "jwk.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

/* The required members in lexicographic order, without a blank: what a thumbprint is taken of. */
#define REQUIRED "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}"

enum {
    BASE64URL = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
    X_SIZE = sodium_base64_ENCODED_LEN(KEY_PUBLIC_SIZE, BASE64URL)
};

void jwk_thumbprint(const struct public_key *key, char text[JWK_THUMBPRINT_SIZE])
{
    char x[X_SIZE], required[sizeof(REQUIRED) + X_SIZE];
    uint8_t digest[crypto_hash_sha256_BYTES];

    sodium_bin2base64(x, sizeof(x), key->bytes, sizeof(key->bytes), BASE64URL);
    snprintf(required, sizeof(required), REQUIRED, x);
    crypto_hash_sha256(digest, (const uint8_t *)required, strlen(required));
    sodium_bin2base64(text, JWK_THUMBPRINT_SIZE, digest, sizeof(digest), BASE64URL);
}

size_t jwk_write(const struct public_key *key, const char *state, char text[JWK_SIZE])
{
    char x[X_SIZE], thumbprint[JWK_THUMBPRINT_SIZE], id[KEY_ID_TEXT_SIZE],
        line[KEY_PUBLIC_LINE_SIZE];

    sodium_bin2base64(x, sizeof(x), key->bytes, sizeof(key->bytes), BASE64URL);
    jwk_thumbprint(key, thumbprint);
    public_key_id(key, id);
    public_key_line(key, line);
    return (size_t)snprintf(
        text, JWK_SIZE,
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\",\"use\":\"sig\",\"alg\":\"EdDSA\","
        "\"kid\":\"%s\",\"key_id\":\"%s\",\"minisign\":\"%s\",\"state\":\"%s\"}",
        x, thumbprint, id, line, state);
}
