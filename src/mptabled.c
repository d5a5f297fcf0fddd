/* SPDX-License-Identifier: ISC */
/* The daemon: read the command line, load the keys, listen, and serve until a signal says stop. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/log.h"
#include "config.h"
#include "json/build.h"
#include "mptable/mptable.h"
#include "net/server.h"
#include "net/tls.h"
#include "notify.h"
#include "reload.h"
#include "seal/keyplace.h"
#include "seal/keyring.h"
#include "seal/seal.h"
#include "service/capable.h"
#include "service/metrics.h"
#include "service/policy.h"
#include "service/token.h"
#include "signals.h"

#define DEFAULT_ADDRESS "127.0.0.1:8640"
#define METRICS_NAME    "metrics" /* FileDescriptorName= of a socket unit */
#define TOO_MANY        "--listen: at most %d addresses, those from the service manager included"

enum {
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    REQUEST_SECONDS = 20,
    DRAIN_SECONDS = 10,   /* for the requests under way when a signal says stop */
    STUCK_SECONDS = 5,    /* for all else; then the process exits by force */
    THREADS_DEFAULT = 16, /* at most, when it is the number of CPUs that decides */
    WAITING = 12,         /* connections that may wait for each that is served */
    WAITING_MAX = 16384,  /* and in all, for each listener */
    SPARE_FILES = 64      /* descriptors beside those of connections */
};

struct daemon {
    struct config config;
    struct keyplace place;
    struct keyring_slot keys;
    struct tls *tls;
    struct listener listeners[OPTIONS_LIST_MAX];
    unsigned listener_count, threads;
    struct context service;
    struct server *server;
    uint64_t ping_ms, next_ping; /* the watchdog: how often, 0 = never, and when */
};

static uint64_t clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Tells the watchdog that every loop is running. Return: milliseconds until the next time */
static uint64_t ping(struct daemon *d)
{
    const uint64_t now = clock_ms();

    if (d->ping_ms == 0)
        return UINT64_MAX;
    if (now >= d->next_ping) {
        if (server_alive(d->server))
            notify_state("WATCHDOG=1");
        d->next_ping = now + d->ping_ms;
    }
    return d->next_ping - now;
}

/*
 * Waits for a signal. Return: false after the given milliseconds without one
 * @asker: set to the process that waits for the outcome of a reload
 */
static bool wait_signal(struct daemon *d, unsigned milliseconds, struct reload_asker *asker)
{
    const uint64_t due = ping(d);

    return signals_wait(due < milliseconds ? (unsigned)due : milliseconds, asker);
}

/* The first key is at the place that was found; the others are those of the command line. */
static struct keyring_source key_source(struct daemon *d)
{
    d->config.keys.values[0] = d->place.key;
    return (struct keyring_source){ .keys = d->config.keys.values,
                                    .key_count = d->config.keys.count ? d->config.keys.count : 1,
                                    .may_make = d->place.may_make,
                                    .check = d->config.check_only,
                                    .beside = d->place.beside,
                                    .retired = d->place.retired,
                                    .must_list = d->place.must_list };
}

static int take_keys(struct daemon *d, struct err *err)
{
    struct keyring_source source;
    struct keyring *ring;
    char path[512];
    bool made;

    keyring_slot_init(&d->keys, NULL);
    if (keyplace_find(d->config.keys.count ? d->config.keys.values[0] : NULL, &d->place, err) < 0)
        return -1;
    source = key_source(d);
    made = d->place.may_make && file_is_absent(AT_FDCWD, d->place.key);
    ring = keyring_load(&source, NULL, err);
    keyring_swap(&d->keys, ring);
    if (ring && !d->config.check_only)
        log_event(LOG_INFO, "key", "path=%s made=%s key=%s",
                  log_quote(d->place.key, path, sizeof(path)), made ? "yes" : "no",
                  key_id(keyring_signer(ring)));
    d->service.keys = &d->keys;
    return ring ? 0 : -1;
}

