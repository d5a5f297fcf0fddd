/* SPDX-License-Identifier: ISC */
/*
 * Connections: from accept to close, with their deadlines.
 */
#ifndef NET_PEER_H
#define NET_PEER_H

#include "state.h"

/*
 * peer_accept - a new connection, whose slot is taken already; turned away when its user has too
 * many
 */
void peer_accept(struct loop *loop, struct port *port, int fd, const struct sockaddr_storage *from);

/*
 * peer_greet - look at the first bytes, if they are there: hand the connection to the library, or
 * refuse it
 */
void peer_greet(struct loop *loop, struct peer *peer);

/*
 * peer_linger - refused: read and forget for a while what still comes
 *
 * A client that sends all before it reads would lose the reply if its connection were closed with
 * bytes unread: the kernel then resets it.
 */
void peer_linger(struct loop *loop, struct peer *peer);

/* peer_drain - bytes have come on a lingering connection */
void peer_drain(struct loop *loop, struct peer *peer);

/* peer_hang_up - end a connection; closing is left to whoever has it, the library or the loop */
void peer_hang_up(const struct peer *peer);

/* peer_drop - close a connection that the library does not have */
void peer_drop(struct loop *loop, struct peer *peer);

/* peer_forget - give back what a connection holds but for its descriptor */
void peer_forget(struct loop *loop, struct peer *peer);

/* peer_is_idle - has it had no request under way for so long? */
bool peer_is_idle(const struct loop *loop, const struct peer *peer, uint64_t milliseconds);

/* peer_cut_overdue - end it if its time is up; it may be gone then */
void peer_cut_overdue(struct loop *loop, struct peer *peer);

/*
 * peer_notice_end - have the library see that the client sends no more
 *
 * It waits for an edge. The end of what a client sends is none when it came together with the last
 * bytes, so it is made one: what has not been read yet still is.
 */
void peer_notice_end(const struct peer *peer);

#endif
