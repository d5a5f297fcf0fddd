/* SPDX-License-Identifier: ISC */
/*
 * What a loop consists of, for the files that work on it: loop.c runs turns, gate.c accepts, room.c
 * chooses which connections are served, peer.c keeps connections, exchange.c answers their
 * requests, account.c records what became of them. All of it is used on the loop's thread alone.
 */
#ifndef NET_STATE_H
#define NET_STATE_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

#include "../service/job.h"
#include "body.h"
#include "engine.h"
#include "shared.h"
#include "watch.h"

enum {
    PEEK_SIZE = 4096,
    GROUPS_MAX = 1024,   /* groups of a process; if it has more, only its main one counts */
    TICK_MS = 500,       /* how often deadlines are looked at */
    HURRY_MS = 50,       /* the same when a loop was woken, and while it cannot accept or drains */
    CROWDED_MS = 10,     /* while requests wait for slots: how often stalled connections end */
    BODY_PACE = 16,      /* bytes a millisecond: while requests wait, slower bodies may be ended */
    DRAIN_IDLE_MS = 1000 /* how long a connection may be idle while the server drains */
};

/* A socket that the loop accepts from: one of a port. */
struct gate {
    struct watch watch;
    struct port *port;
    int fd;
    bool shared;    /* other loops accept from it too */
    bool open;      /* in the epoll set */
    bool due;       /* a client has connected */
    uint64_t again; /* milliseconds: after an error it stays closed until then */
    /* connections: see room.c */
    unsigned slots; /* served */
    unsigned ready; /* their request has come, and there is no slot for it */
};

enum peer_state {
    PEER_ARRIVING, /* its first request has not come, or there is no slot for it */
    PEER_SERVED,   /* the library has it */
    PEER_LINGERING /* was refused; what it still sends is read and dropped */
};

/* A connection. See peer.c. */
struct peer {
    struct watch watch;
    struct engine_client client; /* SERVED: as the engine knows it */
    enum peer_state state;
    int fd;
    struct peer *next, *prev;
    struct port *port;
    struct gate *gate;         /* of the port */
    struct user *user;         /* NULL: not counted */
    struct engine *engine;     /* that serves it; NULL: none */
    struct exchange *exchange; /* under way; NULL between requests */
    /* milliseconds: when the last request ended, or the first byte came, or it was accepted */
    uint64_t since;
    uint64_t heard;  /* milliseconds: when a part of a request came last */
    uint64_t paced;  /* microseconds: until when the body has come fast enough */
    uint64_t unread; /* milliseconds: since when the library leaves bytes unread; 0: it does not */
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct ucred process;
    } from;
    uint64_t requests; /* that have begun */
    size_t held;       /* bytes of the lease: memory for a long head */
    size_t body_max;   /* bytes that the body of its last request may have had; 0: there was none */
    size_t allowance;  /* lingering: bytes that it may still send */
    unsigned score;    /* how stalled it is: see room.c */
    bool watched;      /* in the loop's epoll set */
    bool asked;        /* a request line has come on this connection */
    bool ready;        /* arriving: waits for a slot */
    bool is_whole;     /* arriving: its body has come, too */
    bool is_small;     /* arriving: the small memory holds its head */
    bool lingers;      /* it is to linger when the library closes it */
    bool trusted;      /* its client certificate is good, or none is needed */
    /* what found out whether it is trusted; NULL: nothing has yet */
    struct tls *judge;
    struct certificate *certificate; /* that it has shown; NULL: none */
};

static inline struct peer *peer_of(struct engine_client *c)
{
    return c ? (struct peer *)((char *)c - offsetof(struct peer, client)) : NULL;
}

/* A request with its answer. See exchange.c. */
struct exchange {
    struct peer *peer;
    uint64_t number; /* of the connection's requests, from 1 */
    uint64_t begun;  /* microseconds, the loop's clock */
    struct head head;
    bool has_head;
    bool untrusted; /* the client has not shown the certificate that it needs */
    bool answered;
    bool starved;  /* there is no memory for its body */
    bool is_large; /* its body may be longer than the context's max_body */
    struct body *body;
    size_t size;      /* bytes of the body that are kept */
    size_t discarded; /* bytes beyond the limit */
    size_t held;      /* bytes of the lease: the reply */
    char target[];    /* as it was received */
};

struct loop {
    struct shared *shared;
    const struct context *context;
    unsigned number;
    int epoll;
    struct watch wake; /* of shared->wake_fds[number] */
    struct gate gates[PORTS_MAX];
    struct engine engines[ENGINES];
    struct peer *peers, *last; /* the oldest first */
    struct lease lease;        /* of shared->ledger */
    struct bodies bodies;
    struct memo *memo; /* NULL: signatures are not remembered */
    struct job job;    /* of the request that is being answered */

    uint64_t clock;       /* microseconds: when this turn began, or the last answer was given */
    uint64_t now;         /* milliseconds: when this turn began, as are the next three */
    uint64_t ticked;      /* when deadlines were looked at */
    uint64_t tended;      /* when stalled connections were last ended: room.c */
    uint64_t looked;      /* when the ends of what clients send were looked for */
    uint64_t drain_began; /* when draining began */
    bool hurried;         /* look at deadlines soon */
    bool takes_newest;    /* of the ready connections, or the oldest: room.c */
    bool draining;
    bool dirty;        /* a connection has ended since memory was given back to the system */
    bool reported;     /* the library has reported something in this turn */
    unsigned patience; /* barren turns that may come without a pause: see loop.c */
    _Atomic unsigned turns;

    uint8_t random[1024]; /* for request ids; the first random_left bytes are unused */
    size_t random_left;
    uint32_t groups[GROUPS_MAX]; /* of the client whose request is answered */
    char scratch[PEEK_SIZE];     /* bytes that are looked at, or read and dropped */
};

static inline uint64_t clock_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

#endif
