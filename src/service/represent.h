/* SPDX-License-Identifier: ISC */
/*
 * An image in the form that the client wants: format, entity tag, conditions, digest.
 */
#ifndef SERVICE_REPRESENT_H
#define SERVICE_REPRESENT_H

#include <stdbool.h>

#include "../base/cleanup.h"

struct job;
struct public_key;

/*
 * represent_choose - set the job's format, from ?format= or else from Accept
 *
 * Return: 0; -1: there is no such format, or none that the client accepts.
 */
int represent_choose(struct job *job) MUST_USE;

/*
 * represent_unchanged - set the job's tag and evaluate the request's conditions; the image need not
 * be signed yet
 * @key: the key that signs it
 *
 * The tag depends on all that the reply depends on: format, key, trusted comment (which has the
 * digest of the bytes, and their addresses), and for json also on the findings, version, profile
 * and topology.
 *
 * Return: true if job->reply is filled: 304, or a problem with status 412.
 */
bool represent_unchanged(struct job *job, const struct public_key *key);

/* represent_image - fill the reply with the job's signed image, in the job's format */
void represent_image(struct job *job);

#endif
