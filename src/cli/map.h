/* SPDX-License-Identifier: ISC */
#ifndef CLI_MAP_H
#define CLI_MAP_H

#include "cli.h"

/*
 * map_print - the bytes of cli->reading, a line for each structure, with the rules that it breaks
 */
int map_print(struct cli *cli);

#endif
