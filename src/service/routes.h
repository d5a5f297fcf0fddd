/* SPDX-License-Identifier: ISC */
/* Paths, their methods and their handlers. */
#ifndef SERVICE_ROUTES_H
#define SERVICE_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

struct context;
struct job;

enum { ROUTES_TEMPLATES_MAX = 32 };

/* Which clients may use a path */
enum route_for {
    FOR_CLIENTS, /* clients that show the credentials that the daemon asks for */
    FOR_READERS, /* also clients without a token: all daemons give the same reply */
    FOR_PROBES   /* any client, with any Host and without credentials */
};

struct route {
    const char *method, *path;
    void (*handle)(const struct context *context, struct job *job);
    const char *media;   /* the body's media type; NULL: the handler reads no body */
    bool query;          /* the handler reads the query; otherwise there must be none */
    enum route_for open; /* the same in all rows of a path */
    bool formats;        /* the reply is an image, in one of several formats */
    unsigned claim;      /* KiB to take from the ledger for the reply; 0: the slot's are enough */
    size_t body_max;     /* bytes that a body may have, even if the context's max_body is less */
};

/* The rows of a path, and the number of its template; count is 0 if the path is unknown. */
struct routes_match {
    const struct route *first;
    unsigned count, number;
};

/* routes_find - the rows of a path. @metrics_only: there are none but those of /metrics */
struct routes_match routes_find(const char *path, bool metrics_only);

/* routes_method - the row of a method, or NULL */
const struct route *routes_method(const struct routes_match *match, const char *method);

/* routes_body_max - bytes that a body may have: @max_body, or more if the route's row says so */
size_t routes_body_max(const char *method, const char *path, size_t max_body);

/* routes_list_methods - the methods of a path as Allow has them; 64 is enough for @size */
void routes_list_methods(const struct routes_match *match, char *list, size_t size);

/* routes_templates - the paths, each once, then "other". Return: their number */
unsigned routes_templates(const char *templates[ROUTES_TEMPLATES_MAX]);

#endif
