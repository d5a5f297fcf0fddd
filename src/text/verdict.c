/* SPDX-License-Identifier: ISC */
/* The names of effects are libmptable's, those of facts are rows of facts.c. */
#include "verdict.h"

#include <string.h>
#include <strings.h>

#include "consumers.h"
#include "facts.h"

/* The first rule from @i on that hurts; MPT_RULES_MAX: none does */
static size_t next_that_hurts(const struct mpt_verdict *v, size_t i)
{
    while (i < MPT_RULES_MAX) {
        const uint32_t rest = v->rules[i / 32] >> i % 32;

        if (rest)
            return i + (size_t)ffs((int)rest) - 1;
        i = (i / 32 + 1) * 32;
    }
    return MPT_RULES_MAX;
}

/* Does an earlier row that hurts have the same id? */
static bool is_repeated(const struct mpt_verdict *v, size_t rule)
{
    for (size_t i = next_that_hurts(v, 0); i < rule; i = next_that_hurts(v, i + 1))
        if (strcmp(mpt_rule_at(i)->id, mpt_rule_at(rule)->id) == 0)
            return true;
    return false;
}

const char *verdicts_next_rule(const struct mpt_verdict *v, size_t *i)
{
    while ((*i = next_that_hurts(v, *i)) < MPT_RULES_MAX) {
        const size_t at = (*i)++;

        if (!is_repeated(v, at))
            return mpt_rule_at(at)->id;
    }
    return NULL;
}

static void render_verdict(struct build *b, const struct mpt_verdict *v)
{
    const char *rule;
    size_t next = 0;

    build_object(b, NULL);
    build_string(b, "consumer", mpt_consumer_name(v->consumer));
    build_string(b, "verdict", mpt_verdict_name(v));
    if (!v->unknown)
        build_number(b, "processors", v->processors);
    if (v->worst != MPT_HARMLESS)
        build_string(b, "worst", mpt_effect_name(v->worst));
    build_array(b, "rules");
    while ((rule = verdicts_next_rule(v, &next)))
        build_string(b, NULL, rule);
    build_close(b);
    if (v->needs) {
        build_array(b, "needs");
        for (size_t i = 0; i < fact_count; i++)
            if (v->needs & facts[i].bit)
                build_string(b, NULL, facts[i].name);
        build_close(b);
    }
    build_close(b);
}

void verdicts_render(struct build *b, const char *name, const struct mpt_report *report)
{
    build_array(b, name);
    for (size_t i = 0; i < MPT_CONSUMERS; i++)
        if (report->verdicts[i].consumer)
            render_verdict(b, &report->verdicts[i]);
    build_close(b);
}

const struct mpt_rule *rules_find(const char *id)
{
    const struct mpt_rule *rule;
    size_t i = 0;

    while ((rule = mpt_rule_at(i)) && strcmp(rule->id, id) != 0)
        i++;
    return rule;
}

const char *rules_known(const struct mpt_harm *harm)
{
    return harm->ran ? "run" : "source";
}

const char *rules_part(const struct mpt_rule *rule)
{
    static const char *const parts[] = { [MPT_PART_FLOATING] = "floating_pointer",
                                         [MPT_PART_HEADER] = "header",
                                         [MPT_PART_TABLE] = "table",
                                         [MPT_PART_PROCESSOR] = "processor",
                                         [MPT_PART_BUS] = "bus",
                                         [MPT_PART_IOAPIC] = "io_apic",
                                         [MPT_PART_IO_INT] = "io_interrupt",
                                         [MPT_PART_LOCAL_INT] = "local_interrupt",
                                         [MPT_PART_EXTENDED] = "extended" };

    return parts[rule->part];
}

static void render_rule(struct build *b, const struct mpt_rule *rule)
{
    build_object(b, NULL);
    build_string(b, "rule", rule->id);
    build_string(b, "part", rules_part(rule));
    if (rule->field[0])
        build_string(b, "field", rule->field);
    if (rule->expected[0])
        build_string(b, "expected", rule->expected);
    build_string(b, "detail", rule->detail);
    build_array(b, "consumers");
    for (const struct mpt_harm *harm = rule->harms; harm->consumer; harm++) {
        build_object(b, NULL);
        build_string(b, "name", mpt_consumer_name(harm->consumer));
        build_string(b, "effect", mpt_effect_name(harm->effect));
        if (harm->versions[0])
            build_string(b, "versions", harm->versions);
        build_string(b, "known", rules_known(harm));
        build_close(b);
    }
    build_close(b);
    build_close(b);
}

void rules_render(struct build *b, const char *only)
{
    const struct mpt_rule *rule;

    build_object(b, NULL);
    consumers_render_all(b);
    build_array(b, "rules");
    for (size_t i = 0; (rule = mpt_rule_at(i)); i++)
        if (!only || strcmp(rule->id, only) == 0)
            render_rule(b, rule);
    build_close(b);
    build_close(b);
}
