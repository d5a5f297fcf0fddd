/* SPDX-License-Identifier: ISC */
/*
 * This file alone includes libmicrohttpd, which is driven from here: its own epoll thread goes to sleep over
 * a batch of exactly 128 events before it has served them, and at its connection limit it notices only after
 * many seconds that peers have gone. So connections are accepted and counted here, and the library gets each
 * of them once its first bytes are there. It is told which memory to work in by looking at those bytes: it
 * wipes all of a connection's memory after each request, and next to every request fits the small one.
 */
#include "loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "../base/log.h"
#include "metrics.h"
#include "routes.h"
#include "tls.h"

enum {
    SMALL_POOL = 8 * 1024,
    LARGE_POOL = 128 * 1024, /* 800 cookies or 1500 query arguments, each with its record in the pool */
    TLS_POOL = 32 * 1024,
    SMALL_HEAD_SIZE = 2048, /* a head that the small pool certainly holds, with the reply's */
    SMALL_HEAD_PARTS = 32,  /* lines, cookies and arguments in it */
    LARGE_MAX = 64,         /* connections of a loop in large pools; more get small ones */
    EVENTS = 128,
    ACCEPT_OWN = 64,   /* at a time, from a socket of our own */
    ACCEPT_SHARED = 4, /* the same from a socket that others accept from too */
    PEEK_SIZE = 4096,
    TICK_MS = 500,                  /* how often deadlines are looked at */
    HURRY_MS = 50,                  /* the same when somebody waits for a slot, or for the end */
    CROWD_IDLE_MS = 250,            /* an idle connection keeps its slot so long although somebody waits */
    DRAIN_IDLE_MS = 1000,           /* the same when the server is to end */
    LINGER_MS = 2000,               /* how long a client may go on sending behind a refusal */
    BODY_BUDGET = 64 * 1024 * 1024, /* bytes of all bodies that are being read */
    BODY_FIRST = 4096,              /* size of a new buffer */
    SPARE_MAX = 256 * 1024          /* a larger buffer is not kept for the next body */
};

enum watch_kind { WATCH_GATE, WATCH_ENGINE, WATCH_WAKE, WATCH_PEER };

/* First member of whatever the loop's epoll points to. */
struct watch {
    enum watch_kind kind;
};

/* A port's socket. */
struct gate {
    struct watch watch;
    struct port *port;
    int fd;
    bool shared;    /* other loops accept from it too */
    bool open;      /* in the epoll set */
    uint64_t again; /* milliseconds: not before that after an error */
};

/* An instance of the library. */
struct engine {
    struct watch watch;
    struct MHD_Daemon *daemon; /* NULL: not in use */
    bool due;                  /* has something to do */
    unsigned connections;
};

enum engine_kind { ENGINE_SMALL, ENGINE_LARGE, ENGINE_TLS, ENGINES };

enum peer_state {
    PEER_SILENT,   /* has not sent a byte; in our epoll set */
    PEER_SERVED,   /* the library has it */
    PEER_LINGERING /* has been refused and may read the reply while it sends; in our epoll set */
};

/* A connection. */
struct peer {
    struct watch watch;
    enum peer_state state;
    int fd;
    struct peer *next, **link;
    struct port *port;
    struct engine *engine;
    struct request *request; /* under way */
    uint64_t since; /* milliseconds: the end of the last request, the first byte, or the connection's begin */
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct ucred unix;
    } from;
    size_t allowance; /* lingering: bytes that it may still send */
    bool watched, lingers, trusted;
};

struct body {
    struct body *next;
    size_t capacity;
    char bytes[];
};

/* A request, from its line to its answer. */
struct request {
    struct peer *peer;
    const char *line; /* the target where it was received */
    uint64_t begun;   /* microseconds */
    struct head head;
    bool headers_seen, answered;
    bool starved; /* no memory for its body */
    struct body *body;
    size_t size, discarded; /* bytes of the body, and beyond the limit */
    size_t target_size;
    char target[]; /* raw */
};

