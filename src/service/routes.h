/* SPDX-License-Identifier: ISC */
/*
 * Which path does what. A handler reads its job and fills the job's reply; it knows no socket.
 */
#ifndef SERVICE_ROUTES_H
#define SERVICE_ROUTES_H

#include <stdbool.h>

#include "../http/head.h"
#include "../signed/format.h"
#include "reply.h"
#include "context.h"
#include "../http/target.h"

enum { JOB_ID_SIZE = 65 /* NUL included */, ROUTE_TEMPLATES_MAX = 32 };

/*
 * One request and all that becomes of it. Handlers run to their end, one after the other, so a loop
 * has one job for all its connections, and job_start makes it fit for the next request.
 */
struct job {
    const char *method, *raw_target; /* borrowed from the connection, as all that follows */
    const struct head *head;         /* NULL: no headers */
    const char *address; /* HOST:PORT by which the request came; NULL: any Host will do */
    const char *body;
    size_t body_size;
    bool draining;     /* the server is about to stop */
    struct memo *memo; /* signatures made before; NULL: none are remembered */

    char id[JOB_ID_SIZE];
    unsigned route;          /* which template the target fits, see route_templates */
    enum format_kind format; /* of the image in the reply, when there is one */
    bool shareable; /* a shared cache may keep the image: no client is asked for its name */
    char tag[REPLY_TAG_SIZE]; /* the image's entity tag */
    struct target target;
    struct topology topology;
    struct image image;
    struct seal seal;
    struct err err;
    struct reply reply;
};

/* job_start - forget the last request; what was borrowed is for the caller to set, the id too */
void job_start(struct job *job);

/* job_header - a header's value; NULL when absent */
const char *job_header(const struct job *job, enum header header);

/* route_dispatch - answer a request: job->reply is filled whatever happens */
void route_dispatch(const struct service *service, struct job *job);

/*
 * route_admit - would the request be refused whatever its body says?
 *
 * Return: 0; -1 with job->reply filled by the refusal.
 */
int route_admit(const struct service *service, struct job *job) MUST_USE;

/* route_templates - the paths, each once, and "other" as the last. Return: how many */
unsigned route_templates(const char *templates[ROUTE_TEMPLATES_MAX]);

#endif
