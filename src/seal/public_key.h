/* SPDX-License-Identifier: ISC */
/*
 * Public keys as minisign writes them: verifiers hold them, and the daemon publishes them.
 */
#ifndef SEAL_PUBLIC_KEY_H
#define SEAL_PUBLIC_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"

enum {
    KEY_ID_SIZE = 8,
    KEY_PUBLIC_SIZE = 32,  /* bytes of an Ed25519 public key */
    KEY_ID_TEXT_SIZE = 17, /* 16 upper-case hex digits of the little-endian 64-bit id, and NUL */
    KEY_PUBLIC_LINE_SIZE = 57, /* 56 characters of base64, and NUL */
    KEY_PUBLIC_FILE_SIZE = 128 /* room for the two-line public key file, and NUL */
};

struct public_key {
    uint8_t id[KEY_ID_SIZE]; /* as it stands in files */
    uint8_t bytes[KEY_PUBLIC_SIZE];
};

/*
 * public_key_load - read a minisign public key file
 * @path: two lines, "untrusted comment: " and anything, then the base64. As for minisign, the final
 *        newline may be missing, a byte order mark may stand before the file, and a line may end at
 *        CR LF. Owner and mode are not checked: that is the caller's decision
 *
 * Return: 0; -1 with ERR_FILE, whose detail names the file: it is missing, or not of this form.
 */
int public_key_load(const char *path, struct public_key *key, struct err *err) MUST_USE;

/* public_key_parse - the base64 line alone, as minisign -P takes it; -1 with ERR_FILE */
int public_key_parse(const char *line, size_t length, struct public_key *key,
                     struct err *err) MUST_USE;

/*
 * public_key_id - 16 upper-case hex digits; minisign prints the same number without leading zeros
 */
void public_key_id(const struct public_key *key, char text[KEY_ID_TEXT_SIZE]);

/* public_key_line - the base64 line */
void public_key_line(const struct public_key *key, char line[KEY_PUBLIC_LINE_SIZE]);

/* public_key_file - the two-line file */
void public_key_file(const struct public_key *key, char file[KEY_PUBLIC_FILE_SIZE]);

#endif
