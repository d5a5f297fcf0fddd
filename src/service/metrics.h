/* SPDX-License-Identifier: ISC */
/*
 * What is counted, and how Prometheus reads it (text format 0.0.4).
 *
 * Each loop has a row of its own, which it alone writes; whoever renders adds the rows up. Label
 * values come from fixed sets: route templates, methods, statuses, problem types, listeners.
 */
#ifndef SERVICE_METRICS_H
#define SERVICE_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "problem.h"

struct keyring;
struct metrics;

/* One answered request, as it is counted. */
struct metric_request {
    unsigned route;            /* index of a template, the last one for everything else */
    const char *method;        /* one that we know is counted as itself */
    unsigned status;           /* HTTP */
    enum problem problem;      /* why it was refused, PROBLEM_NONE when it was not */
    unsigned long long micros; /* from its request line to its answer */
    size_t image_size;         /* bytes of the image in the answer, 0 = none */
    int format;                /* enum format_kind of the image */
    unsigned signatures_made, signatures_remembered;
};

/*
 * metrics_new - counters at zero
 * @loops:  rows
 * @routes: templates, of which the last stands for every other path; borrowed
 */
struct metrics *metrics_new(unsigned loops, const char *const *routes,
                            unsigned route_count) MUST_USE;
void metrics_free(struct metrics *metrics);

/*
 * metrics_listener - have the connections of a listener shown; both borrowed, @open is read when
 * rendering
 */
void metrics_listener(struct metrics *metrics, const char *address, const _Atomic unsigned *open);

/* metrics_request - count a request in the row of a loop; to be called by that loop alone */
void metrics_request(struct metrics *metrics, unsigned loop, const struct metric_request *request);

/* metrics_reload - count a reload of keys and tokens */
void metrics_reload(struct metrics *metrics, bool good);

/* metrics_render - the page; memory of malloc, *size its bytes; NULL when memory ran out */
char *metrics_render(const struct metrics *metrics, const struct keyring *keys,
                     size_t *size) MUST_USE;

#endif