struct loop {
    struct shared *shared;
    const struct service *service;
    unsigned number;
    int epoll, wake_fd;
    struct watch wake;
    struct gate gates[PORTS_MAX];
    struct engine engines[ENGINES];
    struct peer *peers, *adding;
    struct body *spare;
    uint64_t now, ticked, looked, drain_began; /* milliseconds */
    bool added, hurried, draining, dirty, timed_out;
    _Atomic unsigned turns;
    uint8_t random[512];
    size_t random_left;
    char scratch[PEEK_SIZE];
    struct job job;
};

static uint64_t clock_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void log_library(void *cls, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static void log_library(void *cls, const char *format, va_list args)
{
    char message[256], quoted[512];

    (void)cls;
    vsnprintf(message, sizeof(message), format, args);
    message[strcspn(message, "\r\n")] = '\0';
    log_event(LOG_DEBUG, "http", "detail=%s", log_quote(message, quoted, sizeof(quoted)));
}

/* Bodies: buffers that go from request to request, because a heap that shrinks and grows costs page faults.
 */

static void free_body(struct loop *l, struct body *b)
{
    atomic_fetch_sub_explicit(&l->shared->body_bytes, b->capacity, memory_order_relaxed);
    free(b);
}

static void give_body(struct loop *l, struct body *b)
{
    if (!b)
        return;
    if (b->capacity > SPARE_MAX) {
        free_body(l, b);
        return;
    }
    b->next = l->spare;
    l->spare = b;
}

static void free_spare(struct loop *l)
{
    while (l->spare) {
        struct body *b = l->spare;

        l->spare = b->next;
        free_body(l, b);
    }
}

static bool over_budget(const struct loop *l, size_t more)
{
    return atomic_load_explicit(&l->shared->body_bytes, memory_order_relaxed) + more > BODY_BUDGET;
}

/* A buffer for that many bytes in place of @old, whose bytes are kept; NULL when there is no memory */
static struct body *grow_body(struct loop *l, struct body *old, size_t size)
{
    size_t capacity = old ? old->capacity : 0, more;
    struct body *b;

    if (!old && l->spare) {
        old = l->spare;
        l->spare = old->next;
        capacity = old->capacity;
    }
    if (size <= capacity)
        return old;
    while (capacity < size)
        capacity = capacity ? 2 * capacity : BODY_FIRST;
    more = capacity - (old ? old->capacity : 0);
    if (over_budget(l, more))
        free_spare(l);
    b = over_budget(l, more) ? NULL : realloc(old, sizeof(*b) + capacity);
    if (!b) {
        give_body(l, old);
        return NULL;
    }
    atomic_fetch_add_explicit(&l->shared->body_bytes, more, memory_order_relaxed);
    b->capacity = capacity;
    return b;
}

/* Peers */

static _Atomic unsigned *uid_count(const struct peer *p)
{
    return p->port->by_uid ? &p->port->by_uid[(p->from.unix.uid * 2654435761u) >> 24] : NULL;
}

static bool take_slot(const struct loop *l, struct port *port)
{
    if (atomic_fetch_add(&port->open, 1) < l->service->max_connections)
        return true;
    atomic_fetch_sub(&port->open, 1);
    return false;
}

static void watch_peer(struct loop *l, struct peer *p)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP, .data.ptr = &p->watch };

    p->watched = epoll_ctl(l->epoll, EPOLL_CTL_ADD, p->fd, &event) == 0;
}

/* Gives back what a peer holds but for its descriptor. */
static void forget_peer(struct loop *l, struct peer *p)
{
    if (uid_count(p))
        atomic_fetch_sub(uid_count(p), 1);
    atomic_fetch_sub(&p->port->open, 1);
    *p->link = p->next;
    if (p->next)
        p->next->link = p->link;
    free(p);
    l->dirty = true;
}

static void drop_peer(struct loop *l, struct peer *p)
{
    close(p->fd); /* which takes it out of the epoll set too */
    forget_peer(l, p);
}

/*
 * A client that sends all before it reads would lose the reply to a refusal if its connection were closed
 * with bytes unread: the kernel then resets it. So for a while what still comes is read and forgotten.
 */
static void linger(struct loop *l, struct peer *p)
{
    p->state = PEER_LINGERING;
    p->engine = NULL;
    p->since = l->now;
    p->allowance = l->service->max_body;
    shutdown(p->fd, SHUT_WR);
    if (!p->watched)
        watch_peer(l, p);
    if (!p->watched)
        drop_peer(l, p);
}

