/* SPDX-License-Identifier: ISC */
/*
 * Buffers are kept from request to request, because a heap that shrinks and grows again costs page
 * faults.
 */
#include "body.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    BUDGET = 64 * 1024 * 1024, /* bytes that all loops may hold */
    FIRST = 4096,              /* bytes of a new buffer */
    SPARE_MAX = 256 * 1024     /* bytes: a larger buffer is not kept */
};

static void body_free(struct bodies *s, struct body *b)
{
    atomic_fetch_sub_explicit(s->held, b->capacity, memory_order_relaxed);
    free(b);
}

void body_release(struct bodies *s, struct body *b)
{
    if (!b)
        return;
    if (b->capacity > SPARE_MAX) {
        body_free(s, b);
        return;
    }
    b->next = s->spare;
    s->spare = b;
}

static struct body *take_spare(struct bodies *s)
{
    struct body *b = s->spare;

    if (b)
        s->spare = b->next;
    return b;
}

void body_free_spare(struct bodies *s)
{
    struct body *b;

    while ((b = take_spare(s)))
        body_free(s, b);
}

bool body_over_budget(const struct bodies *s, size_t more)
{
    return atomic_load_explicit(s->held, memory_order_relaxed) + more > BUDGET;
}

struct body *body_grow(struct bodies *s, struct body *old, size_t size)
{
    struct body *b = old ? old : take_spare(s), *grown;
    const size_t before = b ? b->capacity : 0;
    size_t capacity = before;

    if (size <= before)
        return b;
    while (capacity < size)
        capacity = capacity ? 2 * capacity : FIRST;
    if (body_over_budget(s, capacity - before))
        body_free_spare(s);
    grown = body_over_budget(s, capacity - before) ? NULL : realloc(b, sizeof(*b) + capacity);
    if (!grown) {
        body_release(s, b);
        return NULL;
    }
    atomic_fetch_add_explicit(s->held, capacity - before, memory_order_relaxed);
    grown->capacity = capacity;
    return grown;
}
