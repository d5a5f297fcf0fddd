/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets: TCP on loopback addresses, and UNIX sockets.
 */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "../base/err.h"

enum { LISTEN_ADDRESS_SIZE = 128 };

struct listener {
    int fd;
    char address[LISTEN_ADDRESS_SIZE]; /* as it is logged: 127.0.0.1:8640, [::1]:8640 or unix:/path */
    const char *unlink_path;           /* of a UNIX socket that we bound, removed when closed; borrowed */
};

/*
 * listen_open - bind and listen
 * @address: 127.0.0.1:PORT, [::1]:PORT, or unix:/path (at most 107 bytes of path); port 0: the kernel chooses
 *
 * A UNIX socket gets mode 0660 before it is reachable. A socket file that a dead process left is taken over,
 * one that still answers or that is no socket is not.
 *
 * Return: 0 with *listener filled; -1 with ERR_FILE: not an address, not loopback (TLS with client
 * certificates or a token file would be needed), in use.
 */
int listen_open(const char *address, struct listener *listener, struct err *err) MUST_USE;

/* listen_check - the same checks of the text alone: 0, or -1 with ERR_FILE */
int listen_check(const char *address, struct err *err) MUST_USE;

/*
 * listen_inherit - the sockets passed by a service manager (LISTEN_PID, LISTEN_FDS), if any
 * Return: how many of @listeners were filled, at most @max; -1 with ERR_FILE
 */
int listen_inherit(struct listener *listeners, unsigned max, struct err *err) MUST_USE;

void listen_close(struct listener *listener);

#endif
