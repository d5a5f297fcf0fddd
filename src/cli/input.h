/* SPDX-License-Identifier: ISC */
/* What decode, lint and sign read: bytes as guest memory, and the table in them. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "cli.h"

/*
 * input_memory - the operand's bytes as guest memory, in cli->source
 * @default_base: their address without --base, unless they are an ELF file, which has addresses
 * @bytes:        to be released by free, whatever is returned
 *
 * Return: CLI_DONE, or the exit status, after the error was reported.
 */
int input_memory(struct cli *cli, const char *default_base, char **bytes);

/*
 * input_table - find the floating pointer in cli->source, and read its table into cli->reading
 *
 * Return: CLI_DONE, or the exit status, after the error was reported.
 */
int input_table(struct cli *cli);

/*
 * input_check_signature - if the image is standard input, check that a signature file is named
 * @read: the signature is read, so it cannot be standard input, too
 *
 * Return: CLI_DONE, or the exit status, after the error was reported.
 */
int input_check_signature(struct cli *cli, bool read);

#endif
