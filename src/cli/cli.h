/* SPDX-License-Identifier: ISC */
/* What the commands of mptablectl share. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdio.h>

#include "../base/err.h"
#include "../topo/facts.h"
#include "../topo/image.h"
#include "../topo/reading.h"
#include "../topo/source.h"

enum cli_status {
    CLI_DONE,
    CLI_REFUSED, /* invalid input, lint errors */
    CLI_USAGE,
    CLI_IO /* a file cannot be read or written */
};

/* The command line, and what commands work with: large, so there is one. */
struct cli {
    const char *operand; /* a file, or "-" for standard input */
    const char *output, *format, *key, *base, *size, *floating_pointer;
    bool scan, map;
    struct facts facts;

    struct source source;
    struct topology topology;
    struct image image;
    struct reading reading;
    struct err err;
};

/* A command: returns the exit status, having said on standard error what went wrong. */
int cli_encode(struct cli *cli);
int cli_decode(struct cli *cli);
int cli_lint(struct cli *cli);
int cli_profiles(struct cli *cli);

/*
 * cli_complain - one line for each place of cli->err, on standard error: "mptablectl: FILE: POINTER: DETAIL"
 * @subject: the file, NULL = none
 *
 * Return: @status.
 */
int cli_complain(const struct cli *cli, const char *subject, enum cli_status status);

/* cli_complain_options - the same where pointers name options: /irq0_pin is --irq0-pin. Return: CLI_USAGE */
int cli_complain_options(const struct cli *cli);

/*
 * cli_read - a whole file, or standard input when it is "-"
 *
 * Return: the bytes, with a NUL behind them, to be released by free; NULL with cli->err filled.
 */
char *cli_read(struct cli *cli, const char *path, size_t *size) MUST_USE;

/* cli_write - a whole file; NULL = standard output. -1 with cli->err filled */
int cli_write(struct cli *cli, const char *path, const void *bytes, size_t size) MUST_USE;

/*
 * cli_take_source - the operand's bytes as guest memory
 * @default_base: without --base, unless they are an ELF file, which has the addresses in it
 * @bytes:        to be released by free, whatever is returned
 *
 * Return: CLI_DONE, or the exit status, said.
 */
int cli_take_source(struct cli *cli, const char *default_base, char **bytes);

/* cli_take_table - then find the floating pointer, and read its table into cli->reading. Return: likewise */
int cli_take_table(struct cli *cli);

/*
 * cli_json_text - JSON for people: a line for each object or array that holds no other, and one for each
 * member of those that do. Releases @json.
 *
 * Return: the text, to be released by free; NULL: no memory, or @json is NULL.
 */
struct cJSON;
char *cli_json_text(struct cJSON *json, size_t *size) MUST_USE;

/* cli_print_json - the same to standard output. Return: the exit status */
int cli_print_json(struct cli *cli, struct cJSON *json);

/* cli_print_map - the table's bytes, a line for each structure, with the rules that it breaks */
int cli_print_map(struct cli *cli);

/* cli_scan - who takes which table of a memory dump */
int cli_scan(struct cli *cli);

#endif
