/* SPDX-License-Identifier: ISC */
/*
 * The room where connections wait until their request has come and a slot is free, and what makes
 * place in it and among the slots.
 */
#ifndef NET_ROOM_H
#define NET_ROOM_H

#include "state.h"

/* room_make_space - if the port has no room left, end some connections of its greediest user */
void room_make_space(struct loop *loop, const struct gate *gate);

/*
 * room_look - look at what has come on an arriving connection: have it served or wait on, or refuse
 * it; @peer may be gone then
 */
void room_look(struct loop *loop, struct peer *peer);

/*
 * room_pass_on - have a part of a head read, if there is a slot to spare
 *
 * A client that writes a few bytes at a time on a UNIX socket can write no more after some 70 of
 * them, until they are read.
 */
void room_pass_on(struct loop *loop, struct peer *peer);

/*
 * room_leave - end an arriving or lingering connection, with status 503 if it waits for a slot;
 * @peer is gone then
 */
void room_leave(struct loop *loop, struct peer *peer);

/* room_is_crowded - does a request wait for a slot, on any port and of any loop? */
bool room_is_crowded(const struct loop *loop);

/*
 * room_tend - give free slots to requests that wait for one, and end served connections that make
 * no progress if there are more such requests
 */
void room_tend(struct loop *loop);

#endif
