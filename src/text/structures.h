/* SPDX-License-Identifier: ISC */
/* The structures of the wire format: where each field lies. As JSON, with sections of MPS 1.4. */
#ifndef TEXT_STRUCTURES_H
#define TEXT_STRUCTURES_H

#include "../json/build.h"
#include "../mptable/mptable.h"

/* structures_render - { "structures": [ { name, type, section, size, fields: [ ... ] } ] } */
void structures_render(struct build *b);

/*
 * structures_field - where the field that a rule names lies in its structure or entry
 *
 * Return: its size in bytes, with @offset set; 0: the rule is not about one field.
 */
size_t structures_field(const struct mpt_rule *rule, size_t *offset);

#endif
