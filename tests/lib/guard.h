/* SPDX-License-Identifier: ISC */
/* Buffers that end at an unmapped page: a byte too far is a fault, not luck. */
#ifndef TESTS_GUARD_H
#define TESTS_GUARD_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard {
    uint8_t *map;
    size_t map_size;
    uint8_t *bytes; /* zeroed; the last one is just before the unmapped page */
};

static inline void guard_make(struct guard *g, size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t room = (size + page - 1) / page * page;

    g->map_size = room + page;
    g->map = mmap(NULL, g->map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g->map == MAP_FAILED || mprotect(g->map + room, page, PROT_NONE) < 0)
        abort();
    g->bytes = g->map + room - size;
}

static inline void guard_free(struct guard *g)
{
    munmap(g->map, g->map_size);
}

#endif
