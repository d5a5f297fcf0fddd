/* SPDX-License-Identifier: ISC */
/*
 * One loop: connections, deadlines, bodies, and libmicrohttpd. Each runs on a thread of its own.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "shared.h"

struct loop;

/*
 * loop_new - a loop that accepts from every port
 * @number: below shared->loop_count, and different for each loop. It selects the wake descriptor,
 *          the socket of each port and the row of metrics
 *
 * Return: released by loop_free; NULL with ERR_BUSY or ERR_INTERNAL.
 */
struct loop *loop_new(struct shared *shared, unsigned number, struct err *err) MUST_USE;

/* loop_run - serve until the phase is PHASE_STOP */
void loop_run(struct loop *loop);

/*
 * loop_turns - how many turns it has counted; may be called on any thread
 *
 * A handler that ran while this was called has ended once the result differs.
 */
unsigned loop_turns(const struct loop *loop);

/* loop_free - close what is open; not before loop_run has returned; NULL is none */
void loop_free(struct loop *loop);

#endif
