/* SPDX-License-Identifier: ISC */
/*
 * Requests and answers. This file alone includes libmicrohttpd, which is driven from outside: its
 * own epoll thread goes to sleep over a batch of exactly 128 events before it has served them, and
 * at its connection limit it notices only after many seconds that peers have gone. So it knows no
 * limit and no listener. Nor a time-out: it would move each connection that something comes on to
 * the front of a list, several times a request, and its neighbours in the list are in nobody's
 * processor cache.
 *
 * It tells of a request in three steps: the target, as it was received; the head; the body in
 * parts, and its end. An answer can be given at the end, or to the head, and then the connection
 * ends with it.
 */
#include "exchange.h"

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../base/hex.h"
#include "../base/log.h"
#include "../service/dispatch.h"
#include "account.h"
#include "body.h"
#include "peer.h"
#include "tls.h"

enum {
    SMALL_POOL = 8 * 1024,
    LARGE_POOL =
        128 * 1024, /* 800 cookies or 1500 query arguments, each with its record in the pool */
    TLS_POOL = 32 * 1024
};

static void log_library(void *cls, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* On a UNIX socket it has something to say to every reply: that it could not set TCP_NODELAY. */
static void log_library(void *cls, const char *format, va_list args)
{
    char message[256], quoted[512];

    (void)cls;
    if (!log_wants(LOG_DEBUG))
        return;
    vsnprintf(message, sizeof(message), format, args);
    message[strcspn(message, "\r\n")] = '\0';
    log_event(LOG_DEBUG, "http", "detail=%s", log_quote(message, quoted, sizeof(quoted)));
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
    if (p->request) { /* the library did not get as far as on_request, which on_completed would follow */
        account_unanswered(p->request);
        body_give(l, p->request->body);
        free(p->request);
        p->request = NULL;
    }
    p->fd = p->lingers ? dup(p->fd) : -1; /* the library closes its own */
    if (p->fd >= 0)
        peer_linger(l, p);
    else
        peer_forget(l, p);
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
    struct loop *l = cls;
    struct peer *p = peer_of(connection);
    const size_t size = strlen(target);
    struct request *r = p ? malloc(sizeof(*r) + size + 1) : NULL;

    if (!r)
        return NULL;
    *r = (struct request){ .peer = p, .line = target, .begun = l->clock, .target_size = size };
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
    body_give(l, r->body);
    free(r);
    *context = NULL;
}

/* Sixteen random bytes in hex, from a store: the kernel is not asked for every request. */
static void make_id(struct loop *l, char id[JOB_ID_SIZE])
{
    enum { ID_BYTES = 16 };

    if (l->random_left == 0) {
        seal_noise(l->random, sizeof(l->random));
        l->random_left = sizeof(l->random);
    }
    l->random_left -= ID_BYTES;
    hex_encode(l->random + l->random_left, ID_BYTES, id);
}

static void take_id(struct loop *l, const char *given, char id[JOB_ID_SIZE])
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    const size_t length = given ? strspn(given, alphabet) : 0;

    if (length > 0 && length < JOB_ID_SIZE && !given[length])
        memcpy(id, given, length + 1);
    else
        make_id(l, id);
}

static enum MHD_Result add_line(void *cls, enum MHD_ValueKind kind, const char *name,
                                size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    head_add(cls, name, name_size, value ? value : "", value_size);
    return MHD_YES;
}

/* The loop's one job, which is made fit for the next request when one is done with it. */
static struct job *take_job(struct loop *l, const struct request *r, const char *method)
{
    struct job *job = &l->job;

    job->method = method;
    job->raw_target = r->target;
    job->head = &r->head;
    job->address = r->peer->port->listener->is_unix ? NULL : r->peer->port->listener->address;
    job->draining = l->draining;
    job->memo = l->memo;
    return job;
}

/* The job gets its id once there is something to say: the client's, or a new one. */
static void name_job(struct loop *l, const struct request *r)
{
    if (!l->job.id[0])
        take_id(l, r->head.values[HEADER_REQUEST_ID], l->job.id);
}

