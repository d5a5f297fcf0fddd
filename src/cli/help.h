/* SPDX-License-Identifier: ISC */
/* What mptablectl prints of itself. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "rows.h"

/* All return the exit status. */
int help_all(void);
int help_command(const struct command *command);
int help_version(void);

/* help_refuse_command - there is no command of that name; tell a similar one */
int help_refuse_command(const char *name);

#endif
