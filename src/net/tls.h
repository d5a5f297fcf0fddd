/* SPDX-License-Identifier: ISC */
/*
 * TLS for TCP listeners: certificate, key, and who may connect. libmicrohttpd speaks it (by
 * GnuTLS).
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
 * tls_load - read PEM files and see that certificate and key belong together
 * @client_ca: may be NULL
 * Return: released by tls_free; NULL with ERR_FILE
 */
struct tls *tls_load(const char *cert, const char *key, const char *client_ca,
                     struct err *err) MUST_USE;

/*
 * tls_admit - has the peer of this session a certificate for clients that the client CA vouches
 * for?
 * @session: a gnutls_session_t. libmicrohttpd asks the peer for a certificate and looks at it no
 *           further
 */
bool tls_admit(void *session);

void tls_free(struct tls *tls);

#endif
