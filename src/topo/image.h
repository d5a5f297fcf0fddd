/* SPDX-License-Identifier: ISC */
/*
 * From a topology to the bytes to write into guest memory before the first vCPU runs, and what is known to be
 * wrong with them.
 */
#ifndef TOPO_IMAGE_H
#define TOPO_IMAGE_H

#include "../mptable/mptable.h"
#include "topology.h"

enum {
    /* 255 processors, 1 bus, 1 I/O APIC, 25 I/O and 2 local interrupts, floating pointer and padding before
       it */
    IMAGE_MAX = MPT_HEADER_SIZE + TOPOLOGY_CPUS_MAX * MPT_PROCESSOR_SIZE + 29 * 8 + 15 + MPT_FLOATING_SIZE
};

struct image {
    const struct profile *profile;
    unsigned cpus;          /* processor entries */
    unsigned entries;       /* base entries in the table */
    struct mpt_place place; /* guest-physical addresses */
    size_t size;            /* bytes */
    uint8_t bytes[IMAGE_MAX];
    unsigned finding_count;
    struct mpt_finding findings[MPT_RULES_MAX];
};

/*
 * image_build - profile, place, encode, and judge
 * @topology: as request_parse left it
 *
 * Return: 0; -1 and ERR_TOPOLOGY when the image does not fit its window or the guest's memory, ERR_INTERNAL
 * when the bytes written do not read back as the values they were made from.
 */
int image_build(const struct topology *topology, struct image *image, struct err *err) MUST_USE;

#endif