static void drain_peer(struct loop *l, struct peer *p)
{
    ssize_t n;

    while ((n = recv(p->fd, l->scratch, sizeof(l->scratch), MSG_DONTWAIT)) > 0) {
        if ((size_t)n >= p->allowance) {
            drop_peer(l, p);
            return;
        }
        p->allowance -= (size_t)n;
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR))
        drop_peer(l, p);
}

/* An answer of our own to what the library need not see. */
static void turn_away(struct loop *l, struct peer *p, const char *answer)
{
    if (send(p->fd, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        drop_peer(l, p);
    else
        linger(l, p);
}

#define TURNED_AWAY(status, text)                                                                            \
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
    MHD_add_connection(e->daemon, p->fd, from, size);
    if (!l->added) /* on_connection has not seen it */
        forget_peer(l, p);
}

/* A method's first letter, or the empty line that may stand before a request (RFC 9112 §2.2) */
static bool begins_request(char first)
{
    return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z') || first == '\r' || first == '\n';
}

/* Looks at the first bytes of a connection, if they are there. */
static void greet(struct loop *l, struct peer *p)
{
    const ssize_t n = recv(p->fd, l->scratch, sizeof(l->scratch), MSG_PEEK | MSG_DONTWAIT);
    const bool tls = l->engines[ENGINE_TLS].daemon && !p->port->listener->is_unix;

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        if (!p->watched)
            watch_peer(l, p);
        if (!p->watched)
            drop_peer(l, p);
    } else if (n <= 0) {
        drop_peer(l, p);
    } else if (tls ? l->scratch[0] == 0x16 : begins_request(l->scratch[0])) {
        hand_over(l, p, choose_engine(l, p, (size_t)n));
    } else {
        turn_away(l, p, tls ? no_tls : no_http);
    }
}

/* Closing is left to whoever has the peer: the library, or the loop when it reads the end. */
static void hang_up(const struct peer *p)
{
    shutdown(p->fd, SHUT_RDWR);
}

static bool is_idle(const struct loop *l, const struct peer *p, uint64_t ms)
{
    return !p->request && p->state != PEER_LINGERING && l->now - p->since >= ms;
}

/* One user must leave an eighth of a UNIX socket's slots to the others. */
static bool is_greedy(const struct loop *l, const struct peer *p)
{
    const unsigned max = l->service->max_connections, left = max >= 8 ? max / 8 : max > 1;

    return uid_count(p) && atomic_fetch_add(uid_count(p), 1) >= max - left;
}

static void accept_peer(struct loop *l, struct port *port, int fd, const struct sockaddr_storage *from)
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
        greet(l, p);
}

static void set_gate(struct loop *l, struct gate *g, bool open)
{
    struct epoll_event event = { .events = EPOLLIN | (g->shared ? EPOLLEXCLUSIVE : 0),
                                 .data.ptr = &g->watch };

    if (open != g->open && epoll_ctl(l->epoll, open ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, g->fd, &event) == 0)
        g->open = open;
}

static void log_accept(const struct gate *g, int number)
{
    char quoted[128];

    log_event(LOG_WARNING, "accept", "address=%s detail=%s", g->port->listener->address,
              log_quote(strerror(number), quoted, sizeof(quoted)));
}

/* Return: false when nobody waits, or nobody can be let in */
static bool accept_one(struct loop *l, struct gate *g)
{
    struct sockaddr_storage from;
    socklen_t size = sizeof(from);
    int fd;

    if (!take_slot(l, g->port)) {
        set_gate(l, g, false);
        l->hurried = true;
        return false;
    }
    memset(&from, 0, sizeof(struct sockaddr_in6));
    fd = accept4(g->fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        accept_peer(l, g->port, fd, &from);
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
    set_gate(l, g, false);
    g->again = l->now + TICK_MS;
    l->hurried = true;
    return false;
}

static void accept_some(struct loop *l, struct gate *g)
{
    int left = g->shared ? ACCEPT_SHARED : ACCEPT_OWN;

    if (g->open && !l->draining)
        while (left-- > 0 && accept_one(l, g))
            continue;
}

/* The library tells of each connection when it begins and when it ends. */
static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct loop *l = cls;
    struct peer *p = *socket_context;

    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        p = l->adding;
        l->added = true;
        *socket_context = p;
        p->state = PEER_SERVED;
        p->engine->connections++;
        return;
    }
    if (!p)
        return;
    *socket_context = NULL;
    p->engine->connections--;
    if (p->request) { /* the library gave it up without a word */
        give_body(l, p->request->body);
        free(p->request);
        p->request = NULL;
    }
    p->fd = p->lingers ? dup(p->fd) : -1; /* the library closes its own */
    if (p->fd >= 0)
        linger(l, p);
    else
        forget_peer(l, p);
}

