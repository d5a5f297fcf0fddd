/* SPDX-License-Identifier: ISC */
/*
 * Connections, bodies, limits. This file alone includes libmicrohttpd.
 *
 * Each listener has a daemon of its own, so that a flood on one leaves the others their slots. All are driven
 * by one loop of ours: libmicrohttpd's own epoll thread goes to sleep over a batch of exactly 128 events
 * before it has served them. Everything here runs on that one thread, so nothing is locked.
 */
#include "server.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "../base/log.h"
#include "routes.h"

enum {
    LISTENERS_MAX = 16,
    POOL_SIZE = 32 * 1024, /* of one connection: request line and headers must fit half of it */
    TICK_MS = 500,         /* how often deadlines are looked at */
    GRACE_MS = 1000,       /* for a first request, when we are told to stop */
    DRAIN_SECONDS = 10     /* for what is in flight when we are told to stop */
};

/* A connection, for its deadlines. */
struct peer {
    struct peer *next, **link;
    int fd;
    bool busy;   /* a request line has been read and not yet been answered */
    bool served; /* a request has been answered: without another it may be cut at any time (RFC 9112 9.5) */
    uint64_t since; /* milliseconds: the end of the last request, or the connection's begin */
};

struct server {
    const struct service *service;
    struct MHD_Daemon *daemons[LISTENERS_MAX];
    struct pollfd polled[LISTENERS_MAX + 2]; /* wake_fd, the daemons' epoll descriptors, what stops us */
    int wake_fd;                             /* makes the loop turn, for server_turned */
    atomic_bool turned;
    unsigned count;
    struct peer *peers;
    bool room; /* a connection has ended: a listener that was full must be run once more to accept again */
    bool draining;
};

/* What server.c adds to a job. */
struct request {
    struct job job; /* first, so that its address is the request's */
    struct peer *peer;
    uint64_t begun; /* microseconds */
    bool headers_seen;
    size_t discarded; /* bytes of a body beyond the limit */
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

/* The library tells of each connection when it begins and when it ends. */
static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *s = cls;
    struct peer *p = *socket_context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

        p = info ? malloc(sizeof(*p)) : NULL; /* without one, the library's idle time-out has to do */
        *socket_context = p;
        if (!p)
            return;
        *p = (struct peer){
            .next = s->peers, .link = &s->peers, .fd = info->connect_fd, .since = clock_us() / 1000
        };
        if (p->next)
            p->next->link = &p->next;
        s->peers = p;
        return;
    }
    s->room = true;
    if (p) {
        *p->link = p->next;
        if (p->next)
            p->next->link = p->link;
        free(p);
        *socket_context = NULL;
    }
}

/*
 * Whatever arrives byte by byte keeps the library's idle time-out from ever firing. From the end of one
 * request, a client may be idle for a while and then has so long for the whole next one.
 */
static void cut_overdue(const struct server *s)
{
    const uint64_t limit = 1000 * ((uint64_t)s->service->idle_seconds + s->service->request_seconds);
    const uint64_t now = clock_us() / 1000;

    for (const struct peer *p = s->peers; p; p = p->next)
        if (now - p->since > limit)
            shutdown(p->fd, SHUT_RDWR);
}

/* Whoever has just connected is about to ask, and what has come already is answered: neither is lost. */
static bool is_idle(const struct peer *p, uint64_t now)
{
    int unread = 0;

    if (p->busy || (ioctl(p->fd, FIONREAD, &unread) == 0 && unread > 0))
        return false;
    return p->served || now - p->since > GRACE_MS;
}

static void cut_idle(const struct server *s)
{
    const uint64_t now = clock_us() / 1000;

    for (const struct peer *p = s->peers; p; p = p->next)
        if (is_idle(p, now))
            shutdown(p->fd, SHUT_RDWR);
}

static struct peer *peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

/* The first the library tells of a request: the raw target, before anything was decoded. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    const struct server *s = cls;
    struct request *r = calloc(1, sizeof(*r));

    if (!r)
        return NULL;
    r->begun = clock_us();
    r->peer = peer_of(connection);
    if (r->peer)
        r->peer->busy = true;
    r->job.draining = s->draining;
    snprintf(r->job.raw_target, sizeof(r->job.raw_target), "%s", target);
    return r;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct request *r = *context;

    (void)cls;
    (void)connection;
    (void)code;
    if (!r)
        return;
    if (r->peer) {
        r->peer->busy = false;
        r->peer->served = true;
        r->peer->since = clock_us() / 1000;
    }
    reply_reset(&r->job.reply);
    free(r->job.body);
    free(r);
    *context = NULL;
}

static void take_id(struct job *job, const char *given)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    const size_t length = given ? strspn(given, alphabet) : 0;
    uint8_t random[16];

    if (length > 0 && length < sizeof(job->id) && !given[length]) {
        memcpy(job->id, given, length + 1);
        return;
    }
    seal_random(random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(job->id + 2 * i, 3, "%02x", random[i]);
}

/* How often headers came that must not come twice, and those that end a body's length in doubt. */
struct framing {
    unsigned hosts, lengths, types, encodings;
    bool chunked;
};

