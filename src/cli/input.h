/* SPDX-License-Identifier: ISC */
/* What decode, lint and sign read: bytes as guest memory, and the table in them. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "cli.h"

/*
 * input_memory - the operand as guest memory, in cli->source
 * @short_base: the address of bytes that may be an image and do not tell by themselves; NULL:
 *              0x9fc00
 *
 * Where cli->takes_topology is set, a topology stands for its image, and so does JSON that has one
 * of the two (reply.h). What the operand is follows from its bytes, or from --as; where it lies from
 * --base, from a signature beside it, from its floating pointer, or from the addresses in it.
 * Anything else than the usual address is told on standard error. A pipe is read up to 16 MiB; of a
 * larger file, only the windows that dump.h describes are read.
 *
 * Return: CLI_DONE, or the exit status, after the error was reported.
 */
int input_memory(struct cli *cli, const char *short_base);

/*
 * input_find - the address of the floating pointer that is named by --floating-pointer, or most
 * likely meant
 *
 * Return: CLI_DONE, or the exit status, after the error was reported.
 */
int input_find(struct cli *cli, uint32_t *address);

/*
 * input_explain_nothing - there is no floating pointer: tell which of the places where one may lie
 * are not in a dump, or not shown by a device
 *
 * Return: CLI_REFUSED; CLI_IO: a device that does not show them, so that nothing is known.
 */
int input_explain_nothing(const struct cli *cli);

/*
 * input_read - read the table of the floating pointer at @address into cli->reading
 *
 * Return: CLI_DONE, or the exit status, after the error was reported.
 */
int input_read(struct cli *cli, uint32_t address);

/* input_table - input_find and input_read */
int input_table(struct cli *cli);

/*
 * input_check_signature - if the image is standard input, check that a signature file is named
 * @read: the signature is read, so it cannot be standard input, too
 *
 * Return: CLI_DONE, or the exit status, after the error was reported.
 */
int input_check_signature(struct cli *cli, bool read);

#endif
