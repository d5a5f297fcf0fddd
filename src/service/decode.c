/* SPDX-License-Identifier: ISC */
#include "decode.h"

#include "../base/number.h"
#include "../json/build.h"
#include "../text/facts.h"
#include "../text/render.h"
#include "../topo/memory.h"
#include "job.h"

/* Takes the body as guest memory at the addresses that the parameters base and size give. */
static int take_source(struct job *job, struct memory *source)
{
    const char *bases = target_take(&job->target, "base"),
               *sizes = target_take(&job->target, "size");

    return memory_place(source, (const uint8_t *)(job->body ? job->body : ""), job->body_size,
                        bases ? bases : MEMORY_BASE, sizes, &job->err);
}

/* Goes on after an error, so that the client learns all errors at once. */
static int take_facts(struct job *job, struct facts *known)
{
    int status = 0;

    for (size_t i = 0; i < fact_count; i++) {
        const char *value = target_take(&job->target, facts[i].name);

        if (value && facts_set(known, &facts[i], value, &job->err) < 0)
            status = -1;
    }
    return job_refuse_query(job) < 0 ? -1 : status;
}

/* The address of the floating pointer that the client names, else that of the most likely one */
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
    reply_json(&job->reply, 200, "application/json", &b);
}

void decode_post(const struct context *context, struct job *job)
{
    const char *named = target_take(&job->target, "floating_pointer");
    struct facts known = { .known = { .given = 0 } };
    struct found found;
    struct memory source;
    uint32_t address;

    (void)context;
    if (take_source(job, &source) < 0 || take_facts(job, &known) < 0 ||
        find_floating(job, named, &source, &known, &address) < 0 ||
        found_read(&source.guest, address, &known.known, &job->topology, &job->image, &found,
                   &job->err) < 0)
        job_problem(job);
    else
        reply_found(job, &found, source.bytes);
}
