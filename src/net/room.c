/* SPDX-License-Identifier: ISC */
/*
 * Which connections are served. Theory of operation:
 *
 * A loop accepts every connection at once, so that no flood can fill the kernel's queue and keep
 * other clients out of it. A connection waits first, and costs a struct peer and a descriptor. It
 * gets one of the port's slots, and memory for a head, once there is something to serve: a whole
 * head, or as much of it as we look at; over TLS the whole first record, which is the ClientHello.
 * So clients that send nothing, or a part of this, take no slot from others. Only on a UNIX socket
 * a head that does not come on gets a slot that is free: see room_pass_on.
 *
 * A request that has come but finds no slot is ready. Those that have come whole, with their body,
 * get the next slots, since they are answered at once. Of the others the oldest and the newest take
 * turns: under a flood those that have waited long are the flood, and otherwise none waits for
 * ever.
 *
 * While any request is ready, its port is crowded. Then replies end their connection, and every
 * CROWDED_MS loops end stalled connections, the longest stalled first. A connection is stalled when
 * it has passed its limit:
 *
 *   no request under way              PATIENCE_MS since the last one ended
 *   a later request's head not whole  PATIENCE_MS since its line came; the first head was whole
 *   a body                            PATIENCE_MS behind a pace of BODY_PACE bytes a millisecond:
 *                                     a slow body falls behind like one that has stopped
 *   a reply that is not read          PATIENCE_MS since a byte of it went
 *   a TLS handshake                   HANDSHAKE_MS, or PATIENCE_MS when more are ready than there
 *                                     are slots
 *
 * On TCP, ROUND_TRIPS round trips, as the kernel has measured them, are added to each limit. A
 * request within its limit is never ended in favour of another.
 *
 * When max_waiting connections of a port wait, lingering ones included, the loop that accepts one
 * more takes the user with the most connections on the port, and ends a quarter of its own
 * connections of that user, the oldest first. A user that has seven eighths of the slots while the
 * port has other users (users.h) is refused before it takes one more.
 *
 * Several loops: the counts above are sums over all loops. While requests of several loops are
 * ready, a loop takes no more than its share of the slots, and ends its own stalled connections
 * beyond that share.
 */
#include "room.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../http/head.h"
#include "account.h"
#include "peer.h"

enum {
    SMALL_HEAD_SIZE = 2048, /* bytes of a head that the small memory holds, with the reply's */
    SMALL_HEAD_PARTS = 32,  /* lines, cookies and arguments in it */
    LARGE_MAX = 64,         /* connections of a loop with large memory */
    PATIENCE_MS = 250,
    HANDSHAKE_MS = 500,
    ROUND_TRIPS = 4,
    ROUND_TRIP_MAX_MS = 500,
    TLS_HANDSHAKE = 22,  /* content type of the first record, RFC 8446 §5.1 */
    TLS_HEADER_SIZE = 5, /* of a record: type, version, length */
    TLS_LENGTH_MAX = 1 << 14,
    /* a score is stalled time in sixteenths of what the connection may take */
    SCORE_STALLED = 16,
    SCORES = 512
};

#define REFUSAL(status, text) \
    "HTTP/1.1 " status "\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n" text "\n"

static const char no_http[] = REFUSAL("400 Bad Request", "This is not an HTTP request.");
static const char no_tls[] = REFUSAL("400 Bad Request", "This port expects TLS.");
static const char too_many[] =
    REFUSAL("503 Service Unavailable\r\nRetry-After: 1", "This user has too many connections.");
static const char no_slot[] =
    REFUSAL("503 Service Unavailable\r\nRetry-After: 1", "There are too many connections.");

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

/*
 * No more than LARGE_MAX connections of a loop are in large memory, because the choice is the
 * client's, and the ledger must have room for it; the library answers 431 to the others.
 */
