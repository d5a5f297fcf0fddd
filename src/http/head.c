/* SPDX-License-Identifier: ISC */
/* RFC 9112 §2.2, §3, §5, §6. All strings are borrowed. */
#include "head.h"

#include <string.h>
#include <strings.h>

#include "chars.h"
#include "host.h"

#define NAME(text)             \
    {                          \
        text, sizeof(text) - 1 \
    }

static const struct {
    const char *text;
    size_t size;
} names[HEADERS] = {
    [HEADER_HOST] = NAME("Host"),
    [HEADER_CONTENT_LENGTH] = NAME("Content-Length"),
    [HEADER_CONTENT_TYPE] = NAME("Content-Type"),
    [HEADER_CONTENT_ENCODING] = NAME("Content-Encoding"),
    [HEADER_TRANSFER_ENCODING] = NAME("Transfer-Encoding"),
    [HEADER_EXPECT] = NAME("Expect"),
    [HEADER_AUTHORIZATION] = NAME("Authorization"),
    [HEADER_ACCEPT] = NAME("Accept"),
    [HEADER_IF_MATCH] = NAME("If-Match"),
    [HEADER_IF_NONE_MATCH] = NAME("If-None-Match"),
    [HEADER_REQUEST_ID] = NAME("X-Request-Id"),
    [HEADER_TRACEPARENT] = NAME("traceparent"),
};

static const char *const faults[HEAD_FAULTS] = {
    [HEAD_NUL] = "the head has a NUL",
    [HEAD_LINE_END] = "the head has a CR without an LF, or an LF without a CR",
    [HEAD_REQUEST_LINE] = "the request line must be three words with one blank between them",
    [HEAD_FOLDED] = "a line of the head begins with a blank",
    [HEAD_NO_COLON] = "a line of the head has no colon",
    [HEAD_COLON] = "a line of the head has a blank before its colon",
    [HEAD_CHARACTER] =
        "a word, name or value in the head has characters that are not allowed there",
    [HEAD_UNCLEAR] = "it is not clear where the request before this one ends",
};

/* Where the next byte belongs */
enum place {
    PLACE_BEFORE, /* the request line; empty lines may come first (RFC 9112 §2.2) */
    PLACE_EMPTY,  /* behind the CR of one of these */
    PLACE_METHOD,
    PLACE_TARGET,
    PLACE_VERSION,
    PLACE_LINE_END, /* behind the CR of a line */
    PLACE_LINE,     /* at the beginning of one, or of the empty line */
    PLACE_NAME,
    PLACE_VALUE,
    PLACE_LENGTH, /* the value of Content-Length */
    PLACE_END,    /* behind the CR of the empty line */
    PLACE_BODY,
    PLACE_UNCLEAR /* what comes now is not looked at any more */
};

/* What a place takes, and what ends it */
static const struct {
    unsigned char takes; /* the only kind of characters that it takes, unless it has stops */
    unsigned char stops; /* it takes all characters but those of these kinds */
    char end;
    unsigned char next;
    unsigned char other; /* the place of a byte that is not the end; 0: a fault */
    bool is_word;        /* at least one character must come */
} places[] = {
    [PLACE_BEFORE] = { .end = '\r', .next = PLACE_EMPTY, .other = PLACE_METHOD },
    [PLACE_EMPTY] = { .end = '\n', .next = PLACE_BEFORE },
    [PLACE_METHOD] = { CHAR_TOKEN, .end = ' ', .next = PLACE_TARGET, .is_word = true },
    [PLACE_TARGET] = { .stops = CHAR_CONTROL | CHAR_BLANK,
                       .end = ' ',
                       .next = PLACE_VERSION,
                       .is_word = true },
    [PLACE_VERSION] = { .stops = CHAR_CONTROL | CHAR_BLANK,
                        .end = '\r',
                        .next = PLACE_LINE_END,
                        .is_word = true },
    [PLACE_LINE_END] = { .end = '\n', .next = PLACE_LINE },
    [PLACE_LINE] = { .end = '\r', .next = PLACE_END, .other = PLACE_NAME },
    [PLACE_NAME] = { CHAR_TOKEN, .end = ':', .next = PLACE_VALUE, .is_word = true },
    [PLACE_VALUE] = { .stops = CHAR_CONTROL, .end = '\r', .next = PLACE_LINE_END },
    [PLACE_LENGTH] = { .stops = CHAR_CONTROL, .end = '\r', .next = PLACE_LINE_END },
    [PLACE_END] = { .end = '\n', .next = PLACE_BEFORE },
};

