/* SPDX-License-Identifier: ISC */
#include "revoked.h"

#include <string.h>

#include "../base/file.h"
#include "../base/hex.h"

enum { FILE_SIZE = 16384 }; /* bytes of a list */

/* A list that other users can write to is refused. */
static const struct file_rules rules = { .what = "list of revoked keys",
                                         .max = FILE_SIZE,
                                         .checks =
                                             FILE_REGULAR | FILE_NO_LINK | FILE_OWN | FILE_OPTIONAL,
                                         .closed = S_IWGRP | S_IWOTH,
                                         .mend = "chmod go-w" };

/* An id as minisign prints it; leading zeros may be missing. */
static bool parse_id(const char *text, size_t length, uint8_t id[KEY_ID_SIZE])
{
    uint64_t number = 0;

    if (length < 1 || length > 2 * KEY_ID_SIZE)
        return false;
    for (size_t i = 0; i < length; i++) {
        const int digit = hex_digit(text[i]);

        if (digit < 0)
            return false;
        number = number << 4 | (unsigned)digit;
    }
    for (size_t i = 0; i < KEY_ID_SIZE; i++)
        id[i] = (uint8_t)(number >> 8 * i);
    return true;
}

static int parse(struct revoked *list, const char *path, const char *text, struct err *err)
{
    unsigned number = 0;
    const char *line;
    size_t size;

    while (file_line(&text, &line, &size, &number)) {
        if (list->count == REVOKED_MAX)
            return err_at(err, ERR_FILE, NULL, "%s: there are more than %d ids", path, REVOKED_MAX);
        if (!parse_id(line, size, list->ids[list->count++]))
            return err_at(err, ERR_FILE, NULL,
                          "%s: line %u is not a key id of at most 16 hex digits", path, number);
    }
    return 0;
}

int revoked_load(const char *path, struct revoked *list, struct err *err)
{
    char text[FILE_SIZE + 1];
    struct stat st;
    size_t size;
    int status;

    list->count = 0;
    status = file_read(path, &rules, text, &size, &st, err);
    if (status != 0)
        return status;
    if (memchr(text, '\0', size))
        return err_at(err, ERR_FILE, NULL, "%s: not a list of key ids: it has a NUL byte", path);
    return parse(list, path, text, err) < 0 ? -1 : file_guard(path, &rules, &st, err);
}

bool revoked_has(const struct revoked *list, const struct public_key *key)
{
    for (unsigned i = 0; i < list->count; i++)
        if (memcmp(list->ids[i], key->id, KEY_ID_SIZE) == 0)
            return true;
    return false;
}
