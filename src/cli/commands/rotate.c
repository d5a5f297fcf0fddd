/* SPDX-License-Identifier: ISC */
/*
 * mptablectl rotate: replaces the key that a daemon signs with. The daemon loads the new key at its
 * next reload, so there is time to give the new public key to the hosts that verify.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "../../base/file.h"
#include "../../seal/key.h"
#include "../../seal/keyplace.h"
#include "../signing.h"

/*
 * Where the unit's daemon has its key, in the order in which it looks, and the command after which
 * it takes a new one: systemd reads a credential only when the unit starts. Only root can read
 * these places.
 */
static const struct service_key {
    const char *path, *next;
} service_keys[] = {
    { "/etc/credstore/mptabled.key", "systemctl restart mptabled" },
    { "/var/lib/mptabled/mptabled.key", "systemctl reload mptabled" },
};

/* @next: set to the command after which the daemon takes the new key */
static const char *find_key(struct cli *cli, struct keyplace *place, const char **next)
{
    *next = "mptabled --reload PID, with the options of the running daemon";
    if (cli->key)
        return cli->key;
    for (size_t i = 0; i < sizeof(service_keys) / sizeof(service_keys[0]) && geteuid() == 0; i++)
        if (!file_is_absent(AT_FDCWD, service_keys[i].path)) {
            *next = service_keys[i].next;
            return service_keys[i].path;
        }
    return keyplace_find(NULL, place, &cli->err) < 0 ? NULL : place->key;
}

static void tell(const char *path, const struct key_rotation *done, const char *next)
{
    const char *const slash = strrchr(path, '/');
    const int directory = slash ? (int)(slash - path) + 1 : 0;

    printf("key %s takes the place of %s\n", done->new_id, done->old_id);
    printf("  %s is the new secret key\n", path);
    printf("  %.*s%s is its public key: give it to the hosts that verify\n", directory, path,
           done->public);
    printf("  %.*s%s is the old public key, which is published as retired\n", directory, path,
           done->retired);
    printf("next: %s\n", next);
}

int cli_rotate(struct cli *cli)
{
    struct key_rotation done = { .retired = "" };
    struct keyplace place;
    const char *path, *next;
    const int status = signing_start(cli, true);

    if (status != CLI_DONE)
        return status;
    path = find_key(cli, &place, &next);
    if (!path || key_rotate(path, &done, &cli->err) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    tell(path, &done, next);
    return CLI_DONE;
}
