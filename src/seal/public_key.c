/* SPDX-License-Identifier: ISC */
/* Public keys: from minisign's text to bytes and back. */
#include "public_key.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "../base/base64.h"
#include "../base/file.h"
#include "minisig.h"

enum { RAW_SIZE = 2 + KEY_ID_SIZE + KEY_PUBLIC_SIZE }; /* "Ed", id, key */

static const struct file_rules public_rules = { .what = "public key file", .max = KEY_FILE_MAX };

static_assert(BASE64_SIZE(RAW_SIZE) == KEY_PUBLIC_LINE_SIZE, "42 bytes are 56 characters");
static_assert(KEY_PUBLIC_SIZE == crypto_sign_PUBLICKEYBYTES, "Ed25519");
static_assert(sizeof(UNTRUSTED_PREFIX "minisign public key \n\n") + KEY_ID_TEXT_SIZE +
                      KEY_PUBLIC_LINE_SIZE <=
                  KEY_PUBLIC_FILE_SIZE,
              "the public key file fits");

int public_key_parse(const char *line, size_t length, struct public_key *key, struct err *err)
{
    uint8_t raw[RAW_SIZE];
    size_t decoded;

    if (minisig_decode(line, length, raw, sizeof(raw), &decoded) < 0 || decoded != sizeof(raw))
        return err_at(err, ERR_FILE, NULL, "not a minisign public key: not %d characters of base64",
                      KEY_PUBLIC_LINE_SIZE - 1);
    if (memcmp(raw, "Ed", 2) != 0)
        return err_at(err, ERR_FILE, NULL, "not a minisign public key: unknown algorithm");
    memcpy(key->id, raw + 2, sizeof(key->id));
    memcpy(key->bytes, raw + 2 + KEY_ID_SIZE, sizeof(key->bytes));
    return 0;
}

/* The line of base64, as minisign finds it: behind a byte order mark, before CR LF */
static const char *find_line(const char *text, size_t size, size_t *length)
{
    static const char mark[] = "\xef\xbb\xbf";
    const size_t skipped = strncmp(text, mark, strlen(mark)) == 0 ? strlen(mark) : 0;
    const char *const line = minisig_key_line(text + skipped, size - skipped, length);

    if (line && *length > 0 && line[*length - 1] == '\r')
        (*length)--;
    return line;
}

int public_key_load(const char *path, struct public_key *key, struct err *err)
{
    char text[KEY_FILE_MAX + 1];
    struct err why = { 0 };
    const char *line;
    size_t size, length;
    struct stat st;

    if (file_read(path, &public_rules, text, &size, &st, err) < 0)
        return -1;
    line = find_line(text, size, &length);
    if (!line)
        return err_at(err, ERR_FILE, NULL,
                      "%s: not a minisign public key: line 1 does not begin \"%s\"", path,
                      UNTRUSTED_PREFIX);
    if (public_key_parse(line, length, key, &why) < 0)
        return err_at(err, ERR_FILE, NULL, "%s: %s", path, why.places[0].detail);
    return 0;
}

/* minisign prints the id as a number whose bytes stand little-endian in the file. */
void public_key_id(const struct public_key *key, char text[KEY_ID_TEXT_SIZE])
{
    for (size_t i = 0; i < KEY_ID_SIZE; i++)
        snprintf(text + 2 * i, KEY_ID_TEXT_SIZE - 2 * i, "%02X", key->id[KEY_ID_SIZE - 1 - i]);
}

void public_key_line(const struct public_key *key, char line[KEY_PUBLIC_LINE_SIZE])
{
    uint8_t raw[RAW_SIZE] = { 'E', 'd' };

    memcpy(raw + 2, key->id, sizeof(key->id));
    memcpy(raw + 2 + KEY_ID_SIZE, key->bytes, sizeof(key->bytes));
    base64_encode(raw, sizeof(raw), line);
}

void public_key_file(const struct public_key *key, char file[KEY_PUBLIC_FILE_SIZE])
{
    char id[KEY_ID_TEXT_SIZE], line[KEY_PUBLIC_LINE_SIZE];

    public_key_id(key, id);
    public_key_line(key, line);
    snprintf(file, KEY_PUBLIC_FILE_SIZE, UNTRUSTED_PREFIX "minisign public key %s\n%s\n", id, line);
}
