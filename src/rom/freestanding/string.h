/* SPDX-License-Identifier: ISC */
/*
 * The part of the C library that libmptable needs, for 32-bit programs without an operating system.
 * The host's own header would need the host's 32-bit C library.
 */
#ifndef ROM_STRING_H
#define ROM_STRING_H

#include <stddef.h>

int memcmp(const void *a, const void *b, size_t size);
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);

#endif
