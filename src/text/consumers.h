/* SPDX-License-Identifier: ISC */
/* Sets of consumers, by their names. */
#ifndef TEXT_CONSUMERS_H
#define TEXT_CONSUMERS_H

#include "../base/err.h"
#include "../json/build.h"
#include "../mptable/mptable.h"

/*
 * consumers_add - add the consumer of that name to a set; "all" is all
 * @err: at @at, that there is none, and which one may be meant
 *
 * Return: 0; -1 with the error in @err
 */
int consumers_add(uint32_t *set, const char *name, size_t size, const struct at *at,
                  struct err *err);

/* consumers_list - add each of a list of names with commas between. Return: as consumers_add */
int consumers_list(uint32_t *set, const char *list, const struct at *at, struct err *err);

/* consumers_render - a set as an array of names */
void consumers_render(struct build *b, const char *name, uint32_t set);

/* consumers_render_all - the member "consumers": name, and whether it is in current use, of each */
void consumers_render_all(struct build *b);

#endif
