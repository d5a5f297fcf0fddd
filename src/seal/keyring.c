/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation. A keyring is loaded from files once and then only read: the key that signs,
 * public keys that are published as retired, and the list of revoked ids. It counts its users: the
 * slot from which threads take it, each handler that has taken it, and the loader until it has put
 * the keyring into the slot. The last user to drop it releases it and wipes the secret.
 *
 * A reload builds a new keyring beside the old one. If any file is bad, the old keyring stays in
 * the slot and goes on signing. Otherwise keyring_swap puts the new one into the slot. A handler
 * that took the old keyring finishes with it, later handlers take the new one, and no reply mixes
 * the two. Each new keyring has a higher serial number; a memo that sees it change forgets its
 * signatures (memo.c).
 *
 * Whatever a daemon has signed must stay verifiable as long as it runs. So a new keyring takes over
 * from the old one the public halves of keys that have signed, even if no file names them any more.
 * If there would be more than KEYRING_KEYS_MAX keys, the oldest of these are left out.
 *
 * The lock of the slot is held while a pointer is read and a count is raised, never while signing
 * or loading. Everything else in a keyring is const while it has users, so readers need no lock.
 */
#include "keyring.h"

#include <dirent.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "revoked.h"

struct keyring {
    atomic_uint users;
    unsigned long serial;
    struct key *signer;
    unsigned count;
    struct {
        struct public_key key;
        enum key_state state;
        bool kept; /* has signed since the daemon started: listed whether a file names it or not */
    } keys[KEYRING_KEYS_MAX];
    struct revoked revoked;
};

static const char *const states[] = {
    [KEY_ACTIVE] = "active", [KEY_RETIRED] = "retired", [KEY_REVOKED] = "revoked"
};

const char *key_state_name(enum key_state state)
{
    return states[state];
}

