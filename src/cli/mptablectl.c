/* SPDX-License-Identifier: ISC */
/* mptablectl: commands and options are rows; each command is a file of its own. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "fetch.h"

enum {
    WITH_OUTPUT = 1U << 0,
    WITH_FORMAT = 1U << 1,
    WITH_KEY = 1U << 2,
    WITH_BASE = 1U << 3,
    WITH_SIZE = 1U << 4,
    WITH_FLOATING = 1U << 5,
    WITH_VIEW = 1U << 6, /* other ways to show a table */
    WITH_FACTS = 1U << 7,
    WITH_PUBLIC = 1U << 8,
    WITH_SIGNATURE = 1U << 9,
    WITH_CLAIMS = 1U << 10, /* context and nonce */
    WITH_LIFE = 1U << 11,
    WITH_REVOKED = 1U << 12,
    WITH_FORCE = 1U << 13,
    WITH_SERVER = 1U << 14, /* and how to talk to it */
    WITH_MEMORY = 1U << 15,

    PLACED = WITH_BASE | WITH_SIZE | WITH_FLOATING,
    JUDGED = WITH_PUBLIC | WITH_REVOKED | WITH_SIGNATURE | WITH_BASE | WITH_CLAIMS
};

static const struct command {
    const char *name, *operand;
    unsigned with, needs; /* options that it takes, and those of them that must be given */
    int (*run)(struct cli *cli);
    const char *help;
} commands[] = {
    { "encode", "TOPOLOGY", WITH_OUTPUT | WITH_FORMAT | WITH_KEY, 0, cli_encode,
      "build the image of a topology (JSON; - is standard input)" },
    { "decode", "FILE", PLACED | WITH_VIEW | WITH_FACTS, 0, cli_decode,
      "print the topology, layout and findings of a table" },
    { "lint", "FILE", PLACED | WITH_FACTS, 0, cli_lint,
      "print what is wrong with a table, a line each" },
    { "profiles", NULL, WITH_FORMAT, 0, cli_profiles, "list the profiles" },
    { "keygen", NULL, WITH_KEY | WITH_PUBLIC | WITH_FORCE, 0, cli_keygen, "make a key pair" },
    { "sign", "IMAGE", WITH_KEY | WITH_SIGNATURE | WITH_BASE | WITH_SIZE | WITH_CLAIMS | WITH_LIFE,
      WITH_KEY, cli_sign, "sign an image that encode or the daemon made" },
    { "verify", "IMAGE", JUDGED, WITH_PUBLIC, cli_verify, "check a signature and what it claims" },
    { "get", "TOPOLOGY", WITH_SERVER | WITH_OUTPUT | WITH_PUBLIC | WITH_REVOKED, WITH_OUTPUT,
      cli_get, "fetch an image and its signature from a daemon and verify them" },
    { "inject", "IMAGE", JUDGED | WITH_MEMORY, WITH_PUBLIC | WITH_MEMORY, cli_inject,
      "verify an image and write it into a file of guest memory" },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

/* An option's value goes to the member at @member: a string, or a bool when it has no argument. */
static const struct option_row {
    const char *name, *argument;
    char letter;
    unsigned with;
    size_t member;
    const char *help;
} option_rows[] = {
    { "output", "FILE", 'o', WITH_OUTPUT, offsetof(struct cli, output), "write to FILE" },
    { "format", "FORMAT", 0, WITH_FORMAT, offsetof(struct cli, format),
      "bin (default of encode), json, hex, elf; text (default of profiles)" },
    { "key", "FILE", 's', WITH_KEY, offsetof(struct cli, key),
      "minisign secret key (keygen: mptabled.key)" },
    { "public-key", "FILE", 'p', WITH_PUBLIC, offsetof(struct cli, public_key),
      "minisign public key (keygen: beside the secret one)" },
    { "force", NULL, 0, WITH_FORCE, offsetof(struct cli, force), "replace keys that are there" },
    { "signature", "FILE", 'x', WITH_SIGNATURE, offsetof(struct cli, signature),
      "signature file (default IMAGE.minisig)" },
    { "context", "NAME", 0, WITH_CLAIMS, offsetof(struct cli, context),
      "machine that the image is for; - of verify and inject: for none" },
    { "nonce", "TEXT", 0, WITH_CLAIMS, offsetof(struct cli, nonce), "freshness value; - likewise" },
    { "ttl", "SECONDS", 0, WITH_LIFE, offsetof(struct cli, ttl), "how long the signature is good" },
    { "revoked", "FILE", 0, WITH_REVOKED, offsetof(struct cli, revoked),
      "refuse keys whose ids this file lists" },
    { "memory", "FILE", 0, WITH_MEMORY, offsetof(struct cli, memory),
      "guest memory, from guest-physical address 0 on" },
    { "server", "URL|unix:PATH", 0, WITH_SERVER, offsetof(struct cli, server),
      "the daemon (default " FETCH_SERVER ")" },
    { "cacert", "FILE", 0, WITH_SERVER, offsetof(struct cli, cacert),
      "authorities for the server's certificate (PEM)" },
    { "cert", "FILE", 0, WITH_SERVER, offsetof(struct cli, cert),
      "our certificate for the server (PEM)" },
    { "key-file", "FILE", 0, WITH_SERVER, offsetof(struct cli, key_file),
      "and its secret key (PEM)" },
    { "token-file", "FILE", 0, WITH_SERVER, offsetof(struct cli, token_file),
      "our bearer token for the server" },
    { "no-nonce", NULL, 0, WITH_SERVER, offsetof(struct cli, no_nonce),
      "do not add a fresh nonce to the topology" },
    { "base", "ADDRESS[,ADDRESS]", 0, WITH_BASE, offsetof(struct cli, base),
      "guest-physical address of the bytes (default " MEMORY_BASE
      "; 0 with --scan; as signed with verify)" },
    { "size", "BYTES[,BYTES]", 0, WITH_SIZE, offsetof(struct cli, size),
      "bytes of each segment, where base has several" },
    { "floating-pointer", "ADDRESS", 0, WITH_FLOATING, offsetof(struct cli, floating_pointer),
      "take the floating pointer at this address" },
    { "scan", NULL, 0, WITH_VIEW, offsetof(struct cli, scan),
      "the bytes are a memory dump: who takes what?" },
    { "map", NULL, 0, WITH_VIEW, offsetof(struct cli, map),
      "print the bytes, a line for each structure" },
};

enum {
    OPTION_ROWS = sizeof(option_rows) / sizeof(option_rows[0]),
    OPTIONS_MAX = 64,
    NAME_SIZE = 32
};

/* Facts are options of the same name, with '-' for '_'. */
struct fact_names {
    char names[OPTIONS_MAX][NAME_SIZE];
};

static void name_option(const char *member, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "%s", member);
    for (char *c = name; *c; c++)
        if (*c == '_')
            *c = '-';
}

