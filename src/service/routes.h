/* SPDX-License-Identifier: ISC */
/* Which path does what. */
#ifndef SERVICE_ROUTES_H
#define SERVICE_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

struct context;
struct job;

enum { ROUTES_TEMPLATES_MAX = 32 };

struct route {
    const char *method, *path;
    void (*handle)(const struct context *context, struct job *job);
    const char *media; /* of the body, NULL when there is none to read */
    bool query;        /* the handler reads it; else there must be none */
    bool open;         /* for probes: any Host, no credentials; the same in all rows of a path */
    bool formats;      /* the reply is an image, in one of several formats */
};

/* The rows of a path and its number among the templates; count 0 when the path is unknown. */
struct routes_match {
    const struct route *first;
    unsigned count, number;
};

/* routes_find - the rows of a path */
struct routes_match routes_find(const char *path);

/* routes_method - the row of a method, or NULL */
const struct route *routes_method(const struct routes_match *match, const char *method);

/* routes_list_methods - the methods of a path as Allow has them; @size: of @list, 64 will do */
void routes_list_methods(const struct routes_match *match, char *list, size_t size);

/* routes_templates - the paths, each once, and "other" as the last. Return: how many */
unsigned routes_templates(const char *templates[ROUTES_TEMPLATES_MAX]);

#endif