static bool ends_in(const char *text, const char *end)
{
    const size_t length = strlen(text);

    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

/* Adds a key, unless the keyring has it. */
static int add(struct keyring *r, const struct public_key *key, bool kept, const char *path,
               struct err *err)
{
    for (unsigned i = 0; i < r->count; i++) {
        if (memcmp(r->keys[i].key.id, key->id, KEY_ID_SIZE) != 0)
            continue;
        if (memcmp(r->keys[i].key.bytes, key->bytes, KEY_PUBLIC_SIZE) != 0)
            return err_at(err, ERR_FILE, NULL, "%s: another key has the same id", path);
        r->keys[i].kept = r->keys[i].kept || kept;
        return 0;
    }
    if (r->count == KEYRING_KEYS_MAX)
        return err_at(err, ERR_FILE, NULL, "%s: there are more than %d keys", path,
                      KEYRING_KEYS_MAX);
    r->keys[r->count].key = *key;
    r->keys[r->count].state = r->count == 0 ? KEY_ACTIVE : KEY_RETIRED;
    r->keys[r->count++].kept = kept;
    return 0;
}

static struct key *load_signer(const struct keyring_source *source, bool make, struct err *err)
{
    const char *const path = source->keys[0];

    if (!make)
        return key_load(path, err);
    return source->check ? key_load_or_pretend(path, err) : key_load_or_make(path, err);
}

static int add_signer(struct keyring *r, const struct keyring_source *source, bool make,
                      struct err *err)
{
    const char *const path = source->keys[0];

    if (ends_in(path, ".pub"))
        return err_at(err, ERR_FILE, NULL, "%s: the first key signs, and a public key cannot",
                      path);
    r->signer = load_signer(source, make, err);
    return r->signer ? add(r, key_public(r->signer), false, path, err) : -1;
}

static int add_retired(struct keyring *r, const char *path, struct err *err)
{
    struct public_key public;
    struct key *key;
    int status;

    if (ends_in(path, ".pub"))
        return public_key_load(path, &public, err) < 0 ? -1 : add(r, &public, false, path, err);
    key = key_load(path, err);
    status = key ? add(r, key_public(key), false, path, err) : -1;
    key_free(key); /* it signs no more, so its secret is not kept */
    return status;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* NAME.pub beside the signing key NAME.key is its public half, which key_rotate replaces second. */
static bool is_own_public(const char *key, const char *path)
{
    char own[KEYRING_PATH_SIZE];

    return key_public_name(key, own, sizeof(own)) == 0 && strcmp(own, path) == 0;
}

/* Adds the public keys whose paths begin with source->retired, in the order of their names. */
static int add_beside(struct keyring *r, const struct keyring_source *source, struct err *err)
{
    const char *slash = strrchr(source->retired, '/'),
               *prefix = slash ? slash + 1 : source->retired;
    const int directory = (int)(prefix - source->retired);
    char path[KEYRING_PATH_SIZE] = ".";
    struct dirent **names = NULL;
    int count, status = 0;

    if (snprintf(path, sizeof(path), "%.*s", directory, source->retired) >= (int)sizeof(path))
        return err_at(err, ERR_FILE, NULL, "%s: too long a path", source->retired);
    count = scandir(directory ? path : ".", &names, NULL, by_name);
    if (count < 0 && (errno == EACCES ? !source->must_list : errno == ENOENT && source->check))
        return 0;
    if (count < 0)
        return err_system(err, ERR_FILE, "%s: cannot list the keys", path);
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;

        if (status == 0 && name[0] != '.' && strncmp(name, prefix, strlen(prefix)) == 0 &&
            ends_in(name, ".pub")) {
            if (snprintf(path, sizeof(path), "%.*s%s", directory, source->retired, name) >=
                (int)sizeof(path))
                status = err_at(err, ERR_FILE, NULL, "%s: too long a path", name);
            else if (!is_own_public(source->keys[0], path))
                status = add_retired(r, path, err);
        }
        free(names[i]);
    }
    free(names);
    return status;
}

/*
 * Adds the keys that have signed since the daemon started, the latest first, while there is room.
 */
static int keep_signers(struct keyring *r, const struct keyring *before, struct err *err)
{
    for (unsigned i = 0; before && i < before->count && r->count < KEYRING_KEYS_MAX; i++)
        if ((i == 0 || before->keys[i].kept) &&
            add(r, &before->keys[i].key, true, "a key kept", err) < 0)
            return -1;
    return 0;
}

static int load_revoked(struct keyring *r, const char *beside, struct err *err)
{
    char path[KEYRING_PATH_SIZE];

    if (snprintf(path, sizeof(path), "%srevoked", beside) >= (int)sizeof(path))
        return err_at(err, ERR_FILE, NULL, "%s: too long a path", beside);
    return revoked_load(path, &r->revoked, err);
}

static void apply_revoked(struct keyring *r)
{
    for (unsigned k = 0; k < r->count; k++)
        if (revoked_has(&r->revoked, &r->keys[k].key))
            r->keys[k].state = KEY_REVOKED;
}

static int fill(struct keyring *r, const struct keyring_source *source,
                const struct keyring *before, struct err *err)
{
    if (add_signer(r, source, source->may_make && !before, err) < 0)
        return -1;
    for (unsigned i = 1; i < source->key_count; i++)
        if (add_retired(r, source->keys[i], err) < 0)
            return -1;
    if ((source->retired && add_beside(r, source, err) < 0) || keep_signers(r, before, err) < 0 ||
        load_revoked(r, source->beside, err) < 0)
        return -1;
    apply_revoked(r);
    return 0;
}

static void release(struct keyring *r)
{
    key_free(r->signer);
    free(r);
}

struct keyring *keyring_load(const struct keyring_source *source, const struct keyring *before,
                             struct err *err)
{
    struct keyring *r = calloc(1, sizeof(*r));

    if (!r) {
        err_system(err, ERR_BUSY, "no memory for keys");
        return NULL;
    }
    atomic_init(&r->users, 1);
    r->serial = before ? before->serial + 1 : 1;
    if (fill(r, source, before, err) == 0)
        return r;
    release(r);
    return NULL;
}

bool keyring_may_sign(const struct keyring *r)
{
    return r->keys[0].state == KEY_ACTIVE;
}

const struct key *keyring_signer(const struct keyring *r)
{
    return r->signer;
}

unsigned keyring_count(const struct keyring *r)
{
    return r->count;
}

const struct public_key *keyring_key(const struct keyring *r, unsigned number,
                                     enum key_state *state)
{
    *state = r->keys[number].state;
    return &r->keys[number].key;
}

unsigned keyring_revoked_count(const struct keyring *r)
{
    return r->revoked.count;
}

void keyring_revoked(const struct keyring *r, unsigned number, char id[KEY_ID_TEXT_SIZE])
{
    struct public_key key = { .id = { 0 } };

    memcpy(key.id, r->revoked.ids[number], KEY_ID_SIZE);
    public_key_id(&key, id);
}

unsigned long keyring_serial(const struct keyring *r)
{
    return r->serial;
}

void keyring_slot_init(struct keyring_slot *slot, struct keyring *first)
{
    pthread_mutex_init(&slot->lock, NULL);
    slot->now = first;
}

/* While the lock is held the slot is a user, so the count cannot be 0. */
struct keyring *keyring_take(struct keyring_slot *slot)
{
    struct keyring *r;

    pthread_mutex_lock(&slot->lock);
    r = slot->now;
    atomic_fetch_add_explicit(&r->users, 1, memory_order_relaxed);
    pthread_mutex_unlock(&slot->lock);
    return r;
}

/* Release and acquire: every user's reads of the keyring happen before it is released. */
void keyring_drop(struct keyring *r)
{
    if (r && atomic_fetch_sub_explicit(&r->users, 1, memory_order_acq_rel) == 1)
        release(r);
}

void keyring_swap(struct keyring_slot *slot, struct keyring *r)
{
    struct keyring *old;

    pthread_mutex_lock(&slot->lock);
    old = slot->now;
    slot->now = r;
    pthread_mutex_unlock(&slot->lock);
    keyring_drop(old);
}
