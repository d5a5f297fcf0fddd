/* SPDX-License-Identifier: ISC */
/*
 * One request, from its head to its reply.
 *
 * A loop runs one handler at a time, and each to its end. So the loop has one job for all its
 * connections, and job_start prepares it for the next request. All that a request needs is in the
 * job by value, except for what is borrowed from the connection.
 */
#ifndef SERVICE_JOB_H
#define SERVICE_JOB_H

#include <stdbool.h>

#include "../http/head.h"
#include "../http/target.h"
#include "../seal/jwk.h"
#include "../signed/format.h"
#include "client.h"
#include "ledger.h"
#include "problem.h"
#include "reply.h"

enum {
    JOB_ID_SIZE = 65, /* NUL included */
    JOB_TAG_SIZE = 35 /* an entity tag: quotes, 32 hex digits, NUL */
};

struct keyring;

struct job {
    /* Borrowed from the connection, up to body */
    const char *method, *raw_target;
    const struct head *head; /* NULL: no headers */
    const char *address;     /* HOST:PORT of the listener; NULL: any Host is accepted */
    const char *body;
    size_t body_size;
    bool untrusted;      /* a client certificate is required, and the client has shown none */
    bool metrics_only;   /* the listener serves /metrics and nothing else */
    bool draining;       /* the server is about to stop: each reply ends its connection */
    struct memo *memo;   /* signatures made before; NULL: none are remembered */
    struct lease *lease; /* the reply's memory is taken from it; NULL: nothing is counted */
    size_t held;         /* bytes taken from it, which the caller of dispatch_job gives back */

    char id[JOB_ID_SIZE];
    struct client client;
    unsigned route;          /* the number of the path's template, see routes_templates */
    bool of_query;           /* the places of err are parameters of the query */
    enum problem problem;    /* PROBLEM_NONE: it follows from the code of err */
    enum format_kind format; /* of the image in the reply, if there is one */
    bool shareable;          /* answers do not depend on the client: a shared cache may keep it */
    bool binds;              /* topology has the context that the client asks for */
    char tag[JOB_TAG_SIZE];  /* the image's entity tag */
    char kid[JWK_THUMBPRINT_SIZE]; /* of the key that signed, for the log */
    struct target target;
    struct topology topology;
    struct image image;
    struct seal seal;
    struct err err;
    struct reply reply;
};

/* job_start - clear the last request; the caller then sets the borrowed members and the id */
void job_start(struct job *job);

/* job_header - a header's value; NULL when absent */
const char *job_header(const struct job *job, enum header header);

/* job_refuse - set the problem that an error becomes. Return: @status, which err_at returned */
int job_refuse(struct job *job, enum problem kind, int status);

/* job_check_signer - refuse when the keyring's key is revoked. Return: 0; -1: it is */
int job_check_signer(struct job *job, const struct keyring *keys) MUST_USE;

/* job_refuse_query - refuse parameters that no handler took. Return: 0; -1: there are some */
int job_refuse_query(struct job *job) MUST_USE;

/* job_claim - take memory for the reply, before it is built. Return: 0; -1 and ERR_BUSY */
int job_claim(struct job *job, size_t bytes, enum ledger_use use) MUST_USE;

/* job_settle - when the reply is built, give back claimed memory that it does not hold */
void job_settle(struct job *job);

/* job_kind - the problem that the job's error becomes; PROBLEM_NONE: the job was not refused */
enum problem job_kind(const struct job *job);

/* job_problem - fill the reply with the job's problem */
void job_problem(struct job *job);

#endif