/* The job is for the next request when the library sends, so a body that is in it is copied. */
static struct MHD_Response *make_response(struct reply *reply)
{
    void *body = reply->owned ? reply->owned : (void *)(uintptr_t)reply->body; /* only read */
    const enum MHD_ResponseMemoryMode mode = reply->owned   ? MHD_RESPMEM_MUST_FREE
                                             : reply->fixed ? MHD_RESPMEM_PERSISTENT
                                                            : MHD_RESPMEM_MUST_COPY;
    struct MHD_Response *response = MHD_create_response_from_buffer(reply->size, body, mode);

    if (!response)
        return NULL;
    reply->owned = NULL;
    for (unsigned i = 0; i < reply->header_count; i++)
        if (MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value) !=
            MHD_YES) {
            MHD_destroy_response(response);
            return NULL;
        }
    return response;
}

static enum MHD_Result send_reply(struct loop *l, struct MHD_Connection *connection,
                                  struct request *r)
{
    struct job *job = &l->job;
    const bool crowded = atomic_load_explicit(&r->peer->port->crowded, memory_order_relaxed);
    struct MHD_Response *response;
    enum MHD_Result result = MHD_NO;

    r->answered = true;
    reply_header(&job->reply, "X-Request-Id", job->id);
    if (job->reply.close || crowded)
        reply_header(&job->reply, "Connection", "close");
    response = make_response(&job->reply);
    if (response) {
        result = MHD_queue_response(connection, job->reply.status, response);
        MHD_destroy_response(response);
    }
    account_request(l, r);
    job_start(job);
    return result;
}

/* An answer before all of the request has come, or after more has come than is taken: the end. */
static enum MHD_Result refuse(struct loop *l, struct MHD_Connection *connection, struct request *r)
{
    l->job.reply.close = true;
    r->peer->lingers = true;
    return send_reply(l, connection, r);
}

static enum MHD_Result refuse_problem(struct loop *l, struct MHD_Connection *connection,
                                      struct request *r)
{
    name_job(l, r);
    job_problem(&l->job);
    return refuse(l, connection, r);
}

/* Once for a connection, when its first request comes: the handshake is behind it then. */
static bool trusts(const struct loop *l, struct MHD_Connection *connection, struct peer *p)
{
    const union MHD_ConnectionInfo *info;

    if (p->engine != &l->engines[ENGINE_TLS] || !l->shared->tls->client_ca || p->trusted)
        return true;
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    p->trusted = info && tls_admit(info->tls_session);
    return p->trusted;
}

/* The library counts from the method to the end of the empty line. */
static const char *head_end(struct MHD_Connection *connection, const char *method)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return info ? method + info->header_size : NULL;
}

static int refuse_size(const struct loop *l, struct job *job)
{
    return job_refuse(
        job, PROBLEM_TOO_LARGE,
        err_at(&job->err, ERR_INVALID, NULL, "at most %zu bytes are taken", l->service->max_body));
}

/* What is wrong with a request before its body is read, if it must end the connection. */
static int check_begin(const struct loop *l, struct MHD_Connection *connection,
                       const struct request *r, const char *end, unsigned minor, struct job *job)
{
    const char *const length = r->head.values[HEADER_CONTENT_LENGTH];
    const char *const expect = r->head.values[HEADER_EXPECT];
    const unsigned long long size =
        length ? strtoull(length, NULL, 10) : 0; /* the library has seen that it is one */
    const bool has_body = size > 0 || r->head.values[HEADER_TRANSFER_ENCODING];
    struct err *const err = &job->err;

    if (head_check(&r->head, end, minor, err) < 0)
        return job_refuse(job, PROBLEM_HEAD, -1);
    if (!trusts(l, connection, r->peer))
        return job_refuse(
            job, PROBLEM_CLIENT,
            err_at(err, ERR_INVALID, NULL,
                   "the client's certificate is missing or not from the right authority"));
    if (expect && strcasecmp(expect, "100-continue") != 0)
        return job_refuse(
            job, PROBLEM_EXPECT,
            err_at(err, ERR_INVALID, NULL, "the only expectation that can be met is 100-continue"));
    if (size > l->service->max_body)
        return refuse_size(l, job);
    if (has_body && body_over_budget(l, 1))
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
    if (check_begin(l, connection, r, head_end(connection, method), minor, job) < 0)
        return refuse_problem(l, connection, r);
    if (!r->head.values[HEADER_EXPECT])
        return MHD_YES;
    name_job(l, r);
    if (dispatch_admit(l->service, job) < 0) /* before the client sends it */
        return refuse(l, connection, r);
    job_start(job);
    return MHD_YES;
}

