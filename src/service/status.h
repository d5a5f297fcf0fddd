/* SPDX-License-Identifier: ISC */
/*
 * What the daemon tells about itself: profiles, keys, version, API document, health, metrics.
 */
#ifndef SERVICE_STATUS_H
#define SERVICE_STATUS_H

#include <stddef.h>

struct build;
struct context;
struct job;

/* status_limits - the member "limits". @max_body: the configured limit of a body */
void status_limits(struct build *b, size_t max_body);

void status_rules(const struct context *context, struct job *job);
void status_profiles(const struct context *context, struct job *job);
void status_keys(const struct context *context, struct job *job);
void status_public_key(const struct context *context, struct job *job);
void status_version(const struct context *context, struct job *job);
void status_structures(const struct context *context, struct job *job);
void status_openapi(const struct context *context, struct job *job);
void status_problem(const struct context *context, struct job *job);
void status_live(const struct context *context, struct job *job);
void status_ready(const struct context *context, struct job *job);
void status_metrics(const struct context *context, struct job *job);

#endif
