/* SPDX-License-Identifier: ISC */
/* mptablectl keygen: a key pair for the daemon, for encode and for sign. */
#include <stdio.h>
#include <string.h>

#include "../../seal/key.h"
#include "../files.h"
#include "../signing.h"

enum { PATH_SIZE = 4096 };

#define DEFAULT_KEY "mptabled.key"

/*
 * Writes the public half of the key that is about to be replaced to ID.pub beside the new public
 * key, so that what it signed can be verified. A file that is no key is replaced with a message.
 * @kept: room for PATH_SIZE characters; set to the path, "" when nothing was kept
 */
static int keep_old(struct cli *cli, const char *secret, const char *public_key, char *kept)
{
    const char *const slash = strrchr(public_key, '/');
    struct err unread = { .count = 0 };
    struct key *key;
    int status;

    kept[0] = '\0';
    if (access(secret, F_OK) < 0)
        return 0;
    key = key_load(secret, &unread);
    if (!key) {
        fprintf(stderr, "mptablectl: %s; its public half is not kept\n", unread.places[0].detail);
        return 0;
    }
    snprintf(kept, PATH_SIZE, "%.*s%s.pub", slash ? (int)(slash + 1 - public_key) : 0, public_key,
             key_id(key));
    status = files_save(
        cli, &(struct files_new){ kept, key_public_file(key), strlen(key_public_file(key)) }, 1);
    key_free(key);
    return status;
}

static void say_what_next(const char *secret, const char *public_key, const char *id,
                          const char *kept)
{
    printf("key %s\n", id);
    printf("  %s is the secret key: keep it where images are signed\n", secret);
    printf("  %s is the public key: give it to the hosts that verify\n", public_key);
    printf("next: mptabled --key %s\n", secret);
    printf("      mptablectl get -p %s ...\n", public_key);
    if (kept[0])
        printf("%s is the public half of the old key: it verifies what the old key signed.\n"
               "A daemon that signs with this file takes the new key at SIGHUP.\n",
               kept);
}

int cli_keygen(struct cli *cli)
{
    const char *const secret = cli->key ? cli->key : DEFAULT_KEY;
    const char *public_key = cli->public_key;
    char beside[PATH_SIZE], kept[PATH_SIZE] = "", id[KEY_ID_TEXT_SIZE];
    int status;

    if (!public_key && key_public_name(secret, beside, sizeof(beside)) < 0) {
        err_at(&cli->err, ERR_FILE, NULL, "%.100s...: the path is too long", secret);
        return cli_complain(cli, NULL, CLI_IO);
    }
    if (!public_key)
        public_key = beside;
    if (strcmp(secret, "-") == 0 || strcmp(public_key, "-") == 0)
        return cli_refuse_option(cli, strcmp(secret, "-") == 0 ? "key" : "public_key",
                                 "must name a file: keys are not written to standard output");
    status = signing_start(cli, true);
    if (status != CLI_DONE)
        return status;
    if (cli->force && keep_old(cli, secret, public_key, kept) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    status = key_generate(secret, public_key, cli->force, id, &cli->err);
    if (status != 0)
        return cli_complain(cli, NULL, status > 0 ? CLI_REFUSED : CLI_IO);
    say_what_next(secret, public_key, id, kept);
    return CLI_DONE;
}
