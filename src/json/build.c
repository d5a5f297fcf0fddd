/* SPDX-License-Identifier: ISC */
/*
 * The one file of this room that knows cJSON. It keeps from the callers what is awkward in it:
 * numbers are doubles, so integers go in as raw text; every add can fail; a failed add leaves the
 * item to its caller. Names are not copied (cJSON_AddItemToObjectCS), nor are words
 * (cJSON_CreateStringReference).
 */
#include "build.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "../base/number.h"

enum { TEXT_GUESS = 2048 }; /* bytes; most replies fit, and a longer text makes the buffer grow */

void build_start(struct build *b)
{
    *b = (struct build){ .root = NULL };
}

void build_drop(struct build *b)
{
    cJSON_Delete(b->root);
    build_start(b);
}

void build_fail(struct build *b)
{
    build_drop(b);
    b->failed = true;
}

/* The item becomes part of the tree. It is NULL when there was no memory for it. */
static void add(struct build *b, const char *name, cJSON *item)
{
    cJSON *const parent = b->depth > 0 ? b->open[b->depth - 1] : NULL;
    bool added = item != NULL;

    if (item && parent)
        added =
            name ? cJSON_AddItemToObjectCS(parent, name, item) : cJSON_AddItemToArray(parent, item);
    else if (item)
        b->root = item;
    if (added)
        return;
    cJSON_Delete(item);
    build_fail(b);
}

static void open(struct build *b, const char *name, cJSON *item)
{
    add(b, name, item);
    if (b->failed)
        return;
    if (b->depth == BUILD_DEPTH_MAX)
        build_fail(b);
    else
        b->open[b->depth++] = item;
}

void build_object(struct build *b, const char *name)
{
    if (!b->failed)
        open(b, name, cJSON_CreateObject());
}

void build_array(struct build *b, const char *name)
{
    if (!b->failed)
        open(b, name, cJSON_CreateArray());
}

void build_close(struct build *b)
{
    if (!b->failed)
        b->depth--;
}

void build_word(struct build *b, const char *name, const char *word)
{
    if (!b->failed)
        add(b, name, word ? cJSON_CreateStringReference(word) : cJSON_CreateNull());
}

void build_string(struct build *b, const char *name, const char *string)
{
    if (!b->failed)
        add(b, name, cJSON_CreateString(string));
}

void build_number(struct build *b, const char *name, uint64_t value)
{
    char text[21];

    if (b->failed)
        return;
    *number_write(text, value, 10) = '\0';
    add(b, name, cJSON_CreateRaw(text));
}

void build_address(struct build *b, const char *name, uint64_t value)
{
    char text[NUMBER_ADDRESS_SIZE];

    build_string(b, name, number_address(value, text));
}

void build_bool(struct build *b, const char *name, bool value)
{
    if (!b->failed)
        add(b, name, cJSON_CreateBool(value));
}

char *build_compact(struct build *b, size_t *size)
{
    char *const text = b->root ? cJSON_PrintBuffered(b->root, TEXT_GUESS, false) : NULL;

    build_drop(b);
    *size = text ? strlen(text) : 0;
    return text;
}

/* A text in the making; out is NULL while its length is measured. */
struct lines {
    char *out;
    size_t size;
    unsigned depth;
    bool flat[BUILD_DEPTH_MAX + 1]; /* by depth: all of it is on one line */
};

static void put(struct lines *l, char c)
{
    if (l->out)
        l->out[l->size] = c;
    l->size++;
}

static void put_newline(struct lines *l, unsigned depth)
{
    put(l, '\n');
    for (unsigned i = 0; i < 2 * depth; i++)
        put(l, ' ');
}

/* The quote that ends a string; @at is at the one that begins it. */
static const char *string_end(const char *at)
{
    for (at++; *at != '"'; at++)
        if (*at == '\\')
            at++;
    return at;
}

/* '[' and '{' differ from ']' and '}' by 2. */
static bool is_open(char c)
{
    return c == '[' || c == '{';
}

static bool is_close(char c)
{
    return c == ']' || c == '}';
}

/* Is there no other object or array in this one, but for empty ones? @at is behind its bracket. */
static bool is_flat(const char *at)
{
    for (; !is_close(*at); at++) {
        if (*at == '"')
            at = string_end(at);
        else if (is_open(*at) && !is_close(*++at))
            return false;
    }
    return true;
}

/* Return: the last character that was passed: the bracket, or the closing one of an empty pair */
static const char *put_open(struct lines *l, const char *at)
{
    put(l, *at);
    if (is_close(at[1])) {
        put(l, *++at);
        return at;
    }
    l->flat[++l->depth] = is_flat(at + 1);
    if (!l->flat[l->depth])
        put_newline(l, l->depth);
    else if (*at == '{')
        put(l, ' ');
    return at;
}

static void put_close(struct lines *l, char bracket)
{
    if (!l->flat[l->depth--])
        put_newline(l, l->depth);
    else if (bracket == '}')
        put(l, ' ');
    put(l, bracket);
}

static const char *put_string(struct lines *l, const char *at)
{
    const char *const end = string_end(at);

    for (; at < end; at++)
        put(l, *at);
    put(l, '"');
    return end;
}

/* A compact text with the blanks and newlines that make it legible */
static void put_lines(struct lines *l, const char *compact)
{
    for (const char *at = compact; *at; at++) {
        if (*at == '"') {
            at = put_string(l, at);
        } else if (is_open(*at)) {
            at = put_open(l, at);
        } else if (is_close(*at)) {
            put_close(l, *at);
        } else {
            put(l, *at);
            if (*at == ':' || (*at == ',' && l->flat[l->depth]))
                put(l, ' ');
            else if (*at == ',')
                put_newline(l, l->depth);
        }
    }
    put(l, '\n');
}

char *build_pretty(struct build *b, size_t *size)
{
    char *compact SCOPED(scoped_free) = build_compact(b, size);
    struct lines l = { .out = NULL };

    if (!compact)
        return NULL;
    put_lines(&l, compact);
    *size = l.size;
    l = (struct lines){ .out = malloc(l.size + 1) };
    if (l.out) {
        put_lines(&l, compact);
        l.out[l.size] = '\0';
    }
    return l.out;
}
