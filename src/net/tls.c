/* SPDX-License-Identifier: ISC */
#include "tls.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "../base/file.h"

static const struct file_rules rules = { .what = "PEM file", .max = 4 << 20 };

/* NULL with ERR_FILE or ERR_BUSY */
static char *read_pem(const char *path, struct err *err)
{
    size_t size;

    return file_load(path, &rules, &size, err);
}

static gnutls_datum_t datum(char *text)
{
    return (gnutls_datum_t){ (unsigned char *)text, (unsigned)strlen(text) };
}

/*
 * GnuTLS accepts an Ed25519 key with the certificate of another key, and then every handshake
 * fails.
 */
static int check_pair(const gnutls_datum_t *cert_pem, const gnutls_datum_t *key_pem)
{
    unsigned char of_cert[64], of_key[64];
    size_t cert_size = sizeof(of_cert), key_size = sizeof(of_key);
    gnutls_x509_crt_t cert = NULL;
    gnutls_x509_privkey_t key = NULL;
    int status;

    if ((status = gnutls_x509_crt_init(&cert)) >= 0 &&
        (status = gnutls_x509_privkey_init(&key)) >= 0 &&
        (status = gnutls_x509_crt_import(cert, cert_pem, GNUTLS_X509_FMT_PEM)) >= 0 &&
        (status = gnutls_x509_privkey_import(key, key_pem, GNUTLS_X509_FMT_PEM)) >= 0 &&
        (status = gnutls_x509_crt_get_key_id(cert, GNUTLS_KEYID_USE_SHA256, of_cert, &cert_size)) >=
            0 &&
        (status = gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, of_key,
                                                 &key_size)) >= 0 &&
        (cert_size != key_size || memcmp(of_cert, of_key, key_size) != 0))
        status = GNUTLS_E_CERTIFICATE_KEY_MISMATCH;
    gnutls_x509_crt_deinit(cert);
    gnutls_x509_privkey_deinit(key);
    return status;
}

static int check(const struct tls *t, const char *cert_path, const char *ca_path, struct err *err)
{
    const gnutls_datum_t cert = datum(t->cert), key = datum(t->key);
    gnutls_certificate_credentials_t credentials;
    int status = gnutls_certificate_allocate_credentials(&credentials);

    if (status < 0)
        return err_at(err, ERR_FILE, NULL, "TLS: %s", gnutls_strerror(status));
    status = gnutls_certificate_set_x509_key_mem(credentials, &cert, &key, GNUTLS_X509_FMT_PEM);
    if (status >= 0)
        status = check_pair(&cert, &key);
    if (status < 0)
        err_at(err, ERR_FILE, NULL, "%s and its key: %s", cert_path, gnutls_strerror(status));
    if (status >= 0 && t->client_ca) {
        const gnutls_datum_t ca = datum(t->client_ca);

        status = gnutls_certificate_set_x509_trust_mem(credentials, &ca, GNUTLS_X509_FMT_PEM);
        if (status <= 0) {
            err_at(err, ERR_FILE, NULL, "%s: %s", ca_path,
                   status < 0 ? gnutls_strerror(status) : "holds no certificate");
            status = -1;
        }
    }
    gnutls_certificate_free_credentials(credentials);
    return status < 0 ? -1 : 0;
}

struct tls *tls_load(const char *cert, const char *key, const char *client_ca, struct err *err)
{
    struct tls *t = calloc(1, sizeof(*t));

    if (!t) {
        err_at(err, ERR_BUSY, NULL, "out of memory");
        return NULL;
    }
    if ((t->cert = read_pem(cert, err)) && (t->key = read_pem(key, err)) &&
        (!client_ca || (t->client_ca = read_pem(client_ca, err))) &&
        check(t, cert, client_ca, err) == 0)
        return t;
    tls_free(t);
    return NULL;
}

static ssize_t pull(gnutls_transport_ptr_t to, void *data, size_t size)
{
    struct tls_inflow *const in = to;
    ssize_t n;

    if (in->left == 0) {
        errno = ECONNRESET;
        return -1;
    }
    n = recv(in->fd, data, size < in->left ? size : in->left, MSG_DONTWAIT);
    if (n > 0)
        in->left -= (size_t)n;
    return n;
}

void tls_bound(void *session, struct tls_inflow *inflow)
{
    gnutls_transport_set_ptr2(session, inflow, (void *)(intptr_t)inflow->fd);
    gnutls_transport_set_pull_function(session, pull);
}

bool tls_admit(void *session)
{
    char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st wanted = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
                                     .data = (unsigned char *)purpose,
                                     .size = 0 };
    unsigned status = GNUTLS_CERT_INVALID;

    return gnutls_certificate_verify_peers(session, &wanted, 1, &status) == 0 && status == 0;
}

void tls_free(struct tls *t)
{
    if (!t)
        return;
    if (t->key)
        explicit_bzero(t->key, strlen(t->key));
    free(t->key);
    free(t->cert);
    free(t->client_ca);
    free(t);
}
