/* SPDX-License-Identifier: ISC */
/* mptablectl: commands and options are rows; each command is a file of its own. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "../base/options.h"
#include "cli.h"
#include "fetch.h"
#include "madt.h"

enum {
    ENCODE = 1U << 0,
    DECODE = 1U << 1,
    LINT = 1U << 2,
    PROFILES = 1U << 3,
    KEYGEN = 1U << 4,
    SIGN = 1U << 5,
    VERIFY = 1U << 6,
    GET = 1U << 7,
    INJECT = 1U << 8,
    RULES = 1U << 9,
    DIFF = 1U << 10
};

static const struct command {
    unsigned bit;
    const char *name, *operand;
    int (*run)(struct cli *cli);
    const char *help;
} commands[] = {
    { ENCODE, "encode", "TOPOLOGY", cli_encode, "build the image of a topology, a JSON document" },
    { DECODE, "decode", "FILE", cli_decode, "print the topology, layout and findings of a table" },
    { LINT, "lint", "FILE", cli_lint, "print what is wrong with a table, a line each" },
    { RULES, "rules", "[RULE]", cli_rules, "list the rules of lint, or tell all about one" },
    { DIFF, "diff", "FILE FILE", cli_diff, "print what two tables differ in, a line each" },
    { PROFILES, "profiles", NULL, cli_profiles, "list the profiles" },
    { KEYGEN, "keygen", NULL, cli_keygen, "make a key pair" },
    { SIGN, "sign", "IMAGE", cli_sign, "sign an image that encode or the daemon made" },
    { VERIFY, "verify", "IMAGE", cli_verify, "check a signature and what it claims" },
    { GET, "get", "TOPOLOGY", cli_get, "fetch an image from a daemon and verify it" },
    { INJECT, "inject", "IMAGE", cli_inject, "verify an image, write it into guest memory" },
};

#define AT(member) offsetof(struct cli, member)

static const struct option_row common_rows[] = {
    { "output", 'o', OPTION_TEXT, "FILE", AT(output), .commands = ENCODE | GET, .needed_by = GET,
      .help = "write to FILE" },
    { "format", 0, OPTION_TEXT, "FORMAT", AT(format), .commands = ENCODE | PROFILES | RULES,
      .help = "encode: bin (default), json, hex or elf\n"
              "profiles, rules: text (default) or json" },
    { "key", 's', OPTION_TEXT, "FILE", AT(key), .commands = ENCODE | KEYGEN | SIGN,
      .needed_by = SIGN, .help = "minisign secret key; keygen makes mptabled.key" },
    { "public-key", 'p', OPTION_TEXT, "FILE", AT(public_key),
      .commands = KEYGEN | VERIFY | GET | INJECT, .needed_by = VERIFY | INJECT,
      .help = "minisign public key; keygen makes it beside the\n"
              "secret one" },
    { "force", 0, OPTION_FLAG, NULL, AT(force), .commands = KEYGEN,
      .help = "replace keys that exist" },
    { "signature", 'x', OPTION_TEXT, "FILE", AT(signature), .commands = SIGN | VERIFY | INJECT,
      .help = "signature file; default IMAGE.minisig" },
    { "context", 0, OPTION_TEXT, "NAME", AT(context), .commands = SIGN | VERIFY | INJECT,
      .help = "machine that the image is for; verify and inject\n"
              "take - for none" },
    { "nonce", 0, OPTION_TEXT, "TEXT", AT(nonce), .commands = SIGN | VERIFY | INJECT,
      .help = "value that no other request has; - likewise" },
    { "ttl", 0, OPTION_TEXT, "SECONDS", AT(ttl), .commands = SIGN,
      .help = "how long the signature is good" },
    { "revoked", 0, OPTION_TEXT, "FILE", AT(revoked), .commands = VERIFY | GET | INJECT,
      .help = "refuse keys whose ids this file lists" },
    { "memory", 0, OPTION_TEXT, "FILE", AT(memory), .commands = INJECT, .needed_by = INJECT,
      .help = "guest memory from guest-physical address 0 on" },
    { "madt", 0, OPTION_TEXT, "FILE", AT(madt_file), .commands = DECODE | LINT,
      .help = "the machine is as this ACPI MADT says" },
    { "from-madt", 0, OPTION_TEXT, "FILE", AT(from_madt), .commands = ENCODE,
      .help = "processors, I/O APICs and interrupts of this ACPI\n"
              "MADT; TOPOLOGY may be left out" },
    { "server", 0, OPTION_TEXT, "URL|unix:PATH", AT(server), .commands = GET,
      .help = "the daemon; default " FETCH_SERVER },
    { "cacert", 0, OPTION_TEXT, "FILE", AT(cacert), .commands = GET,
      .help = "authorities for the server's certificate (PEM)" },
    { "cert", 0, OPTION_TEXT, "FILE", AT(cert), .commands = GET,
      .help = "our certificate for the server (PEM)" },
    { "key-file", 0, OPTION_TEXT, "FILE", AT(key_file), .commands = GET,
      .help = "the certificate's secret key (PEM)" },
    { "token-file", 0, OPTION_TEXT, "FILE", AT(token_file), .commands = GET,
      .help = "file with our bearer token for the server" },
    { "no-nonce", 0, OPTION_FLAG, NULL, AT(no_nonce), .commands = GET,
      .help = "do not add a random nonce to the topology" },
    { "base", 0, OPTION_TEXT, "ADDRESS[,ADDRESS]", AT(base),
      .commands = DECODE | LINT | DIFF | SIGN | VERIFY | INJECT,
      .help = "guest-physical address of the bytes, or of each\n"
              "segment; default " MEMORY_BASE ", with --scan 0; verify\n"
              "and inject: that of the signature must be this" },
    { "size", 0, OPTION_TEXT, "BYTES[,BYTES]", AT(size), .commands = DECODE | LINT | DIFF | SIGN,
      .help = "bytes of each segment, where there are several" },
    { "floating-pointer", 0, OPTION_TEXT, "ADDRESS", AT(floating_pointer),
      .commands = DECODE | LINT | DIFF, .help = "take the floating pointer at this address" },
    { "as", 0, OPTION_TEXT, "KIND", AT(as), .commands = DECODE | LINT | DIFF,
      .help = "take the file as raw memory, image, elf, lime or\n"
              "hexdump, whatever its first bytes say" },
    { "scan", 0, OPTION_FLAG, NULL, AT(scan), .commands = DECODE,
      .help = "the bytes are a memory dump: print which system\n"
              "takes which table" },
    { "map", 0, OPTION_FLAG, NULL, AT(map), .commands = DECODE,
      .help = "print the bytes, a line for each structure" },
    { "ignore", 0, OPTION_LIST, "RULE", AT(ignore), .commands = LINT,
      .help = "leave out what this rule finds" },
    { "routing", 0, OPTION_FLAG, NULL, AT(routing), .commands = LINT,
      .help = "print first which input each interrupt of Linux\n"
              "arrives at, and where its timer comes from" },
    { "version", 0, OPTION_LAST, NULL, AT(version), .help = "print the version and exit" },
    { "help", 0, OPTION_LAST, NULL, AT(help),
      .help = "print this, or a command's own options, and exit" },
};

enum {
    COMMANDS = sizeof(commands) / sizeof(commands[0]),
    COMMON_ROWS = sizeof(common_rows) / sizeof(common_rows[0]),
    NAME_SIZE = 32
};

/* All options: the rows above, then one for each fact */
struct rows {
    struct option_row rows[OPTIONS_MAX];
    char names[OPTIONS_MAX][NAME_SIZE];
};

