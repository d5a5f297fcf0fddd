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
    struct seal_claims claims;          /* what it says */
    char minisign[SEAL_FILE_SIZE];      /* the whole four-line file */
    size_t minisign_size;               /* bytes of it, NUL not counted */
    bool repeats;              /* no context, nonce or time: other requests have the same comment */
    unsigned made, remembered; /* signatures of the file, two together: made, found in the memo */
};

/*
 * seal_start - initialise libsodium; called once, before any other function of this room
 *
 * Return: 0; -1: libsodium failed.
 */
int seal_start(void) MUST_USE;

/*
 * seal_claim - write the trusted comment of an image's signature, and all else that needs no
 * signing
 * @key:    the key that is going to sign
 * @size:   bytes at @image: the sum of the claims' segments
 * @claims: the values for the trusted comment (see claims.h)
 * @seal:   all members are set but minisign, minisign_size, made and remembered
 *
 * Return: 0; -1 with ERR_INTERNAL when a claim is not of its form or the sizes disagree.
 */
int seal_claim(const struct key *key, const uint8_t *image, size_t size,
               const struct seal_claims *claims, struct seal *seal, struct err *err) MUST_USE;

/*
 * seal_sign - sign an image whose claims seal_claim has written into @seal
 * @key, @image, @size: the same as for seal_claim
 * @memo:  signatures already made with this keyring's keys, or NULL
 *
 * No clock is read and no random number taken: equal inputs give equal bytes. The memo is used for
 * the signature over the image, and for the one over the comment only when the comment repeats. So
 * a client cannot learn from the time of a reply which context or nonce another client has asked
 * for.
 *
 * Return: 0; -1 with ERR_INTERNAL when the key in memory is not what was loaded.
 */
int seal_sign(const struct key *key, struct memo *memo, const uint8_t *image, size_t size,
              struct seal *seal, struct err *err) MUST_USE;

/*
 * seal_minisign - sign bytes with a trusted comment of the caller's choice, so that tests can
 *                 compare the file with files that minisign made
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

/* seal_random - unpredictable bytes from the kernel */
void seal_random(void *bytes, size_t size);

/*
 * seal_noise - many unpredictable bytes, expanded from one seed of the kernel: for request ids,
 * which must not be guessed
 */
void seal_noise(void *bytes, size_t size);

#endif
