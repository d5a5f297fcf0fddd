/* SPDX-License-Identifier: ISC */
/* The machine's memory, and the map of it that the kernel gets. */
#ifndef ROM_MAP_H
#define ROM_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PAGE_SIZE = 4096,
    BASE_MEMORY_END = 0xa0000,
    HIGH_MEMORY = 0x100000,
    MAP_MAX = 128 /* ranges: the room in the boot parameters */
};

/* A range in the form of BIOS function 0xe820, etc/e820 and the boot parameters */
struct map_range {
    uint64_t base, size;
    uint32_t type;
} __attribute__((packed));

enum map_type { MAP_RAM = 1, MAP_RESERVED = 2 };

struct map {
    struct map_range ranges[MAP_MAX];
    unsigned count;
    uint32_t end;                        /* of the RAM from 1 MiB on, below 4 GiB */
    bool taken[HIGH_MEMORY / PAGE_SIZE]; /* pages that the kernel must leave alone */
};

/* map_read - read the machine's RAM from etc/e820; refuses when there is no such file */
void map_read(struct map *map);

/* map_take - reserve the pages of [base, base + size), below 1 MiB: the kernel must not use them */
void map_take(struct map *map, uint32_t base, uint32_t size);

/*
 * map_write - write the map to @out as ranges, lowest first; @out has room for MAP_MAX
 *
 * Return: the number of ranges.
 */
unsigned map_write(const struct map *map, struct map_range *out);

#endif
