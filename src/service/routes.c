/* SPDX-License-Identifier: ISC */
/* The route table, and handlers that read as the sentence they implement. */
#include "routes.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../base/number.h"
#include "../seal/keyring.h"
#include "../text/facts.h"
#include "../text/render.h"
#include "../topo/memory.h"
#include "../http/accept.h"
#include "../http/host.h"
#include "metrics.h"
#include "openapi_json.h"
#include "token.h"

#define TEXT_TYPE    "text/plain; charset=utf-8"
#define IMAGES       "/v1/images"
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

void job_start(struct job *job)
{
    reply_reset(&job->reply);
    memset(job, 0, offsetof(struct job, target));
    job->route = ROUTE_TEMPLATES_MAX; /* none yet */
    job->seal.sha256[0] = '\0';
    job->seal.made = job->seal.remembered = 0;
    job->err.code = ERR_NONE;
    job->err.count = 0;
    memset(&job->err.text, 0, sizeof(job->err.text));
}

const char *job_header(const struct job *job, enum header header)
{
    return job->head ? job->head->values[header] : NULL;
}

/* The representation that the client asks for: ?format= wins over Accept. */
static int choose_format(struct job *job, enum format_kind *kind)
{
    const char *const name = target_take(&job->target, "format");
    const struct format *const named = name ? format_find(name) : NULL;
    const char *types[FORMATS];
    int chosen = named ? (int)(named - formats) : -1;

    for (size_t i = 0; i < FORMATS; i++)
        types[i] = formats[i].media_type;
    if (!name)
        chosen = accept_choose(job_header(job, HEADER_ACCEPT), types, FORMATS);
    if (chosen < 0)
        return err_at(
            &job->err, ERR_ACCEPT, NULL,
            "there are json (application/json), bin (application/octet-stream), hex (text/plain), "
            "elf (application/x-elf), minisig (text/plain, by format= alone)");
    *kind = (enum format_kind)chosen;
    return 0;
}

/* What a path does not understand, it does not ignore. */
static int refuse_query(struct job *job)
{
    for (size_t i = 0; i < job->target.pair_count; i++)
        err_at(&job->err, ERR_INVALID, &(struct at){ NULL, job->target.pairs[i].name, 0 },
               "unknown parameter");
    return job->err.count ? -1 : 0;
}

/* Does the daemon want to know which client it is? Then no cache may answer in its place. */
static bool asks_clients(const struct service *service)
{
    return atomic_load_explicit(&service->tokens, memory_order_acquire) ||
           service->asks_certificates;
}

static bool has_token(const struct service *service, const struct job *job)
{
    const struct tokens *tokens = atomic_load_explicit(&service->tokens, memory_order_acquire);

    return !tokens || tokens_admit(tokens, job_header(job, HEADER_AUTHORIZATION));
}

/*
 * Signs the image of the job, unless the client has it already: its tag is known before it is signed.
 * Return: 0, and job->reply is filled when a condition of the request has decided; -1
 */
static int sign_image(const struct service *service, struct job *job)
{
    struct keyring *const keys = keyring_take(service->keys);
    const struct key *const key = keyring_signer(keys);
    int status = signed_claim(key, &job->topology, &job->image, &job->seal, &job->err);

    job->shareable = !asks_clients(service);
    if (job->memo)
        memo_use(job->memo, keyring_serial(keys));
    if (status == 0 && !reply_unchanged(job, key_public(key)))
        status =
            seal_sign(key, job->memo, job->image.bytes, job->image.size, &job->seal, &job->err);
    keyring_drop(keys);
    return status;
}

static void reply_with_image(const struct service *service, struct job *job,
                             int (*read)(struct job *job))
{
    if (choose_format(job, &job->format) < 0 || read(job) < 0 ||
        request_complete(&job->topology, &job->err) < 0 ||
        image_build(&job->topology, &job->image, &job->err) < 0 || sign_image(service, job) < 0)
        reply_problem(job);
    else if (job->reply.status == 0)
        reply_image(job);
}

