/* SPDX-License-Identifier: ISC */
/* Hexadecimal digits. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>

/*
 * hex_encode - bytes as lower-case digits
 * @text: has room for 2 * size characters and NUL
 *
 * Only for public bytes: the time may depend on them. Secret bytes are for sodium_bin2hex.
 */
void hex_encode(const void *bytes, size_t size, char *text);

/* hex_digit - the value of a digit of either case, or -1 */
int hex_digit(char c);

#endif
