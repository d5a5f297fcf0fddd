/* SPDX-License-Identifier: ISC */
/*
 * What is recorded of a request: a line of the log, and the metrics.
 */
#ifndef NET_ACCOUNT_H
#define NET_ACCOUNT_H

#include "state.h"

/* account_request - the loop's job answers this exchange; sets the loop's clock */
void account_request(struct loop *loop, const struct exchange *exchange);

/* account_unanswered - the request has ended before it was whole, or the library has refused it */
void account_unanswered(struct loop *loop, const struct peer *peer, const char *target);

#endif
