/* SPDX-License-Identifier: ISC */
/* The public keys that the user trusts. */
#ifndef CLI_TRUSTED_H
#define CLI_TRUSTED_H

#include "../seal/revoked.h"
#include "cli.h"

enum { TRUSTED_KEYS_MAX = 64 };

struct trusted {
    unsigned count;
    struct public_key keys[TRUSTED_KEYS_MAX];
    struct revoked revoked;
};

/*
 * trusted_load - read the keys, and the list of those that are revoked
 *
 * The keys are the files and folders of --public-key, else of MPTABLED_PUBLIC_KEYS, else those in
 * the first of /etc/mptabled/keys/ and /run/mptabled/keys/ that has any. In a folder, files whose
 * names end in .pub count. One of these that is not a public key is passed over with a line on
 * standard error, so that a broken file does not stop commands that need another key.
 *
 * Return: CLI_DONE, also without any key; or the exit status, after the error was reported.
 */
int trusted_load(struct cli *cli, struct trusted *trusted);

/*
 * trusted_refuse_none - report that there is no key, though the command needs one
 * @otherwise: a text behind it: how to do without
 *
 * Return: CLI_USAGE.
 */
int trusted_refuse_none(struct cli *cli, const char *otherwise);

#endif