static struct peer *peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

/* Requests */

/* The first the library tells of a request: the raw target, before anything was decoded. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct loop *l = cls;
    struct peer *p = peer_of(connection);
    const size_t size = strlen(target);
    struct request *r = p ? malloc(sizeof(*r) + size + 1) : NULL;

    if (!r)
        return NULL;
    *r = (struct request){ .peer = p, .line = target, .begun = clock_us(), .target_size = size };
    memcpy(r->target, target, size + 1);
    p->request = r;
    if (l->service->idle_seconds > l->service->request_seconds)
        p->since = r->begun / 1000;
    return r;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct loop *l = cls;
    struct request *r = *context;

    (void)connection;
    (void)code;
    if (!r)
        return;
    r->peer->request = NULL;
    r->peer->since = l->now;
    give_body(l, r->body);
    free(r);
    *context = NULL;
}

/* Sixteen random bytes in hex, from a store: the kernel is not asked for every request. */
static void make_id(struct loop *l, char id[JOB_ID_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    if (l->random_left == 0) {
        seal_random(l->random, sizeof(l->random));
        l->random_left = sizeof(l->random);
    }
    for (size_t i = 0; i < 16; i++) {
        const uint8_t byte = l->random[--l->random_left];

        id[2 * i] = digits[byte >> 4];
        id[2 * i + 1] = digits[byte & 0xf];
    }
    id[32] = '\0';
}

static void take_id(struct loop *l, const char *given, char id[JOB_ID_SIZE])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    const size_t length = given ? strspn(given, alphabet) : 0;

    if (length > 0 && length < JOB_ID_SIZE && !given[length])
        memcpy(id, given, length + 1);
    else
        make_id(l, id);
}

static enum MHD_Result add_line(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_size,
                                const char *value, size_t value_size)
{
    (void)kind;
    head_add(cls, name, name_size, value ? value : "", value_size);
    return MHD_YES;
}

/* The loop's one job, made ready for this request. */
static struct job *take_job(struct loop *l, const struct request *r, const char *method)
{
    struct job *job = &l->job;

    job_start(job);
    job->method = method;
    job->raw_target = r->target;
    job->head = &r->head;
    job->listener = r->peer->port->listener;
    job->draining = l->draining;
    take_id(l, r->head.values[HEADER_REQUEST_ID], job->id);
    return job;
}

static bool add_headers(struct MHD_Response *response, const struct reply *reply, bool close)
{
    for (unsigned i = 0; i < reply->header_count; i++)
        if (MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value) != MHD_YES)
            return false;
    return !close || MHD_add_response_header(response, "Connection", "close") == MHD_YES;
}

/* The job is for the next request when the library sends, so a body that is in it is copied. */
static struct MHD_Response *make_response(struct reply *reply)
{
    void *body = reply->owned ? reply->owned : (void *)(uintptr_t)reply->body; /* only read */
    const enum MHD_ResponseMemoryMode mode = reply->owned   ? MHD_RESPMEM_MUST_FREE
                                             : reply->fixed ? MHD_RESPMEM_PERSISTENT
                                                            : MHD_RESPMEM_MUST_COPY;
    struct MHD_Response *response = MHD_create_response_from_buffer(reply->size, body, mode);

    if (response)
        reply->owned = NULL;
    return response;
}

