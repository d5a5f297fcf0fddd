/* SPDX-License-Identifier: ISC */
/*
 * What a program can do, for --print-capabilities, which an orchestrator asks once. Each list is
 * made from the rows that do the work. Later releases may add members; none changes its meaning.
 */
#ifndef SIGNED_CAPABILITIES_H
#define SIGNED_CAPABILITIES_H

#include "../json/build.h"

struct options;

/*
 * capabilities_render - open an object with the members name, version, specification, formats,
 * profiles and consumers; the caller adds its own and closes it
 */
void capabilities_render(struct build *b, const char *program);

/* capabilities_limits - members cpus and irqs: the most that a topology may have */
void capabilities_limits(struct build *b);

/* capabilities_options - an array of the names of the options that a command takes */
void capabilities_options(struct build *b, const struct options *options);

#endif
