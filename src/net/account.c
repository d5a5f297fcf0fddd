/* SPDX-License-Identifier: ISC */
#include "account.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../base/log.h"
#include "../service/metrics.h"
#include "../service/routes.h"

static void format_client(const struct peer *p, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "?";

    if (p->port->listener->is_unix) {
        snprintf(text, size, "unix uid=%ld pid=%ld", (long)p->from.process.uid,
                 (long)p->from.process.pid);
    } else if (p->from.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &p->from.in.sin_addr, host, sizeof(host));
        snprintf(text, size, "%s:%u", host, ntohs(p->from.in.sin_port));
    } else {
        inet_ntop(AF_INET6, &p->from.in6.sin6_addr, host, sizeof(host));
        snprintf(text, size, "[%s]:%u", host, ntohs(p->from.in6.sin6_port));
    }
}

/*
 * Takes the trace id out of a W3C traceparent, 00-<32 hex>-<16 hex>-<2 hex>, where neither id may
 * be all zero. Anything else gives "".
 */
static void parse_trace(const char *parent, char trace[33])
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

/* " key=value" for the end of a log line; "" when there is no value */
static const char *pair(char *text, size_t size, const char *key, const char *value)
{
    const int used = value && *value ? snprintf(text, size, " %s=", key) : 0;

    text[used] = '\0';
    if (used > 0)
        log_quote(value, text + used, size - (size_t)used);
    return text;
}

/* Parts of a log line: the client besides its address, then the refusal or what was signed */
struct story {
    char cert[240], token[80], problem[48], pointer[96], context[80], signature[240];
};

static void tell(const struct job *job, struct story *s)
{
    const struct certificate *const cert = job->client.certificate;
    const enum problem kind = job_kind(job);
    const bool is_signed = job->reply.status == 200 && job->seal.sha256[0];

    pair(s->cert, sizeof(s->cert), "cert", cert ? cert->subject : NULL);
    pair(s->token, sizeof(s->token), "token", job->client.token);
    pair(s->problem, sizeof(s->problem), "problem",
         kind != PROBLEM_NONE ? problem_type(kind) : NULL);
    pair(s->pointer, sizeof(s->pointer), "pointer",
         kind != PROBLEM_NONE && job->err.count > 0 ? job->err.places[0].pointer : NULL);
    pair(s->context, sizeof(s->context), "context",
         job->binds && (is_signed || kind == PROBLEM_CONTEXT) ? job->topology.context : NULL);
    s->signature[0] = '\0';
    if (is_signed)
        snprintf(s->signature, sizeof(s->signature), " sha256=%s key=%s kid=%s", job->seal.sha256,
                 job->seal.key_id, job->kid);
}

static void log_request(const struct loop *l, const struct exchange *x, uint64_t micros)
{
    const struct job *job = &l->job;
    struct story story;
    const char *templates[ROUTES_TEMPLATES_MAX];
    unsigned other, route;
    char peer[80], method[40], target[120] = "", trace[33], detail[2 * ERR_DETAIL_SIZE];

    if (job->reply.status == 500)
        log_event(LOG_ERROR, "internal", "id=%s detail=%s", job->id,
                  log_quote(job->err.places[0].detail, detail, sizeof(detail)));
    if (!log_wants(LOG_INFO))
        return;
    other = routes_templates(templates) - 1;
    route = job->route < other ? job->route : other;
    format_client(x->peer, peer, sizeof(peer));
    tell(job, &story);
    parse_trace(x->head.values[HEADER_TRACEPARENT], trace);
    if (route == other)
        log_quote(x->target, target, sizeof(target));
    log_event(
        LOG_INFO, "request",
        "id=%s peer=%s method=%s route=%s%s%s status=%u bytes=%zu micros=%llu%s%s%s%s%s%s%s%s",
        job->id, peer, log_quote(job->method, method, sizeof(method)), templates[route],
        target[0] ? " target=" : "", target, job->reply.status, job->reply.size,
        (unsigned long long)micros, story.signature, story.context, story.problem, story.pointer,
        story.token, story.cert, trace[0] ? " trace=" : "", trace);
}

void account_request(struct loop *l, const struct exchange *x)
{
    const struct job *job = &l->job;
    char client[CLIENT_NAME_SIZE];
    const uint64_t micros = (l->clock = clock_us()) - x->begun;
    const struct metric_request q = {
        .route = job->route,
        .method = job->method,
        .status = job->reply.status,
        .problem = job_kind(job),
        .micros = micros,
        .image_size = job->reply.status == 200 && job->seal.sha256[0] ? job->image.size : 0,
        .format = (int)job->format,
        .signatures_made = job->seal.made,
        .signatures_remembered = job->seal.remembered,
        .client = client,
    };

    client_name(&job->client, client);
    metrics_request(l->context->metrics, l->number, &q);
    log_request(l, x, micros);
}

void account_unanswered(struct loop *l, const struct peer *p, const char *target)
{
    char peer[80], quoted[120];

    metrics_unanswered(l->context->metrics, l->number);
    if (!log_wants(LOG_INFO))
        return;
    format_client(p, peer, sizeof(peer));
    log_event(LOG_INFO, "unanswered", "peer=%s target=%s", peer,
              log_quote(target, quoted, sizeof(quoted)));
}
