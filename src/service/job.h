/* SPDX-License-Identifier: ISC */
/*
 * One request and all that becomes of it.
 *
 * Handlers run to their end, one after the other, so a loop has one job for all its connections, and
 * job_start makes it fit for the next request. What a request needs is in it by value, but for what
 * the connection lends.
 */
#ifndef SERVICE_JOB_H
#define SERVICE_JOB_H

#include <stdbool.h>

#include "../http/head.h"
#include "../http/target.h"
#include "../signed/format.h"
#include "problem.h"
#include "reply.h"

enum {
    JOB_ID_SIZE = 65, /* NUL included */
    JOB_TAG_SIZE = 35 /* an entity tag: quotes, 32 hex digits, NUL */
};

struct job {
    const char *method, *raw_target; /* borrowed from the connection, as all that follows */
    const struct head *head;         /* NULL: no headers */
    const char *address; /* HOST:PORT by which the request came; NULL: any Host will do */
    const char *body;
    size_t body_size;
    bool untrusted;    /* a client certificate is required, and the client has shown none */
    bool draining;     /* the server is about to stop: each reply ends its connection */
    struct memo *memo; /* signatures made before; NULL: none are remembered */

    char id[JOB_ID_SIZE];
    unsigned route;          /* which template the target fits, see routes_templates */
    enum problem problem;    /* PROBLEM_NONE: what err says, if anything */
    enum format_kind format; /* of the image in the reply, when there is one */
    bool shareable;         /* no client is asked for its name: a shared cache may keep the image */
    char tag[JOB_TAG_SIZE]; /* the image's entity tag */
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

/* job_refuse - say what an error is to the client. Return: @status, that of err_at */
int job_refuse(struct job *job, enum problem kind, int status);

/* job_refuse_query - parameters that were not taken are unknown. Return: 0, -1 when there are some */
int job_refuse_query(struct job *job) MUST_USE;

/* job_kind - what a refused job is to its client; PROBLEM_NONE: it was not refused */
enum problem job_kind(const struct job *job);

/* job_problem - the reply becomes the problem that the job has */
void job_problem(struct job *job);

#endif
