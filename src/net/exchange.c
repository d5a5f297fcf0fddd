/* SPDX-License-Identifier: ISC */
/*
 * Requests and their answers. Theory of operation:
 *
 * The library reports a request in steps, each a call on the loop's thread:
 *
 *   on_target    The target, as it was received. A struct exchange begins; it is the library's
 *                context of the request, and the peer points to it.
 *   on_request   The head. It is checked for all that must end the connection: malformed bytes,
 *                which were judged as they came (intake.c), contradictory lines, an expectation, the
 *                announced size of the body. A request that would be refused with any body is refused
 *                now if the client waits for 100 Continue, has not shown the certificate that it
 *                needs, or will send more than max_body.
 *   on_request   Each part of the body, which is appended to the exchange's buffer.
 *   on_request   The end. The loop's job is filled, routes answer it, and the reply goes to the
 *                library, which sends it while the loop does other work.
 *   on_completed The reply was sent, or the connection ended. The exchange ends.
 *   on_closed    The connection ends. If an exchange is left, so does that.
 *
 * An exchange that ends before the request's end was reported has no answer of ours: the client has
 * gone, or was too slow, or the library has refused the head with a page of its own. If the head
 * was not reported, the peer lingers, so that the client can read that page.
 *
 * Who owns what: an exchange owns its copy of the target and its buffer for the body. The lines of
 * its head belong to the library, until on_completed. The job is the loop's, one for all its
 * connections: it is filled and answered within one call, and is reset before that call returns. So
 * a reply's body is copied, given to the library, or lives as long as the program.
 *
 * Limits: a head must fit in the engine's memory (engine.c), and the whole request must come before
 * the peer's deadline (peer.c). Of a body as many bytes are kept as its path may have: max_body, or
 * more where the path's row in service/routes.c says so. Before such a longer body comes, the
 * request is admitted with its head alone. As many bytes again are read and dropped, so that the
 * client reads the refusal; if more come, the connection is cut. What body and reply hold is taken
 * from the ledger (service/ledger.h). A request is refused with its head when there is no room for
 * the first bytes of its body; when there is none for the rest, the body is read, dropped and
 * answered 503.
 *
 * A refusal before the end of a request, or because of bytes that were dropped, ends the
 * connection: where the next request begins is not known then. The peer lingers, so that the client
 * can read the refusal. A request that came in chunks is answered, and ends the connection too:
 * the library takes a bare LF in a chunk's line, and NULs and folded lines behind the last chunk,
 * so a proxy may see the end of such a request elsewhere.
 */
#include "exchange.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../base/hex.h"
#include "../seal/seal.h"
#include "../service/dispatch.h"
#include "../service/policy.h"
#include "account.h"
#include "peer.h"
#include "tls.h"

enum { TLS_RECORD_SIZE = 16 * 1024 }; /* bytes of a reply in one record, RFC 8446 §5.1 */

static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct loop *l = cls;
    struct peer *p = peer_of(engine_client(connection));
    const size_t size = strlen(target);
    struct exchange *x = p ? malloc(sizeof(*x) + size + 1) : NULL;

    l->reported = true;
    if (!x)
        return NULL;
    *x = (struct exchange){ .peer = p, .number = ++p->requests, .begun = l->clock };
    memcpy(x->target, target, size + 1);
    p->exchange = x;
    p->client.intake.left = INTAKE_MAX;
    p->asked = true;
    if (l->context->idle_seconds > l->context->request_seconds)
        p->since = x->begun / 1000; /* see the request deadline in peer.c */
    return x;
}

static void end_exchange(struct loop *l, struct exchange *x)
{
    l->reported = true;
    if (!x->answered)
        account_unanswered(l, x->peer, x->target);
    if (!x->has_head)
        x->peer->lingers = true;
    x->peer->exchange = NULL;
    body_release(&l->bodies, x->body);
    ledger_give(&l->lease, x->held);
    free(x);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct loop *l = cls;
    struct exchange *x = *context;

    (void)connection;
    (void)code;
    if (!x)
        return;
    x->peer->since = l->now;
    end_exchange(l, x);
    *context = NULL;
}

static void on_closed(void *cls, struct engine_client *client)
{
    struct loop *l = cls;
    struct peer *p = peer_of(client);

    l->reported = true;
    if (p->exchange)
        end_exchange(l, p->exchange);
    peer_closed(l, p);
}

/* Sixteen random bytes in hex. A stock of them is kept, so that few requests ask the kernel. */
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

/* The client's id if a log line and a header can hold it, else one of ours */
static void choose_id(struct loop *l, const char *given, char id[JOB_ID_SIZE])
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
    (void)value_size;
    head_add(cls, name, name_size, value ? value : "");
    return MHD_YES;
}

static void read_head(struct MHD_Connection *connection, struct exchange *x)
{
    x->has_head = true;
    head_start(&x->head);
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, add_line, &x->head);
}