/* How much of Content-Length has come */
enum length {
    LENGTH_NONE,
    LENGTH_NAME,
    LENGTH_DIGITS,
    LENGTH_BLANK /* behind the digits */
};

/* What does not fit is longer than any name that matters. */
static void keep_word(struct head_reader *r, const char *text, size_t size)
{
    const size_t room = sizeof(r->word) - r->word_size;
    const size_t n = size < room ? size : room;

    memcpy(r->word + r->word_size, text, n);
    r->word_size = (unsigned char)(r->word_size + n);
}

static bool is_name(const struct head_reader *r, enum header header)
{
    return r->word_size == names[header].size &&
           strncasecmp(r->word, names[header].text, r->word_size) == 0;
}

static enum place end_name(struct head_reader *r)
{
    if (is_name(r, HEADER_TRANSFER_ENCODING))
        r->unclear = true;
    if (!is_name(r, HEADER_CONTENT_LENGTH))
        return PLACE_VALUE;
    r->unclear = r->unclear || r->length != LENGTH_NONE;
    r->length = LENGTH_NAME;
    return PLACE_LENGTH;
}

/* A part of the value: digits with blanks around them */
static void read_length(struct head_reader *r, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned digit = (unsigned)text[i] - '0';

        if (char_is(text[i], CHAR_BLANK)) {
            r->length = r->length == LENGTH_NAME ? LENGTH_NAME : LENGTH_BLANK;
        } else if (digit > 9 || r->length == LENGTH_BLANK || r->body > (UINT64_MAX - digit) / 10) {
            r->unclear = true;
        } else {
            r->body = 10 * r->body + digit;
            r->length = LENGTH_DIGITS;
        }
    }
}

static enum place end_head(struct head_reader *r)
{
    r->heads++;
    r->length = LENGTH_NONE;
    if (r->unclear)
        r->fault = HEAD_UNCLEAR;
    return r->unclear ? PLACE_UNCLEAR : r->body > 0 ? PLACE_BODY : PLACE_BEFORE;
}

static void end_place(struct head_reader *r)
{
    enum place next = places[r->place].next;

    if (r->place == PLACE_NAME)
        next = end_name(r);
    else if (r->place == PLACE_LENGTH)
        r->unclear = r->unclear || r->length == LENGTH_NAME;
    else if (r->place == PLACE_END)
        next = end_head(r);
    r->place = (unsigned char)next;
    r->word_size = 0;
}

/* Why @c cannot stand where it came */
static enum head_fault find_fault(const struct head_reader *r, char c)
{
    const enum place place = r->place;

    if (c == '\0')
        return HEAD_NUL;
    if (c == '\n' || place == PLACE_EMPTY || place == PLACE_LINE_END || place == PLACE_END)
        return HEAD_LINE_END;
    if (c == '\r')
        return place == PLACE_NAME ? HEAD_NO_COLON : HEAD_REQUEST_LINE;
    if (char_is(c, CHAR_BLANK))
        return place != PLACE_NAME ? HEAD_REQUEST_LINE : r->word_size ? HEAD_COLON : HEAD_FOLDED;
    return HEAD_CHARACTER;
}

/* Return: how many of the bytes belong to the present place */
static size_t read_place(struct head_reader *r, const char *text, size_t size)
{
    const enum place place = r->place;
    const size_t n = places[place].stops ? char_reach(text, size, places[place].stops)
                                         : char_span(text, size, places[place].takes);

    if (places[place].is_word)
        keep_word(r, text, n);
    if (place == PLACE_LENGTH)
        read_length(r, text, n);
    if (n == size)
        return n;
    if (text[n] == places[place].end && (r->word_size > 0 || !places[place].is_word)) {
        end_place(r);
        return n + 1;
    }
    if (!places[place].other)
        r->fault = find_fault(r, text[n]);
    r->place = places[place].other ? places[place].other : PLACE_UNCLEAR;
    return n;
}

