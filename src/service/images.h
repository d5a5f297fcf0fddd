/* SPDX-License-Identifier: ISC */
/*
 * /v1/images: a topology becomes the signed image of its tables.
 */
#ifndef SERVICE_IMAGES_H
#define SERVICE_IMAGES_H

struct context;
struct job;

void images_post(const struct context *context, struct job *job);
void images_get(const struct context *context, struct job *job);

#endif
