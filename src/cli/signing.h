/* SPDX-License-Identifier: ISC */
/* Signing with a secret key, for encode and sign. */
#ifndef CLI_SIGNING_H
#define CLI_SIGNING_H

#include "../seal/seal.h"
#include "cli.h"

/*
 * signing_start - initialise libsodium, before any key or random number is used
 * @secret: a secret will be read: allow no core file and no debugger
 */
int signing_start(struct cli *cli, bool secret);

/* signing_seal - sign cli->image with the key of --key */
int signing_seal(struct cli *cli, struct seal *seal);

#endif
