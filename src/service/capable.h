/* SPDX-License-Identifier: ISC */
/* mptabled --print-capabilities */
#ifndef SERVICE_CAPABLE_H
#define SERVICE_CAPABLE_H

#include <stddef.h>

struct build;
struct options;

/*
 * capable_render - all that the daemon can do
 * @max_body: the limit of a body, as configured; @options: those of its command line
 */
void capable_render(struct build *b, size_t max_body, const struct options *options);

#endif