static void log_keys(struct daemon *d, const char *event, const char *how)
{
    struct keyring *ring = keyring_take(&d->keys);

    log_event(LOG_INFO, event, "%s key=%s keys=%u threads=%u", how, key_id(keyring_signer(ring)),
              keyring_count(ring), d->threads);
    if (!keyring_may_sign(ring))
        log_event(LOG_ERROR, "revoked",
                  "key=%s detail=\"nothing is signed until there is another key\"",
                  key_id(keyring_signer(ring)));
    if (!key_locked(keyring_signer(ring)))
        log_event(LOG_WARNING, "unlocked",
                  "detail=\"the key may be swapped to disk: raise RLIMIT_MEMLOCK\"");
    keyring_drop(ring);
}

/* The HTTP library may have been replaced since this program was built. */
static void log_start(struct daemon *d)
{
    bool tested;
    const char *library = server_library(&tested);
    char how[128];

    snprintf(how, sizeof(how), "version=%s libmicrohttpd=%s", MPT_VERSION, library);
    log_keys(d, "start", how);
    if (seal_clock_error(seal_now()))
        log_event(LOG_WARNING, "clock", "detail=\"%s\"", seal_clock_error(seal_now()));
    if (!tested)
        log_event(LOG_WARNING, "library",
                  "detail=\"libmicrohttpd %s: this release was tested with %s only\"", library,
                  MICROHTTPD_TESTED);
}

/* Does every client need a certificate or a token? An address that other hosts reach needs that. */
static bool is_guarded(const struct config *c)
{
    return c->tls_client_ca || c->token_file;
}

/* The addresses to listen on, first those that serve all paths. NULL: there are no more */
static const char *address_at(const struct config *c, unsigned number)
{
    if (number < c->listen.count)
        return c->listen.values[number];
    number -= c->listen.count;
    return number < c->metrics_listen.count ? c->metrics_listen.values[number] : NULL;
}

/* The same address twice cannot be bound, unless the kernel chooses the port. */
static bool is_twice(const struct config *c, unsigned number)
{
    const char *const text = address_at(c, number), *const colon = strrchr(text, ':');

    for (unsigned i = 0; i < number; i++)
        if (strcmp(address_at(c, i), text) == 0)
            return !colon || strcmp(colon, ":0") != 0;
    return false;
}

/* Addresses are judged before any is bound; --check-config binds none. */
static int check_addresses(const struct config *c, struct err *err)
{
    for (unsigned i = 0; address_at(c, i); i++) {
        if (listen_check(address_at(c, i), is_guarded(c), err) < 0)
            return -1;
        if (is_twice(c, i))
            return err_at(err, ERR_FILE, NULL, "%s: given twice", address_at(c, i));
    }
    if (c->listen.count + c->metrics_listen.count > OPTIONS_LIST_MAX)
        return err_at(err, ERR_FILE, NULL, TOO_MANY, OPTIONS_LIST_MAX);
    return 0;
}

/* What a start loads and a reload replaces, each of it NULL when there is none */
struct fresh {
    struct keyring *ring;
    struct tokens *tokens;
    struct policy *policy;
    struct tls *tls;
};

/* Loads all but the keys. */
static int load_fresh(const struct config *c, struct fresh *f, struct err *err)
{
    if ((c->tls_cert && !(f->tls = tls_load(c->tls_cert, c->tls_key, c->tls_client_ca, err))) ||
        (c->token_file && !(f->tokens = tokens_load(c->token_file, err))) ||
        (c->policy && !(f->policy = policy_load(c->policy, err))))
        return -1;
    return 0;
}

/* Everything that a start reads */
static int take_files(struct daemon *d, struct err *err)
{
    struct fresh f = { .ring = NULL };
    const int status = take_keys(d, err) < 0 ? -1 : load_fresh(&d->config, &f, err);

    d->tls = f.tls;
    d->service.tokens = f.tokens;
    d->service.policy = f.policy;
    return status;
}

/* A passed socket is only for metrics if its name says so. */
static int check_inherited(struct daemon *d, unsigned count, struct err *err)
{
    for (unsigned i = 0; i < count; i++) {
        struct listener *const l = &d->listeners[i];

        l->is_metrics = strcmp(l->name, METRICS_NAME) == 0;
        if (!l->is_unix && !l->is_loopback &&
            listen_check(l->address, is_guarded(&d->config), err) < 0)
            return -1;
    }
    return 0;
}

