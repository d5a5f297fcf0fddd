/* SPDX-License-Identifier: ISC */
/* The header is read again for each offer: both the header and the list of offers are short. */
#include "accept.h"

#include <string.h>
#include <strings.h>

enum { Q_ONE = 1000, Q_BAD = -1 };

/* One media range: [text, text + size) without parameters, and its weight in thousandths. */
struct range {
    const char *text;
    size_t size;
    int q;
};

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

static size_t token_size(const char *at)
{
    return strcspn(at, " \t,;=/\"");
}

/* "1", "1.000", "0", "0.5": at most three decimals (RFC 9110 §12.4.2). */
static int parse_q(const char *at, size_t size)
{
    int q;

    if (size < 1 || size > 5 || (at[0] != '0' && at[0] != '1') || (size > 1 && at[1] != '.'))
        return Q_BAD;
    q = (at[0] - '0') * Q_ONE;
    for (size_t i = 2, unit = 100; i < size; i++, unit /= 10) {
        if (at[i] < '0' || at[i] > '9')
            return Q_BAD;
        q += (at[i] - '0') * (int)unit;
    }
    return q <= Q_ONE ? q : Q_BAD;
}

/* A parameter's value: a token or a quoted string. Return: its end; NULL: the string has no end */
static const char *skip_value(const char *at)
{
    if (*at != '"')
        return at + token_size(at);
    for (at++; *at != '"'; at++) {
        if (*at == '\\')
            at++;
        if (!*at)
            return NULL;
    }
    return at + 1;
}

/* Reads the parameters behind a range. Return: their end; NULL: they are malformed */
static const char *parse_parameters(const char *at, struct range *r)
{
    at = skip_blanks(at);
    while (*at == ';') {
        const char *name = skip_blanks(at + 1), *value;
        const size_t size = token_size(name);

        if (size == 0 || name[size] != '=')
            return NULL;
        value = name + size + 1;
        at = skip_value(value);
        if (!at)
            return NULL;
        if (size == 1 && (*name | 0x20) == 'q')
            r->q = parse_q(value, (size_t)(at - value));
        at = skip_blanks(at);
    }
    return r->q == Q_BAD || (*at && *at != ',') ? NULL : at;
}

/* Reads the next range of the list. Return: 1; 0 at the end; -1: the header is malformed */
static int next_range(const char **at, struct range *r)
{
    const char *end;
    size_t type;

    *at += strspn(*at, " \t,");
    if (!**at)
        return 0;
    type = token_size(*at);
    if (type == 0 || (*at)[type] != '/' || token_size(*at + type + 1) == 0)
        return -1;
    *r = (struct range){ .text = *at, .size = type + 1 + token_size(*at + type + 1), .q = Q_ONE };
    end = parse_parameters(*at + r->size, r);
    if (!end)
        return -1;
    *at = end;
    return 1;
}

/* How exactly a range names a type: 3 type/subtype, 2 type/star, 1 star/star, 0 not at all */
static int specificity(const struct range *r, const char *type)
{
    const size_t main_type = strcspn(type, "/") + 1;

    if (r->size == strlen(type) && strncasecmp(r->text, type, r->size) == 0)
        return 3;
    if (r->size == main_type + 1 && r->text[main_type] == '*' &&
        strncasecmp(r->text, type, main_type) == 0)
        return 2;
    return r->size == 3 && memcmp(r->text, "*/*", 3) == 0;
}

/* The weight of an offer, Q_BAD when the header is malformed */
static int weigh(const char *accept, const char *type)
{
    int best = 0, q = 0, status;
    struct range r;

    while ((status = next_range(&accept, &r)) > 0) {
        const int specific = specificity(&r, type);

        if (specific > best) {
            best = specific;
            q = r.q;
        }
    }
    return status < 0 ? Q_BAD : q;
}

int accept_choose(const char *accept, const char *const *types, size_t count)
{
    int chosen = -1, best = 0;

    if (!accept || !accept[strspn(accept, " \t,")])
        return 0;
    for (size_t i = 0; i < count; i++) {
        const int q = weigh(accept, types[i]);

        if (q == Q_BAD)
            return 0;
        if (q > best) {
            best = q;
            chosen = (int)i;
        }
    }
    return chosen;
}

bool accept_is(const char *content_type, const char *type)
{
    const size_t size = strlen(type);
    const char *at;

    if (!content_type || strncasecmp(content_type, type, size) != 0)
        return false;
    at = skip_blanks(content_type + size);
    if (!*at)
        return true;
    if (*at++ != ';')
        return false;
    at = skip_blanks(at);
    if (strncasecmp(at, "charset=", 8) != 0)
        return false;
    at += 8;
    if (strncasecmp(at, "utf-8", 5) == 0)
        at += 5;
    else if (strncasecmp(at, "\"utf-8\"", 7) == 0)
        at += 7;
    else
        return false;
    return !*skip_blanks(at);
}
