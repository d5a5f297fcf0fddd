/* SPDX-License-Identifier: ISC */
/*
 * A public key's members of a JSON Web Key (RFC 7517, RFC 8037), for verifiers without minisign.
 */
#ifndef SEAL_JWK_H
#define SEAL_JWK_H

#include "public_key.h"

enum {
    JWK_X_SIZE = 44,         /* 43 characters of base64url, and NUL */
    JWK_THUMBPRINT_SIZE = 44 /* the same */
};

/* jwk_x - the member x: the key in base64url (RFC 8037 §2) */
void jwk_x(const struct public_key *key, char text[JWK_X_SIZE]);

/* jwk_thumbprint - RFC 7638: the SHA-256 of the required members, in base64url */
void jwk_thumbprint(const struct public_key *key, char text[JWK_THUMBPRINT_SIZE]);

#endif
