/* SPDX-License-Identifier: ISC */
/*
 * The part of the table that is given says most: its entries and its header. Before it stands what
 * completes, places and judges it, and whom it is for. Values stand as they do in memory, each in
 * full width, and lists behind their sizes, so no two sequences of values run into one another. The
 * floating pointer's revision is the table's.
 */
#include "canon.h"

#include <string.h>

#define PUT(value)                                   \
    do {                                             \
        memcpy(out + used, &(value), sizeof(value)); \
        used += sizeof(value);                       \
    } while (0)

/* Return: bytes used, or more than CANON_MAX from when they did not fit */
static size_t put_list(uint8_t *out, size_t used, const void *bytes, size_t size)
{
    if (used > CANON_MAX || sizeof(size) + size > CANON_MAX - used)
        return CANON_MAX + 1;
    memcpy(out + used, &size, sizeof(size));
    memcpy(out + used + sizeof(size), bytes, size);
    return used + sizeof(size) + size;
}

/* The order of entries, which the encoder takes only of a whole table */
static size_t put_order(uint8_t *out, size_t used, const struct topology *t)
{
    for (unsigned i = 0; i < t->table.order_count && used + sizeof(t->order[0]) <= CANON_MAX; i++) {
        PUT(t->order[i].type);
        PUT(t->order[i].count);
    }
    return used;
}

size_t canon_write(const struct topology *t, uint8_t out[CANON_MAX])
{
    struct mpt_table given = t->table;
    size_t used = 0, table = 0;

    PUT(t->profile);
    PUT(t->given);
    PUT(t->cpus);
    PUT(t->packages);
    PUT(t->dies);
    PUT(t->cores);
    PUT(t->threads);
    PUT(t->irqs);
    PUT(t->memory_size);
    PUT(t->bios_data_area);
    PUT(t->window);
    PUT(t->place.base);
    PUT(t->place.floating);
    PUT(t->place.table);
    PUT(given.floating.default_configuration);
    PUT(given.floating.features);
    PUT(given.order_count);
    used = put_order(out, used, t);
    used = put_list(out, used, t->context, strlen(t->context));
    used = put_list(out, used, t->pci_ints, t->pci_int_count * sizeof(t->pci_ints[0]));
    used = put_list(out, used, t->pci_to_first, t->pci_int_count * sizeof(t->pci_to_first[0]));
    if (t->given & GIVEN_DEVICES) {
        used = put_list(out, used, t->io_by_device.bits, (given.io_int_count + 7U) / 8);
        used = put_list(out, used, t->local_by_device.bits, (given.local_int_count + 7U) / 8);
    }
    given.order = NULL;
    given.order_count = 0;
    if (used > CANON_MAX ||
        mpt_encode_table(&given, out + used, CANON_MAX - used, &table) != MPT_OK)
        return 0;
    return used + table;
}
