/* SPDX-License-Identifier: ISC */
/*
 * Signing keys: minisign key files without password, on disk and in guarded memory.
 */
#ifndef SEAL_KEY_H
#define SEAL_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "public_key.h"

enum { KEY_SIGNATURE_SIZE = 64 };

struct key; /* in sodium_malloc memory, read-only once it is loaded */

/*
 * key_load - read a minisign secret key file without password
 * @path: a regular file with one link, owned by our uid or root, without access for group and
 *        others, in a directory that others cannot write to. See file_guard for credentials of
 *        systemd
 *
 * A symbolic link is refused, as is a file that has a password (minisign -C -W removes it), a
 * checksum that is neither right nor all zero, or halves that disagree. Before the key is returned,
 * a test message is signed and verified.
 *
 * Return: the key, released by key_free; NULL with ERR_FILE, whose detail names the file and, if
 * one exists, the command that mends it; NULL with ERR_BUSY: no memory.
 */
struct key *key_load(const char *path, struct err *err) MUST_USE;

/*
 * key_load_or_make - the same, but a missing file is made first
 *
 * The file appears whole, with mode 0600, and file and directory are fsynced. If two processes make
 * it at once, one of them wins and both use its key. The public key is written beside it (see
 * key_public_name) with mode 0644, again whenever it is missing or differs. Missing parent
 * directories are made with mode 0700. Temporary files of a maker that was killed are removed.
 */
struct key *key_load_or_make(const char *path, struct err *err) MUST_USE;

/*
 * key_load_or_pretend - the same without making anything: a key that is in memory alone stands for
 *                       the missing one, if key_load_or_make could make it
 */
struct key *key_load_or_pretend(const char *path, struct err *err) MUST_USE;

/*
 * key_generate - make a key pair (mptablectl keygen)
 * @secret_path: the file that key_load reads, mode 0600; its directory must exist
 * @public_path: the minisign public key file, mode 0644; its directory must exist
 * @replace:     replace files that exist (a rotation); otherwise they are refused
 * @id:          set to the new key's id
 *
 * Wherever it is stopped, the secret file is the old one or the new one, whole, or it is missing if
 * it was missing before. The secret file is replaced before the public one: key_load_or_make mends
 * a public file that is out of date.
 *
 * Return: 0; -1 with ERR_FILE; 1 with ERR_FILE: nothing failed, but a file exists and must not be
 * replaced, or both paths name the same file.
 */
int key_generate(const char *secret_path, const char *public_path, bool replace,
                 char id[KEY_ID_TEXT_SIZE], struct err *err) MUST_USE;

/*
 * What key_rotate has done. @retired and @public are file names in the key file's directory: of the
 * old key's public half, and of the new one's.
 */
struct key_rotation {
    char old_id[KEY_ID_TEXT_SIZE], new_id[KEY_ID_TEXT_SIZE];
    char retired[256], public[256];
};

#define KEY_RETIRED_MIDDLE ".retired-"

/*
 * key_rotate - put a new key in the place of an old one (mptablectl rotate)
 * @path: the secret key file DIR/NAME.key. Its owner must be able to load it, see key_load; root
 *        may rotate the key of any user
 *
 * The public half of the old key goes to DIR/NAME.retired-ID.pub, where keyring_load finds it. Then
 * the new key replaces the old one in one step, with its owner, group and mode, and at last the
 * public key file beside it is replaced. Wherever it is stopped, the secret file is the old one or
 * the new one, whole.
 *
 * Return: 0; -1 with ERR_FILE or ERR_BUSY.
 */
int key_rotate(const char *path, struct key_rotation *done, struct err *err) MUST_USE;

/* key_stem - the length of a secret key's path without the suffix .key, if it has that */
size_t key_stem(const char *secret);

/*
 * key_public_name - the name of the public key file beside a secret one: the suffix .key becomes
 * .pub, and .pub is appended to any other name
 *
 * Return: 0; -1: the name does not fit in @size bytes.
 */
int key_public_name(const char *secret, char *public, size_t size) MUST_USE;

/* key_protect_process - no core file, no debugger of the same user; call it before a key is read */
void key_protect_process(void);

/* key_free - wipe and release a key; NULL does nothing */
void key_free(struct key *key);

/* key_id - its public half's public_key_id; lives as long as the key */
const char *key_id(const struct key *key);

/*
 * key_public_file - the two-line public key file, as minisign -p reads it; lives as long as the key
 */
const char *key_public_file(const struct key *key);

/* key_public - its public half; lives as long as the key */
const struct public_key *key_public(const struct key *key);

/* key_locked - false when RLIMIT_MEMLOCK is too low, so that the key can be swapped out */
bool key_locked(const struct key *key);

/*
 * key_sign - an Ed25519 signature; only key.c and seal.c call it
 *
 * If a client could have bytes of its choice signed, it could forge a trusted comment. The key is
 * first compared with the digest that was taken when it was loaded. seal.c explains both.
 *
 * Return: 0; -1 and @signature is zero: the key in memory has changed.
 */
int key_sign(const struct key *key, const void *bytes, size_t size,
             uint8_t signature[KEY_SIGNATURE_SIZE]) MUST_USE;

#endif
