/* SPDX-License-Identifier: ISC */
/*
 * mptablectl rotate: a new key in the place of the one that a daemon signs with. The daemon takes it
 * when it is told to, so that the new public key can be given to the hosts that verify before that.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "../../base/file.h"
#include "../../seal/key.h"
#include "../../seal/keyplace.h"
#include "../signing.h"

/* Where the unit's daemon has its key. Only root can look there. */
#define SERVICE_KEY "/var/lib/mptabled/mptabled.key"

static const char *find_key(struct cli *cli, struct keyplace *place)
{
    if (cli->key)
        return cli->key;
    if (geteuid() == 0 && !file_is_absent(AT_FDCWD, SERVICE_KEY))
        return SERVICE_KEY;
    return keyplace_find(NULL, place, &cli->err) < 0 ? NULL : place->key;
}

static void tell(const char *path, const struct key_rotation *done)
{
    const char *const slash = strrchr(path, '/');
    const int directory = slash ? (int)(slash - path) + 1 : 0;

    printf("key %s takes the place of %s\n", done->new_id, done->old_id);
    printf("  %s is the new secret key\n", path);
    printf("  %.*s%s is its public key: give it to all that verify\n", directory, path,
           done->public);
    printf("  %.*s%s is the old public key, which is published as retired\n", directory, path,
           done->retired);
    if (strcmp(path, SERVICE_KEY) == 0)
        puts("next: systemctl reload mptabled");
    else
        puts("next: mptabled --reload PID, with the options of the running daemon");
}

int cli_rotate(struct cli *cli)
{
    struct key_rotation done;
    struct keyplace place;
    const char *path;
    const int status = signing_start(cli, true);

    if (status != CLI_DONE)
        return status;
    path = find_key(cli, &place);
    if (!path || key_rotate(path, &done, &cli->err) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    tell(path, &done);
    return CLI_DONE;
}
