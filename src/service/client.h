/* SPDX-License-Identifier: ISC */
/* The client of a request, as the kernel, TLS and the token identify it. */
#ifndef SERVICE_CLIENT_H
#define SERVICE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CLIENT_TOKEN_SIZE = 65,    /* the name of a token, NUL included */
    CLIENT_SUBJECT_SIZE = 512, /* a longer subject is no subject */
    CLIENT_NAMES_SIZE = 4096,  /* of all alternative names; further ones are left out */
    CLIENT_NAME_SIZE = 128     /* of client_name; a longer name is cut */
};

/* A certificate for which the client CA vouches; without names if clients need none. */
struct certificate {
    char subject[CLIENT_SUBJECT_SIZE]; /* RFC 4514, "" = none */
    size_t names_size;
    char names[CLIENT_NAMES_SIZE]; /* DNS names and URIs, each ended by NUL */
};

/* Everything except the token's name is borrowed for the request. */
struct client {
    bool is_unix;
    uint32_t uid, gid;      /* of the process that connected, when is_unix */
    const uint32_t *groups; /* its further groups, when the policy has rows for groups */
    unsigned group_count;
    const struct certificate *certificate; /* NULL: not TLS, or it is not trusted */
    char token[CLIENT_TOKEN_SIZE];         /* the name of the token shown, "" = none was needed */
};

/* client_name - token:NAME, cert:SUBJECT or uid:NUMBER, the first that is known; else none */
void client_name(const struct client *client, char name[CLIENT_NAME_SIZE]);

#endif