static void print_option(const char *name, const char *argument, char letter, const char *help)
{
    char text[64], shortly[8] = "";

    if (letter)
        snprintf(shortly, sizeof(shortly), "-%c, ", letter);
    snprintf(text, sizeof(text), "%s--%s%s%s", shortly, name, argument ? " " : "",
             argument ? argument : "");
    printf("  %-36s %s\n", text, help);
}

static int print_help(void)
{
    static const char *const arguments[] = { [FACT_NUMBER] = "NUMBER",
                                             [FACT_SEGMENT] = "ADDRESS",
                                             [FACT_FLAG] = NULL,
                                             [FACT_RANGES] = "BEGIN-END,..." };
    char name[NAME_SIZE];

    puts("usage: mptablectl COMMAND [OPTION]... [FILE]\n\ncommands:");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-8s %-9s %s\n", commands[i].name, commands[i].operand ? commands[i].operand : "",
               commands[i].help);
    puts("\noptions:");
    for (size_t i = 0; i < OPTION_ROWS; i++)
        print_option(option_rows[i].name, option_rows[i].argument, option_rows[i].letter,
                     option_rows[i].help);
    print_option("help", NULL, 0, "print this");
    print_option("version", NULL, 0, "print the version");
    puts("\nwhat is known of the machine, for decode and lint:");
    for (size_t i = 0; i < fact_count; i++) {
        name_option(facts[i].name, name);
        print_option(name, arguments[facts[i].form], 0, facts[i].help);
    }
    puts("\nexit status: 0 done, 1 refused, 2 usage, 3 cannot read, write or reach");
    return CLI_DONE;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* getopt's value of an option: its row, facts behind the others, in a range that no letter has */
enum { VALUE_FIRST = 0x100 };

static void list_options(const struct command *command, struct option *options,
                         struct fact_names *names)
{
    size_t n = 0;

