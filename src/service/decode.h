/* SPDX-License-Identifier: ISC */
/*
 * /v1/decode: from the bytes of any builder to the topology that gives them, their layout and
 * findings.
 */
#ifndef SERVICE_DECODE_H
#define SERVICE_DECODE_H

struct context;
struct job;

enum { DECODE_BODY_MAX = 1 << 20 }; /* bytes: systems search the first MiB of guest memory */

void decode_post(const struct context *context, struct job *job);

#endif
