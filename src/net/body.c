/* SPDX-License-Identifier: ISC */
/*
 * A few buffers are kept from request to request, because a heap that shrinks and grows again costs
 * page faults. A kept buffer belongs to no request, so it is not in the ledger: if it were, the
 * loops' own spares would refuse the next bodies after a burst.
 */
#include "body.h"

#include <stdlib.h>

enum {
    FIRST = 4096,          /* bytes of a new buffer */
    SPARE_MAX = 64 * 1024, /* bytes: a larger buffer is not kept */
    SPARES = 4             /* buffers that are kept, which is part of LEDGER_THREAD */
};

void body_release(struct bodies *s, struct body *b)
{
    if (!b)
        return;
    ledger_give(s->lease, b->capacity);
    if (b->capacity > SPARE_MAX || s->spare_count == SPARES) {
        free(b);
        return;
    }
    b->next = s->spare;
    s->spare = b;
    s->spare_count++;
}

static struct body *take_spare(struct bodies *s)
{
    struct body *b = s->spare;

    if (b) {
        s->spare = b->next;
        s->spare_count--;
    }
    return b;
}

void body_free_spare(struct bodies *s)
{
    struct body *b;

    while ((b = take_spare(s)))
        free(b);
}

struct body *body_grow(struct bodies *s, struct body *old, size_t size)
{
    struct body *const b = old ? old : take_spare(s);
    const size_t counted = old ? old->capacity : 0;
    size_t capacity = b ? b->capacity : FIRST;
    struct body *grown = NULL;

    if (old && size <= capacity)
        return old;
    while (capacity < size)
        capacity *= 2;
    if (ledger_take(s->lease, capacity - counted,
                    capacity > LEDGER_BODY ? LEDGER_LARGE : LEDGER_REQUEST)) {
        grown = b && b->capacity == capacity ? b : realloc(b, sizeof(*b) + capacity);
        if (!grown)
            ledger_give(s->lease, capacity - counted);
    }
    if (!grown) {
        ledger_give(s->lease, counted);
        free(b);
        return NULL;
    }
    grown->capacity = capacity;
    return grown;
}
