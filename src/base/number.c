/* SPDX-License-Identifier: ISC */
/* Numbers in texts: one spelling of each, so that nobody reads 010 as eight. */
#include "number.h"

#include <stddef.h>
#include <string.h>

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

static const char *take_digits(const char *text, unsigned radix, uint64_t *value)
{
    const char *at = text;

    *value = 0;
    for (; digit_value(*at) < (int)radix; at++) {
        const unsigned digit = (unsigned)digit_value(*at);

        if (*value > (UINT64_MAX - digit) / radix)
            return NULL;
        *value = *value * radix + digit;
    }
    return at > text ? at : NULL;
}

const char *number_take(const char *text, uint64_t *value)
{
    const char *end;

    if (text[0] == '0' && text[1] == 'x')
        return take_digits(text + 2, 16, value);
    end = take_digits(text, 10, value);
    return end && text[0] == '0' && end > text + 1 ? NULL : end;
}

bool number_parse(const char *text, uint64_t lowest, uint64_t highest, uint64_t *value)
{
    const char *const end = number_take(text, value);

    return end && !*end && *value >= lowest && *value <= highest;
}

char *number_write(char *to, uint64_t value, unsigned radix)
{
    char digits[20], *const end = digits + sizeof(digits), *at = end;

    do {
        *--at = "0123456789abcdef"[value % radix];
        value /= radix;
    } while (value > 0);
    memcpy(to, at, (size_t)(end - at));
    return to + (end - at);
}
