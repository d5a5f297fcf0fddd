/* SPDX-License-Identifier: ISC */
/* The help and the version of mptablectl. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "rows.h"

/* All return the exit status. */
int help_all(void);
int help_command(const struct command *command);
int help_version(void);

/* help_refuse_command - report that there is no such command, and a similar one if there is */
int help_refuse_command(const char *name);

#endif
