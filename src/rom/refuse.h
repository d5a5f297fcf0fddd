/* SPDX-License-Identifier: ISC */
#ifndef ROM_REFUSE_H
#define ROM_REFUSE_H

#include "console.h"

/*
 * refuse - print why this machine does not start, and stop it; arguments as those of say
 *
 * A guest that ran without its table would hang later, without a message.
 */
#define refuse(...) (say("mptable.rom: " __VA_ARGS__), say("\nmptable.rom: stopped\n"), stop())

_Noreturn static inline void stop(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

#endif
