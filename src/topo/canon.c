/* SPDX-License-Identifier: ISC */
/*
 * The table itself says most: its entries, their order, its header. Before it stands what places it, what
 * judges it, and whom it is for. Values stand as they do in memory, each in full width, so no two sequences
 * of values run into one another.
 */
#include "canon.h"

#include <string.h>

#define PUT(value)                                                                                           \
    do {                                                                                                     \
        memcpy(out + used, &(value), sizeof(value));                                                         \
        used += sizeof(value);                                                                               \
    } while (0)

size_t canon_write(const struct topology *t, uint8_t out[CANON_MAX])
{
    const uint8_t context_size = (uint8_t)strlen(t->context);
    size_t used = 0, table = 0;

    PUT(t->profile);
    PUT(t->given);
    PUT(t->cpus);
    PUT(t->memory_size);
    PUT(t->bios_data_area);
    PUT(t->window);
    PUT(t->place.base);
    PUT(t->place.floating);
    PUT(t->place.table);
    PUT(t->table.floating.spec_revision);
    PUT(t->table.floating.default_configuration);
    PUT(t->table.floating.features);
    PUT(context_size);
    memcpy(out + used, t->context, context_size);
    used += context_size;
    if (topology_has_table(t) && mpt_encode_table(&t->table, out + used, CANON_MAX - used, &table) != MPT_OK)
        return 0;
    return used + table;
}
