/* SPDX-License-Identifier: ISC */
/*
 * Signatures already made. Ed25519 is deterministic: of a thousand machines with one table, the
 * signature over the image is the same, and only the one over the trusted comment differs.
 *
 * A memo belongs to one thread. It holds nothing secret: key ids, hashes and signatures that were or
 * would be sent to anybody who asks.
 */
#ifndef SEAL_MEMO_H
#define SEAL_MEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "key.h"

enum { MEMO_HASH_SIZE = 64 };

struct memo;

/* What a signature is of. Two different messages never have one subject. */
struct memo_subject {
    uint8_t key_id[KEY_ID_SIZE];
    uint8_t
        hash[MEMO_HASH_SIZE]; /* BLAKE2b-512 of an image, or the keyed one of a comment (seal.c) */
};

/* memo_new - room for that many signatures, at least 1; NULL when there is no memory; memo_free */
struct memo *memo_new(unsigned entries) MUST_USE;

/* memo_free - NULL is none */
void memo_free(struct memo *memo);

/*
 * memo_use - forget everything if the keys have changed since the last call
 * @serial: keyring_serial of the keyring that signs now
 */
void memo_use(struct memo *memo, unsigned long serial);

/*
 * memo_find - a signature that was made before
 *
 * Return: true with @signature filled; false when there is none, or when the entry is damaged: it is
 * forgotten then, and the signature has to be made again.
 */
bool memo_find(struct memo *memo, const struct memo_subject *subject,
               uint8_t signature[KEY_SIGNATURE_SIZE]) MUST_USE;

/* memo_add - remember a signature, in place of the one that was not asked for the longest */
void memo_add(struct memo *memo, const struct memo_subject *subject,
              const uint8_t signature[KEY_SIGNATURE_SIZE]);

#endif
