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
#include <sys/types.h>

#include "intake.h"
#include "tls.h"
#include "watch.h"

enum engine_kind { ENGINE_SMALL, ENGINE_LARGE, ENGINE_TLS, ENGINES };

struct engine_client;

/*
 * What the library reports, in this order for each request. @cls is that of engine_start. When a
 * request's head never comes whole, the library's version decides which of the last two it reports.
 */
struct engine_calls {
    /* the request's target, before the library has decoded it; returns the request's context */
    void *(*on_target)(void *cls, const char *target, struct MHD_Connection *connection);
    /* the head; then each part of the body, if there is one; then the end of the request */
    MHD_AccessHandlerCallback on_request;
    /* the reply was sent, or the connection ends */
    MHD_RequestCompletedCallback on_completed;
    /* the connection ends: the library is about to close its descriptor, or has closed it */
    void (*on_closed)(void *cls, struct engine_client *client);
};

/* A connection, as the engine knows it: a member of the caller's record of it. */
struct engine_client {
    struct engine_client *next; /* in the engine's list, until the library has reported it */
    int fd;
    ino_t inode; /* of the socket */
    struct intake intake;
    struct tls *tls; /* that its session began with; NULL: in the clear */
};

struct engine {
    struct watch watch;        /* of engine_descriptor; for the loop */
    struct MHD_Daemon *daemon; /* NULL: not in use */
    bool due;                  /* has something to do; for the loop */
    unsigned connections;
    const struct engine_calls *calls;
    void *cls;
    struct engine_client *given; /* the library has not reported them yet; newest first */
    struct tls *_Atomic *tls;    /* the present one; NULL: in the clear */
    struct intakes intakes;
};

/*
 * engine_library - the version of libmicrohttpd that this process has loaded
 * @tested: whether this program's tests have passed with it
 */
const char *engine_library(bool *tested);

/*
 * engine_start - begin an instance of the library
 * @tls:   for ENGINE_TLS: points to the certificate and key for new connections; borrowed until
 *         engine_stop. The caller may put others there. No new connection uses the old ones once
 *         the loop has counted another turn
 * @calls: borrowed until engine_stop, as is @cls
 */
bool engine_start(struct engine *engine, enum engine_kind kind, struct tls *_Atomic *tls,
                  const struct engine_calls *calls, void *cls);

/* engine_descriptor - readable when the engine has something to do; -1 when there is none */
int engine_descriptor(const struct engine *engine);

/*
 * engine_take - hand a connection over to the library
 * @client: its fd belongs to the library from now on, even on failure. on_closed gives the record
 *          back, in this call or in a later one of the engine's
 *
 * Not from within a call of the engine's.
 */
void engine_take(struct engine *engine, struct engine_client *client, const struct sockaddr *from,
                 socklen_t size);

/* engine_client - the record that a connection was handed over with; NULL when it is unknown */
struct engine_client *engine_client(struct MHD_Connection *connection);

/* engine_run - do what can be done without waiting */
void engine_run(struct engine *engine);

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
