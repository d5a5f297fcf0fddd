/* SPDX-License-Identifier: ISC */
/*
 * Standard base64 with padding (RFC 4648 §4).
 *
 * Only for public bytes: the time may depend on them. Secret bytes are for sodium_bin2base64, which
 * is slower.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* BASE64_SIZE - the characters for @size bytes, NUL included */
#define BASE64_SIZE(size) (((size) + 2) / 3 * 4 + 1)

/* base64_encode - write the text of @size bytes; @text has room for BASE64_SIZE(size) characters */
void base64_encode(const void *bytes, size_t size, char *text);

/*
 * base64_decode - read the bytes of a text with padding
 * @text:  @size characters, not necessarily followed by a NUL
 * @bytes: has room for size / 4 * 3 bytes
 * @count: set to the number of bytes
 *
 * The last character's bits beyond the last byte are ignored, so several texts give the same bytes.
 *
 * Return: false when the text is not base64.
 */
bool base64_decode(const char *text, size_t size, void *bytes, size_t *count);

#endif
