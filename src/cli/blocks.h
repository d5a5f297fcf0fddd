/* SPDX-License-Identifier: ISC */
#ifndef CLI_BLOCKS_H
#define CLI_BLOCKS_H

#include "cli.h"

/* blocks_print - decode --text: print the table for people */
int blocks_print(const struct cli *cli);

#endif
