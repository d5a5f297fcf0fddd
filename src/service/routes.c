/* SPDX-License-Identifier: ISC */
/*
 * The paths, a row for each: begin here to follow a request.
 *
 * Theory of operation. A loop of the room net has read a request to its end, head and body, and
 * calls dispatch_job with its job (job.h). dispatch.c parses the target and finds the row of path
 * and method here. admit.c checks everything that does not depend on the handler: the host that the
 * request is for, the token, the method, the query, the media type. A request that fails a check is
 * answered with a problem (problem.c), and no handler sees it. Then the row's handler runs to its
 * end on the loop's thread: it reads from the job, fills the job's reply, and neither waits nor
 * calls another thread. images.c builds and signs, decode.c reads a client's bytes, status.c
 * reports on the daemon.
 *
 * Handlers on different loops share only the context (context.h), which is const, except that a
 * reload swaps the keys, tokens and policy there. A handler takes the present ones once and keeps
 * them until it returns, so one reply never mixes old and new.
 *
 * The size of a request is bounded before it comes here: the target by http/target.h, head and body
 * by net/exchange.c. A handler allocates only the reply's body, and decode.c memory for the parts
 * of a dump; if that fails the reply is 503. Everything else is in the job, whose size is fixed.
 * The memory of the reply is claimed from the ledger (ledger.h) before the handler runs; a handler
 * that needs more claims it. If there is not enough, the reply is 503.
 *
 * A client that sends "Expect: 100-continue" is refused before it sends the body, if the refusal
 * does not depend on the body: dispatch_admit makes the same checks with the head alone.
 */
#include "routes.h"

#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "images.h"
#include "page.h"
#include "status.h"

#define METRICS_PATH "/metrics"

/* Rows of one path stand together. Columns: see struct route. */
static const struct route routes[] = {
    { "GET", "/", page_get, NULL, false, FOR_READERS, false, 0, 0 },
    { "POST", "/v1/images", images_post, "application/json", true, FOR_CLIENTS, true, 64, 0 },
    { "GET", "/v1/images", images_get, NULL, true, FOR_CLIENTS, true, 64, 0 },
    { "POST", "/v1/decode", decode_post, "application/octet-stream", true, FOR_CLIENTS, false, 64,
      DECODE_BODY_MAX },
    { "GET", "/v1/profiles", status_profiles, NULL, false, FOR_CLIENTS, false, 128, 0 },
    { "GET", "/v1/rules", status_rules, NULL, false, FOR_CLIENTS, false, 512, 0 },
    { "GET", "/v1/structures", status_structures, NULL, false, FOR_CLIENTS, false, 64, 0 },
    { "GET", "/v1/keys", status_keys, NULL, false, FOR_CLIENTS, false, 64, 0 },
    { "GET", "/v1/keys/minisign.pub", status_public_key, NULL, false, FOR_CLIENTS, false, 0, 0 },
    { "GET", "/v1/version", status_version, NULL, false, FOR_CLIENTS, false, 0, 0 },
    { "GET", "/openapi.json", status_openapi, NULL, false, FOR_CLIENTS, false, 0, 0 },
    { "GET", "/problems/{type}", status_problem, NULL, false, FOR_CLIENTS, false, 0, 0 },
    { "GET", "/livez", status_live, NULL, false, FOR_PROBES, false, 0, 0 },
    { "GET", "/readyz", status_ready, NULL, false, FOR_PROBES, false, 0, 0 },
    { "GET", "/healthz", status_ready, NULL, false, FOR_CLIENTS, false, 0, 0 },
    { "GET", METRICS_PATH, status_metrics, NULL, false, FOR_CLIENTS, false, 0, 0 },
};

enum { ROUTES = sizeof(routes) / sizeof(routes[0]) };

unsigned routes_templates(const char *templates[ROUTES_TEMPLATES_MAX])
{
    unsigned count = 0;

    for (size_t i = 0; i < ROUTES && count < ROUTES_TEMPLATES_MAX - 1; i++)
        if (i == 0 || strcmp(routes[i].path, routes[i - 1].path) != 0)
            templates[count++] = routes[i].path;
    templates[count++] = "other";
    return count;
}

/* A name in braces at the end of a template stands for one step of a path. */
static bool is_path(const char *template, const char *path)
{
    const char *const brace = strchr(template, '{');
    const size_t fixed = brace ? (size_t)(brace - template) : 0;

    if (!brace)
        return strcmp(template, path) == 0;
    return strncmp(template, path, fixed) == 0 && path[fixed] && !strchr(path + fixed, '/');
}

struct routes_match routes_find(const char *path, bool metrics_only)
{
    struct routes_match m = { .count = 0 };
    const bool hidden = metrics_only && strcmp(path, METRICS_PATH) != 0;

    for (size_t i = 0; i < ROUTES; i++) {
        if (i > 0 && strcmp(routes[i].path, routes[i - 1].path) != 0) {
            if (m.count > 0)
                return m;
            m.number++;
        }
        if (!hidden && is_path(routes[i].path, path) && m.count++ == 0)
            m.first = &routes[i];
    }
    if (m.count == 0)
        m.number++; /* "other" */
    return m;
}

const struct route *routes_method(const struct routes_match *m, const char *method)
{
    for (unsigned i = 0; i < m->count; i++)
        if (strcmp(m->first[i].method, method) == 0)
            return &m->first[i];
    return NULL;
}

size_t routes_body_max(const char *method, const char *path, size_t max_body)
{
    const struct routes_match m = routes_find(path, false);
    const struct route *const route = routes_method(&m, method);

    return route && route->body_max > max_body ? route->body_max : max_body;
}

void routes_list_methods(const struct routes_match *m, char *list, size_t size)
{
    size_t used = 0;

    for (unsigned i = 0; i < m->count; i++)
        used += (size_t)snprintf(list + used, size - used, "%s%s, ", m->first[i].method,
                                 strcmp(m->first[i].method, "GET") == 0 ? ", HEAD" : "");
    snprintf(list + used, size - used, "OPTIONS");
}
