/* SPDX-License-Identifier: ISC */
/* RFC 9112 §2.2, §3.2, §5, §6. All strings are borrowed. */
#include "head.h"

#include <string.h>
#include <strings.h>

#include "../base/number.h"
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

static bool is_token(const char *text, size_t size)
{
    return size > 0 && char_span(text, size, CHAR_TOKEN) == size;
}

static bool has_controls(const char *text, size_t size)
{
    unsigned kinds = 0;

    for (size_t i = 0; i < size; i++)
        kinds |= char_kinds[(unsigned char)text[i]];
    return kinds & CHAR_CONTROL;
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

/* The value of a line of this head, or NULL */
static const char *find_line(const char *text, const char *end, enum header header)
{
    const size_t size = names[header].size;

    for (const char *c = text; (c = memchr(c, '\n', (size_t)(end - c)));)
        if ((size_t)(end - ++c) > size && c[size] == ':' &&
            strncasecmp(c, names[header].text, size) == 0)
            return c + size + 1;
    return NULL;
}

size_t head_request_size(const char *text, size_t size)
{
    const char *const end = memmem(text, size, "\r\n\r\n", 4), *length;
    uint64_t body = 0;

    if (!end || find_line(text, end, HEADER_TRANSFER_ENCODING))
        return 0;
    length = find_line(text, end, HEADER_CONTENT_LENGTH);
    if (length && (!number_take(length + strspn(length, " "), &body) || body > SIZE_MAX / 2))
        return 0;
    return (size_t)(end - text) + 4 + (size_t)body;
}

void head_start(struct head *h, const char *method)
{
    *h = (struct head){ .twice = HEADERS, .odd = !is_token(method, strlen(method)) };
}

/*
 * A list may come in several headers (RFC 9110 §5.3). These two only save the client a reply that
 * it cannot use, so one that comes in several headers is ignored.
 */
static bool is_list(int header)
{
    return header == HEADER_ACCEPT || header == HEADER_IF_NONE_MATCH;
}

void head_add(struct head *h, const char *name, size_t name_size, const char *value,
              size_t value_size)
{
    h->odd = h->odd || !is_token(name, name_size) || has_controls(value, value_size);
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

    if (h->odd)
        return err_at(err, ERR_INVALID, NULL,
                      "a name or value in the head has characters that are not allowed there");
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
