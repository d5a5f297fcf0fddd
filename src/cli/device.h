/* SPDX-License-Identifier: ISC */
/* The memory of this machine, of which Linux shows a part: what is hidden, and why. */
#ifndef CLI_DEVICE_H
#define CLI_DEVICE_H

#include "cli.h"

#define DEVICE_PATH "/dev/mem"

/* device_refuse - report why the device could not be opened, from errno. Return: CLI_IO */
int device_refuse(struct cli *cli);

/*
 * device_explain_nothing - print what may hide a floating pointer, after none was found in the
 * device
 *
 * With CONFIG_STRICT_DEVMEM a page below 1 MiB that is memory reads as zeros, with no error.
 *
 * Return: CLI_IO: the places where a table may lie are hidden, so nothing is known; CLI_REFUSED:
 * they are shown, and there is none.
 */
int device_explain_nothing(const struct cli *cli);

/* device_hides - can these bytes not be read, or read as zeros? */
bool device_hides(const struct cli *cli, uint32_t address, size_t size);

#endif
