/* SPDX-License-Identifier: ISC */
#ifndef CLI_SCAN_H
#define CLI_SCAN_H

#include "cli.h"

/*
 * scan_print - which consumer takes which table of a memory dump.
 *
 * Return: the exit status, error reported
 */
int scan_print(struct cli *cli);

#endif
