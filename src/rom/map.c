/* SPDX-License-Identifier: ISC */
#include "map.h"

#include "fw_cfg.h"
#include "refuse.h"

void map_read(struct map *map)
{
    struct fw_cfg_file file;

    if (!fw_cfg_find("etc/e820", &file) || file.size > sizeof(map->ranges))
        refuse("fw_cfg has no list of memory (etc/e820), or a longer one than this ROM takes");
    fw_cfg_read(file.key, map->ranges, file.size);
    map->count = file.size / sizeof(map->ranges[0]);
    map->end = 0;
    for (unsigned i = 0; i < map->count; i++)
        if (map->ranges[i].type == MAP_RAM && map->ranges[i].base == 0 &&
            map->ranges[i].size <= UINT32_MAX)
            map->end = (uint32_t)map->ranges[i].size;
    for (uint32_t page = 0; page < HIGH_MEMORY / PAGE_SIZE; page++)
        map->taken[page] = page >= BASE_MEMORY_END / PAGE_SIZE;
}

void map_take(struct map *map, uint32_t base, uint32_t size)
{
    for (uint32_t page = base / PAGE_SIZE; page * PAGE_SIZE < base + size; page++)
        map->taken[page] = true;
}

/* Inserts a range in the order of addresses, since etc/e820 has them in any order. */
static void add(struct map_range *out, unsigned *count, const struct map_range *range)
{
    unsigned at = *count;

    if (range->size == 0)
        return;
    if (*count == MAP_MAX)
        refuse("memory is in more pieces than the %u that the kernel takes", MAP_MAX);
    for (; at > 0 && out[at - 1].base > range->base; at--)
        out[at] = out[at - 1];
    out[at] = *range;
    ++*count;
}

/* Writes the ranges of the first MiB, which etc/e820 gives as RAM altogether. */
static void write_low(const struct map *map, struct map_range *out, unsigned *count)
{
    struct map_range range = { 0, 0, 0 };

    for (uint32_t page = 0; page < HIGH_MEMORY / PAGE_SIZE; page++) {
        const enum map_type type = map->taken[page] ? MAP_RESERVED : MAP_RAM;

        if (range.type != type) {
            add(out, count, &range);
            range = (struct map_range){ page * PAGE_SIZE, 0, type };
        }
        range.size += PAGE_SIZE;
    }
    add(out, count, &range);
}

unsigned map_write(const struct map *map, struct map_range *out)
{
    unsigned count = 0;

    write_low(map, out, &count);
    for (unsigned i = 0; i < map->count; i++) {
        struct map_range range = map->ranges[i];

        if (range.base == 0 && range.type == MAP_RAM)
            range = (struct map_range){ HIGH_MEMORY, range.size - HIGH_MEMORY, MAP_RAM };
        add(out, &count, &range);
    }
    return count;
}
