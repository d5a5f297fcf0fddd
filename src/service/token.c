/* SPDX-License-Identifier: ISC */
#include "token.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <gnutls/gnutls.h>

#include "../base/file.h"
#include "../seal/seal.h"

enum { FILE_SIZE_MAX = 65536 };

static const struct file_rules rules = { .what = "token file",
                                         .max = FILE_SIZE_MAX,
                                         .checks = FILE_REGULAR,
                                         .closed = S_IRWXO | S_IWGRP,
                                         .mend = "chmod 600" };

#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"

struct tokens {
    unsigned count;
    uint8_t digests[TOKENS_MAX][SEAL_SHA256_SIZE];
};

struct file {
    char text[FILE_SIZE_MAX + 1];
    size_t size;
    struct stat st;
};

static void wipe_file(struct file **f)
{
    if (*f)
        explicit_bzero(*f, sizeof(**f));
    free(*f);
}

static bool is_token(const char *text, size_t size)
{
    size_t n = strspn(text, ALPHABET);

    n += strspn(text + n, "=");
    return n == size && size >= TOKEN_LENGTH_MIN && size <= TOKEN_LENGTH_MAX;
}

static int add_line(struct tokens *t, const char *line, size_t size, const char *path,
                    unsigned number, struct err *err)
{
    if (size == 0 || line[0] == '#')
        return 0;
    if (!is_token(line, size))
        return err_at(err, ERR_FILE, NULL, "%s: line %u is not a token of %d to %d characters",
                      path, number, TOKEN_LENGTH_MIN, TOKEN_LENGTH_MAX);
    if (t->count == TOKENS_MAX)
        return err_at(err, ERR_FILE, NULL, "%s: more than %d tokens", path, TOKENS_MAX);
    seal_sha256(line, size, t->digests[t->count++]);
    return 0;
}

static int parse_file(struct tokens *t, const struct file *f, const char *path, struct err *err)
{
    const char *line = f->text;

    if (strlen(f->text) != f->size)
        return err_at(err, ERR_FILE, NULL, "%s: the file has a NUL byte", path);
    for (unsigned number = 1; *line; number++) {
        const size_t size = strcspn(line, "\n");
        const size_t end = size > 0 && line[size - 1] == '\r' ? size - 1 : size;

        if (add_line(t, line, end, path, number, err) < 0)
            return -1;
        line += line[size] ? size + 1 : size;
    }
    return t->count ? 0 : err_at(err, ERR_FILE, NULL, "%s: the file has no token", path);
}

struct tokens *tokens_load(const char *path, struct err *err)
{
    struct file *f SCOPED(wipe_file) = calloc(1, sizeof(*f));
    struct tokens *t = calloc(1, sizeof(*t));

    if (!f || !t) {
        err_at(err, ERR_BUSY, NULL, "out of memory");
        free(t);
        return NULL;
    }
    if (file_read(path, &rules, f->text, &f->size, &f->st, err) == 0 &&
        parse_file(t, f, path, err) == 0 && file_guard(path, &rules, &f->st, err) == 0)
        return t;
    tokens_free(t);
    return NULL;
}

bool tokens_admit(const struct tokens *t, const char *authorization)
{
    uint8_t digest[SEAL_SHA256_SIZE];
    const char *token;
    unsigned found = 0;

    if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0)
        return false;
    token = authorization + 7 + strspn(authorization + 7, " ");
    seal_sha256(token, strlen(token), digest);
    for (unsigned i = 0; i < t->count; i++)
        found |= gnutls_memcmp(digest, t->digests[i], sizeof(digest)) == 0;
    return found;
}

void tokens_free(struct tokens *t)
{
    if (t)
        explicit_bzero(t, sizeof(*t));
    free(t);
}
