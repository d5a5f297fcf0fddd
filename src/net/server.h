/* SPDX-License-Identifier: ISC */
/*
 * The HTTP server: a loop on each of its threads. All that is here is for the thread that started
 * it.
 */
#ifndef NET_SERVER_H
#define NET_SERVER_H

#include <stdbool.h>

#include "../base/err.h"
#include "listen.h"
#include "../service/context.h"

struct server;
struct tls;

/*
 * server_start - accept on these sockets; logs event=listening for each
 * @context:   borrowed until server_stop; metrics are filled in
 * @listeners: borrowed; those that have several sockets have one for each thread
 * @tls:       for TCP; borrowed, NULL: TCP is served in the clear
 * @threads:   how many loops, 1 to LISTEN_QUEUES_MAX
 *
 * Every thread exists when this returns, none is made later. They run with the signal mask of the
 * caller.
 */
struct server *server_start(struct context *context, const struct listener *listeners,
                            unsigned count, const struct tls *tls, unsigned threads,
                            struct err *err) MUST_USE;

/* server_settle - wait until every handler that runs now has ended: what it may have used can go */
void server_settle(struct server *server);

/* server_alive - has every loop gone round since the last call? Each is also told to. */
bool server_alive(struct server *server);

/*
 * server_drain - accept no more, answer what comes on open connections, and close those that are
 * idle
 */
void server_drain(struct server *server);

/* server_connections - how many are open */
unsigned server_connections(const struct server *server);

/* server_stop - close everything */
void server_stop(struct server *server);

#endif