static int take_fact(void *target, const struct option_row *row, const char *text, struct err *err)
{
    struct cli *const cli = target;

    return facts_set(&cli->facts, &facts[row->member], text, err);
}

/* Facts are options of the same name, with '-' for '_'. */
static void name_option(const char *fact, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "%s", fact);
    for (char *c = name; *c; c++)
        if (*c == '_')
            *c = '-';
}

/* A MADT does not say which of its processors runs first. */
static unsigned fact_commands(const struct fact *fact)
{
    return fact->bit == MPT_FACT_BSP ? DECODE | LINT | ENCODE : DECODE | LINT;
}

static void fill_rows(struct rows *r)
{
    static const char *const arguments[] = { [FACT_NUMBER] = "NUMBER",
                                             [FACT_SEGMENT] = "ADDRESS",
                                             [FACT_FLAG] = NULL,
                                             [FACT_RANGES] = "BEGIN-END[,...]",
                                             [FACT_IDS] = "ID[,...]",
                                             [FACT_IOAPICS] = "ADDRESS:INPUTS[,...]",
                                             [FACT_CONSUMERS] = "NAME[,NAME]..." };

    memcpy(r->rows, common_rows, sizeof(common_rows));
    for (size_t i = 0; i < fact_count; i++) {
        name_option(facts[i].name, r->names[i]);
        r->rows[COMMON_ROWS + i] = (struct option_row){ .name = r->names[i],
                                                        .kind = OPTION_TEXT,
                                                        .argument = arguments[facts[i].form],
                                                        .member = i,
                                                        .commands = fact_commands(&facts[i]),
                                                        .take = take_fact,
                                                        .help = facts[i].help };
    }
}

