/* SPDX-License-Identifier: ISC */
#include "metrics.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/log.h"
#include "../mptable/mptable.h"
#include "../seal/keyring.h"
#include "../signed/format.h"
#include "client.h"
#include "ledger.h"
#include "problem.h"

enum { ROUTES_MAX = 32, LISTENERS_MAX = 16, METHODS = 6, TIMES = 9, SIZES = 6 };

/* The only typedef of this program: _Atomic before an array is hard to read. */
typedef _Atomic uint64_t counter;

static const char *const methods[METHODS] = { "GET", "HEAD", "POST", "OPTIONS", "TRACE", "other" };

/* The statuses that we send. Any other would be a bug, and is counted as 500. */
static const unsigned short statuses[] = { 500, 200, 204, 304, 400, 401, 403, 404, 405,
                                           406, 412, 413, 414, 415, 417, 421, 422, 503 };
enum { STATUSES = sizeof(statuses) / sizeof(statuses[0]) };

/* Upper bounds of the buckets, the times in microseconds; the last bucket is +Inf. */
static const unsigned time_bounds[TIMES - 1] = { 50, 100, 250, 1000, 5000, 25000, 250000, 2500000 };
static const char *const time_texts[TIMES] = { "5e-05", "0.0001", "0.00025", "0.001", "0.005",
                                               "0.025", "0.25",   "2.5",     "+Inf" };
static const unsigned size_bounds[SIZES - 1] = { 256, 512, 1024, 2048, 4096 }; /* bytes */
static const char *const size_texts[SIZES] = { "256", "512", "1024", "2048", "4096", "+Inf" };

struct row {
    counter requests[ROUTES_MAX][METHODS][STATUSES];
    counter times[ROUTES_MAX][TIMES], time_sums[ROUTES_MAX]; /* sums in microseconds */
    counter sizes[SIZES], size_sum;
    counter rejects[PROBLEMS];
    counter signatures[FORMATS];
    counter signatures_made, signatures_remembered;
    counter unanswered, turns, barren;
    counter client_requests[METRICS_CLIENTS + 1], client_images[METRICS_CLIENTS + 1];
};

struct metrics {
    const char *const *routes;
    unsigned route_count, loops, listener_count;
    struct {
        const char *address;
        const _Atomic unsigned *open;
    } listeners[LISTENERS_MAX];
    const struct ledger *ledger; /* NULL: not shown */
    _Atomic int64_t expires;     /* of the certificate; 0: there is none */
    pthread_mutex_t lock;        /* of adding a client */
    _Atomic unsigned client_count;
    struct {
        uint32_t hash;
        char name[CLIENT_NAME_SIZE];
    } clients[METRICS_CLIENTS]; /* the first client_count are const */
    counter reloads[2];
    atomic_bool reload_failed; /* the last one */
    double started;            /* seconds since 1970 */
    struct row rows[];
};

