/* SPDX-License-Identifier: ISC */
/* mptablectl: commands and options are rows (rows.c); each command is a file of its own. */
#include <stdio.h>
#include <string.h>

#include "asked.h"
#include "capable.h"
#include "cli.h"
#include "complete.h"
#include "help.h"
#include "madt.h"
#include "rows.h"

/* @command: the command whose --help the message names; NULL = the help of the whole tool */
static int usage(const char *problem, const char *command)
{
    fprintf(stderr, "mptablectl: %s; see mptablectl %s%s--help\n", problem, command ? command : "",
            command ? " " : "");
    return CLI_USAGE;
}

/* Errors of facts and members name the option by a pointer, those of base/options in the detail. */
static int refuse(const struct cli *cli, const char *command)
{
    return cli->err.places[0].pointer[0] ? cli_complain_options(cli)
                                         : usage(cli->err.places[0].detail, command);
}

static int refuse_operands(const struct command *command)
{
    static const char *const most[] = { "no file", "one file", "two files" };
    char problem[64];

    snprintf(problem, sizeof(problem), "%s takes %s", command->name,
             command->most == ROWS_ANY               ? "a command line behind --"
             : command->most == 1 && !command->reads ? "one name"
                                                     : most[command->most]);
    return usage(problem, command->name);
}

/* An empty name, as of a variable of a script that is not set, would be reported as no name. */
static int check_operands(const struct command *command, char **operands, unsigned count)
{
    char problem[64];

    for (unsigned i = 0; command->most != ROWS_ANY && i < count; i++)
        if (!*operands[i]) {
            snprintf(problem, sizeof(problem), "%s: argument %u is empty", command->name, i + 1);
            return usage(problem, command->name);
        }
    return CLI_DONE;
}

/* Without an operand, commands that read one take standard input, unless options give the input. */
static int choose_input(struct cli *cli, const struct command *command)
{
    char problem[64];

    if (cli->operand || !command->reads || asked_alone(cli) || cli->live)
        return CLI_DONE;
    if (isatty(STDIN_FILENO)) {
        snprintf(problem, sizeof(problem), "%s needs a file, or - for standard input",
                 command->name);
        return usage(problem, command->name);
    }
    cli->operand = "-";
    return CLI_DONE;
}

static int run_command(const struct command *command, int argc, char **argv, struct cli *cli)
{
    const struct options options = rows_options(command);
    const int first = options_parse(&options, argc, argv, cli, &cli->err);
    const unsigned operands = (unsigned)(argc - first);
    int status;

    if (first < 0)
        return refuse(cli, command->name);
    if (cli->help)
        return help_command(command);
    if (cli->version)
        return help_version();
    if (operands < command->least || operands > command->most)
        return refuse_operands(command);
    cli->words = argv + first;
    cli->word_count = operands;
    cli->operand = operands > 0 ? argv[first] : NULL;
    cli->second = operands > 1 ? argv[first + 1] : NULL;
    status = check_operands(command, argv + first, operands);
    if (status == CLI_DONE)
        status = choose_input(cli, command);
    if (status == CLI_DONE)
        status = madt_settle(cli);
    return status == CLI_DONE ? command->run(cli) : status;
}

/* The first argument is a command, or asks about the whole tool. */
static int run(int argc, char **argv, struct cli *cli)
{
    const struct command *const command = argc > 1 ? rows_command(argv[1]) : NULL;

    if (command)
        return run_command(command, argc - 1, argv + 1, cli);
    if (argc < 2)
        return usage("a command is missing", NULL);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        return help_version();
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help_all();
    if (strcmp(argv[1], "--print-capabilities") == 0)
        return argc == 2 ? capable_print(cli)
                         : usage("--print-capabilities takes no other argument", NULL);
    if (strcmp(argv[1], "--complete") == 0)
        return complete(argc - 2, argv + 2);
    if (argv[1][0] == '-')
        return usage("the first argument must be a command", NULL);
    return help_refuse_command(argv[1]);
}

int main(int argc, char **argv)
{
    static struct cli cli;
    const int status = run(argc, argv, &cli);

    if ((fflush(stdout) == 0 && !ferror(stdout)) || status == CLI_IO) /* reported */
        return status;
    perror("mptablectl: standard output");
    return CLI_IO;
}
