/* SPDX-License-Identifier: ISC */
/* Splits and decodes in place. */
#include "target.h"

#include <string.h>
#include <strings.h>

#include "../base/hex.h"
#include "host.h"

/* Replaces escapes by their bytes, which check_bytes has seen. */
static void decode(char *text)
{
    char *out = text;

    for (const char *in = text; *in; in++) {
        *out = *in;
        if (*in == '%') {
            *out = (char)(hex_digit(in[1]) * 16 + hex_digit(in[2]));
            in += 2;
        }
        out++;
    }
    *out = '\0';
}

/* Whatever the target is good for: no byte or escape in it may be read in two ways. */
static int check_bytes(const char *raw, struct err *err)
{
    for (; *raw; raw++) {
        if (*raw <= 0x20 || *raw > 0x7e)
            return err_at(err, ERR_QUERY, NULL,
                          "the request target holds a byte that is not printable ASCII");
        if (*raw != '%')
            continue;
        if (hex_digit(raw[1]) < 0 || hex_digit(raw[2]) < 0)
            return err_at(err, ERR_QUERY, NULL,
                          "a %% in the request target is not followed by two hexadecimal digits");
        if (raw[1] == '0' && raw[2] == '0')
            return err_at(err, ERR_QUERY, NULL, "the request target holds an escaped NUL");
    }
    return 0;
}

static int parse_pair(char *text, struct target *t, struct err *err)
{
    char *equals = strchr(text, '=');

    if (!equals)
        return err_at(err, ERR_QUERY, NULL, "a part of the query has no '='");
    if (t->pair_count == TARGET_PAIRS_MAX)
        return err_at(err, ERR_QUERY, NULL, "the query has more than %d parts", TARGET_PAIRS_MAX);
    *equals = '\0';
    decode(text);
    decode(equals + 1);
    for (size_t i = 0; i < t->pair_count; i++)
        if (strcmp(t->pairs[i].name, text) == 0)
            return err_at(err, ERR_INVALID, &(struct at){ NULL, text, 0 }, "given twice");
    t->pairs[t->pair_count++] = (struct request_pair){ text, equals + 1 };
    return 0;
}

/*
 * Steps over "http://authority". Return: what is left, NULL when the target is in no form that we
 * take
 */
static const char *skip_authority(const char *raw, struct target *t)
{
    size_t scheme;

    t->authority = NULL;
    if (raw[0] == '/' || strcmp(raw, "*") == 0)
        return raw;
    scheme = strncasecmp(raw, "http://", 7) == 0 ? 7 : strncasecmp(raw, "https://", 8) == 0 ? 8 : 0;
    if (!scheme)
        return NULL;
    t->authority = raw + scheme;
    t->authority_size = strcspn(t->authority, "/?#");
    raw = t->authority + t->authority_size;
    return raw[0] == '/' && host_is_authority(t->authority, t->authority_size) ? raw : NULL;
}

int target_parse(const char *raw, struct target *t, struct err *err)
{
    size_t length = strlen(raw);
    char *query;

    t->pair_count = 0;
    t->path = t->text;
    t->text[0] = '\0';
    if (length >= sizeof(t->text))
        return err_at(err, ERR_TOO_LONG, NULL, "at most %d bytes are taken", TARGET_SIZE - 1);
    if (check_bytes(raw, err) < 0)
        return -1;
    raw = skip_authority(raw, t);
    if (!raw)
        return err_at(err, ERR_QUERY, NULL, "the request target must be /path or http://host/path");
    length = strlen(raw);
    memcpy(t->text, raw, length + 1);
    query = strchr(t->text, '?');
    if (!query)
        return 0;
    *query++ = '\0';
    while (*query) {
        char *next = query + strcspn(query, "&");

        if (*next)
            *next++ = '\0';
        if (parse_pair(query, t, err) < 0)
            return -1;
        query = next;
    }
    return 0;
}

const char *target_take(struct target *t, const char *name)
{
    for (size_t i = 0; i < t->pair_count; i++) {
        const char *value = t->pairs[i].value;

        if (strcmp(t->pairs[i].name, name) != 0)
            continue;
        t->pair_count--;
        memmove(&t->pairs[i], &t->pairs[i + 1], (t->pair_count - i) * sizeof(t->pairs[0]));
        return value;
    }
    return NULL;
}
