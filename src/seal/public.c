/* SPDX-License-Identifier: ISC */
/* Public keys: minisign's text to bytes and back. */
#include "public.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "../base/base64.h"

#define COMMENT_PREFIX "untrusted comment: "

enum {
    RAW_SIZE = 2 + KEY_ID_SIZE + KEY_PUBLIC_SIZE, /* "Ed", id, key */
    FILE_SIZE = 1280,                             /* minisign reads comments up to 1024 bytes */
    BASE64 = sodium_base64_VARIANT_ORIGINAL
};

static_assert(sodium_base64_ENCODED_LEN(RAW_SIZE, BASE64) == KEY_PUBLIC_LINE_SIZE,
              "42 bytes are 56 characters");
static_assert(KEY_PUBLIC_SIZE == crypto_sign_PUBLICKEYBYTES, "Ed25519");
static_assert(sizeof(COMMENT_PREFIX "minisign public key \n\n") + KEY_ID_TEXT_SIZE +
                      KEY_PUBLIC_LINE_SIZE <=
                  KEY_PUBLIC_FILE_SIZE,
              "the public key file fits");

/*
 * The decoder also returns 0 when it stopped early: only the end it reached and the length tell.
 * Where char is signed, libsodium 1.0.18 takes every byte from 0x80 for a '/'.
 */
int public_key_parse(const char *line, size_t length, struct public_key *key, struct err *err)
{
    uint8_t raw[RAW_SIZE];
    const char *stopped;
    size_t decoded = 0;
    bool ascii = true;

    for (size_t i = 0; i < length; i++)
        ascii = ascii && (line[i] & 0x80) == 0;
    if (!ascii || length != KEY_PUBLIC_LINE_SIZE - 1 ||
        sodium_base642bin(raw, sizeof(raw), line, length, NULL, &decoded, &stopped, BASE64) != 0 ||
        stopped != line + length || decoded != sizeof(raw))
        return err_at(err, ERR_FILE, NULL, "no minisign public key: not %d characters of base64",
                      KEY_PUBLIC_LINE_SIZE - 1);
    if (memcmp(raw, "Ed", 2) != 0)
        return err_at(err, ERR_FILE, NULL, "no minisign public key: unknown algorithm");
    memcpy(key->id, raw + 2, sizeof(key->id));
    memcpy(key->bytes, raw + 2 + KEY_ID_SIZE, sizeof(key->bytes));
    return 0;
}

static int parse_file(const char *path, const char *text, size_t size, struct public_key *key,
                      struct err *err)
{
    const char *end = memchr(text, '\n', size), *line = end ? end + 1 : text + size;
    size_t length = (size_t)(text + size - line);
    struct err why = { 0 };

    if (size < strlen(COMMENT_PREFIX) || memcmp(text, COMMENT_PREFIX, strlen(COMMENT_PREFIX)) != 0)
        return err_at(err, ERR_FILE, NULL,
                      "%s: no minisign public key: line 1 does not begin \"%s\"", path,
                      COMMENT_PREFIX);
    if (length > 0 && line[length - 1] == '\n')
        length--;
    if (public_key_parse(line, length, key, &why) < 0)
        return err_at(err, ERR_FILE, NULL, "%s: %s", path, why.places[0].detail);
    return 0;
}

int public_key_load(const char *path, struct public_key *key, struct err *err)
{
    /* O_NONBLOCK: a FIFO in the file's place must not hold us up. */
    int fd SCOPED(scoped_close) = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    char text[FILE_SIZE];
    size_t size = 0;
    ssize_t got = fd < 0 ? -1 : 1;

    while (got > 0 && size < sizeof(text)) {
        got = read(fd, text + size, sizeof(text) - size);
        size += got > 0 ? (size_t)got : 0;
    }
    if (got < 0)
        return err_system(err, ERR_FILE, "%s: cannot read the public key", path);
    if (size == sizeof(text))
        return err_at(err, ERR_FILE, NULL, "%s: too long for a minisign public key", path);
    return parse_file(path, text, size, key, err);
}

/* The id is named as minisign does, a little-endian number. */
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
    snprintf(file, KEY_PUBLIC_FILE_SIZE, COMMENT_PREFIX "minisign public key %s\n%s\n", id, line);
}
