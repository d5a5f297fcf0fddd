/* SPDX-License-Identifier: ISC */
/* The memory of this machine, which Linux shows in part: what can be read, and why no more. */
#ifndef CLI_DEVICE_H
#define CLI_DEVICE_H

#include "cli.h"

#define DEVICE_PATH "/dev/mem"

/* device_refuse - the device cannot be opened, as errno says: tell why. Return: CLI_IO */
int device_refuse(struct cli *cli);

/*
 * device_explain_nothing - no floating pointer was found in the device: tell what the kernel hides
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
