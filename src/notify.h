/* SPDX-License-Identifier: ISC */
/* Word to the service manager (sd_notify(3)). */
#ifndef NOTIFY_H
#define NOTIFY_H

/* notify_state - send text such as "READY=1" to the socket in NOTIFY_SOCKET, if there is one */
void notify_state(const char *state);

#endif