static size_t skip_body(struct head_reader *r, size_t size)
{
    const size_t n = size < r->body ? size : (size_t)r->body;

    r->body -= n;
    if (r->body == 0)
        r->place = PLACE_BEFORE;
    return n;
}

void head_read(struct head_reader *r, const char *bytes, size_t size)
{
    while (size > 0 && r->place != PLACE_UNCLEAR) {
        const size_t n = r->place == PLACE_BODY ? skip_body(r, size) : read_place(r, bytes, size);

        bytes += n;
        size -= n;
    }
}

int head_is_sound(const struct head_reader *r, uint64_t number, struct err *err)
{
    if (number <= r->heads)
        return 0;
    if (r->fault == HEAD_NO_FAULT)
        return err_at(err, ERR_INTERNAL, NULL, "the server has not seen what the library read");
    return err_at(err, ERR_INVALID, NULL, "%s", faults[r->fault]);
}

/* Three words; the last one is HTTP/1 and any digit. */
static bool is_request_line(const char *line, size_t size)
{
    static const char version[] = " HTTP/1.";
    const size_t tail = sizeof(version); /* with the digit */
    unsigned blanks = 0;

    for (size_t i = 0; i < size; i++)
        blanks += line[i] == ' ';
    return blanks == 2 && size > tail && memcmp(line + size - tail, version, tail - 1) == 0;
}

bool head_ends(const char *text, size_t size)
{
    size_t line = 0;
    bool began = false; /* empty lines may stand before a request (RFC 9112 §2.2) */

    for (size_t i = 0; i < size; i++) {
        const bool is_cr = text[i] == '\r';
        const size_t length = i - line;

        if (text[i] != '\n' && !(is_cr && i + 1 < size))
            continue;
        if (length == 0 ? began : !began && !is_request_line(text + line, length))
            return true;
        began = began || length > 0;
        i += is_cr && text[i + 1] == '\n';
        line = i + 1;
    }
    return false;
}

void head_start(struct head *h)
{
    *h = (struct head){ .twice = HEADERS };
}

/*
 * A list may come in several headers (RFC 9110 §5.3). These two only save the client a reply that
 * it cannot use, so one that comes in several headers is ignored.
 */
static bool is_list(int header)
{
    return header == HEADER_ACCEPT || header == HEADER_IF_NONE_MATCH;
}

void head_add(struct head *h, const char *name, size_t name_size, const char *value)
{
    for (int i = 0; i < HEADERS; i++) {
        if (name_size != names[i].size || strcasecmp(name, names[i].text) != 0)
            continue;
        if (h->values[i] && is_list(i))
            value = "";
        else if (h->values[i] && h->twice == HEADERS)
            h->twice = (enum header)i;
        h->values[i] = value;
        return;
    }
}

static int check_framing(const struct head *h, unsigned minor, struct err *err)
{
    const char *const encoding = h->values[HEADER_TRANSFER_ENCODING];

    if (!encoding)
        return 0;
    if (h->values[HEADER_CONTENT_LENGTH])
        return err_at(err, ERR_INVALID, NULL,
                      "a request may have Content-Length or Transfer-Encoding, not both");
    if (strcasecmp(encoding, "chunked") != 0)
        return err_at(err, ERR_INVALID, NULL, "the only Transfer-Encoding understood is chunked");
    if (minor == 0)
        return err_at(err, ERR_INVALID, NULL, "HTTP/1.0 has no Transfer-Encoding");
    return 0;
}

int head_check(const struct head *h, unsigned minor, struct err *err)
{
    const char *const host = h->values[HEADER_HOST];

    if (h->twice != HEADERS)
        return err_at(err, ERR_INVALID, NULL, "%s is given twice", names[h->twice].text);
    if (check_framing(h, minor, err) < 0)
        return -1;
    if (!host && minor > 0)
        return err_at(err, ERR_INVALID, NULL, "Host is missing");
    if (host && host[0] && !host_is_authority(host, strlen(host))) /* empty: RFC 9112 §3.2 */
        return err_at(err, ERR_INVALID, NULL,
                      "Host must be a name or an address, and may have a port");
    return 0;
}
