/* SPDX-License-Identifier: ISC */
/*
 * Bytes that a request gives as they are: patches, which are written over the encoder's bytes, and
 * an OEM table. An image with such bytes is never signed, because a signature says that the encoder
 * made the bytes.
 */
#ifndef TOPO_PATCH_H
#define TOPO_PATCH_H

#include "topology.h"

/* The image that patches change. */
struct patch_target {
    const struct mpt_memory *memory; /* where its bytes lie in guest memory */
    uint8_t *bytes;                  /* the same bytes: the segments point into them */
};

/*
 * patch_apply - write the topology's patches over an image, in their order
 *
 * Return: 0; -1 and ERR_INVALID at the first one that does not lie inside a segment.
 */
int patch_apply(const struct topology *topology, const struct patch_target *image,
                struct err *err) MUST_USE;

/*
 * patch_find - change an image to the bytes of @memory, and give the topology the patches for it
 * @memory, @image: both have the @size bytes at @address
 *
 * A patch also covers a few equal bytes between two differences, where a further patch would be
 * longer as text.
 *
 * Return: false when the topology has no room for them.
 */
bool patch_find(struct topology *topology, const struct patch_target *image,
                const struct mpt_memory *memory, uint32_t address, size_t size);

/* patch_pool - copy bytes into the topology's pool. Return: false when they do not fit */
bool patch_pool(struct topology *topology, const uint8_t *bytes, size_t size,
                struct topology_bytes *in_pool);

/*
 * patch_signable - may an image of this topology be signed?
 *
 * Return: 0; -1 and ERR_INVALID at each member that gives bytes.
 */
int patch_signable(const struct topology *topology, struct err *err) MUST_USE;

#endif
