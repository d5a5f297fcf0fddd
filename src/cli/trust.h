/* SPDX-License-Identifier: ISC */
/* May an image be trusted? verify, get and inject ask this. */
#ifndef CLI_TRUST_H
#define CLI_TRUST_H

#include "../seal/verify.h"
#include "cli.h"

/* An image with its signature, read once: the bytes that are used are those that were verified. */
struct trust {
    struct public_key key;
    char *image, *minisig; /* scoped_trust releases them */
    size_t size, minisig_size;
    struct seal_facts facts; /* of a good signature */
};

/*
 * trust_take_key - the public key, which must not be revoked.
 *
 * Return: the exit status, error reported
 */
int trust_take_key(struct cli *cli, struct public_key *key);

/*
 * trust_judge - verify the signature, then compare its claims with what is wanted and with the
 * bytes: a floating pointer must be at fp, and its table must be inside the segments
 *
 * Return: 0; -1 with cli->err filled.
 */
int trust_judge(struct cli *cli, struct trust *trust, const struct seal_wanted *wanted) MUST_USE;

/*
 * trust_take - read the operand and its signature file, and judge them by the options
 * @trust: zeroed; scoped_trust releases it, whatever is returned
 *
 * Return: the exit status, error reported.
 */
int trust_take(struct cli *cli, struct trust *trust);

static inline void scoped_trust(const struct trust *trust)
{
    free(trust->image);
    free(trust->minisig);
}

#endif
