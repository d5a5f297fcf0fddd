/* SPDX-License-Identifier: ISC */
/* The structures of the wire format as JSON: where each field lies, and its section of MPS 1.4. */
#ifndef TEXT_STRUCTURES_H
#define TEXT_STRUCTURES_H

#include "../json/build.h"

/* structures_render - { "structures": [ { name, type, section, size, fields: [ ... ] } ] } */
void structures_render(struct build *b);

#endif