static enum MHD_Result count_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct framing *f = cls;

    (void)kind;
    f->hosts += strcasecmp(name, "Host") == 0;
    f->lengths += strcasecmp(name, "Content-Length") == 0;
    f->types += strcasecmp(name, "Content-Type") == 0;
    if (strcasecmp(name, "Transfer-Encoding") == 0) {
        f->encodings++;
        f->chunked = value && strcasecmp(value, "chunked") == 0;
    }
    return MHD_YES;
}

static int check_framing(struct MHD_Connection *connection, struct err *err)
{
    struct framing f = { .hosts = 0 };

    MHD_get_connection_values(connection, MHD_HEADER_KIND, count_header, &f);
    if (f.hosts > 1 || f.lengths > 1 || f.types > 1 || f.encodings > 1)
        return err_at(err, ERR_HEADERS, NULL, "a header is given twice that may come once");
    if (f.lengths && f.encodings)
        return err_at(err, ERR_HEADERS, NULL, "Content-Length and Transfer-Encoding exclude each other");
    if (f.encodings && !f.chunked)
        return err_at(err, ERR_HEADERS, NULL, "the only Transfer-Encoding understood is chunked");
    return 0;
}

/* A Content-Length that the library has accepted; 0 when there is none. */
static int check_length(struct MHD_Connection *connection, size_t max_body, struct err *err)
{
    const char *text = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");

    if (text && strtoull(text, NULL, 10) > max_body)
        return err_at(err, ERR_TOO_LARGE, NULL, "at most %zu bytes are taken", max_body);
    return 0;
}

static bool add_headers(struct MHD_Response *response, const struct reply *reply)
{
    for (unsigned i = 0; i < reply->header_count; i++)
        if (MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value) != MHD_YES)
            return false;
    return !reply->close || MHD_add_response_header(response, "Connection", "close") == MHD_YES;
}

static void log_request(const struct request *r)
{
    const struct job *job = &r->job;
    char path[3 * TARGET_SIZE];

    log_event(LOG_INFO, "request", "id=%s method=%s target=%s status=%u bytes=%zu micros=%llu%s%s", job->id,
              job->method, log_quote(job->raw_target, path, 256), job->reply.status, job->reply.size,
              (unsigned long long)(clock_us() - r->begun), job->seal.sha256[0] ? " sha256=" : "",
              job->seal.sha256);
    if (job->reply.status == 500)
        log_event(LOG_ERROR, "internal", "id=%s detail=%s", job->id,
                  log_quote(job->err.places[0].detail, path, 512));
}

/* The body is borrowed: the request outlives its response. */
static enum MHD_Result send_reply(struct MHD_Connection *connection, const struct request *r)
{
    const struct reply *reply = &r->job.reply;
    void *body = (void *)(uintptr_t)reply->body; /* the library only reads it */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->size, body, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_NO;

    if (response && add_headers(response, reply))
        result = MHD_queue_response(connection, reply->status, response);
    if (response)
        MHD_destroy_response(response);
    log_request(r);
    return result;
}

/* An answer before the body was read; the connection ends behind it. */
static enum MHD_Result refuse(struct MHD_Connection *connection, struct request *r)
{
    reply_problem(&r->job);
    r->job.reply.close = true;
    return send_reply(connection, r);
}

static enum MHD_Result begin(const struct server *s, struct MHD_Connection *connection, struct request *r,
                             const char *method)
{
    struct job *job = &r->job;

    r->headers_seen = true;
    snprintf(job->method, sizeof(job->method), "%s", method);
    take_id(job, MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "X-Request-Id"));
    if (check_framing(connection, &job->err) < 0 ||
        check_length(connection, s->service->max_body, &job->err) < 0)
        return refuse(connection, r);
    return MHD_YES;
}

/* Up to the limit a body is kept, up to as much again it is read and forgotten, beyond that the client is cut
 * off. */
static enum MHD_Result collect(const struct server *s, struct request *r, const char *data, size_t size)
{
    struct job *job = &r->job;
    char *grown;

    if (r->discarded > 0 || size > s->service->max_body - job->body_size) {
        r->discarded += size;
        return r->discarded > s->service->max_body ? MHD_NO : MHD_YES;
    }
    grown = realloc(job->body, job->body_size + size);
    if (!grown)
        return MHD_NO;
    memcpy(grown + job->body_size, data, size);
    job->body = grown;
    job->body_size += size;
    return MHD_YES;
}

static void answer(const struct server *s, struct MHD_Connection *connection, struct job *job)
{
    job->headers = (struct job_headers){
        .accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept"),
        .content_type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type"),
        .content_encoding = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Encoding"),
        .if_none_match = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match"),
    };
    route_dispatch(s->service, job);
}

