/* SPDX-License-Identifier: ISC */
#include "signing.h"

#include "../signed/signed.h"

int signing_start(struct cli *cli, bool secret)
{
    if (secret)
        key_protect_process();
    if (seal_start() == 0)
        return CLI_DONE;
    err_at(&cli->err, ERR_INTERNAL, NULL, "libsodium cannot be initialised");
    return cli_complain(cli, NULL, CLI_IO);
}

int signing_seal(struct cli *cli, struct seal *seal)
{
    struct key *const key = key_load(cli->key, &cli->err);
    int status;

    if (!key)
        return cli_complain(cli, NULL, CLI_IO);
    status = signed_claim(key, &cli->topology, &cli->image, seal, &cli->err);
    if (status == 0)
        status = seal_sign(key, NULL, cli->image.bytes, cli->image.size, seal, &cli->err);
    key_free(key);
    return status < 0 ? cli_complain(cli, NULL, CLI_REFUSED) : CLI_DONE;
}
