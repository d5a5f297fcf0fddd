/* SPDX-License-Identifier: ISC */
/* mptablectl decode: a table as text, JSON, a map or a picture, or the tables of a memory dump. */
#include <string.h>
#include <unistd.h>

#include "../../text/render.h"
#include "../blocks.h"
#include "../files.h"
#include "../input.h"
#include "../map.h"
#include "../scan.h"
#include "../svg.h"

static int print_found(struct cli *cli)
{
    struct build b;

    build_start(&b);
    render_found(&b, NULL, &cli->reading, &cli->source, true);
    return files_print_json(cli, &b);
}

/* On a terminal people read; elsewhere programs do. */
static bool wants_text(const struct cli *cli)
{
    if (cli->format)
        return strcmp(cli->format, "text") == 0;
    return cli->text || isatty(STDOUT_FILENO);
}

int cli_decode(struct cli *cli)
{
    int status;

    if (cli->scan && (cli->map || cli->svg))
        return cli_refuse_option(cli, cli->map ? "map" : "svg", "excludes --scan");
    if (cli->map && cli->svg)
        return cli_refuse_option(cli, "svg", "excludes --map");
    if (cli->text && (cli->map || cli->svg || cli->scan || cli->format))
        return cli_refuse_option(cli, "text", "excludes --format, --map, --svg and --scan");
    if (cli->scan)
        return scan_print(cli);
    status = input_memory(cli, NULL);
    if (status == CLI_DONE)
        status = input_table(cli);
    if (status != CLI_DONE)
        return status;
    if (cli->svg)
        return svg_write(cli);
    if (cli->map)
        return map_print(cli);
    return wants_text(cli) ? blocks_print(cli) : print_found(cli);
}
