/* SPDX-License-Identifier: ISC */
/* Addresses that reset.S and the C sources share. rom.ld has the first, too. */
#ifndef ROM_LAYOUT_H
#define ROM_LAYOUT_H

/* The code's offset in the ROM, which shows below 1 MiB from 0xf0000 on, too */
#define ROM_CODE 0xc000

/*
 * Low memory that the ROM uses until the kernel has begun: boot parameters, command line, stack.
 * Nothing of an image may lie there.
 */
#define ROM_MEMORY       0x8000
#define ROM_COMMAND_LINE 0x9000
#define ROM_STACK        0xa000
#define ROM_MEMORY_END   0xd000

#endif
