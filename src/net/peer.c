/* SPDX-License-Identifier: ISC */
/*
 * Connections. Theory of operation:
 *
 * A connection is in one of three states:
 *
 *   SILENT     from accept. We own the descriptor, and it is in the loop's epoll set, unless its
 *              first bytes were there at once. These are looked at without being read. They choose
 *              the engine, or show that the client speaks no HTTP (or no TLS), and then we refuse
 *              it with an answer of our own.
 *   SERVED     The library owns the descriptor and closes it. We keep its number to shut it down or
 *              to ask the kernel about it, until peer_closed.
 *   LINGERING  after a refusal. We own the descriptor: the silent one, or a duplicate of the
 *              library's. Our side is shut down for writing; what still comes is read and dropped.
 *              Without this a client that sends everything before it reads would lose the reply:
 *              the kernel resets a connection that is closed with bytes unread.
 *
 * A struct peer exists, and holds a slot of its port, as long as its connection is in one of them.
 * It is freed by peer_drop, which closes our descriptor, or by peer_closed.
 *
 * What ends a connection, besides the client and Connection: close:
 *
 *   SILENT     no byte within the idle time-out.
 *   SERVED     bytes that the library does not read; no byte either way for the idle time-out; or
 *              the request deadline, which runs from
 *              the end of the last request (from the first byte, for the first request). Where the
 *              idle time-out is the longer one, the deadline runs from the request line instead. On
 *              a crowded port the deadline is no longer than the idle time-out.
 *   LINGERING  LINGER_MS, or as many bytes as a body may have.
 *
 * SILENT and SERVED connections without a request also end soon while the server drains, and while
 * their port is crowded (gate.c). Times are looked at in ticks, so an end may be late by one. The
 * library knows no time-out: a served connection is shut down, and the library, which reads the end
 * of the stream then, closes it.
 *
 * Which engine: nearly every request fits the small memory and is quick there; a longer head gets
 * the large one. No more than LARGE_MAX connections of a loop are in large memory, because the
 * choice is the client's, and the ledger must have room for it; the library answers 431 to the
 * others.
 */
#include "peer.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SMALL_HEAD_SIZE = 2048, /* bytes of a head that the small memory holds, with the reply's */
    SMALL_HEAD_PARTS = 32,  /* lines, cookies and arguments in it */
    LARGE_MAX = 64,         /* connections of a loop with large memory */
    LINGER_MS = 2000,
    UNREAD_MS = 250,   /* for so long bytes may go unread though the library is run */
    TLS_HANDSHAKE = 22 /* content type of the first record, RFC 8446 §5.1 */
};

/* Frees all but the descriptor. */
static void release(struct loop *l, struct peer *p)
{
    ledger_give(&l->lease, p->held);
    shared_remove_user(p->port, p->from.process.uid);
    shared_give_slot(p->port);
    *p->link = p->next;
    if (p->next)
        p->next->link = p->link;
    free(p);
    l->dirty = true;
}

void peer_drop(struct loop *l, struct peer *p)
{
    close(p->fd); /* which takes it out of the epoll set too */
    release(l, p);
}

static bool watch(struct loop *l, struct peer *p)
{
    if (!p->watched)
        p->watched = watch_add(l->epoll, p->fd, EPOLLIN | EPOLLRDHUP, &p->watch);
    return p->watched;
}

static void linger(struct loop *l, struct peer *p)
{
    p->state = PEER_LINGERING;
    p->engine = NULL;
    p->since = l->now;
    p->allowance = l->context->max_body;
    if (!watch(l, p) || shutdown(p->fd, SHUT_WR) < 0) /* which fails when the client has gone */
        peer_drop(l, p);
}

