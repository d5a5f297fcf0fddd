/* SPDX-License-Identifier: ISC */
/*
 * What key.c, which reads key files, and keygen.c, which makes them, share. For this room alone.
 */
#ifndef SEAL_KEYFILE_H
#define SEAL_KEYFILE_H

#include <sodium.h>

#include "../base/file.h"
#include "key.h"
#include "minisig.h"

/*
 * minisign's secret key: two lines, the second the base64 of these bytes. Between the checksum's
 * name and the id stand salt and limits of scrypt, which mean nothing without a password.
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
    STACK_DEPTH = 8192 /* more than load and make use: hashing leaves its last block on the stack */
};

/* Every transient copy of a secret. */
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

/*
 * key_checksum - what the file's last bytes are to be, of what stands before them in scratch->raw
 */
void key_checksum(struct key_scratch *scratch, uint8_t sum[CHECKSUM_SIZE]);

/* key_load_at - key_load in an opened directory; leaves the stack to be wiped by the caller */
struct key *key_load_at(const struct file_place *place, struct err *err) MUST_USE;

#endif
