/* SPDX-License-Identifier: ISC */
/* Where the keys are, or will be made. */
#ifndef SEAL_KEYPLACE_H
#define SEAL_KEYPLACE_H

#include <stdbool.h>

#include "../base/err.h"

enum { KEYPLACE_PATH_SIZE = 4096 };

struct keyplace {
    char key[KEYPLACE_PATH_SIZE];     /* the key that signs */
    char beside[KEYPLACE_PATH_SIZE];  /* what the path of the list of revoked keys begins with */
    char retired[KEYPLACE_PATH_SIZE]; /* what the paths of retired public keys begin with */
    bool may_make;                    /* a missing key is made there */
    bool must_list;                   /* the directory is for keys alone: it must be readable */
};

/*
 * keyplace_find - the first of these:
 *   - @given, the first --key; the retired keys of DIR/NAME.key are the files whose paths begin
 *     with DIR/NAME.retired-, as key_rotate names them;
 *   - $CREDENTIALS_DIRECTORY/mptabled.key or keys_mptabled.key, if it is there; the other files are
 *     keys_*, as systemd names the files of a directory that is loaded as the credential keys;
 *   - mptabled.key in $STATE_DIRECTORY, else in $XDG_STATE_HOME/mptabled, else in
 *     ~/.local/state/mptabled, made if it is missing.
 * @given: NULL = there is no --key
 *
 * A file that cannot be examined counts as present, so that loading it fails and no other key is
 * used or made in its place.
 *
 * Return: 0; -1 with ERR_FILE: the environment names no place, the directory of credentials cannot
 * be entered, or a path is too long.
 */
int keyplace_find(const char *given, struct keyplace *place, struct err *err) MUST_USE;

#endif
