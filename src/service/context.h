/* SPDX-License-Identifier: ISC */
/*
 * What every handler may know. It is set up before the server starts and const from then on, but for
 * what a reload swaps: a handler loads that once, and the old one goes only after server_settle.
 */
#ifndef SERVICE_CONTEXT_H
#define SERVICE_CONTEXT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct keyring_slot;
struct metrics;
struct tokens;

struct context {
    struct keyring_slot *keys;
    struct tokens *_Atomic tokens; /* NULL: none are asked for; swapped at reload */
    bool asks_certificates;        /* of clients on TCP */
    /* names that a request may be for, besides those of the listener */
    const char *const *allow_hosts;
    unsigned allow_host_count;
    struct metrics *metrics;
    size_t max_body;           /* bytes */
    unsigned signature_memory; /* entries of each loop's memo, 0 = it has none */
    unsigned max_connections;  /* of one listener */
    unsigned idle_seconds;     /* a silent connection is closed after that */
    unsigned request_seconds;  /* a whole request must have come in by then */
};

/* context_tokens - those of now, good until the handler returns; NULL: no token is asked for */
static inline const struct tokens *context_tokens(const struct context *context)
{
    return atomic_load_explicit(&context->tokens, memory_order_acquire);
}

#endif
