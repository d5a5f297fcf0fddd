/* SPDX-License-Identifier: ISC */
#include "topology.h"

#include <string.h>

#include "../mptable/entries.h"
#include "profiles.h"

#define WINDOW_NAME(W, word) [WINDOW_##W] = word,
const char *const topology_window_names[WINDOWS] = { TOPOLOGY_WINDOWS(WINDOW_NAME) };
#undef WINDOW_NAME

void topology_init(struct topology *t)
{
    memset(t, 0, offsetof(struct topology, processors));
    t->pci_int_count = t->patch_count = 0;
    t->profile = profiles_find(PROFILE_DEFAULT);
    t->asked = MPT_FOR_LINUX;
#define POINT(T, S, array, word) t->table.array = t->array;
    ENTRIES(POINT)
#undef POINT
}

bool topology_append_run(struct topology *t, enum mpt_type type)
{
    const uint16_t runs = t->table.order_count;

    if (runs > 0 && t->order[runs - 1].type == type) {
        t->order[runs - 1].count++;
        return true;
    }
    if (runs == sizeof(t->order) / sizeof(t->order[0]))
        return false;
    t->order[runs] = (struct mpt_run){ .type = (uint8_t)type, .count = 1 };
    t->table.order_count++;
    t->table.order = t->order;
    return true;
}

bool topology_has_table(const struct topology *t)
{
    return t->given & GIVEN_ENTRIES || !t->table.floating.default_configuration;
}
