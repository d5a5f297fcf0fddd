/* SPDX-License-Identifier: ISC */
#include "revoked.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/hex.h"

enum { FILE_SIZE = 16384 }; /* bytes of a list */

/* An id as minisign prints it, perhaps without leading zeros. */
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
    for (unsigned line = 1; *text; line++) {
        const size_t length = strcspn(text, "\n");

        if (length > 0 && *text != '#') {
            if (list->count == REVOKED_MAX)
                return err_at(err, ERR_FILE, NULL, "%s: there are more than %d ids", path,
                              REVOKED_MAX);
            if (!parse_id(text, length, list->ids[list->count++]))
                return err_at(err, ERR_FILE, NULL,
                              "%s: line %u is no key id of up to 16 hex digits", path, line);
        }
        text += length + (text[length] == '\n');
    }
    return 0;
}

/* What others may write to is no list of ours. */
static int check_list(const char *path, int fd, struct err *err)
{
    struct stat st;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return err_at(err, ERR_FILE, NULL, "%s: the list of revoked keys is not a regular file",
                      path);
    if ((st.st_uid != geteuid() && st.st_uid != 0) || (st.st_mode & 022))
        return err_at(err, ERR_FILE, NULL,
                      "others may write to the list of revoked keys; mend with: chmod go-w %s",
                      path);
    return 0;
}

int revoked_load(const char *path, struct revoked *list, struct err *err)
{
    int fd SCOPED(scoped_close) =
        open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    char text[FILE_SIZE + 1];
    size_t size = 0;
    ssize_t got = 1;

    list->count = 0;
    if (fd < 0)
        return errno == ENOENT
                   ? 1
                   : err_system(err, ERR_FILE, "%s: cannot open the list of revoked keys", path);
    if (check_list(path, fd, err) < 0)
        return -1;
    while (got > 0 && size < sizeof(text)) {
        got = read(fd, text + size, sizeof(text) - size);
        size += got > 0 ? (size_t)got : 0;
    }
    if (got < 0)
        return err_system(err, ERR_FILE, "%s: cannot read the list of revoked keys", path);
    if (size == sizeof(text) || memchr(text, '\0', size))
        return err_at(err, ERR_FILE, NULL, "%s: no list of key ids, or one of more than %d bytes",
                      path, FILE_SIZE);
    text[size] = '\0';
    return parse(list, path, text, err);
}

bool revoked_has(const struct revoked *list, const struct public_key *key)
{
    for (unsigned i = 0; i < list->count; i++)
        if (memcmp(list->ids[i], key->id, KEY_ID_SIZE) == 0)
            return true;
    return false;
}