/* The groups of a process are asked for only when a row of the policy has one. */
static void find_groups(struct loop *l, const struct peer *p, struct client *client)
{
    const struct policy *const policy = context_policy(l->context);
    socklen_t size = sizeof(l->groups);

    static_assert(sizeof(gid_t) == sizeof(l->groups[0]), "the kernel's ids");
    if (!policy || !policy_asks_groups(policy) ||
        getsockopt(p->fd, SOL_SOCKET, SO_PEERGROUPS, l->groups, &size) < 0)
        return;
    client->groups = l->groups;
    client->group_count = (unsigned)(size / sizeof(l->groups[0]));
}

static void find_client(struct loop *l, const struct peer *p, struct client *client)
{
    client->is_unix = p->port->listener->is_unix;
    client->certificate = p->trusted ? p->certificate : NULL;
    if (!client->is_unix)
        return;
    client->uid = p->from.process.uid;
    client->gid = p->from.process.gid;
    find_groups(l, p, client);
}

/* All but the id and the body, which come when the job is sure to be answered. */
static struct job *fill_job(struct loop *l, const struct exchange *x, const char *method)
{
    const struct listener *listener = x->peer->port->listener;
    struct job *job = &l->job;

    job->method = method;
    job->raw_target = x->target;
    job->head = &x->head;
    job->address = listener->is_unix ? NULL : listener->address;
    job->untrusted = x->untrusted;
    find_client(l, x->peer, &job->client);
    job->draining = l->draining;
    job->metrics_only = listener->is_metrics;
    job->memo = l->memo;
    job->lease = &l->lease;
    return job;
}

static void name_job(struct loop *l, const struct exchange *x)
{
    if (!l->job.id[0])
        choose_id(l, x->head.values[HEADER_REQUEST_ID], l->job.id);
}

/* The library sends after the job has become the next request's: a body that is in it is copied. */
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

/* The library sends one TLS record of a long reply in each turn: see loop.c. */
static void allow_records(struct loop *l, size_t size)
{
    const unsigned records = (unsigned)(size / TLS_RECORD_SIZE);

    if (l->patience < records)
        l->patience = records;
}

static enum MHD_Result send_reply(struct loop *l, struct MHD_Connection *connection,
                                  struct exchange *x)
{
    const bool is_chunked = x->head.values[HEADER_TRANSFER_ENCODING] != NULL;
    struct job *job = &l->job;
    struct MHD_Response *response;
    enum MHD_Result result = MHD_NO;

    x->answered = true;
    if (x->peer->engine == &l->engines[ENGINE_TLS])
        allow_records(l, job->reply.size);
    reply_header(&job->reply, "X-Request-Id", job->id);
    if (is_chunked)
        x->peer->lingers = true;
    if (job->reply.close || is_chunked || shared_is_crowded(x->peer->port))
        reply_header(&job->reply, "Connection", "close");
    response = make_response(&job->reply);
    if (response) {
        result = MHD_queue_response(connection, job->reply.status, response);
        MHD_destroy_response(response);
    }
    x->held = job->held;
    account_request(l, x);
    job_start(job);
    return result;
}

/* Sends the job's reply, which is a refusal, and ends the connection. */
static enum MHD_Result refuse(struct loop *l, struct MHD_Connection *connection, struct exchange *x)
{
    l->job.reply.close = true;
    x->peer->lingers = true;
    return send_reply(l, connection, x);
}

/* The same with a reply made of the job's error. */
static enum MHD_Result refuse_problem(struct loop *l, struct MHD_Connection *connection,
                                      struct exchange *x)
{
    name_job(l, x);
    job_problem(&l->job);
    return refuse(l, connection, x);
}

/*
 * Has the client shown a certificate, where it needs one? This is judged with a connection's first
 * request, when the handshake is complete, and again after each reload, so that a client for which
 * the new client CA does not vouch is no longer trusted.
 */
static bool is_trusted(const struct loop *l, struct MHD_Connection *connection, struct peer *p)
{
    struct tls *const present = atomic_load_explicit(&l->shared->tls, memory_order_acquire);
    const union MHD_ConnectionInfo *info;

    if (p->engine != &l->engines[ENGINE_TLS])
        return true;
    if (p->judge == present)
        return p->trusted;
    if (!p->certificate)
        p->certificate = malloc(sizeof(*p->certificate));
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    p->trusted = info && p->certificate && tls_admit(info->tls_session, present, p->certificate);
    if (info) { /* the session uses it now */
        tls_drop(p->judge);
        p->judge = tls_take(present);
    }
    return p->trusted;
}

static void refuse_size(const struct exchange *x, struct job *job)
{
    err_at(&job->err, ERR_INVALID, NULL, "the body may have at most %zu bytes", x->peer->body_max);
    job_refuse(job, PROBLEM_TOO_LARGE, -1);
}

