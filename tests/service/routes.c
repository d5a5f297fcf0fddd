/* SPDX-License-Identifier: ISC */
/* Handlers without a socket: what the live test cannot bring about. */
#include "../../src/service/context.h"
#include "../../src/service/dispatch.h"
#include "../../src/service/job.h"

#include <stdlib.h>

#include <cjson/cJSON.h>

#include "../../src/seal/keyring.h"
#include "../lib/scratch.h"
#include "../lib/vector.h"
#include "../lib/suite.h"

static struct context service = { .max_body = 1000 };
static struct job job;

static const char *header(const char *name)
{
    for (unsigned i = 0; i < job.reply.header_count; i++)
        if (strcmp(job.reply.headers[i].name, name) == 0)
            return job.reply.headers[i].value;
    return "";
}

static unsigned dispatch(const char *method, const char *target, bool draining)
{
    job_start(&job);
    strcpy(job.id, "id");
    job.method = method;
    job.raw_target = target;
    job.body = "";
    job.draining = draining;
    dispatch_job(&service, &job);
    return job.reply.status;
}

static void draining(void)
{
    CU_ASSERT_EQUAL(dispatch("GET", "/readyz", false), 200);
    CU_ASSERT_FALSE(job.reply.close);
    CU_ASSERT_EQUAL(dispatch("GET", "/readyz", true), 503);
    CU_ASSERT_STRING_EQUAL(header("Retry-After"), "1");
    CU_ASSERT(job.reply.close);
    CU_ASSERT_EQUAL(dispatch("GET", "/livez", true), 200);
    reply_reset(&job.reply);
}

/* Errors whose text must not reach a client. */
static void internal_error(void)
{
    job_start(&job);
    err_at(&job.err, ERR_INTERNAL, NULL, "a secret of ours");
    job_problem(&job);
    CU_ASSERT_EQUAL(job.reply.status, 500);
    CU_ASSERT_PTR_NULL(strstr(job.reply.body, "secret"));
    reply_reset(&job.reply);
}

static void odd_methods(void)
{
    CU_ASSERT_EQUAL(dispatch("BREW", "/livez", false), 405);
    CU_ASSERT_STRING_EQUAL(header("Allow"), "GET, HEAD, OPTIONS");
    CU_ASSERT_EQUAL(dispatch("BREW", "/pot", false), 404);
    CU_ASSERT_EQUAL(dispatch("OPTIONS", "*", false), 204);
    CU_ASSERT_STRING_EQUAL(header("Allow"), "GET, HEAD, POST, OPTIONS");
    CU_ASSERT_EQUAL(dispatch("GET", "*", false), 404);
    CU_ASSERT_EQUAL(dispatch("OPTIONS", "/pot", false), 404);
    CU_ASSERT_EQUAL(dispatch("GET", "http://localhost/livez", false), 200);
    CU_ASSERT_EQUAL(dispatch("CONNECT", "localhost:80", false), 400);
    reply_reset(&job.reply);
}

/*
 * Whom a request may be for: the listener's own address, this host's names, and those that are
 * allowed.
 */
static void hosts(void)
{
    static const char *const allowed[] = { "tables.example" };
    static const struct {
        const char *host;
        unsigned status;
    } rows[] = {
        { "localhost", 200 },           { "LOCALHOST:1", 200 },
        { "127.0.0.1:8640", 200 },      { "[::1]:8640", 200 },
        { "192.0.2.7", 200 },           { "tables.example:443", 200 },
        { "evil.example", 421 },        { "127.0.0.1.evil.example", 421 },
        { "localhost.", 421 },          { "192.0.2.70", 421 },
        { "tables.example.evil", 421 }, { "%2Frun%2Fx.sock", 421 },
        { "localhost%2eevil", 421 },    { "localhost,evil", 421 },
    };
    const struct context strict = { .max_body = 1000,
                                    .allow_hosts = allowed,
                                    .allow_host_count = 1 };
    struct head head = { .twice = HEADERS };

    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        const bool in_target = i % 2; /* then it counts more than the header */
        char target[80];

        snprintf(target, sizeof(target), "http://%s/healthz", rows[i / 2].host);
        head.values[HEADER_HOST] = in_target ? "other.example" : rows[i / 2].host;
        job_start(&job);
        job.method = "GET";
        job.raw_target = in_target ? target : "/healthz";
        job.head = &head;
        job.address = "192.0.2.7:8640";
        dispatch_job(&strict, &job);
        ROW_CHECK(rows[i / 2].host, job.reply.status == rows[i / 2].status);
    }
    job_start(&job);
    job.method = "GET";
    job.raw_target = "/healthz";
    job.head = &head;
    head.values[HEADER_HOST] = "any.name";
    dispatch_job(&strict, &job);
    CU_ASSERT_EQUAL(job.reply.status, 200);
    job_start(&job);
    job.method = "GET";
    job.raw_target = "/healthz";
    job.head = &head;
    job.address = "192.0.2.7:8640";
    head.values[HEADER_HOST] = "";
    dispatch_job(&strict, &job);
    CU_ASSERT_EQUAL(job.reply.status, 421);
    CU_ASSERT_PTR_NOT_NULL(strstr(job.reply.body, "for requests with an empty Host"));
    job_start(&job);
}

