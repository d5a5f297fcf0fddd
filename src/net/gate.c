/* SPDX-License-Identifier: ISC */
/*
 * A gate is open while its socket is in the loop's epoll set. Slots are counted over all loops:
 * when none is left, each gate of the port closes as its loop finds out, and opens again at a tick
 * that finds a free slot.
 *
 * A port is crowded from when a tick finds no slot but a client that waits, until a loop has
 * accepted all that wait. While it is, each loop ends connections that are idle, replies end their
 * connection, and the request deadline is no longer than the idle time-out (peer.c).
 */
#include "gate.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "../base/log.h"
#include "peer.h"

enum {
    ACCEPT_OWN = 64,    /* connections at a time, from a socket of the loop's own */
    ACCEPT_SHARED = 4,  /* the same from a socket that other loops accept from too */
    CROWD_IDLE_MS = 250 /* on a crowded port a connection may be idle for so long */
};

void gate_set(struct loop *l, struct gate *g, bool open)
{
    if (open != g->open &&
        (open ? watch_add(l->epoll, g->fd, EPOLLIN | (g->shared ? EPOLLEXCLUSIVE : 0), &g->watch)
              : watch_remove(l->epoll, g->fd)))
        g->open = open;
}

/* The loop looks after its gates soon. */
static void close_for_now(struct loop *l, struct gate *g)
{
    gate_set(l, g, false);
    l->hurried = true;
}

static void log_accept(const struct gate *g, int number)
{
    char quoted[128];

    log_event(LOG_WARNING, "accept", "address=%s detail=%s", g->port->listener->address,
              log_quote(strerror(number), quoted, sizeof(quoted)));
}

/* After accept has failed. Return: is there any point in calling it again? */
static bool goes_on(struct loop *l, struct gate *g, int number)
{
    switch (number) {
    case EAGAIN:
        if (shared_is_crowded(g->port))
            shared_set_crowded(g->port, false);
        return false;
    case ECONNABORTED:
    case EINTR:
    case EPROTO:
        return true;
    default: /* descriptors or memory are used up: look again later */
        log_accept(g, number);
        close_for_now(l, g);
        g->again = l->now + TICK_MS;
        return false;
    }
}

bool gate_accept_one(struct loop *l, struct gate *g)
{
    struct sockaddr_storage from;
    socklen_t size = sizeof(from);
    int fd;

    if (!shared_take_slot(l->shared, g->port)) {
        close_for_now(l, g);
        return false;
    }
    memset(&from, 0, sizeof(struct sockaddr_in6));
    fd = accept4(g->fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        peer_accept(l, g->port, fd, &from);
        return true;
    }
    shared_give_slot(g->port);
    return goes_on(l, g, errno);
}

void gate_accept(struct loop *l, struct gate *g)
{
    int left = g->shared ? ACCEPT_SHARED : ACCEPT_OWN;

    if (g->open && !l->draining)
        while (left-- > 0 && gate_accept_one(l, g))
            continue;
}

/* A quarter of the slots at a time, so that not every idle client loses its connection. */
static void end_idle(struct loop *l, const struct port *port)
{
    unsigned left = l->context->max_connections / 4 + 1;

    for (struct peer *p = l->peers; p && left > 0; p = p->next)
        if (p->port == port && peer_is_idle(l, p, CROWD_IDLE_MS)) {
            peer_hang_up(p);
            left--;
        }
}

static bool client_waits(const struct gate *g)
{
    struct pollfd one = { .fd = g->fd, .events = POLLIN };

    return poll(&one, 1, 0) == 1;
}

void gate_tend(struct loop *l, struct gate *g)
{
    struct port *port = g->port;

    if (!g->open && l->now >= g->again) {
        if (shared_has_slot(l->shared, port)) {
            gate_set(l, g, true);
            gate_accept(l, g); /* when no client waits any more, the port is no longer crowded */
        } else if (client_waits(g) && !shared_set_crowded(port, true)) {
            shared_wake(l->shared); /* other loops have idle connections to end, too */
        }
    }
    if (shared_is_crowded(port))
        end_idle(l, port);
    l->hurried = l->hurried || !g->open || shared_is_crowded(port);
}
