/* SPDX-License-Identifier: ISC */
#include "decode.h"

#include <string.h>

#include "../base/number.h"
#include "../http/accept.h"
#include "../json/build.h"
#include "../text/facts.h"
#include "../text/render.h"
#include "../text/wiring.h"
#include "../topo/memory.h"
#include "job.h"

/*
 * Bytes that the reply takes while it is made, for each byte of the body. An entry of 8 bytes is some
 * 130 bytes of text in the topology and 100 in the layout, and lies in memory twice until the text is
 * whole. A test measures the largest.
 */
#define PICTURE "image/svg+xml"

enum { SHARE = 80, SHARE_WITHOUT_LAYOUT = 48 };

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
    if (job_refuse_query(job) < 0 || status < 0)
        return -1;
    return facts_settle(known, &job->err);
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

/* "no" leaves the layout out of the reply, which is the longer half of one that is long. */
static int take_layout(struct job *job, bool *layout)
{
    const char *const value = target_take(&job->target, "layout");

    *layout = !value;
    if (value && strcmp(value, "no") != 0)
        return err_at(&job->err, ERR_INVALID, &(struct at){ NULL, "layout", 0 },
                      "must be no, or not be given");
    return 0;
}

/* The reply is the wiring as a picture when the client prefers that to JSON. */
static bool wants_picture(const struct job *job)
{
    static const char *const types[] = { "application/json", PICTURE };

    return accept_choose(job_header(job, HEADER_ACCEPT), types, 2) == 1;
}

/* However long the body is, a table in it has 16-bit lengths. */
static int claim_reply(struct job *job, bool layout)
{
    const bool picture = wants_picture(job); /* extended entries are not in it */
    const size_t longest = picture ? MPT_TABLE_MAX : 2 * MPT_TABLE_MAX;
    const size_t size = job->body_size < longest ? job->body_size : longest;

    if (picture)
        return job_claim(job, WIRING_FIXED + size * WIRING_SHARE, LEDGER_REQUEST);
    return job_claim(job, size * (layout ? SHARE : SHARE_WITHOUT_LAYOUT), LEDGER_REQUEST);
}

static void reply_picture(struct job *job, const struct found *found)
{
    size_t size = 0;
    char *const picture = wiring_draw(found->topology, found->facts, &size);

    reply_owned(&job->reply, 200, PICTURE, picture, size);
}

static void reply_found(struct job *job, const struct found *found, const struct memory *input,
                        bool layout)
{
    struct build b;

    if (wants_picture(job)) {
        reply_picture(job, found);
    } else {
        build_start(&b);
        render_found(&b, NULL, found, input, layout);
        reply_json(&job->reply, 200, "application/json", &b);
    }
    reply_header(&job->reply, "Vary", "Accept");
}

void decode_post(const struct context *context, struct job *job)
{
    const char *named = target_take(&job->target, "floating_pointer");
    struct facts known = { .known = { .given = 0 } };
    struct found found;
    struct memory source;
    uint32_t address = 0;
    bool layout;

    (void)context;
    if (take_layout(job, &layout) < 0 || take_source(job, &source) < 0 ||
        take_facts(job, &known) < 0 || claim_reply(job, layout) < 0 ||
        find_floating(job, named, &source, &known, &address) < 0 ||
        found_read(&source.guest, address, &known.known, facts_asked(&known), &job->topology,
                   &job->image, &found, &job->err) < 0)
        job_problem(job);
    else
        reply_found(job, &found, &source, layout);
}
