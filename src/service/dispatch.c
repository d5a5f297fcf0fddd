/* SPDX-License-Identifier: ISC */
#include "dispatch.h"

#include <string.h>

#include "admit.h"
#include "context.h"
#include "job.h"
#include "represent.h"
#include "routes.h"

static int parse_target(struct job *job)
{
    switch (target_parse(job->raw_target, &job->target, &job->err)) {
    case TARGET_OK:
        return 0;
    case TARGET_TOO_LONG:
        return job_refuse(job, PROBLEM_TOO_LONG, -1);
    case TARGET_MALFORMED:
        return job_refuse(job, PROBLEM_TARGET, -1);
    default: /* TARGET_TWICE: a parameter */
        job->of_query = true;
        return -1;
    }
}

static void reply_options(struct job *job, const struct routes_match *m)
{
    const struct route *post = routes_method(m, "POST");
    char methods[64] = "GET, HEAD, POST, OPTIONS"; /* for "*", which is the whole server */

    if (m->count > 0)
        routes_list_methods(m, methods, sizeof(methods));
    reply_fixed(&job->reply, 204, NULL, NULL, 0);
    reply_header(&job->reply, "Allow", methods);
    if (post)
        reply_header(&job->reply, "Accept-Post", post->media);
}

/* Return: 0 with *route, which is NULL if the reply is filled already; -1: refused */
static int admit(const struct context *context, struct job *job, const struct route **route)
{
    const char *const method = strcmp(job->method, "HEAD") == 0 ? "GET" : job->method;
    const int parsed = parse_target(job);
    const struct routes_match m = routes_find(job->target.path, job->metrics_only);

    job->route = m.number;
    *route = routes_method(&m, method);
    if (parsed < 0 || admit_client(context, &m, job) < 0) {
        job_problem(job);
        return -1;
    }
    if (strcmp(method, "OPTIONS") == 0 &&
        (m.count > 0 || (strcmp(job->target.path, "*") == 0 && !job->metrics_only))) {
        reply_options(job, &m);
        return 0;
    }
    return admit_request(&m, *route, job);
}

int dispatch_admit(const struct context *context, struct job *job)
{
    const struct route *route;

    if (admit(context, job, &route) < 0)
        return -1;
    if (route && route->formats && represent_choose(job) < 0) {
        job_problem(job);
        return -1;
    }
    return 0;
}

size_t dispatch_body_max(const struct context *context, struct job *job)
{
    struct err ignored = { .count = 0 };

    if (target_parse(job->raw_target, &job->target, &ignored) != TARGET_OK)
        return context->max_body;
    return routes_body_max(job->method, job->target.path, context->max_body);
}

static void handle(const struct context *context, struct job *job, const struct route *route)
{
    if (route->claim > 0 && job_claim(job, route->claim * (size_t)LEDGER_KIB, LEDGER_REQUEST) < 0)
        job_problem(job);
    else
        route->handle(context, job);
    job_settle(job);
}

void dispatch_job(const struct context *context, struct job *job)
{
    const struct route *route;

    if (admit(context, job, &route) == 0 && route)
        handle(context, job, route);
    job->reply.close = job->reply.close || job->draining;
}
