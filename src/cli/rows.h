/* SPDX-License-Identifier: ISC */
/*
 * The commands and options of mptablectl, a row each. Parsing, help and completions come from them,
 * and a test compares the manual page with them.
 */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "cli.h"

enum { ROWS_ANY = 0xffff }; /* the most operands of a command that takes a command line */

struct command {
    unsigned bit; /* of this command in the rows of options */
    const char *name, *operands;
    unsigned least, most; /* numbers of operands */
    bool reads;           /* without an operand it reads standard input */
    int (*run)(struct cli *cli);
    const char *help;
};

extern const struct command commands[];
extern const size_t command_count;

/* rows_command - the command of that name, or NULL */
const struct command *rows_command(const char *name);

/*
 * rows_options - the options of a command; NULL: those of all commands. The rows are in one static
 * array, which each call fills
 */
struct options rows_options(const struct command *command);

#endif
