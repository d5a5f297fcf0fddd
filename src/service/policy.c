/* SPDX-License-Identifier: ISC */
/*
 * A policy only allows: what no row allows is refused, and the order of rows means nothing. Names
 * of users and groups are looked up when the policy is read, so that a request asks no name
 * service.
 */
#include "policy.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../base/file.h"
#include "../base/number.h"

enum { FILE_SIZE_MAX = 262144, CONTEXT_MAX = 64, TEXT_MAX = CLIENT_SUBJECT_SIZE };

#define BLANKS  " \t"
#define CONTEXT "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-"

static const struct file_rules rules = { .what = "policy",
                                         .max = FILE_SIZE_MAX,
                                         .checks = FILE_REGULAR | FILE_TEXT,
                                         .closed = S_IWGRP | S_IWOTH,
                                         .mend = "chmod go-w" };

enum kind { ANYBODY, UID, GID, CERT, SAN, TOKEN };

struct row {
    enum kind kind;
    uint32_t id;           /* of UID and GID */
    const char *text;      /* of CERT, SAN and TOKEN */
    const char *context;   /* "" = none, or the empty prefix */
    size_t context_length; /* of the prefix, when is_prefix */
    bool is_prefix;
};

struct policy {
    unsigned count;
    bool asks_groups;
    char *text; /* what the rows point into */
    struct row rows[POLICY_ROWS_MAX];
};

/* Where we are in a file, for errors */
struct line {
    const char *name;
    unsigned number;
    struct err *err;
};

static int refuse(const struct line *at, const char *what)
{
    return err_at(at->err, ERR_FILE, NULL, "%.60s: line %u: %s", at->name, at->number, what);
}

static int refuse_name(const struct line *at, const char *kind, const char *name)
{
    return err_at(at->err, ERR_FILE, NULL, "%.60s: line %u: no such %s: %.32s", at->name,
                  at->number, kind, name);
}

/* A decimal number below 2^32 - 1, which is no user and no group */
static bool read_id(const char *text, uint32_t *id)
{
    uint64_t number;

    if (!number_decimal(text, UINT32_MAX - 1, &number))
        return false;
    *id = (uint32_t)number;
    return true;
}

static int read_user(const char *text, struct row *row, const struct line *at)
{
    const struct passwd *user;

    if (read_id(text, &row->id))
        return 0;
    user = *text ? getpwnam(text) : NULL;
    if (!user)
        return refuse_name(at, "user", text);
    row->id = user->pw_uid;
    return 0;
}

static int read_group(const char *text, struct row *row, const struct line *at)
{
    const struct group *group;

    if (read_id(text, &row->id))
        return 0;
    group = *text ? getgrnam(text) : NULL;
    if (!group)
        return refuse_name(at, "group", text);
    row->id = group->gr_gid;
    return 0;
}

static int read_client(const char *text, struct row *row, const struct line *at)
{
    static const struct {
        const char *prefix;
        enum kind kind;
    } kinds[] = {
        { "uid:", UID }, { "gid:", GID }, { "cert:", CERT }, { "san:", SAN }, { "token:", TOKEN }
    };

    row->kind = ANYBODY;
    if (strcmp(text, "*") == 0)
        return 0;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strncmp(text, kinds[i].prefix, strlen(kinds[i].prefix)) == 0) {
            row->kind = kinds[i].kind;
            row->text = text + strlen(kinds[i].prefix);
        }
    if (row->kind == ANYBODY)
        return refuse(at, "the client must begin with uid:, gid:, cert:, san: or token:, or be *");
    if (strlen(row->text) >= TEXT_MAX)
        return refuse(at, "the client is longer than 511 bytes");
    if (row->kind == UID)
        return read_user(row->text, row, at);
    if (row->kind == GID)
        return read_group(row->text, row, at);
    return row->text[0] ? 0 : refuse(at, "the client has no name");
}

static int read_context(char *text, struct row *row, const struct line *at)
{
    const size_t length = strspn(text, CONTEXT);

    row->is_prefix = strcmp(text + length, "*") == 0;
    if ((text[length] && !row->is_prefix) || length > CONTEXT_MAX)
        return refuse(at, "the context must be 1 to 64 of A-Z a-z 0-9 . _ : -, with a * behind "
                          "a prefix, or - for none");
    row->context = strcmp(text, "-") == 0 ? "" : text;
    row->context_length = length;
    return 0;
}

