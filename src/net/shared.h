/* SPDX-License-Identifier: ISC */
/*
 * What the loops of a server share: ports and their slots, the ledger, the phase, and the
 * descriptors that wake them. While loops run all of it is const or atomic, so any thread may call
 * what is declared here, but for shared_open and shared_close.
 *
 * A slot is the right to have one connection open on a port. A loop takes it before it accepts, and
 * gives it back when the connection is closed.
 */
#ifndef NET_SHARED_H
#define NET_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../base/err.h"
#include "../service/context.h"
#include "../service/ledger.h"
#include "listen.h"

enum { LOOPS_MAX = LISTEN_QUEUES_MAX, PORTS_MAX = 16 };

enum phase { PHASE_SERVE, PHASE_DRAIN, PHASE_STOP };

struct tls;

/* A listener and its slots. */
struct port {
    const struct listener *listener;
    _Atomic unsigned open; /* connections: slots that are taken */
    _Atomic bool crowded;  /* no slot is free and a client waits for one */
    /* UNIX: connections of each user, counted in the bucket of the user id's hash; else NULL */
    _Atomic unsigned *by_uid;
    _Atomic unsigned users; /* buckets that are not empty */
};

struct shared {
    const struct context *context;
    const struct tls *tls; /* NULL: TCP is served in the clear */
    struct port ports[PORTS_MAX];
    unsigned port_count;
    struct ledger ledger;
    _Atomic int phase;       /* enum phase */
    int wake_fds[LOOPS_MAX]; /* an eventfd for each loop */
    unsigned loop_count;
};

/*
 * shared_open - a port for each listener, and a descriptor to wake each loop
 * @shared:    zeroed, but for context and tls
 * @listeners: borrowed until shared_close; at most PORTS_MAX
 * @loops:     at most LOOPS_MAX
 *
 * Return: 0; -1 with ERR_BUSY or ERR_INTERNAL. Release with shared_close in any case.
 */
int shared_open(struct shared *shared, const struct listener *listeners, unsigned count,
                unsigned loops, struct err *err) MUST_USE;

/* shared_close - release what shared_open made; no loop may run any more */
void shared_close(struct shared *shared);

/* shared_wake - have every loop go round now */
void shared_wake(const struct shared *shared);

/* shared_enter - begin a phase, and have every loop notice it */
void shared_enter(struct shared *shared, enum phase phase);

/* shared_phase - the phase that was entered last */
enum phase shared_phase(const struct shared *shared);

/* shared_has_slot - is a slot of the port free? */
bool shared_has_slot(const struct shared *shared, const struct port *port);

/* shared_take_slot - false when none is free */
bool shared_take_slot(const struct shared *shared, struct port *port);

/* shared_give_slot - give back a slot that was taken */
void shared_give_slot(struct port *port);

/*
 * shared_add_user - count a connection of a user of a UNIX socket
 *
 * While several users have connections, each must leave an eighth of the port's slots to the
 * others. Users whose ids fall into one bucket count as one.
 *
 * Return: false when the user has too many. The connection is counted in any case.
 */
bool shared_add_user(const struct shared *shared, struct port *port, uid_t uid);

/* shared_remove_user - the connection has ended; nothing on a port that counts no users */
void shared_remove_user(struct port *port, uid_t uid);

/* shared_is_crowded - does a client wait for a slot while none is free? */
bool shared_is_crowded(const struct port *port);

/* shared_set_crowded - note that it does, or no more. Return: what was noted before */
bool shared_set_crowded(struct port *port, bool crowded);

/* shared_connections - how many are open, on all ports */
unsigned shared_connections(const struct shared *shared);

#endif
