/* SPDX-License-Identifier: ISC */
/* Shared by the readers of dumps: where bytes come from, and where they go. */
#ifndef TOPO_SOURCE_H
#define TOPO_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"

/* Where the bytes come from. */
struct dump_source {
    uint64_t size; /* bytes; UINT64_MAX: of a device */
    /* reads exactly these bytes. Return: 0; -1 and errno */
    int (*read)(const void *from, uint64_t offset, void *bytes, size_t size);
    const void *from;
};

/* A stretch of guest memory. */
struct dump_range {
    uint64_t address, size; /* guest-physical, bytes */
    uint64_t offset;        /* in the input */
    const uint8_t *bytes;   /* the bytes themselves; NULL: read them at offset */
};

/* A walk hands its stretches to a sink. */
struct dump_sink {
    int (*take)(void *context, const struct dump_range *range, struct err *err);
    void *context;
    uint64_t from, to; /* only these addresses are wanted */
};

#endif
