/* SPDX-License-Identifier: ISC */
/*
 * Bearer tokens (RFC 6750): a client that sends one from the token file may make requests.
 */
#ifndef SERVICE_TOKEN_H
#define SERVICE_TOKEN_H

#include "../base/err.h"

enum { TOKENS_MAX = 64, TOKEN_LENGTH_MIN = 16, TOKEN_LENGTH_MAX = 256 };

struct tokens;

/*
 * tokens_load - read a token file
 * @path: a regular file without access for others, and without write access for the group. A line
 *        is NAME HASH: a name of at most 64 characters [A-Za-z0-9._-], a blank, and the SHA-256 of
 *        the token in hexadecimal. Or it is a token itself of TOKEN_LENGTH_MIN to TOKEN_LENGTH_MAX
 *        characters, [A-Za-z0-9._~+/-], then any number of "=", whose name is line-NUMBER. Empty
 *        lines and lines that begin with # are skipped
 *
 * Only digests are kept; the text that was read is wiped.
 *
 * Return: the tokens, released by tokens_free; NULL with ERR_FILE, whose detail names file and line
 * but never shows a part of a token.
 */
struct tokens *tokens_load(const char *path, struct err *err) MUST_USE;

/*
 * tokens_parse - the same from a text in memory, which is not wiped
 * @text: terminated by NUL
 * @name: of the file, for errors
 */
struct tokens *tokens_parse(const char *text, const char *name, struct err *err) MUST_USE;

/*
 * tokens_admit - which of the tokens does the header have?
 * @authorization: the header "Bearer TOKEN", NULL when absent
 *
 * The token is hashed, and its digest is compared with all others in constant time, so the time
 * shows nothing of a token in the file.
 *
 * Return: the token's name, which lives as long as the tokens; NULL: none of them.
 */
const char *tokens_admit(const struct tokens *tokens, const char *authorization);

void tokens_free(struct tokens *tokens);

#endif
