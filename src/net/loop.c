/* SPDX-License-Identifier: ISC */
/*
 * Loops. Theory of operation:
 *
 * A loop serves the connections that it accepted, on one thread, and never waits but in epoll. One
 * turn of it:
 *
 *   1. Wait for an event: of a gate (a client connects), of an arriving or lingering connection, of
 *      an engine (the library has something to do), of the wake descriptor; or until the next tick.
 *   2. Handle each event. A connection's bytes are looked at; gates and engines are only marked as
 *      due. Then accept from the gates that are due.
 *   3. Begin to drain, if that phase was entered.
 *   4. Run each engine that is due, once. Requests are answered here: exchange.c. If requests wait
 *      for slots, end stalled connections and give them the slots that are free: room.c.
 *   5. Tick, if it is time: end connections that are overdue, open gates that had to close.
 *   6. Count the turn. What a handler uses is used within a turn, so a thread that has replaced
 *      something waits until each loop has counted one more, and then frees what it replaced.
 *
 * A turn has a cause: an event, a tick, or work that was left over. The library reports work that
 * is left over, but it also reports a TLS handshake that waits for bytes, and a request that cannot
 * go on because its memory is full. So a turn that only the library asked for, and in which it then
 * reports nothing, is barren. BARREN_MAX barren turns may follow a turn that had a cause; after
 * that a turn comes every PAUSE_MS or with the next event. One kind of work makes turns that look
 * barren: for a long reply over TLS the library sends one record in each turn and reports nothing.
 * Such a reply allows one more barren turn for each of its records.
 *
 * Ticks come every TICK_MS; while a gate is closed or the loop drains, every HURRY_MS. While
 * requests wait for slots a turn comes at least every CROWDED_MS. Once the last connection has
 * ended and its memory was given back, a loop sleeps until an event comes.
 *
 * All loops share the phase (shared.h). In PHASE_SERVE gates are open. In PHASE_DRAIN a loop
 * accepts what waits in its sockets' queues, then closes its gates for good; replies end their
 * connection, and idle connections are ended. In PHASE_STOP loop_run returns, and loop_free closes
 * all that is left.
 *
 * Who owns what: a loop owns its epoll set, its engines, its peers with their exchanges, its
 * buffers for bodies, its memory of signatures and its one job. Nothing of these is touched by
 * another thread, but for the count of turns. Sockets belong to their listener, slots and the wake
 * descriptor to struct shared.
 *
 * Limits: connections that are served and that wait in room.c; the time that a connection may take
 * in peer.c; the memory of a head in engine.c, of a body in exchange.c; the memory of all that
 * clients make the loops hold in service/ledger.h.
 */
#include "loop.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "../seal/memo.h"
#include "../service/metrics.h"
#include "exchange.h"
#include "gate.h"
#include "glibc.h"
#include "peer.h"
#include "room.h"
#include "state.h"

enum {
    EVENTS = 128,
    BARREN_MAX = 8, /* barren turns without a pause; the library needs one after each request */
    PAUSE_MS = 20
};

static void end_overdue(struct loop *l, struct peer *p)
{
    switch (p->state) {
    case PEER_ARRIVING:
        room_leave(l, p);
        break;
    case PEER_SERVED:
        peer_hang_up(p);
        break;
    case PEER_LINGERING:
        peer_drop(l, p);
        break;
    }
}

static void tick(struct loop *l)
{
    const bool look = l->hurried || l->now - l->looked >= TICK_MS;
    struct peer *next;

    l->ticked = l->now;
    l->hurried = false;
    if (look)
        l->looked = l->now;
    for (struct peer *p = l->peers; p; p = next) {
        next = p->next;
        if (look)
            peer_check_input(l, p);
        if (peer_is_overdue(l, p))
            end_overdue(l, p);
        else if (p->state == PEER_ARRIVING)
            room_pass_on(l, p);
    }
    for (unsigned i = 0; i < ENGINES; i++)
        l->engines[i].due = l->engines[i].due || l->engines[i].connections > 0;
    if (!l->peers && l->dirty) {
        body_free_spare(&l->bodies);
        ledger_close(&l->lease);
        glibc_trim_heap();
        l->dirty = false;
    }
    for (unsigned i = 0; i < l->shared->port_count && !l->draining; i++)
        gate_tend(l, &l->gates[i]);
}

/* Clients that the kernel has already connected expect an answer, so they are still accepted. */
static void start_draining(struct loop *l)
{
    for (unsigned i = 0; i < l->shared->port_count; i++) {
        while (gate_accept_one(l, &l->gates[i]))
            continue;
        gate_set(l, &l->gates[i], false);
    }
    l->draining = true;
    l->drain_began = l->now;
}

static void run_engines(struct loop *l)
{
    for (unsigned i = 0; i < ENGINES; i++) {
        struct engine *e = &l->engines[i];

        if (!e->due)
            continue;
        e->due = false;
        engine_run(e);
    }
}

static uint64_t tick_time(const struct loop *l)
{
    return l->hurried || l->draining ? HURRY_MS : TICK_MS;
}

/* Why the next turn comes, if no event comes before it. */
enum cause {
    CAUSE_NONE, /* nothing is left to do */
    CAUSE_DUE,  /* an engine has got a connection, or there was a tick */
    CAUSE_CLAIM /* the library says that it has something to do */
};

static enum cause find_cause(struct loop *l)
{
    enum cause cause = CAUSE_NONE;

