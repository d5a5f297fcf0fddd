/* SPDX-License-Identifier: ISC */
/*
 * What the commands of mptablectl share: the command line, and how they report errors.
 *
 * In this room a function that returns int returns an exit status: CLI_DONE, or another after the
 * error was reported. Where it returns 0 or -1 instead, -1 means that cli->err is filled, and that
 * the caller reports it. The headers mention only what differs.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdio.h>

#include "../base/options.h"
#include "../base/err.h"
#include "../text/facts.h"
#include "../topo/dump.h"
#include "../topo/found.h"
#include "../topo/from_madt.h"
#include "../topo/image.h"
#include "../topo/memory.h"

enum cli_status {
    CLI_DONE,
    CLI_REFUSED, /* invalid input, lint errors, a signature that is not good */
    CLI_USAGE,
    CLI_IO /* a file cannot be read or written, a server not reached, memory ran out */
};

/* The operand of decode, lint, diff and sign while it is read: input.c. It is never released. */
struct input {
    int fd;
    char *bytes; /* all of it, if it was read as a whole, else NULL */
    size_t size;
    struct dump_bytes held;
    struct dump_source source;
    struct dump dump;
    struct dump_room room;
    bool by_windows;     /* only the windows of dump.h are in memory */
    uint8_t pointer[16]; /* made for --table */
};

enum { ASKED_MEMBERS = 9 }; /* members of a topology that are options: asked.h */

/*
 * The command line, and the structures that commands work with. It is large, so there is only one.
 */
struct cli {
    const char *operand; /* a file, or "-" for standard input */
    const char *second;  /* the other file of diff */
    const char *output, *format, *as, *key, *base, *size, *floating_pointer, *table;
    const char *public_key, *signature, *revoked, *context, *nonce, *ttl, *memory;
    const char *madt_file, *from_madt, *svg;
    const char *cacert, *cert, *key_file, *token_file;
    const char *topology_file, *rom; /* of qemu, whose command line is words */
    char **words;
    unsigned word_count;
    bool print;
    const char *asked[ASKED_MEMBERS];
    bool scan, live, text, map, routing, force, no_nonce, help, version;
    bool unverified;
    struct option_list ignore, public_keys, servers;
    struct facts facts;

    bool takes_topology; /* the operand may be one, whose image is meant then */
    struct input input;
    struct memory source;
    struct madt madt;
    struct topology topology;
    struct image image;
    struct found reading;
    struct err err;
};

/* The commands. Each reports errors on standard error and returns the exit status. */
int cli_encode(struct cli *cli);
int cli_decode(struct cli *cli);
int cli_lint(struct cli *cli);
int cli_rules(struct cli *cli);
int cli_diff(struct cli *cli);
int cli_profiles(struct cli *cli);
int cli_keygen(struct cli *cli);
int cli_rotate(struct cli *cli);
int cli_sign(struct cli *cli);
int cli_verify(struct cli *cli);
int cli_get(struct cli *cli);
int cli_inject(struct cli *cli);
int cli_qemu(struct cli *cli);
int cli_help(struct cli *cli);

/*
 * cli_complain - one line for each place of cli->err, on standard error: "mptablectl: FILE:
 * POINTER: DETAIL"
 * @subject: the file, "-" = standard input, NULL = none
 *
 * Return: @status.
 */
int cli_complain(const struct cli *cli, const char *subject, enum cli_status status);

/* cli_note - a line about the operand on standard error: "mptablectl: FILE: ..." */
void cli_note(const struct cli *cli, const char *format, ...) FORMAT(2, 3);

/*
 * cli_complain_options - the same where pointers name options: /irq0_pin is --irq0-pin
 *
 * Return: CLI_USAGE.
 */
int cli_complain_options(const struct cli *cli);

/* cli_refuse_option - the same for one option and a detail. Return: CLI_USAGE */
int cli_refuse_option(struct cli *cli, const char *option, const char *detail);

/*
 * cli_is_coloured - may standard output be in colours? It is a terminal, and NO_COLOR is not set or
 * empty (https://no-color.org)
 */
bool cli_is_coloured(void);

/* cli_no_memory - report that memory ran out. Return: CLI_IO */
int cli_no_memory(struct cli *cli);

#endif
