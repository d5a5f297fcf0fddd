/* SPDX-License-Identifier: ISC */
/*
 * Connections: from accept to close, with their deadlines.
 */
#ifndef NET_PEER_H
#define NET_PEER_H

#include "state.h"

/*
 * peer_accept - begin a connection, whose slot is taken already
 * @fd: belongs to the connection, or was closed when there is no memory for one
 */
void peer_accept(struct loop *loop, struct port *port, int fd, const struct sockaddr_storage *from);

/* peer_look - look at the first bytes, if any: hand the connection to the library, or refuse it */
void peer_look(struct loop *loop, struct peer *peer);

/* peer_drain - read and drop what has come on a lingering connection, which may end it */
void peer_drain(struct loop *loop, struct peer *peer);

/*
 * peer_closed - the library is about to close the connection's descriptor
 *
 * The peer is gone then, unless it is to linger: that goes on with a descriptor of its own.
 */
void peer_closed(struct loop *loop, struct peer *peer);

/*
 * peer_hang_up - shut a connection down
 *
 * It is closed when the end of the stream is read: by the library, or by the loop.
 */
void peer_hang_up(const struct peer *peer);

/* peer_drop - close a connection that the library does not have */
void peer_drop(struct loop *loop, struct peer *peer);

/* peer_is_idle - has it had no request under way for that time? */
bool peer_is_idle(const struct loop *loop, const struct peer *peer, uint64_t milliseconds);

/* peer_cut_overdue - end a connection whose time is up; @peer may be gone then */
void peer_cut_overdue(struct loop *loop, struct peer *peer);

/*
 * peer_check_input - see to it that what a client sends is read, or end the connection
 *
 * The library waits for a new event of the descriptor. When the end of the stream came together
 * with the last bytes, there is no further event; shutting the socket down for reading makes one.
 * Bytes that are not read yet can still be read.
 *
 * A connection on which the library leaves bytes or the end of the stream unread cannot go on: the
 * memory for it is full and will stay full. libmicrohttpd 0.9 does that with the line of a chunk's
 * size that never ends.
 */
void peer_check_input(struct loop *loop, struct peer *peer);

#endif
