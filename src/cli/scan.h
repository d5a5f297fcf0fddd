/* SPDX-License-Identifier: ISC */
#ifndef CLI_SCAN_H
#define CLI_SCAN_H

#include "cli.h"

/* The floating pointers that consumers take, each once, in the order of the consumers */
struct scan {
    struct cli *cli;
    uint32_t taken[FOUND_CONSUMERS_MAX];
    unsigned count;
};

/*
 * scan_memory - read the operand as a memory dump, and find the floating pointers that consumers
 * take
 */
int scan_memory(struct cli *cli, struct scan *scan);

/* scan_print - decode --scan: print which consumer takes which table of a memory dump */
int scan_print(struct cli *cli);

#endif
