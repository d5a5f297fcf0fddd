/* SPDX-License-Identifier: ISC */
/*
 * Buffers for the bodies of requests while they come in. All loops together hold at most 64 MiB.
 */
#ifndef NET_BODY_H
#define NET_BODY_H

#include <stdbool.h>
#include <stddef.h>

struct body {
    struct body *next;
    size_t capacity;
    char bytes[];
};

/* A loop's buffers. */
struct bodies {
    _Atomic size_t *held; /* bytes of all buffers of all loops */
    struct body *spare;   /* kept for the next bodies */
};

/*
 * body_grow - a buffer of at least @size bytes in place of @old
 * @old: keeps its bytes; NULL for a new body
 *
 * Return: NULL when there is no memory, or no more is allowed; @old is released then.
 */
struct body *body_grow(struct bodies *bodies, struct body *old, size_t size);

/* body_release - keep a buffer for the next body, or free it when it is large; NULL is none */
void body_release(struct bodies *bodies, struct body *body);

/* body_free_spare - free the buffers that are kept */
void body_free_spare(struct bodies *bodies);

/* body_over_budget - would @more bytes exceed what all loops may hold? */
bool body_over_budget(const struct bodies *bodies, size_t more);

#endif
