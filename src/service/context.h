/* SPDX-License-Identifier: ISC */
/*
 * What all handlers share. It is set up before the server starts and const from then on, except for
 * the keys, tokens and policy, which a reload swaps. A handler loads each of them once, and the old
 * ones are released only after server_settle.
 */
#ifndef SERVICE_CONTEXT_H
#define SERVICE_CONTEXT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct keyring_slot;
struct metrics;
struct policy;
struct tokens;

struct context {
    struct keyring_slot *keys;
    struct tokens *_Atomic tokens; /* NULL: no token is needed; swapped at reload */
    struct policy *_Atomic policy; /* NULL: every client may have each context; swapped too */
    bool asks_certificates;        /* clients on TCP must show a certificate */
    /* further names that Host may have, besides those of the listener */
    const char *const *allow_hosts;
    unsigned allow_host_count;
    struct metrics *metrics;
    _Atomic bool leaving;      /* the daemon was told to stop: it is not ready, but still serves */
    bool no_page;              /* GET / is only the index */
    size_t max_body;           /* bytes */
    unsigned signature_memory; /* entries of each loop's memo; 0: no memo */
    unsigned max_connections;  /* served at a time, for each listener */
    unsigned max_waiting;      /* besides these, for each listener */
    unsigned idle_seconds;     /* an idle connection is closed after that time */
    unsigned request_seconds;  /* a whole request must be received within that time */
};

/* context_tokens - the present tokens, valid until the handler returns; NULL: no token is needed */
static inline const struct tokens *context_tokens(const struct context *context)
{
    return atomic_load_explicit(&context->tokens, memory_order_acquire);
}

/* context_policy - the present policy, valid until the handler returns; NULL: there is none */
static inline const struct policy *context_policy(const struct context *context)
{
    return atomic_load_explicit(&context->policy, memory_order_acquire);
}

#endif
