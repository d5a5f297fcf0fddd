/* SPDX-License-Identifier: ISC */
#include "jwk.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

/* RFC 7638 §3: the required members, in this order, without blanks. No value needs an escape. */
#define REQUIRED "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}"

enum { BASE64URL = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

static_assert(JWK_X_SIZE == sodium_base64_ENCODED_LEN(KEY_PUBLIC_SIZE, BASE64URL), "base64url");

void jwk_x(const struct public_key *key, char text[JWK_X_SIZE])
{
    sodium_bin2base64(text, JWK_X_SIZE, key->bytes, sizeof(key->bytes), BASE64URL);
}

void jwk_thumbprint(const struct public_key *key, char text[JWK_THUMBPRINT_SIZE])
{
    char x[JWK_X_SIZE], required[sizeof(REQUIRED) + JWK_X_SIZE];
    uint8_t digest[crypto_hash_sha256_BYTES];

    jwk_x(key, x);
    snprintf(required, sizeof(required), REQUIRED, x);
    crypto_hash_sha256(digest, (const uint8_t *)required, strlen(required));
    sodium_bin2base64(text, JWK_THUMBPRINT_SIZE, digest, sizeof(digest), BASE64URL);
}
