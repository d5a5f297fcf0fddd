/* SPDX-License-Identifier: ISC */
/*
 * A gate is open while its socket is in the loop's epoll set: always, unless descriptors or memory
 * have run out. Then it closes and opens again at a later tick. Connections that are accepted wait
 * in the gate's room: room.c.
 */
#include "gate.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "../base/log.h"
#include "peer.h"
#include "room.h"

enum {
    ACCEPT_OWN = 64,  /* connections at a time, from a socket of the loop's own */
    ACCEPT_SHARED = 4 /* the same, from a socket from which other loops accept too */
};

void gate_set(struct loop *l, struct gate *g, bool open)
{
    if (open != g->open &&
        (open ? watch_add(l->epoll, g->fd, EPOLLIN | (g->shared ? EPOLLEXCLUSIVE : 0), &g->watch)
              : watch_remove(l->epoll, g->fd)))
        g->open = open;
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
        return false;
    case ECONNABORTED:
    case EINTR:
    case EPROTO:
        return true;
    default: /* descriptors or memory are used up: look again later */
        log_accept(g, number);
        gate_set(l, g, false);
        l->hurried = true;
        g->again = l->now + TICK_MS;
        return false;
    }
}

bool gate_accept_one(struct loop *l, struct gate *g)
{
    struct sockaddr_storage from;
    socklen_t size = sizeof(from);
    struct peer *p;
    int fd;

    memset(&from, 0, sizeof(struct sockaddr_in6));
    fd = accept4(g->fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return goes_on(l, g, errno);
    room_make_space(l, g);
    p = peer_accept(l, g, fd, &from);
    if (p)
        room_look(l, p);
    return true;
}

void gate_accept(struct loop *l, struct gate *g)
{
    int left = g->shared ? ACCEPT_SHARED : ACCEPT_OWN;

    g->due = false;
    if (g->open && !l->draining)
        while (left-- > 0 && gate_accept_one(l, g))
            continue;
}

void gate_tend(struct loop *l, struct gate *g)
{
    if (!g->open && l->now >= g->again)
        gate_set(l, g, true);
    l->hurried = l->hurried || !g->open;
}