    for (unsigned i = 0; i < ENGINES; i++) {
        struct engine *e = &l->engines[i];

        if (e->due) {
            cause = CAUSE_DUE;
        } else if (e->connections > 0 && engine_is_pending(e)) {
            e->due = true;
            cause = cause == CAUSE_NONE ? CAUSE_CLAIM : cause;
        }
    }
    return cause;
}

/* Milliseconds until something has to be done though no event comes; -1: never */
static int sleep_time(const struct loop *l, enum cause cause)
{
    if (cause == CAUSE_DUE || (cause == CAUSE_CLAIM && l->patience > 0))
        return 0;
    if (cause == CAUSE_CLAIM)
        return PAUSE_MS;
    if (room_is_crowded(l))
        return CROWDED_MS;
    return l->hurried || l->draining || l->peers || l->dirty ? (int)tick_time(l) : -1;
}

static void handle_event(struct loop *l, struct watch *w)
{
    uint64_t count;

    switch (w->kind) {
    case WATCH_GATE:
        ((struct gate *)w)->due = true;
        break;
    case WATCH_ENGINE:
        ((struct engine *)w)->due = true;
        break;
    case WATCH_WAKE:
        if (read(l->shared->wake_fds[l->number], &count, sizeof(count)) > 0)
            l->hurried = true;
        break;
    case WATCH_PEER:
        if (((struct peer *)w)->state == PEER_LINGERING)
            peer_drain(l, (struct peer *)w);
        else
            room_look(l, (struct peer *)w);
        break;
    }
}

/* After the events, which point to connections that a gate may end to make space. */
static void accept_clients(struct loop *l)
{
    for (unsigned i = 0; i < l->shared->port_count; i++)
        if (l->gates[i].due)
            gate_accept(l, &l->gates[i]);
}

static void count_turn(struct loop *l, bool barren)
{
    if (barren && l->patience > 0)
        l->patience--;
    if (!barren && l->patience < BARREN_MAX)
        l->patience = BARREN_MAX;
    metrics_turn(l->context->metrics, l->number, barren);
    atomic_fetch_add_explicit(&l->turns, 1, memory_order_release);
}

static void turn(struct loop *l)
{
    struct epoll_event events[EVENTS];
    const enum cause cause = find_cause(l);
    const int n = epoll_wait(l->epoll, events, EVENTS, sleep_time(l, cause));
    const enum phase phase = shared_phase(l->shared);

    l->reported = false;
    l->clock = clock_us();
    l->now = l->clock / 1000;
    for (int i = 0; i < n; i++)
        handle_event(l, events[i].data.ptr);
    accept_clients(l);
    if (phase != PHASE_SERVE && !l->draining)
        start_draining(l);
    run_engines(l);
    room_tend(l);
    if (l->now - l->ticked >= tick_time(l))
        tick(l);
    count_turn(l, n <= 0 && cause == CAUSE_CLAIM && !l->reported);
}

void loop_run(struct loop *l)
{
    while (shared_phase(l->shared) != PHASE_STOP)
        turn(l);
}

unsigned loop_turns(const struct loop *l)
{
    return atomic_load_explicit(&l->turns, memory_order_acquire);
}

static bool watch_input(struct loop *l, int fd, struct watch *w, enum watch_kind kind)
{
    w->kind = kind;
    return watch_add(l->epoll, fd, EPOLLIN, w);
}

static bool open_engines(struct loop *l)
{
    for (int kind = 0; kind < ENGINES; kind++) {
        struct engine *e = &l->engines[kind];

        if (kind == ENGINE_TLS && !l->shared->tls)
            continue;
        if (!exchange_start(l, (enum engine_kind)kind) ||
            !watch_input(l, engine_descriptor(e), &e->watch, WATCH_ENGINE))
            return false;
    }
    return true;
}

static bool open_gates(struct loop *l)
{
    for (unsigned i = 0; i < l->shared->port_count; i++) {
        struct gate *g = &l->gates[i];
        const struct listener *listener = l->shared->ports[i].listener;

        g->watch.kind = WATCH_GATE;
        g->port = &l->shared->ports[i];
        g->shared = listener->fd_count == 1 && l->shared->loop_count > 1;
        g->fd = listener->fds[listener->fd_count == 1 ? 0 : l->number];
        gate_set(l, g, true);
        if (!g->open)
            return false;
    }
    return true;
}

static bool open_memo(struct loop *l)
{
    if (l->context->signature_memory > 0)
        l->memo = memo_new(l->context->signature_memory);
    return l->memo || l->context->signature_memory == 0;
}

struct loop *loop_new(struct shared *shared, unsigned number, struct err *err)
{
    struct loop *l = calloc(1, sizeof(*l));

    if (!l) {
        err_at(err, ERR_BUSY, NULL, "out of memory");
        return NULL;
    }
    l->shared = shared;
    l->context = shared->context;
    l->number = number;
    l->lease.ledger = &shared->ledger;
    l->bodies.lease = &l->lease;
    job_start(&l->job);
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!open_memo(l))
        err_at(err, ERR_BUSY, NULL, "out of memory");
    else if (l->epoll < 0 || !watch_input(l, shared->wake_fds[number], &l->wake, WATCH_WAKE) ||
             !open_engines(l) || !open_gates(l))
        err_system(err, ERR_INTERNAL, "cannot start a loop");
    else
        return l;
    loop_free(l);
    return NULL;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    for (unsigned i = 0; i < ENGINES; i++)
        engine_stop(&l->engines[i]);
    while (l->peers) /* those that the library does not have */
        peer_drop(l, l->peers);
    body_free_spare(&l->bodies);
    reply_reset(&l->job.reply);
    memo_free(l->memo);
    if (l->epoll >= 0)
        close(l->epoll);
    free(l);
}
