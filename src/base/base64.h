/* SPDX-License-Identifier: ISC */
/*
 * Standard base64 with padding (RFC 4648 §4).
 *
 * The bytes are public: the time taken may depend on them. Secret bytes are for sodium_bin2base64,
 * which takes many times as long.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

/* BASE64_SIZE - characters for that many bytes, NUL included */
#define BASE64_SIZE(size) (((size) + 2) / 3 * 4 + 1)

/* base64_encode - @text has room for BASE64_SIZE(size) characters */
void base64_encode(const void *bytes, size_t size, char *text);

#endif
