/* SPDX-License-Identifier: ISC */
/* Starts and ends threads. What happens on them is in loop.c. */
#include "server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "../base/log.h"
#include "../service/metrics.h"
#include "../service/routes.h"
#include "engine.h"
#include "glibc.h"
#include "intake.h"
#include "loop.h"
#include "tls.h"

struct server {
    struct shared shared;
    struct context *context;
    const char *templates[ROUTES_TEMPLATES_MAX];
    struct loop *loops[LOOPS_MAX]; /* NULL: not made */
    pthread_t threads[LOOPS_MAX];
    unsigned running;         /* threads */
    unsigned seen[LOOPS_MAX]; /* turns at the last server_alive */
};

static void *run(void *loop)
{
    loop_run(loop);
    return NULL;
}

static int open_metrics(struct server *s, unsigned threads, struct err *err)
{
    s->context->metrics = metrics_new(threads, s->templates, routes_templates(s->templates));
    if (!s->context->metrics)
        return err_at(err, ERR_BUSY, NULL, "out of memory");
    if (s->shared.tls)
        metrics_certificate(s->context->metrics, tls_expires(s->shared.tls));
    metrics_ledger(s->context->metrics, &s->shared.ledger);
    for (unsigned i = 0; i < s->shared.port_count; i++) {
        const struct port *port = &s->shared.ports[i];

        metrics_listener(s->context->metrics, port->listener->address, &port->open);
    }
    return 0;
}

static int open_loops(struct server *s, struct err *err)
{
    if (!intake_is_bound())
        return err_at(err, ERR_INTERNAL, NULL,
                      "the program was linked so that libmicrohttpd does not read through it: recv "
                      "or gnutls_record_recv is not exported");
    for (unsigned i = 0; i < s->shared.loop_count; i++) {
        s->loops[i] = loop_new(&s->shared, i, err);
        if (!s->loops[i])
            return -1;
    }
    return 0;
}

static int start_threads(struct server *s, struct err *err)
{
    glibc_trim_heap(); /* for the first time: see glibc.h */
    for (; s->running < s->shared.loop_count; s->running++) {
        const int status = pthread_create(&s->threads[s->running], NULL, run, s->loops[s->running]);

        if (status != 0)
            return err_at(err, ERR_INTERNAL, NULL, "cannot start thread %u of %u: %s",
                          s->running + 1, s->shared.loop_count, strerror(status));
    }
    return 0;
}

static void log_listener(const struct listener *l)
{
    char address[2 * LISTEN_ADDRESS_SIZE], name[2 * LISTEN_NAME_SIZE];

    log_event(LOG_ALWAYS, "listening", "address=%s%s%s",
              log_quote(l->address, address, sizeof(address)), l->name[0] ? " name=" : "",
              l->name[0] ? log_quote(l->name, name, sizeof(name)) : "");
}

struct server *server_start(struct context *context, const struct listener *listeners,
                            unsigned count, struct tls *tls, unsigned threads, struct err *err)
{
    struct server *s = calloc(1, sizeof(*s));

    if (!s || count > PORTS_MAX || threads > LOOPS_MAX) {
        err_at(err, ERR_BUSY, NULL, "cannot serve %u sockets: out of memory", count);
        tls_drop(tls);
        free(s);
        return NULL;
    }
    s->context = context;
    s->shared.context = context;
    atomic_init(&s->shared.tls, tls);
    if (shared_open(&s->shared, listeners, count, threads, err) < 0 ||
        open_metrics(s, threads, err) < 0 || open_loops(s, err) < 0 || start_threads(s, err) < 0) {
        server_stop(s);
        return NULL;
    }
    for (unsigned i = 0; i < count; i++)
        log_listener(&listeners[i]);
    return s;
}

void server_settle(struct server *s)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    unsigned before[LOOPS_MAX] = { 0 };

    for (unsigned i = 0; i < s->running; i++)
        before[i] = loop_turns(s->loops[i]);
    shared_wake(&s->shared);
    for (unsigned i = 0; i < s->running; i++)
        while (loop_turns(s->loops[i]) == before[i])
            nanosleep(&moment, NULL);
}

void server_swap_tls(struct server *s, struct tls *tls)
{
    struct tls *const old = atomic_exchange(&s->shared.tls, tls);

    metrics_certificate(s->context->metrics, tls_expires(tls));
    server_settle(s); /* no loop is about to take the old one */
    tls_drop(old);
}

bool server_alive(struct server *s)
{
    bool alive = true;

    for (unsigned i = 0; i < s->running; i++) {
        const unsigned turns = loop_turns(s->loops[i]);

        alive = alive && turns != s->seen[i];
        s->seen[i] = turns;
    }
    shared_wake(&s->shared);
    return alive;
}

void server_drain(struct server *s)
{
    log_event(LOG_INFO, "draining", NULL);
    shared_enter(&s->shared, PHASE_DRAIN);
    server_settle(s); /* ends turns that looked at the phase before it was entered */
    server_settle(s); /* ends the next turns, in which loops accept for the last time */
}

const char *server_library(bool *tested)
{
    return engine_library(tested);
}

unsigned server_connections(const struct server *s)
{
    return shared_connections(&s->shared);
}

void server_stop(struct server *s)
{
    shared_enter(&s->shared, PHASE_STOP);
    for (unsigned i = 0; i < s->running; i++)
        pthread_join(s->threads[i], NULL);
    for (unsigned i = 0; i < LOOPS_MAX; i++)
        loop_free(s->loops[i]);
    shared_close(&s->shared);
    tls_drop(s->shared.tls);
    metrics_free(s->context->metrics);
    s->context->metrics = NULL;
    free(s);
}