static void format_peer(const struct peer *p, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "?";

    if (p->port->listener->is_unix) {
        snprintf(text, size, "unix uid=%ld pid=%ld", (long)p->from.unix.uid, (long)p->from.unix.pid);
    } else if (p->from.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &p->from.in.sin_addr, host, sizeof(host));
        snprintf(text, size, "%s:%u", host, ntohs(p->from.in.sin_port));
    } else {
        inet_ntop(AF_INET6, &p->from.in6.sin6_addr, host, sizeof(host));
        snprintf(text, size, "[%s]:%u", host, ntohs(p->from.in6.sin6_port));
    }
}

/* The trace id of a W3C traceparent: 00-<32 hex>-<16 hex>-<2 hex>, neither id all zero. Else "" */
static void take_trace(const char *parent, char trace[33])
{
    static const char pattern[] = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
    size_t i = 0;

    trace[0] = '\0';
    for (; parent && pattern[i]; i++)
        if (pattern[i] == 'x' ? !strchr("0123456789abcdef", parent[i]) || !parent[i]
                              : parent[i] != pattern[i])
            return;
    if (!parent || parent[i] || strspn(parent + 3, "0") >= 32 || strspn(parent + 36, "0") >= 16)
        return;
    memcpy(trace, parent + 3, 32);
    trace[32] = '\0';
}

static void log_request(const struct loop *l, const struct request *r, uint64_t micros)
{
    const struct job *job = &l->job;
    const bool is_signed = job->reply.status == 200 && job->seal.sha256[0];
    const char *templates[ROUTE_TEMPLATES_MAX];
    const unsigned other = route_templates(templates) - 1, route = job->route < other ? job->route : other;
    char peer[80], method[40], target[120] = "", trace[33], detail[2 * ERR_DETAIL_SIZE];

    if (job->reply.status == 500)
        log_event(LOG_ERROR, "internal", "id=%s detail=%s", job->id,
                  log_quote(job->err.places[0].detail, detail, sizeof(detail)));
    if (!log_wants(LOG_INFO))
        return;
    format_peer(r->peer, peer, sizeof(peer));
    take_trace(r->head.values[HEADER_TRACEPARENT], trace);
    if (route == other)
        log_quote(r->target, target, sizeof(target));
    log_event(LOG_INFO, "request",
              "id=%s peer=%s method=%s route=%s%s%s status=%u bytes=%zu micros=%llu%s%s%s%s%s%s", job->id,
              peer, log_quote(job->method, method, sizeof(method)), templates[route],
              target[0] ? " target=" : "", target, job->reply.status, job->reply.size,
              (unsigned long long)micros, is_signed ? " sha256=" : "", is_signed ? job->seal.sha256 : "",
              is_signed ? " key=" : "", is_signed ? job->seal.key_id : "", trace[0] ? " trace=" : "", trace);
}

static void account(const struct loop *l, const struct request *r)
{
    const struct job *job = &l->job;
    const uint64_t micros = clock_us() - r->begun;
    const struct metric_request q = {
        .route = job->route,
        .method = job->method,
        .status = job->reply.status,
        .code = job->err.code,
        .micros = micros,
        .image_size = job->reply.status == 200 && job->seal.sha256[0] ? job->image.size : 0,
        .format = (int)job->format,
    };

    metrics_request(l->service->metrics, l->number, &q);
    log_request(l, r, micros);
}

static enum MHD_Result send_reply(struct loop *l, struct MHD_Connection *connection, struct request *r)
{
    struct reply *reply = &l->job.reply;
    const bool crowded = atomic_load_explicit(&r->peer->port->crowded, memory_order_relaxed);
    struct MHD_Response *response = make_response(reply);
    enum MHD_Result result = MHD_NO;

    r->answered = true;

    if (response && add_headers(response, reply, reply->close || crowded))
        result = MHD_queue_response(connection, reply->status, response);
    if (response)
        MHD_destroy_response(response);
    account(l, r);
    return result;
}

/* An answer before all of the request has come, or after more has come than is taken: the end. */
static enum MHD_Result refuse(struct loop *l, struct MHD_Connection *connection, struct request *r)
{
    l->job.reply.close = true;
    r->peer->lingers = true;
    return send_reply(l, connection, r);
}

