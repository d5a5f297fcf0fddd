/* SPDX-License-Identifier: ISC */
/*
 * Buffers for the bodies of requests while they come in. Their capacity is taken from the loop's
 * lease (service/ledger.h).
 */
#ifndef NET_BODY_H
#define NET_BODY_H

#include <stddef.h>

#include "../service/ledger.h"

struct body {
    struct body *next;
    size_t capacity;
    char bytes[];
};

/* A loop's buffers. */
struct bodies {
    struct lease *lease;
    struct body *spare; /* kept for the next bodies; not counted */
    unsigned spare_count;
};

/*
 * body_grow - a buffer of at least @size bytes in place of @old
 * @old: keeps its bytes; NULL for a new body
 *
 * Return: NULL when memory ran out or the ledger refuses; @old is released then.
 */
struct body *body_grow(struct bodies *bodies, struct body *old, size_t size);

/* body_release - keep a buffer for the next body, or free it; NULL is none */
void body_release(struct bodies *bodies, struct body *body);

/* body_free_spare - free the buffers that are kept */
void body_free_spare(struct bodies *bodies);

#endif
