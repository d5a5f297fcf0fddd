/* SPDX-License-Identifier: ISC */
/* What each consumer does with a table, by the broken rules that hurt it. */
#ifndef MPT_VERDICT_H
#define MPT_VERDICT_H

#include "survey.h"

#pragma GCC visibility push(hidden) /* the room's own: no part of the library */

/* mpt_verdicts_start - a verdict without harm for each consumer of a set */
void mpt_verdicts_start(struct mpt_verdict verdicts[MPT_CONSUMERS], uint32_t set);

/*
 * mpt_verdicts_end - complete the verdicts when the worst effect and the rules of each are set: how
 * many processors start, and which facts are missing
 */
void mpt_verdicts_end(struct mpt_verdict verdicts[MPT_CONSUMERS], const struct survey *s);

#pragma GCC visibility pop

#endif
