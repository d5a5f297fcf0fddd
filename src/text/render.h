/* SPDX-License-Identifier: ISC */
/*
 * What the model knows, as JSON. This file alone of its room writes cJSON. NULL means that memory
 * ran out.
 */
#ifndef TEXT_RENDER_H
#define TEXT_RENDER_H

#include <cjson/cJSON.h>

#include "../topo/found.h"
#include "../topo/image.h"

enum { RENDER_ADDRESS_SIZE = 19 };

/* render_address - "0x" and lower-case hex digits. Return: @text */
char *render_address(uint64_t address, char text[RENDER_ADDRESS_SIZE]);

/* render_text - bytes as text: what cannot be printed, and the backslash, as \xNN. Return: @text */
enum { RENDER_TEXT_SIZE = 4 * sizeof(((struct mpt_finding *)0)->text) + 1 };
char *render_text(const char *bytes, size_t size, char text[RENDER_TEXT_SIZE]);

/*
 * render_add, render_append - hand @item to an object or an array
 * @name: a literal: it is not copied
 *
 * Return: false, with @item released, when @item is NULL or there is no memory.
 */
bool render_add(cJSON *object, const char *name, cJSON *item);
bool render_append(cJSON *array, cJSON *item);

/*
 * render_image - the image reply, members in the order of the contract
 * @topology:  what the image was made from
 * @sha256:    of the image, in hex
 * @base64:    the image, in quotes: written as it is
 * @signature: its object, which becomes part of the reply or is released; NULL leaves the member
 *             out
 */
cJSON *render_image(const struct topology *topology, const struct image *image, const char *sha256,
                    const char *base64, cJSON *signature);

/* render_found - the decode reply. @origin: first byte of the input, from which offsets count */
cJSON *render_found(const struct found *reading, const uint8_t *origin);

/* render_topology - a topology in the form of entries, as request_parse takes it */
cJSON *render_topology(const struct topology *topology);

/*
 * render_findings - an array of objects: rule, severity, pointer (RFC 6901, into the topology),
 * detail, who, count, and what applies of address, offset, entry, field, value, expected
 */
struct render_source {
    const struct mpt_memory *memory; /* where the table lies */
    const uint8_t *origin;           /* of offsets */
    bool by_entry;         /* pointers go into entries, not into the list of the entry's type */
    unsigned base_entries; /* how many stand in entries, before the extended ones */
    unsigned extended_entries;
};

cJSON *render_findings(const struct mpt_finding *findings, unsigned count,
                       const struct render_source *source);

/* render_pointer - where a finding points to in a topology. Return: @text */
enum { RENDER_POINTER_SIZE = 96 };
char *render_pointer(const struct mpt_finding *finding, const struct render_source *source,
                     char text[RENDER_POINTER_SIZE]);

extern const char *const render_severities[]; /* by enum mpt_severity */

/*
 * render_profiles - { "profiles": [ { name, description, default, max_cpus, findings } ] }
 *
 * mptablectl reads the tree: max_cpus is a number in it, while other numbers of this file are raw
 * items.
 *
 * @topology, @image: scratch. The findings are those of RENDER_PROFILE_CPUS processors, or as many
 * as fit
 */
enum { RENDER_PROFILE_CPUS = 4 };
cJSON *render_profiles(struct topology *topology, struct image *image);

#endif
