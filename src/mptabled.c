/* SPDX-License-Identifier: ISC */
/* The daemon: read the command line, take the key, listen, serve until told to stop. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include "base/log.h"
#include "config.h"
#include "http/server.h"
#include "notify.h"
#include "seal/key.h"
#include "seal/seal.h"

#define DEFAULT_ADDRESS "127.0.0.1:8640"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, REQUEST_SECONDS = 20, PATH_SIZE = 4096 };

struct daemon {
    struct config config;
    struct key *key;
    struct listener listeners[CONFIG_LISTEN_MAX];
    unsigned listener_count;
    struct server *server;
    int stop_fd;
};

/* Before a byte of a key is read: no core file, no debugger of the same user. */
static void protect_memory(void)
{
    const struct rlimit none = { 0, 0 };

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    umask(077);
}

/* SIGTERM and SIGINT are read from a descriptor, so nothing runs in a handler. The rest must do no harm. */
static int open_stop_fd(struct err *err)
{
    sigset_t stop;
    int fd;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN); /* keys are read at start */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    if (sigprocmask(SIG_BLOCK, &stop, NULL) < 0 || (fd = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
        return err_system(err, ERR_INTERNAL, "cannot wait for signals");
    return fd;
}

static int take_key(struct daemon *d, struct err *err)
{
    char path[PATH_SIZE];
    bool may_make = false;

    if (d->config.key) {
        d->key = key_load(d->config.key, err);
        return d->key ? 0 : -1;
    }
    if (config_key_path(path, sizeof(path), &may_make, err) < 0)
        return -1;
    if (d->config.check_only && may_make && access(path, F_OK) < 0)
        return 0; /* it would be made, but not by a check */
    d->key = may_make && !d->config.check_only ? key_load_or_make(path, err) : key_load(path, err);
    return d->key ? 0 : -1;
}

/* --check-config: addresses are read, not bound. */
static int check_addresses(const struct config *c, struct err *err)
{
    for (unsigned i = 0; i < c->listen_count; i++)
        if (listen_check(c->listen[i], err) < 0)
            return -1;
    return 0;
}

static int open_listeners(struct daemon *d, struct err *err)
{
    const int inherited = listen_inherit(d->listeners, CONFIG_LISTEN_MAX, err);
    const unsigned asked = d->config.listen_count;

    if (inherited < 0)
        return -1;
    d->listener_count = (unsigned)inherited;
    if (inherited == 0 && asked == 0)
        d->config.listen[d->config.listen_count++] = DEFAULT_ADDRESS;
    for (unsigned i = 0; i < d->config.listen_count; i++) {
        if (d->listener_count == CONFIG_LISTEN_MAX)
            return err_at(err, ERR_FILE, NULL, "at most %d sockets are served", CONFIG_LISTEN_MAX);
        if (listen_open(d->config.listen[i], &d->listeners[d->listener_count], err) < 0)
            return -1;
        d->listener_count++;
    }
    return 0;
}

static int serve(struct daemon *d, struct err *err)
{
    const struct service service = { .key = d->key,
                                     .max_body = d->config.max_body,
                                     .max_connections = d->config.max_connections,
                                     .idle_seconds = d->config.timeout,
                                     .request_seconds = REQUEST_SECONDS };
    int status;

    d->server = server_start(&service, d->listeners, d->listener_count, err);
    if (!d->server)
        return -1;
    notify_state("READY=1");
    status = server_run(d->server, d->stop_fd, err);
    notify_state("STOPPING=1");
    server_stop(d->server);
    log_event(LOG_INFO, "stop", NULL);
    return status;
}

static int run(struct daemon *d, struct err *err)
{
    protect_memory();
    d->stop_fd = open_stop_fd(err);
    if (d->stop_fd < 0)
        return -1;
    if (seal_start() < 0)
        return err_at(err, ERR_INTERNAL, NULL, "libsodium does not start");
    if (check_addresses(&d->config, err) < 0 || take_key(d, err) < 0)
        return -1;
    if (d->config.check_only) {
        puts("ok");
        return 0;
    }
    log_event(LOG_INFO, "start", "version=%s key=%s", MPTABLED_VERSION, key_id(d->key));
    if (!key_locked(d->key))
        log_event(LOG_WARNING, "unlocked", "detail=\"the key may be swapped to disk: raise RLIMIT_MEMLOCK\"");
    return open_listeners(d, err) < 0 ? -1 : serve(d, err);
}

int main(int argc, char **argv)
{
    static struct daemon d;
    static struct err err;
    char quoted[2 * ERR_DETAIL_SIZE];
    int status;

    switch (config_parse(argc, argv, &d.config, &err)) {
    case CONFIG_HELP:
        fputs(config_usage, stdout);
        return 0;
    case CONFIG_VERSION:
        puts("mptabled " MPTABLED_VERSION);
        return 0;
    case CONFIG_USAGE:
        fprintf(stderr, "mptabled: %s\n%s", err.places[0].detail, config_usage);
        return EXIT_USAGE;
    case CONFIG_RUN:
        break;
    }
    log_set_level((enum log_level)d.config.log_level);
    status = run(&d, &err);
    if (status < 0)
        log_event(LOG_ERROR, "failed", "detail=%s", log_quote(err.places[0].detail, quoted, sizeof(quoted)));
    for (unsigned i = 0; i < d.listener_count; i++)
        listen_close(&d.listeners[i]);
    key_free(d.key);
    return status < 0 ? EXIT_FAILED : 0;
}
