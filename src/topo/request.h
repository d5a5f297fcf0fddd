/* SPDX-License-Identifier: ISC */
/*
 * From a request's text to a topology. This file alone reads cJSON; the strict scan (scan.h) stands before
 * it.
 */
#ifndef TOPO_REQUEST_H
#define TOPO_REQUEST_H

#include "topology.h"

/*
 * request_parse - read and check a topology from JSON text
 * @text: UTF-8, RFC 8259; need not be terminated
 *
 * Return: 0 and a topology that topology_check accepted; -1 with ERR_SYNTAX and the position, ERR_BUSY when
 * memory ran out, or ERR_TOPOLOGY with a pointer for each wrong member.
 */
int request_parse(const char *text, size_t size, struct topology *topology, struct err *err) MUST_USE;

/*
 * request_parse_query - the same from name=value pairs of a query string
 * @pairs: decoded; values may hold any byte but NUL
 *
 * Names are members of the topology whose value fits one word: cpus, profile, irqs, context, memory_size.
 * Numbers are decimal without sign or leading zeros, or 0x and hex digits where an address is meant.
 */
struct request_pair {
    const char *name, *value;
};

int request_parse_query(const struct request_pair *pairs, size_t count, struct topology *topology,
                        struct err *err) MUST_USE;

#endif
