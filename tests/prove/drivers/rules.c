/* SPDX-License-Identifier: ISC */
/*
 * check.c, and a driver of those of its functions that read the row of a rule: for each rule by
 * itself, so that Eva knows where the list of its harms ends. In the whole check, where a rule is
 * any of them, settle and read_harms are stated by what they write.
 */
#include <stdbool.h>
#include <stdint.h>

#include "survey.h"

/* clang-format off */
SPEC(assigns verdicts[0 .. 18].worst, verdicts[0 .. 18].rules[0], verdicts[0 .. 18].rules[1],
             verdicts[0 .. 18].rules[2], verdicts[0 .. 18].rules[3], verdicts[0 .. 18].rules[4],
             verdicts[0 .. 18].rules[5], f->severity, *wanted
         \from indirect: *f, indirect: verdicts[0 .. 18], indirect: rule, indirect: asked;
     ensures \initialized(wanted) && (*wanted == 0 || *wanted == 1);)
static void settle(struct mpt_finding *f, unsigned rule, uint32_t asked,
                   struct mpt_verdict *verdicts, bool *wanted);
SPEC(assigns \result \from indirect: harms, indirect: rule, indirect: *s;)
static uint32_t read_harms(uint32_t harms, unsigned rule, const struct survey *s);
/* clang-format on */

#include "check.c"

static volatile unsigned any;
static struct survey survey; /* any, as all variables of this file are at the start */
static struct mpt_verdict verdicts[MPT_CONSUMERS];

void each_rule(void)
{
    for (unsigned rule = 0; rule < RULES; rule++) {
        struct mpt_finding finding;
        bool wanted;

        (void)mpt_rule_at(rule);
        write_finding(&survey, &checks[rule], &finding);
        finding.harms = read_harms(any, rule, &survey);
        settle(&finding, rule, any, verdicts, &wanted);
    }
    (void)mpt_rule_at(RULES);
    for (enum mpt_effect worst = MPT_HARMLESS; worst <= MPT_NOT_FOUND; worst++) {
        verdicts[0].worst = worst;
        (void)mpt_verdict_name(&verdicts[0]);
    }
    (void)mpt_effect_name(MPT_HARMLESS);
}
