/* SPDX-License-Identifier: ISC */
/*
 * An image with its signature. Here the room topo, which knows no keys, and the room seal, which
 * knows no topology, come together.
 */
#ifndef SIGNED_SIGNED_H
#define SIGNED_SIGNED_H

#include <stdbool.h>

#include "../seal/seal.h"
#include "../topo/image.h"

/*
 * signed_claim - fill @seal with what the signature of an image binds: its segments, its floating
 * pointer, and the topology's context, nonce and lifetime. Without nonce and ttl no time is bound,
 * so equal topologies get equal signatures. seal_sign then signs it.
 *
 * Return: 0; -1 with ERR_INTERNAL, ERR_INVALID when the topology gives bytes as they are
 * (patch_signable), or ERR_BUSY when a time is needed and the clock cannot be right.
 */
int signed_claim(const struct key *key, const struct topology *topology, const struct image *image,
                 struct seal *seal, struct err *err) MUST_USE;

/* An image to write in one of its forms. All members are borrowed. */
struct signed_image {
    const struct topology *topology; /* what the image was made from */
    const struct image *image;
    const struct seal *seal; /* NULL: the image is not signed */
    bool pretty;             /* indent JSON, for people */
};

/*
 * signed_json - the image reply; without the member signature when the image is not signed
 *
 * Return: the text, to be released by free; NULL when memory ran out.
 */
char *signed_json(const struct signed_image *s, size_t *size) MUST_USE;

#endif
