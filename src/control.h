/* SPDX-License-Identifier: ISC */
/*
 * What goes on beside requests: signals, reloads, and the service manager's watchdog, on a thread of its own.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <pthread.h>
#include <stdbool.h>

#include "base/err.h"

struct control {
    void (*reload)(void *context); /* on SIGHUP */
    bool (*alive)(void *context);  /* whether every worker has proved itself since the last call */
    void *context;
    int signal_fd, stop_fd, end_fd; /* private; stop_fd becomes readable when the server is to stop */
    pthread_t thread;
};

/*
 * control_open - take over the signals of the process: call it before the second thread exists
 *
 * SIGTERM and SIGINT stop the server, a second one ends the process at once, SIGHUP reloads; no handler ever
 * runs. SIGPIPE and the signals that would end a process for nothing (USR1, USR2, ALRM, VTALRM, PROF, POLL)
 * are ignored.
 *
 * Return: 0; -1 with ERR_INTERNAL.
 */
int control_open(struct control *control, struct err *err) MUST_USE;

/*
 * control_start - serve signals from now on, and ping the watchdog (WATCHDOG_USEC) at half its interval as
 * long as alive says so. The functions and their context must be set and good until control_stop
 */
int control_start(struct control *control, struct err *err) MUST_USE;

/* control_stop - end the thread; nothing if it was not started. Signals stay blocked. */
void control_stop(struct control *control);

#endif
