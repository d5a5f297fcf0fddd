/* SPDX-License-Identifier: ISC */
/* May an image be trusted? verify, get and inject ask this. */
#ifndef CLI_TRUST_H
#define CLI_TRUST_H

#include "../seal/verify.h"
#include "cli.h"
#include "trusted.h"

/* An image with its signature, read once: the bytes that are used are those that were verified. */
struct trust {
    const struct trusted *keys;
    char *image, *minisig; /* scoped_trust releases them */
    size_t size, minisig_size;
    struct seal_facts facts; /* of a good signature */
    bool untrusted;          /* the signature is of a key that is not in @keys */
};

/*
 * trust_judge - verify the signature with the key that it names, then compare its claims with
 * @wanted and with the bytes: a floating pointer must be at the address of the claim fp, and its
 * table in the segments
 */
int trust_judge(struct cli *cli, struct trust *trust, const struct seal_wanted *wanted) MUST_USE;

/*
 * trust_take - read the operand and its signature file, and judge them by the options
 * @keys:  filled, and borrowed by @trust
 * @trust: zeroed; scoped_trust releases it, whatever is returned
 */
int trust_take(struct cli *cli, struct trusted *keys, struct trust *trust);

static inline void scoped_trust(const struct trust *trust)
{
    free(trust->image);
    free(trust->minisig);
}

#endif
