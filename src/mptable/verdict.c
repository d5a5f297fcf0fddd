/* SPDX-License-Identifier: ISC */
/*
 * What each consumer does with a table. Its search (search.c) decides whether it finds the table.
 * After that, the worst effect of the broken rules that hurt it decides.
 */
#include "verdict.h"

#include <string.h>

#include "search.h"

/* Where a consumer's walk over the entries ends */
enum walk {
    BY_LENGTH,
    BY_COUNT,
    BY_BOTH /* where the first of them ends it */
};

/* Which processors a consumer starts; with 0 everywhere: all that are enabled, up to ID 254 */
static const struct {
    enum walk walk;
    bool disabled_too;
    uint8_t highest_id;
    unsigned most;
} starts[MPT_CONSUMERS] = {
    [CONSUMER_LINUX_32] = { .most = 32 }, /* as Debian builds it */
    [CONSUMER_FREEBSD] = { .walk = BY_COUNT, .highest_id = 62 },
    [CONSUMER_OPENBSD] = { .walk = BY_BOTH },
    [CONSUMER_NETBSD] = { .walk = BY_BOTH },
    [CONSUMER_MEMTEST] = { .disabled_too = true },
    [CONSUMER_MPTABLE] = { .walk = BY_COUNT },
    [CONSUMER_XV6] = { .disabled_too = true, .most = 8 },
    [CONSUMER_HAIKU] = { .walk = BY_COUNT },
    [CONSUMER_SERENITY] = { .walk = BY_COUNT },
    [CONSUMER_HERMIT] = { .walk = BY_COUNT },
};

void mpt_verdicts_start(struct mpt_verdict verdicts[MPT_CONSUMERS], uint32_t set)
{
    memset(verdicts, 0, MPT_CONSUMERS * sizeof(verdicts[0]));
    for (size_t i = 0; i < MPT_CONSUMERS; i++)
        if (set >> i & 1)
            verdicts[i].consumer = &mpt_consumers[i];
}

/* The number of different IDs up to @highest that enabled processors, known to be there, have */
static unsigned distinct_up_to(const struct survey *s, unsigned highest)
{
    const bool known = s->facts.given & MPT_FACT_APIC_IDS;
    unsigned count = 0;

    if (s->highest_id <= highest && !known)
        return s->distinct;
    for (unsigned id = 0; id <= highest; id++)
        if (!known || s->there[id])
            count += (s->listed[id] & LISTED_ENABLED) != 0;
    return count;
}

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Of @count processors, those that the entry count leaves, or with those that it goes on to */
static unsigned walked(unsigned count, const struct survey *s, enum walk walk)
{
    if (walk != BY_LENGTH && s->counted_cpus < s->enabled)
        return smaller(count, s->counted_cpus);
    if (walk == BY_COUNT)
        return count + s->counted_cpus - s->enabled;
    return count;
}

/* Is it known how the consumer searches? */
static bool searches(const struct mpt_consumer *consumer)
{
    return consumer->windows[0] != NOWHERE;
}

/* How many processors run, the first one included */
static unsigned processors_of(const struct mpt_verdict *v, const struct survey *s, size_t i)
{
    const bool reads = s->view.has_header && !(s->passes_table >> i & 1);
    unsigned count = MPT_DEFAULT_CPUS;

    if (v->worst >= MPT_CRASHES)
        return v->worst != MPT_CRASHES;
    if (reads && starts[i].disabled_too)
        count = s->processors;
    else if (reads)
        count = walked(distinct_up_to(s, starts[i].highest_id ? starts[i].highest_id : MPT_ALL - 1),
                       s, starts[i].walk);
    if (starts[i].most)
        count = smaller(count, starts[i].most);
    if (s->facts.given & MPT_FACT_VCPUS)
        count = smaller(count, s->facts.vcpus);
    return count > 0 ? count : 1;
}

void mpt_verdicts_end(struct mpt_verdict verdicts[MPT_CONSUMERS], const struct survey *s)
{
    for (size_t i = 0; i < MPT_CONSUMERS; i++) {
        struct mpt_verdict *const v = &verdicts[i];

        if (!v->consumer)
            continue;
        if (!s->absent && s->passes_by >> i & 1 && searches(v->consumer))
            v->worst = MPT_NOT_FOUND;
        else if (!s->absent && !((s->takes | s->takes_other) >> i & 1))
            v->needs = mpt_search_needs(&s->bounds, v->consumer);
        v->unknown = v->worst < MPT_CRASHES && (v->needs != 0 || !searches(v->consumer));
        v->processors = processors_of(v, s, i);
    }
}

const char *mpt_verdict_name(const struct mpt_verdict *verdict)
{
    if (verdict->worst >= MPT_CRASHES)
        return mpt_effect_name(verdict->worst);
    return verdict->unknown ? "unknown" : "takes";
}

const char *mpt_effect_name(enum mpt_effect effect)
{
    static const char *const names[] = {
        [MPT_HARMLESS] = "",         [MPT_MESSAGE] = "message",
        [MPT_DEGRADED] = "degraded", [MPT_INTERRUPT_LOST] = "interrupt-lost",
        [MPT_CPU_LOST] = "cpu-lost", [MPT_CRASHES] = "crashes",
        [MPT_REFUSES] = "refuses",   [MPT_NOT_FOUND] = "not-found"
    };

    return names[effect];
}
