/* SPDX-License-Identifier: ISC */
/*
 * What is recorded of a request: a line of the log, and the metrics.
 */
#ifndef NET_ACCOUNT_H
#define NET_ACCOUNT_H

#include "state.h"

/* account_request - the loop's job answers this exchange; sets the loop's clock */
void account_request(struct loop *loop, const struct exchange *exchange);

/* account_unanswered - the connection has ended before the head of the request came whole */
void account_unanswered(const struct exchange *exchange);

#endif
