/* SPDX-License-Identifier: ISC */
/* Buffers go from request to request, because a heap that shrinks and grows costs page faults. */
#include "body.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    BODY_BUDGET = 64 * 1024 * 1024, /* bytes of all bodies that are being read */
    BODY_FIRST = 4096,              /* size of a new buffer */
    SPARE_MAX = 256 * 1024          /* a larger buffer is not kept for the next body */
};

static void body_free(struct loop *l, struct body *b)
{
    atomic_fetch_sub_explicit(&l->shared->body_bytes, b->capacity, memory_order_relaxed);
    free(b);
}

void body_give(struct loop *l, struct body *b)
{
    if (!b)
        return;
    if (b->capacity > SPARE_MAX) {
        body_free(l, b);
        return;
    }
    b->next = l->spare;
    l->spare = b;
}

void body_free_spare(struct loop *l)
{
    while (l->spare) {
        struct body *b = l->spare;

        l->spare = b->next;
        body_free(l, b);
    }
}

bool body_over_budget(const struct loop *l, size_t more)
{
    return atomic_load_explicit(&l->shared->body_bytes, memory_order_relaxed) + more > BODY_BUDGET;
}

/*
 * A buffer for that many bytes in place of @old, whose bytes are kept; NULL when there is no memory
 */
struct body *body_grow(struct loop *l, struct body *old, size_t size)
{
    size_t capacity = old ? old->capacity : 0, more;
    struct body *b;

    if (!old && l->spare) {
        old = l->spare;
        l->spare = old->next;
        capacity = old->capacity;
    }
    if (size <= capacity)
        return old;
    while (capacity < size)
        capacity = capacity ? 2 * capacity : BODY_FIRST;
    more = capacity - (old ? old->capacity : 0);
    if (body_over_budget(l, more))
        body_free_spare(l);
    b = body_over_budget(l, more) ? NULL : realloc(old, sizeof(*b) + capacity);
    if (!b) {
        body_give(l, old);
        return NULL;
    }
    atomic_fetch_add_explicit(&l->shared->body_bytes, more, memory_order_relaxed);
    b->capacity = capacity;
    return b;
}
