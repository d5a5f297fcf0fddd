/* SPDX-License-Identifier: ISC */
/*
 * TLS for TCP listeners: the server's certificate and key, and which clients are trusted. The
 * protocol itself is left to libmicrohttpd, which uses GnuTLS.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/err.h"
#include "../service/client.h"

/* TLS 1.3 and 1.2, nothing weaker than 128 bits */
#define TLS_PRIORITIES "SECURE192:SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/*
 * Certificate, key and client CA as they were at one reload. It counts its users: the server, and
 * each connection that began with it or whose client was judged by it. The last one to drop it
 * wipes the key.
 */
struct tls;

/*
 * tls_load - read PEM files, and check that certificate and key belong together
 * @client_ca: NULL: clients need no certificate
 *
 * Return: with one user; NULL with ERR_FILE or ERR_BUSY.
 */
struct tls *tls_load(const char *cert, const char *key, const char *client_ca,
                     struct err *err) MUST_USE;

/* tls_take, tls_drop - begin and end a use; NULL is none */
struct tls *tls_take(struct tls *tls);
void tls_drop(struct tls *tls);

/* tls_expires - when the certificate expires, in seconds since 1970 */
int64_t tls_expires(const struct tls *tls);

/*
 * tls_begin - have a session use this certificate, and ask the client for one if it needs one
 * @session: a gnutls_session_t that has not begun its handshake; the caller keeps a use of @tls
 *           as long as it exists
 *
 * libmicrohttpd gives each session credentials of its own making, which cannot be changed while
 * it runs. So it gets none that work, and these take their place.
 */
void tls_begin(void *session, struct tls *tls);

/*
 * tls_admit - has the client of this session a certificate for clients that the client CA issued?
 * @session:     whose handshake is complete
 * @tls:         that judges, which may be newer than the one that the session began with; the
 *               session uses it from now on
 * @certificate: receives the names in it
 *
 * Return: true also when clients need no certificate; then @certificate has no names.
 */
bool tls_admit(void *session, struct tls *tls, struct certificate *certificate);

#endif
