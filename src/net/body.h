/* SPDX-License-Identifier: ISC */
/*
 * Bodies of requests while they come in. Together they take at most 64 MiB.
 */
#ifndef NET_BODY_H
#define NET_BODY_H

#include "state.h"

/*
 * body_grow - a buffer for that many bytes in place of @old, whose bytes are kept and which may be
 * NULL; NULL when there is no memory, @old is given back then
 */
struct body *body_grow(struct loop *loop, struct body *old, size_t size);

/* body_give - a buffer back, for the next body; NULL is none */
void body_give(struct loop *loop, struct body *body);

/* body_free_spare - release what nobody uses */
void body_free_spare(struct loop *loop);

/* body_over_budget - would that many bytes more be too many? */
bool body_over_budget(const struct loop *loop, size_t more);

#endif
