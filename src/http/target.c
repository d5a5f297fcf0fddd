/* SPDX-License-Identifier: ISC */
/* The target is copied, then split and decoded in place. */
#include "target.h"

#include <string.h>
#include <strings.h>

#include "../base/hex.h"
#include "host.h"

/* Replaces escapes by their bytes. check_bytes has accepted the escapes. */
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

static enum target_result malformed(struct err *err, const char *detail)
{
    err_at(err, ERR_INVALID, NULL, "%s", detail);
    return TARGET_MALFORMED;
}

/* No byte or escape of a target may be open to two readings. */
static enum target_result check_bytes(const char *raw, struct err *err)
{
    for (; *raw; raw++) {
        if (*raw <= 0x20 || *raw > 0x7e)
            return malformed(err, "the request target has a byte that is not printable ASCII");
        if (*raw != '%')
            continue;
        if (hex_digit(raw[1]) < 0 || hex_digit(raw[2]) < 0)
            return malformed(err,
                             "a % in the request target is not followed by two hexadecimal digits");
        if (raw[1] == '0' && raw[2] == '0')
            return malformed(err, "the request target has an escaped NUL");
    }
    return TARGET_OK;
}

static enum target_result parse_pair(char *text, struct target *t, struct err *err)
{
    char *equals = strchr(text, '=');

    if (!equals)
        return malformed(err, "a part of the query has no '='");
    if (t->pair_count == TARGET_PAIRS_MAX) {
        err_at(err, ERR_INVALID, NULL, "the query has more than %d parts", TARGET_PAIRS_MAX);
        return TARGET_MALFORMED;
    }
    *equals = '\0';
    decode(text);
    decode(equals + 1);
    for (size_t i = 0; i < t->pair_count; i++)
        if (strcmp(t->pairs[i].name, text) == 0) {
            err_at(err, ERR_INVALID, &(struct at){ NULL, text, 0 }, "given twice");
            return TARGET_TWICE;
        }
    t->pairs[t->pair_count++] = (struct target_pair){ text, equals + 1 };
    return TARGET_OK;
}

/*
 * Skips "http://authority". Return: the rest of the target; NULL: its form is not one that we
 * accept
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

enum target_result target_parse(const char *raw, struct target *t, struct err *err)
{
    size_t length = strlen(raw);
    enum target_result result;
    char *query;

    t->pair_count = 0;
    t->path = t->text;
    t->text[0] = '\0';
    if (length >= sizeof(t->text)) {
        err_at(err, ERR_INVALID, NULL, "the request target may have at most %d bytes",
               TARGET_SIZE - 1);
        return TARGET_TOO_LONG;
    }
    result = check_bytes(raw, err);
    if (result != TARGET_OK)
        return result;
    raw = skip_authority(raw, t);
    if (!raw)
        return malformed(err, "the request target must be /path or http://host/path");
    length = strlen(raw);
    memcpy(t->text, raw, length + 1);
    query = strchr(t->text, '?');
    if (!query)
        return TARGET_OK;
    *query++ = '\0';
    while (*query) {
        char *next = query + strcspn(query, "&");

        if (*next)
            *next++ = '\0';
        result = parse_pair(query, t, err);
        if (result != TARGET_OK)
            return result;
        query = next;
    }
    return TARGET_OK;
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
