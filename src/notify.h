/* SPDX-License-Identifier: ISC */
/* Messages to the service manager (sd_notify(3)). */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdint.h>

/* notify_state - send text such as "READY=1" to the socket in NOTIFY_SOCKET, if there is one */
void notify_state(const char *state);

/* notify_status - the same, with a text for people behind it (STATUS=), at most 200 bytes of it */
void notify_status(const char *state, const char *status);

/*
 * notify_watchdog_us - the longest time, in microseconds, that the service manager allows between
 * two "WATCHDOG=1" (WATCHDOG_USEC, WATCHDOG_PID); 0: it expects none
 */
uint64_t notify_watchdog_us(void);

#endif
