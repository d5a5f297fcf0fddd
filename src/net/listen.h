/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets: TCP and UNIX, opened here or passed by a service manager.
 */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "../base/err.h"

enum {
    LISTEN_ADDRESS_SIZE = 128,
    LISTEN_NAME_SIZE = 64,
    LISTEN_QUEUES_MAX = 64 /* sockets of one address, one for each loop */
};

struct listener {
    int fds[LISTEN_QUEUES_MAX]; /* one for each loop, or one that all loops share */
    unsigned fd_count;
    bool is_unix;
    bool is_metrics;  /* serves /metrics and nothing else */
    bool is_passed;   /* by the service manager, which keeps it open when we close it */
    bool is_loopback; /* TCP, at an address that only this host reaches */
    /* as it is logged: 127.0.0.1:8640, [::1]:8640 or unix:/path */
    char address[LISTEN_ADDRESS_SIZE];
    char name[LISTEN_NAME_SIZE]; /* the service manager's name for it; "" when it was not passed */
    const char *unlink_path;     /* a UNIX socket that we bound, removed when closed; borrowed */
    dev_t device;                /* of the file at unlink_path, while it is ours */
    ino_t inode;
};

/*
 * listen_open - bind and listen
 * @address: numeric HOST:PORT or [HOST]:PORT, where PORT 0 lets the kernel choose; or unix:/path,
 *           with at most 107 bytes of path
 * @queues:  how many loops will accept, at most LISTEN_QUEUES_MAX. Each gets a TCP socket of its
 *           own (SO_REUSEPORT) where the kernel allows it; they share a UNIX socket
 *
 * A UNIX socket has mode 0660 from the start. A socket file that a dead process left is replaced; a
 * socket that a process listens on, and anything that is no socket, stays.
 *
 * Return: 0 with *listener filled; -1 with ERR_FILE: not an address, or in use.
 */
int listen_open(const char *address, unsigned queues, struct listener *listener,
                struct err *err) MUST_USE;

/*
 * listen_check - judge an address, without opening a socket
 * @guarded: clients must authenticate, so other hosts may reach the address
 *
 * Return: 0; -1 with ERR_FILE: not an address; other hosts reach it and it is not guarded; or no
 * socket can be made at its path.
 */
int listen_check(const char *address, bool guarded, struct err *err) MUST_USE;

/*
 * listen_inherit - the sockets passed by a service manager (LISTEN_PID, LISTEN_FDS,
 * LISTEN_FDNAMES), if any
 *
 * Return: how many of @listeners were filled, at most @max; -1 with ERR_FILE
 */
int listen_inherit(struct listener *listeners, unsigned max, struct err *err) MUST_USE;

/*
 * listen_can_hide - will listen_hide keep new clients from a socket?
 *
 * Some kernels let only a process with CAP_NET_ADMIN make a socket drop packets.
 */
bool listen_can_hide(const struct listener *listener);

/*
 * listen_hide - let no new client connect; those that wait already can still be accepted
 *
 * A client that connected between the last accept and listen_close would be reset, and could not
 * tell whether its request had an effect. So a UNIX socket that we bound loses its name. A TCP
 * socket that we bound drops packets: a client that connects sends its first one again after a
 * second, and then the port is closed or another process listens there. A passed socket stays as it
 * is: its clients wait for the next process.
 */
void listen_hide(struct listener *listener);

/*
 * listen_close - close the sockets; address and name stay, for connections that are still open
 */
void listen_close(struct listener *listener);

#endif
