/* SPDX-License-Identifier: ISC */
/*
 * What the loops of a server share: ports with their slots and users, the ledger, the phase, and
 * the descriptors that wake them. While loops run all of it is const, atomic or locked, so any
 * thread may call what is declared here, but for shared_open and shared_close.
 *
 * A slot is the right to have one connection of a port served by the library. A loop takes it when
 * a request has come, and gives it back when the library has closed the connection.
 */
#ifndef NET_SHARED_H
#define NET_SHARED_H

#include <stdbool.h>

#include "../base/err.h"
#include "../service/context.h"
#include "../service/ledger.h"
#include "listen.h"
#include "users.h"

enum { LOOPS_MAX = LISTEN_QUEUES_MAX, PORTS_MAX = 16 };

enum phase { PHASE_SERVE, PHASE_DRAIN, PHASE_STOP };

struct tls;

/* A listener and its slots. */
struct port {
    const struct listener *listener;
    _Atomic unsigned open;   /* connections */
    _Atomic unsigned slots;  /* that are taken */
    _Atomic unsigned wanted; /* connections that wait for a slot */
    struct users users;
};

struct shared {
    const struct context *context;
    struct tls *_Atomic tls; /* the present one; NULL: TCP is served in the clear */
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

/* shared_wake - have every loop take a turn now */
void shared_wake(const struct shared *shared);

/* shared_enter - begin a phase, and have every loop notice it */
void shared_enter(struct shared *shared, enum phase phase);

/* shared_phase - the phase that was entered last */
enum phase shared_phase(const struct shared *shared);

/* shared_has_slot - is a slot of the port free? */
bool shared_has_slot(const struct shared *shared, const struct port *port);

/* shared_has_room - may one more connection of the port wait? */
bool shared_has_room(const struct shared *shared, const struct port *port);

/* shared_take_slot - false when none is free */
bool shared_take_slot(const struct shared *shared, struct port *port);

/* shared_give_slot - give back a slot that was taken */
void shared_give_slot(struct port *port);

/* shared_want - a connection waits for a slot; the first one wakes every loop */
void shared_want(struct shared *shared, struct port *port);

/* shared_want_no_more - it has got one, or has ended */
void shared_want_no_more(struct port *port);

/* shared_is_crowded - does a connection wait for a slot? */
bool shared_is_crowded(const struct port *port);

/* shared_connections - how many are open, on all ports */
unsigned shared_connections(const struct shared *shared);

#endif
