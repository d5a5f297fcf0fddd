/* SPDX-License-Identifier: ISC */
/* One value of a topology: from JSON to where its row says. Lists and objects are request.c's. */
#ifndef TEXT_VALUE_H
#define TEXT_VALUE_H

#include "../json/read.h"
#include "members.h"

struct value_reader {
    struct json json;
    struct err *err;
    enum member_where where; /* the object that is read stands */
};

/*
 * value_read - check a value and store it
 * @v:    what json_take returned; of an array of bytes the cursor is at the bracket
 * @base: the structure that the row's offset counts from
 *
 * Return: 0; -1 and ERR_INVALID at @at.
 */
int value_read(struct value_reader *r, const struct member *m, const struct json_value *v,
               void *base, const struct at *at) MUST_USE;

/*
 * value_read_bytes - the same for a row of kind BYTES: into the pool of the topology, and where in
 * it into the structure at @base
 */
int value_read_bytes(struct value_reader *r, const struct member *m, const struct json_value *v,
                     struct topology *topology, void *base, const struct at *at) MUST_USE;

/* value_refuse - say what the value of a row must be. Return: always -1 */
int value_refuse(const struct value_reader *r, const struct member *m, const struct at *at);

/* value_pass - pass an array or object, if the cursor is still at its bracket */
void value_pass(struct value_reader *r, const struct json_value *v, const char *bracket);

/* value_list_word - one more quoted word at the end of a list of them */
void value_list_word(char *list, size_t size, const char *word);

#endif
