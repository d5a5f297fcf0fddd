/* SPDX-License-Identifier: ISC */
/* Addresses that reset.S and the C sources share. rom.ld repeats the first one. */
#ifndef ROM_LAYOUT_H
#define ROM_LAYOUT_H

/* The code's offset in the ROM, which is also visible below 1 MiB, from 0xf0000 on */
#define ROM_CODE 0xc000

/*
 * Low memory that the ROM uses until the kernel starts: boot parameters, command line, stack. No
 * part of an image may lie there.
 */
#define ROM_MEMORY       0x8000
#define ROM_COMMAND_LINE 0x9000
#define ROM_STACK        0xa000
#define ROM_MEMORY_END   0xd000

#endif
