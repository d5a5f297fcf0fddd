/* SPDX-License-Identifier: ISC */
/* The route table, and handlers that read as the sentence they implement. */
#include "routes.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "../seal/keyring.h"
#include "../topo/render.h"
#include "accept.h"
#include "openapi_json.h"

#define TEXT_TYPE "text/plain; charset=utf-8"

/* The representation that the client asks for: ?format= wins over Accept. */
static int choose_format(struct job *job, enum format *format)
{
    const char *name = target_take(&job->target, "format");
    int chosen = -1;

    for (int f = 0; name && f < FORMATS; f++)
        if (strcmp(format_names[f], name) == 0)
            chosen = f;
    if (!name)
        chosen = accept_choose(job->headers.accept, format_types, FORMATS);
    if (chosen < 0)
        return err_at(
            &job->err, ERR_ACCEPT, NULL,
            "there are json (application/json), bin (application/octet-stream), minisig (text/plain)");
    *format = (enum format)chosen;
    return 0;
}

/* What a path does not understand, it does not ignore. */
static int refuse_query(struct job *job)
{
    for (size_t i = 0; i < job->target.pair_count; i++)
        err_at(&job->err, ERR_TOPOLOGY, &(struct at){ NULL, job->target.pairs[i].name, 0 },
               "unknown parameter");
    return job->err.count ? -1 : 0;
}

static int check_media(struct job *job)
{
    if (job->headers.content_encoding)
        return err_at(&job->err, ERR_MEDIA, NULL, "a Content-Encoding is not understood");
    if (!accept_is(job->headers.content_type, "application/json"))
        return err_at(&job->err, ERR_MEDIA, NULL, "Content-Type must be application/json");
    return 0;
}

static int seal_image(const struct service *service, struct job *job)
{
    struct seal_claims claims = { .segment_count = 1,
                                  .segments = { { job->image.place.base, (uint32_t)job->image.size } },
                                  .floating_pointer = job->image.place.floating };

    struct keyring *keys = keyring_take(service->keys);
    int status;

    static_assert(sizeof(claims.context) == sizeof(job->topology.context), "the same token");
    memcpy(claims.context, job->topology.context, sizeof(claims.context));
    status =
        seal_sign(keyring_signer(keys), job->image.bytes, job->image.size, &claims, &job->seal, &job->err);
    keyring_drop(keys);
    return status;
}

static void post_image(const struct service *service, struct job *job)
{
    enum format format;

    if (check_media(job) < 0 || choose_format(job, &format) < 0 || refuse_query(job) < 0 ||
        request_parse(job->body ? job->body : "", job->body_size, &job->topology, &job->err) < 0 ||
        image_build(&job->topology, &job->image, &job->err) < 0 || seal_image(service, job) < 0)
        reply_problem(job);
    else
        reply_image(job, format);
}

static void get_image(const struct service *service, struct job *job)
{
    enum format format;

    if (choose_format(job, &format) < 0 ||
        request_parse_query(job->target.pairs, job->target.pair_count, &job->topology, &job->err) < 0 ||
        image_build(&job->topology, &job->image, &job->err) < 0 || seal_image(service, job) < 0)
        reply_problem(job);
    else
        reply_image(job, format);
}

static void get_profiles(const struct service *service, struct job *job)
{
    (void)service;
    reply_json(job, 200, "application/json", render_profiles());
}

/* The keys may be exchanged before the reply is on its way, so it has a text of its own. */
static void reply_copy(struct job *job, const char *type, const char *text)
{
    char *copy = strdup(text);

    if (!copy) {
        reply_json(job, 200, NULL, NULL);
        return;
    }
    reply_text(job, 200, type, copy, strlen(copy));
    job->reply.owned = copy;
    reply_header(&job->reply, "Cache-Control", "no-cache");
}

static void get_keys(const struct service *service, struct job *job)
{
    struct keyring *keys = keyring_take(service->keys);

    reply_copy(job, "application/jwk-set+json", keyring_jwks(keys));
    keyring_drop(keys);
}

static void get_public_key(const struct service *service, struct job *job)
{
    struct keyring *keys = keyring_take(service->keys);

    reply_copy(job, TEXT_TYPE, key_public_file(keyring_signer(keys)));
    keyring_drop(keys);
}

