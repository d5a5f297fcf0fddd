/* SPDX-License-Identifier: ISC */
/*
 * Connections: from accept to close, with their deadlines.
 */
#ifndef NET_PEER_H
#define NET_PEER_H

#include "state.h"

/*
 * peer_accept - begin a connection in the state PEER_ARRIVING
 * @fd: belongs to the connection, or was closed
 *
 * Return: NULL when there is no memory.
 */
struct peer *peer_accept(struct loop *loop, struct gate *gate, int fd,
                         const struct sockaddr_storage *from);

/* peer_watch - put a connection that the library does not have into the loop's epoll set */
bool peer_watch(struct loop *loop, struct peer *peer);

/* peer_refuse - send an answer of our own to what the library never sees; @peer may be gone then */
void peer_refuse(struct loop *loop, struct peer *peer, const char *answer);

/* peer_leave_queue - end the wait for a slot; does nothing when the connection does not wait */
void peer_leave_queue(struct peer *peer);

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

/* peer_quiet_time - milliseconds since a byte came or went */
uint64_t peer_quiet_time(const struct loop *loop, const struct peer *peer);

/* peer_is_overdue - is its time up? */
bool peer_is_overdue(const struct loop *loop, const struct peer *peer);

/*
 * peer_check_input - make sure that what a client sends is read, or end the connection
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
