/* SPDX-License-Identifier: ISC */
/*
 * libmicrohttpd runs without threads, limits and time-outs of its own, because each of them fails
 * us:
 *
 * - Its own epoll thread goes to sleep over a batch of exactly 128 events before it has served
 *   them.
 * - At its limit of connections it notices only after many seconds that clients have gone.
 * - With a time-out it moves a connection to the front of a list at each event, several times a
 *   request, and the neighbours in that list are in no processor's cache.
 */
#include "engine.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "tls.h"

/*
 * Bytes of memory for each connection. The library wipes all of it after each request, so small is
 * quick: at 64 connections GET /livez costs 4.9 us of CPU time with 8 KiB, 5.5 with 16, 7.0 with 32
 * and 12.1 with 128. But 800 cookies or 1500 query arguments, each of which has a record in it,
 * need 128 KiB.
 */
static const size_t pools[ENGINES] = {
    [ENGINE_SMALL] = 8 * 1024, [ENGINE_LARGE] = 128 * 1024, [ENGINE_TLS] = 32 * 1024
};

enum { NO_LIMIT = 1 << 20 }; /* connections: more than there are descriptors */

/* At debug level only: for each reply on a UNIX socket it complains that TCP_NODELAY fails. */
FORMAT(2, 0) static void log_library(void *cls, const char *format, va_list args)
{
    char message[256], quoted[512];

    (void)cls;
    if (!log_wants(LOG_DEBUG))
        return;
    vsnprintf(message, sizeof(message), format, args);
    message[strcspn(message, "\r\n")] = '\0';
    log_event(LOG_DEBUG, "http", "detail=%s", log_quote(message, quoted, sizeof(quoted)));
}

/* The library tells of each connection when it begins, within engine_take, and when it ends. */
static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct engine *e = cls;
    void *ended = *context;

    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = e->adding;
        e->adding = NULL;
        e->connections++;
    } else if (ended) {
        *context = NULL;
        e->connections--;
        e->calls->on_closed(e->cls, ended);
    }
}

bool engine_start(struct engine *e, enum engine_kind kind, const struct tls *tls,
                  const struct engine_calls *calls, void *cls)
{
    struct MHD_OptionItem tls_options[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, tls ? tls->cert : NULL },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, tls ? tls->key : NULL },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES },
        { tls && tls->client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0,
          tls ? tls->client_ca : NULL },
        { MHD_OPTION_END, 0, NULL },
    };

    e->calls = calls;
    e->cls = cls;
    e->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : 0), 0,
        NULL, NULL, calls->on_request, cls, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, calls->on_target, cls, MHD_OPTION_NOTIFY_COMPLETED,
        calls->on_completed, cls, MHD_OPTION_NOTIFY_CONNECTION, on_connection, e,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, pools[kind], MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)NO_LIMIT, MHD_OPTION_ARRAY, tls ? tls_options : &tls_options[4], MHD_OPTION_END);
    return e->daemon != NULL;
}

int engine_descriptor(const struct engine *e)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(e->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    return info ? info->epoll_fd : -1;
}

bool engine_take(struct engine *e, int fd, const struct sockaddr *from, socklen_t size,
                 void *context)
{
    e->adding = context;
    MHD_add_connection(e->daemon, fd, from, size);
    return !e->adding;
}

void *engine_context(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

void engine_run(const struct engine *e)
{
    MHD_run(e->daemon);
}

bool engine_is_pending(const struct engine *e)
{
    unsigned long long milliseconds;

    return MHD_get_timeout(e->daemon, &milliseconds) == MHD_YES && milliseconds == 0;
}

void engine_stop(struct engine *e)
{
    if (e->daemon)
        MHD_stop_daemon(e->daemon);
    e->daemon = NULL;
}
