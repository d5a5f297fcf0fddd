/* SPDX-License-Identifier: ISC */
/*
 * A hexdump is written as xxd prints it, with the addresses of guest memory. Reading accepts the
 * lines of several programs, which hexdump.h names, and goes through the text once for each window.
 */
#include "hexdump.h"

#include <string.h>

#include "../base/hex.h"

enum { LINE_BYTES = 16, LINE_HEX = 10, LINE_TEXT = LINE_HEX + 41 };

static void put_hex(char *out, uint32_t value, unsigned digits)
{
    while (digits-- > 0) {
        out[digits] = "0123456789abcdef"[value & 0xf];
        value >>= 4;
    }
}

/* "0009fc00: 5f4d 505f ...  _MP_...": 16 bytes or the last ones. Return: characters */
static size_t put_line(char *out, uint32_t address, const uint8_t *bytes, size_t count)
{
    if (!out)
        return LINE_TEXT + count + 1;
    memset(out, ' ', LINE_TEXT);
    put_hex(out, address, 8);
    out[8] = ':';
    for (size_t i = 0; i < count; i++) {
        put_hex(out + LINE_HEX + 2 * i + i / 2, bytes[i], 2);
        out[LINE_TEXT + i] = (char)(bytes[i] >= 0x20 && bytes[i] <= 0x7e ? bytes[i] : '.');
    }
    out[LINE_TEXT + count] = '\n';
    return LINE_TEXT + count + 1;
}

static size_t put_segment(char *out, const struct image *image, const struct image_segment *s)
{
    size_t used = 0;

    for (size_t at = 0; at < s->size; at += LINE_BYTES)
        used +=
            put_line(out ? out + used : NULL, s->base + (uint32_t)at, image->bytes + s->offset + at,
                     s->size - at < LINE_BYTES ? s->size - at : LINE_BYTES);
    return used;
}

/* The segment with the lowest address of those at or above @from; NULL when there is none. */
static const struct image_segment *next_segment(const struct image *image, uint64_t from)
{
    const struct image_segment *next = NULL;

    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct image_segment *const s = &image->segments[i];

        if (s->base >= from && (!next || s->base < next->base))
            next = s;
    }
    return next;
}

size_t hexdump_render(const struct image *image, char *out)
{
    const struct image_segment *s;
    size_t used = 0;

    for (uint64_t from = 0; (s = next_segment(image, from)); from = (uint64_t)s->base + 1)
        used += put_segment(out ? out + used : NULL, image, s);
    return used;
}

enum { LINE_MAX = 1024, LINE_BYTES_MAX = 256, REPEATED_MAX = 1 << 20 };

/* A line that was read */
struct line {
    uint64_t address;
    size_t size;
    uint8_t bytes[LINE_BYTES_MAX];
};

/* Reads hexadecimal digits. Return: how many, with *value set; 0: none, or more than 16 */
static unsigned take_digits(const char *text, uint64_t *value)
{
    unsigned digits = 0;

    *value = 0;
    for (int digit; digits <= 16 && (digit = hex_digit(text[digits])) >= 0; digits++)
        *value = *value << 4 | (unsigned)digit;
    return digits <= 16 ? digits : 0;
}

