/* SPDX-License-Identifier: ISC */
/*
 * JSON texts that are sent or printed: a tree is built in the order of the text, then printed.
 *
 * A builder remembers that memory ran out, the only thing that can go wrong. It then drops the
 * tree, ignores what is added afterwards, and gives no text. So a caller adds all that it has, and
 * checks only whether there is a text.
 *
 * A tree takes some eight times as much memory as its text. So once a text is long, a small object
 * or array becomes text as soon as it is closed; no function here changes one that is closed.
 *
 * Names are literals, or live until the text is made; values are copied. A name is NULL for an
 * element of an array and for the root.
 */
#ifndef JSON_BUILD_H
#define JSON_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/cleanup.h"

struct build_piece;
struct cJSON;

enum { BUILD_DEPTH_MAX = 8 }; /* objects and arrays that are open at a time */

/* An object or array that is open. */
struct build_open {
    struct cJSON *item;
    struct build_piece *piece; /* that the item lies in */
    size_t size;               /* of the text before it, about */
};

struct build {
    struct cJSON *root;
    struct build_open open[BUILD_DEPTH_MAX]; /* the innermost last */
    unsigned depth;
    struct build_piece *pieces; /* memory of the tree */
    size_t size;                /* of the text, about */
    bool failed;
};

/* build_start - a builder without a tree; build_drop or a function that gives text releases it */
void build_start(struct build *b);
void build_drop(struct build *b);

/* build_fail - give no text, because the caller has failed to make a part of it */
void build_fail(struct build *b);

/* build_object, build_array - open one; what is added next is inside it, until build_close */
void build_object(struct build *b, const char *name);
void build_array(struct build *b, const char *name);
void build_close(struct build *b);

/* build_string - a string of well-formed UTF-8; NULL is null */
void build_string(struct build *b, const char *name, const char *string);

/* build_number - an integer with all its digits: cJSON's own numbers are doubles */
void build_number(struct build *b, const char *name, uint64_t value);

/* build_address - a string: "0x" and lower-case hexadecimal digits */
void build_address(struct build *b, const char *name, uint64_t value);

void build_bool(struct build *b, const char *name, bool value);

/*
 * build_compact - the text without any blank, for programs
 * build_pretty  - the text for people: an object or array that holds no other one is on a line of
 *                 its own, of others each member or element is; a newline at the end
 * @size: set to the length of the text, without its NUL
 *
 * Both release the tree. Return: the text, to be released by free; NULL when memory ran out.
 */
char *build_compact(struct build *b, size_t *size) MUST_USE;
char *build_pretty(struct build *b, size_t *size) MUST_USE;

#endif
