/* SPDX-License-Identifier: ISC */
/*
 * Which path does what. A handler reads its job and fills the job's reply; it knows no socket.
 */
#ifndef HTTP_ROUTES_H
#define HTTP_ROUTES_H

#include <stdbool.h>

#include "../seal/seal.h"
#include "../topo/image.h"
#include "reply.h"
#include "server.h"
#include "target.h"

enum { JOB_METHOD_SIZE = 16, JOB_ID_SIZE = 65 };

/* Headers that handlers look at, borrowed; NULL when absent. */
struct job_headers {
    const char *accept, *content_type, *content_encoding, *if_none_match;
};

/*
 * What a handler needs while it runs: large, so there is one for each thread and not for each request. A
 * reply keeps nothing in it.
 */
struct workspace {
    struct topology topology;
    struct image image;
};

/* One request and all that becomes of it, by value. */
struct job {
    struct workspace *work; /* borrowed */
    char method[JOB_METHOD_SIZE];
    char id[JOB_ID_SIZE];
    char raw_target[TARGET_SIZE + 1];
    struct job_headers headers;
    bool draining; /* the server is about to stop */
    char *body;    /* owned by the job */
    size_t body_size;

    const char *media; /* of the body that the route takes; NULL = none */
    struct target target;
    struct seal seal;
    struct err err;
    struct reply reply;
};

/* route_dispatch - answer a request: job->reply is filled whatever happens */
void route_dispatch(const struct service *service, struct job *job);

#endif
