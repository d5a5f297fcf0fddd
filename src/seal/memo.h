/* SPDX-License-Identifier: ISC */
/*
 * Signatures already made. Ed25519 is deterministic: if a thousand machines have the same table,
 * the signature over the image is the same for all of them, and only those over the trusted
 * comments differ.
 *
 * A memo belongs to one thread. It holds nothing secret: only key ids, hashes, and signatures that
 * any client may ask for.
 */
#ifndef SEAL_MEMO_H
#define SEAL_MEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "key.h"

enum { MEMO_HASH_SIZE = 64 };

struct memo;

/* What was signed, and by which key. Different messages have different subjects. */
struct memo_subject {
    uint8_t key_id[KEY_ID_SIZE];
    /* Of an image SHA-256 and zeros, of a comment keyed BLAKE2b-512 (seal.c) */
    uint8_t hash[MEMO_HASH_SIZE];
};

/* memo_new - a memo for @entries signatures, at least 1; memo_free releases it; NULL: no memory */
struct memo *memo_new(unsigned entries) MUST_USE;

/* memo_free - release a memo; NULL does nothing */
void memo_free(struct memo *memo);

/*
 * memo_use - forget everything if the keys have changed since the last call
 * @serial: keyring_serial of the keyring that signs now
 */
void memo_use(struct memo *memo, unsigned long serial);

/*
 * memo_find - a signature that was made before
 *
 * Return: true with @signature filled; false when there is none. A damaged entry is dropped and
 * counts as none.
 */
bool memo_find(struct memo *memo, const struct memo_subject *subject,
               uint8_t signature[KEY_SIGNATURE_SIZE]) MUST_USE;

/* memo_add - remember a signature; it replaces the least recently used one of its set */
void memo_add(struct memo *memo, const struct memo_subject *subject,
              const uint8_t signature[KEY_SIGNATURE_SIZE]);

#endif
