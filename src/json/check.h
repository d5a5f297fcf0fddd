/* SPDX-License-Identifier: ISC */
/*
 * RFC 8259 to the letter: is a text JSON, and if not, where does it go wrong? What a text says is
 * json.h's to read, which trusts that this scan has accepted it.
 */
#ifndef JSON_CHECK_H
#define JSON_CHECK_H

#include <stddef.h>

#include "../base/err.h"

/* Open brackets that are followed: more than a body of 64 KiB, or twice that, can have */
enum { JSON_DEPTH_MAX = 131072 };

/*
 * json_check - is this one JSON text, in well-formed UTF-8?
 * @text: need not be terminated; a byte order mark is refused, and the error names it
 *
 * Time is linear in size, memory fixed (JSON_DEPTH_MAX bits).
 *
 * Return: 0; -1 with ERR_SYNTAX, what was expected, and its offset, line and column; -1 with
 * ERR_INVALID when more than JSON_DEPTH_MAX brackets are open, whatever follows.
 */
int json_check(const char *text, size_t size, struct err *err) MUST_USE;

#endif
