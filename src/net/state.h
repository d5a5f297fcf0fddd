/* SPDX-License-Identifier: ISC */
/*
 * What a loop consists of, for the files that make one up: loop.c goes round, gate.c accepts,
 * peer.c keeps connections, exchange.c has the library serve them, body.c holds what they send,
 * account.c writes down what became of it. All of it runs on the loop's thread.
 */
#ifndef NET_STATE_H
#define NET_STATE_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

#include "loop.h"
#include "../service/job.h"

struct MHD_Daemon;

enum {
    PEEK_SIZE = 4096,
    TICK_MS = 500,       /* how often deadlines are looked at */
    HURRY_MS = 50,       /* the same when somebody waits for a slot, or for the end */
    DRAIN_IDLE_MS = 1000 /* an idle connection is kept so long when the server is to end */
};

enum watch_kind { WATCH_GATE, WATCH_ENGINE, WATCH_WAKE, WATCH_PEER };

/* First member of whatever the loop's epoll points to. */
struct watch {
    enum watch_kind kind;
};

/* A port's socket. */
struct gate {
    struct watch watch;
    struct port *port;
    int fd;
    bool shared;    /* other loops accept from it too */
    bool open;      /* in the epoll set */
    uint64_t again; /* milliseconds: not before that after an error */
};

/* An instance of the library. */
struct engine {
    struct watch watch;
    struct MHD_Daemon *daemon; /* NULL: not in use */
    bool due;                  /* has something to do */
    unsigned connections;
};

enum engine_kind { ENGINE_SMALL, ENGINE_LARGE, ENGINE_TLS, ENGINES };

enum peer_state {
    PEER_SILENT,   /* has not sent a byte; in our epoll set */
    PEER_SERVED,   /* the library has it */
    PEER_LINGERING /* has been refused and may read the reply while it sends; in our epoll set */
};

/* A connection. */
struct peer {
    struct watch watch;
    enum peer_state state;
    int fd;
    struct peer *next, **link;
    struct port *port;
    struct engine *engine;
    struct request *request; /* under way */
    /* milliseconds: the end of the last request, the first byte, or the connection's begin */
    uint64_t since;
    uint64_t heard; /* milliseconds: the last part of a request, or its answer */
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct ucred unix;
    } from;
    size_t allowance; /* lingering: bytes that it may still send */
    bool watched, lingers, trusted;
};

struct body {
    struct body *next;
    size_t capacity;
    char bytes[];
};

/* A request, from its line to its answer. */
struct request {
    struct peer *peer;
    const char *line; /* the target where it was received */
    uint64_t begun;   /* microseconds, the loop's clock */
    struct head head;
    bool headers_seen, answered;
    bool starved; /* no memory for its body */
    struct body *body;
    size_t size, discarded; /* bytes of the body, and beyond the limit */
    size_t target_size;
    char target[]; /* raw */
};

struct loop {
    struct shared *shared;
    const struct context *service;
    unsigned number;
    int epoll, wake_fd;
    struct watch wake;
    struct gate gates[PORTS_MAX];
    struct engine engines[ENGINES];
    struct peer *peers, *adding;
    struct body *spare;
    struct memo *memo; /* NULL: signatures are not remembered */
    uint64_t clock;    /* microseconds: when this turn began, or the last answer was given */
    uint64_t now, ticked, looked, drain_began; /* milliseconds */
    bool added, hurried, draining, dirty;
    _Atomic unsigned turns;
    uint8_t random[1024];
    size_t random_left;
    char scratch[PEEK_SIZE];
    struct job job;
};

static inline uint64_t clock_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

#endif
