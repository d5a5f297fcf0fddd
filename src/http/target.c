/* SPDX-License-Identifier: ISC */
/* Splits and decodes in place. */
#include "target.h"

#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Replaces escapes by their bytes. Control bytes and NUL have no business in any value. */
static int decode(char *text, struct err *err)
{
    char *out = text;

    for (const char *in = text; *in; in++) {
        int byte = (unsigned char)*in;

        if (*in == '%') {
            const int high = hex_value(in[1]), low = high < 0 ? -1 : hex_value(in[2]);

            if (low < 0)
                return err_at(err, ERR_QUERY, NULL,
                              "a %% in the query is not followed by two hexadecimal digits");
            byte = high * 16 + low;
            in += 2;
        }
        if (byte == 0)
            return err_at(err, ERR_QUERY, NULL, "the query holds an escaped NUL");
        *out++ = (char)byte;
    }
    *out = '\0';
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
    if (decode(text, err) < 0 || decode(equals + 1, err) < 0)
        return -1;
    for (size_t i = 0; i < t->pair_count; i++)
        if (strcmp(t->pairs[i].name, text) == 0)
            return err_at(err, ERR_TOPOLOGY, &(struct at){ NULL, text, 0 }, "given twice");
    t->pairs[t->pair_count++] = (struct request_pair){ text, equals + 1 };
    return 0;
}

int target_parse(const char *raw, struct target *t, struct err *err)
{
    const size_t length = strlen(raw);
    char *query;

    t->pair_count = 0;
    t->path = t->text;
    t->text[0] = '\0';
    if (length >= sizeof(t->text))
        return err_at(err, ERR_QUERY, NULL, "the request target has more than %d bytes", TARGET_SIZE - 1);
    if (raw[0] != '/' && strcmp(raw, "*") != 0)
        return err_at(err, ERR_QUERY, NULL, "the request target must begin with '/'");
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