    for (int i = 0; i < OPTION_ROWS; i++)
        if (option_rows[i].with & command->with)
            options[n++] =
                (struct option){ option_rows[i].name,
                                 option_rows[i].argument ? required_argument : no_argument, NULL,
                                 VALUE_FIRST + i };
    for (int i = 0; command->with & WITH_FACTS && i < (int)fact_count; i++) {
        name_option(facts[i].name, names->names[i]);
        options[n++] =
            (struct option){ names->names[i],
                             facts[i].form == FACT_FLAG ? no_argument : required_argument, NULL,
                             VALUE_FIRST + OPTION_ROWS + i };
    }
    options[n] = (struct option){ NULL, 0, NULL, 0 };
}

static int row_of_letter(const struct command *command, int letter)
{
    for (int i = 0; i < OPTION_ROWS; i++)
        if (option_rows[i].letter == letter && option_rows[i].with & command->with)
            return i;
    return -1;
}

/* One option that getopt found. Return: 0, or -1 and cli->err */
static int take_option(const struct command *command, int value, struct cli *cli)
{
    const int row = value < VALUE_FIRST ? row_of_letter(command, value) : value - VALUE_FIRST;
    char *const member =
        (char *)cli + (row >= 0 && row < OPTION_ROWS ? option_rows[row].member : 0);

    if (row < 0)
        return -1;
    if (row >= OPTION_ROWS)
        return facts_set(&cli->facts, &facts[row - OPTION_ROWS], optarg ? optarg : "true",
                         &cli->err);
    if (!option_rows[row].argument) {
        memcpy(member, &(bool){ true }, sizeof(bool));
        return 0;
    }
    memcpy(member, &optarg, sizeof(optarg));
    return 0;
}

static int usage(const char *problem, const char *word)
{
    fprintf(stderr, "mptablectl: %s%s; see mptablectl --help\n", problem, word);
    return CLI_USAGE;
}

/* Options that the command cannot do without: each has an argument. Return: the exit status */
static int check_needs(const struct command *command, const struct cli *cli)
{
    const char *value;

    for (size_t i = 0; i < OPTION_ROWS; i++) {
        if (!(option_rows[i].with & command->needs))
            continue;
        memcpy(&value, (const char *)cli + option_rows[i].member, sizeof(value));
        if (!value) {
            fprintf(stderr, "mptablectl: %s needs --%s; see mptablectl --help\n", command->name,
                    option_rows[i].name);
            return CLI_USAGE;
        }
    }
    return CLI_DONE;
}

/* Short options in getopt's words: the letters of the command's options, each with an argument */
static void list_letters(const struct command *command, char letters[OPTIONS_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (option_rows[i].letter && option_rows[i].with & command->with) {
            letters[n++] = option_rows[i].letter;
            if (option_rows[i].argument)
                letters[n++] = ':';
        }
    letters[n] = '\0';
}

static int run_command(const struct command *command, int argc, char **argv, struct cli *cli)
{
    struct option options[OPTIONS_MAX];
    struct fact_names names;
    char letters[OPTIONS_MAX];
    int value;

    list_options(command, options, &names);
    list_letters(command, letters);
    while ((value = getopt_long(argc, argv, letters, options, NULL)) != -1) {
        if (value == '?') /* getopt has said why */
            return CLI_USAGE;
        if (take_option(command, value, cli) < 0)
            return cli_complain_options(cli);
    }
    if (argc - optind != (command->operand ? 1 : 0))
        return command->operand ? usage(command->name, " takes one file")
                                : usage(command->name, " takes no file");
    cli->operand = command->operand ? argv[optind] : NULL;
    value = check_needs(command, cli);
    return value == CLI_DONE ? command->run(cli) : value;
}

int main(int argc, char **argv)
{
    static struct cli cli;
    const struct command *command;
    int status;

    if (argc < 2)
        return usage("a command is missing", "");
    if (strcmp(argv[1], "--version") == 0) {
        puts("mptablectl " MPTABLED_VERSION);
        status = CLI_DONE;
    } else if (strcmp(argv[1], "--help") == 0 || (argc == 3 && strcmp(argv[2], "--help") == 0)) {
        status = print_help();
    } else {
        command = find_command(argv[1]);
        if (!command)
            return usage("no such command: ", argv[1]);
        argv[1] = argv[0]; /* what getopt calls us */
        status = run_command(command, argc - 1, argv + 1, &cli);
    }
    if ((fflush(stdout) == 0 && !ferror(stdout)) ||
        status == CLI_IO) /* which has been complained of */
        return status;
    perror("mptablectl: standard output");
    return CLI_IO;
}
