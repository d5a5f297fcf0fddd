/* SPDX-License-Identifier: ISC */
/* What the commands of mptablectl share. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdio.h>

#include "../base/err.h"
#include "../text/facts.h"
#include "../topo/found.h"
#include "../topo/image.h"
#include "../topo/memory.h"

enum cli_status {
    CLI_DONE,
    CLI_REFUSED, /* invalid input, lint errors, a signature that is not good */
    CLI_USAGE,
    CLI_IO /* a file cannot be read or written, a server not reached */
};

/* The command line, and what commands work with: large, so there is one. */
struct cli {
    const char *operand; /* a file, or "-" for standard input */
    const char *output, *format, *key, *base, *size, *floating_pointer;
    const char *public_key, *signature, *revoked, *context, *nonce, *ttl, *memory;
    const char *server, *cacert, *cert, *key_file, *token_file;
    bool scan, map, force, no_nonce;
    struct facts facts;

    struct memory source;
    struct topology topology;
    struct image image;
    struct found reading;
    struct err err;
};

/* A command: returns the exit status, having said on standard error what went wrong. */
int cli_encode(struct cli *cli);
int cli_decode(struct cli *cli);
int cli_lint(struct cli *cli);
int cli_profiles(struct cli *cli);
int cli_keygen(struct cli *cli);
int cli_sign(struct cli *cli);
int cli_verify(struct cli *cli);
int cli_get(struct cli *cli);
int cli_inject(struct cli *cli);

/*
 * cli_complain - one line for each place of cli->err, on standard error: "mptablectl: FILE:
 * POINTER: DETAIL"
 * @subject: the file, NULL = none
 *
 * Return: @status.
 */
int cli_complain(const struct cli *cli, const char *subject, enum cli_status status);

/*
 * cli_complain_options - the same where pointers name options: /irq0_pin is --irq0-pin. Return:
 * CLI_USAGE
 */
int cli_complain_options(const struct cli *cli);

/* cli_no_memory - say that memory ran out. Return: CLI_IO */
int cli_no_memory(struct cli *cli);

/*
 * cli_read - a whole file, or standard input when it is "-"
 *
 * Return: the bytes, with a NUL behind them, to be released by free; NULL with cli->err filled.
 */
char *cli_read(struct cli *cli, const char *path, size_t *size) MUST_USE;

/* cli_write - a whole file; NULL = standard output. -1 with cli->err filled */
int cli_write(struct cli *cli, const char *path, const void *bytes, size_t size) MUST_USE;

/* A file to be. */
struct cli_file {
    const char *path;
    const void *bytes;
    size_t size;
};

/*
 * cli_save - write up to two files so that each comes into being whole, the first one first, or
 * neither if
 *            one of them cannot be written
 *
 * What is there is replaced if it is a regular file, else refused. Return: 0; -1 with cli->err
 * filled.
 */
int cli_save(struct cli *cli, const struct cli_file *files, size_t count) MUST_USE;

/*
 * cli_signature_name - IMAGE.minisig, where minisign -Vm IMAGE looks, to be released by free; NULL:
 * cli->err
 */
char *cli_signature_name(struct cli *cli, const char *image) MUST_USE;

/*
 * cli_check_signature - an image that is standard input needs a signature file that is named
 * @read: and that is not standard input itself
 *
 * Return: the exit status.
 */
int cli_check_signature(struct cli *cli, bool read);

/*
 * cli_start_seal - ready libsodium
 * @secret: a secret is going to be read: no core file, no debugger
 *
 * Return: the exit status, said.
 */
int cli_start_seal(struct cli *cli, bool secret);

/* cli_seal_image - sign cli->image with the key of the options. Return: the exit status, said */
struct seal;
int cli_seal_image(struct cli *cli, struct seal *seal);

/*
 * cli_take_source - the operand's bytes as guest memory
 * @default_base: without --base, unless they are an ELF file, which has the addresses in it
 * @bytes:        to be released by free, whatever is returned
 *
 * Return: CLI_DONE, or the exit status, said.
 */
int cli_take_source(struct cli *cli, const char *default_base, char **bytes);

/*
 * cli_take_table - then find the floating pointer, and read its table into cli->reading. Return:
 * likewise
 */
int cli_take_table(struct cli *cli);

/* cli_print_json - the text that @b gives, for people, to standard output. Return: the exit status */
struct build;
int cli_print_json(struct cli *cli, struct build *b);

/* cli_print_map - the table's bytes, a line for each structure, with the rules that it breaks */
int cli_print_map(struct cli *cli);

/* cli_scan - who takes which table of a memory dump */
int cli_scan(struct cli *cli);

#endif
