/* SPDX-License-Identifier: ISC */
/*
 * Requests and their answers: what the library reports of a request becomes a job, and the job's
 * reply goes back to the library.
 */
#ifndef NET_EXCHANGE_H
#define NET_EXCHANGE_H

#include "state.h"

/* exchange_start - begin the loop's engine of that kind; it reports all requests to exchange.c */
bool exchange_start(struct loop *loop, enum engine_kind kind);

#endif