static void refuse_body(struct job *job)
{
    err_at(&job->err, ERR_BUSY, NULL,
           "other requests use all of the memory for bodies and replies");
}

static void check_announced(struct loop *l, struct exchange *x, struct job *job)
{
    const char *const length = x->head.values[HEADER_CONTENT_LENGTH];
    const char *const expect = x->head.values[HEADER_EXPECT];
    const unsigned long long size =
        length ? strtoull(length, NULL, 10) : 0; /* the library has checked its form */
    const bool is_chunked = x->head.values[HEADER_TRANSFER_ENCODING] != NULL;
    const size_t usual = l->context->max_body;

    /* A body that every path may have needs no look at the path. */
    x->peer->body_max = size > usual || is_chunked ? dispatch_body_max(l->context, job) : usual;
    x->is_large = x->peer->body_max > usual;
    if (expect && strcasecmp(expect, "100-continue") != 0) {
        err_at(&job->err, ERR_INVALID, NULL,
               "100-continue is the only value of Expect that the server knows");
        job_refuse(job, PROBLEM_EXPECT, -1);
    } else if (size > x->peer->body_max) {
        refuse_size(x, job);
    } else if ((size > 0 || is_chunked) && !(x->body = body_grow(&l->bodies, NULL, 1))) {
        refuse_body(job);
    }
}

static void check_head(struct loop *l, struct exchange *x, unsigned minor, struct job *job)
{
    if (head_is_sound(&x->peer->client.intake.reader, x->number, &job->err) == 0 &&
        head_check(&x->head, minor, &job->err) == 0)
        check_announced(l, x, job);
    else if (job->err.code == ERR_INVALID)
        job_refuse(job, PROBLEM_HEAD, -1);
}

static enum MHD_Result take_head(struct loop *l, struct MHD_Connection *connection,
                                 struct exchange *x, const char *method, const char *version)
{
    const unsigned minor = strcmp(version, "HTTP/1.0") != 0;
    struct job *job;

    read_head(connection, x);
    x->untrusted = !is_trusted(l, connection, x->peer);
    job = fill_job(l, x, method);
    check_head(l, x, minor, job);
    if (job->err.count > 0)
        return refuse_problem(l, connection, x);
    if (!x->head.values[HEADER_EXPECT] && !x->untrusted && !x->is_large)
        return MHD_YES;
    name_job(l, x);
    if (dispatch_admit(l->context, job) < 0)
        return refuse(l, connection, x);
    job_start(job);
    return MHD_YES;
}

/* A body that comes faster than its pace earns no time for later: see room.c. */
static void keep_pace(const struct loop *l, struct peer *p, size_t size)
{
    const uint64_t now = 1000 * l->now;

    p->paced += 1000 * size / BODY_PACE;
    if (p->paced > now)
        p->paced = now;
}

static enum MHD_Result take_part(struct loop *l, struct exchange *x, const char *data, size_t size)
{
    const size_t max = x->peer->body_max;

    keep_pace(l, x->peer, size);
    if (x->discarded > 0 || size > max - x->size) {
        x->discarded += size;
        return x->discarded > max ? MHD_NO : MHD_YES;
    }
    if (!x->starved) {
        x->body = body_grow(&l->bodies, x->body, x->size + size);
        x->starved = !x->body;
    }
    if (!x->starved)
        memcpy(x->body->bytes + x->size, data, size);
    x->size += size;
    return MHD_YES;
}

static enum MHD_Result take_end(struct loop *l, struct MHD_Connection *connection,
                                struct exchange *x, const char *method)
{
    struct job *job = fill_job(l, x, method);

    if (x->discarded > 0)
        refuse_size(x, job);
    else if (x->starved)
        refuse_body(job);
    if (job->err.count > 0)
        return refuse_problem(l, connection, x);
    name_job(l, x);
    job->body = x->body ? x->body->bytes : "";
    job->body_size = x->size;
    dispatch_job(l->context, job);
    return send_reply(l, connection, x);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **context)
{
    struct loop *l = cls;
    struct exchange *x = *context;
    const size_t part = *size;

    (void)url;
    if (!x) /* on_target found no memory */
        return MHD_NO;
    x->peer->heard = l->now;
    l->reported = true;
    x->peer->client.intake.left = INTAKE_MAX;
    if (!x->has_head) {
        x->peer->paced = 1000 * l->now;
        return take_head(l, connection, x, method, version);
    }
    if (part == 0)
        return take_end(l, connection, x, method);
    *size = 0; /* bytes that are left to the library */
    return take_part(l, x, data, part);
}

bool exchange_start(struct loop *l, enum engine_kind kind)
{
    static const struct engine_calls calls = { .on_target = on_target,
                                               .on_request = on_request,
                                               .on_completed = on_completed,
                                               .on_closed = on_closed };

    return engine_start(&l->engines[kind], kind, kind == ENGINE_TLS ? &l->shared->tls : NULL,
                        &calls, l);
}
