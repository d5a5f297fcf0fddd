/* SPDX-License-Identifier: ISC */
/*
 * Instances of libmicrohttpd. A loop has one for each size of memory that a connection may need;
 * all are driven by the loop, which says when they work.
 *
 * The library's own header is included here and in exchange.c, and nowhere else.
 */
#ifndef NET_ENGINE_H
#define NET_ENGINE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "watch.h"

struct tls;

enum engine_kind { ENGINE_SMALL, ENGINE_LARGE, ENGINE_TLS, ENGINES };

/* What the library reports, in this order for each request. @cls is that of engine_start. */
struct engine_calls {
    /* the request's target, before the library has decoded it; returns the request's context */
    void *(*on_target)(void *cls, const char *target, struct MHD_Connection *connection);
    /* the head; then each part of the body, if there is one; then the end of the request */
    MHD_AccessHandlerCallback on_request;
    /* the reply was sent, or the connection ends; only when on_request was called */
    MHD_RequestCompletedCallback on_completed;
    /* the connection ends, and the library is about to close its descriptor */
    void (*on_closed)(void *cls, void *connection_context);
};

struct engine {
    struct watch watch;        /* of engine_descriptor; for the loop */
    struct MHD_Daemon *daemon; /* NULL: not in use */
    bool due;                  /* has something to do; for the loop */
    unsigned connections;
    const struct engine_calls *calls;
    void *cls;
    void *adding; /* context of the connection that engine_take hands over; NULL once it is taken */
};

/*
 * engine_start - begin an instance of the library
 * @tls:   for ENGINE_TLS: certificate and key; borrowed until engine_stop
 * @calls: borrowed until engine_stop, as is @cls
 */
bool engine_start(struct engine *engine, enum engine_kind kind, const struct tls *tls,
                  const struct engine_calls *calls, void *cls);

/* engine_descriptor - readable when the engine has something to do; -1 when there is none */
int engine_descriptor(const struct engine *engine);

/*
 * engine_take - hand a connection over to the library
 * @fd:      belongs to the library from now on, even on failure
 * @context: what on_closed gets and engine_context returns; not NULL
 *
 * Return: false when the library closed the descriptor at once: on_closed is not called then.
 */
bool engine_take(struct engine *engine, int fd, const struct sockaddr *from, socklen_t size,
                 void *context);

/* engine_context - the context that a connection was handed over with */
void *engine_context(struct MHD_Connection *connection);

/* engine_run - do what can be done without waiting */
void engine_run(const struct engine *engine);

/*
 * engine_is_pending - is there something left to do?
 *
 * The library's own epoll set reports each event once, so engine_descriptor is not readable again
 * for what a run has left undone.
 */
bool engine_is_pending(const struct engine *engine);

/* engine_stop - close the engine's connections and end it; nothing when it is not in use */
void engine_stop(struct engine *engine);

#endif
