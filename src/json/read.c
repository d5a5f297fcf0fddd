/* SPDX-License-Identifier: ISC */
#include "read.h"

#include <string.h>

#include "../base/hex.h"

/* The byte at the cursor, 0 at the end: no JSON text has a NUL outside its strings. */
static char peek(const struct json *json)
{
    return json->at < json->end ? *json->at : '\0';
}

static inline void skip_space(struct json *json)
{
    const char *at = json->at, *const end = json->end;

    if (at < end && (unsigned char)*at > ' ') /* the common case */
        return;
    while (at < end && (unsigned char)*at <= ' ')
        at++;
    json->at = at;
}

void json_start(struct json *json, const char *text, size_t size)
{
    json->at = text;
    json->end = text + size;
}

/* The character that an escape stands for. Moves *at from behind the backslash to its end. */
static char unescape(const char **at, const char *end)
{
    static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
    const char *letter = memchr(letters, **at, sizeof(letters) - 1);
    unsigned unit = 0;

    if (**at != 'u') {
        const char plain = letter ? meant[letter - letters] : **at;

        (*at)++;
        return plain;
    }
    (*at)++;
    for (int i = 0; i < 4 && *at < end; i++, (*at)++)
        unit = unit * 16 + (unsigned)hex_digit(**at);
    return (char)(unit < 0x80 ? unit : 0xff);
}

size_t json_unescape(const char *text, size_t size, char *to, size_t room)
{
    const char *const end = text + size;
    size_t used = 0;

    while (text < end) {
        char c = *text++;

        if (c == '\\' && text < end)
            c = unescape(&text, end);
        if (used < room)
            to[used] = c;
        used++;
    }
    return used;
}

/* The next quote or backslash from @at on. A checked text has one before its end. */
static inline const char *closing_quote(const char *at)
{
    while (*at != '"' && *at != '\\')
        at++;
    return at;
}

/* The closing quote of a string whose first escape is at @at */
static const char *quote_behind_escapes(const char *at)
{
    while (*at == '\\')
        at = closing_quote(at + 2);
    return at;
}

