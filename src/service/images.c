/* SPDX-License-Identifier: ISC */
/* From a topology to its signed image: request, image, signature, reply. */
#include "images.h"

#include "../base/log.h"
#include "../seal/jwk.h"
#include "../seal/keyring.h"
#include "../text/request.h"
#include "../topo/patch.h"
#include "context.h"
#include "job.h"
#include "policy.h"
#include "represent.h"

/* Bytes that a reply takes while it is made, for each byte of the image: JSON and hex take most. */
enum { REPLY_SHARE = 8 };

/*
 * Do answers depend on the client: on its token, its certificate or the policy's rows for it? Then
 * no shared cache may answer in the daemon's place.
 */
static bool asks_clients(const struct context *context)
{
    return context_tokens(context) || context_policy(context) || context->asks_certificates;
}

/* Does the policy allow this client this context? The reply reveals nothing else of the policy. */
static int check_policy(const struct context *context, struct job *job)
{
    const struct policy *const policy = context_policy(context);
    const char *const wanted = job->topology.context;

    job->binds = true;
    if (!policy || policy_allows(policy, &job->client, wanted))
        return 0;
    return job_refuse(job, PROBLEM_CONTEXT,
                      err_at(&job->err, ERR_INVALID, NULL,
                             wanted[0] ? "no row of the policy allows this client the context %s"
                                       : "no row of the policy allows this client an image "
                                         "without a context",
                             wanted));
}

/* A claim fails with ERR_BUSY only because of the clock. */
static int refuse_claim(struct job *job)
{
    return job->err.code == ERR_BUSY ? job_refuse(job, PROBLEM_CLOCK, -1) : -1;
}

/*
 * Signs the job's image, unless the client has it already: the tag is known before the image is
 * signed. Return: 0, and job->reply is filled if a condition of the request was the answer; -1: an
 * error
 */
static int sign_image(const struct context *context, struct job *job)
{
    struct keyring *const keys = keyring_take(context->keys);
    const struct key *const key = keyring_signer(keys);
    int status = job_check_signer(job, keys);

    job->shareable = !asks_clients(context);
    if (job->memo)
        memo_use(job->memo, keyring_serial(keys));
    if (status == 0 && signed_claim(key, &job->topology, &job->image, &job->seal, &job->err) < 0)
        status = refuse_claim(job);
    if (status == 0 && log_wants(LOG_INFO))
        jwk_thumbprint(key_public(key), job->kid);
    if (status == 0 && !represent_unchanged(job, key_public(key)))
        status =
            seal_sign(key, job->memo, job->image.bytes, job->image.size, &job->seal, &job->err);
    keyring_drop(keys);
    return status;
}

static void answer(const struct context *context, struct job *job, int (*read)(struct job *job))
{
    if (represent_choose(job) < 0 || read(job) < 0 ||
        patch_signable(&job->topology, &job->err) < 0 || check_policy(context, job) < 0 ||
        request_complete(&job->topology, &job->err) < 0 ||
        image_build(&job->topology, &job->image, &job->err) < 0 ||
        job_claim(job, REPLY_SHARE * job->image.size, LEDGER_REQUEST) < 0 ||
        sign_image(context, job) < 0)
        job_problem(job);
    else if (job->reply.status == 0)
        represent_image(job);
}

static int read_body(struct job *job)
{
    if (job_refuse_query(job) < 0)
        return -1;
    return request_read(job->body ? job->body : "", job->body_size, &job->topology, &job->err);
}

static int read_query(struct job *job)
{
    struct request_pair pairs[TARGET_PAIRS_MAX];

    job->of_query = true;
    for (size_t i = 0; i < job->target.pair_count; i++)
        pairs[i] = (struct request_pair){ job->target.pairs[i].name, job->target.pairs[i].value };
    return request_read_query(pairs, job->target.pair_count, &job->topology, &job->err);
}

void images_post(const struct context *context, struct job *job)
{
    answer(context, job, read_body);
}

void images_get(const struct context *context, struct job *job)
{
    answer(context, job, read_query);
}
