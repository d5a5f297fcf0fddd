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

struct key; /* the secret half lives in sodium_malloc memory, read-only once loaded */

/*
 * key_load - read a minisign secret key file without password
 * @path: a regular file with one link, of our own uid or root's, closed to group and others, in a
 *        directory that is not writable by all. See file_guard for credentials of systemd
 *
 * These are refused: another owner or mode, symbolic links and other irregular files, another size
 * or form, a password (minisign -C -W removes it), a checksum that is neither right nor all zero,
 * halves that disagree. A test message is signed and verified before the key is returned.
 *
 * Return: the key, released by key_free; NULL with ERR_FILE, the detail names the file and, where
 * there is one, the command that mends it; or with ERR_BUSY.
 */
struct key *key_load(const char *path, struct err *err) MUST_USE;

/*
 * key_load_or_make - the same, but a missing file is made first
 *
 * The file comes into being whole, by exclusive creation, mode 0600, file and directory fsynced; of
 * two processes that make it at once one wins and both use its key. The public key lands beside it
 * (see key_public_name), mode 0644, and is written anew whenever it is missing or differs. Missing
 * parent directories are made with mode 0700. What a killed maker left behind is removed.
 */
struct key *key_load_or_make(const char *path, struct err *err) MUST_USE;

/*
 * key_generate - make a key pair (what mptablectl keygen does)
 * @secret_path: the file that key_load reads, mode 0600; its directory must be there
 * @public_path: the minisign public key file, mode 0644; its directory must be there, and it is
 *               another file
 * @replace:     files that are there are replaced (a rotation), else refused
 * @id:          set to the new key's id
 *
 * Whatever stops it, the secret file is the old one or the new one, whole, or missing where it was
 * missing. A new secret is in place before its public half: key_load_or_make mends a public file
 * that lags behind.
 *
 * Return: 0; -1 with ERR_FILE; 1 with ERR_FILE: nothing failed, but one of them exists and is not to
 * be replaced, or both are one file.
 */
int key_generate(const char *secret_path, const char *public_path, bool replace,
                 char id[KEY_ID_TEXT_SIZE], struct err *err) MUST_USE;

/*
 * key_public_name - the name of the public half beside a secret key: the suffix .key becomes .pub,
 * and any other name gets .pub behind it
 *
 * Return: 0; -1: that does not fit @size bytes.
 */
int key_public_name(const char *secret, char *public, size_t size) MUST_USE;

/* key_protect_process - no core file, no debugger of the same user; call it before a key is read */
void key_protect_process(void);

/* key_free - wipe and release a key; NULL is none */
void key_free(struct key *key);

/* key_id - its public half's public_key_id; lives as long as the key */
const char *key_id(const struct key *key);

/*
 * key_public_file - the two-line public key file, as minisign -p reads it; lives as long as the key
 */
const char *key_public_file(const struct key *key);

/* key_public - its public half; lives as long as the key */
const struct public_key *key_public(const struct key *key);

/* key_locked - false when the key can be swapped out, since RLIMIT_MEMLOCK is too low */
bool key_locked(const struct key *key);

/*
 * key_sign - an Ed25519 signature, for seal.c alone
 *
 * A client that had bytes of its choice signed could forge a trusted comment with them. The key is
 * first compared with what was loaded; seal.c says why.
 *
 * Return: 0; -1 and @signature is zero: the key is not what was loaded.
 */
int key_sign(const struct key *key, const void *bytes, size_t size,
             uint8_t signature[KEY_SIGNATURE_SIZE]) MUST_USE;

#endif
