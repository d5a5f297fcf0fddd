/* SPDX-License-Identifier: ISC */
/* ACPI MADTs: as facts for decode and lint, and as a topology for encode. */
#ifndef CLI_MADT_H
#define CLI_MADT_H

#include "cli.h"

/*
 * madt_settle - add what cli->madt_file says, if there is one, to the facts, and settle these
 *
 * Return: CLI_DONE, or the exit status, after the error was reported.
 */
int madt_settle(struct cli *cli);

/*
 * madt_encode - the topology of cli->from_madt, with what the operand gives besides, in
 * cli->topology. Prints on standard error what the MADT does not say, and what of it was changed.
 *
 * Return: CLI_DONE, or the exit status, after the error was reported.
 */
int madt_encode(struct cli *cli);

#endif
