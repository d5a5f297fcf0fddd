/* SPDX-License-Identifier: ISC */
/* The suites of the room topo, and what they share. */
#ifndef TESTS_TOPO_H
#define TESTS_TOPO_H

#include "../../src/topo/image.h"
#include "../../src/topo/request.h"
#include "../lib/suite.h"

extern const struct suite topo_volt, topo_scan, topo_json, topo_request, topo_topology, topo_place,
    topo_image, topo_render;
extern const struct suite topo_reading, topo_formats, topo_canon, topo_facts;

/* build - from JSON text to an image: 0, or -1 with *err filled */
int build(const char *json, struct topology *t, struct image *image, struct err *err);

#endif