static int print_help(const struct rows *r)
{
    puts("usage: mptablectl COMMAND [OPTION]... [FILE]\n\ncommands:");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-8s %-9s %s\n", commands[i].name, commands[i].operand ? commands[i].operand : "",
               commands[i].help);
    puts("A file named - is standard input.\n\noptions:");
    options_help(&(struct options){ .rows = r->rows, .count = COMMON_ROWS });
    puts("\nwhat is known of the machine, for decode and lint:");
    options_help(&(struct options){ .rows = r->rows + COMMON_ROWS, .count = fact_count });
    puts("\nexit status: 0 done, 1 refused, 2 usage, 3 cannot read, write or reach");
    return CLI_DONE;
}

static int print_command_help(const struct command *command, const struct options *options)
{
    printf("usage: mptablectl %s [OPTION]...%s%s\n\n%s\n\n", command->name,
           command->operand ? " " : "", command->operand ? command->operand : "", command->help);
    options_help(options);
    return CLI_DONE;
}

static int print_version(void)
{
    puts("mptablectl " MPTABLED_VERSION);
    return CLI_DONE;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* @command: the command whose --help the message names; NULL = the help of the whole tool */
static int usage(const char *problem, const char *word, const char *command)
{
    fprintf(stderr, "mptablectl: %s%s; see mptablectl %s%s--help\n", problem, word,
            command ? command : "", command ? " " : "");
    return CLI_USAGE;
}

/* The error of a fact names its option by the pointer, that of base/options in the detail. */
static int refuse(const struct cli *cli, const char *command)
{
    return cli->err.places[0].pointer[0] ? cli_complain_options(cli)
                                         : usage(cli->err.places[0].detail, "", command);
}

/* An operand in brackets may be left out. */
static bool has_operands(const struct command *command, int count)
{
    const char *const operand = command->operand;

    if (operand && operand[0] == '[')
        return count <= 1;
    return count == (!operand ? 0 : strchr(operand, ' ') ? 2 : 1);
}

static int refuse_operands(const struct command *command)
{
    const char *const operand = command->operand;

    return usage(command->name,
                 !operand               ? " takes no file"
                 : strchr(operand, ' ') ? " takes two files"
                                        : " takes one file",
                 command->name);
}

static int run_command(const struct command *command, const struct rows *r, int argc, char **argv,
                       struct cli *cli)
{
    const struct options options = { r->rows, COMMON_ROWS + fact_count, command->bit,
                                     command->name };
    const int first = options_parse(&options, argc, argv, cli, &cli->err);
    int status;

    if (first < 0)
        return refuse(cli, command->name);
    if (cli->help)
        return print_command_help(command, &options);
    if (cli->version)
        return print_version();
    if (!has_operands(command, argc - first) && !(cli->from_madt && argc == first))
        return refuse_operands(command);
    cli->operand = argc > first ? argv[first] : NULL;
    cli->second = argc > first + 1 ? argv[first + 1] : NULL;
    status = madt_settle(cli);
    return status == CLI_DONE ? command->run(cli) : status;
}

int main(int argc, char **argv)
{
    static struct cli cli;
    static struct rows rows;
    const struct command *command;
    int status;

    fill_rows(&rows);
    if (argc < 2)
        return usage("a command is missing", "", NULL);
    command = find_command(argv[1]);
    if (strcmp(argv[1], "--version") == 0)
        status = print_version();
    else if (strcmp(argv[1], "--help") == 0)
        status = print_help(&rows);
    else if (!command)
        return usage("no such command: ", argv[1], NULL);
    else
        status = run_command(command, &rows, argc - 1, argv + 1, &cli);
    if ((fflush(stdout) == 0 && !ferror(stdout)) || status == CLI_IO) /* reported */
        return status;
    perror("mptablectl: standard output");
    return CLI_IO;
}
