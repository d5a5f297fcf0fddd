/* SPDX-License-Identifier: ISC */
/* Numbers in texts. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * number_take - the number that a text begins with: decimal without sign or leading zeros, or 0x
 * and up to 16 hexadecimal digits
 *
 * Return: what follows the number; NULL when there is none or it passes 64 bits.
 */
const char *number_take(const char *text, uint64_t *value);

/* number_parse - a text that is such a number and nothing else, within bounds */
bool number_parse(const char *text, uint64_t lowest, uint64_t highest, uint64_t *value);

/* number_parse_size - such a number alone, or with K, M or G (times 2^10, 2^20, 2^30) behind it */
bool number_parse_size(const char *text, uint64_t *value);

/* number_decimal - number_parse from 0 on, without the hexadecimal form */
bool number_decimal(const char *text, uint64_t highest, uint64_t *value);

/*
 * number_write - at most 20 digits of radix 10 or 16 (lower case), without NUL. Return: their end
 */
char *number_write(char *to, uint64_t value, unsigned radix);

/* number_address - "0x" and lower-case hexadecimal digits. Return: @text */
enum { NUMBER_ADDRESS_SIZE = 19 };
char *number_address(uint64_t address, char text[NUMBER_ADDRESS_SIZE]);

#endif
