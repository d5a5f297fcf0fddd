/* SPDX-License-Identifier: ISC */
/*
 * The keys of a daemon: one that signs, others that are only published, and how they are replaced
 * while requests are served.
 *
 * A keyring never changes. A reload builds another one and puts it in the slot; a request that took
 * the old one finishes with it. So all signatures of a reply are by one key. The last user that
 * drops a keyring wipes its secret.
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
    KEY_RETIRED, /* has signed, and still verifies */
    KEY_REVOKED  /* must not be trusted: its secret may be known to others */
};

/* key_state_name - "active", "retired" or "revoked" */
const char *key_state_name(enum key_state state);

/*
 * Where the keys are; texts are borrowed for the call. The first file of @keys is a secret key, and
 * it signs. Of a further secret key only the public half is kept; a name that ends in .pub is a
 * public key.
 */
struct keyring_source {
    const char *const *keys;
    unsigned key_count; /* at least 1 */
    bool may_make;      /* make the first if it is missing and there was no keyring before */
    bool check;         /* make no file: a missing first key is made in memory alone */
    const char *beside; /* a directory, "/", and the beginning of the names in it */
    /* the same: the files @retired*.pub are retired keys, too; NULL: no further ones */
    const char *retired;
    bool must_list; /* a directory of @retired that may not be read is an error; else it is empty */
};

struct keyring;

/*
 * keyring_load - read all keys from their files
 * @before: the keyring in use, or NULL. Its keys that have signed since the daemon started stay
 *          listed as retired, so that their signatures can be verified as long as the daemon runs
 *
 * The path @beside followed by "revoked" is a list of key ids (see revoked.h), whose keys are
 * published as revoked. If the file is missing the list is empty.
 *
 * Return: the keyring, with one user; NULL with ERR_BUSY: no memory; NULL with ERR_FILE, whose
 * detail names the file: it is unreadable or malformed, two keys have one id, or there are more
 * than KEYRING_KEYS_MAX keys.
 */
struct keyring *keyring_load(const struct keyring_source *source, const struct keyring *before,
                             struct err *err) MUST_USE;

/*
 * keyring_may_sign - false if the signing key is revoked
 *
 * Such a keyring is loaded all the same. If it were refused, a reload would leave the revoked key
 * signing.
 */
bool keyring_may_sign(const struct keyring *ring);

/* keyring_signer - the key that signs, if it may */
const struct key *keyring_signer(const struct keyring *ring);

/* keyring_count, keyring_key - the public keys; number 0 is the signing key's */
unsigned keyring_count(const struct keyring *ring);
const struct public_key *keyring_key(const struct keyring *ring, unsigned number,
                                     enum key_state *state);

/* keyring_revoked_count, keyring_revoked - the ids on the list, also of keys that are not here */
unsigned keyring_revoked_count(const struct keyring *ring);
void keyring_revoked(const struct keyring *ring, unsigned number, char id[KEY_ID_TEXT_SIZE]);

/*
 * keyring_publish - put the public key files of all keys that are not revoked into a directory
 *
 * Each is ID.pub, as minisign -p reads it. Files of that form that belong to no such key are
 * removed after the others are there.
 *
 * Return: 0; -1 with ERR_FILE.
 */
int keyring_publish(const struct keyring *ring, const char *directory, struct err *err) MUST_USE;

/* keyring_serial - 1 for a first keyring, one more for each after it; memo_use compares it */
unsigned long keyring_serial(const struct keyring *ring);

/*
 * The place from which threads take the present keyring. The lock is held only while the pointer is
 * read and a user is counted, never while signing.
 */
struct keyring_slot {
    pthread_mutex_t lock;
    struct keyring *now;
};

/*
 * keyring_slot_init - the slot takes over the caller's use of @first; NULL: empty until
 * keyring_swap
 */
void keyring_slot_init(struct keyring_slot *slot, struct keyring *first);

/*
 * keyring_take - the present keyring of a slot that is not empty; any thread may call it. The
 * keyring stays valid until the caller drops it, also when the slot gets another one
 */
struct keyring *keyring_take(struct keyring_slot *slot) MUST_USE;

/* keyring_drop - end one use; the last one wipes and releases the keyring; NULL does nothing */
void keyring_drop(struct keyring *ring);

/* keyring_swap - put @ring in the slot, which takes over the caller's use; NULL empties the slot */
void keyring_swap(struct keyring_slot *slot, struct keyring *ring);

#endif
