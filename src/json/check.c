/* SPDX-License-Identifier: ISC */
/*
 * A checker without recursion and without allocation. It looks at every byte once, and keeps one
 * bit for each open bracket.
 */
#include "check.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "../base/hex.h"
#include "plain.h"

struct cursor {
    const unsigned char *text;
    size_t size, at;
    const char *expected; /* what the scan failed to find at .at */
    size_t depth;
    bool too_deep;
    uint8_t *objects; /* a bit for each open bracket: is it '{'? */
};

static bool fail(struct cursor *c, const char *expected)
{
    c->expected = expected;
    return false;
}

/* The byte at the cursor, or -1 at the end. */
static inline int peek(const struct cursor *c)
{
    return c->at < c->size ? c->text[c->at] : -1;
}

static inline bool take(struct cursor *c, int byte)
{
    if (peek(c) != byte)
        return false;
    c->at++;
    return true;
}

static inline bool is_space(int byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static inline void skip_space(struct cursor *c)
{
    const unsigned char *const text = c->text;
    const size_t size = c->size;
    size_t at = c->at;

    if (at < size && text[at] > ' ') /* the common case */
        return;
    while (at < size && is_space(text[at]))
        at++;
    c->at = at;
}

static bool is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

static bool scan_word(struct cursor *c, const char *word)
{
    const size_t n = strlen(word);

    if (n > c->size - c->at || memcmp(c->text + c->at, word, n) != 0)
        return fail(c, "a value");
    c->at += n;
    return true;
}

static inline bool scan_digits(struct cursor *c)
{
    size_t at = c->at;

    if (!is_digit(peek(c)))
        return fail(c, "a digit");
    while (at < c->size && is_digit(c->text[at]))
        at++;
    c->at = at;
    return true;
}

static inline bool scan_number(struct cursor *c)
{
    take(c, '-');
    if (!take(c, '0') && !scan_digits(c))
        return false;
    if (take(c, '.') && !scan_digits(c))
        return false;
    if ((peek(c) | 0x20) == 'e') {
        c->at++;
        if (!take(c, '+'))
            take(c, '-');
        if (!scan_digits(c))
            return false;
    }
    return true;
}

/* The four hex digits after \u; -1 if there are other characters */
static long scan_code_unit(struct cursor *c)
{
    long unit = 0;

    for (int i = 0; i < 4; i++) {
        const int value = hex_digit((char)peek(c));

        if (value < 0) {
            fail(c, "four hexadecimal digits");
            return -1;
        }
        unit = unit * 16 + value;
        c->at++;
    }
    return unit;
}

static bool scan_escape(struct cursor *c)
{
    long unit;

    if (peek(c) < 0 || !strchr("\"\\/bfnrtu", peek(c)) || peek(c) == 0)
        return fail(c, "an escape: one of \" \\ / b f n r t u");
    if (!take(c, 'u')) {
        c->at++;
        return true;
    }
    unit = scan_code_unit(c);
    if (unit < 0)
        return false;
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return fail(c, "no low surrogate without a high one before it");
    if (unit < 0xd800 || unit > 0xdbff)
        return true;
    if (!take(c, '\\') || !take(c, 'u'))
        return fail(c, "the low surrogate that belongs to the high one");
    unit = scan_code_unit(c);
    if (unit < 0)
        return false;
    return (unit >= 0xdc00 && unit <= 0xdfff) || fail(c, "a low surrogate");
}

/* One character beyond ASCII: the well-formed sequences of Unicode 15, Table 3-7. */
static bool scan_utf8(struct cursor *c)
{
    static const struct {
        unsigned char first, last, low, high; /* bounds of the lead byte, of the second byte */
        unsigned char more;                   /* bytes after the lead byte */
    } rows[] = {
        { 0xc2, 0xdf, 0x80, 0xbf, 1 }, { 0xe0, 0xe0, 0xa0, 0xbf, 2 }, { 0xe1, 0xec, 0x80, 0xbf, 2 },
        { 0xed, 0xed, 0x80, 0x9f, 2 }, { 0xee, 0xef, 0x80, 0xbf, 2 }, { 0xf0, 0xf0, 0x90, 0xbf, 3 },
        { 0xf1, 0xf3, 0x80, 0xbf, 3 }, { 0xf4, 0xf4, 0x80, 0x8f, 3 },
    };
    const int lead = peek(c);

    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        if (lead < rows[r].first || lead > rows[r].last)
            continue;
        c->at++;
        for (unsigned i = 0; i < rows[r].more; i++, c->at++)
            if (peek(c) < (i ? 0x80 : rows[r].low) || peek(c) > (i ? 0xbf : rows[r].high))
                return fail(c, "well-formed UTF-8");
        return true;
    }
    return fail(c, "well-formed UTF-8");
}

