/* SPDX-License-Identifier: ISC */
#include "job.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "../seal/keyring.h"

/* Only small members are cleared: the large ones are written before they are read. */
void job_start(struct job *job)
{
    reply_reset(&job->reply);
    memset(job, 0, offsetof(struct job, target));
    job->route = UINT_MAX; /* none yet */
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

int job_refuse(struct job *job, enum problem kind, int status)
{
    job->problem = kind;
    return status;
}

int job_check_signer(struct job *job, const struct keyring *keys)
{
    if (keyring_may_sign(keys))
        return 0;
    return job_refuse(job, PROBLEM_REVOKED,
                      err_at(&job->err, ERR_BUSY, NULL,
                             "key %s is revoked, and nothing is signed until there is another",
                             key_id(keyring_signer(keys))));
}

int job_refuse_query(struct job *job)
{
    job->of_query |= job->target.pair_count > 0;
    for (size_t i = 0; i < job->target.pair_count; i++)
        err_at(&job->err, ERR_INVALID, &(struct at){ NULL, job->target.pairs[i].name, 0 },
               "unknown parameter");
    return job->err.count ? -1 : 0;
}

enum problem job_kind(const struct job *job)
{
    return job->problem != PROBLEM_NONE ? job->problem : problem_of(job->err.code);
}

void job_problem(struct job *job)
{
    problem_reply(&job->reply, job_kind(job), &job->err, job->of_query, job->id, job->head);
}

int job_claim(struct job *job, size_t bytes, enum ledger_use use)
{
    if (!job->lease)
        return 0;
    if (!ledger_take(job->lease, bytes, use))
        return err_at(&job->err, ERR_BUSY, NULL,
                      "other requests use all of the memory for bodies and replies");
    job->held += bytes;
    return 0;
}

/* The memory of a small reply is part of its connection's slot, so it needs no claim. */
void job_settle(struct job *job)
{
    const struct reply *const r = &job->reply;
    const size_t size = r->fixed || r->size <= LEDGER_SMALL ? 0 : r->size;

    if (!job->lease)
        return;
    if (size <= job->held) {
        ledger_give(job->lease, job->held - size);
        job->held = size;
    } else if (job_claim(job, size - job->held, LEDGER_REQUEST) < 0) {
        reply_busy(&job->reply);
    }
}
