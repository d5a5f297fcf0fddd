/* SPDX-License-Identifier: ISC */
/*
 * Findings as JSON: which rule is broken, where in the topology and in the bytes, and by what
 * value. The rules and their texts are libmptable's.
 */
#ifndef TEXT_FINDING_H
#define TEXT_FINDING_H

#include <stdbool.h>

#include "../json/build.h"
#include "../topo/memory.h"
#include "../topo/topology.h"

/* What the places of findings refer to */
struct finding_source {
    const struct memory *memory; /* where the table lies, and where its bytes are in the input */
    bool by_entry;         /* pointers lead into entries, not into the list of the entry's type */
    unsigned base_entries; /* how many are in entries, before the extended ones */
    unsigned extended_entries;
    uint32_t floating_pointer;            /* its address, also if its bytes are no longer one */
    const struct topology_patch *patches; /* of the topology; each made bytes of the table */
    unsigned patch_count;
};

/*
 * finding_render_all - an array of objects with rule, severity, pointer (RFC 6901, into the
 * topology), detail, count, what applies of address, offset, entry, field, value, expected, and the
 * consumers that are hurt, asked for or not: name, effect, and versions where they matter
 */
void finding_render_all(struct build *b, const char *name, const struct mpt_finding *findings,
                        unsigned count, const struct finding_source *source);

/*
 * finding_pointer - where a finding points to in a topology: the last patch that writes into the
 * field that is wrong; else the entry or member. Return: @text
 */
enum { FINDING_POINTER_SIZE = 96 };
char *finding_pointer(const struct mpt_finding *finding, const struct finding_source *source,
                      char text[FINDING_POINTER_SIZE]);

/*
 * finding_text - the bytes of MPT_VALUE_TEXT as text; a backslash and bytes that cannot be printed
 * become \xNN. Return: @text
 */
enum { FINDING_TEXT_SIZE = 4 * sizeof(((struct mpt_finding *)0)->text) + 1 };
char *finding_text(const struct mpt_finding *finding, char text[FINDING_TEXT_SIZE]);

extern const char *const finding_severities[]; /* by enum mpt_severity */

#endif
