/* SPDX-License-Identifier: ISC */
/*
 * An image as its client wants it: format, entity tag, conditions, digest.
 */
#ifndef SERVICE_REPRESENT_H
#define SERVICE_REPRESENT_H

#include <stdbool.h>

#include "../base/cleanup.h"

struct job;
struct public_key;

/*
 * represent_choose - the job's format, as ?format= or else Accept asks for it
 *
 * Return: 0; -1: there is no such format, or none that the client accepts.
 */
int represent_choose(struct job *job) MUST_USE;

/*
 * represent_unchanged - what the request's conditions make of the image, which need not be signed yet
 * @key: whose signature it has or gets
 *
 * Sets the job's tag. It follows from all that fixes the reply: format, key, trusted comment (so the
 * image's bytes and addresses), and for json the findings and whatever else it says of them.
 *
 * Return: true when job->reply is the answer: 304, or a problem with status 412.
 */
bool represent_unchanged(struct job *job, const struct public_key *key);

/* represent_image - the signed image of the job, in the job's format */
void represent_image(struct job *job);

#endif
