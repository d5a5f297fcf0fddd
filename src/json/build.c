/* SPDX-License-Identifier: ISC */
/*
 * The one file that writes with cJSON: it makes the items of the tree, and cJSON prints it.
 *
 * cJSON's own items are slow and can each fail: it allocates two pieces of memory for a string,
 * looks at each character with about 14 instructions when it prints, and has no integers but
 * doubles. So an item is made here, of raw text that is quoted already, and lies with its text in
 * memory that all items of a builder share. An image reply takes half of the instructions that way.
 * Items are never released one by one: cJSON_Delete must not see this tree.
 */
#include "build.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "../base/number.h"
#include "plain.h"

enum {
    PIECE_SIZE = 8192, /* bytes that are allocated at a time: the reply of an image of a few CPUs */
    ITEM_TEXT_SIZE = 16, /* a name, its quotes, colon and comma, about */
    LONG_TEXT = 32768,   /* bytes, about: once a text is longer, small items become text */
    SMALL_ITEM = 2048,   /* bytes of a small item's text, about */
    ESCAPE_SIZE = sizeof("\\u0000")
};

/* Memory for items and their texts; the newest piece is the one that is filled. */
struct build_piece {
    struct build_piece *before;
    size_t size, used;
    _Alignas(cJSON) char bytes[];
};

void build_start(struct build *b)
{
    *b = (struct build){ .root = NULL };
}

void build_drop(struct build *b)
{
    for (struct build_piece *before, *piece = b->pieces; piece; piece = before) {
        before = piece->before;
        cJSON_free(piece);
    }
    build_start(b);
}

void build_fail(struct build *b)
{
    build_drop(b);
    b->failed = true;
}

static size_t align(size_t size)
{
    return (size + _Alignof(cJSON) - 1) / _Alignof(cJSON) * _Alignof(cJSON);
}

/* Memory for that many bytes until build_drop; NULL when memory ran out */
static void *take_room(struct build *b, size_t size)
{
    struct build_piece *piece = b->pieces;

    size = align(size);
    if (!piece || size > piece->size - piece->used) {
        const size_t room = size > PIECE_SIZE ? size : PIECE_SIZE;

        piece = cJSON_malloc(sizeof(*piece) + room);
        if (!piece)
            return NULL;
        piece->before = b->pieces;
        piece->size = room;
        piece->used = 0;
        b->pieces = piece;
    }
    piece->used += size;
    return piece->bytes + piece->used - size;
}

/* Adds an item of that type to the tree, with room for its text. Return: NULL: it failed */
static cJSON *add(struct build *b, const char *name, int type, size_t text_size)
{
    cJSON *const parent = b->depth > 0 ? b->open[b->depth - 1].item : NULL;
    cJSON *const item = b->failed ? NULL : take_room(b, sizeof(*item) + text_size);

    if (!item) {
        build_fail(b);
        return NULL;
    }
    *item = (cJSON){ .type = type, .valuestring = (char *)(item + 1) };
    if (!parent)
        b->root = item;
    else if (name)
        cJSON_AddItemToObjectCS(parent, name, item);
    else
        cJSON_AddItemToArray(parent, item);
    b->size += ITEM_TEXT_SIZE + text_size;
    return item;
}

static void open_item(struct build *b, const char *name, int type)
{
    const size_t size = b->size;
    cJSON *const item = add(b, name, type, 0);

    if (!item)
        return;
    if (b->depth == BUILD_DEPTH_MAX)
        build_fail(b);
    else
        b->open[b->depth++] = (struct build_open){ item, b->pieces, size };
}

void build_object(struct build *b, const char *name)
{
    open_item(b, name, cJSON_Object);
}

void build_array(struct build *b, const char *name)
{
    open_item(b, name, cJSON_Array);
}

/* Releases all memory that was taken after the item. */
static void take_back(struct build *b, const struct build_open *o)
{
    while (b->pieces != o->piece) {
        struct build_piece *const newest = b->pieces;

        b->pieces = newest->before;
        cJSON_free(newest);
    }
    o->piece->used = (size_t)((char *)(o->item + 1) - o->piece->bytes);
}

