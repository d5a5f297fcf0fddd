/* SPDX-License-Identifier: ISC */
/* The public keys of a keyring as files, for the programs of this host that verify. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "../base/file.h"
#include "keyring.h"

#define SUFFIX ".pub"

enum { NAME_LENGTH = KEY_ID_TEXT_SIZE - 1 + (int)sizeof(SUFFIX) - 1 };

static void name_file(const struct public_key *key, char name[NAME_LENGTH + 1])
{
    public_key_id(key, name);
    strcpy(name + KEY_ID_TEXT_SIZE - 1, SUFFIX);
}

/* Is this the name of a file that keyring_publish made, for a key that it no longer publishes? */
static bool is_stale(const struct keyring *ring, const char *name)
{
    if (strlen(name) != NAME_LENGTH || strspn(name, "0123456789ABCDEF") != KEY_ID_TEXT_SIZE - 1 ||
        strcmp(name + KEY_ID_TEXT_SIZE - 1, SUFFIX) != 0)
        return false;
    for (unsigned i = 0; i < keyring_count(ring); i++) {
        enum key_state state;
        char own[NAME_LENGTH + 1];

        name_file(keyring_key(ring, i, &state), own);
        if (state != KEY_REVOKED && strcmp(own, name) == 0)
            return false;
    }
    return true;
}

static int remove_stale(const struct keyring *ring, const char *directory, int in, struct err *err)
{
    int fd = openat(in, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *const dir = fd < 0 ? NULL : fdopendir(fd);
    int status = 0;

    if (!dir) {
        scoped_close(&fd);
        return err_system(err, ERR_FILE, "%s: cannot list the directory", directory);
    }
    for (const struct dirent *e = readdir(dir); e && status == 0; e = readdir(dir))
        if (is_stale(ring, e->d_name) && unlinkat(in, e->d_name, 0) < 0 && errno != ENOENT)
            status = err_system(err, ERR_FILE, "%s/%s: cannot remove the public key", directory,
                                e->d_name);
    closedir(dir);
    return status;
}

static int put(const struct public_key *key, const char *directory, int in, struct err *err)
{
    char name[NAME_LENGTH + 1], text[KEY_PUBLIC_FILE_SIZE], draft[FILE_NAME_SIZE];

    name_file(key, name);
    public_key_file(key, text);
    if (file_draft(in, name, 0644, NULL, text, strlen(text), draft) < 0 ||
        file_publish(in, draft, name, true) < 0)
        return err_system(err, ERR_FILE, "%s/%s: cannot write the public key", directory, name);
    return 0;
}

int keyring_publish(const struct keyring *ring, const char *directory, struct err *err)
{
    int in SCOPED(scoped_close) = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (in < 0)
        return err_system(err, ERR_FILE, "%s: cannot open the directory", directory);
    for (unsigned i = 0; i < keyring_count(ring); i++) {
        enum key_state state;
        const struct public_key *const key = keyring_key(ring, i, &state);

        if (state != KEY_REVOKED && put(key, directory, in, err) < 0)
            return -1;
    }
    return remove_stale(ring, directory, in, err);
}
