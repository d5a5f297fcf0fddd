/* SPDX-License-Identifier: ISC */
/* The machine that a command line of QEMU makes, as far as its MP table depends on it. */
#ifndef CLI_MACHINE_H
#define CLI_MACHINE_H

#include "../json/build.h"
#include "cli.h"

enum machine_kind { MACHINE_MICROVM, MACHINE_PC, MACHINE_Q35 };

struct machine {
    enum machine_kind kind;
    unsigned cpus;
    unsigned sockets, dies, cores, threads; /* of maxcpus: those that may be added are counted */
    uint64_t memory;                        /* bytes */
    /* indices of words; 0 = none: word 0 is the program */
    unsigned append, kernel, bios;
};

/*
 * machine_read - the options -M, -smp, -m, -append, -kernel and -bios among the words of a line,
 * with QEMU's own defaults
 *
 * Return: 0; -1 and ERR_INVALID: another machine, or a number that cannot be read.
 */
int machine_read(char *const *words, unsigned count, struct machine *machine,
                 struct err *err) MUST_USE;

/* machine_topology - add the members of a topology that describe the machine to an open object */
void machine_topology(const struct machine *machine, struct build *b);

#endif