static int open_listeners(struct daemon *d, struct err *err)
{
    const int inherited = listen_inherit(d->listeners, OPTIONS_LIST_MAX, err);
    const unsigned asked = d->config.listen.count;

    if (inherited < 0 || check_inherited(d, (unsigned)inherited, err) < 0)
        return -1;
    d->listener_count = (unsigned)inherited;
    if (inherited == 0 && asked == 0)
        d->config.listen.values[d->config.listen.count++] = DEFAULT_ADDRESS;
    for (unsigned i = 0; address_at(&d->config, i); i++) {
        struct listener *const l = &d->listeners[d->listener_count];

        if (d->listener_count == OPTIONS_LIST_MAX)
            return err_at(err, ERR_FILE, NULL, TOO_MANY, OPTIONS_LIST_MAX);
        if (listen_open(address_at(&d->config, i), d->threads, l, err) < 0)
            return -1;
        l->is_metrics = i >= d->config.listen.count;
        d->listener_count++;
    }
    return 0;
}

/* Raises the limit of descriptors; where the system allows too few, allows fewer connections. */
static void fit_descriptors(struct daemon *d)
{
    unsigned *const max = &d->service.max_connections;
    struct rlimit files;
    rlim_t room;

    d->service.max_waiting = *max < WAITING_MAX / WAITING ? WAITING * *max : WAITING_MAX;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur == RLIM_INFINITY)
        return;
    room = SPARE_FILES + (rlim_t)d->threads * (8 + d->listener_count);
    room =
        files.rlim_cur > room + d->listener_count ? (files.rlim_cur - room) / d->listener_count : 1;
    if (*max + d->service.max_waiting <= room)
        return;
    if (*max > room - room / 4) {
        *max = (unsigned)(room - room / 4);
        log_event(LOG_WARNING, "descriptors", "limit=%llu max_connections=%u",
                  (unsigned long long)files.rlim_cur, *max);
    }
    d->service.max_waiting = (unsigned)room - *max;
}

static void drop_fresh(struct fresh *f)
{
    keyring_drop(f->ring);
    tokens_free(f->tokens);
    policy_free(f->policy);
    tls_drop(f->tls);
}

/* The keys come first: no reply under the new tokens and policy may be signed with the old key. */
static void swap(struct daemon *d, struct fresh *f)
{
    keyring_swap(&d->keys, f->ring);
    f->ring = NULL;
    if (f->tokens)
        f->tokens = atomic_exchange(&d->service.tokens, f->tokens);
    if (f->policy)
        f->policy = atomic_exchange(&d->service.policy, f->policy);
    if (f->tls)
        server_swap_tls(d->server, f->tls);
    f->tls = NULL;
    server_settle(d->server); /* no handler uses the old ones any more */
}

/* Everything is loaded before anything is replaced, so a bad file changes nothing. */
static int load_anew(struct daemon *d, struct err *err)
{
    struct fresh fresh SCOPED(drop_fresh) = { .ring = NULL };
    const struct keyring_source source = key_source(d);
    struct keyring *before = keyring_take(&d->keys);

    fresh.ring = keyring_load(&source, before, err);
    keyring_drop(before);
    if (!fresh.ring || load_fresh(&d->config, &fresh, err) < 0)
        return -1;
    swap(d, &fresh);
    return 0;
}

#define SIGNING "Signing with key %s"
#define REVOKED "Signing nothing: key %s is revoked, and there is no other"

/*
 * In the directory that the unit makes for it, so that clients on this host find the keys. A host
 * without that directory loses nothing.
 */
static void publish_keys(struct daemon *d)
{
    const char *const directory = getenv("RUNTIME_DIRECTORY");
    const size_t length = directory ? strlen(directory) : 0, end = strlen("/keys");
    struct err err = { .count = 0 };
    char quoted[2 * ERR_DETAIL_SIZE];
    struct keyring *ring;

    if (length < end || strcmp(directory + length - end, "/keys") != 0)
        return;
    ring = keyring_take(&d->keys);
    if (keyring_publish(ring, directory, &err) < 0)
        log_event(LOG_WARNING, "publish", "result=failed detail=%s",
                  log_quote(err.places[0].detail, quoted, sizeof(quoted)));
    keyring_drop(ring);
}

