/* SPDX-License-Identifier: ISC */
/* mptablectl keygen: a key pair for the daemon, for encode and for sign. */
#include <stdio.h>
#include <string.h>

#include "../../seal/key.h"
#include "../signing.h"

enum { PATH_SIZE = 4096 };

#define DEFAULT_KEY "mptabled.key"

static void say_what_next(const char *secret, const char *public, const char *id, bool replaced)
{
    printf("key %s\n", id);
    printf("  %s is the secret key: keep it where images are signed\n", secret);
    printf("  %s is the public key: give it to all that verify\n", public);
    printf("next: mptabled --key %s\n", secret);
    printf("      mptablectl get -p %s ...\n", public);
    if (replaced)
        puts("A daemon that signs with this file takes the new key at SIGHUP.");
}

int cli_keygen(struct cli *cli)
{
    const char *const secret = cli->key ? cli->key : DEFAULT_KEY;
    const char *public = cli->public_key;
    char beside[PATH_SIZE], id[KEY_ID_TEXT_SIZE];
    int status;

    if (!public && key_public_name(secret, beside, sizeof(beside)) < 0) {
        err_at(&cli->err, ERR_FILE, NULL, "%.100s...: too long a path", secret);
        return cli_complain(cli, NULL, CLI_IO);
    }
    if (!public)
    public = beside;
    status = signing_start(cli, true);
    if (status != CLI_DONE)
        return status;
    status = key_generate(secret, public, cli->force, id, &cli->err);
    if (status != 0)
        return cli_complain(cli, NULL, status > 0 ? CLI_REFUSED : CLI_IO);
    say_what_next(secret, public, id, cli->force);
    return CLI_DONE;
}
