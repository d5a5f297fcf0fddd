/* SPDX-License-Identifier: ISC */
/*
 * libmicrohttpd shows a head as strings and says nothing of what was between them. What another
 * reader may take for a line of its own or for the end of the head is lost then, so the bytes are
 * judged before the library has them (http/head.h). It has no call for this. But it reads with
 * recv(2), and over TLS with gnutls_record_recv(3), and a call of a shared library goes to the
 * program's own function of that name if the program exports one (ELF gABI, "Shared Object
 * Dependencies"). These two are defined here. They read with recvfrom(2) and
 * gnutls_record_recv_seq(3), which do the same for a session whose handshake is complete; before
 * that the library does not read. GnuTLS itself must be a shared library.
 *
 * The daemon does not start when it was linked in a way that hides the two. A library that reads in
 * another way gets nothing past this: a head that was not seen here is never sound.
 */
#undef _FORTIFY_SOURCE /* with which the C library's header defines recv inline */
#include "intake.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>

#include <gnutls/gnutls.h>

/* also with -fvisibility=hidden */
#define EXPORTED __attribute__((visibility("default")))

/* What is called by name alone can learn only from its thread for whom it reads. */
static _Thread_local struct intakes *watched;

static struct intake **bucket(struct intakes *set, int fd)
{
    return &set->buckets[(unsigned)fd % INTAKE_BUCKETS];
}

void intake_begin(struct intakes *set, struct intake *in, int fd)
{
    struct intake **const first = bucket(set, fd);

    *in = (struct intake){ .next = *first, .fd = fd, .left = INTAKE_MAX };
    *first = in;
}

void intake_end(struct intakes *set, struct intake *in)
{
    struct intake **link = bucket(set, in->fd);

    while (*link != in)
        link = &(*link)->next;
    *link = in->next;
}

void intake_watch(struct intakes *set)
{
    watched = set;
}

static void show(int fd, const void *bytes, ssize_t size)
{
    struct intake *in = size > 0 ? *bucket(watched, fd) : NULL;

    while (in && in->fd != fd)
        in = in->next;
    if (in)
        head_read(&in->reader, bytes, (size_t)size);
}

EXPORTED ssize_t recv(int fd, void *to, size_t size, int flags)
{
    const ssize_t n = recvfrom(fd, to, size, flags, NULL, NULL);

    if (watched && !(flags & MSG_PEEK))
        show(fd, to, n);
    return n;
}

EXPORTED ssize_t gnutls_record_recv(gnutls_session_t session, void *to, size_t size)
{
    unsigned char sequence[8];
    const ssize_t n = gnutls_record_recv_seq(session, to, size, sequence);
    int in, fd;

    if (watched) { /* it sends through its descriptor: intake_limit */
        gnutls_transport_get_int2(session, &in, &fd);
        show(fd, to, n);
    }
    return n;
}

/* The bytes of the records themselves, which are no part of a request */
static ssize_t pull(gnutls_transport_ptr_t to, void *data, size_t size)
{
    struct intake *const in = to;
    ssize_t n;

    if (in->left == 0) {
        errno = ECONNRESET;
        return -1;
    }
    n = recvfrom(in->fd, data, size < in->left ? size : in->left, MSG_DONTWAIT, NULL, NULL);
    if (n > 0)
        in->left -= (size_t)n;
    return n;
}

void intake_limit(void *session, struct intake *in)
{
    gnutls_transport_set_ptr2(session, in, (void *)(intptr_t)in->fd);
    gnutls_transport_set_pull_function(session, pull);
}

bool intake_is_bound(void)
{
    return dlsym(RTLD_DEFAULT, "recv") == (void *)(uintptr_t)recv &&
           dlsym(RTLD_DEFAULT, "gnutls_record_recv") == (void *)(uintptr_t)gnutls_record_recv;
}
