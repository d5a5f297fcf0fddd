/* SPDX-License-Identifier: ISC */
#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int cli_complain(const struct cli *cli, const char *subject, enum cli_status status)
{
    const struct err *const e = &cli->err;

    if (subject && strcmp(subject, "-") == 0)
        subject = "standard input";
    for (unsigned i = 0; i < e->count; i++) {
        fprintf(stderr, "mptablectl: %s", subject ? subject : "");
        if (e->text.line > 0)
            fprintf(stderr, ":%u:%u", e->text.line, e->text.column);
        fprintf(stderr, "%s%s%s%s\n", subject ? ": " : "", e->places[i].pointer,
                e->places[i].pointer[0] ? ": " : "", e->places[i].detail);
    }
    return (int)status;
}

void cli_note(const struct cli *cli, const char *format, ...)
{
    va_list args;

    fprintf(stderr,
            "mptablectl: %s: ", strcmp(cli->operand, "-") == 0 ? "standard input" : cli->operand);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

int cli_complain_options(const struct cli *cli)
{
    for (unsigned i = 0; i < cli->err.count; i++) {
        fputs("mptablectl: --", stderr);
        for (const char *c = cli->err.places[i].pointer + 1; *c; c++)
            fputc(*c == '_' ? '-' : *c, stderr);
        fprintf(stderr, ": %s\n", cli->err.places[i].detail);
    }
    return CLI_USAGE;
}

int cli_refuse_option(struct cli *cli, const char *option, const char *detail)
{
    err_at(&cli->err, ERR_INVALID, &(struct at){ NULL, option, 0 }, "%s", detail);
    return cli_complain_options(cli);
}

bool cli_is_coloured(void)
{
    const char *const no = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && !(no && no[0]);
}

int cli_no_memory(struct cli *cli)
{
    err_at(&cli->err, ERR_BUSY, NULL, "no memory");
    return cli_complain(cli, NULL, CLI_IO);
}
