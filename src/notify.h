/* SPDX-License-Identifier: ISC */
/* Word to the service manager (sd_notify(3)). */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdint.h>

/* notify_state - send text such as "READY=1" to the socket in NOTIFY_SOCKET, if there is one */
void notify_state(const char *state);

/*
 * notify_watchdog_us - within how many microseconds the service manager wants to hear "WATCHDOG=1"
 * again
 *                      (WATCHDOG_USEC, WATCHDOG_PID); 0: it does not
 */
uint64_t notify_watchdog_us(void);

#endif
