/* SPDX-License-Identifier: ISC */
/*
 * RFC 8259 to the letter. The JSON library behind it is lenient; a text that this scan has accepted it reads
 * as everybody else does.
 */
#ifndef TOPO_SCAN_H
#define TOPO_SCAN_H

#include <stddef.h>

#include "../base/err.h"

enum {
    SCAN_DEPTH_MAX = 512, /* nesting that is still followed; deeper is a syntax error */
    SCAN_NUMBER_MAX = 64  /* characters of a number */
};

struct scan {
    unsigned depth;  /* of the deepest nesting, 0 for a scalar */
    int nul_escape;  /* a string holds \u0000 */
    int long_number; /* a number has more than SCAN_NUMBER_MAX characters */
};

/*
 * scan_json - is this one JSON text, in well-formed UTF-8?
 * @text: need not be terminated; a byte order mark is refused
 *
 * Return: 0 with *scan filled; -1 with ERR_SYNTAX, what was expected, and its offset, line and column.
 */
int scan_json(const char *text, size_t size, struct scan *scan, struct err *err) MUST_USE;

#endif
