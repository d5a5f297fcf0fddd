/* SPDX-License-Identifier: ISC */
/*
 * The keys of a daemon: one that signs, others that are only published, and how they are exchanged
 * while requests are served.
 *
 * A keyring never changes. A reload builds another and puts it in the slot; a request
 * that took the old one keeps it until it drops it. So every reply is signed wholly by one key, and
 * the last user that drops a keyring wipes its secret.
 */
#ifndef SEAL_KEYRING_H
#define SEAL_KEYRING_H

#include <pthread.h>

#include "key.h"

enum {
    KEYRING_KEYS_MAX = 32, /* public keys, the signing one's among them */
    KEYRING_PATH_SIZE = 4096
};

enum key_state {
    KEY_ACTIVE,  /* signs */
    KEY_RETIRED, /* has signed: still good for verification */
    KEY_REVOKED  /* no longer: its secret may be known */
};

/* key_state_name - "active", "retired" or "revoked" */
const char *key_state_name(enum key_state state);

/* Where the keys are. Texts are borrowed for the call. */
struct keyring_source {
    const char *const
        *keys; /* files; the first, a secret key, signs. A further one is a secret key of which
                                only the public half is kept, or, when its name ends in .pub, a public key */
    unsigned key_count; /* at least 1 */
    bool may_make;      /* the first is made if it is missing and there were no keys before */
    bool scan;          /* public keys beside the first are retired keys: @beside*.pub */
    const char *beside; /* a directory and "/", and what names in it begin with */
};

struct keyring;

/*
 * keyring_load - read all keys anew
 * @before: the keyring in use, or NULL. Keys that have signed since the daemon started stay listed as
 *          retired, so that what it has signed can be verified as long as it runs
 *
 * @beside and "revoked" name a list of key ids (see revoked.h); no file is an empty list. Keys on
 * it are published as revoked.
 *
 * Return: the keyring, with one user; NULL with ERR_FILE (a file, the detail names it: unreadable
 * or not of its form, two keys of one id, more than KEYRING_KEYS_MAX, the signing key on the list)
 * or ERR_BUSY (no memory).
 */
struct keyring *keyring_load(const struct keyring_source *source, const struct keyring *before,
                             struct err *err) MUST_USE;

/* keyring_signer - the key that signs */
const struct key *keyring_signer(const struct keyring *ring);

/* keyring_count - public keys; the signing one is number 0 */
unsigned keyring_count(const struct keyring *ring);
const struct public_key *keyring_key(const struct keyring *ring, unsigned number,
                                     enum key_state *state);

/* keyring_revoked - the listed ids, which are of keys that this keyring may not have */
unsigned keyring_revoked_count(const struct keyring *ring);
void keyring_revoked(const struct keyring *ring, unsigned number, char id[KEY_ID_TEXT_SIZE]);

/* keyring_serial - 1 for a first keyring, one more for each after it: memories of another go stale */
unsigned long keyring_serial(const struct keyring *ring);

/*
 * A place that threads take the present keyring from. The lock is held for the counting alone,
 * never while signing: some 20 ns a request.
 */
struct keyring_slot {
    pthread_mutex_t lock;
    struct keyring *now;
    _Atomic unsigned long serial; /* of the present keyring, 0 = none */
};

/* keyring_slot_init - @first may be NULL until keyring_swap; its user is the slot from here on */
void keyring_slot_init(struct keyring_slot *slot, struct keyring *first);

/*
 * keyring_take - the present keyring of a slot that is not empty, good until it is dropped whatever
 * becomes of the slot; by any thread
 */
struct keyring *keyring_take(struct keyring_slot *slot) MUST_USE;

/* keyring_now - the serial of the present keyring, without taking it; by any thread */
unsigned long keyring_now(const struct keyring_slot *slot);

/* keyring_drop - the last to drop a keyring releases it, secret and all; NULL is none */
void keyring_drop(struct keyring *ring);

/* keyring_swap - put another in the slot, whose user it was; NULL empties it */
void keyring_swap(struct keyring_slot *slot, struct keyring *ring);

#endif
