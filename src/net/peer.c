/* SPDX-License-Identifier: ISC */
/*
 * Connections. Theory of operation:
 *
 * A connection is in one of three states:
 *
 *   ARRIVING   from accept. We own the descriptor, and it is in the loop's epoll set. What comes is
 *              looked at without being read, until a request is there that the library can serve
 *              (room.c), or the client shows that it speaks no HTTP (or no TLS); then we refuse it
 *              with an answer of our own.
 *   SERVED     The connection has a slot of its port. The library owns the descriptor and closes
 *              it. We keep its number to shut it down or to ask the kernel about it, until
 *              peer_closed.
 *   LINGERING  after a refusal. We own the descriptor: the one that arrived, or a duplicate of the
 *              library's. Our side is shut down for writing; what still comes is read and dropped.
 *              Without this a client that sends everything before it reads would lose the reply:
 *              the kernel resets a connection that is closed with bytes unread.
 *
 * A struct peer exists as long as its connection is in one of them. It is freed by peer_drop, which
 * closes our descriptor, or by peer_closed.
 *
 * What ends a connection, besides the client and Connection: close:
 *
 *   ARRIVING   no byte for the idle time-out, or the request deadline; or room.c needs its place.
 *   SERVED     bytes that the library does not read; no byte either way for the idle time-out; or
 *              the request deadline, which runs from the end of the last request (for the first
 *              request, from the first byte). Where the idle time-out is the longer one, the
 *              deadline runs from the request line instead. On a crowded port the deadline is no
 *              longer than the idle time-out, and room.c ends connections that make no progress.
 *   LINGERING  LINGER_MS, or as many bytes as a body may have.
 *
 * While the server drains, a connection without a request also ends after DRAIN_IDLE_MS. Times are
 * compared in ticks, so an end may be late by one. The library has no time-out: a served connection
 * is shut down, and the library, which then reads the end of the stream, closes it.
 */
#include "peer.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    UNREAD_MS = 250, /* how long the library, though it is run, may leave bytes unread */
    LINGER_MS = 2000
};

/* Frees all but the descriptor. */
static void release(struct loop *l, struct peer *p)
{
    ledger_give(&l->lease, p->held);
    users_leave(&p->port->users, p->user);
    tls_drop(p->judge);
    free(p->certificate);
    p->port->open--;
    *(p->prev ? &p->prev->next : &l->peers) = p->next;
    *(p->next ? &p->next->prev : &l->last) = p->prev;
    free(p);
    l->dirty = true;
}

void peer_leave_queue(struct peer *p)
{
    if (!p->ready)
        return;
    p->ready = false;
    p->gate->ready--;
    shared_want_no_more(p->port);
}

void peer_drop(struct loop *l, struct peer *p)
{
    peer_leave_queue(p);
    close(p->fd); /* which takes it out of the epoll set too */
    release(l, p);
}

bool peer_watch(struct loop *l, struct peer *p)
{
    if (!p->watched)
        p->watched = watch_add(l->epoll, p->fd, EPOLLIN | EPOLLRDHUP | EPOLLET, &p->watch);
    return p->watched;
}

static void linger(struct loop *l, struct peer *p)
{
    peer_leave_queue(p);
    p->state = PEER_LINGERING;
    p->engine = NULL;
    p->since = l->now;
    p->allowance = p->body_max > 0 ? p->body_max : l->context->max_body;
    if (!peer_watch(l, p) ||
        shutdown(p->fd, SHUT_WR) < 0) /* which fails when the client has gone */
        peer_drop(l, p);
    else
        peer_drain(l, p); /* what has come already makes no event */
}

void peer_closed(struct loop *l, struct peer *p)
{
    const bool lingers = p->lingers && shared_has_room(l->shared, p->port);

    users_give_slot(p->user);
    shared_give_slot(p->port);
    p->gate->slots--;
    p->fd = lingers ? dup(p->fd) : -1;
    if (p->fd >= 0)
        linger(l, p);
    else
        release(l, p);
}

void peer_drain(struct loop *l, struct peer *p)
{
    ssize_t n;

    while ((n = recv(p->fd, l->scratch, sizeof(l->scratch), MSG_DONTWAIT)) > 0) {
        if ((size_t)n >= p->allowance) {
            peer_drop(l, p);
            return;
        }
        p->allowance -= (size_t)n;
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR))
        peer_drop(l, p);
}

