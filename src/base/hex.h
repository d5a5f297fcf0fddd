/* SPDX-License-Identifier: ISC */
/* Lower-case hex of bytes that anybody may see: secret ones are for sodium_bin2hex. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>

/* hex_encode - @text has room for 2 * size characters and NUL */
void hex_encode(const void *bytes, size_t size, char *text);

#endif
