/* SPDX-License-Identifier: ISC */
/*
 * A name is compared whole: a test of its beginning lets 127.0.0.1.evil.example and 127.0.0.1@evil
 * through. It is compared as it came: no client has a reason to escape a letter of localhost.
 */
#include "host.h"

#include <strings.h>

#include "../base/hex.h"
#include "chars.h"

enum { PORT_MAX = 65535 };

/* Return: bytes of the name at the beginning; it may hold escapes (%XX) */
static size_t name_size_of(const char *text, size_t size)
{
    size_t n = char_span(text, size, CHAR_NAME);

    while (size - n > 2 && text[n] == '%' && hex_digit(text[n + 1]) >= 0 &&
           hex_digit(text[n + 2]) >= 0) {
        n += 3;
        n += char_span(text + n, size - n, CHAR_NAME);
    }
    return n;
}

/* Return: bytes of the host at the beginning, 0 when there is none */
static size_t host_size_of(const char *text, size_t size)
{
    size_t n;

    if (size == 0 || text[0] != '[')
        return name_size_of(text, size);
    n = 1 + char_span(text + 1, size - 1, CHAR_ADDRESS);
    return n > 2 && n < size && text[n] == ']' ? n + 1 : 0;
}

static bool is_port(const char *text, size_t size)
{
    unsigned long port = 0;

    if (size < 1 || size > 5)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        port = port * 10 + (unsigned long)(text[i] - '0');
    }
    return port <= PORT_MAX;
}

bool host_is_authority(const char *text, size_t size)
{
    const size_t host = host_size_of(text, size);

    return host > 0 &&
           (host == size || (text[host] == ':' && is_port(text + host + 1, size - host - 1)));
}

bool host_is(const char *authority, size_t size, const char *host, size_t host_size)
{
    return size >= host_size && strncasecmp(authority, host, host_size) == 0 &&
           host_size_of(authority, size) == host_size;
}
