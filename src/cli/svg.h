/* SPDX-License-Identifier: ISC */
/* mptablectl decode --svg: the wiring of a table as a picture. */
#ifndef CLI_SVG_H
#define CLI_SVG_H

#include "cli.h"

/* svg_write - draw cli->reading into the file of --svg */
int svg_write(struct cli *cli);

#endif
