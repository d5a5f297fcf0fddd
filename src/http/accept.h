/* SPDX-License-Identifier: ISC */
/* Content negotiation by media type (RFC 9110 §12.5.1). */
#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * accept_choose - the offer that the client prefers
 * @accept: the Accept header, NULL or malformed = anything
 * @types:  offers as type/subtype, the server's preference first
 *
 * A more specific range beats a wider one whatever their order; q=0 excludes; ties go to the first
 * offer.
 *
 * Return: the index of the offer, or -1 when none is acceptable.
 */
int accept_choose(const char *accept, const char *const *types, size_t count);

/*
 * accept_is - is a Content-Type this type, with no parameter but charset=utf-8?
 * @content_type: the header, may be NULL
 */
bool accept_is(const char *content_type, const char *type);

#endif