static void get_version(const struct service *service, struct job *job)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *limits;

    if (cJSON_AddStringToObject(json, "name", "mptabled") &&
        cJSON_AddStringToObject(json, "version", MPTABLED_VERSION) &&
        cJSON_AddStringToObject(json, "specification", "MPS 1.4") &&
        (limits = cJSON_AddObjectToObject(json, "limits")) &&
        cJSON_AddNumberToObject(limits, "body_bytes", (double)service->max_body) &&
        cJSON_AddNumberToObject(limits, "cpus", TOPOLOGY_CPUS_MAX) &&
        cJSON_AddNumberToObject(limits, "irqs", TOPOLOGY_IRQS_MAX)) {
        reply_json(job, 200, "application/json", json);
        return;
    }
    cJSON_Delete(json);
    reply_json(job, 200, NULL, NULL);
}

static void get_openapi(const struct service *service, struct job *job)
{
    (void)service;
    reply_text(job, 200, "application/json", openapi_json, sizeof(openapi_json));
    reply_header(&job->reply, "Cache-Control", "no-cache");
}

static void get_live(const struct service *service, struct job *job)
{
    (void)service;
    reply_text(job, 200, TEXT_TYPE, "ok\n", 3);
    reply_header(&job->reply, "Cache-Control", "no-store");
}

static void get_ready(const struct service *service, struct job *job)
{
    if (!job->draining) {
        get_live(service, job);
        return;
    }
    err_at(&job->err, ERR_BUSY, NULL, "the server is stopping");
    reply_problem(job);
}

static const struct route {
    const char *method, *path;
    void (*handle)(const struct service *service, struct job *job);
    bool query; /* the handler reads it */
} routes[] = {
    { "POST", "/v1/images", post_image, true },
    { "GET", "/v1/images", get_image, true },
    { "GET", "/v1/profiles", get_profiles, false },
    { "GET", "/v1/keys", get_keys, false },
    { "GET", "/v1/keys/minisign.pub", get_public_key, false },
    { "GET", "/v1/version", get_version, false },
    { "GET", "/openapi.json", get_openapi, false },
    { "GET", "/livez", get_live, false },
    { "GET", "/readyz", get_ready, false },
    { "GET", "/healthz", get_ready, false },
};

enum { ROUTES = sizeof(routes) / sizeof(routes[0]) };

/* The methods of a path, as Allow has them; "" when the path is unknown */
static void list_methods(const char *path, char *list, size_t size)
{
    list[0] = '\0';
    for (size_t i = 0; i < ROUTES; i++)
        if (strcmp(routes[i].path, path) == 0)
            snprintf(list + strlen(list), size - strlen(list), "%s%s, ", routes[i].method,
                     strcmp(routes[i].method, "GET") == 0 ? ", HEAD" : "");
    if (list[0])
        snprintf(list + strlen(list), size - strlen(list), "OPTIONS");
}

static void reply_options(struct job *job, const char *methods)
{
    reply_text(job, 204, NULL, NULL, 0);
    reply_header(&job->reply, "Allow", "%s", methods);
    if (strstr(methods, "POST"))
        reply_header(&job->reply, "Accept-Post", "application/json");
}

static const struct route *find_route(const char *method, const char *path)
{
    for (size_t i = 0; i < ROUTES; i++)
        if (strcmp(routes[i].path, path) == 0 && strcmp(routes[i].method, method) == 0)
            return &routes[i];
    return NULL;
}

void route_dispatch(const struct service *service, struct job *job)
{
    const char *method = strcmp(job->method, "HEAD") == 0 ? "GET" : job->method;
    const struct route *route;
    char methods[64];

    if (target_parse(job->raw_target, &job->target, &job->err) < 0) {
        reply_problem(job);
        return;
    }
    list_methods(job->target.path, methods, sizeof(methods));
    route = find_route(method, job->target.path);
    if (!methods[0]) {
        err_at(&job->err, ERR_NOT_FOUND, NULL, "GET /openapi.json lists the paths");
        reply_problem(job);
    } else if (strcmp(method, "OPTIONS") == 0) {
        reply_options(job, methods);
    } else if (!route) {
        err_at(&job->err, ERR_METHOD, NULL, "this path has %s", methods);
        reply_problem(job);
        reply_header(&job->reply, "Allow", "%s", methods);
    } else if (!route->query && refuse_query(job) < 0) {
        reply_problem(job);
    } else {
        route->handle(service, job);
    }
}