void peer_refuse(struct loop *l, struct peer *p, const char *answer)
{
    if (send(p->fd, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        peer_drop(l, p);
    else
        linger(l, p);
}

void peer_hang_up(const struct peer *p)
{
    shutdown(p->fd, SHUT_RDWR);
}

static void link_peer(struct loop *l, struct peer *p)
{
    p->prev = l->last;
    *(p->prev ? &p->prev->next : &l->peers) = p;
    l->last = p;
}

/* Return: the id of its user */
static uint64_t find_client(struct peer *p, const struct sockaddr_storage *from)
{
    socklen_t size = sizeof(p->from.process);

    if (!p->port->listener->is_unix) {
        memcpy(&p->from, from, sizeof(p->from));
        return users_address(&p->from.any);
    }
    if (getsockopt(p->fd, SOL_SOCKET, SO_PEERCRED, &p->from.process, &size) < 0)
        p->from.process.uid = (uid_t)-1;
    return p->from.process.uid;
}

/*
 * What the kernel keeps of a connection counts as memory of the daemon's control group, and would
 * grow to some MiB. The kernel doubles the figure that it is given, for its own overhead. Bytes
 * that come on a UNIX socket count as the client's memory.
 */
static void bound_buffers(const struct peer *p)
{
    const int unsent = LEDGER_UNSENT / 2, unread = LEDGER_UNREAD / 2;

    setsockopt(p->fd, SOL_SOCKET, SO_SNDBUF, &unsent, sizeof(unsent));
    if (!p->port->listener->is_unix)
        setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &unread, sizeof(unread));
}

struct peer *peer_accept(struct loop *l, struct gate *g, int fd,
                         const struct sockaddr_storage *from)
{
    struct peer *p = calloc(1, sizeof(*p));

    if (!p) {
        close(fd);
        return NULL;
    }
    p->watch.kind = WATCH_PEER;
    p->fd = fd;
    p->port = g->port;
    p->gate = g;
    p->since = l->now;
    link_peer(l, p);
    bound_buffers(p);
    p->user = users_enter(&g->port->users, find_client(p, from));
    g->port->open++;
    return p;
}

/*
 * While a connection arrives, room.c notes when bytes come. Later the kernel tells, but only for
 * TCP. For a UNIX socket this is the time since a request ended, a head was complete or a part of a
 * body came: parts of a later head do not count.
 */
uint64_t peer_quiet_time(const struct loop *l, const struct peer *p)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof(info);

    if (p->state == PEER_ARRIVING || p->port->listener->is_unix ||
        getsockopt(p->fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return l->now - (p->heard > p->since ? p->heard : p->since);
    return info.tcpi_last_data_recv < info.tcpi_last_data_sent ? info.tcpi_last_data_recv
                                                               : info.tcpi_last_data_sent;
}

/* Has the line of the present request come? */
static bool has_line(const struct peer *p)
{
    return p->exchange || (p->state == PEER_ARRIVING && p->asked);
}

/* The longest time from the end of one request to the end of the next */
static uint64_t longest_age(const struct context *s, const struct peer *p)
{
    if (s->idle_seconds > s->request_seconds)
        return 1000 * (uint64_t)(has_line(p) ? s->request_seconds : s->idle_seconds);
    return 1000 * (uint64_t)(shared_is_crowded(p->port) ? s->idle_seconds : s->request_seconds);
}

static bool is_idle(const struct peer *p)
{
    return !p->exchange && !p->ready;
}

bool peer_is_overdue(const struct loop *l, const struct peer *p)
{
    const uint64_t idle = 1000 * (uint64_t)l->context->idle_seconds, age = l->now - p->since;

    if (p->state == PEER_LINGERING)
        return age > LINGER_MS;
    return age > longest_age(l->context, p) || (age > idle && peer_quiet_time(l, p) > idle) ||
           (l->draining && l->now - l->drain_began >= DRAIN_IDLE_MS && is_idle(p) &&
            age >= DRAIN_IDLE_MS);
}

void peer_check_input(struct loop *l, struct peer *p)
{
    struct pollfd one = { .fd = p->fd, .events = POLLIN | POLLRDHUP };

    if (p->state != PEER_SERVED || (p->exchange && p->exchange->answered) ||
        poll(&one, 1, 0) != 1) {
        p->unread = 0;
        return;
    }
    if (one.revents & POLLRDHUP)
        shutdown(p->fd, SHUT_RD);
    if (p->unread <= p->heard) /* it may have come just now */
        p->unread = l->now;
    else if (l->now - p->unread >= UNREAD_MS)
        peer_hang_up(p);
    l->hurried = true;
}
