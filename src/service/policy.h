/* SPDX-License-Identifier: ISC */
/* The policy: which client may have images signed, and for which contexts. */
#ifndef SERVICE_POLICY_H
#define SERVICE_POLICY_H

#include <stdbool.h>

#include "../base/err.h"
#include "client.h"

enum { POLICY_ROWS_MAX = 1024 };

struct policy;

/*
 * policy_parse - read a policy
 * @text: terminated by NUL. A line is CLIENT CONTEXT, with blanks between; empty lines and lines
 *        that begin with # are skipped. A client is uid: or gid: and a name or a number, cert:
 *        and a whole subject in the form of RFC 4514, san: and a DNS name or URI, token: and a
 *        name, or * for every client. A context is a literal, a prefix followed by *, or - for
 *        none. The context is the last word, so that a subject may have blanks
 * @name: of the file, for errors
 *
 * Return: the policy, released by policy_free; NULL with ERR_FILE, whose detail names the line, or
 * ERR_BUSY.
 */
struct policy *policy_parse(const char *text, const char *name, struct err *err) MUST_USE;

/* policy_load - the same from a file that neither its group nor others may write to */
struct policy *policy_load(const char *path, struct err *err) MUST_USE;

/* policy_asks_groups - does a row name a group? Then the caller must look up the client's groups */
bool policy_asks_groups(const struct policy *policy);

/*
 * policy_allows - does a row allow this client this context?
 * @context: "" = none
 */
bool policy_allows(const struct policy *policy, const struct client *client, const char *context);

void policy_free(struct policy *policy); /* NULL does nothing */

#endif
