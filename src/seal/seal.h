/* SPDX-License-Identifier: ISC */
/*
 * Signatures over images, as detached minisign files of the prehashed kind ("ED"), and the digests
 * that replies carry. This room alone includes libsodium. It sees addresses and bytes, never a
 * topology.
 */
#ifndef SEAL_SEAL_H
#define SEAL_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "claims.h"
#include "key.h"
#include "memo.h"

enum { SEAL_FILE_SIZE = 1024 }; /* room for a signature file, and NUL */

struct seal {
    uint8_t digest[SEAL_SHA256_SIZE];   /* SHA-256 of the image */
    char sha256[SEAL_SHA256_TEXT_SIZE]; /* the same in lower-case hex */
    char key_id[KEY_ID_TEXT_SIZE];      /* of the key that signed */
    char comment[SEAL_COMMENT_SIZE];    /* the trusted comment, without its prefix */
    char minisign[SEAL_FILE_SIZE];      /* the whole four-line file */
    size_t minisign_size;               /* bytes of it, NUL not counted */
    bool
        repeats; /* the comment binds no context, nonce or time: other requests have the same one */
    unsigned made, remembered; /* of the file's two signatures, how many were made for it */
};

/*
 * seal_start - ready libsodium; to be called once before anything else of this room. -1: it failed
 */
int seal_start(void) MUST_USE;

/*
 * seal_claim - write the trusted comment of an image's signature, and all that can be said before signing
 * @key:    the key that is going to sign
 * @size:   bytes at @image: the sum of the claims' segments
 * @claims: what the trusted comment binds (see claims.h)
 * @seal:   everything is set but minisign, made and remembered
 *
 * Return: 0; -1 with ERR_INTERNAL when a claim is not of its form or the sizes disagree.
 */
int seal_claim(const struct key *key, const uint8_t *image, size_t size,
               const struct seal_claims *claims, struct seal *seal, struct err *err) MUST_USE;

/*
 * seal_sign - sign an image whose claims seal_claim has written into @seal
 * @key, @image, @size: as they were given to seal_claim
 * @memo:  signatures already made with this keyring's keys, or NULL
 *
 * No clock is read and no random number taken: equal inputs give equal bytes. The signature over the
 * image is looked for in the memo and added to it, the one over the comment only when that repeats: so
 * the time of an answer tells nobody which machine was asked for before.
 *
 * Return: 0; -1 with ERR_INTERNAL when the key in memory is not what was loaded.
 */
int seal_sign(const struct key *key, struct memo *memo, const uint8_t *image, size_t size,
              struct seal *seal, struct err *err) MUST_USE;

/*
 * seal_minisign - the signature file of some bytes with a trusted comment of the caller's, so that
 *                 tests can hold it against files of other makers
 * @comment: one line of less than SEAL_COMMENT_SIZE characters, printable ASCII or TAB
 * @file:    receives the file and a NUL
 * @length:  set to the bytes of the file, NUL not counted
 *
 * Return: 0; -1 with ERR_INTERNAL when the comment is not of its form or the key in memory is not
 * what was loaded.
 */
int seal_minisign(const struct key *key, const void *bytes, size_t size, const char *comment,
                  char file[SEAL_FILE_SIZE], size_t *length, struct err *err) MUST_USE;

/* seal_sha256 - the SHA-256 of some bytes */
void seal_sha256(const void *bytes, size_t size, uint8_t digest[SEAL_SHA256_SIZE]);

/* seal_random - unpredictable bytes */
void seal_random(void *bytes, size_t size);

/*
 * seal_noise - as many bytes as are wanted from one seed of the kernel's: for names that must not
 * be guessed
 */
void seal_noise(void *bytes, size_t size);

#endif
