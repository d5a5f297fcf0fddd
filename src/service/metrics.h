/* SPDX-License-Identifier: ISC */
/*
 * Counters, and the page on which Prometheus reads them (text format 0.0.4).
 *
 * Each loop has a row of its own, which only that loop writes; metrics_render adds the rows up.
 * Label values come from fixed sets: route templates, methods, statuses, problem types, listeners;
 * and the names of the first METRICS_CLIENTS clients; all others are counted as "other".
 */
#ifndef SERVICE_METRICS_H
#define SERVICE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "problem.h"

struct keyring;
struct ledger;
struct metrics;

enum { METRICS_CLIENTS = 64 };

/* One answered request, as it is counted. */
struct metric_request {
    unsigned route;            /* the number of its template; the last is for all other paths */
    const char *method;        /* an unknown one is counted as "other" */
    unsigned status;           /* HTTP status of the reply */
    enum problem problem;      /* why it was refused; PROBLEM_NONE: it was not */
    unsigned long long micros; /* from its request line to its reply */
    size_t image_size;         /* bytes of the image in the reply; 0: none */
    int format;                /* enum format_kind of the image */
    unsigned signatures_made, signatures_remembered;
    const char *client; /* its name: client_name */
};

/*
 * metrics_new - counters at zero
 * @loops:  rows
 * @routes: templates; the last one counts every other path; borrowed
 */
struct metrics *metrics_new(unsigned loops, const char *const *routes,
                            unsigned route_count) MUST_USE;
void metrics_free(struct metrics *metrics);

/*
 * metrics_listener - show the open connections of a listener; both pointers are borrowed, and @open
 * is read by metrics_render
 */
void metrics_listener(struct metrics *metrics, const char *address, const _Atomic unsigned *open);

/* metrics_ledger - show the account of memory; borrowed */
void metrics_ledger(struct metrics *metrics, const struct ledger *ledger);

/* metrics_request - count a request in the row of a loop; only that loop may call it */
void metrics_request(struct metrics *metrics, unsigned loop, const struct metric_request *request);

/* metrics_unanswered - count a request without a reply of ours; only that loop may call it */
void metrics_unanswered(struct metrics *metrics, unsigned loop);

/*
 * metrics_turn - count a turn of a loop; only that loop may call it
 * @barren: only the library asked for it, and nothing was done in it (net/loop.c)
 */
void metrics_turn(struct metrics *metrics, unsigned loop, bool barren);

/* metrics_certificate - show when the server's certificate expires, in seconds since 1970 */
void metrics_certificate(struct metrics *metrics, int64_t expires);

/* metrics_reload - count a reload, and show whether it was good */
void metrics_reload(struct metrics *metrics, bool good);

/* metrics_render - the page, *size bytes, to be released by free; NULL: no memory */
char *metrics_render(const struct metrics *metrics, const struct keyring *keys,
                     size_t *size) MUST_USE;

#endif
