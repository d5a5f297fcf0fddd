/* SPDX-License-Identifier: ISC */
/* The route table, and handlers that read as the sentence they implement. */
#include "routes.h"

#include <stdio.h>
#include <string.h>

#include "../base/number.h"
#include "../signed/signed.h"
#include "../topo/facts.h"
#include "../topo/render.h"
#include "../topo/source.h"
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
        return err_at(&job->err, ERR_ACCEPT, NULL,
                      "there are json (application/json), bin (application/octet-stream), hex (text/plain), "
                      "elf (application/x-elf), minisig (text/plain, by format= alone)");
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
    if (!accept_is(job->headers.content_type, job->media))
        return err_at(&job->err, ERR_MEDIA, NULL, "Content-Type must be %s", job->media);
    return 0;
}

/* From a checked topology to the signed image of the job. */
static int make_image(const struct service *service, struct job *job)
{
    struct workspace *w = job->work;

    if (image_build(&w->topology, &w->image, &job->err) < 0)
        return -1;
    return signed_make(service->key, &w->topology, &w->image, &job->seal, &job->err);
}

static void post_image(const struct service *service, struct job *job)
{
    enum format format;

    if (check_media(job) < 0 || choose_format(job, &format) < 0 || refuse_query(job) < 0 ||
        request_parse(job->body ? job->body : "", job->body_size, &job->work->topology, &job->err) < 0 ||
        make_image(service, job) < 0)
        reply_problem(job);
    else
        reply_image(job, format);
}

static void get_image(const struct service *service, struct job *job)
{
    enum format format;

    if (choose_format(job, &format) < 0 ||
        request_parse_query(job->target.pairs, job->target.pair_count, &job->work->topology, &job->err) < 0 ||
        make_image(service, job) < 0)
        reply_problem(job);
    else
        reply_image(job, format);
}

/* The bytes of the body, where base and size say that they lie */
static int take_source(struct job *job, struct source *source)
{
    const char *bases = target_take(&job->target, "base"), *sizes = target_take(&job->target, "size");

    return source_place(source, (const uint8_t *)(job->body ? job->body : ""), job->body_size,
                        bases ? bases : SOURCE_BASE, sizes, &job->err);
}

static int take_facts(struct job *job, struct facts *known)
{
    for (size_t i = 0; i < fact_count; i++) {
        const char *value = target_take(&job->target, facts[i].name);

        if (value && facts_set(known, &facts[i], value, &job->err) < 0)
            continue; /* so that a client hears of all */
    }
    return refuse_query(job);
}

/* The floating pointer that the client names, else the one that is most likely meant */
static int find_floating(struct job *job, const char *named, const struct source *source,
                         const struct facts *known, uint32_t *address)
{
    uint64_t value;

    if (!named)
        return reading_find(&source->memory, &known->known, address, &job->err);
    if (!number_parse(named, 0, UINT32_MAX, &value))
        return err_at(&job->err, ERR_TOPOLOGY, &(struct at){ NULL, "floating_pointer", 0 },
                      "must be an address below 4 GiB");
    *address = (uint32_t)value;
    return 0;
}

static void post_decode(const struct service *service, struct job *job)
{
    const char *named = target_take(&job->target, "floating_pointer");
    struct workspace *w = job->work;
    struct facts known = { .known = { .given = 0 } };
    struct reading reading;
    struct source source;
    uint32_t address;

    (void)service;
    if (check_media(job) < 0 || take_source(job, &source) < 0 || take_facts(job, &known) < 0 ||
        find_floating(job, named, &source, &known, &address) < 0 ||
        reading_take(&source.memory, address, &known.known, &w->topology, &w->image, &reading, &job->err) < 0)
        reply_problem(job);
    else
        reply_json(job, 200, "application/json", render_reading(&reading, source.bytes));
}

static void get_profiles(const struct service *service, struct job *job)
{
    (void)service;
    reply_json(job, 200, "application/json", render_profiles(&job->work->topology, &job->work->image));
}

static void get_public_key(const struct service *service, struct job *job)
{
    const char *file = key_public_file(service->key);

    reply_text(job, 200, TEXT_TYPE, file, strlen(file));
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
    bool query;        /* the handler reads it */
    const char *media; /* of the body it takes */
} routes[] = {
    { "POST", "/v1/images", post_image, true, "application/json" },
    { "GET", "/v1/images", get_image, true, NULL },
    { "POST", "/v1/decode", post_decode, true, "application/octet-stream" },
    { "GET", "/v1/profiles", get_profiles, false, NULL },
    { "GET", "/v1/keys/minisign.pub", get_public_key, false, NULL },
    { "GET", "/v1/version", get_version, false, NULL },
    { "GET", "/openapi.json", get_openapi, false, NULL },
    { "GET", "/livez", get_live, false, NULL },
    { "GET", "/readyz", get_ready, false, NULL },
    { "GET", "/healthz", get_ready, false, NULL },
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

static const struct route *find_route(const char *method, const char *path)
{
    for (size_t i = 0; i < ROUTES; i++)
        if (strcmp(routes[i].path, path) == 0 && strcmp(routes[i].method, method) == 0)
            return &routes[i];
    return NULL;
}

static void reply_options(struct job *job, const char *methods)
{
    const struct route *post = find_route("POST", job->target.path);

    reply_text(job, 204, NULL, NULL, 0);
    reply_header(&job->reply, "Allow", "%s", methods);
    if (post)
        reply_header(&job->reply, "Accept-Post", "%s", post->media);
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
        job->media = route->media;
        route->handle(service, job);
    }
}
