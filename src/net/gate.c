/* SPDX-License-Identifier: ISC */
/*
 * Slots are counted over all loops. While one is free a gate is open: its socket is in the loop's
 * epoll set. When none is, all gates of the port close as they find out, and those who wait are
 * looked for.
 */
#include "gate.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "../base/log.h"
#include "peer.h"

enum {
    ACCEPT_OWN = 64,    /* at a time, from a socket of our own */
    ACCEPT_SHARED = 4,  /* the same from a socket that others accept from too */
    CROWD_IDLE_MS = 250 /* an idle connection keeps its slot so long although somebody waits */
};

static bool take_slot(const struct loop *l, struct port *port)
{
    if (atomic_fetch_add(&port->open, 1) < l->service->max_connections)
        return true;
    atomic_fetch_sub(&port->open, 1);
    return false;
}

void gate_set(struct loop *l, struct gate *g, bool open)
{
    struct epoll_event event = { .events = EPOLLIN | (g->shared ? EPOLLEXCLUSIVE : 0),
                                 .data.ptr = &g->watch };

    if (open != g->open &&
        epoll_ctl(l->epoll, open ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, g->fd, &event) == 0)
        g->open = open;
}

static void log_accept(const struct gate *g, int number)
{
    char quoted[128];

    log_event(LOG_WARNING, "accept", "address=%s detail=%s", g->port->listener->address,
              log_quote(strerror(number), quoted, sizeof(quoted)));
}

/* Return: false when nobody waits, or nobody can be let in */
bool gate_accept_one(struct loop *l, struct gate *g)
{
    struct sockaddr_storage from;
    socklen_t size = sizeof(from);
    int fd;

    if (!take_slot(l, g->port)) {
        gate_set(l, g, false);
        l->hurried = true;
        return false;
    }
    memset(&from, 0, sizeof(struct sockaddr_in6));
    fd = accept4(g->fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        peer_accept(l, g->port, fd, &from);
        return true;
    }
    atomic_fetch_sub(&g->port->open, 1);
    if (errno == EAGAIN) {
        atomic_store_explicit(&g->port->crowded, false, memory_order_relaxed);
        return false;
    }
    if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO)
        return true;
    log_accept(g, errno); /* descriptors or memory are used up: look again later */
    gate_set(l, g, false);
    g->again = l->now + TICK_MS;
    l->hurried = true;
    return false;
}

void gate_accept(struct loop *l, struct gate *g)
{
    int left = g->shared ? ACCEPT_SHARED : ACCEPT_OWN;

    if (g->open && !l->draining)
        while (left-- > 0 && gate_accept_one(l, g))
            continue;
}

/*
 * Makes room for those who wait: a quarter of the slots at a time, taken from who does nothing with
 * them.
 */
static void make_room(struct loop *l, const struct port *port)
{
    unsigned left = l->service->max_connections / 4 + 1;

    for (struct peer *p = l->peers; p && left > 0; p = p->next)
        if (p->port == port && peer_is_idle(l, p, CROWD_IDLE_MS)) {
            peer_hang_up(p);
            left--;
        }
}

static bool someone_waits(int fd)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };

    return poll(&one, 1, 0) == 1;
}

/*
 * A closed gate opens when there is a slot again; while there is none, those who wait are noticed.
 */
void gate_tend(struct loop *l, struct gate *g)
{
    struct port *port = g->port;

    if (!g->open && l->now >= g->again) {
        if (atomic_load(&port->open) < l->service->max_connections) {
            gate_set(l, g, true);
            gate_accept(l, g); /* nobody may be there any more: then it is not crowded */
        } else if (someone_waits(g->fd) && !atomic_exchange(&port->crowded, true))
            for (unsigned i = 0; i < l->shared->loop_count; i++)
                loop_wake(l->shared->loops[i]);
    }
    if (atomic_load_explicit(&port->crowded, memory_order_relaxed))
        make_room(l, port);
    l->hurried =
        l->hurried || !g->open || atomic_load_explicit(&port->crowded, memory_order_relaxed);
}
