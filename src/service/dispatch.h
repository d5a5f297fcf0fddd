/* SPDX-License-Identifier: ISC */
/* From a request to its answer. The way of a request is told in routes.c. */
#ifndef SERVICE_DISPATCH_H
#define SERVICE_DISPATCH_H

#include "../base/cleanup.h"

struct context;
struct job;

/* dispatch_job - answer a request: job->reply is filled whatever happens */
void dispatch_job(const struct context *context, struct job *job);

/*
 * dispatch_admit - would the request be refused whatever its body says?
 *
 * Return: 0; -1 with job->reply filled by the refusal.
 */
int dispatch_admit(const struct context *context, struct job *job) MUST_USE;

#endif
