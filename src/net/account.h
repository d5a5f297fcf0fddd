/* SPDX-License-Identifier: ISC */
/*
 * What is recorded of a request: a line of the log, and the metrics.
 */
#ifndef NET_ACCOUNT_H
#define NET_ACCOUNT_H

#include "state.h"

/* account_request - record an exchange that the loop's job has answered; sets the loop's clock */
void account_request(struct loop *loop, const struct exchange *exchange);

/*
 * account_unanswered - record a request that ended before it was whole, that found no slot, or that
 *                      the library refused
 * @target: as it came, perhaps not whole
 */
void account_unanswered(struct loop *loop, const struct peer *peer, const char *target);

#endif
