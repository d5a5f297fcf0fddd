/* SPDX-License-Identifier: ISC */
#include "token.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <gnutls/gnutls.h>

#include "../base/file.h"
#include "../base/hex.h"
#include "../seal/seal.h"
#include "client.h"

enum { FILE_SIZE_MAX = 65536 };

static const struct file_rules rules = { .what = "token file",
                                         .max = FILE_SIZE_MAX,
                                         .checks = FILE_REGULAR | FILE_TEXT,
                                         .closed = S_IRWXO | S_IWGRP,
                                         .mend = "chmod 600" };

#define NAME     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"
#define ALPHABET NAME "~+/"

struct tokens {
    unsigned count;
    struct {
        uint8_t digest[SEAL_SHA256_SIZE];
        char name[CLIENT_TOKEN_SIZE];
    } all[TOKENS_MAX];
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

/* A line NAME HASH, where HASH is the digest of a token. Return: false: it is no such line */
static bool read_named(struct tokens *t, const char *line, size_t size)
{
    const size_t name = strspn(line, NAME), blanks = strspn(line + name, " \t");
    const char *const hash = line + name + blanks;

    if (name == 0 || name >= CLIENT_TOKEN_SIZE || blanks == 0 ||
        size != name + blanks + 2 * SEAL_SHA256_SIZE)
        return false;
    for (size_t i = 0; i < SEAL_SHA256_SIZE; i++) {
        const int high = hex_digit(hash[2 * i]), low = hex_digit(hash[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        t->all[t->count].digest[i] = (uint8_t)(16 * high + low);
    }
    memcpy(t->all[t->count].name, line, name);
    t->all[t->count].name[name] = '\0';
    return true;
}

static bool has_name(const struct tokens *t, const char *name)
{
    for (unsigned i = 0; i < t->count; i++)
        if (strcmp(t->all[i].name, name) == 0)
            return true;
    return false;
}

static int add_line(struct tokens *t, const char *line, size_t size, const char *path,
                    unsigned number, struct err *err)
{
    if (t->count == TOKENS_MAX)
        return err_at(err, ERR_FILE, NULL, "%s: more than %d tokens", path, TOKENS_MAX);
    if (is_token(line, size)) {
        seal_sha256(line, size, t->all[t->count].digest);
        snprintf(t->all[t->count].name, CLIENT_TOKEN_SIZE, "line-%u", number);
    } else if (!read_named(t, line, size)) {
        return err_at(
            err, ERR_FILE, NULL,
            "%s: line %u is neither a name and a SHA-256 nor a token of %d to %d characters", path,
            number, TOKEN_LENGTH_MIN, TOKEN_LENGTH_MAX);
    }
    if (has_name(t, t->all[t->count].name))
        return err_at(err, ERR_FILE, NULL, "%s: line %u has the name of another token", path,
                      number);
    t->count++;
    return 0;
}

static int parse_text(struct tokens *t, const char *text, const char *path, struct err *err)
{
    unsigned number = 0;
    const char *line;
    size_t size;

    while (file_line(&text, &line, &size, &number))
        if (add_line(t, line, size, path, number, err) < 0)
            return -1;
    return t->count ? 0 : err_at(err, ERR_FILE, NULL, "%s: the file has no token", path);
}

struct tokens *tokens_parse(const char *text, const char *name, struct err *err)
{
    struct tokens *const t = calloc(1, sizeof(*t));

    if (!t) {
        err_at(err, ERR_BUSY, NULL, "out of memory");
        return NULL;
    }
    if (parse_text(t, text, name, err) == 0)
        return t;
    tokens_free(t);
    return NULL;
}

struct tokens *tokens_load(const char *path, struct err *err)
{
    struct file *f SCOPED(wipe_file) = calloc(1, sizeof(*f));
    struct tokens *t;

    if (!f) {
        err_at(err, ERR_BUSY, NULL, "out of memory");
        return NULL;
    }
    if (file_read(path, &rules, f->text, &f->size, &f->st, err) < 0)
        return NULL;
    t = tokens_parse(f->text, path, err);
    if (t && file_guard(path, &rules, &f->st, err) == 0)
        return t;
    tokens_free(t);
    return NULL;
}

const char *tokens_admit(const struct tokens *t, const char *authorization)
{
    uint8_t digest[SEAL_SHA256_SIZE];
    const char *token, *name = NULL;

    if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0)
        return NULL;
    token = authorization + 7 + strspn(authorization + 7, " ");
    seal_sha256(token, strlen(token), digest);
    for (unsigned i = 0; i < t->count; i++)
        if (gnutls_memcmp(digest, t->all[i].digest, sizeof(digest)) == 0)
            name = t->all[i].name;
    return name;
}

void tokens_free(struct tokens *t)
{
    if (t)
        explicit_bzero(t, sizeof(*t));
    free(t);
}
