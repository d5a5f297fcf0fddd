/* SPDX-License-Identifier: ISC */
/* mptablectl verify: did the key sign these bytes, for this address, machine and time? */
#include <stdio.h>

#include "../trust.h"

/* Prints the trusted comment, a claim a line. It is printable ASCII, so nothing is escaped. */
static void print_claims(const struct seal_facts *said)
{
    printf("key %s\n", said->key_id);
    for (const char *c = said->comment; *c; c++)
        putchar(*c == ' ' ? '\n' : *c);
    putchar('\n');
}

int cli_verify(struct cli *cli)
{
    struct trust trust SCOPED(scoped_trust) = { .size = 0 };
    struct trusted keys;
    const int status = trust_take(cli, &keys, &trust);

    if (status == CLI_DONE)
        print_claims(&trust.facts);
    return status;
}
