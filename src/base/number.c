/* SPDX-License-Identifier: ISC */
/* A number has one spelling: 010 is refused, so that no reader takes it for eight. */
#include "number.h"

#include <stddef.h>
#include <string.h>

#include "hex.h"

static const char *take_digits(const char *text, unsigned radix, uint64_t *value)
{
    const char *at = text;
    unsigned digit;

    *value = 0;
    for (; (digit = (unsigned)hex_digit(*at)) < radix; at++) { /* what is no digit is above all */
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

bool number_parse_size(const char *text, uint64_t *value)
{
    static const char units[] = "KMG";
    const char *const end = number_take(text, value), *unit;
    unsigned shift;

    if (!end || !*end)
        return end != NULL;
    unit = strchr(units, *end);
    shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    if (!unit || end[1] || *value > UINT64_MAX >> shift)
        return false;
    *value <<= shift;
    return true;
}

bool number_decimal(const char *text, uint64_t highest, uint64_t *value)
{
    return strncmp(text, "0x", 2) != 0 && number_parse(text, 0, highest, value);
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

char *number_address(uint64_t address, char text[NUMBER_ADDRESS_SIZE])
{
    memcpy(text, "0x", 2);
    *number_write(text + 2, address, 16) = '\0';
    return text;
}
