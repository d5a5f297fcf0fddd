/* SPDX-License-Identifier: ISC */
/* mptabled --print-capabilities */
#ifndef SERVICE_CAPABLE_H
#define SERVICE_CAPABLE_H

#include <stddef.h>

struct build;
struct options;

/*
 * capable_render - what the daemon can do, an object
 * @max_body: the configured limit of a body
 * @options:  those of its command line
 */
void capable_render(struct build *b, size_t max_body, const struct options *options);

#endif
