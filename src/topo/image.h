/* SPDX-License-Identifier: ISC */
/*
 * From a topology to the bytes that are written into guest memory before the first vCPU runs, and
 * to the findings about them.
 */
#ifndef TOPO_IMAGE_H
#define TOPO_IMAGE_H

#include "../mptable/mptable.h"
#include "place.h"
#include "topology.h"

enum {
    /* pointer and table, together or apart; OEM table; two BIOS data words */
    IMAGE_SEGMENTS_MAX = 5,
    IMAGE_MAX = 2 * MPT_TABLE_MAX + MPT_FLOATING_SIZE + PLACE_GAP_MAX + TOPOLOGY_OEM_MAX +
                2 * MPT_BIOS_WORD_SIZE
};

/* Bytes that are contiguous in guest memory. */
struct image_segment {
    uint32_t base; /* guest-physical */
    size_t offset; /* in the image */
    size_t size;
};

struct image {
    const struct profile *profile;
    unsigned cpus;          /* processors of the topology; a builder may list more */
    unsigned entries;       /* base entries in the table; 0 when there is no table */
    struct mpt_place place; /* guest-physical addresses; base is that of segments[0] */
    size_t size;            /* bytes: the segments one after the other, the main one first */
    unsigned segment_count;
    struct image_segment segments[IMAGE_SEGMENTS_MAX];
    uint8_t bytes[IMAGE_MAX];
    struct mpt_report report;
};

/*
 * image_build - place, encode, read back, patch, and judge
 * @topology: as complete_topology left it
 *
 * With patches nothing is read back: the table may be any bytes, and is judged as it is.
 *
 * Return: 0; -1 and ERR_INVALID when the image does not fit its window or the guest's memory, when
 * its segments overlap, or when a patch lies outside; ERR_INTERNAL when the bytes do not read back
 * as the values that they were made from.
 */
int image_build(const struct topology *topology, struct image *image, struct err *err) MUST_USE;

/* image_memory - the image's segments as guest memory; the result points to @segments */
struct mpt_memory image_memory(const struct image *image,
                               struct mpt_segment segments[IMAGE_SEGMENTS_MAX]);

#endif