static enum MHD_Result refuse_problem(struct loop *l, struct MHD_Connection *connection, struct request *r)
{
    reply_problem(&l->job);
    return refuse(l, connection, r);
}

/* Once for a connection, when its first request comes: the handshake is behind it then. */
static bool trusts(const struct loop *l, struct MHD_Connection *connection, struct peer *p)
{
    const union MHD_ConnectionInfo *info;

    if (p->engine != &l->engines[ENGINE_TLS] || !l->service->tls->client_ca || p->trusted)
        return true;
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    p->trusted = info && tls_admit(info->tls_session);
    return p->trusted;
}

/* What is wrong with a request before its body is read, if it must end the connection. */
static int check_begin(const struct loop *l, struct MHD_Connection *connection, const struct request *r,
                       unsigned minor, struct err *err)
{
    const char *const length = r->head.values[HEADER_CONTENT_LENGTH];
    const char *const expect = r->head.values[HEADER_EXPECT];
    const bool has_body =
        (length && strspn(length, "0") < strlen(length)) || r->head.values[HEADER_TRANSFER_ENCODING];

    if (head_check(&r->head, minor, err) < 0)
        return -1;
    if (!trusts(l, connection, r->peer))
        return err_at(err, ERR_CLIENT, NULL,
                      "the client's certificate is missing or not from the right authority");
    if (expect && strcasecmp(expect, "100-continue") != 0)
        return err_at(err, ERR_EXPECT, NULL, "the only expectation that can be met is 100-continue");
    if (length && strtoull(length, NULL, 10) > l->service->max_body) /* the library has seen that it is one */
        return err_at(err, ERR_TOO_LARGE, NULL, "at most %zu bytes are taken", l->service->max_body);
    if (has_body && over_budget(l, 1))
        return err_at(err, ERR_BUSY, NULL, "too many bodies are being read");
    return 0;
}

static enum MHD_Result begin(struct loop *l, struct MHD_Connection *connection, struct request *r,
                             const char *method, const char *version)
{
    const unsigned minor = strcmp(version, "HTTP/1.0") != 0;
    struct job *job;

    r->headers_seen = true;
    head_start(&r->head, method, r->line, r->target_size, version);
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, add_line, &r->head);
    job = take_job(l, r, method);
    if (check_begin(l, connection, r, minor, &job->err) < 0)
        return refuse_problem(l, connection, r);
    if (r->head.values[HEADER_EXPECT] && route_admit(l->service, job) < 0) /* before the client sends it */
        return refuse(l, connection, r);
    return MHD_YES;
}

/* Up to the limit a body is kept, up to as much again it is read and forgotten, then the client is cut off.
 */
static enum MHD_Result collect(struct loop *l, struct request *r, const char *data, size_t size)
{
    const size_t max = l->service->max_body;

    if (r->discarded > 0 || size > max - r->size) {
        r->discarded += size;
        return r->discarded > max ? MHD_NO : MHD_YES;
    }
    if (!r->starved) {
        r->body = grow_body(l, r->body, r->size + size);
        r->starved = !r->body;
    }
    if (!r->starved)
        memcpy(r->body->bytes + r->size, data, size);
    r->size += size;
    return MHD_YES;
}

static enum MHD_Result answer(struct loop *l, struct MHD_Connection *connection, struct request *r,
                              const char *method)
{
    struct job *job = take_job(l, r, method);

    if (r->discarded > 0) {
        err_at(&job->err, ERR_TOO_LARGE, NULL, "at most %zu bytes are taken", l->service->max_body);
        return refuse_problem(l, connection, r);
    }
    if (r->starved) {
        err_at(&job->err, ERR_BUSY, NULL, "too many bodies are being read");
        return refuse_problem(l, connection, r);
    }
    job->body = r->body ? r->body->bytes : "";
    job->body_size = r->size;
    route_dispatch(l->service, job);
    return send_reply(l, connection, r);
}

/* Called with the headers, then with each part of the body, then once more to be answered. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data, size_t *size,
                                  void **context)
{
    struct loop *l = cls;
    struct request *r = *context;

    (void)url;
    if (!r) /* no memory when the request began */
        return MHD_NO;
    if (!r->headers_seen)
        return begin(l, connection, r, method, version);
    if (*size > 0) {
        const size_t taken = *size;

        *size = 0;
        return collect(l, r, data, taken);
    }
    return answer(l, connection, r, method);
}

