/* SPDX-License-Identifier: ISC */
/*
 * Requests and their answers: what the library tells of a request becomes a job, and the job's
 * reply goes back to the library.
 */
#ifndef NET_EXCHANGE_H
#define NET_EXCHANGE_H

#include "state.h"

/* exchange_start - begin the loop's engine of that kind; it tells this file of all requests */
bool exchange_start(struct loop *loop, enum engine_kind kind);

#endif
