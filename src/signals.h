/* SPDX-License-Identifier: ISC */
/*
 * The signals that the daemon obeys: SIGHUP reloads, SIGTERM and SIGINT end it, whatever stands
 * still.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

#include "base/err.h"
#include "reload.h"

/*
 * signals_start - take the signals over; called while there is one thread
 * @seconds: the process exits by force, with status 1, so long after the first signal that ends it
 *
 * Return: 0; -1 with ERR_INTERNAL: no thread can be started.
 */
int signals_start(unsigned seconds, struct err *err) MUST_USE;

/*
 * signals_wait - wait for a signal; on the thread that called signals_start
 * @asker: set to the process that waits for the outcome of a reload
 *
 * Return: true after SIGHUP or a signal that ends the daemon; false after that many milliseconds.
 */
bool signals_wait(unsigned milliseconds, struct reload_asker *asker);

/* signals_ends - how often the daemon was asked to end */
unsigned signals_ends(void);

#endif
