/* SPDX-License-Identifier: ISC */
/* Whether an image is to be trusted: what verify, get and inject have in common. */
#ifndef CLI_TRUST_H
#define CLI_TRUST_H

#include "../seal/verify.h"
#include "cli.h"

/* An image with its signature, read once: what was verified are the bytes that are used. */
struct trust {
    struct public_key key;
    char *image, *minisig; /* scoped_trust releases them */
    size_t size, minisig_size;
    struct seal_facts facts; /* of a good signature */
};

/* trust_take_key - the public key, which must not be revoked. Return: the exit status, said */
int trust_take_key(struct cli *cli, struct public_key *key);

/*
 * trust_judge - verify the signature, then compare its claims with what is wanted and with the
 * bytes: a floating pointer lies where fp says, and its table where load puts it
 *
 * Return: 0; -1 with cli->err filled.
 */
int trust_judge(struct cli *cli, struct trust *trust, const struct seal_wanted *wanted) MUST_USE;

/*
 * trust_take - all of that for the operand, its signature file and the options
 * @trust: zeroed; its texts are to be released whatever is returned
 *
 * Return: the exit status, said.
 */
int trust_take(struct cli *cli, struct trust *trust);

static inline void scoped_trust(const struct trust *trust)
{
    free(trust->image);
    free(trust->minisig);
}

#endif
