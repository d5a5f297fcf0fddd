/* SPDX-License-Identifier: ISC */
/* Reads one value of a topology to the place that its row names. request.c reads lists, objects. */
#ifndef TEXT_VALUE_H
#define TEXT_VALUE_H

#include "../json/read.h"
#include "members.h"

struct value_reader {
    struct json json;
    struct err *err;
    enum member_where where; /* where the object stands whose members are read */
};

/*
 * value_read - check a value and store it
 * @v:    what json_take returned; for an array of bytes the cursor is at its bracket
 * @base: the structure that the row's offset counts from
 *
 * Return: 0; -1 and ERR_INVALID at @at.
 */
int value_read(struct value_reader *r, const struct member *m, const struct json_value *v,
               void *base, const struct at *at) MUST_USE;

/*
 * value_read_bytes - the same for a row of kind BYTES: the bytes go into the topology's pool, and
 * their place in it goes into the structure at @base
 */
int value_read_bytes(struct value_reader *r, const struct member *m, const struct json_value *v,
                     struct topology *topology, void *base, const struct at *at) MUST_USE;

/* value_refuse - fill the error with what the value of a row must be. Return: always -1 */
int value_refuse(const struct value_reader *r, const struct member *m, const struct at *at);

/* value_pass - pass an array or object, if the cursor is still at its bracket */
void value_pass(struct value_reader *r, const struct json_value *v, const char *bracket);

/* value_list_word - add a word, in quotes, to a list of words with commas between */
void value_list_word(char *list, size_t size, const char *word);

#endif
