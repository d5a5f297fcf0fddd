/* SPDX-License-Identifier: ISC */
/* From a request to its reply. routes.c explains the steps. */
#ifndef SERVICE_DISPATCH_H
#define SERVICE_DISPATCH_H

#include <stddef.h>

#include "../base/cleanup.h"

struct context;
struct job;

/* dispatch_job - answer a request; job->reply is filled in every case */
void dispatch_job(const struct context *context, struct job *job);

/*
 * dispatch_admit - would the request be refused whatever its body is?
 *
 * Return: 0; -1 with the refusal in job->reply.
 */
int dispatch_admit(const struct context *context, struct job *job) MUST_USE;

/* dispatch_body_max - bytes that the body of a request may have; job->target is used as scratch */
size_t dispatch_body_max(const struct context *context, struct job *job);

#endif