static int read_body(struct job *job)
{
    if (refuse_query(job) < 0)
        return -1;
    return request_read(job->body ? job->body : "", job->body_size, &job->topology, &job->err);
}

static int read_query(struct job *job)
{
    return request_read_query(job->target.pairs, job->target.pair_count, &job->topology, &job->err);
}

static void post_image(const struct service *service, struct job *job)
{
    reply_with_image(service, job, read_body);
}

static void get_image(const struct service *service, struct job *job)
{
    reply_with_image(service, job, read_query);
}

/* The bytes of the body, where base and size say that they lie */
static int take_source(struct job *job, struct memory *source)
{
    const char *bases = target_take(&job->target, "base"),
               *sizes = target_take(&job->target, "size");

    return memory_place(source, (const uint8_t *)(job->body ? job->body : ""), job->body_size,
                        bases ? bases : MEMORY_BASE, sizes, &job->err);
}

/* Goes on after an error, so that a client hears of all. */
static int take_facts(struct job *job, struct facts *known)
{
    int status = 0;

    for (size_t i = 0; i < fact_count; i++) {
        const char *value = target_take(&job->target, facts[i].name);

        if (value && facts_set(known, &facts[i], value, &job->err) < 0)
            status = -1;
    }
    return refuse_query(job) < 0 ? -1 : status;
}

/* The floating pointer that the client names, else the one that is most likely meant */
static int find_floating(struct job *job, const char *named, const struct memory *source,
                         const struct facts *known, uint32_t *address)
{
    uint64_t value;

    if (!named)
        return found_choose(&source->guest, &known->known, address, &job->err);
    if (!number_parse(named, 0, UINT32_MAX, &value))
        return err_at(&job->err, ERR_INVALID, &(struct at){ NULL, "floating_pointer", 0 },
                      "must be an address below 4 GiB");
    *address = (uint32_t)value;
    return 0;
}

static void reply_found(struct job *job, const struct found *found, const uint8_t *origin)
{
    struct build b;

    build_start(&b);
    render_found(&b, NULL, found, origin);
    reply_json(job, 200, "application/json", &b);
}

static void post_decode(const struct service *service, struct job *job)
{
    const char *named = target_take(&job->target, "floating_pointer");
    struct facts known = { .known = { .given = 0 } };
    struct found found;
    struct memory source;
    uint32_t address;

    (void)service;
    if (take_source(job, &source) < 0 || take_facts(job, &known) < 0 ||
        find_floating(job, named, &source, &known, &address) < 0 ||
        found_read(&source.guest, address, &known.known, &job->topology, &job->image, &found,
                   &job->err) < 0)
        reply_problem(job);
    else
        reply_found(job, &found, source.bytes);
}

static void get_profiles(const struct service *service, struct job *job)
{
    struct build b;

    (void)service;
    build_start(&b);
    render_profiles(&b, &job->topology, &job->image);
    reply_json(job, 200, "application/json", &b);
}

/* The keys may be exchanged before the reply is on its way, so it has a text of its own. */
static void reply_copy(struct job *job, const char *type, const char *text)
{
    reply_owned(job, 200, type, strdup(text), strlen(text));
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
    struct build b;

    build_start(&b);
    build_object(&b, NULL);
    build_string(&b, "name", "mptabled");
    build_string(&b, "version", MPTABLED_VERSION);
    build_string(&b, "specification", "MPS 1.4");
    build_object(&b, "limits");
    build_number(&b, "body_bytes", service->max_body);
    build_number(&b, "cpus", TOPOLOGY_CPUS_MAX);
    build_number(&b, "irqs", TOPOLOGY_IRQS_MAX);
    build_close(&b);
    build_close(&b);
    reply_json(job, 200, "application/json", &b);
}

