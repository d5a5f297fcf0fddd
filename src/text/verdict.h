/* SPDX-License-Identifier: ISC */
/* Verdicts, which say what a table does to each consumer, and the rules themselves, as JSON. */
#ifndef TEXT_VERDICT_H
#define TEXT_VERDICT_H

#include "../json/build.h"
#include "../mptable/mptable.h"

/*
 * verdicts_next_rule - the ids of the rules that hurt a consumer, each once
 * @i: 0 before the first
 *
 * Return: NULL when there are no more.
 */
const char *verdicts_next_rule(const struct mpt_verdict *verdict, size_t *i);

/* verdicts_render - an array of { consumer, verdict, processors, worst, rules, needs } */
void verdicts_render(struct build *b, const char *name, const struct mpt_report *report);

/*
 * rules_render - { "consumers": [ { name, in_use } ], "rules": [ { rule, part, field, expected,
 * detail, consumers: [ { name, effect, versions, known } ] } ] }
 * @only: the only rule; NULL = all
 */
void rules_render(struct build *b, const char *only);

/* rules_find - the first rule of that id, or NULL */
const struct mpt_rule *rules_find(const char *id);

/* rules_part - the structure or type of entry that a rule is about: "header", "io_apic", ... */
const char *rules_part(const struct mpt_rule *rule);

/* rules_known - how a harm is known: "run" or "source" */
const char *rules_known(const struct mpt_harm *harm);

#endif
