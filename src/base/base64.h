/* SPDX-License-Identifier: ISC */
/*
 * Standard base64 with padding (RFC 4648 §4), for bytes that anybody may see: which characters come
 * out shows in the time it takes. Secret bytes are for sodium_bin2base64, which takes many times as
 * long.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

/*
 * base64_size - characters for that many bytes, NUL included; BASE64_SIZE is the same as a constant
 */
#define BASE64_SIZE(size) (((size) + 2) / 3 * 4 + 1)
size_t base64_size(size_t size);

/* base64_encode - @text has room for base64_size(size) characters */
void base64_encode(const void *bytes, size_t size, char *text);

#endif