/* The string whose quote is at the cursor. */
static inline struct json_value take_string(struct json *json)
{
    const char *const text = json->at + 1;
    const char *quote = closing_quote(text);

    if (*quote == '\\') {
        quote = quote_behind_escapes(quote);
        json->at = quote + 1;
        return (struct json_value){ .kind = JSON_STRING,
                                    .text = json->room,
                                    .size = json_unescape(text, (size_t)(quote - text), json->room,
                                                          sizeof(json->room)) };
    }
    json->at = quote + 1;
    return (struct json_value){ .kind = JSON_STRING, .text = text, .size = (size_t)(quote - text) };
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number ends before the first character that can follow one. */
static inline bool ends_number(const char *at, const char *end)
{
    return at == end || *at == ',' || (*at | 0x20) == '}' || (unsigned char)*at <= ' ';
}

/* Nearly all are digits alone, and 64 bits hold any 19 of them. */
static inline struct json_value take_number(struct json *json)
{
    const char *at = json->at;
    const char *const text = at, *const end = json->end;
    uint64_t integer = 0;
    unsigned digit;
    bool exact;

    for (; at < end && (digit = (unsigned char)*at - (unsigned)'0') <= 9; at++)
        integer = integer * 10 + digit;
    exact = at - text <= 19;
    for (; !ends_number(at, end); at++)
        exact = false;
    json->at = at;
    return (struct json_value){ JSON_NUMBER, text, (size_t)(at - text), exact, integer };
}

static struct json_value take_word(struct json *json, enum json_kind kind, size_t size)
{
    json->at += size;
    return (struct json_value){ .kind = kind };
}

struct json_value json_take(struct json *json)
{
    skip_space(json);
    switch (peek(json)) {
    case '{':
        return (struct json_value){ .kind = JSON_OBJECT };
    case '[':
        return (struct json_value){ .kind = JSON_ARRAY };
    case '"':
        return take_string(json);
    case 't':
        return take_word(json, JSON_TRUE, 4);
    case 'f':
        return take_word(json, JSON_FALSE, 5);
    case 'n':
        return take_word(json, JSON_NULL, 4);
    case '\0':
        return (struct json_value){ .kind = JSON_NOTHING };
    default:
        return take_number(json);
    }
}

void json_open(struct json *json)
{
    json->at++;
}

bool json_more(struct json *json)
{
    skip_space(json);
    switch (peek(json)) {
    case ',':
        json->at++;
        return true;
    case ']':
    case '}':
        json->at++;
        return false;
    default:
        return json->at < json->end;
    }
}

static inline void pass_colon(struct json *json)
{
    skip_space(json);
    json->at++;
}

struct json_value json_name(struct json *json)
{
    struct json_value name;

    skip_space(json);
    name = take_string(json);
    pass_colon(json);
    return name;
}

bool json_is_name(struct json *json, const char *name, size_t size)
{
    skip_space(json);
    if ((size_t)(json->end - json->at) < size + 2 || memcmp(json->at + 1, name, size) != 0 ||
        json->at[size + 1] != '"')
        return false;
    json->at += size + 2;
    pass_colon(json);
    return true;
}

/* '[' and '{', and ']' and '}', differ in one bit. */
void json_skip(struct json *json)
{
    const struct json_value v = json_take(json);
    const char *at = json->at;
    size_t open = 0;

    if (v.kind != JSON_ARRAY && v.kind != JSON_OBJECT)
        return;
    do {
        const char c = *at++;

        if (c == '"')
            at = quote_behind_escapes(closing_quote(at)) + 1;
        else if ((c | 0x20) == '{')
            open++;
        else if ((c | 0x20) == '}')
            open--;
    } while (open > 0);
    json->at = at;
}

/* A number is its significant digits times ten to the power. */
struct decimal {
    char digits[JSON_NUMBER_MAX];
    size_t count;
    long power;
};

/* The exponent stops growing where it can no longer change whether the value fits 64 bits. */
static struct decimal split(const char *at, const char *end)
{
    struct decimal d = { .count = 0 };
    long exponent = 0;
    bool point = false, negative = false;

    for (; at < end && (*at == '.' || is_digit(*at)); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        d.digits[d.count++] = *at;
        d.power -= point;
    }
    if (at < end) /* e or E, perhaps a sign */
        at++;
    if (at < end && !is_digit(*at))
        negative = *at++ == '-';
    for (; at < end; at++)
        if (exponent < 1000)
            exponent = exponent * 10 + (*at - '0');
    d.power += negative ? -exponent : exponent;
    while (d.count > 0 && d.digits[d.count - 1] == '0') {
        d.count--;
        d.power++;
    }
    return d;
}

bool json_integer(const struct json_value *number, uint64_t *integer)
{
    struct decimal d;
    uint64_t value = 0;

    if (number->exact) {
        *integer = number->integer;
        return true;
    }
    if (number->size > JSON_NUMBER_MAX || number->text[0] == '-')
        return false;
    d = split(number->text, number->text + number->size);
    for (size_t i = 0; i < d.count; i++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(d.digits[i] - '0'), &value))
            return false;
    if (value > 0 && d.power < 0)
        return false;
    for (long i = 0; value > 0 && i < d.power; i++)
        if (__builtin_mul_overflow(value, 10, &value))
            return false;
    *integer = value;
    return true;
}

bool json_hex(const struct json_value *string, unsigned digits, uint64_t *integer)
{
    uint64_t value = 0;

    if (string->size < 3 || string->size > 2 + (size_t)digits || string->text[0] != '0' ||
        string->text[1] != 'x')
        return false;
    for (size_t i = 2; i < string->size; i++) {
        const int digit = hex_digit(string->text[i]);

        if (digit < 0)
            return false;
        value = value * 16 + (unsigned)digit;
    }
    *integer = value;
    return true;
}
