/* SPDX-License-Identifier: ISC */
/*
 * What libmicrohttpd reads of its connections, which passes through here before the library has it.
 */
#ifndef NET_INTAKE_H
#define NET_INTAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "../http/head.h"

/* Of one connection */
struct intake {
    struct intake *next; /* in the set */
    int fd;
    size_t left; /* over TLS: bytes that may come until the next part of a request */
    struct head_reader reader;
};

enum {
    INTAKE_MAX = 65536, /* bytes; a connection's memory for a head is half of it */
    INTAKE_BUCKETS = 256
};

/* Those of an instance of the library */
struct intakes {
    struct intake *buckets[INTAKE_BUCKETS]; /* by descriptor; the newest first */
};

/*
 * intake_begin - the library gets a connection
 * @fd: until intake_end, which may come when the kernel has used the number again
 */
void intake_begin(struct intakes *intakes, struct intake *intake, int fd);

/* intake_end - forget it */
void intake_end(struct intakes *intakes, struct intake *intake);

/*
 * intake_limit - have a TLS session read through @intake, and fail when nothing is left
 *
 * GnuTLS keeps a handshake message until it is whole, and looks at the length only then: a client
 * that never ends one would take three times 64 KiB. The caller sets left again whenever a part of
 * a request has come.
 */
void intake_limit(void *session, struct intake *intake);

/*
 * intake_watch - what this thread reads of these connections from now on, the library reads
 * @intakes: NULL: no more
 */
void intake_watch(struct intakes *intakes);

/* intake_is_bound - do the library's calls come here? See intake.c. */
bool intake_is_bound(void);

#endif
