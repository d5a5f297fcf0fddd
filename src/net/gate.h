/* SPDX-License-Identifier: ISC */
/*
 * Accepting connections, as long as there are slots.
 */
#ifndef NET_GATE_H
#define NET_GATE_H

#include "state.h"

/* gate_set - wait for connections, or not */
void gate_set(struct loop *loop, struct gate *gate, bool open);

/* gate_accept - let some in: there are others to serve too */
void gate_accept(struct loop *loop, struct gate *gate);

/* gate_accept_one - false when nobody waits, or nobody can be let in */
bool gate_accept_one(struct loop *loop, struct gate *gate);

/*
 * gate_tend - open it when there is a slot again; while there is none, make room for those who wait
 */
void gate_tend(struct loop *loop, struct gate *gate);

#endif
