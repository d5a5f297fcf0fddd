/* SPDX-License-Identifier: ISC */
#include "help.h"

#include <string.h>

#include "../base/near.h"
#include "../mptable/mptable.h"

int help_all(void)
{
    puts("usage: mptablectl COMMAND [OPTION]... [FILE]...\n\ncommands:");
    for (size_t i = 0; i < command_count; i++)
        printf("  %-8s %-11s %s\n", commands[i].name, commands[i].operands, commands[i].help);
    puts("\nwithout a command:\n"
         "  --print-capabilities  what this version can do, as JSON\n\n"
         "\"mptablectl help COMMAND\" prints the options of a command.\n"
         "A file named - is standard input, which is also read when no file is named,\n"
         "unless it is a terminal.\n\n"
         "exit status: 0 done, 1 refused, 2 usage, 3 cannot read, write or reach");
    return CLI_DONE;
}

int help_command(const struct command *command)
{
    const struct options options = rows_options(command);

    printf("usage: mptablectl %s [OPTION]...%s%s\n\n%s\n\n", command->name,
           command->operands[0] ? " " : "", command->operands, command->help);
    options_help(&options);
    return CLI_DONE;
}

int help_version(void)
{
    puts("mptablectl " MPT_VERSION);
    return CLI_DONE;
}

int help_refuse_command(const char *name)
{
    char hint[NEAR_HINT_SIZE];
    struct near near;

    near_start(&near, name, strlen(name));
    for (size_t i = 0; i < command_count; i++)
        near_try(&near, commands[i].name);
    fprintf(stderr, "mptablectl: no such command: %s%s", name, near_hint(&near, "", hint));
    fputs(near.best ? "\n" : "; see mptablectl help\n", stderr);
    return CLI_USAGE;
}

int cli_help(struct cli *cli)
{
    const struct command *const command = cli->operand ? rows_command(cli->operand) : NULL;

    if (command)
        return help_command(command);
    return cli->operand ? help_refuse_command(cli->operand) : help_all();
}
