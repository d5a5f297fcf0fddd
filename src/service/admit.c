/* SPDX-License-Identifier: ISC */
#include "admit.h"

#include <stdio.h>
#include <string.h>

#include "../http/accept.h"
#include "../http/host.h"
#include "context.h"
#include "job.h"
#include "routes.h"
#include "token.h"

static bool is_builtin_host(const struct job *job, const char *authority, size_t size)
{
    static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };
    const char *const address = job->address;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (host_is(authority, size, names[i], strlen(names[i])))
            return true;
    return host_is(authority, size, address, (size_t)(strrchr(address, ':') - address));
}

/*
 * An authority in the target overrides Host (RFC 9112 §3.2.2). A UNIX socket has no name, so any
 * Host is accepted there.
 */
static int check_host(const struct context *context, struct job *job)
{
    const char *const host = job_header(job, HEADER_HOST);
    const char *const authority = job->target.authority ? job->target.authority : host;
    const size_t size = job->target.authority ? job->target.authority_size
                        : host                ? strlen(host)
                                              : 0;

    if (!authority || !job->address || is_builtin_host(job, authority, size))
        return 0;
    for (unsigned i = 0; i < context->allow_host_count; i++)
        if (host_is(authority, size, context->allow_hosts[i], strlen(context->allow_hosts[i])))
            return 0;
    return job_refuse(job, PROBLEM_HOST,
                      err_at(&job->err, ERR_INVALID, NULL,
                             "this server is not %.80s: see its option --allow-host",
                             size > 0 ? authority : "for requests with an empty Host"));
}

/* A probe has no body: a client without credentials must not take memory for one. */
static bool is_probe(const struct routes_match *m, const struct job *job)
{
    return m->count > 0 && m->first->open == FOR_PROBES &&
           !job_header(job, HEADER_CONTENT_LENGTH) && !job_header(job, HEADER_TRANSFER_ENCODING);
}

int admit_client(const struct context *context, const struct routes_match *m, struct job *job)
{
    const struct tokens *const tokens = context_tokens(context);
    const char *token;

    if (is_probe(m, job))
        return 0;
    if (job->untrusted)
        return job_refuse(job, PROBLEM_CLIENT,
                          err_at(&job->err, ERR_INVALID, NULL,
                                 "a client certificate of the client CA is required"));
    if (check_host(context, job) < 0)
        return -1;
    if (m->count > 0 && m->first->open == FOR_READERS)
        return 0;
    if (!tokens)
        return 0;
    token = tokens_admit(tokens, job_header(job, HEADER_AUTHORIZATION));
    if (token) {
        snprintf(job->client.token, sizeof(job->client.token), "%s", token);
        return 0;
    }
    return job_refuse(job, PROBLEM_TOKEN,
                      err_at(&job->err, ERR_INVALID, NULL,
                             "send a token of the server as Authorization: Bearer TOKEN"));
}

static int check_media(const struct route *route, struct job *job)
{
    if (job_header(job, HEADER_CONTENT_ENCODING))
        return job_refuse(
            job, PROBLEM_MEDIA,
            err_at(&job->err, ERR_INVALID, NULL, "a body must have no Content-Encoding"));
    if (!accept_is(job_header(job, HEADER_CONTENT_TYPE), route->media))
        return job_refuse(job, PROBLEM_MEDIA,
                          err_at(&job->err, ERR_INVALID, NULL,
                                 "Content-Type must be %s, with no parameter but charset=utf-8",
                                 route->media));
    return 0;
}

int admit_request(const struct routes_match *m, const struct route *route, struct job *job)
{
    char methods[64];

    if (m->count == 0) {
        job_refuse(job, PROBLEM_NOT_FOUND,
                   err_at(&job->err, ERR_INVALID, NULL,
                          job->metrics_only ? "this address serves only /metrics"
                                            : "GET /openapi.json lists the paths"));
        job_problem(job);
    } else if (!route) {
        routes_list_methods(m, methods, sizeof(methods));
        job_refuse(job, PROBLEM_METHOD,
                   err_at(&job->err, ERR_INVALID, NULL, "this path has %s", methods));
        job_problem(job);
        reply_header(&job->reply, "Allow", methods);
    } else if (!route->query && job_refuse_query(job) < 0) {
        job_problem(job);
    } else if (route->media && check_media(route, job) < 0) {
        job_problem(job);
        reply_header(&job->reply, "Accept-Post", route->media);
        reply_header(&job->reply, "Accept-Encoding", "identity");
    }
    return job->err.count ? -1 : 0;
}
