/* SPDX-License-Identifier: ISC */
/*
 * The host that a request is for: the Host header, or the authority of a target in absolute form
 * (RFC 9110 §7.2).
 *
 * A page in a browser of this host can have its own DNS name resolve to 127.0.0.1. Its requests
 * then reach a loopback socket, and only the name in Host tells them from others.
 */
#ifndef HTTP_HOST_H
#define HTTP_HOST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * host_is_authority - is this a host, or [IPv6 address], and behind it nothing or ":" and a port?
 *
 * A host is any name of RFC 3986 §3.2.2 but the empty one: clients of a UNIX socket send its path,
 * escaped.
 */
bool host_is_authority(const char *text, size_t size);

/*
 * host_is - is this authority that host, whatever the port? Case does not count.
 * @authority: as host_is_authority accepted it
 */
bool host_is(const char *authority, size_t size, const char *host, size_t host_size);

#endif
