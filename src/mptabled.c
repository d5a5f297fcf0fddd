/* SPDX-License-Identifier: ISC */
/* The daemon: read the command line, take the key, listen, serve until told to stop. */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/log.h"
#include "config.h"
#include "control.h"
#include "http/server.h"
#include "notify.h"
#include "seal/keyring.h"
#include "seal/seal.h"

#define DEFAULT_ADDRESS "127.0.0.1:8640"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, REQUEST_SECONDS = 20 };

struct daemon {
    struct config config;
    struct config_key_place place;
    struct keyring_slot keys;
    struct listener listeners[CONFIG_LISTEN_MAX];
    unsigned listener_count;
    struct server *server;
    struct control control;
};

/* Before a byte of a key is read: no core file, no debugger of the same user. */
static void protect_memory(void)
{
    const struct rlimit none = { 0, 0 };

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    umask(077);
}

/* The first key is where the place says, the others are those of the command line. */
static struct keyring_source key_source(struct daemon *d)
{
    d->config.keys[0] = d->place.key;
    return (struct keyring_source){ .keys = d->config.keys,
                                    .key_count = d->config.key_count ? d->config.key_count : 1,
                                    .may_make = d->place.may_make && !d->config.check_only,
                                    .scan = d->place.scan,
                                    .beside = d->place.beside };
}

static int take_keys(struct daemon *d, struct err *err)
{
    struct keyring_source source;
    struct keyring *ring;

    keyring_slot_init(&d->keys, NULL);
    if (config_key_place(&d->config, &d->place, err) < 0)
        return -1;
    if (d->config.check_only && d->place.may_make && access(d->place.key, F_OK) < 0)
        return 0; /* it would be made, but not by a check */
    source = key_source(d);
    ring = keyring_load(&source, NULL, err);
    keyring_swap(&d->keys, ring);
    return ring ? 0 : -1;
}

static void log_keys(struct daemon *d, const char *event, const char *how)
{
    struct keyring *ring = keyring_take(&d->keys);

    log_event(LOG_INFO, event, "%s key=%s keys=%u", how, key_id(keyring_signer(ring)), keyring_count(ring));
    if (!key_locked(keyring_signer(ring)))
        log_event(LOG_WARNING, "unlocked", "detail=\"the key may be swapped to disk: raise RLIMIT_MEMLOCK\"");
    keyring_drop(ring);
}

/* SIGHUP: what cannot be read leaves the keys as they were. */
static void reload(void *context)
{
    struct daemon *d = context;
    const struct keyring_source source = key_source(d);
    struct err err = { 0 };
    char quoted[2 * ERR_DETAIL_SIZE];

    if (keyring_reload(&d->keys, &source, &err) == 0)
        log_keys(d, "reload", "result=done");
    else
        log_event(LOG_ERROR, "reload", "result=failed detail=%s",
                  log_quote(err.places[0].detail, quoted, sizeof(quoted)));
}

static bool alive(void *context)
{
    struct daemon *d = context;

    return server_turned(d->server);
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
    const struct service service = { .keys = &d->keys,
                                     .max_body = d->config.max_body,
                                     .max_connections = d->config.max_connections,
                                     .idle_seconds = d->config.timeout,
                                     .request_seconds = REQUEST_SECONDS };
    int status;

    d->server = server_start(&service, d->listeners, d->listener_count, err);
    if (!d->server)
        return -1;
    status = control_start(&d->control, err);
    if (status == 0) {
        notify_state("READY=1");
        status = server_run(d->server, d->control.stop_fd, err);
    }
    control_stop(&d->control);
    server_stop(d->server);
    log_event(LOG_INFO, "stop", NULL);
    return status;
}

static int run(struct daemon *d, struct err *err)
{
    protect_memory();
    d->control = (struct control){ .reload = reload, .alive = alive, .context = d };
    if (control_open(&d->control, err) < 0)
        return -1;
    if (seal_start() < 0)
        return err_at(err, ERR_INTERNAL, NULL, "libsodium does not start");
    if (check_addresses(&d->config, err) < 0 || take_keys(d, err) < 0)
        return -1;
    if (d->config.check_only) {
        puts("ok");
        return 0;
    }
    log_keys(d, "start", "version=" MPTABLED_VERSION);
    if (geteuid() == 0)
        log_event(LOG_WARNING, "root", "detail=\"no privilege is needed: run it as another user\"");
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
    keyring_swap(&d.keys, NULL);
    return status < 0 ? EXIT_FAILED : 0;
}
