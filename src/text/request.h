/* SPDX-License-Identifier: ISC */
/*
 * From a request's text to a topology. Members are rows; one reader serves every object and refuses
 * what no row names.
 */
#ifndef TEXT_REQUEST_H
#define TEXT_REQUEST_H

#include "../topo/topology.h"

/*
 * request_read - read a topology from JSON text
 * @text:     RFC 8259, UTF-8; need not be terminated
 * @topology: its members and counts are set; elements of arrays beyond their counts keep old values
 *
 * Numbers are integers and taken from their text, so nothing wraps or rounds; 4.0 and 4e0 are 4.
 * Time is linear in size, nothing is allocated, and nothing is shared with other threads.
 *
 * Return: 0 and a topology that request_complete must still judge; -1 with ERR_SYNTAX and the
 * position, or with ERR_INVALID and a pointer for each wrong member, in the order of the text. The
 * errors of request_complete follow, unless the members that it looks at are wrong themselves.
 */
int request_read(const char *text, size_t size, struct topology *topology,
                 struct err *err) MUST_USE;

/*
 * request_read_rest - request_read for a topology that must have no processors, because these come
 * from elsewhere. The errors of request_complete do not follow.
 */
int request_read_rest(const char *text, size_t size, struct topology *topology,
                      struct err *err) MUST_USE;

/*
 * request_complete - judge and complete what was read (complete_topology)
 *
 * Return: 0; -1 with the errors of the topology and of its placement.
 */
int request_complete(struct topology *topology, struct err *err) MUST_USE;

/* request_parse - request_read, then request_complete */
int request_parse(const char *text, size_t size, struct topology *topology,
                  struct err *err) MUST_USE;

/*
 * request_read_query - request_read from the name=value pairs of a query string
 * @pairs: decoded; values may hold any byte but NUL
 *
 * Names are members of the topology whose value fits one word: cpus, profile, irqs, context, nonce,
 * ttl, memory_size, bios_data_area (true or false), placement (a window's name). Numbers are
 * decimal, without sign or leading zeros.
 */
struct request_pair {
    const char *name, *value;
};

int request_read_query(const struct request_pair *pairs, size_t count, struct topology *topology,
                       struct err *err) MUST_USE;

#endif
