/* SPDX-License-Identifier: ISC */
/* mptablectl decode: what a table says. */
#include "../text/render.h"
#include "cli.h"

static int print_found(struct cli *cli)
{
    struct build b;

    build_start(&b);
    render_found(&b, NULL, &cli->reading, cli->source.bytes);
    return cli_print_json(cli, &b);
}

int cli_decode(struct cli *cli)
{
    char *bytes SCOPED(scoped_free) = NULL;
    int status;

    if (cli->scan && (cli->map || cli->floating_pointer)) {
        err_at(&cli->err, ERR_FILE, &(struct at){ NULL, "scan", 0 },
               "excludes --map and --floating-pointer");
        return cli_complain_options(cli);
    }
    if (cli->scan)
        return cli_scan(cli);
    status = cli_take_source(cli, MEMORY_BASE, &bytes);
    if (status == CLI_DONE)
        status = cli_take_table(cli);
    if (status != CLI_DONE)
        return status;
    return cli->map ? cli_print_map(cli) : print_found(cli);
}