/* Replaces what an item holds by its JSON text, in the same memory. */
static void make_text(struct build *b, const struct build_open *o)
{
    char text[2 * SMALL_ITEM], *room;
    size_t size;

    if (!cJSON_PrintPreallocated(o->item, text, sizeof(text), false))
        return; /* it stays as it is */
    size = strlen(text);
    take_back(b, o);
    room = take_room(b, size + 1);
    if (!room) {
        build_fail(b);
        return;
    }
    memcpy(room, text, size + 1);
    o->item->type = cJSON_Raw | (o->item->type & cJSON_StringIsConst);
    o->item->child = NULL;
    o->item->valuestring = room;
    b->size = o->size + ITEM_TEXT_SIZE + size;
}

void build_close(struct build *b)
{
    const struct build_open *o;

    if (b->failed)
        return;
    o = &b->open[--b->depth];
    if (b->size > LONG_TEXT && b->depth > 0 && b->size - o->size < SMALL_ITEM)
        make_text(b, o);
}

/* A text of @size characters as it stands in the JSON */
static void add_raw(struct build *b, const char *name, const char *text, size_t size)
{
    cJSON *const item = add(b, name, cJSON_Raw, size + 1);

    if (!item)
        return;
    memcpy(item->valuestring, text, size);
    item->valuestring[size] = '\0';
}

/* How many of @size characters need no escape */
static size_t plain_run(const char *text, size_t size)
{
    size_t at = 0;

    if (size >= 8) {
        while (size - at >= 8 && plain_eight(text + at))
            at += 8;
        if (size - at < 8 && plain_eight(text + size - 8))
            return size;
    }
    while (at < size && (unsigned char)text[at] >= ' ' && text[at] != '"' && text[at] != '\\')
        at++;
    return at;
}

/* The escape for a character (RFC 8259 §7). Return: its length */
static size_t escape(char c, char out[ESCAPE_SIZE])
{
    static const char named[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *const found = memchr(named, c, sizeof(named) - 1);

    if (!found)
        return (size_t)snprintf(out, ESCAPE_SIZE, "\\u%04x", (unsigned)c);
    out[0] = '\\';
    out[1] = letters[found - named];
    return 2;
}

/* @size characters with their escapes. @out: NULL to measure. Return: the length */
static size_t quote(const char *text, size_t size, char *out)
{
    char escaped[ESCAPE_SIZE];
    size_t length = 0;

    for (size_t at = 0; at < size; at++) {
        const size_t run = plain_run(text + at, size - at);

        if (out)
            memcpy(out + length, text + at, run);
        length += run;
        at += run;
        if (at < size) {
            const size_t more = escape(text[at], escaped);

            if (out)
                memcpy(out + length, escaped, more);
            length += more;
        }
    }
    return length;
}

void build_string(struct build *b, const char *name, const char *string)
{
    const size_t size = string ? strlen(string) : 0;
    const bool plain = plain_run(string, size) == size; /* as nearly always */
    const size_t length = plain ? size : quote(string, size, NULL);
    cJSON *const item = add(b, name, string ? cJSON_Raw : cJSON_NULL, length + sizeof("\"\""));

    if (!item || !string)
        return;
    item->valuestring[0] = '"';
    if (plain)
        memcpy(item->valuestring + 1, string, size);
    else
        quote(string, size, item->valuestring + 1);
    memcpy(item->valuestring + 1 + length, "\"", sizeof("\""));
}

void build_number(struct build *b, const char *name, uint64_t value)
{
    char text[20];
    const char *const end = number_write(text, value, 10);

    add_raw(b, name, text, (size_t)(end - text));
}

void build_address(struct build *b, const char *name, uint64_t value)
{
    char text[NUMBER_ADDRESS_SIZE + sizeof("\"\"")] = "\"0x";
    char *const end = number_write(text + 3, value, 16);

    *end = '"';
    add_raw(b, name, text, (size_t)(end + 1 - text));
}

void build_bool(struct build *b, const char *name, bool value)
{
    add(b, name, value ? cJSON_True : cJSON_False, 0);
}

char *build_compact(struct build *b, size_t *size)
{
    const int guess = b->size < INT_MAX ? (int)b->size : INT_MAX;
    char *const text = b->root ? cJSON_PrintBuffered(b->root, guess, false) : NULL;

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
