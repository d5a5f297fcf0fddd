/* SPDX-License-Identifier: ISC */
/*
 * Public keys as JSON Web Keys (RFC 7517, RFC 8037), for verifiers without minisign.
 */
#ifndef SEAL_JWK_H
#define SEAL_JWK_H

#include "public_key.h"

enum {
    JWK_THUMBPRINT_SIZE = 44, /* 43 characters of base64url, and NUL */
    JWK_SIZE = 384            /* room for one key, and NUL */
};

/* jwk_thumbprint - RFC 7638: the SHA-256 of the required members, in base64url */
void jwk_thumbprint(const struct public_key *key, char text[JWK_THUMBPRINT_SIZE]);

/*
 * jwk_write - one key as a JSON object: kty, crv, x; use, alg, kid (the thumbprint); key_id and
 * minisign (the
 *             base64 line) as minisign has them; state
 * @state: "active", "retired" or "revoked"
 * Return: its length
 */
size_t jwk_write(const struct public_key *key, const char *state, char text[JWK_SIZE]);

#endif