/* Skips printable ASCII, up to a quote, an escape or any other byte. */
static inline void skip_plain(struct cursor *c)
{
    const unsigned char *const text = c->text;
    const size_t size = c->size;
    size_t at = c->at, run = 8;

    for (; run == 8 && size - at >= 8; at += run)
        run = plain_count((const char *)text + at);
    while (run == 8 && at < size && text[at] >= 0x20 && text[at] < 0x80 && text[at] != '"' &&
           text[at] != '\\')
        at++;
    c->at = at;
}

static inline bool scan_string(struct cursor *c)
{
    if (!take(c, '"'))
        return fail(c, "a string");
    for (;;) {
        int byte;

        skip_plain(c);
        byte = peek(c);
        if (byte < 0)
            return fail(c, "the end of the string");
        if (byte < 0x20)
            return fail(c, "no control character in a string");
        if (byte >= 0x80) {
            if (!scan_utf8(c))
                return false;
            continue;
        }
        c->at++;
        if (byte == '"')
            return true;
        if (!scan_escape(c))
            return false;
    }
}

static bool scan_scalar(struct cursor *c)
{
    switch (peek(c)) {
    case '"':
        return scan_string(c);
    case 't':
        return scan_word(c, "true");
    case 'f':
        return scan_word(c, "false");
    case 'n':
        return scan_word(c, "null");
    default:
        return peek(c) == '-' || is_digit(peek(c)) ? scan_number(c) : fail(c, "a value");
    }
}

static bool in_object(const struct cursor *c)
{
    const size_t level = c->depth - 1;

    return c->objects[level / 8] >> level % 8 & 1;
}

static bool open_bracket(struct cursor *c, bool object)
{
    const size_t level = c->depth;
    const uint8_t bit = (uint8_t)(1U << level % 8);

    if (level == JSON_DEPTH_MAX) {
        c->too_deep = true;
        return fail(c, "no deeper nesting");
    }
    c->objects[level / 8] =
        (uint8_t)(object ? c->objects[level / 8] | bit : c->objects[level / 8] & ~bit);
    c->depth++;
    c->at++;
    skip_space(c);
    return true;
}

static inline bool scan_name(struct cursor *c)
{
    skip_space(c);
    if (!scan_string(c))
        return false;
    skip_space(c);
    return take(c, ':') || fail(c, "':'");
}

/*
 * Scans what follows a value: closing brackets, then a comma and, in an object, a name. *more: does
 * another value follow?
 */
static bool scan_behind(struct cursor *c, bool *more)
{
    *more = false;
    while (c->depth > 0) {
        const bool object = in_object(c);

        skip_space(c);
        if (take(c, ',')) {
            *more = true;
            return !object || scan_name(c);
        }
        if (!take(c, object ? '}' : ']'))
            return fail(c, object ? "',' or '}'" : "',' or ']'");
        c->depth--;
    }
    return true;
}

static bool scan_text(struct cursor *c)
{
    bool more = true;

    while (more) {
        int bracket;

        skip_space(c);
        bracket = peek(c);
        if (bracket == '{' || bracket == '[') {
            if (!open_bracket(c, bracket == '{'))
                return false;
            if (peek(c) != bracket + 2) { /* not the closing one: in ASCII it is 2 above */
                if (bracket == '{' && !scan_name(c))
                    return false;
                continue;
            }
        } else if (!scan_scalar(c)) {
            return false;
        }
        if (!scan_behind(c, &more))
            return false;
    }
    skip_space(c);
    return c->at == c->size || fail(c, "nothing after the value");
}

static bool has_mark(const struct cursor *c)
{
    return c->size >= 3 && memcmp(c->text, "\xef\xbb\xbf", 3) == 0;
}

static void position(const struct cursor *c, struct err *err)
{
    size_t line_start = 0;

    err->text.offset = c->at;
    err->text.line = 1;
    for (size_t i = 0; i < c->at; i++)
        if (c->text[i] == '\n') {
            err->text.line++;
            line_start = i + 1;
        }
    err->text.column = (unsigned)(c->at - line_start) + 1;
}

int json_check(const char *text, size_t size, struct err *err)
{
    uint8_t objects[JSON_DEPTH_MAX / 8];
    struct cursor c = { .text = (const unsigned char *)text, .size = size, .objects = objects };

    if (scan_text(&c))
        return 0;
    if (c.too_deep)
        return err_at(err, ERR_INVALID, NULL, "nested deeper than %d", JSON_DEPTH_MAX);
    position(&c, err);
    if (has_mark(&c))
        return err_at(err, ERR_SYNTAX, NULL, "begins with a byte order mark");
    return err_at(err, ERR_SYNTAX, NULL, "expected %s", c.expected);
}
