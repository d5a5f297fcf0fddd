/* SPDX-License-Identifier: ISC */
/*
 * Shared by key.c, which reads key files, and keygen.c, which makes them. No other file includes
 * it.
 */
#ifndef SEAL_KEYFILE_H
#define SEAL_KEYFILE_H

#include <sodium.h>

#include "../base/file.h"
#include "key.h"
#include "minisig.h"

/*
 * minisign's secret key file has two lines; the second is the base64 of these bytes. The bytes
 * between the checksum's name and the id are the salt and the limits of scrypt, unused without a
 * password.
 */
enum {
    RAW_ALGORITHM = 0,          /* "Ed" */
    RAW_KDF = 2,                /* 0000: no password; "Sc": scrypt */
    RAW_CHECKSUM_ALGORITHM = 4, /* "B2" */
    RAW_ID = 54,
    RAW_SECRET = 62,    /* seed, then public half */
    RAW_CHECKSUM = 126, /* BLAKE2b-256 of algorithm, id and secret */
    RAW_SIZE = 158,
    CHECKSUM_SIZE = 32,
    SECRET_LINE = 212, /* base64 characters of RAW_SIZE bytes */
    STACK_DEPTH = 8192 /* bytes to wipe: more than loading uses, where hashing leaves key bytes */
};

/* All copies of a secret while a key is read or made, but for the key itself. */
struct key_scratch {
    char text[KEY_FILE_MAX + 1];
    uint8_t raw[RAW_SIZE];
    uint8_t summed[2 + KEY_ID_SIZE + crypto_sign_SECRETKEYBYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t seed[crypto_sign_SEEDBYTES];
};

struct key_scratch *key_scratch_new(const char *path, struct err *err);

static inline void scoped_key_scratch(struct key_scratch *const *scratch)
{
    sodium_free(*scratch);
}

/* key_checksum - the checksum of scratch->raw, over algorithm, id and secret */
void key_checksum(struct key_scratch *scratch, uint8_t sum[CHECKSUM_SIZE]);

/*
 * key_new - the key of the file whose bytes are in @scratch->raw, after a test signature. NULL with
 * ERR_FILE, ERR_BUSY or ERR_INTERNAL
 */
struct key *key_new(const struct file_place *place, const struct key_scratch *scratch,
                    struct err *err) MUST_USE;

/*
 * key_load_at - key_load in an open directory; the caller wipes STACK_DEPTH bytes of stack after it
 */
struct key *key_load_at(const struct file_place *place, struct err *err) MUST_USE;

#endif