/* A probe sends an address as Host and no credentials: its paths ask for neither. */
static void probes(void)
{
    static const struct {
        const char *name, *method, *target;
        unsigned status;
    } rows[] = {
        { "liveness", "GET", "/livez", 200 },
        { "readiness", "GET", "/readyz", 200 },
        { "HEAD", "HEAD", "/readyz", 200 },
        { "OPTIONS", "OPTIONS", "/livez", 204 },
        { "an authority in the target", "GET", "http://evil.example/livez", 200 },
        { "another method", "POST", "/livez", 405 },
        { "a query", "GET", "/livez?x=1", 422 },
        { "another name of readiness", "GET", "/healthz", 421 },
        { "a name that begins alike", "GET", "/livez/", 421 },
        { "metrics", "GET", "/metrics", 421 },
        { "OPTIONS of the server", "OPTIONS", "*", 421 },
        { "a body", "GET", "/livez", 421 },
    };
    enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
    struct head head = { .values[HEADER_HOST] = "10.244.0.5:8900", .twice = HEADERS };

    for (size_t i = 0; i < 2 * ROWS; i++) {
        const bool untrusted = i >= ROWS; /* then 403 comes before 421 */
        const unsigned status = rows[i % ROWS].status;
        const char *const name = rows[i % ROWS].name;

        head.values[HEADER_CONTENT_LENGTH] = strcmp(name, "a body") == 0 ? "1" : NULL;
        job_start(&job);
        job.untrusted = untrusted;
        job.method = rows[i % ROWS].method;
        job.raw_target = rows[i % ROWS].target;
        job.head = &head;
        job.address = "192.0.2.7:8640";
        dispatch_job(&service, &job);
        ROW_CHECK(name, job.reply.status == (untrusted && status == 421 ? 403 : status));
    }
    job_start(&job);
}

/* Problems as lines, for those who ask for text. */
static void lines(void)
{
    static const char *const rows[][2] = { { "text/plain", "text/plain; charset=utf-8" },
                                           { "text/plain, */*;q=0.1", "text/plain; charset=utf-8" },
                                           { "*/*", "application/problem+json" },
                                           { "application/json", "application/problem+json" },
                                           { "image/png", "application/problem+json" },
                                           { "application/json, text/plain",
                                             "application/problem+json" } };
    struct head head = { .twice = HEADERS };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        head.values[HEADER_ACCEPT] = rows[i][0];
        job_start(&job);
        job.head = &head;
        err_at(&job.err, ERR_INVALID, &(struct at){ NULL, "cpus", 0 }, "must be 1 to 255");
        err_at(&job.err, ERR_INVALID, &(struct at){ NULL, "irqs", 0 }, "must be 16 to 24");
        job_problem(&job);
        ROW_CHECK(rows[i][0], strcmp(header("Content-Type"), rows[i][1]) == 0);
        if (rows[i][1][0] == 't')
            ROW_CHECK(rows[i][0],
                      strcmp(job.reply.body, "A value that cannot be used: /cpus must be 1 to 255\n"
                                             "/irqs must be 16 to 24\n") == 0);
    }
    job_start(&job);
}

static void *no_memory(size_t size)
{
    (void)size;
    return NULL;
}

static void out_of_memory(void)
{
    cJSON_Hooks hooks = { no_memory, free };

    cJSON_InitHooks(&hooks);
    CU_ASSERT_EQUAL(dispatch("GET", "/v1/profiles", false), 503);
    CU_ASSERT_EQUAL(dispatch("GET", "/v1/version", false), 503);
    CU_ASSERT_EQUAL(dispatch("GET", "/nowhere", false), 503);
    CU_ASSERT_STRING_EQUAL(header("Content-Type"), "application/problem+json");
    cJSON_InitHooks(NULL);
    CU_ASSERT_EQUAL(dispatch("GET", "/v1/profiles", false), 200);
    reply_reset(&job.reply);
}

