/* SPDX-License-Identifier: ISC */
/*
 * The files of minisign, as text.
 *
 * A key file, public or secret, has two lines:
 *
 *   untrusted comment: <anything>
 *   <base64>
 *
 * A signature file has four, which seal.c writes and verify.c reads:
 *
 *   untrusted comment: <anything>
 *   <base64 of "ED", key id, signature of the BLAKE2b-512 hash of the bytes>
 *   trusted comment: <text>
 *   <base64 of the signature of the first signature and the text>
 */
#ifndef SEAL_MINISIG_H
#define SEAL_MINISIG_H

#include <stddef.h>

#include "../base/base64.h"
#include "../base/cleanup.h"

#define UNTRUSTED_PREFIX "untrusted comment: "
#define TRUSTED_PREFIX   "trusted comment: "

enum {
    HASH_SIZE = 64,
    GLOBAL_SIZE = 64,                                      /* the second signature */
    SIGNATURE_RAW_SIZE = 74,                               /* "ED", key id, signature */
    SIGNATURE_TEXT_SIZE = BASE64_SIZE(SIGNATURE_RAW_SIZE), /* NUL included */
    GLOBAL_TEXT_SIZE = BASE64_SIZE(GLOBAL_SIZE),
    KEY_FILE_MAX = 1279 /* bytes: minisign reads comments of up to 1024 */
};

/*
 * minisig_key_line - the second line of a key file
 * @length: set to the number of characters behind line 1, without the final newline
 *
 * Return: the line; NULL: line 1 does not begin with UNTRUSTED_PREFIX.
 */
const char *minisig_key_line(const char *text, size_t size, size_t *length) MUST_USE;

/*
 * minisig_decode - decode standard base64 with padding (RFC 4648 §4), strictly: no blanks, and only
 * the one canonical text of the bytes is accepted
 * @out:  room for @size bytes. The time does not depend on their values, so they may be secret
 * @used: set to the number of bytes
 *
 * Return: 0, or -1.
 */
int minisig_decode(const char *text, size_t length, void *out, size_t size, size_t *used) MUST_USE;

#endif
