/* SPDX-License-Identifier: ISC */
/*
 * The suites of the room text, and what they share. Those of modules of topo are here when their
 * cases are written as requests.
 */
#ifndef TESTS_TEXT_H
#define TESTS_TEXT_H

#include "../../src/text/request.h"
#include "../../src/topo/image.h"
#include "../lib/suite.h"

extern const struct suite text_request, text_facts, text_render, text_finding;
extern const struct suite text_complete, text_place, text_image, text_found;

/* build - from JSON text, its quotes as ' or ", to an image: 0, or -1 with *err filled */
int build(const char *json, struct topology *t, struct image *image, struct err *err);

#endif
