/* SPDX-License-Identifier: ISC */
/*
 * libmicrohttpd behind a door: it gets connections, and answers their requests through
 * route_dispatch.
 */
#ifndef NET_EXCHANGE_H
#define NET_EXCHANGE_H

#include "state.h"

/* exchange_start - an instance of the library for the loop's engine of that kind */
bool exchange_start(struct loop *loop, enum engine_kind kind);

/* exchange_descriptor - readable when the engine has something to do; -1 when there is none */
int exchange_descriptor(const struct engine *engine);

/*
 * exchange_take - serve a connection: loop->adding. Its descriptor is the library's from now on in
 * any case
 */
void exchange_take(const struct engine *engine, int fd, const struct sockaddr *from,
                   socklen_t size);

/* exchange_run - do what there is to do, without waiting */
void exchange_run(const struct engine *engine);

/* exchange_is_pending - has the engine, whose descriptor tells of edges, still something to do? */
bool exchange_is_pending(const struct engine *engine);

/* exchange_stop - close the engine's connections and end it */
void exchange_stop(struct engine *engine);

#endif
