/* SPDX-License-Identifier: ISC */
/*
 * A reload that is asked for by a process which waits for the outcome: mptabled --reload PID.
 *
 * The process sends SIGHUP with a random number, and waits at an abstract UNIX socket whose name
 * has its process id and that number. The daemon sends the outcome there. A SIGHUP of kill(1) has
 * no number and gets no answer.
 */
#ifndef RELOAD_H
#define RELOAD_H

#include <sys/types.h>

#include "base/err.h"

/* The process that asked for a reload; pid 0: one that does not wait */
struct reload_asker {
    pid_t pid;
    int number;
};

/*
 * reload_ask - have a daemon reload, and wait for the outcome at most 10 s
 *
 * A process that has another name than ours is left alone, because SIGHUP would end most of them.
 *
 * Return: 0: it has loaded everything again; -1 with ERR_FILE: it refused, with its reason; it
 * ended; it did not answer; or the signal cannot be sent.
 */
int reload_ask(pid_t pid, struct err *err) MUST_USE;

/* reload_answer - send the outcome to the process that asked; @problem: NULL = all was loaded */
void reload_answer(const struct reload_asker *asker, const char *problem);

#endif
