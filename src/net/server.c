/* SPDX-License-Identifier: ISC */
/* The threads' life. What happens on them is in loop.c. */
#include "server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "../base/log.h"
#include "glibc.h"
#include "loop.h"
#include "../service/metrics.h"
#include "../service/routes.h"

struct server {
    struct shared shared;
    struct context *service;
    const char *templates[ROUTES_TEMPLATES_MAX];
    pthread_t threads[LOOPS_MAX];
    unsigned running;         /* threads */
    unsigned seen[LOOPS_MAX]; /* turns at the last server_alive */
};

static void *run(void *loop)
{
    loop_run(loop);
    return NULL;
}

static int open_ports(struct server *s, const struct listener *listeners, unsigned count,
                      struct err *err)
{
    for (unsigned i = 0; i < count; i++) {
        struct port *port = &s->shared.ports[i];

        port->listener = &listeners[i];
        if (listeners[i].is_unix && !(port->by_uid = calloc(UID_BUCKETS, sizeof(*port->by_uid))))
            return err_at(err, ERR_BUSY, NULL, "out of memory");
        metrics_listener(s->service->metrics, listeners[i].address, &port->open);
        s->shared.port_count++;
    }
    return 0;
}

static int open_loops(struct server *s, unsigned threads, struct err *err)
{
    for (unsigned i = 0; i < threads; i++) {
        s->shared.loops[i] = loop_new(&s->shared, i, err);
        if (!s->shared.loops[i])
            return -1;
        s->shared.loop_count++;
    }
    glibc_trim_heap(); /* for the first time: see glibc.h */
    for (; s->running < threads; s->running++) {
        const int status =
            pthread_create(&s->threads[s->running], NULL, run, s->shared.loops[s->running]);

        if (status != 0)
            return err_at(err, ERR_INTERNAL, NULL, "cannot start thread %u of %u: %s",
                          s->running + 1, threads, strerror(status));
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

struct server *server_start(struct context *service, const struct listener *listeners,
                            unsigned count, const struct tls *tls, unsigned threads,
                            struct err *err)
{
    struct server *s = calloc(1, sizeof(*s));

    if (!s || count > PORTS_MAX || threads > LOOPS_MAX) {
        err_at(err, ERR_BUSY, NULL, "no memory for a server of %u sockets", count);
        free(s);
        return NULL;
    }
    s->service = service;
    s->shared.service = service;
    s->shared.tls = tls;
    s->shared.threads = threads;
    service->metrics = metrics_new(threads, s->templates, routes_templates(s->templates));
    if (!service->metrics)
        err_at(err, ERR_BUSY, NULL, "out of memory");
    if (!service->metrics || open_ports(s, listeners, count, err) < 0 ||
        open_loops(s, threads, err) < 0) {
        server_stop(s);
        return NULL;
    }
    for (unsigned i = 0; i < count; i++)
        log_listener(&listeners[i]);
    return s;
}

static void wake_all(const struct server *s)
{
    for (unsigned i = 0; i < s->running; i++)
        loop_wake(s->shared.loops[i]);
}

void server_settle(struct server *s)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    unsigned before[LOOPS_MAX] = { 0 };

    for (unsigned i = 0; i < s->running; i++)
        before[i] = loop_turns(s->shared.loops[i]);
    wake_all(s);
    for (unsigned i = 0; i < s->running; i++)
        while (loop_turns(s->shared.loops[i]) == before[i])
            nanosleep(&moment, NULL);
}

bool server_alive(struct server *s)
{
    bool alive = true;

    for (unsigned i = 0; i < s->running; i++) {
        const unsigned turns = loop_turns(s->shared.loops[i]);

        alive = alive && turns != s->seen[i];
        s->seen[i] = turns;
    }
    wake_all(s);
    return alive;
}

void server_drain(struct server *s)
{
    log_event(LOG_INFO, "draining", NULL);
    atomic_store_explicit(&s->shared.phase, PHASE_DRAIN, memory_order_release);
    server_settle(s); /* a turn that had looked at the phase before */
    server_settle(s);
}

unsigned server_connections(const struct server *s)
{
    unsigned open = 0;

    for (unsigned i = 0; i < s->shared.port_count; i++)
        open += atomic_load(&s->shared.ports[i].open);
    return open;
}

void server_stop(struct server *s)
{
    atomic_store_explicit(&s->shared.phase, PHASE_STOP, memory_order_release);
    wake_all(s);
    for (unsigned i = 0; i < s->running; i++)
        pthread_join(s->threads[i], NULL);
    for (unsigned i = 0; i < s->shared.loop_count; i++)
        loop_free(s->shared.loops[i]);
    for (unsigned i = 0; i < s->shared.port_count; i++)
        free(s->shared.ports[i].by_uid);
    metrics_free(s->service->metrics);
    s->service->metrics = NULL;
    free(s);
}
