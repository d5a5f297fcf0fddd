/* SPDX-License-Identifier: ISC */
/* Files in, files out; "-" is standard input. */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "../json/build.h"
#include "cli.h"

/*
 * files_read - a whole file, or standard input when @path is "-"
 *
 * Return: the bytes, with a NUL behind them, to be released by free; NULL with cli->err filled.
 */
char *files_read(struct cli *cli, const char *path, size_t *size) MUST_USE;

/* files_write - a whole file; NULL = standard output. -1 with cli->err filled */
int files_write(struct cli *cli, const char *path, const void *bytes, size_t size) MUST_USE;

/* A file to be. */
struct files_new {
    const char *path;
    const void *bytes;
    size_t size;
};

/*
 * files_save - write up to two files so that each comes into being whole, the first one first, or
 * neither of them when one cannot be written
 *
 * A regular file that is there is replaced; anything else in its place is refused.
 *
 * Return: 0; -1 with cli->err filled.
 */
int files_save(struct cli *cli, const struct files_new *files, size_t count) MUST_USE;

/*
 * files_signature - IMAGE.minisig, where minisign -Vm IMAGE looks
 *
 * Return: the path, to be released by free; NULL with cli->err filled.
 */
char *files_signature(struct cli *cli, const char *image) MUST_USE;

/* files_print_json - print what @b has built, for people. Return: the exit status, said */
int files_print_json(struct cli *cli, struct build *b);

#endif