static enum engine_kind choose_engine(struct loop *l, struct peer *p)
{
    if (uses_tls(l, p))
        return ENGINE_TLS;
    if (p->is_small || l->engines[ENGINE_LARGE].connections >= LARGE_MAX ||
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

static void hand_over(struct loop *l, struct peer *p)
{
    static const struct sockaddr unix_peer = { .sa_family = AF_UNIX };
    const struct sockaddr *from = p->port->listener->is_unix ? &unix_peer : &p->from.any;

    if (p->watched)
        watch_remove(l->epoll, p->fd);
    p->watched = false;
    p->heard = l->now;
    p->gate->slots++;
    p->state = PEER_SERVED;
    p->asked = false;
    p->engine = &l->engines[choose_engine(l, p)];
    p->client.fd = p->fd;
    engine_take(p->engine, &p->client, from, address_size(from));
}

static bool may_take(const struct loop *l, const struct gate *g)
{
    const unsigned loops = l->shared->loop_count;
    const unsigned share = (l->context->max_connections + loops - 1) / loops;

    return g->slots < share || atomic_load(&g->port->wanted) == g->ready;
}

/* Return: false when it gets no slot now; else @p is served, or refused and perhaps gone. */
static bool admit(struct loop *l, struct peer *p)
{
    struct port *port = p->port;

    if (!may_take(l, p->gate) || !shared_take_slot(l->shared, port))
        return false;
    peer_leave_queue(p);
    if (users_take_slot(&port->users, p->user, l->context->max_connections)) {
        hand_over(l, p);
    } else {
        shared_give_slot(port);
        peer_refuse(l, p, too_many);
    }
    return true;
}

/* Has the body come, too? */
static bool came_whole(const struct loop *l, const struct peer *p, size_t size)
{
    struct head_reader reader = { .heads = 0 };
    int unread = 0;

    if (uses_tls(l, p))
        return false;
    head_read(&reader, l->scratch, size);
    return reader.heads > 0 && !reader.fault && ioctl(p->fd, FIONREAD, &unread) == 0 &&
           (uint64_t)unread >= reader.body && (uint64_t)unread - reader.body >= size;
}

static void wait_for_slot(struct loop *l, struct peer *p)
{
    p->ready = true;
    p->gate->ready++;
    shared_want(l->shared, p->port);
}

void room_pass_on(struct loop *l, struct peer *p)
{
    if (p->port->listener->is_unix && p->heard > 0 && !p->ready &&
        l->now - p->heard >= PATIENCE_MS && !shared_is_crowded(p->port))
        admit(l, p);
}

/* Return: are there slots left? */
static bool admit_whole(struct loop *l, const struct gate *g)
{
    struct peer *next;

    for (struct peer *p = l->peers; p; p = next) {
        next = p->next;
        if (p->gate == g && p->ready && p->is_whole && !admit(l, p))
            return false;
    }
    return true;
}

/* The oldest and the newest take turns; each cursor passes a connection once. */
static void admit_others(struct loop *l, const struct gate *g)
{
    struct peer *oldest = l->peers, *newest = l->last, *p;

    while (oldest && newest) {
        p = l->takes_newest ? newest : oldest;
        if (oldest == p)
            oldest = p->next;
        if (newest == p)
            newest = p->prev;
        if (p->gate != g || !p->ready)
            continue;
        if (!admit(l, p))
            return;
        l->takes_newest = !l->takes_newest;
    }
}

/* A method's first letter, or the empty line that may stand before a request (RFC 9112 §2.2) */
static bool begins_request(char first)
{
    return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z') || first == '\r' ||
           first == '\n';
}

/* Is the first record whole, or none that TLS has (RFC 8446 §5.1)? */
static bool is_record(const char *text, size_t size)
{
    const unsigned char *const bytes = (const unsigned char *)text;
    size_t length;

    if (size < TLS_HEADER_SIZE)
        return false;
    length = (size_t)bytes[3] << 8 | (size_t)bytes[4];
    return bytes[1] != 3 || length > TLS_LENGTH_MAX || size - TLS_HEADER_SIZE >= length;
}

/* Is there something to serve? */
static bool is_whole(const struct loop *l, bool tls, size_t size)
{
    if (size == sizeof(l->scratch))
        return true;
    return tls ? is_record(l->scratch, size) : head_ends(l->scratch, size);
}

/* The target of a request that came in part or found no slot goes into the log. */
static void log_unanswered(struct loop *l, const struct peer *p)
{
    const ssize_t n = recv(p->fd, l->scratch, sizeof(l->scratch) - 1, MSG_PEEK | MSG_DONTWAIT);
    char *target = l->scratch;

    l->scratch[n > 0 ? n : 0] = '\0';
    target += strspn(target, "\r\n");
    target[strcspn(target, "\r\n")] = '\0';
    target += strcspn(target, " ");
    target += *target == ' ';
    target[strcspn(target, " ")] = '\0';
    account_unanswered(l, p, target);
}

void room_leave(struct loop *l, struct peer *p)
{
    const bool is_plain = p->state == PEER_ARRIVING && !uses_tls(l, p);

    if (is_plain && p->asked)
        log_unanswered(l, p);
    if (is_plain && p->ready)
        send(p->fd, no_slot, sizeof(no_slot) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    peer_drop(l, p);
}

static void note_line(const struct loop *l, struct peer *p)
{
    p->asked = true;
    if (l->context->idle_seconds > l->context->request_seconds)
        p->since = l->now; /* see the request deadline in peer.c */
}

/* Has the client closed its side? There may be no further event that shows this. */
static bool has_ended(const struct peer *p)
{
    struct pollfd one = { .fd = p->fd, .events = POLLRDHUP };

    return poll(&one, 1, 0) == 1;
}

static void look_further(struct loop *l, struct peer *p, bool tls, size_t size)
{
    const bool whole = is_whole(l, tls, size);

    if (p->heard == 0)
        p->since = l->now; /* its first byte */
    p->heard = l->now;
    if (!p->asked && (whole || memchr(l->scratch, '\n', size)))
        note_line(l, p);
    p->is_small = !tls && fits_small(l->scratch, size);
    if (whole && !shared_is_crowded(p->port) && admit(l, p))
        return;
    if (whole) {
        p->is_whole = came_whole(l, p, size);
        wait_for_slot(l, p);
    }
    if (!peer_watch(l, p) || (!whole && has_ended(p)))
        room_leave(l, p);
}

void room_look(struct loop *l, struct peer *p)
{
    const ssize_t n = recv(p->fd, l->scratch, sizeof(l->scratch), MSG_PEEK | MSG_DONTWAIT);
    const bool tls = uses_tls(l, p);

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        if (!peer_watch(l, p))
            peer_drop(l, p);
    } else if (n <= 0) {
        peer_drop(l, p);
    } else if (p->ready) {
        p->is_whole = came_whole(l, p, (size_t)n);
    } else if (tls ? l->scratch[0] == TLS_HANDSHAKE : begins_request(l->scratch[0])) {
        look_further(l, p, tls, (size_t)n);
    } else {
        peer_refuse(l, p, tls ? no_tls : no_http);
    }
}

/* Lingering connections count as their user's, too. */
static bool waits(const struct peer *p, const struct gate *g)
{
    return p->gate == g && p->state != PEER_SERVED;
}

void room_make_space(struct loop *l, const struct gate *g)
{
    struct user *greediest = NULL;
    unsigned most = 0, count = 0;
    struct peer *next;

    if (shared_has_room(l->shared, g->port))
        return;
    for (struct peer *p = l->peers; p; p = p->next)
        if (waits(p, g) && p->user && p->user->connections > most) {
            most = p->user->connections;
            greediest = p->user;
        }
    for (struct peer *p = l->peers; p; p = p->next)
        count += waits(p, g) && p->user == greediest;
    count = (count + 3) / 4;
    for (struct peer *p = l->peers; p && count > 0; p = next) { /* the oldest first */
        next = p->next;
        if (waits(p, g) && p->user == greediest) {
            room_leave(l, p);
            count--;
        }
    }
}

/* Milliseconds of some round trips, as the kernel has measured them */
static uint64_t travel_time(const struct peer *p)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof(info);
    uint64_t trip;

    if (p->port->listener->is_unix || getsockopt(p->fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
        return 0;
    trip = info.tcpi_rtt / 1000;
    return ROUND_TRIPS * (trip < ROUND_TRIP_MAX_MS ? trip : ROUND_TRIP_MAX_MS);
}

/* How long a connection may be stalled */
static uint64_t patience(const struct loop *l, const struct peer *p)
{
    const unsigned slots = l->context->max_connections, ready = atomic_load(&p->port->wanted);

    if (p->asked || !uses_tls(l, p))
        return PATIENCE_MS + travel_time(p);
    return (ready > slots ? PATIENCE_MS : HANDSHAKE_MS) + travel_time(p);
}

static uint64_t since(const struct loop *l, uint64_t then)
{
    return l->now > then ? l->now - then : 0;
}

/* How long a served connection has made no progress, for its score */
static uint64_t stalled_time(const struct loop *l, const struct peer *p)
{
    const struct exchange *x = p->exchange;

    if (!x)
        return since(l, p->heard > p->since ? p->heard : p->since);
    if (!x->has_head)
        return since(l, x->begun / 1000);
    return x->answered ? peer_quiet_time(l, p) : since(l, p->paced / 1000);
}

static unsigned score(const struct loop *l, const struct peer *p)
{
    const uint64_t stalled = stalled_time(l, p),
                   sixteenths = stalled ? SCORE_STALLED * stalled / patience(l, p) : 0;

    return sixteenths < SCORES ? (unsigned)sixteenths : SCORES - 1;
}

/* How many connections the loop should end */
static unsigned wanted(const struct loop *l, const struct gate *g)
{
    const unsigned share = l->context->max_connections / l->shared->loop_count;
    const unsigned beyond = g->slots > share ? g->slots - share : 0;
    const unsigned own = g->ready + beyond, all = atomic_load(&g->port->wanted);

    return own < all ? own : all;
}

static void end_stalled(struct loop *l, const struct gate *g)
{
    unsigned counts[SCORES] = { 0 }, left = wanted(l, g), least = SCORES - 1;

    if (left == 0)
        return;
    for (struct peer *p = l->peers; p; p = p->next)
        if (p->gate == g && p->state == PEER_SERVED)
            counts[p->score = score(l, p)]++;
    while (least > SCORE_STALLED && counts[least] < left)
        left -= counts[least--];
    for (struct peer *p = l->peers; p; p = p->next)
        if (p->gate == g && p->state == PEER_SERVED &&
            (p->score > least || (p->score == least && left > 0))) {
            left -= p->score == least;
            peer_hang_up(p);
        }
}

bool room_is_crowded(const struct loop *l)
{
    for (unsigned i = 0; i < l->shared->port_count; i++)
        if (shared_is_crowded(&l->shared->ports[i]))
            return true;
    return false;
}

void room_tend(struct loop *l)
{
    if (!room_is_crowded(l))
        return;
    for (unsigned i = 0; i < l->shared->port_count && l->now - l->tended >= CROWDED_MS; i++)
        end_stalled(l, &l->gates[i]);
    if (l->now - l->tended >= CROWDED_MS)
        l->tended = l->now;
    for (unsigned i = 0; i < l->shared->port_count; i++) {
        const struct gate *g = &l->gates[i];

        if (g->ready > 0 && shared_has_slot(l->shared, g->port) && admit_whole(l, g))
            admit_others(l, g);
    }
}