static void get_openapi(const struct service *service, struct job *job)
{
    (void)service;
    reply_fixed(job, 200, "application/json", openapi_json, sizeof(openapi_json));
    reply_header(&job->reply, "Cache-Control", "no-cache");
}

static void get_live(const struct service *service, struct job *job)
{
    (void)service;
    reply_fixed(job, 200, TEXT_TYPE, "ok\n", 3);
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

static void get_metrics(const struct service *service, struct job *job)
{
    struct keyring *keys = keyring_take(service->keys);
    size_t size = 0;
    char *page = metrics_render(service->metrics, keys, &size);

    keyring_drop(keys);
    reply_owned(job, 200, METRICS_TYPE, page, size);
    reply_header(&job->reply, "Cache-Control", "no-store");
}

/* Rows of one path stand together. */
static const struct route {
    const char *method, *path;
    void (*handle)(const struct service *service, struct job *job);
    const char *media; /* of the body, NULL when there is none to read */
    bool query;        /* the handler reads it */
    bool open;         /* needs no token */
} routes[] = {
    { "POST", IMAGES, post_image, "application/json", true, false },
    { "GET", IMAGES, get_image, NULL, true, false },
    { "POST", "/v1/decode", post_decode, "application/octet-stream", true, false },
    { "GET", "/v1/profiles", get_profiles, NULL, false, false },
    { "GET", "/v1/keys", get_keys, NULL, false, false },
    { "GET", "/v1/keys/minisign.pub", get_public_key, NULL, false, false },
    { "GET", "/v1/version", get_version, NULL, false, false },
    { "GET", "/openapi.json", get_openapi, NULL, false, false },
    { "GET", "/livez", get_live, NULL, false, true },
    { "GET", "/readyz", get_ready, NULL, false, false },
    { "GET", "/healthz", get_ready, NULL, false, false },
    { "GET", "/metrics", get_metrics, NULL, false, false },
};

enum { ROUTES = sizeof(routes) / sizeof(routes[0]) };

unsigned route_templates(const char *templates[ROUTE_TEMPLATES_MAX])
{
    unsigned count = 0;

    for (size_t i = 0; i < ROUTES && count < ROUTE_TEMPLATES_MAX - 1; i++)
        if (i == 0 || strcmp(routes[i].path, routes[i - 1].path) != 0)
            templates[count++] = routes[i].path;
    templates[count++] = "other";
    return count;
}

/* The rows of a path and its number among the templates; count 0 when the path is unknown. */
struct match {
    const struct route *first;
    unsigned count, number;
};

static struct match find_path(const char *path)
{
    struct match m = { .count = 0 };

    for (size_t i = 0; i < ROUTES && (m.count == 0 || strcmp(routes[i].path, path) == 0); i++) {
        if (i > 0 && strcmp(routes[i].path, routes[i - 1].path) != 0)
            m.number++;
        if (strcmp(routes[i].path, path) == 0 && m.count++ == 0)
            m.first = &routes[i];
    }
    if (m.count == 0)
        m.number++; /* "other" */
    return m;
}

static const struct route *find_method(const struct match *m, const char *method)
{
    for (unsigned i = 0; i < m->count; i++)
        if (strcmp(m->first[i].method, method) == 0)
            return &m->first[i];
    return NULL;
}

/* As Allow has them */
static void list_methods(const struct match *m, char *list, size_t size)
{
    size_t used = 0;

    for (unsigned i = 0; i < m->count; i++)
        used += (size_t)snprintf(list + used, size - used, "%s%s, ", m->first[i].method,
                                 strcmp(m->first[i].method, "GET") == 0 ? ", HEAD" : "");
    snprintf(list + used, size - used, "OPTIONS");
}

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
 * The authority in the target counts more than Host (RFC 9112 §3.2.2). A UNIX socket has no name of
 * its own.
 */
static int check_host(const struct service *service, struct job *job)
{
    const char *const host = job_header(job, HEADER_HOST);
    const char *const authority = job->target.authority ? job->target.authority : host;
    const size_t size = job->target.authority ? job->target.authority_size
                        : host                ? strlen(host)
                                              : 0;

    if (!authority || !job->address || is_builtin_host(job, authority, size))
        return 0;
    for (unsigned i = 0; i < service->allow_host_count; i++)
        if (host_is(authority, size, service->allow_hosts[i], strlen(service->allow_hosts[i])))
            return 0;
    return err_at(&job->err, ERR_HOST, NULL, "this server is not %.80s", authority);
}

static int check_token(const struct service *service, const struct route *route, struct job *job)
{
    if ((route && route->open) || has_token(service, job))
        return 0;
    return err_at(&job->err, ERR_TOKEN, NULL,
                  "send one of the server's as Authorization: Bearer TOKEN");
}

static int check_media(const struct route *route, struct job *job)
{
    if (job_header(job, HEADER_CONTENT_ENCODING))
        return err_at(&job->err, ERR_MEDIA, NULL, "a Content-Encoding is not understood");
    if (!accept_is(job_header(job, HEADER_CONTENT_TYPE), route->media))
        return err_at(&job->err, ERR_MEDIA, NULL, "Content-Type must be %s", route->media);
    return 0;
}

/* Refusals of a path: those of its methods carry the list, and so that of a body's type. */
static int check_route(const struct match *m, const struct route *route, struct job *job)
{
    char methods[64];

    if (m->count == 0) {
        err_at(&job->err, ERR_NOT_FOUND, NULL, "GET /openapi.json lists the paths");
        reply_problem(job);
    } else if (!route) {
        list_methods(m, methods, sizeof(methods));
        err_at(&job->err, ERR_METHOD, NULL, "this path has %s", methods);
        reply_problem(job);
        reply_header(&job->reply, "Allow", methods);
    } else if (!route->query && refuse_query(job) < 0) {
        reply_problem(job);
    } else if (route->media && check_media(route, job) < 0) {
        reply_problem(job);
        reply_header(&job->reply, "Accept-Post", route->media);
        reply_header(&job->reply, "Accept-Encoding", "identity");
    }
    return job->err.count ? -1 : 0;
}

static void reply_options(struct job *job, const struct match *m)
{
    const struct route *post = find_method(m, "POST");
    char methods[64] = "GET, HEAD, POST, OPTIONS"; /* of "*", the server */

    if (m->count > 0)
        list_methods(m, methods, sizeof(methods));
    reply_fixed(job, 204, NULL, NULL, 0);
    reply_header(&job->reply, "Allow", methods);
    if (post)
        reply_header(&job->reply, "Accept-Post", post->media);
}

/* Return: 0 with *route, which is NULL when the request has its answer; -1 when it is refused. */
static int admit(const struct service *service, struct job *job, const struct route **route)
{
    const char *const method = strcmp(job->method, "HEAD") == 0 ? "GET" : job->method;
    const bool parsed = target_parse(job->raw_target, &job->target, &job->err) == 0;
    const struct match m = find_path(job->target.path);

    job->route = m.number;
    *route = find_method(&m, method);
    if (!parsed || check_host(service, job) < 0 || check_token(service, *route, job) < 0) {
        reply_problem(job);
        return -1;
    }
    if (strcmp(method, "OPTIONS") == 0 && (m.count > 0 || strcmp(job->target.path, "*") == 0)) {
        reply_options(job, &m);
        return 0;
    }
    return check_route(&m, *route, job);
}

int route_admit(const struct service *service, struct job *job)
{
    const struct route *route;
    enum format_kind format;

    if (admit(service, job, &route) < 0)
        return -1;
    if (route && route->handle == post_image && choose_format(job, &format) < 0) {
        reply_problem(job);
        return -1;
    }
    return 0;
}

void route_dispatch(const struct service *service, struct job *job)
{
    const struct route *route;

    if (admit(service, job, &route) == 0 && route)
        route->handle(service, job);
}