/* A floating pointer to no table: MPS 1.4 default configuration 5 */
static unsigned decode(const char *target)
{
    static const char bytes[] = "_MP_\0\0\0\0\x01\x04\x9b\x05\0\0\0";
    static const struct head head = { .values[HEADER_CONTENT_TYPE] = "application/octet-stream" };

    job_start(&job);
    strcpy(job.id, "id");
    job.method = "POST";
    job.raw_target = target;
    job.head = &head;
    job.body = bytes;
    job.body_size = sizeof(bytes);
    dispatch_job(&service, &job);
    return job.reply.status;
}

static void decoding(void)
{
    CU_ASSERT_EQUAL(decode("/v1/decode?base=0xf0000"), 200);
    CU_ASSERT_PTR_NOT_NULL(strstr(job.reply.body, "\"default_configuration\":5"));
    CU_ASSERT_PTR_NOT_NULL(strstr(job.reply.body, "\"exact\":true"));
    CU_ASSERT_PTR_NOT_NULL(strstr(job.reply.body, "\"found_by\":[\"linux\""));
    CU_ASSERT_EQUAL(decode("/v1/decode?base=0xf0000&size=15,1"), 422);
    CU_ASSERT_EQUAL(decode("/v1/decode?floating_pointer=0x9fc10"), 422);
    reply_reset(&job.reply);
}

static unsigned long left; /* allocations that succeed */

static void *some_memory(size_t size)
{
    return left > 0 && left-- ? malloc(size) : NULL;
}

/* Memory ends at each allocation of a reply in turn: no crash, no leak, no half reply. */
static void every_allocation(void)
{
    cJSON_Hooks hooks = { some_memory, free };
    unsigned status = 503;

    cJSON_InitHooks(&hooks);
    for (unsigned long n = 0; status == 503 && n < 1000; n++) {
        left = n;
        status = decode("/v1/decode");
    }
    CU_ASSERT_EQUAL(status, 200);
    cJSON_InitHooks(NULL);
    reply_reset(&job.reply);
}

/* The whole JWK Set of a keyring: one key signs, one is retired, two ids are revoked. */
static void keys(void)
{
    static const char jwks[] =
        "{\"signatures\":\"minisign\",\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
        "\"x\":\"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg\",\"use\":\"sig\",\"alg\":\"EdDSA\","
        "\"kid\":\"1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y\",\"key_id\":\"97B0D2F9EAA4BC40\","
        "\"minisign\":\"RWRAvKTq+dKwlwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\","
        "\"state\":\"active\"}],\"revoked\":[\"00000000000097B0\",\"0123456789ABCDEF\"]}";
    static const char revoked[] = "97B0\n0123456789abcdef\n";
    const char *const names[] = { "./a.key" };
    const struct keyring_source source = { .keys = names, .key_count = 1, .beside = "./" };
    struct context with_keys = service;
    struct keyring_slot slot;
    struct scratch_dir dir;
    struct err err = { 0 };

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    scratch_write("a.key", 0600, SECRET_FILE, strlen(SECRET_FILE));
    scratch_write("revoked", 0644, revoked, strlen(revoked));
    keyring_slot_init(&slot, keyring_load(&source, NULL, &err));
    CU_ASSERT_PTR_NOT_NULL_FATAL(slot.now);
    with_keys.keys = &slot;
    job_start(&job);
    job.method = "GET";
    job.raw_target = "/v1/keys";
    dispatch_job(&with_keys, &job);
    CU_ASSERT_EQUAL(job.reply.status, 200);
    CU_ASSERT_STRING_EQUAL(header("Content-Type"), "application/jwk-set+json");
    CU_ASSERT_STRING_EQUAL(job.reply.body, jwks);
    job_start(&job);
    keyring_swap(&slot, NULL);
    scratch_leave(&dir);
}

static const struct test tests[] = {
    { "the JWK Set of a keyring", keys },
    { "readiness ends before liveness", draining },
    { "internal errors keep their text", internal_error },
    { "odd methods and targets", odd_methods },
    { "whom requests are for", hosts },
    { "probes", probes },
    { "problems as text", lines },
    { "out of memory is 503", out_of_memory },
    { "bytes without a table, in several ways", decoding },
    { "memory ends at each allocation of a reply", every_allocation },
};
const struct suite service_routes = { "service/routes", tests, sizeof(tests) / sizeof(tests[0]) };
