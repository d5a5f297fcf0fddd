/* SPDX-License-Identifier: ISC */
/*
 * A connection is with the loop until its first bytes are there, and by those the library is
 * chosen: it wipes all of a connection's memory after each request, and next to every request fits
 * the small one. At 64 connections a request costs 4.9 us with 8 KiB, 5.5 with 16, 7.0 with 32 and
 * 12.1 with 128 (CPU time of GET /livez), while 800 cookies or 1500 query arguments are answered
 * with no less than 128 KiB.
 */
#include "peer.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "exchange.h"

enum {
    SMALL_HEAD_SIZE = 2048, /* a head that the small pool certainly holds, with the reply's */
    SMALL_HEAD_PARTS = 32,  /* lines, cookies and arguments in it */
    LARGE_MAX = 64,         /* connections of a loop in large pools; more get small ones */
    LINGER_MS = 2000        /* how long a client may go on sending behind a refusal */
};

static _Atomic unsigned *uid_count(const struct peer *p)
{
    return p->port->by_uid ? &p->port->by_uid[(p->from.unix.uid * 2654435761u) >> 24] : NULL;
}

static void watch_peer(struct loop *l, struct peer *p)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP, .data.ptr = &p->watch };

    p->watched = epoll_ctl(l->epoll, EPOLL_CTL_ADD, p->fd, &event) == 0;
}

/* Gives back what a peer holds but for its descriptor. */
void peer_forget(struct loop *l, struct peer *p)
{
    if (uid_count(p) && atomic_fetch_sub(uid_count(p), 1) == 1)
        atomic_fetch_sub(&p->port->users, 1);
    atomic_fetch_sub(&p->port->open, 1);
    *p->link = p->next;
    if (p->next)
        p->next->link = p->link;
    free(p);
    l->dirty = true;
}

void peer_drop(struct loop *l, struct peer *p)
{
    close(p->fd); /* which takes it out of the epoll set too */
    peer_forget(l, p);
}

/*
 * A client that sends all before it reads would lose the reply to a refusal if its connection were
 * closed with bytes unread: the kernel then resets it. So for a while what still comes is read and
 * forgotten.
 */
