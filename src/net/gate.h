/* SPDX-License-Identifier: ISC */
/*
 * Accepting connections.
 */
#ifndef NET_GATE_H
#define NET_GATE_H

#include "state.h"

/* gate_set - open or close a gate; gate->open shows whether that worked */
void gate_set(struct loop *loop, struct gate *gate, bool open);

/* gate_accept - accept a few connections, if the gate is open and the server does not drain */
void gate_accept(struct loop *loop, struct gate *gate);

/* gate_accept_one - accept a connection; false when none waits or none can be accepted now */
bool gate_accept_one(struct loop *loop, struct gate *gate);

/* gate_tend - open a gate that had to close */
void gate_tend(struct loop *loop, struct gate *gate);

#endif
