/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets: TCP and UNIX, opened here or passed by a service manager.
 */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include <stdbool.h>

#include "../base/err.h"

enum {
    LISTEN_ADDRESS_SIZE = 128,
    LISTEN_NAME_SIZE = 64,
    LISTEN_QUEUES_MAX = 64 /* sockets of one address, one for each loop */
};

struct listener {
    int fds[LISTEN_QUEUES_MAX]; /* one for each loop, or one that all share */
    unsigned fd_count;
    bool is_unix;
    bool is_passed;   /* by the service manager, which keeps it when we close it */
    bool is_loopback; /* TCP that only this host reaches */
    /* as it is logged: 127.0.0.1:8640, [::1]:8640 or unix:/path */
    char address[LISTEN_ADDRESS_SIZE];
    char name[LISTEN_NAME_SIZE]; /* what the service manager calls it, "" when it was not passed */
    const char *unlink_path;     /* of a UNIX socket that we bound, removed when closed; borrowed */
};

/*
 * listen_open - bind and listen
 * @address: a numeric HOST:PORT or [HOST]:PORT, or unix:/path (at most 107 bytes of path); port 0:
 *           the kernel chooses
 * @queues:  how many loops will accept, at most LISTEN_QUEUES_MAX. Each gets a TCP socket of its
 *           own (SO_REUSEPORT) where the kernel allows it; a UNIX socket is shared
 *
 * A UNIX socket gets mode 0660 before it is reachable. A socket file that a dead process left is
 * taken over, one that still answers or that is no socket is not.
 *
 * Return: 0 with *listener filled; -1 with ERR_FILE: not an address, in use.
 */
int listen_open(const char *address, unsigned queues, struct listener *listener,
                struct err *err) MUST_USE;

/*
 * listen_check - the text alone
 * @guarded: requests will be authenticated, so an address that other hosts reach will do
 * Return: 0, or -1 with ERR_FILE: not an address, or one that would have to be guarded
 */
int listen_check(const char *address, bool guarded, struct err *err) MUST_USE;

/*
 * listen_inherit - the sockets passed by a service manager (LISTEN_PID, LISTEN_FDS,
 * LISTEN_FDNAMES), if any
 * Return: how many of @listeners were filled, at most @max; -1 with ERR_FILE
 */
int listen_inherit(struct listener *listeners, unsigned max, struct err *err) MUST_USE;

/*
 * listen_hide - nobody new comes to wait; who waits already can still be accepted
 *
 * Else who connects between the last accept and listen_close is reset, and cannot know whether his
 * request was heard. A UNIX socket of ours loses its name. A TCP socket of ours drops what asks for
 * a connection, which asks again after a second and then finds nobody, or who listens there next. A
 * passed socket stays as it is: who comes by it waits for the next process.
 */
void listen_hide(struct listener *listener);

/*
 * listen_close - close the sockets; what they are called stays, for connections that came by them
 */
void listen_close(struct listener *listener);

#endif
