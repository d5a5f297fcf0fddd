/* SPDX-License-Identifier: ISC */
/*
 * Lists of the ids of keys that must not be trusted.
 */
#ifndef SEAL_REVOKED_H
#define SEAL_REVOKED_H

#include <stdbool.h>

#include "public_key.h"

enum { REVOKED_MAX = 256 }; /* ids */

struct revoked {
    unsigned count;
    uint8_t ids[REVOKED_MAX][KEY_ID_SIZE]; /* as they stand in key files */
};

/*
 * revoked_load - read a list of key ids
 * @path: each line is an id of at most 16 hex digits; empty lines and lines that begin with # are
 *        skipped. It must be a regular file, not a symbolic link, owned by our uid or root, and
 *        only its owner may have write access
 *
 * Return: 0; 1: the file does not exist, so the list is empty; -1 with ERR_FILE, whose detail names
 * it.
 */
int revoked_load(const char *path, struct revoked *list, struct err *err) MUST_USE;

/* revoked_has - is that key on the list? */
bool revoked_has(const struct revoked *list, const struct public_key *key);

#endif