/* The loop itself */

static void cut_overdue(struct loop *l, struct peer *p)
{
    const struct service *s = l->service;
    const bool crowded = atomic_load_explicit(&p->port->crowded, memory_order_relaxed);
    const uint64_t idle = 1000 * (uint64_t)s->idle_seconds, request = 1000 * (uint64_t)s->request_seconds;
    const uint64_t whole = idle > request && !p->request ? idle : crowded && idle < request ? idle : request;
    const uint64_t age = l->now - p->since;

    if (p->state == PEER_LINGERING ? age > LINGER_MS : p->state == PEER_SILENT && age > idle)
        drop_peer(l, p);
    else if (p->state == PEER_SERVED && age > whole)
        hang_up(p);
    else if (l->draining && l->now - l->drain_began >= DRAIN_IDLE_MS && is_idle(l, p, DRAIN_IDLE_MS))
        hang_up(p);
}

/* Makes room for those who wait: a quarter of the slots at a time, taken from who does nothing with them. */
static void make_room(struct loop *l, const struct port *port)
{
    unsigned left = l->service->max_connections / 4 + 1;

    for (struct peer *p = l->peers; p && left > 0; p = p->next)
        if (p->port == port && is_idle(l, p, CROWD_IDLE_MS)) {
            hang_up(p);
            left--;
        }
}

static bool someone_waits(int fd)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };

    return poll(&one, 1, 0) == 1;
}

/* A closed gate opens when there is a slot again; while there is none, those who wait are noticed. */
static void tend_gate(struct loop *l, struct gate *g)
{
    struct port *port = g->port;

    if (!g->open && l->now >= g->again) {
        if (atomic_load(&port->open) < l->service->max_connections) {
            set_gate(l, g, true);
            accept_some(l, g); /* nobody may be there any more: then it is not crowded */
        } else if (someone_waits(g->fd) && !atomic_exchange(&port->crowded, true))
            for (unsigned i = 0; i < l->shared->loop_count; i++)
                loop_wake(l->shared->loops[i]);
    }
    if (atomic_load_explicit(&port->crowded, memory_order_relaxed))
        make_room(l, port);
    l->hurried = l->hurried || !g->open || atomic_load_explicit(&port->crowded, memory_order_relaxed);
}

/*
 * The library waits for an edge. The end of what a client sends is none when it came together with the last
 * bytes, so it is made one: what has not been read yet still is.
 */
static void notice_end(const struct peer *p)
{
    struct pollfd one = { .fd = p->fd, .events = POLLRDHUP };

    if (p->state == PEER_SERVED && !(p->request && p->request->answered) && poll(&one, 1, 0) == 1)
        shutdown(p->fd, SHUT_RD);
}

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
            notice_end(p);
        cut_overdue(l, p);
    }
    for (unsigned i = 0; i < ENGINES; i++)
        l->engines[i].due = l->engines[i].connections > 0;
    if (!l->peers && l->dirty) {
        free_spare(l);
        malloc_trim(0);
        l->dirty = false;
    }
}

/* Takes in who is waiting already, and nobody else. */
static void start_draining(struct loop *l)
{
    for (unsigned i = 0; i < l->shared->port_count; i++) {
        while (accept_one(l, &l->gates[i]))
            continue;
        set_gate(l, &l->gates[i], false);
    }
    l->draining = true;
    l->drain_began = l->now;
}

static void run_engines(struct loop *l)
{
    for (unsigned i = 0; i < ENGINES; i++) {
        struct engine *e = &l->engines[i];

        if (!e->daemon || !(e->due || l->timed_out))
            continue;
        e->due = false;
        MHD_run(e->daemon);
    }
}

