/* SPDX-License-Identifier: ISC */
/*
 * What is written down of a request: a line of the log, and what is counted.
 */
#ifndef NET_ACCOUNT_H
#define NET_ACCOUNT_H

#include "state.h"

/* account_request - the loop's job has been answered */
void account_request(struct loop *loop, const struct request *request);

/* account_unanswered - the connection ended before the library let us see the request's head */
void account_unanswered(const struct request *request);

#endif
