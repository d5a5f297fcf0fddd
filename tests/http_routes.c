/* SPDX-License-Identifier: ISC */
/* Handlers without a socket: what the live test cannot bring about. */
#include "../src/http/routes.h"

#include <stdlib.h>

#include "http.h"

static struct service service = { .max_body = 1000 };
static struct job job;
static struct workspace workspace;

static const char *header(const char *name)
{
    for (unsigned i = 0; i < job.reply.header_count; i++)
        if (strcmp(job.reply.headers[i].name, name) == 0)
            return job.reply.headers[i].value;
    return "";
}

static unsigned dispatch(const char *method, const char *target, bool draining)
{
    reply_reset(&job.reply);
    memset(&job, 0, sizeof(job));
    job.work = &workspace;
    strcpy(job.method, method);
    strcpy(job.id, "id");
    strcpy(job.raw_target, target);
    job.draining = draining;
    route_dispatch(&service, &job);
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
    memset(&job, 0, sizeof(job));
    err_at(&job.err, ERR_INTERNAL, NULL, "a secret of ours");
    reply_problem(&job);
    CU_ASSERT_EQUAL(job.reply.status, 500);
    CU_ASSERT_PTR_NULL(strstr(job.reply.body, "secret"));
    reply_reset(&job.reply);
}

static void odd_methods(void)
{
    CU_ASSERT_EQUAL(dispatch("BREW", "/livez", false), 405);
    CU_ASSERT_STRING_EQUAL(header("Allow"), "GET, HEAD, OPTIONS");
    CU_ASSERT_EQUAL(dispatch("BREW", "/pot", false), 404);
    CU_ASSERT_EQUAL(dispatch("OPTIONS", "*", false), 404);
    CU_ASSERT_EQUAL(dispatch("GET", "http://localhost/livez", false), 400);
    reply_reset(&job.reply);
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
    CU_ASSERT_EQUAL(dispatch("GET", "/v1/images?cpus=1", false), 503);
    cJSON_InitHooks(NULL);
    CU_ASSERT_EQUAL(dispatch("GET", "/v1/profiles", false), 200);
    reply_reset(&job.reply);
}

static const struct test tests[] = {
    { "readiness ends before liveness", draining },
    { "internal errors keep their text", internal_error },
    { "odd methods and targets", odd_methods },
    { "out of memory is 503", out_of_memory },
};
const struct suite http_routes = { "http/routes", tests, sizeof(tests) / sizeof(tests[0]) };
