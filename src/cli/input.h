/* SPDX-License-Identifier: ISC */
/* What decode, lint and sign read: bytes as guest memory, and the table in them. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "cli.h"

/*
 * input_memory - the operand as guest memory, in cli->source
 * @short_base: the address of an image of which neither an option nor a signature gives it; NULL:
 *              the one that its floating pointer suggests, else 0x9fc00
 *
 * Where cli->takes_topology is set, a topology stands for its image, and so does JSON that has one
 * of the two (reply.h). The operand's kind follows from --as, else from its bytes; its address from
 * --base, from a signature beside it, from its floating pointer, or from addresses in it. Without
 * --base and addresses in it, a note on standard error says what was assumed, unless that is
 * 0x9fc00. A pipe is read up to 16 MiB; of a larger file, only the windows that dump.h describes
 * are read.
 */
int input_memory(struct cli *cli, const char *short_base);

/*
 * input_find - find the floating pointer: the one that --floating-pointer names, one that is made
 * for --table, else the one that found_choose takes
 */
int input_find(struct cli *cli, uint32_t *address);

/*
 * input_explain_nothing - print which places of a floating pointer are not in a dump, or not shown
 * by a device, after none was found
 *
 * Return: CLI_REFUSED; CLI_IO: a device does not show them, so there may be one.
 */
int input_explain_nothing(const struct cli *cli);

/* input_read - read the table of the floating pointer at @address into cli->reading */
int input_read(struct cli *cli, uint32_t address);

/* input_table - input_find and input_read */
int input_table(struct cli *cli);

/*
 * input_check_signature - if the image is standard input, check that a signature file is named
 * @read: the signature is read, not written, so it cannot be standard input too
 */
int input_check_signature(struct cli *cli, bool read);

#endif
