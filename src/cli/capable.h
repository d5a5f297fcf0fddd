/* SPDX-License-Identifier: ISC */
/* mptablectl --print-capabilities */
#ifndef CLI_CAPABLE_H
#define CLI_CAPABLE_H

#include "cli.h"

/* capable_print - print what this program can do, as JSON */
int capable_print(struct cli *cli);

#endif