static bool has_prefix(const char *text)
{
    return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

/* Appends a group. Return: false when its bytes do not fit */
static bool put_group(struct line *line, uint64_t value, unsigned digits, bool little)
{
    const unsigned size = digits / 2;

    if (line->size + size > LINE_BYTES_MAX)
        return false;
    for (unsigned i = 0; i < size; i++)
        line->bytes[line->size++] = (uint8_t)(value >> 8 * (little ? i : size - 1 - i));
    return true;
}

/*
 * Reads a line. The text column begins with '|' or '>', or as in xxd behind two blanks. hexdump -C
 * has two blanks in the middle of the bytes as well, but no colon behind the address.
 */
static bool parse_line(const char *text, struct line *line)
{
    unsigned digits = take_digits(text += has_prefix(text) ? 2 : 0, &line->address);
    uint64_t value;
    bool colon;

    if (digits < 4)
        return false;
    text += digits;
    colon = *text == ':';
    text += colon;
    line->size = 0;
    if (*text && *text != ' ' && *text != '\t')
        return false;
    for (bool first = true; *text; first = false) {
        const size_t blanks = strspn(text, " \t");
        bool prefix;

        text += blanks;
        if (!*text || *text == '|' || *text == '>' || blanks == 0 ||
            (colon && !first && blanks > 1))
            break;
        prefix = has_prefix(text);
        digits = take_digits(text += prefix ? 2 : 0, &value);
        if ((digits != 2 && digits != 4 && digits != 8 && digits != 16) ||
            (text[digits] && !strchr(" \t|>", text[digits])) ||
            !put_group(line, value, digits, prefix || (!colon && digits > 2)))
            return false;
        text += digits;
    }
    return true;
}

/* A text while its lines are read */
struct reading {
    const struct dump_source *source;
    uint64_t at; /* of the next line */
    unsigned number, repeated;
    char text[LINE_MAX];
};

/* Takes the next line into r->text, without its end. Return: 1; 0 at the end; -1 with @err */
static int next_line(struct reading *r, struct err *err)
{
    const uint64_t left = r->source->size - r->at;
    const size_t room = left < LINE_MAX ? (size_t)left : LINE_MAX;
    const char *end;
    size_t length;

    if (left == 0)
        return 0;
    r->number++;
    if (r->source->read(r->source->from, r->at, r->text, room) < 0)
        return err_system(err, ERR_FILE, "cannot read line %u", r->number);
    end = memchr(r->text, '\n', room);
    length = end ? (size_t)(end - r->text) : room;
    if (length == LINE_MAX || memchr(r->text, '\0', length))
        return err_at(err, ERR_INVALID, NULL, "line %u is not a line of a hexdump", r->number);
    r->at += length + (end ? 1 : 0);
    if (length > 0 && r->text[length - 1] == '\r')
        length--;
    r->text[length] = '\0';
    return 1;
}

static int hand_over(const struct dump_sink *sink, uint64_t address, const struct line *line,
                     struct err *err)
{
    const struct dump_range range = {
        .address = address, .size = line->size, .offset = address, .bytes = line->bytes
    };

    return line->size > 0 ? sink->take(sink->context, &range, err) : 0;
}

/* Hands over repetitions of a line up to @end, at the addresses that the sink wants. */
static int repeat(struct reading *r, const struct dump_sink *sink, const struct line *line,
                  uint64_t end, struct err *err)
{
    uint64_t at = line->address + line->size;

    if (line->size == 0 || end < at)
        return 0;
    if (at < sink->from)
        at += (sink->from - at) / line->size * line->size;
    for (; at + line->size <= end && at < sink->to; at += line->size) {
        if (++r->repeated > REPEATED_MAX)
            return err_at(err, ERR_INVALID, NULL, "line %u repeats too often", r->number);
        if (hand_over(sink, at, line, err) < 0)
            return -1;
    }
    return 0;
}

/* Takes a number's hexadecimal digits as digits of @base. Return: false: one is too high for it */
static bool reread(uint64_t number, unsigned base, uint64_t *value)
{
    uint64_t scale = 1;

    for (*value = 0; number > 0; number >>= 4, scale *= base) {
        if ((number & 0xf) >= base)
            return false;
        *value += scale * (number & 0xf);
    }
    return true;
}

/* Does one line follow the other in octal or in decimal, but not in hexadecimal? */
static bool has_other_base(const struct line *first, const struct line *second)
{
    static const unsigned bases[] = { 8, 10 };
    uint64_t from, to;

    if (second->address - first->address == first->size || first->size < 2)
        return false;
    for (unsigned i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
        if (reread(first->address, bases[i], &from) && reread(second->address, bases[i], &to) &&
            to - from == first->size)
            return true;
    return false;
}

/* Takes a line, after the repetitions of the last one, if there are any */
static int take_line(struct reading *r, const struct dump_sink *sink, const struct line *last,
                     bool repeated, const struct line *line, struct err *err)
{
    if (r->number == 2 && !repeated && has_other_base(last, line))
        return err_at(err, ERR_INVALID, NULL,
                      "has addresses that are not hexadecimal; od -A x writes hexadecimal ones");
    if (repeated && repeat(r, sink, last, line->address, err) < 0)
        return -1;
    return hand_over(sink, line->address, line, err);
}

int hexdump_walk(const struct dump_source *source, const struct dump_sink *sink, struct err *err)
{
    struct reading r = { .source = source };
    struct line line, last = { .size = 0 };
    bool repeated = false;
    int status;

    while ((status = next_line(&r, err)) > 0) {
        if (strcmp(r.text, "*") == 0) {
            repeated = true;
            continue;
        }
        if (r.text[0] == '\0')
            continue;
        if (!parse_line(r.text, &line))
            return err_at(err, ERR_INVALID, NULL, "line %u is not a line of a hexdump", r.number);
        if (take_line(&r, sink, &last, repeated, &line, err) < 0)
            return -1;
        repeated = false;
        last = line;
    }
    return status;
}

/* The first line, without its end. Return: false: it is too long for a line, or is no text */
static bool first_line(const uint8_t *text, size_t size, char line[LINE_MAX])
{
    const uint8_t *const end = memchr(text, '\n', size);
    const size_t length = end ? (size_t)(end - text) : size;

    if (length >= LINE_MAX || memchr(text, '\0', length))
        return false;
    memcpy(line, text, length);
    line[length] = '\0';
    line[strcspn(line, "\r")] = '\0';
    return true;
}

bool hexdump_begins(const uint8_t *text, size_t size)
{
    char first[LINE_MAX];
    struct line line;

    return first_line(text, size, first) && parse_line(first, &line) && line.size > 0;
}

bool hexdump_lacks_addresses(const uint8_t *text, size_t size)
{
    enum { PAIRS_MIN = 16 };
    char first[LINE_MAX];
    const char *at = first;
    unsigned pairs = 0;

    if (!first_line(text, size, first))
        return false;
    for (; *(at += strspn(at, " \t")); at += 2, pairs++)
        if (hex_digit(at[0]) < 0 || hex_digit(at[1]) < 0)
            return false;
    return pairs >= PAIRS_MIN;
}