/* How long nothing has to be done, in milliseconds: the library's own deadlines count too. */
static int sleep_time(struct loop *l)
{
    MHD_UNSIGNED_LONG_LONG wait = l->hurried || l->draining ? HURRY_MS : TICK_MS, timeout;
    const bool idle = !l->peers && !l->dirty && !l->hurried && !l->draining;

    for (unsigned i = 0; i < ENGINES; i++) {
        struct engine *e = &l->engines[i];

        if (e->daemon && e->connections > 0 && MHD_get_timeout(e->daemon, &timeout) == MHD_YES &&
            timeout < wait) {
            wait = timeout;
            e->due = e->due || timeout == 0;
        }
        if (e->due)
            wait = 0;
    }
    return idle && wait > 0 ? -1 : (int)wait;
}

static void handle_event(struct loop *l, const struct epoll_event *event)
{
    struct watch *w = event->data.ptr;
    uint64_t count;

    switch (w->kind) {
    case WATCH_GATE:
        accept_some(l, (struct gate *)w);
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
            drain_peer(l, (struct peer *)w);
        else
            greet(l, (struct peer *)w);
        break;
    }
}

static void turn(struct loop *l)
{
    struct epoll_event events[EVENTS];
    const int n = epoll_wait(l->epoll, events, EVENTS, sleep_time(l));
    const int phase = atomic_load_explicit(&l->shared->phase, memory_order_acquire);

    l->now = clock_us() / 1000;
    l->timed_out = n <= 0;
    for (int i = 0; i < n; i++)
        handle_event(l, &events[i]);
    if (phase != PHASE_SERVE && !l->draining)
        start_draining(l);
    run_engines(l);
    if (l->now - l->ticked >= (l->hurried || l->draining ? HURRY_MS : TICK_MS)) {
        tick(l);
        l->hurried = false;
        for (unsigned i = 0; i < l->shared->port_count && !l->draining; i++)
            tend_gate(l, &l->gates[i]);
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

    if (write(l->wake_fd, &one, sizeof(one)) < 0)
        return; /* it is full of wake-ups already */
}

unsigned loop_turns(const struct loop *l)
{
    return atomic_load_explicit(&l->turns, memory_order_acquire);
}

static struct MHD_Daemon *start_engine(struct loop *l, enum engine_kind kind)
{
    static const size_t pools[ENGINES] = {
        [ENGINE_SMALL] = SMALL_POOL, [ENGINE_LARGE] = LARGE_POOL, [ENGINE_TLS] = TLS_POOL
    };
    const struct tls *tls = kind == ENGINE_TLS ? l->service->tls : NULL;
    struct MHD_OptionItem tls_options[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, tls ? tls->cert : NULL },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, tls ? tls->key : NULL },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES },
        { tls && tls->client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0,
          tls ? tls->client_ca : NULL },
        { MHD_OPTION_END, 0, NULL },
    };

    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : 0), 0, NULL, NULL,
        on_request, l, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL, MHD_OPTION_URI_LOG_CALLBACK, on_target,
        l, MHD_OPTION_NOTIFY_COMPLETED, on_completed, l, MHD_OPTION_NOTIFY_CONNECTION, on_connection, l,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, pools[kind], MHD_OPTION_CONNECTION_LIMIT, 1u << 20,
        MHD_OPTION_CONNECTION_TIMEOUT, l->service->idle_seconds, MHD_OPTION_ARRAY,
        tls ? tls_options : &tls_options[4], MHD_OPTION_END);
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
        const union MHD_DaemonInfo *info;

        if (kind == ENGINE_TLS && !l->service->tls)
            continue;
        e->daemon = start_engine(l, (enum engine_kind)kind);
        info = e->daemon ? MHD_get_daemon_info(e->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
        if (!info || !watch_fd(l, info->epoll_fd, &e->watch, WATCH_ENGINE))
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
        g->shared = l->number >= listener->fd_count || listener->fd_count == 1;
        g->fd = listener->fds[g->shared ? 0 : l->number];
        set_gate(l, g, true);
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
        drop_peer(l, l->peers);
    for (unsigned i = 0; i < ENGINES; i++)
        if (l->engines[i].daemon)
            MHD_stop_daemon(l->engines[i].daemon);
    while (l->peers) /* what began to linger only now */
        drop_peer(l, l->peers);
    free_spare(l);
    reply_reset(&l->job.reply);
    if (l->epoll >= 0)
        close(l->epoll);
    if (l->wake_fd >= 0)
        close(l->wake_fd);
    free(l);
}
