/* SPDX-License-Identifier: ISC */
/* LiME, the dump format of the Linux Memory Extractor: a header before each range of memory. */
#ifndef TOPO_LIME_H
#define TOPO_LIME_H

#include "source.h"

/* lime_begins - do the bytes begin like such a dump? */
bool lime_begins(const uint8_t *bytes, size_t size);

/* lime_walk - hand each range to @sink. Return: 0; -1 with @err: malformed, or the sink's error */
int lime_walk(const struct dump_source *source, const struct dump_sink *sink,
              struct err *err) MUST_USE;

#endif