/* The service manager shows what the daemon does. @problem: of the last reload; NULL: none */
static void notify_ready(struct daemon *d, const char *problem)
{
    struct keyring *ring = keyring_take(&d->keys);
    char text[ERR_DETAIL_SIZE + 64];

    if (problem)
        snprintf(text, sizeof(text), "Reload failed, the old configuration is in use: %s", problem);
    else
        snprintf(text, sizeof(text), keyring_may_sign(ring) ? SIGNING : REVOKED,
                 key_id(keyring_signer(ring)));
    keyring_drop(ring);
    notify_status("READY=1", text);
}

/* SIGHUP. sd_notify(3) needs the time to tell this reload from an earlier one. */
static void reload(struct daemon *d, const struct reload_asker *asker)
{
    struct err err = { .count = 0 };
    char quoted[2 * ERR_DETAIL_SIZE], text[64];
    const char *const problem = err.places[0].detail;
    bool good;

    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu", 1000ULL * clock_ms());
    notify_state(text);
    good = load_anew(d, &err) == 0;
    metrics_reload(d->service.metrics, good);
    if (good) {
        publish_keys(d);
        log_keys(d, "reload", "result=ok");
    } else
        log_event(LOG_ERROR, "reload", "result=failed detail=%s",
                  log_quote(problem, quoted, sizeof(quoted)));
    notify_ready(d, good ? NULL : problem);
    reload_answer(asker, good ? NULL : problem); /* last: the manager takes this for the end */
}

/*
 * Time for balancers to see that this server is not ready any more, before it refuses connections.
 */
static void take_leave(struct daemon *d)
{
    const uint64_t end = clock_ms() + 1000ULL * d->config.drain;
    struct reload_asker asker;

    d->service.leaving = true;
    if (d->config.drain)
        log_event(LOG_INFO, "leaving", "seconds=%u", d->config.drain);
    for (uint64_t now = clock_ms(); now < end && signals_ends() == 1; now = clock_ms())
        wait_signal(d, (unsigned)(end - now), &asker);
}

/*
 * Waits for the signal to stop; then until the requests under way are done, the time is up, or a
 * second signal comes.
 */
static void wait_for_end(struct daemon *d)
{
    struct reload_asker asker;

    while (signals_ends() == 0)
        if (wait_signal(d, 3600 * 1000, &asker) && signals_ends() == 0)
            reload(d, &asker);
    notify_state("STOPPING=1");
    take_leave(d);
    for (unsigned i = 0; i < d->listener_count; i++)
        listen_hide(&d->listeners[i]);
    server_drain(d->server);
    for (unsigned i = 0; i < d->listener_count; i++)
        listen_close(&d->listeners[i]);
    for (unsigned i = 0; i < DRAIN_SECONDS * 50 && server_connections(d->server) > 0; i++) {
        wait_signal(d, 20, &asker);
        if (signals_ends() > 1)
            return;
    }
}

/* A TCP address that is closed while a client connects resets that client. */
static void warn_of_resets(const struct daemon *d)
{
    bool gentle = true;

    for (unsigned i = 0; i < d->listener_count; i++)
        gentle = gentle && listen_can_hide(&d->listeners[i]);
    if (!gentle)
        log_event(
            LOG_WARNING, "restart",
            "detail=\"clients that connect by TCP during a restart may be reset: have sockets passed, or add CAP_NET_ADMIN\"");
}

static int serve(struct daemon *d, struct err *err)
{
    struct tls *const tls = d->tls;

    d->tls = NULL; /* the server's from now on */
    d->server = server_start(&d->service, d->listeners, d->listener_count, tls, d->threads, err);
    if (!d->server)
        return -1;
    if (geteuid() == 0)
        log_event(LOG_WARNING, "root", "detail=\"no privilege is needed: run it as another user\"");
    warn_of_resets(d);
    publish_keys(d);
    notify_ready(d, NULL);
    d->ping_ms = notify_watchdog_us() / 2000;
    d->next_ping = clock_ms() + d->ping_ms;
    wait_for_end(d);
    server_stop(d->server);
    log_event(LOG_INFO, "stop", NULL);
    return 0;
}

