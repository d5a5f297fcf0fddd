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

/* Groups of more digits are little-endian numbers */
enum { NUMBERS = 2, NO_NUMBERS = 2 * LINE_BYTES_MAX };

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

/* Appends a group of digits as bytes. Return: false when they do not fit, or are no pairs */
static bool put_group(struct line *line, const char *text, size_t digits, bool little)
{
    const size_t size = digits / 2;

    if (digits % 2 != 0 || size == 0 || size > LINE_BYTES_MAX - line->size)
        return false;
    for (size_t i = 0; i < size; i++) {
        const char *const pair = text + 2 * (little ? size - 1 - i : i);

        line->bytes[line->size++] = (uint8_t)(hex_digit(pair[0]) << 4 | hex_digit(pair[1]));
    }
    return true;
}

/* Does a column of text show the bytes of its line? '.' and a blank may stand for any byte. */
static bool shows(const char *column, const struct line *line)
{
    for (size_t i = 0; i < line->size && column[i]; i++)
        if (column[i] > ' ' && column[i] <= '~' && column[i] != '.' &&
            (uint8_t)column[i] != line->bytes[i])
            return false;
    return true;
}

static bool is_number_size(size_t digits)
{
    return digits == 2 || digits == 4 || digits == 8 || digits == 16;
}

/*
 * Reads the groups behind the address. Those of more than @number digits are little-endian numbers.
 * The text column begins with '|', '>' or '*', or, if @gap is set, behind two blanks.
 */
static bool parse_groups(const char *text, struct line *line, bool gap, size_t number,
                         const char **column)
{
    *column = NULL;
    line->size = 0;
    for (bool first = true; *text; first = false) {
        const size_t blanks = strspn(text, " \t");
        const bool prefix = has_prefix(text += blanks);
        size_t digits;

        if (!*text)
            return true;
        if (strchr("|>*", *text) || blanks == 0 || (gap && !first && blanks > 1)) {
            *column = text;
            return true;
        }
        digits = strspn(text += prefix ? 2 : 0, "0123456789abcdefABCDEF");
        if ((!gap && !is_number_size(digits)) ||
            (text[digits] && !strchr(" \t|>*", text[digits])) ||
            !put_group(line, text, digits, prefix || digits > number))
            return false;
        text += digits;
    }
    return true;
}

/*
 * Reads a line. Behind two blanks xxd and objdump have the column of text; hexdump -C has two
 * blanks in the middle of the bytes as well, but neither a colon behind the address nor blanks
 * before it. @number: NUMBERS or NO_NUMBERS, for lines that may have such a column.
 */
static bool parse_line(const char *text, struct line *line, size_t number, const char **column)
{
    const char *const begin = text += strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    const bool indented = *(text += strspn(text, " \t")) && text > begin;
    const unsigned digits = take_digits(text += has_prefix(text) ? 2 : 0, &line->address);
    bool colon;

    if (digits < 4)
        return false;
    text += digits;
    colon = *text == ':';
    text += colon;
    if (*text && *text != ' ' && *text != '\t')
        return false;
    if (!colon && !indented)
        return parse_groups(text, line, false, NUMBERS, column);
    return parse_groups(text, line, true, number, column) && (colon || *column);
}

/* Lines of objdump -s between those with bytes */
static bool is_heading(const char *text)
{
    return text[0] == '\0' || strncmp(text, "Contents of section ", 20) == 0 ||
           strstr(text, ":     file format ");
}

/* A text while its lines are read */
struct reading {
    const struct dump_source *source;
    uint64_t at; /* of the next line */
    unsigned number, repeated;
    size_t group; /* NUMBERS or NO_NUMBERS, for lines that may have a column of text */
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

/* Return: does the column show the line's bytes when its groups are read in this way? */
static bool agrees(const char *text, size_t group)
{
    struct line line;
    const char *column;

    return parse_line(text, &line, group, &column) && column &&
           (shows(column, &line) || (strchr("|>*", *column) && shows(column + 1, &line)));
}

/*
 * Finds out whether groups are numbers, as xxd -e and crash's rd write them: the first line tells
 * whose column of text shows its bytes in one order alone.
 */
static int find_order(struct reading *r, struct err *err)
{
    int status;

    r->group = NO_NUMBERS;
    while ((status = next_line(r, err)) > 0) {
        const bool numbers = agrees(r->text, NUMBERS);

        if (numbers == agrees(r->text, NO_NUMBERS))
            continue;
        r->group = numbers ? NUMBERS : NO_NUMBERS;
        break;
    }
    r->at = 0;
    r->number = 0;
    return status;
}

int hexdump_walk(const struct dump_source *source, const struct dump_sink *sink, struct err *err)
{
    struct reading r = { .source = source };
    struct line line, last = { .size = 0 };
    const char *column;
    bool repeated = false;
    int status = find_order(&r, err);

    if (status < 0)
        return -1;
    while ((status = next_line(&r, err)) > 0) {
        if (strcmp(r.text, "*") == 0) {
            repeated = true;
            continue;
        }
        if (is_heading(r.text))
            continue;
        if (!parse_line(r.text, &line, r.group, &column))
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
    const char *column;

    while (first_line(text, size, first) && is_heading(first)) {
        const uint8_t *const end = memchr(text, '\n', size);

        if (!end)
            return false;
        size -= (size_t)(end + 1 - text);
        text = end + 1;
    }
    return first_line(text, size, first) && parse_line(first, &line, NO_NUMBERS, &column) &&
           line.size > 0;
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
