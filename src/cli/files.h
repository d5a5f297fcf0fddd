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

/* files_is_descriptor - does the path lie in /proc, as the links to open files do? */
bool files_is_descriptor(const char *path);

/*
 * files_write - write a file; NULL = standard output
 *
 * A regular file is replaced whole, or left as it is, also when a link leads to it. A device, a
 * pipe and a descriptor in /proc are written to.
 */
int files_write(struct cli *cli, const char *path, const void *bytes, size_t size) MUST_USE;

/* A file to write. */
struct files_new {
    const char *path;
    const void *bytes;
    size_t size;
};

/*
 * files_save - write up to two files. Each appears whole, the first one first; if the bytes of one
 * of them cannot be written, neither appears
 *
 * A regular file of that name is replaced, and its mode kept; anything else there is refused.
 */
int files_save(struct cli *cli, const struct files_new *files, size_t count) MUST_USE;

/*
 * files_save_signed - write an image and its signature beside it
 *
 * The signature appears first, so a new image never stands beside an old signature.
 */
int files_save_signed(struct cli *cli, const struct files_new *image, const char *minisig,
                      size_t size) MUST_USE;

/*
 * files_signature - IMAGE.minisig, where minisign -Vm IMAGE looks
 *
 * Return: the path, to be released by free; NULL with cli->err filled.
 */
char *files_signature(struct cli *cli, const char *image) MUST_USE;

/* files_print_json - print the JSON built in @b, indented */
int files_print_json(struct cli *cli, struct build *b);

#endif
