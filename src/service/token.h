/* SPDX-License-Identifier: ISC */
/*
 * Bearer tokens (RFC 6750): who shows one that stands in the token file may have images signed.
 */
#ifndef SERVICE_TOKEN_H
#define SERVICE_TOKEN_H

#include <stdbool.h>

#include "../base/err.h"

enum { TOKENS_MAX = 64, TOKEN_LENGTH_MIN = 16, TOKEN_LENGTH_MAX = 256 };

struct tokens;

/*
 * tokens_load - read a token file
 * @path: a regular file, closed to others and not writable by the group. A line is a token of
 *        TOKEN_LENGTH_MIN to TOKEN_LENGTH_MAX characters of [A-Za-z0-9._~+/-] with any "=" behind
 *        them; empty lines and lines that begin with # do not count
 *
 * Only digests are kept; what was read is wiped.
 *
 * Return: the tokens, released by tokens_free; NULL with ERR_FILE, whose detail names file and line
 * and holds nothing of a token.
 */
struct tokens *tokens_load(const char *path, struct err *err) MUST_USE;

/*
 * tokens_admit - is that one of them?
 * @authorization: the header "Bearer TOKEN", NULL when absent
 *
 * Both sides are hashed and each digest is compared to its end, so the time tells neither length
 * nor prefix.
 */
bool tokens_admit(const struct tokens *tokens, const char *authorization);

void tokens_free(struct tokens *tokens);

#endif
