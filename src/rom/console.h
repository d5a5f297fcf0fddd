/* SPDX-License-Identifier: ISC */
/*
 * Text for people: on COM1, and on port 0xe9, which QEMU's isa-debugcon shows. What is written to a
 * port that does not exist is lost.
 */
#ifndef ROM_CONSOLE_H
#define ROM_CONSOLE_H

#include <stdint.h>

/* console_start - set COM1 to 115200 baud, eight bits, no parity */
void console_start(void);

/* console_print - print a text, with the next value for each %u (decimal) and %x (0x and hex) */
void console_print(const char *format, const uint32_t *values);

/* say - console_print with the values as arguments */
#define say(...)                SAY_FORMAT(__VA_ARGS__, 0)
#define SAY_FORMAT(format, ...) console_print(format, (const uint32_t[]){ __VA_ARGS__ })

#endif
