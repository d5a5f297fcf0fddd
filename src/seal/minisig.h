/* SPDX-License-Identifier: ISC */
/*
 * The layout of a minisign signature file, for seal.c, which writes it, and verify.c, which reads
 * it:
 *
 *   untrusted comment: <anything>
 *   <base64 of "ED", key id, signature of the BLAKE2b-512 hash of the bytes>
 *   trusted comment: <text>
 *   <base64 of the signature of the first signature and the text>
 */
#ifndef SEAL_MINISIG_H
#define SEAL_MINISIG_H

#include <sodium.h>

#include "key.h"

#define UNTRUSTED_PREFIX "untrusted comment: "
#define TRUSTED_PREFIX   "trusted comment: "

enum {
    HASH_SIZE = 64,
    SIGNATURE_RAW_SIZE = 2 + KEY_ID_SIZE + KEY_SIGNATURE_SIZE, /* "ED", key id, signature */
    BASE64 = sodium_base64_VARIANT_ORIGINAL,
    SIGNATURE_TEXT_SIZE = sodium_base64_ENCODED_LEN(SIGNATURE_RAW_SIZE, BASE64), /* NUL included */
    GLOBAL_TEXT_SIZE = sodium_base64_ENCODED_LEN(KEY_SIGNATURE_SIZE, BASE64)
};

#endif
