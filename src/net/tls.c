/* SPDX-License-Identifier: ISC */
#include "tls.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "../base/file.h"

static const struct file_rules rules = { .what = "PEM file", .max = 4 << 20 };

struct tls {
    atomic_uint users;
    gnutls_certificate_credentials_t credentials;
    bool asks; /* clients for a certificate */
    int64_t expires;
};

/* What the files hold, until the credentials are made of it */
struct pem {
    char *cert, *key, *client_ca;
};

static void wipe_pem(struct pem *pem)
{
    if (pem->key)
        explicit_bzero(pem->key, strlen(pem->key));
    free(pem->key);
    free(pem->cert);
    free(pem->client_ca);
}

static gnutls_datum_t datum(char *text)
{
    return (gnutls_datum_t){ (unsigned char *)text, (unsigned)strlen(text) };
}

/*
 * GnuTLS accepts an Ed25519 key with the certificate of another key, and then every handshake
 * fails.
 */
static int check_pair(const gnutls_datum_t *cert_pem, const gnutls_datum_t *key_pem,
                      int64_t *expires)
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
    if (status >= 0)
        *expires = (int64_t)gnutls_x509_crt_get_expiration_time(cert);
    gnutls_x509_crt_deinit(cert);
    gnutls_x509_privkey_deinit(key);
    return status;
}

static int take_ca(struct tls *t, char *text, const char *path, struct err *err)
{
    const gnutls_datum_t ca = datum(text);
    const int status =
        gnutls_certificate_set_x509_trust_mem(t->credentials, &ca, GNUTLS_X509_FMT_PEM);

    if (status <= 0)
        return err_at(err, ERR_FILE, NULL, "%s: %s", path,
                      status < 0 ? gnutls_strerror(status) : "holds no certificate");
    t->asks = true;
    return 0;
}

static int fill(struct tls *t, const struct pem *pem, const char *cert_path, const char *ca_path,
                struct err *err)
{
    const gnutls_datum_t cert = datum(pem->cert), key = datum(pem->key);
    int status = gnutls_certificate_allocate_credentials(&t->credentials);

    if (status < 0)
        return err_at(err, ERR_FILE, NULL, "TLS: %s", gnutls_strerror(status));
    status = gnutls_certificate_set_x509_key_mem(t->credentials, &cert, &key, GNUTLS_X509_FMT_PEM);
    if (status >= 0)
        status = check_pair(&cert, &key, &t->expires);
    if (status < 0)
        return err_at(err, ERR_FILE, NULL, "%s and its key: %s", cert_path,
                      gnutls_strerror(status));
    return pem->client_ca ? take_ca(t, pem->client_ca, ca_path, err) : 0;
}

struct tls *tls_load(const char *cert, const char *key, const char *client_ca, struct err *err)
{
    struct pem pem SCOPED(wipe_pem) = { .cert = NULL };
    struct tls *t = calloc(1, sizeof(*t));
    size_t size;

    if (!t) {
        err_at(err, ERR_BUSY, NULL, "out of memory");
        return NULL;
    }
    atomic_init(&t->users, 1);
    if ((pem.cert = file_load(cert, &rules, &size, err)) &&
        (pem.key = file_load(key, &rules, &size, err)) &&
        (!client_ca || (pem.client_ca = file_load(client_ca, &rules, &size, err))) &&
        fill(t, &pem, cert, client_ca, err) == 0)
        return t;
    tls_drop(t);
    return NULL;
}

struct tls *tls_take(struct tls *t)
{
    if (t)
        atomic_fetch_add_explicit(&t->users, 1, memory_order_relaxed);
    return t;
}

/* GnuTLS wipes the key that it holds. */
void tls_drop(struct tls *t)
{
    if (!t || atomic_fetch_sub_explicit(&t->users, 1, memory_order_acq_rel) != 1)
        return;
    if (t->credentials)
        gnutls_certificate_free_credentials(t->credentials);
    free(t);
}

int64_t tls_expires(const struct tls *t)
{
    return t->expires;
}

void tls_begin(void *session, struct tls *t)
{
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, t->credentials);
    gnutls_certificate_server_set_request(session,
                                          t->asks ? GNUTLS_CERT_REQUEST : GNUTLS_CERT_IGNORE);
}

/* A name that does not fit, or has a NUL, is left out: no row of a policy can have it. */
static void add_name(struct certificate *c, const char *name, size_t size)
{
    if (size >= sizeof(c->names) - c->names_size || memchr(name, '\0', size))
        return;
    memcpy(c->names + c->names_size, name, size);
    c->names_size += size;
    c->names[c->names_size++] = '\0';
}

static void read_names(gnutls_x509_crt_t cert, struct certificate *c)
{
    char name[CLIENT_SUBJECT_SIZE];
    int kind = 0;

    for (unsigned i = 0; kind != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE; i++) {
        size_t size = sizeof(name) - 1;

        kind = gnutls_x509_crt_get_subject_alt_name(cert, i, name, &size, NULL);
        if (kind == GNUTLS_SAN_DNSNAME || kind == GNUTLS_SAN_URI)
            add_name(c, name, size);
        else if (kind < 0 && kind != GNUTLS_E_SHORT_MEMORY_BUFFER)
            return;
    }
}

static void read_subject(gnutls_x509_crt_t cert, struct certificate *c)
{
    gnutls_datum_t subject = { .data = NULL };

    if (gnutls_x509_crt_get_dn3(cert, &subject, 0) < 0)
        return;
    if (subject.size < sizeof(c->subject) && !memchr(subject.data, '\0', subject.size)) {
        memcpy(c->subject, subject.data, subject.size);
        c->subject[subject.size] = '\0';
    }
    gnutls_free(subject.data);
}

static void read_certificate(gnutls_session_t session, struct certificate *c)
{
    unsigned count = 0;
    const gnutls_datum_t *const der = gnutls_certificate_get_peers(session, &count);
    gnutls_x509_crt_t cert;

    if (!der || count == 0 || gnutls_x509_crt_init(&cert) < 0)
        return;
    if (gnutls_x509_crt_import(cert, &der[0], GNUTLS_X509_FMT_DER) >= 0) {
        read_subject(cert, c);
        read_names(cert, c);
    }
    gnutls_x509_crt_deinit(cert);
}

bool tls_admit(void *session, struct tls *t, struct certificate *certificate)
{
    char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st wanted = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
                                     .data = (unsigned char *)purpose,
                                     .size = 0 };
    unsigned status = GNUTLS_CERT_INVALID;

    certificate->subject[0] = '\0';
    certificate->names_size = 0;
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, t->credentials);
    if (!t->asks)
        return true;
    if (gnutls_certificate_verify_peers(session, &wanted, 1, &status) != 0 || status != 0)
        return false;
    read_certificate(session, certificate);
    return true;
}