/*
 * Up to the limit a body is kept, up to as much again it is read and forgotten, then the client is
 * cut off.
 */
static enum MHD_Result collect(struct loop *l, struct request *r, const char *data, size_t size)
{
    const size_t max = l->service->max_body;

    if (r->discarded > 0 || size > max - r->size) {
        r->discarded += size;
        return r->discarded > max ? MHD_NO : MHD_YES;
    }
    if (!r->starved) {
        r->body = body_grow(l, r->body, r->size + size);
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
        refuse_size(l, job);
        return refuse_problem(l, connection, r);
    }
    if (r->starved) {
        err_at(&job->err, ERR_BUSY, NULL, "too many bodies are being read");
        return refuse_problem(l, connection, r);
    }
    name_job(l, r);
    job->body = r->body ? r->body->bytes : "";
    job->body_size = r->size;
    dispatch_job(l->service, job);
    return send_reply(l, connection, r);
}

/* Called with the headers, then with each part of the body, then once more to be answered. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **context)
{
    struct loop *l = cls;
    struct request *r = *context;

    (void)url;
    if (!r) /* no memory when the request began */
        return MHD_NO;
    r->peer->heard = l->now;
    if (!r->headers_seen)
        return begin(l, connection, r, method, version);
    if (*size > 0) {
        const size_t taken = *size;

        *size = 0;
        return collect(l, r, data, taken);
    }
    return answer(l, connection, r, method);
}

bool exchange_start(struct loop *l, enum engine_kind kind)
{
    static const size_t pools[ENGINES] = {
        [ENGINE_SMALL] = SMALL_POOL, [ENGINE_LARGE] = LARGE_POOL, [ENGINE_TLS] = TLS_POOL
    };
    const struct tls *tls = kind == ENGINE_TLS ? l->shared->tls : NULL;
    struct MHD_OptionItem tls_options[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, tls ? tls->cert : NULL },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, tls ? tls->key : NULL },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES },
        { tls && tls->client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0,
          tls ? tls->client_ca : NULL },
        { MHD_OPTION_END, 0, NULL },
    };

    l->engines[kind].daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : 0), 0,
        NULL, NULL, on_request, l, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, l, MHD_OPTION_NOTIFY_COMPLETED, on_completed, l,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, l, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        pools[kind], MHD_OPTION_CONNECTION_LIMIT, 1u << 20, MHD_OPTION_ARRAY,
        tls ? tls_options : &tls_options[4], MHD_OPTION_END);
    return l->engines[kind].daemon != NULL;
}

int exchange_descriptor(const struct engine *e)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(e->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    return info ? info->epoll_fd : -1;
}

void exchange_take(const struct engine *e, int fd, const struct sockaddr *from, socklen_t size)
{
    MHD_add_connection(e->daemon, fd, from, size);
}

void exchange_run(const struct engine *e)
{
    MHD_run(e->daemon);
}

bool exchange_is_pending(const struct engine *e)
{
    unsigned long long milliseconds;

    return MHD_get_timeout(e->daemon, &milliseconds) == MHD_YES && milliseconds == 0;
}

void exchange_stop(struct engine *e)
{
    if (e->daemon)
        MHD_stop_daemon(e->daemon);
    e->daemon = NULL;
}
