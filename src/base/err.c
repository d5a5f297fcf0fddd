/* SPDX-License-Identifier: ISC */
/* The error value: fills places, renders JSON pointers (RFC 6901). */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void append(char *out, size_t size, size_t *used, char c)
{
    if (*used + 1 < size)
        out[(*used)++] = c;
    out[*used] = '\0';
}

/*
 * Writes the outermost step first, by recursion. The depth is that of the document, which is
 * bounded.
 */
static void pointer(const struct at *at, char *out, size_t size, size_t *used)
{
    char number[24] = "";

    if (!at)
        return;
    pointer(at->up, out, size, used);
    append(out, size, used, '/');
    if (!at->name)
        snprintf(number, sizeof(number), "%zu", at->index);
    for (const char *c = at->name ? at->name : number; *c; c++) {
        if (*c == '~' || *c == '/')
            append(out, size, used, '~');
        append(out, size, used, *c == '~' ? '0' : *c == '/' ? '1' : *c);
    }
}

static void printable(char *text)
{
    for (; *text; text++)
        if (*text < 0x20 || *text > 0x7e)
            *text = '?';
}

static struct err_place *add(struct err *e, enum err_code code, const struct at *at)
{
    struct err_place *place;
    size_t used = 0;

    if (e->count == 0)
        e->code = code;
    if (e->count == ERR_MAX)
        return NULL;
    place = &e->places[e->count++];
    place->pointer[0] = '\0';
    pointer(at, place->pointer, sizeof(place->pointer), &used);
    printable(place->pointer);
    return place;
}

int err_at(struct err *e, enum err_code code, const struct at *at, const char *format, ...)
{
    struct err_place *place = add(e, code, at);
    va_list args;

    if (place) {
        va_start(args, format);
        vsnprintf(place->detail, sizeof(place->detail), format, args);
        va_end(args);
        printable(place->detail);
    }
    return -1;
}

int err_system(struct err *e, enum err_code code, const char *format, ...)
{
    int number = errno;
    struct err_place *place = add(e, code, NULL);
    va_list args;
    size_t used;

    if (place) {
        va_start(args, format);
        vsnprintf(place->detail, sizeof(place->detail), format, args);
        va_end(args);
        used = strlen(place->detail);
        snprintf(place->detail + used, sizeof(place->detail) - used, ": %s", strerror(number));
        printable(place->detail);
    }
    return -1;
}
