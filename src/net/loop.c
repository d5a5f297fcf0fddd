/* SPDX-License-Identifier: ISC */
/* Goes round: waits, accepts, has the library work, looks after deadlines. */
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "body.h"
#include "exchange.h"
#include "gate.h"
#include "glibc.h"
#include "peer.h"

enum { EVENTS = 128, WAKE_TRIES = 8 };

static void tick(struct loop *l)
{
    const bool look = l->hurried || l->now - l->looked >= TICK_MS;
    struct peer *next;

    l->ticked = l->now;
    if (look)
        l->looked = l->now;
    for (struct peer *p = l->peers; p; p = next) {
        next = p->next;
        if (look)
            peer_notice_end(p);
        peer_cut_overdue(l, p);
    }
    for (unsigned i = 0; i < ENGINES; i++)
        l->engines[i].due = l->engines[i].connections > 0;
    if (!l->peers && l->dirty) {
        body_free_spare(l);
        glibc_trim_heap();
        l->dirty = false;
    }
}

/* Takes in who is waiting already, and nobody else. */
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
        exchange_run(e);
    }
}

/* How long nothing has to be done, in milliseconds; -1: until something comes */
static int sleep_time(struct loop *l)
{
    for (unsigned i = 0; i < ENGINES; i++) {
        struct engine *e = &l->engines[i];

        e->due = e->due || (e->connections > 0 && exchange_is_pending(e));
        if (e->due)
            return 0;
    }
    if (l->hurried || l->draining)
        return HURRY_MS;
    return l->peers || l->dirty ? TICK_MS : -1;
}

static void handle_event(struct loop *l, const struct epoll_event *event)
{
    struct watch *w = event->data.ptr;
    uint64_t count;

    switch (w->kind) {
    case WATCH_GATE:
        gate_accept(l, (struct gate *)w);
        break;
    case WATCH_ENGINE:
        ((struct engine *)w)->due = true;
        break;
    case WATCH_WAKE:
        if (read(l->wake_fd, &count, sizeof(count)) > 0)
            l->hurried = true;
        break;
    case WATCH_PEER:
        if (((struct peer *)w)->state == PEER_LINGERING)
            peer_drain(l, (struct peer *)w);
        else
            peer_greet(l, (struct peer *)w);
        break;
    }
}

static void turn(struct loop *l)
{
    struct epoll_event events[EVENTS];
    const int n = epoll_wait(l->epoll, events, EVENTS, sleep_time(l));
    const int phase = atomic_load_explicit(&l->shared->phase, memory_order_acquire);

    l->clock = clock_us();
    l->now = l->clock / 1000;
    for (int i = 0; i < n; i++)
        handle_event(l, &events[i]);
    if (phase != PHASE_SERVE && !l->draining)
        start_draining(l);
    run_engines(l);
    if (l->now - l->ticked >= (l->hurried || l->draining ? HURRY_MS : TICK_MS)) {
        tick(l);
        l->hurried = false;
        for (unsigned i = 0; i < l->shared->port_count && !l->draining; i++)
            gate_tend(l, &l->gates[i]);
    }
    atomic_fetch_add_explicit(&l->turns, 1, memory_order_release);
}

void loop_run(struct loop *l)
{
    while (atomic_load_explicit(&l->shared->phase, memory_order_acquire) != PHASE_STOP)
        turn(l);
}

void loop_wake(struct loop *l)
{
    const uint64_t one = 1;

    /*
     * Full of wake-ups, it wakes. Whatever else fails is tried again: who sleeps for good cannot be
     * stopped.
     */
    for (unsigned left = WAKE_TRIES; left > 0; left--)
        if (write(l->wake_fd, &one, sizeof(one)) > 0 || errno == EAGAIN)
            return;
}

unsigned loop_turns(const struct loop *l)
{
    return atomic_load_explicit(&l->turns, memory_order_acquire);
}

static bool watch_fd(struct loop *l, int fd, struct watch *w, enum watch_kind kind)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = w };

    w->kind = kind;
    return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool open_engines(struct loop *l)
{
    for (int kind = 0; kind < ENGINES; kind++) {
        struct engine *e = &l->engines[kind];

        if (kind == ENGINE_TLS && !l->shared->tls)
            continue;
        if (!exchange_start(l, (enum engine_kind)kind) ||
            !watch_fd(l, exchange_descriptor(e), &e->watch, WATCH_ENGINE))
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
        g->shared = listener->fd_count == 1 && l->shared->threads > 1;
        g->fd = listener->fds[listener->fd_count == 1 ? 0 : l->number];
        gate_set(l, g, true);
        if (!g->open)
            return false;
    }
    return true;
}

struct loop *loop_new(struct shared *shared, unsigned number, struct err *err)
{
    struct loop *l = calloc(1, sizeof(*l));

    if (!l) {
        err_at(err, ERR_BUSY, NULL, "out of memory");
        return NULL;
    }
    l->shared = shared;
    l->service = shared->service;
    l->number = number;
    job_start(&l->job);
    if (l->service->signature_memory > 0) {
        l->memo = memo_new(l->service->signature_memory);
        if (!l->memo) {
            err_at(err, ERR_BUSY, NULL, "out of memory");
            free(l);
            return NULL;
        }
    }
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->epoll >= 0 && l->wake_fd >= 0 && watch_fd(l, l->wake_fd, &l->wake, WATCH_WAKE) &&
        open_engines(l) && open_gates(l))
        return l;
    err_system(err, ERR_INTERNAL, "cannot start a loop");
    loop_free(l);
    return NULL;
}

void loop_free(struct loop *l)
{
    while (l->peers && l->peers->state != PEER_SERVED)
        peer_drop(l, l->peers);
    for (unsigned i = 0; i < ENGINES; i++)
        exchange_stop(&l->engines[i]);
    while (l->peers) /* what began to linger only now */
        peer_drop(l, l->peers);
    body_free_spare(l);
    reply_reset(&l->job.reply);
    memo_free(l->memo);
    if (l->epoll >= 0)
        close(l->epoll);
    if (l->wake_fd >= 0)
        close(l->wake_fd);
    free(l);
}
