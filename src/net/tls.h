/* SPDX-License-Identifier: ISC */
/*
 * TLS for TCP listeners: the server's certificate and key, and which clients may connect. The
 * protocol itself is left to libmicrohttpd, which uses GnuTLS.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdbool.h>

#include "../base/err.h"

/* TLS 1.3 and 1.2, nothing weaker than 128 bits */
#define TLS_PRIORITIES "SECURE192:SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct tls {
    char *cert, *key; /* PEM, terminated; the certificate first, then its chain */
    char *client_ca;  /* PEM; NULL: clients need no certificate */
};

/*
 * tls_load - read PEM files, and check that certificate and key belong together
 * @client_ca: NULL: clients need no certificate
 *
 * Return: released by tls_free; NULL with ERR_FILE or ERR_BUSY.
 */
struct tls *tls_load(const char *cert, const char *key, const char *client_ca,
                     struct err *err) MUST_USE;

/* What a session may still receive before a part of a request has come of it. */
struct tls_inflow {
    int fd;
    size_t left;
};

enum { TLS_INFLOW_MAX = 65536 }; /* bytes; a connection's memory for a head is half of it */

/*
 * tls_bound - have a session read through @inflow, and fail when nothing is left
 *
 * GnuTLS keeps a handshake message until it is whole, and looks at the length only then: a client
 * that never ends one would take three times 64 KiB. The caller sets left again whenever a part of
 * a request has come.
 */
void tls_bound(void *session, struct tls_inflow *inflow);

/*
 * tls_admit - has the client of this session a certificate for clients that the client CA issued?
 * @session: a gnutls_session_t, whose handshake is complete. libmicrohttpd asks the client for a
 *           certificate, and does not check it
 */
bool tls_admit(void *session);

/* tls_free - wipe the key, and free all; NULL is none */
void tls_free(struct tls *tls);

#endif
