/* SPDX-License-Identifier: ISC */
/* Claims and signature in one step, without a memo. */
#ifndef TESTS_SEAL_SIGN_H
#define TESTS_SEAL_SIGN_H

#include "../../src/seal/seal.h"

static inline int sign(const struct key *key, const uint8_t *image, size_t size,
                       const struct seal_claims *claims, struct seal *seal, struct err *err)
{
    return seal_claim(key, image, size, claims, seal, err) < 0
               ? -1
               : seal_sign(key, NULL, image, size, seal, err);
}

#endif
