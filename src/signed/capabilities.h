/* SPDX-License-Identifier: ISC */
/*
 * What a program can do, as --print-capabilities tells an orchestrator that asks once: each list is
 * made of the rows that do it. Members are added in later releases, and none changes its meaning.
 */
#ifndef SIGNED_CAPABILITIES_H
#define SIGNED_CAPABILITIES_H

#include "../json/build.h"

struct options;

/*
 * capabilities_render - { name, version, specification, formats, profiles, consumers, and what the
 * caller adds: the object is left open
 */
void capabilities_render(struct build *b, const char *program);

/* capabilities_limits - members cpus and irqs: what a topology may have at most */
void capabilities_limits(struct build *b);

/* capabilities_options - an array of the options that a command takes, by name */
void capabilities_options(struct build *b, const struct options *options);

#endif
