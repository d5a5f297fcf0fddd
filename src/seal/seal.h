/* SPDX-License-Identifier: ISC */
/*
 * Signatures over images, as detached minisign files of the prehashed kind ("ED"), and the digests
 * that replies carry. This room alone includes libsodium. It sees addresses and bytes, never a
 * topology.
 */
#ifndef SEAL_SEAL_H
#define SEAL_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "claims.h"
#include "key.h"

enum { SEAL_FILE_SIZE = 1024 }; /* room for a signature file, and NUL */

struct seal {
    uint8_t digest[SEAL_SHA256_SIZE];   /* SHA-256 of the image */
    char sha256[SEAL_SHA256_TEXT_SIZE]; /* the same in lower-case hex */
    char key_id[KEY_ID_TEXT_SIZE];      /* of the key that signed */
    char comment[SEAL_COMMENT_SIZE];    /* the trusted comment, without its prefix */
    char minisign[SEAL_FILE_SIZE];      /* the whole four-line file */
    size_t minisign_size;               /* bytes of it, NUL not counted */
};

/*
 * seal_start - ready libsodium; to be called once before anything else of this room. -1: it failed
 */
int seal_start(void) MUST_USE;

/*
 * seal_sign - sign an image
 * @size:   bytes at @image: what the claims' segments come to
 * @claims: what the trusted comment binds (see claims.h)
 *
 * No clock is read and no random number taken: equal inputs give equal bytes.
 *
 * Return: 0; -1 with ERR_INTERNAL when a claim is not of its form, the sizes disagree or the key in
 * memory is not what was loaded.
 */
int seal_sign(const struct key *key, const uint8_t *image, size_t size,
              const struct seal_claims *claims, struct seal *seal, struct err *err) MUST_USE;

/*
 * seal_minisign - the signature file of some bytes with a trusted comment of the caller's: what
 * seal_sign is
 *                 made of, here so that tests can hold it against files of other makers
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

enum { SEAL_HASH_KEY_SIZE = 16 };

/*
 * seal_hash - a short hash for tables: who does not know the key cannot choose bytes that collide
 * (SipHash)
 */
uint64_t seal_hash(const uint8_t key[SEAL_HASH_KEY_SIZE], const void *bytes, size_t size);

/*
 * seal_unbase64 - the bytes of a text in standard base64 with padding (RFC 4648 §4), which must be
 * canonical
 * @out:  receives them, at most @size
 * @used: set to how many there are
 *
 * Return: 0; -1: it is another text, or of more bytes.
 */
int seal_unbase64(const char *text, size_t length, void *out, size_t size, size_t *used) MUST_USE;

/* seal_random - unpredictable bytes */
void seal_random(void *bytes, size_t size);

/*
 * seal_noise - as many bytes as are wanted from one seed of the kernel's: for names that must not
 * be guessed
 */
void seal_noise(void *bytes, size_t size);

#endif