/* The blanks at the end of a text are cut off. */
static char *last_word(char *text)
{
    char *end = text + strlen(text);

    while (end > text && strchr(BLANKS, end[-1]))
        *--end = '\0';
    while (end > text && !strchr(BLANKS, end[-1]))
        end--;
    return end;
}

static int read_row(struct policy *p, char *line, const struct line *at)
{
    struct row *const row = &p->rows[p->count];
    char *const client = line + strspn(line, BLANKS), *const context = last_word(client);

    if (!*client || *client == '#')
        return 0;
    if (p->count == POLICY_ROWS_MAX)
        return refuse(at, "more than 1024 rows");
    if (context == client)
        return refuse(at, "a row is CLIENT CONTEXT");
    context[-1] = '\0';
    last_word(client);
    if (read_context(context, row, at) < 0 || read_client(client, row, at) < 0)
        return -1;
    p->asks_groups = p->asks_groups || row->kind == GID;
    p->count++;
    return 0;
}

static int read_rows(struct policy *p, const char *name, struct err *err)
{
    struct line at = { name, 0, err };
    const char *text = p->text, *line;
    size_t size;

    while (file_line(&text, &line, &size, &at.number)) {
        char *const row = p->text + (line - p->text);

        row[size] = '\0';
        if (read_row(p, row, &at) < 0)
            return -1;
    }
    return 0;
}

struct policy *policy_parse(const char *text, const char *name, struct err *err)
{
    struct policy *const p = calloc(1, sizeof(*p));

    if (!p || !(p->text = strdup(text))) {
        err_at(err, ERR_BUSY, NULL, "out of memory");
        free(p);
        return NULL;
    }
    if (read_rows(p, name, err) == 0)
        return p;
    policy_free(p);
    return NULL;
}

struct policy *policy_load(const char *path, struct err *err)
{
    char *text SCOPED(scoped_free) = malloc(FILE_SIZE_MAX + 1);
    struct stat st;
    size_t size;

    if (!text) {
        err_at(err, ERR_BUSY, NULL, "out of memory");
        return NULL;
    }
    if (file_read(path, &rules, text, &size, &st, err) < 0 ||
        file_guard(path, &rules, &st, err) < 0)
        return NULL;
    return policy_parse(text, path, err);
}

bool policy_asks_groups(const struct policy *p)
{
    return p->asks_groups;
}

static bool is_in_group(const struct client *c, uint32_t id)
{
    bool found = c->gid == id;

    for (unsigned i = 0; i < c->group_count && !found; i++)
        found = c->groups[i] == id;
    return found;
}

/* DNS names are compared without case. In a URI only some parts have no case: it must be equal. */
static bool has_name(const struct certificate *c, const char *name)
{
    const char *const end = c->names + c->names_size;
    bool found = false;

    for (const char *at = c->names; at < end && !found; at += strlen(at) + 1)
        found = strchr(at, ':') ? strcmp(at, name) == 0 : strcasecmp(at, name) == 0;
    return found;
}

static bool is_client(const struct row *row, const struct client *c)
{
    switch (row->kind) {
    case ANYBODY:
        return true;
    case UID:
        return c->is_unix && c->uid == row->id;
    case GID:
        return c->is_unix && is_in_group(c, row->id);
    case CERT:
        return c->certificate && strcmp(c->certificate->subject, row->text) == 0;
    case SAN:
        return c->certificate && has_name(c->certificate, row->text);
    default: /* TOKEN */
        return strcmp(c->token, row->text) == 0;
    }
}

/* Only "-" allows an image without a context; the empty prefix allows every context. */
static bool is_context(const struct row *row, const char *context)
{
    if (row->is_prefix)
        return context[0] && strncmp(context, row->context, row->context_length) == 0;
    return strcmp(context, row->context) == 0;
}

bool policy_allows(const struct policy *p, const struct client *client, const char *context)
{
    for (unsigned i = 0; i < p->count; i++)
        if (is_context(&p->rows[i], context) && is_client(&p->rows[i], client))
            return true;
    return false;
}

void policy_free(struct policy *p)
{
    if (p)
        free(p->text);
    free(p);
}
