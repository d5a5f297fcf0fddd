/* SPDX-License-Identifier: ISC */
/* Loads what -kernel, -initrd and -append give. */
#ifndef ROM_KERNEL_H
#define ROM_KERNEL_H

#include "map.h"

/*
 * kernel_start - load kernel, initrd and command line, and enter the kernel by the 32-bit boot
 * protocol (Documentation/x86/boot.rst in its tree)
 *
 * Refuses when there is no kernel, no 32-bit entry, or no room.
 */
_Noreturn void kernel_start(const struct map *map);

#endif
