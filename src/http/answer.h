/* SPDX-License-Identifier: ISC */
/*
 * An image's reply made ready to be sent again: all of it but the date, the request's id and what
 * conditions make of it. It lives while entries of a cache lead to it.
 */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include <stdbool.h>
#include <stdlib.h>

#include "../seal/seal.h"
#include "reply.h"

struct answer {
    unsigned entries; /* that lead here */
    size_t size;      /* bytes that it holds on to, about */
    void *response;   /* the library's, ready to be sent */
    char *date, *id;  /* in it, the values of Date and X-Request-Id; NULL: it has none yet */
    bool closes;      /* it has Connection: close */
    void (*release)(void *response);

    /* what accounts say of it */
    unsigned route;
    enum format format;
    size_t image_size, body_size;
    char tag[REPLY_TAG_SIZE];
    char sha256[SEAL_SHA256_TEXT_SIZE]; /* of the image */
    char key_id[KEY_ID_TEXT_SIZE];      /* of the key that signed */
};

/* answer_free - once no entry leads to it */
static inline void answer_free(struct answer *answer)
{
    answer->release(answer->response);
    free(answer);
}

#endif