static void fill_service(struct daemon *d)
{
    const struct config *c = &d->config;
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    d->threads = c->threads               ? c->threads
                 : cpus < 1               ? 1
                 : cpus > THREADS_DEFAULT ? THREADS_DEFAULT
                                          : (unsigned)cpus;
    d->service.allow_hosts = c->allow_hosts.values;
    d->service.allow_host_count = c->allow_hosts.count;
    d->service.no_page = c->no_page;
    d->service.max_body = c->max_body;
    d->service.max_connections = c->max_connections;
    d->service.signature_memory = c->signature_memory;
    d->service.idle_seconds = c->timeout;
    d->service.request_seconds = REQUEST_SECONDS;
}

/*
 * systemd 252 gives ExecReload= the path of the credentials, but no access to them. Only the daemon
 * can read them then, and it reports what is wrong.
 */
static bool is_blind(const struct config *c)
{
    const char *const credentials = getenv("CREDENTIALS_DIRECTORY");

    return c->reload_pid && credentials && access(credentials, X_OK) < 0 && errno == EACCES;
}

static int flush_output(struct err *err)
{
    return fflush(stdout) == 0 && !ferror(stdout) ? 0
                                                  : err_system(err, ERR_FILE, "standard output");
}

static int run(struct daemon *d, struct err *err)
{
    key_protect_process();
    umask(077);
    if (d->config.cache_bytes != UINT_MAX)
        log_event(
            LOG_WARNING, "config",
            "detail=\"--cache-bytes does nothing and will be removed: see --signature-memory\"");
    if (signals_start(d->config.drain + DRAIN_SECONDS + STUCK_SECONDS, err) < 0)
        return -1;
    fill_service(d);
    if (seal_start() < 0)
        return err_at(err, ERR_INTERNAL, NULL, "libsodium does not start");
    if (check_addresses(&d->config, err) < 0 || (!is_blind(&d->config) && take_files(d, err) < 0))
        return -1;
    if (d->config.reload_pid)
        return reload_ask((pid_t)d->config.reload_pid, err);
    if (d->config.check_only) {
        puts("ok");
        return flush_output(err);
    }
    d->service.asks_certificates = d->config.tls_client_ca != NULL;
    log_start(d);
    if (open_listeners(d, err) < 0)
        return -1;
    fit_descriptors(d);
    return serve(d, err);
}

static int print_capabilities(const struct config *config, struct err *err)
{
    struct build b;
    size_t size;
    char *text SCOPED(scoped_free) = NULL;

    build_start(&b);
    capable_render(&b, config->max_body, config_options());
    text = build_pretty(&b, &size);
    if (!text)
        return err_at(err, ERR_BUSY, NULL, "no memory");
    fwrite(text, 1, size, stdout);
    return flush_output(err);
}

/* Prints what an option asks for in place of serving. Return: the exit status */
static int answer(enum config_action action, const struct config *config, struct err *err)
{
    int status;

    if (action == CONFIG_CAPABILITIES) {
        status = print_capabilities(config, err);
    } else {
        if (action == CONFIG_HELP)
            config_help();
        else
            puts("mptabled " MPT_VERSION);
        status = flush_output(err);
    }
    if (status < 0)
        fprintf(stderr, "mptabled: %s\n", err->places[0].detail);
    return status < 0 ? EXIT_FAILED : 0;
}

int main(int argc, char **argv)
{
    static struct daemon d;
    static struct err err;
    char quoted[2 * ERR_DETAIL_SIZE];
    enum config_action action;
    int status;

    if (log_open() < 0) {
        fprintf(stderr, "mptabled: standard error may block, and a thread cannot be started: %s\n",
                strerror(errno));
        return EXIT_FAILED;
    }
    action = config_parse(argc, argv, &d.config, &err);
    if (action == CONFIG_USAGE) {
        fprintf(stderr, "mptabled: %s; see mptabled --help\n", err.places[0].detail);
        return EXIT_USAGE;
    }
    if (action != CONFIG_RUN)
        return answer(action, &d.config, &err);
    log_set_level((enum log_level)d.config.log_level);
    status = run(&d, &err);
    if (status < 0)
        log_event(LOG_ERROR, "failed", "detail=%s",
                  log_quote(err.places[0].detail, quoted, sizeof(quoted)));
    for (unsigned i = 0; i < d.listener_count; i++)
        listen_close(&d.listeners[i]);
    tokens_free(d.service.tokens);
    policy_free(d.service.policy);
    tls_drop(d.tls);
    keyring_swap(&d.keys, NULL);
    log_close();
    return status < 0 ? EXIT_FAILED : 0;
}
