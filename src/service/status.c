/* SPDX-License-Identifier: ISC */
#include "status.h"

#include <string.h>

#include "../json/build.h"
#include "../seal/keyring.h"
#include "../text/render.h"
#include "context.h"
#include "job.h"
#include "metrics.h"
#include "openapi_json.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

void status_profiles(const struct context *context, struct job *job)
{
    struct build b;

    (void)context;
    build_start(&b);
    render_profiles(&b, &job->topology, &job->image);
    reply_json(&job->reply, 200, "application/json", &b);
}

/* The keys may be exchanged before the reply is on its way, so it has a text of its own. */
static void reply_copy(struct job *job, const char *type, const char *text)
{
    reply_owned(&job->reply, 200, type, strdup(text), strlen(text));
    reply_header(&job->reply, "Cache-Control", "no-cache");
}

void status_keys(const struct context *context, struct job *job)
{
    struct keyring *keys = keyring_take(context->keys);

    reply_copy(job, "application/jwk-set+json", keyring_jwks(keys));
    keyring_drop(keys);
}

void status_public_key(const struct context *context, struct job *job)
{
    struct keyring *keys = keyring_take(context->keys);

    reply_copy(job, REPLY_TEXT_TYPE, key_public_file(keyring_signer(keys)));
    keyring_drop(keys);
}

void status_version(const struct context *context, struct job *job)
{
    struct build b;

    build_start(&b);
    build_object(&b, NULL);
    build_string(&b, "name", "mptabled");
    build_string(&b, "version", MPTABLED_VERSION);
    build_string(&b, "specification", "MPS 1.4");
    build_object(&b, "limits");
    build_number(&b, "body_bytes", context->max_body);
    build_number(&b, "cpus", TOPOLOGY_CPUS_MAX);
    build_number(&b, "irqs", TOPOLOGY_IRQS_MAX);
    build_close(&b);
    build_close(&b);
    reply_json(&job->reply, 200, "application/json", &b);
}

void status_openapi(const struct context *context, struct job *job)
{
    (void)context;
    reply_fixed(&job->reply, 200, "application/json", openapi_json, sizeof(openapi_json));
    reply_header(&job->reply, "Cache-Control", "no-cache");
}

void status_live(const struct context *context, struct job *job)
{
    (void)context;
    reply_fixed(&job->reply, 200, REPLY_TEXT_TYPE, "ok\n", 3);
    reply_header(&job->reply, "Cache-Control", "no-store");
}

void status_ready(const struct context *context, struct job *job)
{
    if (!job->draining) {
        status_live(context, job);
        return;
    }
    err_at(&job->err, ERR_BUSY, NULL, "the server is stopping");
    job_problem(job);
}

void status_metrics(const struct context *context, struct job *job)
{
    struct keyring *keys = keyring_take(context->keys);
    size_t size = 0;
    char *page = metrics_render(context->metrics, keys, &size);

    keyring_drop(keys);
    reply_owned(&job->reply, 200, METRICS_TYPE, page, size);
    reply_header(&job->reply, "Cache-Control", "no-store");
}
