/* SPDX-License-Identifier: ISC */
#include "status.h"

#include <string.h>

#include "../json/build.h"
#include "../mptable/mptable.h"
#include "../seal/jwk.h"
#include "../seal/keyring.h"
#include "../signed/capabilities.h"
#include "../text/verdict.h"
#include "../text/render.h"
#include "../text/structures.h"
#include "context.h"
#include "decode.h"
#include "job.h"
#include "metrics.h"
#include "openapi_json.h"

/* Bytes of memory that the page of metrics takes while it is written */
enum { METRICS_CLAIM = 128 * LEDGER_KIB };

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

void status_profiles(const struct context *context, struct job *job)
{
    struct build b;

    (void)context;
    build_start(&b);
    render_profiles(&b, NULL, &job->topology, &job->image);
    reply_json(&job->reply, 200, "application/json", &b);
}

void status_rules(const struct context *context, struct job *job)
{
    struct build b;

    (void)context;
    build_start(&b);
    rules_render(&b, NULL);
    reply_json(&job->reply, 200, "application/json", &b);
}

void status_structures(const struct context *context, struct job *job)
{
    struct build b;

    (void)context;
    build_start(&b);
    structures_render(&b);
    reply_json(&job->reply, 200, "application/json", &b);
}

static void render_key(struct build *b, const struct public_key *key, enum key_state state)
{
    char x[JWK_X_SIZE], thumbprint[JWK_THUMBPRINT_SIZE];
    char id[KEY_ID_TEXT_SIZE], line[KEY_PUBLIC_LINE_SIZE];

    jwk_x(key, x);
    jwk_thumbprint(key, thumbprint);
    public_key_id(key, id);
    public_key_line(key, line);
    build_object(b, NULL);
    build_string(b, "kty", "OKP");
    build_string(b, "crv", "Ed25519");
    build_string(b, "x", x);
    build_string(b, "use", "sig");
    build_string(b, "alg", "EdDSA");
    build_string(b, "kid", thumbprint);
    build_string(b, "key_id", id);
    build_string(b, "minisign", line);
    build_string(b, "state", key_state_name(state));
    build_close(b);
}

/* A JWK Set (RFC 7517) with two members of ours, "signatures" and "revoked" */
static void render_keys(struct build *b, const struct keyring *keys)
{
    char id[KEY_ID_TEXT_SIZE];
    enum key_state state;

    build_object(b, NULL);
    build_string(b, "signatures", "minisign"); /* none is a JWS, though a JWK says EdDSA */
    build_array(b, "keys");
    for (unsigned i = 0; i < keyring_count(keys); i++) {
        const struct public_key *const key = keyring_key(keys, i, &state);

        render_key(b, key, state);
    }
    build_close(b);
    build_array(b, "revoked");
    for (unsigned i = 0; i < keyring_revoked_count(keys); i++) {
        keyring_revoked(keys, i, id);
        build_string(b, NULL, id);
    }
    build_close(b);
    build_close(b);
}

void status_keys(const struct context *context, struct job *job)
{
    struct keyring *keys = keyring_take(context->keys);
    struct build b;

    build_start(&b);
    render_keys(&b, keys);
    keyring_drop(keys);
    reply_json(&job->reply, 200, "application/jwk-set+json", &b);
    reply_header(&job->reply, "Cache-Control", "no-cache");
}

void status_public_key(const struct context *context, struct job *job)
{
    struct keyring *keys = keyring_take(context->keys);
    const int status = job_check_signer(job, keys);
    char *const file = strdup(key_public_file(keyring_signer(keys))); /* the key may be released */

    keyring_drop(keys);
    if (status < 0) {
        job_problem(job);
        free(file);
        return;
    }
    reply_owned(&job->reply, 200, REPLY_TEXT_TYPE, file, file ? strlen(file) : 0);
    reply_header(&job->reply, "Cache-Control", "no-cache");
}

void status_limits(struct build *b, size_t max_body)
{
    build_object(b, "limits");
    build_number(b, "body_bytes", max_body);
    build_number(b, "decode_body_bytes", max_body > DECODE_BODY_MAX ? max_body : DECODE_BODY_MAX);
    capabilities_limits(b);
    build_close(b);
}

void status_version(const struct context *context, struct job *job)
{
    struct build b;

    build_start(&b);
    build_object(&b, NULL);
    build_string(&b, "name", "mptabled");
    build_string(&b, "version", MPT_VERSION);
    build_string(&b, "specification", "MPS 1.4");
    status_limits(&b, context->max_body);
    build_close(&b);
    reply_json(&job->reply, 200, "application/json", &b);
}

void status_openapi(const struct context *context, struct job *job)
{
    (void)context;
    reply_fixed(&job->reply, 200, "application/json", openapi_json, sizeof(openapi_json));
    reply_header(&job->reply, "Cache-Control", "no-cache");
}

void status_problem(const struct context *context, struct job *job)
{
    (void)context;
    if (problem_page(&job->reply, strrchr(job->target.path, '/') + 1))
        return;
    job_refuse(job, PROBLEM_NOT_FOUND,
               err_at(&job->err, ERR_INVALID, NULL, "no problem has this type"));
    job_problem(job);
}

void status_live(const struct context *context, struct job *job)
{
    (void)context;
    reply_fixed(&job->reply, 200, REPLY_TEXT_TYPE, "ok\n", 3);
    reply_header(&job->reply, "Cache-Control", "no-store");
}

/* Return: 0: every request can be answered; -1: the job is refused */
static int check_ready(const struct context *context, struct job *job)
{
    struct keyring *const keys = context->keys ? keyring_take(context->keys) : NULL;
    const char *const wrong = seal_clock_error(seal_now());
    int status = 0;

    if (job->draining || context->leaving)
        status = err_at(&job->err, ERR_BUSY, NULL, "the server is stopping");
    else if (wrong)
        status = job_refuse(job, PROBLEM_CLOCK, err_at(&job->err, ERR_BUSY, NULL, "%s", wrong));
    else if (keys)
        status = job_check_signer(job, keys);
    keyring_drop(keys);
    return status;
}

void status_ready(const struct context *context, struct job *job)
{
    if (check_ready(context, job) < 0)
        job_problem(job);
    else
        status_live(context, job);
}

void status_metrics(const struct context *context, struct job *job)
{
    struct keyring *keys;
    size_t size = 0;
    char *page;

    if (job_claim(job, METRICS_CLAIM, LEDGER_LAST) < 0) {
        job_problem(job);
        return;
    }
    keys = keyring_take(context->keys);
    page = metrics_render(context->metrics, keys, &size);
    keyring_drop(keys);
    reply_owned(&job->reply, 200, METRICS_TYPE, page, size);
    reply_header(&job->reply, "Cache-Control", "no-store");
}