/* Only one thread writes a counter, so a load and a store are enough. */
static void add(counter *c, uint64_t n)
{
    atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

struct metrics *metrics_new(unsigned loops, const char *const *routes, unsigned route_count)
{
    struct metrics *m = NULL;
    struct timespec now;

    if (route_count <= ROUTES_MAX)
        m = calloc(1, sizeof(*m) + loops * sizeof(m->rows[0]));
    if (!m)
        return NULL;
    clock_gettime(CLOCK_REALTIME, &now);
    m->started = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
    pthread_mutex_init(&m->lock, NULL);
    m->loops = loops;
    m->routes = routes;
    m->route_count = route_count;
    return m;
}

void metrics_free(struct metrics *m)
{
    free(m);
}

void metrics_listener(struct metrics *m, const char *address, const _Atomic unsigned *open)
{
    if (m->listener_count == LISTENERS_MAX)
        return;
    m->listeners[m->listener_count].address = address;
    m->listeners[m->listener_count++].open = open;
}

static unsigned find_client(const struct metrics *m, uint32_t hash, const char *name)
{
    const unsigned count = atomic_load_explicit(&m->client_count, memory_order_acquire);
    unsigned i = 0;

    while (i < count && (m->clients[i].hash != hash || strcmp(m->clients[i].name, name) != 0))
        i++;
    return i < count ? i : METRICS_CLIENTS;
}

/* Return: the client's number; METRICS_CLIENTS when it came after the first ones */
static unsigned index_of_client(struct metrics *m, const char *name)
{
    uint32_t hash = 2166136261U; /* FNV-1a */
    unsigned found;

    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    found = find_client(m, hash, name);
    if (found < METRICS_CLIENTS || atomic_load(&m->client_count) == METRICS_CLIENTS)
        return found;
    pthread_mutex_lock(&m->lock);
    found = find_client(m, hash, name);
    if (found == METRICS_CLIENTS && m->client_count < METRICS_CLIENTS) {
        found = m->client_count;
        m->clients[found].hash = hash;
        snprintf(m->clients[found].name, sizeof(m->clients[found].name), "%s", name);
        atomic_store_explicit(&m->client_count, found + 1, memory_order_release);
    }
    pthread_mutex_unlock(&m->lock);
    return found;
}

static unsigned index_of_method(const char *name)
{
    unsigned i = 0;

    while (i < METHODS - 1 && strcmp(methods[i], name) != 0)
        i++;
    return i;
}

static unsigned index_of_status(unsigned status)
{
    for (unsigned i = 0; i < STATUSES; i++)
        if (statuses[i] == status)
            return i;
    return 0;
}

static unsigned bucket(const unsigned *bounds, unsigned count, unsigned long long value)
{
    unsigned i = 0;

    while (i < count && value > bounds[i])
        i++;
    return i;
}

void metrics_request(struct metrics *m, unsigned loop, const struct metric_request *q)
{
    struct row *r = &m->rows[loop];
    const unsigned route = q->route < m->route_count ? q->route : m->route_count - 1;
    const unsigned client = index_of_client(m, q->client ? q->client : "none");

    add(&r->requests[route][index_of_method(q->method)][index_of_status(q->status)], 1);
    add(&r->times[route][bucket(time_bounds, TIMES - 1, q->micros)], 1);
    add(&r->time_sums[route], q->micros);
    add(&r->client_requests[client], 1);
    if (q->problem != PROBLEM_NONE)
        add(&r->rejects[q->problem], 1);
    add(&r->signatures_made, q->signatures_made);
    add(&r->signatures_remembered, q->signatures_remembered);
    if (q->image_size == 0)
        return;
    add(&r->client_images[client], 1);
    add(&r->signatures[q->format], 1);
    add(&r->sizes[bucket(size_bounds, SIZES - 1, q->image_size)], 1);
    add(&r->size_sum, q->image_size);
}

void metrics_unanswered(struct metrics *m, unsigned loop)
{
    add(&m->rows[loop].unanswered, 1);
}

void metrics_turn(struct metrics *m, unsigned loop, bool barren)
{
    add(&m->rows[loop].turns, 1);
    if (barren)
        add(&m->rows[loop].barren, 1);
}

void metrics_ledger(struct metrics *m, const struct ledger *ledger)
{
    m->ledger = ledger;
}

void metrics_certificate(struct metrics *m, int64_t expires)
{
    atomic_store(&m->expires, expires);
}

void metrics_reload(struct metrics *m, bool good)
{
    atomic_fetch_add_explicit(&m->reloads[good], 1, memory_order_relaxed);
    atomic_store(&m->reload_failed, !good);
}

/* The sum over all loops; @in_first is the counter in the first row */
static uint64_t sum(const struct metrics *m, const counter *in_first)
{
    const uintptr_t at = (uintptr_t)in_first - (uintptr_t)&m->rows[0];
    uint64_t total = 0;

    for (unsigned i = 0; i < m->loops; i++) {
        const counter *c = (const counter *)((uintptr_t)&m->rows[i] + at);

        total += atomic_load_explicit(c, memory_order_relaxed);
    }
    return total;
}

static void describe(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A metric without labels */
static void render_one(FILE *out, const char *name, const char *type, const char *help,
                       unsigned long long value)
{
    describe(out, name, type, help);
    fprintf(out, "%s %llu\n", name, value);
}

static void render_requests(const struct metrics *m, FILE *out)
{
    describe(out, "mptabled_http_requests_total", "counter",
             "Requests answered, by route template, method and status.");
    for (unsigned r = 0; r < m->route_count; r++)
        for (unsigned i = 0; i < METHODS; i++)
            for (unsigned s = 0; s < STATUSES; s++) {
                const uint64_t n = sum(m, &m->rows[0].requests[r][i][s]);

                if (n)
                    fprintf(out,
                            "mptabled_http_requests_total{route=\"%s\",method=\"%s\","
                            "code=\"%u\"} %llu\n",
                            m->routes[r], methods[i], statuses[s], (unsigned long long)n);
            }
}

/* @label: the label of the series, or "". Each bucket counts those before it, too. */
static void render_histogram(const struct metrics *m, FILE *out, const char *name,
                             const char *label, const counter *buckets, const char *const *texts,
                             unsigned count)
{
    uint64_t total = 0;

    for (unsigned b = 0; b < count; b++) {
        total += sum(m, &buckets[b]);
        fprintf(out, "%s_bucket{%s%sle=\"%s\"} %llu\n", name, label, *label ? "," : "", texts[b],
                (unsigned long long)total);
    }
    fprintf(out, "%s_count%s%s%s %llu\n", name, *label ? "{" : "", label, *label ? "}" : "",
            (unsigned long long)total);
}

static void render_times(const struct metrics *m, FILE *out)
{
    const struct row *r = &m->rows[0];

    describe(out, "mptabled_http_request_duration_seconds", "histogram",
             "Time from a request line to its reply.");
    for (unsigned i = 0; i < m->route_count; i++) {
        char label[128];

        snprintf(label, sizeof(label), "route=\"%s\"", m->routes[i]);
        render_histogram(m, out, "mptabled_http_request_duration_seconds", label, r->times[i],
                         time_texts, TIMES);
        fprintf(out, "mptabled_http_request_duration_seconds_sum{%s} %.6f\n", label,
                (double)sum(m, &r->time_sums[i]) / 1e6);
    }
}

static void render_images(const struct metrics *m, FILE *out)
{
    const struct row *r = &m->rows[0];
    uint64_t built = 0;

    describe(out, "mptabled_signatures_total", "counter", "Signed images sent, by representation.");
    for (unsigned f = 0; f < FORMATS; f++)
        fprintf(out, "mptabled_signatures_total{format=\"%s\"} %llu\n", formats[f].name,
                (unsigned long long)sum(m, &r->signatures[f]));
    for (unsigned s = 0; s < SIZES; s++)
        built += sum(m, &r->sizes[s]);
    render_one(out, "mptabled_images_built_total", "counter", "Images built and signed.", built);
    describe(out, "mptabled_image_bytes", "histogram", "Size of the images.");
    render_histogram(m, out, "mptabled_image_bytes", "", r->sizes, size_texts, SIZES);
    fprintf(out, "mptabled_image_bytes_sum %llu\n", (unsigned long long)sum(m, &r->size_sum));
}

static void render_rejects(const struct metrics *m, FILE *out)
{
    describe(out, "mptabled_request_rejects_total", "counter",
             "Requests refused, by problem type.");
    for (int kind = PROBLEM_NONE + 1; kind < PROBLEMS; kind++)
        fprintf(out, "mptabled_request_rejects_total{type=\"%s\"} %llu\n",
                problem_type((enum problem)kind),
                (unsigned long long)sum(m, &m->rows[0].rejects[kind]));
}

/* The sums of what each loop counts */
static void render_totals(const struct metrics *m, FILE *out)
{
    const struct row *const r = &m->rows[0];
    const struct {
        const char *name, *help;
        const counter *in_first;
    } totals[] = {
        { "mptabled_signatures_made_total", "Ed25519 signatures made; a signed image holds two.",
          &r->signatures_made },
        { "mptabled_signatures_remembered_total",
          "Ed25519 signatures taken from the memory (--signature-memory).",
          &r->signatures_remembered },
        { "mptabled_http_unanswered_total",
          "Requests that broke off, or that the HTTP library refused.", &r->unanswered },
        { "mptabled_loop_turns_total", "Turns of the loops that serve connections.", &r->turns },
        { "mptabled_loop_barren_turns_total",
          "Turns in which nothing had come and nothing was done.", &r->barren },
    };

    for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
        render_one(out, totals[i].name, "counter", totals[i].help, sum(m, totals[i].in_first));
}

static unsigned long open_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    unsigned long count = 0;

    if (!directory)
        return 0;
    while (readdir(directory))
        count++;
    closedir(directory);
    return count > 3 ? count - 3 : 0; /* ".", ".." and the directory itself */
}

static unsigned long resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long size = 0, resident = 0;

    if (!file)
        return 0;
    if (fscanf(file, "%lu %lu", &size, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * (unsigned long)sysconf(_SC_PAGESIZE);
}

static void render_process(const struct metrics *m, FILE *out)
{
    describe(out, "process_start_time_seconds", "gauge", "Start of the process since 1970.");
    fprintf(out, "process_start_time_seconds %.3f\n", m->started);
    render_one(out, "process_resident_memory_bytes", "gauge", "Resident memory.", resident_bytes());
    render_one(out, "process_open_fds", "gauge", "Open file descriptors.", open_descriptors());
}

/* A listener's path can have any character; in a label three of them are escaped. */
static void put_label(FILE *out, const char *value)
{
    for (; *value; value++)
        if (*value == '\n')
            fputs("\\n", out);
        else
            fprintf(out, "%s%c", *value == '"' || *value == '\\' ? "\\" : "", *value);
}

/* @counters: of the first row */
static void render_clients(const struct metrics *m, FILE *out, const char *name, const char *help,
                           const counter *counters)
{
    const unsigned count = atomic_load_explicit(&m->client_count, memory_order_acquire);
    const uint64_t others = sum(m, &counters[METRICS_CLIENTS]);

    describe(out, name, "counter", help);
    for (unsigned i = 0; i < count; i++) {
        fprintf(out, "%s{client=\"", name);
        put_label(out, m->clients[i].name);
        fprintf(out, "\"} %llu\n", (unsigned long long)sum(m, &counters[i]));
    }
    if (others > 0)
        fprintf(out, "%s{client=\"other\"} %llu\n", name, (unsigned long long)others);
}

static void render_certificate(const struct metrics *m, FILE *out)
{
    const int64_t expires = atomic_load(&m->expires);

    if (!expires)
        return;
    describe(out, "mptabled_tls_certificate_not_after_seconds", "gauge",
             "When the server's certificate expires, in seconds since 1970.");
    fprintf(out, "mptabled_tls_certificate_not_after_seconds %lld\n", (long long)expires);
}

static void render_connections(const struct metrics *m, FILE *out)
{
    describe(out, "mptabled_http_connections", "gauge", "Open connections, by listener.");
    for (unsigned i = 0; i < m->listener_count; i++) {
        fputs("mptabled_http_connections{listener=\"", out);
        put_label(out, m->listeners[i].address);
        fprintf(out, "\"} %u\n", atomic_load(m->listeners[i].open));
    }
}

static void render_ledger(const struct metrics *m, FILE *out)
{
    const struct ledger *const l = m->ledger;

    if (!l)
        return;
    render_one(out, "mptabled_ledger_bytes", "gauge",
               "Memory taken for slots, long heads, bodies and replies.", atomic_load(&l->taken));
    render_one(out, "mptabled_ledger_limit_bytes", "gauge", "Most that may be taken.", l->limit);
    render_one(out, "mptabled_ledger_refusals_total", "counter",
               "Claims refused because they do not fit.", atomic_load(&l->refusals));
    render_one(out, "mptabled_memory_sum_bytes", "gauge", "Most that the daemon takes, all told.",
               l->sum);
}

static void render_service(const struct metrics *m, const struct keyring *keys, FILE *out)
{
    describe(out, "mptabled_build_info", "gauge", "Version of the daemon.");
    fprintf(out, "mptabled_build_info{version=\"%s\"} 1\n", MPT_VERSION);
    describe(out, "mptabled_signing_key_info", "gauge", "Keys and their states.");
    for (unsigned i = 0; i < keyring_count(keys); i++) {
        enum key_state state;
        const struct public_key *key = keyring_key(keys, i, &state);
        char id[KEY_ID_TEXT_SIZE];

        public_key_id(key, id);
        fprintf(out, "mptabled_signing_key_info{keyid=\"%s\",state=\"%s\"} 1\n", id,
                key_state_name(state));
    }
    describe(out, "mptabled_reloads_total", "counter", "Reloads, by result.");
    for (int good = 0; good < 2; good++)
        fprintf(out, "mptabled_reloads_total{result=\"%s\"} %llu\n", good ? "ok" : "failed",
                (unsigned long long)atomic_load(&m->reloads[good]));
    render_one(out, "mptabled_last_reload_successful", "gauge",
               "1, or 0 after a reload that was refused: what was loaded before is in use.",
               !atomic_load(&m->reload_failed));
    render_one(out, "mptabled_log_lines_dropped_total", "counter",
               "Log lines dropped because the reader had stopped.", log_dropped());
}

char *metrics_render(const struct metrics *m, const struct keyring *keys, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);

    if (!out)
        return NULL;
    render_service(m, keys, out);
    render_connections(m, out);
    render_certificate(m, out);
    render_clients(m, out, "mptabled_client_requests_total", "Requests answered, by client.",
                   m->rows[0].client_requests);
    render_clients(m, out, "mptabled_client_images_total", "Signed images sent, by client.",
                   m->rows[0].client_images);
    render_ledger(m, out);
    render_requests(m, out);
    render_times(m, out);
    render_images(m, out);
    render_rejects(m, out);
    render_totals(m, out);
    render_process(m, out);
    if (ferror(out) || fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
