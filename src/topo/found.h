/* SPDX-License-Identifier: ISC */
/*
 * From bytes to a topology: which floating pointer is meant, what its table holds, which patches
 * the topology needs to give the same bytes, and which rules the table breaks. No length, count or
 * address in the bytes is trusted. Time is linear in the number of bytes.
 */
#ifndef TOPO_FOUND_H
#define TOPO_FOUND_H

#include "image.h"
#include "topology.h"

enum { FOUND_CONSUMERS_MAX = 32 };

/* A table as it was found. Borrows the memory and the topology. */
struct found {
    const struct mpt_memory *memory;
    const struct topology *topology; /* what the bytes say, in the form of entries */
    const struct mpt_facts *facts;   /* as given; may be NULL */
    struct mpt_view view;
    unsigned entries, extended_entries; /* that the topology has */
    bool exact; /* the topology, when built, gives the same bytes; it is a bug if it does not */
    /* "", or why it needs patches: what no other member can express, or what the input lacks */
    char difference[ERR_DETAIL_SIZE];
    unsigned taker_count;
    const struct mpt_consumer *takers[FOUND_CONSUMERS_MAX]; /* those that find this pointer */
    struct mpt_report report;
};

/*
 * found_next_valid - the next "_MP_" at or above an address whose 16 bytes are there and add up
 * to 0
 *
 * Return: false when there is none; else true with @address set.
 */
bool found_next_valid(const struct mpt_memory *memory, uint64_t *address);

/*
 * found_choose - the floating pointer that is most likely meant
 * @facts: what is known of the machine; may be NULL
 *
 * The one that Linux takes; else the one that the next consumer takes, in their order; else the
 * first whose 16 bytes add up to 0; else the first "_MP_".
 *
 * Return: 0 with *address set; -1 and ERR_INVALID: there is none.
 */
int found_choose(const struct mpt_memory *memory, const struct mpt_facts *facts, uint32_t *address,
                 struct err *err) MUST_USE;

/*
 * found_read - read the table of the floating pointer at @address
 * @facts:    what is known of the machine; may be NULL
 * @asked:    the consumers that the findings are for
 * @topology: receives what the table says
 * @scratch:  where the topology is built again, for comparison
 *
 * Return: 0; -1 and ERR_INVALID: no floating pointer begins there.
 */
int found_read(const struct mpt_memory *memory, uint32_t address, const struct mpt_facts *facts,
               uint32_t asked, struct topology *topology, struct image *scratch,
               struct found *reading, struct err *err) MUST_USE;

/* A structure in the bytes, or bytes of a table that cannot be read as entries. */
struct found_item {
    /* "floating_pointer", "configuration_table", an entry's JSON name, "unknown", "rest" */
    const char *name;
    uint32_t address;
    size_t size;
    int type;  /* of an entry; -1 = none */
    int index; /* of an entry, base and extended entries each from 0; -1 = none */
};

/* A walk over the items, in the order of floating pointer, header, entries, extended entries. */
struct found_walk {
    const struct found *reading;
    unsigned stage;
    struct mpt_walk walk;
};

void found_walk_begin(const struct found *reading, struct found_walk *walk);

/* found_walk_next - the next item. Return: false at the end */
bool found_walk_next(struct found_walk *walk, struct found_item *item);

#endif
