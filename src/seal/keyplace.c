/* SPDX-License-Identifier: ISC */
#include "keyplace.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/file.h"
#include "key.h"

/* The first @length characters of @text, then @behind */
static int put_path(char path[KEYPLACE_PATH_SIZE], const char *text, size_t length,
                    const char *behind, struct err *err)
{
    const int n = snprintf(path, KEYPLACE_PATH_SIZE, "%.*s%s", (int)length, text, behind);

    if (n < 0 || n >= KEYPLACE_PATH_SIZE)
        return err_at(err, ERR_FILE, NULL, "the key's path is too long: at most %d bytes",
                      KEYPLACE_PATH_SIZE - 1);
    return 0;
}

/*
 * Return: 1: there is a key; 0: there is none; -1: unknown, so no other key may be used or made
 */
static int place_credentials(const char *directory, struct keyplace *place, struct err *err)
{
    static const char *const names[] = { "/mptabled.key", "/keys_mptabled.key" };
    const size_t length = strlen(directory);
    struct stat st;

    place->may_make = false;
    place->must_list = true;
    if (!file_is_absent(AT_FDCWD, directory) && stat(directory, &st) < 0)
        return err_system(err, ERR_FILE, "%s: cannot look for a key", directory);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (put_path(place->key, directory, length, names[i], err) < 0 ||
            put_path(place->beside, directory, length, "/keys_", err) < 0)
            return -1;
        strcpy(place->retired, place->beside);
        if (!file_is_absent(AT_FDCWD, place->key))
            return 1; /* if it is no key, loading it fails */
    }
    return 0;
}

static int place_state(const char *directory, size_t length, const char *below,
                       struct keyplace *place, struct err *err)
{
    char name[64];

    place->may_make = place->must_list = true;
    snprintf(name, sizeof(name), "%s/mptabled.key", below);
    if (put_path(place->key, directory, length, name, err) < 0)
        return -1;
    snprintf(name, sizeof(name), "%s/", below);
    return put_path(place->beside, directory, length, name, err) < 0 ||
                   put_path(place->retired, directory, length, name, err) < 0
               ? -1
               : 0;
}

static int place_given(const char *key, struct keyplace *place, struct err *err)
{
    const char *const slash = strrchr(key, '/');
    const size_t directory = slash ? (size_t)(slash - key) + 1 : 0;

    place->may_make = place->must_list = false;
    return put_path(place->key, key, strlen(key), "", err) < 0 ||
                   put_path(place->beside, slash ? key : "./", slash ? directory : 2, "", err) <
                       0 ||
                   put_path(place->retired, key, key_stem(key), KEY_RETIRED_MIDDLE, err) < 0
               ? -1
               : 0;
}

int keyplace_find(const char *given, struct keyplace *place, struct err *err)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY"), *state = getenv("STATE_DIRECTORY");
    const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int found = 0;

    if (given)
        return place_given(given, place, err);
    if (credentials && *credentials)
        found = place_credentials(credentials, place, err);
    if (found != 0)
        return found < 0 ? -1 : 0;
    if (state && *state) /* several are separated by colons; the first is the main one */
        return place_state(state, strcspn(state, ":"), "", place, err);
    if (xdg && *xdg == '/')
        return place_state(xdg, strlen(xdg), "/mptabled", place, err);
    if (home && *home)
        return place_state(home, strlen(home), "/.local/state/mptabled", place, err);
    return err_at(err, ERR_FILE, NULL,
                  "no place for a key: give --key, or set STATE_DIRECTORY, XDG_STATE_HOME or HOME");
}
