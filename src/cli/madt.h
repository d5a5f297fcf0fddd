/* SPDX-License-Identifier: ISC */
/* ACPI MADTs: as facts for decode and lint, and as a topology for encode. */
#ifndef CLI_MADT_H
#define CLI_MADT_H

#include "cli.h"

/*
 * madt_settle - add the facts of cli->madt_file, if there is one, to cli->facts, and settle these
 */
int madt_settle(struct cli *cli);

/*
 * madt_encode - make cli->topology of the MADT in cli->from_madt, and of what operand and options
 * give besides
 *
 * Prints on standard error what the MADT does not tell, and which I/O APIC IDs were changed.
 */
int madt_encode(struct cli *cli);

#endif
