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
 *
 * One source serves 0.9.75 to 1.0.x, so nothing here relies on when the library reports something:
 * it reports a new connection within MHD_add_connection (0.9) or within a later MHD_run (1.0).
 * Until then its record waits in the list of those that were given, where it is found by its
 * descriptor. For want of memory the library may also close the connection and report nothing. The
 * record is given back then: its descriptor is closed, or is another socket with another inode.
 *
 * A malformed head must be refused, since another reader of the same bytes may see another request
 * in them (RFC 9112 §2.2, §5, §11.2). The library refuses some of them and hides what is malformed
 * in others, and which ones depends on its version. So its bytes are judged before it gets them
 * (intake.c), by http/head.c, with every version alike; and so is what it then shows: lines that
 * contradict each other, lines that may come once only. The tests send each malformed head as a
 * first, a later and a pipelined request and over TLS, and are run with each version that
 * configure.ac names.
 */
#include "engine.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <gnutls/abstract.h>

#include "../base/cleanup.h"
#include "../base/log.h"

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

/* At debug level only: the library complains of TCP_NODELAY for each reply on a UNIX socket. */
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

/*
 * Takes the newest record with that descriptor out of the list. An older one belongs to a
 * connection that the library closed without reporting it; the kernel has reused the number.
 */
static struct engine_client *take_given(struct engine *e, int fd)
{
    struct engine_client **link = &e->given, *found;

    while (*link && (*link)->fd != fd)
        link = &(*link)->next;
    found = *link;
    if (found)
        *link = found->next;
    return found;
}

static void give_back(struct engine *e, struct engine_client *ended)
{
    e->connections--;
    intake_end(&e->intakes, &ended->intake);
    tls_drop(ended->tls);
    ended->tls = NULL;
    e->calls->on_closed(e->cls, ended);
}

static void begin_session(const struct engine *e, struct MHD_Connection *connection,
                          struct engine_client *client)
{
    const union MHD_ConnectionInfo *const info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    if (!info)
        return;
    client->tls = tls_take(atomic_load_explicit(e->tls, memory_order_acquire));
    tls_begin(info->tls_session, client->tls);
    intake_limit(info->tls_session, &client->intake);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct engine *e = cls;
    const union MHD_ConnectionInfo *info;
    struct engine_client *client = *context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *context = client = info ? take_given(e, info->connect_fd) : NULL;
        if (client && e->tls)
            begin_session(e, connection, client);
    } else if (client) {
        *context = NULL;
        give_back(e, client);
    }
}

static bool is_open(const struct engine_client *c)
{
    struct stat now;

    return fstat(c->fd, &now) == 0 && S_ISSOCK(now.st_mode) && now.st_ino == c->inode;
}

static void give_back_lost(struct engine *e)
{
    struct engine_client **link = &e->given;

    while (*link) {
        struct engine_client *c = *link;

        if (is_open(c)) {
            link = &c->next;
        } else {
            *link = c->next;
            give_back(e, c);
        }
    }
}

const char *engine_library(bool *tested)
{
    const char *version = MHD_get_version();
    char word[32];

    snprintf(word, sizeof(word), " %s ", version);
    *tested = strstr(" " MICROHTTPD_TESTED " ", word) != NULL;
    return version;
}

/*
 * What makes the library let most malformed heads pass, so that they get our answer and not a page
 * or a redirection of its own. 0.9 takes any number but 0 for strict.
 */
static int leniency(void)
{
    return strtoul(MHD_get_version(), NULL, 10) >= 1 ? -1 : 0;
}

/* Never called, because each session gets other credentials (tls_begin). It fails if it is. */
static int no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
                          const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                          gnutls_pcert_st **certificate, unsigned *length, gnutls_privkey_t *key)
{
    (void)session;
    (void)authorities;
    (void)count;
    (void)algorithms;
    (void)algorithm_count;
    (void)certificate;
    (void)length;
    (void)key;
    return -1;
}

bool engine_start(struct engine *e, enum engine_kind kind, struct tls *_Atomic *tls,
                  const struct engine_calls *calls, void *cls)
{
    struct MHD_OptionItem tls_options[] = {
        { MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)no_certificate },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES },
        { MHD_OPTION_END, 0, NULL },
    };

    e->tls = tls;
    e->calls = calls;
    e->cls = cls;
    e->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : 0), 0,
        NULL, NULL, calls->on_request, cls, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, calls->on_target, cls, MHD_OPTION_NOTIFY_COMPLETED,
        calls->on_completed, cls, MHD_OPTION_NOTIFY_CONNECTION, on_connection, e,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, pools[kind], MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)NO_LIMIT, MHD_OPTION_STRICT_FOR_CLIENT, leniency(), MHD_OPTION_ARRAY,
        tls ? tls_options : &tls_options[2], MHD_OPTION_END);
    return e->daemon != NULL;
}

int engine_descriptor(const struct engine *e)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(e->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    return info ? info->epoll_fd : -1;
}

void engine_take(struct engine *e, struct engine_client *client, const struct sockaddr *from,
                 socklen_t size)
{
    struct stat now = { .st_ino = 0 };

    fstat(client->fd, &now);
    client->inode = now.st_ino;
    client->next = e->given;
    e->given = client;
    intake_begin(&e->intakes, &client->intake, client->fd);
    e->connections++;
    e->due = true;
    intake_watch(&e->intakes);
    MHD_add_connection(e->daemon, client->fd, from, size);
    intake_watch(NULL);
}

struct engine_client *engine_client(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

void engine_run(struct engine *e)
{
    intake_watch(&e->intakes);
    MHD_run(e->daemon);
    intake_watch(NULL);
    give_back_lost(e);
}

bool engine_is_pending(const struct engine *e)
{
    unsigned long long milliseconds;

    return e->given || (MHD_get_timeout(e->daemon, &milliseconds) == MHD_YES && milliseconds == 0);
}

void engine_stop(struct engine *e)
{
    if (!e->daemon)
        return;
    MHD_stop_daemon(e->daemon);
    give_back_lost(e);
    e->daemon = NULL;
}
