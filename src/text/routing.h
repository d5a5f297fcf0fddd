/* SPDX-License-Identifier: ISC */
/* What Linux makes of a table's interrupts, as JSON and as lines of text. */
#ifndef TEXT_ROUTING_H
#define TEXT_ROUTING_H

#include "../json/build.h"
#include "../topo/routing.h"

/* routing_render - an object: the sources with their inputs, and the timer */
void routing_render(struct build *b, const char *name, const struct routing *routing);

/*
 * routing_line - one of the lines of text: a source each, then the timer's
 *
 * Return: false when there is no line of that index.
 */
enum { ROUTING_LINE_SIZE = 160 };
bool routing_line(const struct routing *routing, unsigned index, char text[ROUTING_LINE_SIZE]);

#endif
