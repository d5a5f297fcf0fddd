/* SPDX-License-Identifier: ISC */
/*
 * The HTTP server: life cycle, connections, bodies, limits.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "listen.h"

struct keyring_slot;

/* What every handler may know; const once the server runs. */
struct service {
    struct keyring_slot *keys;
    size_t max_body;          /* bytes */
    unsigned max_connections; /* of one listener */
    unsigned idle_seconds;    /* a silent connection is closed after that */
    unsigned request_seconds; /* a whole request must have come in by then */
};

struct server;

/*
 * server_start - accept on these sockets; logs event=listening for each
 * @service: borrowed until server_stop
 */
struct server *server_start(const struct service *service, struct listener *listeners, unsigned count,
                            struct err *err) MUST_USE;

/*
 * server_run - serve on the calling thread until @stop_fd becomes readable, then stop accepting and finish
 * what is in flight, within some seconds
 */
int server_run(struct server *server, int stop_fd, struct err *err) MUST_USE;

/*
 * server_turned - whether every loop has gone round since the last call, which wakes those that sleep: what a
 *                 watchdog wants to know. By any one thread; the first call says no
 */
bool server_turned(struct server *server);

void server_stop(struct server *server);

#endif