void peer_closed(struct loop *l, struct peer *p)
{
    p->fd = p->lingers ? dup(p->fd) : -1;
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

/* An answer of our own, to what the library never sees. */
static void refuse(struct loop *l, struct peer *p, const char *answer)
{
    if (send(p->fd, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        peer_drop(l, p);
    else
        linger(l, p);
}

#define REFUSAL(status, text) \
    "HTTP/1.1 " status "\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n" text "\n"

static const char no_http[] = REFUSAL("400 Bad Request", "This is not an HTTP request.");
static const char no_tls[] = REFUSAL("400 Bad Request", "This port expects TLS.");
static const char too_many[] =
    REFUSAL("503 Service Unavailable\r\nRetry-After: 1", "This user has too many connections.");

static bool uses_tls(const struct loop *l, const struct peer *p)
{
    return l->shared->tls && !p->port->listener->is_unix;
}

/* Does the small memory hold a request that begins like this? */
static bool fits_small(const char *text, size_t size)
{
    const char *end = memmem(text, size, "\r\n\r\n", 4);
    unsigned parts = 0;

    if (!end || end - text > SMALL_HEAD_SIZE)
        return false;
    for (const char *c = text; c < end; c++)
        parts += *c == '\n' || *c == ';' || *c == '&';
    return parts <= SMALL_HEAD_PARTS;
}

static enum engine_kind choose_engine(struct loop *l, struct peer *p, size_t peeked)
{
    if (uses_tls(l, p))
        return ENGINE_TLS;
    if (fits_small(l->scratch, peeked) || l->engines[ENGINE_LARGE].connections >= LARGE_MAX ||
        !ledger_take(&l->lease, LEDGER_LONG_HEAD, LEDGER_REQUEST))
        return ENGINE_SMALL;
    p->held = LEDGER_LONG_HEAD;
    return ENGINE_LARGE;
}

static socklen_t address_size(const struct sockaddr *a)
{
    return a->sa_family == AF_INET    ? sizeof(struct sockaddr_in)
           : a->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                      : sizeof(struct sockaddr);
}

static void hand_over(struct loop *l, struct peer *p, struct engine *e)
{
    static const struct sockaddr unix_peer = { .sa_family = AF_UNIX };
    const struct sockaddr *from = p->port->listener->is_unix ? &unix_peer : &p->from.any;

    if (p->watched)
        watch_remove(l->epoll, p->fd);
    p->watched = false;
    p->since = l->now;
    p->state = PEER_SERVED;
    p->engine = e;
    p->client.fd = p->fd;
    engine_take(e, &p->client, from, address_size(from));
}

/* A method's first letter, or the empty line that may stand before a request (RFC 9112 §2.2) */
static bool begins_request(char first)
{
    return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z') || first == '\r' ||
           first == '\n';
}

void peer_look(struct loop *l, struct peer *p)
{
    const ssize_t n = recv(p->fd, l->scratch, sizeof(l->scratch), MSG_PEEK | MSG_DONTWAIT);
    const bool tls = uses_tls(l, p);

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        if (!watch(l, p))
            peer_drop(l, p);
    } else if (n <= 0) {
        peer_drop(l, p);
    } else if (tls ? l->scratch[0] == TLS_HANDSHAKE : begins_request(l->scratch[0])) {
        hand_over(l, p, &l->engines[choose_engine(l, p, (size_t)n)]);
    } else {
        refuse(l, p, tls ? no_tls : no_http);
    }
}

void peer_hang_up(const struct peer *p)
{
    shutdown(p->fd, SHUT_RDWR);
}

bool peer_is_idle(const struct loop *l, const struct peer *p, uint64_t ms)
{
    return !p->exchange && p->state != PEER_LINGERING && l->now - p->since >= ms;
}

static void link_peer(struct loop *l, struct peer *p)
{
    p->next = l->peers;
    p->link = &l->peers;
    if (p->next)
        p->next->link = &p->next;
    l->peers = p;
}

static void find_client(struct peer *p, const struct sockaddr_storage *from)
{
    socklen_t size = sizeof(p->from.process);

    if (!p->port->listener->is_unix)
        memcpy(&p->from, from, sizeof(p->from));
    else if (getsockopt(p->fd, SOL_SOCKET, SO_PEERCRED, &p->from.process, &size) < 0)
        p->from.process.uid = (uid_t)-1;
}

/*
 * What the kernel keeps of a connection counts as memory of the daemon's control group, and would
 * grow to some MiB. The kernel doubles the figure that it is given, for its own overhead. What comes
 * on a UNIX socket is the client's.
 */
static void bound_buffers(const struct peer *p)
{
    const int unsent = LEDGER_UNSENT / 2, unread = LEDGER_UNREAD / 2;

    setsockopt(p->fd, SOL_SOCKET, SO_SNDBUF, &unsent, sizeof(unsent));
    if (!p->port->listener->is_unix)
        setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &unread, sizeof(unread));
}

void peer_accept(struct loop *l, struct port *port, int fd, const struct sockaddr_storage *from)
{
    struct peer *p = calloc(1, sizeof(*p));

    if (!p) {
        close(fd);
        shared_give_slot(port);
        return;
    }
    p->watch.kind = WATCH_PEER;
    p->fd = fd;
    p->port = port;
    p->since = l->now;
    link_peer(l, p);
    find_client(p, from);
    bound_buffers(p);
    if (shared_add_user(l->shared, port, p->from.process.uid))
        peer_look(l, p);
    else
        refuse(l, p, too_many);
}

/*
 * Milliseconds since a byte came or went, which the kernel knows for TCP. Of a UNIX socket it is
 * the time since a request ended, a head was complete or a part of a body came: parts of a head are
 * seen by the library alone.
 */
static uint64_t quiet_time(const struct loop *l, const struct peer *p)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof(info);

    if (p->port->listener->is_unix || getsockopt(p->fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return l->now - (p->heard > p->since ? p->heard : p->since);
    return info.tcpi_last_data_recv < info.tcpi_last_data_sent ? info.tcpi_last_data_recv
                                                               : info.tcpi_last_data_sent;
}

/* The longest time from the end of one request to the end of the next */
static uint64_t longest_age(const struct context *s, const struct peer *p)
{
    if (s->idle_seconds > s->request_seconds)
        return 1000 * (uint64_t)(p->exchange ? s->request_seconds : s->idle_seconds);
    return 1000 * (uint64_t)(shared_is_crowded(p->port) ? s->idle_seconds : s->request_seconds);
}

static bool is_overdue(const struct loop *l, const struct peer *p)
{
    const uint64_t idle = 1000 * (uint64_t)l->context->idle_seconds, age = l->now - p->since;

    switch (p->state) {
    case PEER_LINGERING:
        return age > LINGER_MS;
    case PEER_SILENT:
        return age > idle;
    case PEER_SERVED:
        break;
    }
    return age > longest_age(l->context, p) || (age > idle && quiet_time(l, p) > idle);
}

void peer_cut_overdue(struct loop *l, struct peer *p)
{
    const bool drained = l->draining && l->now - l->drain_began >= DRAIN_IDLE_MS &&
                         peer_is_idle(l, p, DRAIN_IDLE_MS);
    const bool overdue = is_overdue(l, p);

    if (overdue && p->state != PEER_SERVED)
        peer_drop(l, p);
    else if (overdue || drained)
        peer_hang_up(p);
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
