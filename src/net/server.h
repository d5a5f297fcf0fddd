/* SPDX-License-Identifier: ISC */
/*
 * The HTTP server: threads, with a loop on each. Only the thread that started it may call what is
 * declared here.
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
 * server_start - serve the clients of these sockets; logs event=listening for each
 * @context:   borrowed until server_stop, which also takes away the metrics that this fills in
 * @listeners: borrowed until server_stop; one with several sockets has one for each thread
 * @tls:       for TCP; one use of it is the server's from now on; NULL: TCP is served in the clear
 * @threads:   how many loops, 1 to LISTEN_QUEUES_MAX
 *
 * All threads exist when this returns; none is made later. They have the caller's signal mask.
 *
 * Return: released by server_stop; NULL with an error.
 */
struct server *server_start(struct context *context, const struct listener *listeners,
                            unsigned count, struct tls *tls, unsigned threads,
                            struct err *err) MUST_USE;

/*
 * server_swap_tls - have new connections, and the next request of each other one, judged by @tls,
 * one use of which is the server's from now on. Only where it was started with TLS
 */
void server_swap_tls(struct server *server, struct tls *tls);

/*
 * server_library - the version of libmicrohttpd that this process has loaded
 * @tested: whether this program's tests have passed with it
 */
const char *server_library(bool *tested);

/*
 * server_settle - wait until every handler that runs now has ended
 *
 * What was replaced before this was called is used by no handler afterwards, and can be freed.
 */
void server_settle(struct server *server);

/* server_alive - has every loop counted a turn since the last call? Wakes them for the next one */
bool server_alive(struct server *server);

/*
 * server_drain - accept what waits already and then no more, end each connection with its next
 * reply, and end those that are idle
 */
void server_drain(struct server *server);

/* server_connections - how many connections are open */
unsigned server_connections(const struct server *server);

/* server_stop - end the threads, close all connections, and free the server */
void server_stop(struct server *server);

#endif
