/* SPDX-License-Identifier: ISC */
/*
 * RFC 8259 to the letter: is a text JSON, and if not, where does it go wrong? read.h gives the
 * values of a text that this check has accepted.
 */
#ifndef JSON_CHECK_H
#define JSON_CHECK_H

#include <stddef.h>

#include "../base/err.h"

/* Brackets that may be open at a time: all that 128 KiB, twice the usual limit, can have */
enum { JSON_DEPTH_MAX = 131072 };

/*
 * json_check - is this one JSON text, in well-formed UTF-8?
 * @text: need not be terminated. A byte order mark is refused, and the error says so
 *
 * Time is linear in size, memory fixed (JSON_DEPTH_MAX bits).
 *
 * Return: 0; -1 with ERR_SYNTAX, what was expected, and its offset, line and column; -1 with
 * ERR_INVALID when more than JSON_DEPTH_MAX brackets are open, whatever follows.
 */
int json_check(const char *text, size_t size, struct err *err) MUST_USE;

#endif
