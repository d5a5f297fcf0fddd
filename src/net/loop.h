/* SPDX-License-Identifier: ISC */
/*
 * One loop: connections, deadlines, bodies, and libmicrohttpd. Each runs on a thread of its own;
 * what loops share is const or atomic and stands in struct shared.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "listen.h"
#include "../service/context.h"

enum { LOOPS_MAX = LISTEN_QUEUES_MAX, PORTS_MAX = 16, UID_BUCKETS = 256 };

enum phase { PHASE_SERVE, PHASE_DRAIN, PHASE_STOP };

/* A listener and its slots. */
struct port {
    const struct listener *listener;
    _Atomic unsigned open;    /* connections */
    _Atomic bool crowded;     /* no slot is free and somebody waits for one */
    _Atomic unsigned *by_uid; /* UNIX: connections of a uid, in the bucket of its hash; else NULL */
    _Atomic unsigned users;   /* buckets that are not empty */
};

struct loop;

struct tls;

struct shared {
    const struct context *service;
    const struct tls *tls; /* NULL: TCP is served in the clear */
    struct port ports[PORTS_MAX];
    unsigned port_count;
    _Atomic size_t body_bytes; /* held by buffers for bodies */
    _Atomic int phase;         /* enum phase */
    unsigned threads;          /* how many loops there will be */
    struct loop *loops[LOOPS_MAX];
    unsigned loop_count;
};

/* loop_new - a loop that serves each port's socket of that number; released by loop_free */
struct loop *loop_new(struct shared *shared, unsigned number, struct err *err) MUST_USE;

/* loop_run - serve until the phase is PHASE_STOP */
void loop_run(struct loop *loop);

/* loop_wake - have the loop go round now; may be called on any thread */
void loop_wake(struct loop *loop);

/*
 * loop_turns - how often it went round. A handler that ran when it was read has ended once it
 * differs.
 */
unsigned loop_turns(const struct loop *loop);

/* loop_free - close what is open; after loop_run has returned */
void loop_free(struct loop *loop);

#endif
