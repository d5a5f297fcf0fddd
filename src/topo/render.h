/* SPDX-License-Identifier: ISC */
/*
 * What the model knows, as JSON. This file alone of its room writes cJSON. NULL means that memory ran out.
 */
#ifndef TOPO_RENDER_H
#define TOPO_RENDER_H

#include <cjson/cJSON.h>

#include "image.h"

enum { RENDER_ADDRESS_SIZE = 11 };

/* render_address - "0x" and lower-case hex digits. Return: @text */
char *render_address(uint32_t address, char text[RENDER_ADDRESS_SIZE]);

/* render_image - an object with the members profile to entries of the image reply */
cJSON *render_image(const struct image *image);

/* render_segments - an array of objects: base, offset in the image, size */
cJSON *render_segments(const struct image *image);

/* render_findings - an array of objects: rule, severity, pointer (RFC 6901, into the topology), detail */
cJSON *render_findings(const struct mpt_finding *findings, unsigned count);

/* render_profiles - { "profiles": [ { name, description, default, max_cpus, findings } ] } */
cJSON *render_profiles(void);

#endif
