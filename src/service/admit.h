/* SPDX-License-Identifier: ISC */
/*
 * The checks that do not depend on the handler: may this client make requests, and does the path
 * accept this one?
 */
#ifndef SERVICE_ADMIT_H
#define SERVICE_ADMIT_H

#include "../base/cleanup.h"

struct context;
struct job;
struct route;
struct routes_match;

/*
 * admit_client - is the request for this server, and does the client show the certificate and
 *                the token that it needs?
 *
 * A request without a body for a path of FOR_PROBES needs none of these, whatever its method. A
 * request for a path of FOR_READERS needs no token. See enum route_for.
 *
 * Return: 0; -1 with the job's error.
 */
int admit_client(const struct context *context, const struct routes_match *match,
                 struct job *job) MUST_USE;

/*
 * admit_request - check path, method, query and media type
 *
 * Return: 0; -1 with the job's reply, which lists the path's methods or media type if that was
 * wrong.
 */
int admit_request(const struct routes_match *match, const struct route *route,
                  struct job *job) MUST_USE;

#endif