void peer_linger(struct loop *l, struct peer *p)
{
    p->state = PEER_LINGERING;
    p->engine = NULL;
    p->since = l->now;
    p->allowance = l->service->max_body;
    if (!p->watched)
        watch_peer(l, p);
    if (!p->watched ||
        shutdown(p->fd, SHUT_WR) < 0) /* the client has gone already, or cannot be waited for */
        peer_drop(l, p);
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

/* An answer of our own to what the library need not see. */
static void turn_away(struct loop *l, struct peer *p, const char *answer)
{
    if (send(p->fd, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        peer_drop(l, p);
    else
        peer_linger(l, p);
}

#define TURNED_AWAY(status, text) \
    "HTTP/1.1 " status "\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n" text "\n"

static const char no_http[] = TURNED_AWAY("400 Bad Request", "This is no HTTP.");
static const char no_tls[] = TURNED_AWAY("400 Bad Request", "This port speaks TLS.");
static const char too_many[] =
    TURNED_AWAY("503 Service Unavailable\r\nRetry-After: 1", "This user has too many connections.");

/* Does the small pool hold a request that begins like this? */
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

static struct engine *choose_engine(struct loop *l, const struct peer *p, size_t peeked)
{
    if (l->engines[ENGINE_TLS].daemon && !p->port->listener->is_unix)
        return &l->engines[ENGINE_TLS];
    if (fits_small(l->scratch, peeked) || l->engines[ENGINE_LARGE].connections >= LARGE_MAX)
        return &l->engines[ENGINE_SMALL];
    return &l->engines[ENGINE_LARGE];
}

/* The library takes a descriptor, whatever comes of it. */
static void hand_over(struct loop *l, struct peer *p, struct engine *e)
{
    static const struct sockaddr unix_peer = { .sa_family = AF_UNIX };
    const struct sockaddr *from = p->port->listener->is_unix ? &unix_peer : &p->from.any;
    const socklen_t size = from->sa_family == AF_INET    ? sizeof(p->from.in)
                           : from->sa_family == AF_INET6 ? sizeof(p->from.in6)
                                                         : sizeof(unix_peer);

    if (p->watched)
        epoll_ctl(l->epoll, EPOLL_CTL_DEL, p->fd, NULL);
    p->watched = false;
    p->since = l->now;
    p->engine = e;
    e->due = true;
    l->adding = p;
    l->added = false;
    exchange_take(e, p->fd, from, size);
    if (!l->added) /* on_connection has not seen it */
        peer_forget(l, p);
}

/* A method's first letter, or the empty line that may stand before a request (RFC 9112 §2.2) */
static bool begins_request(char first)
{
    return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z') || first == '\r' ||
           first == '\n';
}

/* Looks at the first bytes of a connection, if they are there. */
void peer_greet(struct loop *l, struct peer *p)
{
    const ssize_t n = recv(p->fd, l->scratch, sizeof(l->scratch), MSG_PEEK | MSG_DONTWAIT);
    const bool tls = l->engines[ENGINE_TLS].daemon && !p->port->listener->is_unix;

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        if (!p->watched)
            watch_peer(l, p);
        if (!p->watched)
            peer_drop(l, p);
    } else if (n <= 0) {
        peer_drop(l, p);
    } else if (tls ? l->scratch[0] == 0x16 : begins_request(l->scratch[0])) {
        hand_over(l, p, choose_engine(l, p, (size_t)n));
    } else {
        turn_away(l, p, tls ? no_tls : no_http);
    }
}

/* Closing is left to whoever has the peer: the library, or the loop when it reads the end. */
void peer_hang_up(const struct peer *p)
{
    shutdown(p->fd, SHUT_RDWR);
}

bool peer_is_idle(const struct loop *l, const struct peer *p, uint64_t ms)
{
    return !p->request && p->state != PEER_LINGERING && l->now - p->since >= ms;
}

/*
 * While others have connections by a UNIX socket too, one user must leave an eighth of its slots to
 * them. How others get in when he has taken all of them before: see gate_tend.
 */
static bool is_greedy(const struct loop *l, const struct peer *p)
{
    const unsigned max = l->service->max_connections, left = max >= 8 ? max / 8 : max > 1;
    const unsigned own = uid_count(p) ? atomic_fetch_add(uid_count(p), 1) + 1 : 0;

    if (own == 1)
        atomic_fetch_add(&p->port->users, 1);
    return own > max - left && atomic_load(&p->port->users) > 1;
}

void peer_accept(struct loop *l, struct port *port, int fd, const struct sockaddr_storage *from)
{
    struct peer *p = calloc(1, sizeof(*p));
    socklen_t size = sizeof(p->from.unix);

    if (!p) {
        close(fd);
        atomic_fetch_sub(&port->open, 1);
        return;
    }
    p->watch.kind = WATCH_PEER;
    p->fd = fd;
    p->port = port;
    p->since = l->now;
    p->next = l->peers;
    p->link = &l->peers;
    if (p->next)
        p->next->link = &p->next;
    l->peers = p;
    if (!port->listener->is_unix)
        memcpy(&p->from, from, sizeof(p->from));
    else if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &p->from.unix, &size) < 0)
        p->from.unix.uid = (uid_t)-1;
    if (is_greedy(l, p))
        turn_away(l, p, too_many);
    else
        peer_greet(l, p);
}

/*
 * Milliseconds since anything came or went. The kernel knows it of TCP. On a UNIX socket parts of a
 * head pass unseen, so it is the time since the last request, the last part of a body or the
 * answer.
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

void peer_cut_overdue(struct loop *l, struct peer *p)
{
    const struct context *s = l->service;
    const bool crowded = atomic_load_explicit(&p->port->crowded, memory_order_relaxed);
    const uint64_t idle = 1000 * (uint64_t)s->idle_seconds,
                   request = 1000 * (uint64_t)s->request_seconds;
    const uint64_t whole = idle > request && !p->request ? idle
                           : crowded && idle < request   ? idle
                                                         : request;
    const uint64_t age = l->now - p->since;

    if (p->state == PEER_LINGERING ? age > LINGER_MS : p->state == PEER_SILENT && age > idle)
        peer_drop(l, p);
    else if (p->state == PEER_SERVED && (age > whole || (age > idle && quiet_time(l, p) > idle)))
        peer_hang_up(p);
    else if (l->draining && l->now - l->drain_began >= DRAIN_IDLE_MS &&
             peer_is_idle(l, p, DRAIN_IDLE_MS))
        peer_hang_up(p);
}

/*
 * The library waits for an edge. The end of what a client sends is none when it came together with
 * the last bytes, so it is made one: what has not been read yet still is.
 */
void peer_notice_end(const struct peer *p)
{
    struct pollfd one = { .fd = p->fd, .events = POLLRDHUP };

    if (p->state == PEER_SERVED && !(p->request && p->request->answered) && poll(&one, 1, 0) == 1)
        shutdown(p->fd, SHUT_RD);
}