/* Called with the headers, then with each part of the body, then once more to be answered. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data, size_t *size,
                                  void **context)
{
    const struct server *s = cls;
    struct request *r = *context;

    (void)url;
    (void)version;
    if (!r) /* no memory when the request began */
        return MHD_NO;
    if (!r->headers_seen)
        return begin(s, connection, r, method);
    if (*size > 0) {
        const size_t taken = *size;

        *size = 0;
        return collect(s, r, data, taken);
    }
    if (r->discarded > 0) {
        err_at(&r->job.err, ERR_TOO_LARGE, NULL, "at most %zu bytes are taken", s->service->max_body);
        return refuse(connection, r);
    }
    answer(s, connection, &r->job);
    return send_reply(connection, r);
}

static struct MHD_Daemon *start_daemon(struct server *s, int fd)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, s, MHD_OPTION_EXTERNAL_LOGGER,
        log_library, NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK, on_target, s,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_SIZE, MHD_OPTION_CONNECTION_LIMIT,
        s->service->max_connections, MHD_OPTION_CONNECTION_TIMEOUT, s->service->idle_seconds,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

struct server *server_start(const struct service *service, struct listener *listeners, unsigned count,
                            struct err *err)
{
    struct server *s = calloc(1, sizeof(*s));

    if (!s || count > LISTENERS_MAX) {
        err_at(err, ERR_BUSY, NULL, "no memory for a server of %u sockets", count);
        free(s);
        return NULL;
    }
    s->service = service;
    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); /* without one, a sleeping loop seems dead */
    s->polled[0] = (struct pollfd){ .fd = s->wake_fd, .events = POLLIN };
    for (unsigned i = 0; i < count; i++) {
        const union MHD_DaemonInfo *info;

        s->daemons[i] = start_daemon(s, listeners[i].fd);
        info = s->daemons[i] ? MHD_get_daemon_info(s->daemons[i], MHD_DAEMON_INFO_EPOLL_FD) : NULL;
        s->count = i + (s->daemons[i] != NULL);
        if (!info) {
            err_at(err, ERR_INTERNAL, NULL, "libmicrohttpd does not serve %s", listeners[i].address);
            server_stop(s);
            return NULL;
        }
        s->polled[i + 1] = (struct pollfd){ .fd = info->epoll_fd, .events = POLLIN };
        log_event(LOG_INFO, "listening", "address=%s", listeners[i].address);
    }
    return s;
}

/* How long nothing has to be done, in milliseconds: the library's own deadlines count too. */
static int sleep_time(const struct server *s)
{
    MHD_UNSIGNED_LONG_LONG wait = TICK_MS, timeout;

    if (s->room)
        return 0;
    for (unsigned i = 0; i < s->count; i++)
        if (MHD_get_timeout(s->daemons[i], &timeout) == MHD_YES && timeout < wait)
            wait = timeout;
    return s->peers || wait < TICK_MS ? (int)wait : -1;
}

static int turn(struct server *s, unsigned polled, struct err *err)
{
    uint64_t wakes;

    if (poll(s->polled, polled, sleep_time(s)) < 0 && errno != EINTR)
        return err_system(err, ERR_INTERNAL, "cannot wait for requests");
    s->room = false;
    for (unsigned i = 0; i < s->count; i++)
        MHD_run(s->daemons[i]);
    cut_overdue(s);
    if (s->polled[0].revents & POLLIN && read(s->wake_fd, &wakes, sizeof(wakes)) > 0)
        atomic_store(&s->turned, true);
    return 0;
}

bool server_turned(struct server *s)
{
    const bool turned = atomic_exchange(&s->turned, false);
    const uint64_t one = 1;

    return write(s->wake_fd, &one, sizeof(one)) == sizeof(one) && turned;
}

int server_run(struct server *s, int stop_fd, struct err *err)
{
    uint64_t deadline;

    s->polled[s->count + 1] = (struct pollfd){ .fd = stop_fd, .events = POLLIN };
    while (!(s->polled[s->count + 1].revents & POLLIN))
        if (turn(s, s->count + 2, err) < 0)
            return -1;
    s->draining = true;
    for (unsigned i = 0; i < s->count; i++)
        MHD_quiesce_daemon(s->daemons[i]);
    log_event(LOG_INFO, "draining", NULL);
    deadline = clock_us() + (uint64_t)DRAIN_SECONDS * 1000000;
    while (s->peers && clock_us() < deadline) {
        cut_idle(s);
        if (turn(s, s->count + 1, err) < 0)
            return -1;
    }
    return 0;
}

void server_stop(struct server *s)
{
    for (unsigned i = 0; i < s->count; i++) {
        MHD_quiesce_daemon(s->daemons[i]); /* else the library shuts a socket that others may share */
        MHD_stop_daemon(s->daemons[i]);
    }
    scoped_close(&s->wake_fd);
    free(s);
}
