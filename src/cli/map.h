/* SPDX-License-Identifier: ISC */
#ifndef CLI_MAP_H
#define CLI_MAP_H

#include "cli.h"

/*
 * map_print - print the bytes of cli->reading, structure by structure, with the rules that each
 * breaks
 */
int map_print(struct cli *cli);

#endif
