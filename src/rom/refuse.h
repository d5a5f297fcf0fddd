/* SPDX-License-Identifier: ISC */
#ifndef ROM_REFUSE_H
#define ROM_REFUSE_H

#include "console.h"

/*
 * refuse - say why this machine does not start, and stop it: console_print's format and values
 *
 * A guest that ran without its table would hang later, and say nothing.
 */
#define refuse(...) (say("mptable.rom: " __VA_ARGS__), say("\nmptable.rom: stopped\n"), stop())

_Noreturn static inline void stop(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

#endif
