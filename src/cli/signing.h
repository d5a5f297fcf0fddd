/* SPDX-License-Identifier: ISC */
/* The secret key at work: what encode and sign share. */
#ifndef CLI_SIGNING_H
#define CLI_SIGNING_H

#include "../seal/seal.h"
#include "cli.h"

/*
 * signing_start - make libsodium ready; called before any key or random number
 * @secret: a secret is going to be read: no core file, no debugger
 *
 * Return: CLI_DONE, or the exit status, said.
 */
int signing_start(struct cli *cli, bool secret);

/* signing_seal - sign cli->image with the key of --key. Return: CLI_DONE, or the status, said */
int signing_seal(struct cli *cli, struct seal *seal);

#endif
