/* SPDX-License-Identifier: ISC */
/* mptablectl decode: a table as JSON, as a map, as a picture, or the tables of a memory dump. */
#include "../../text/render.h"
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

int cli_decode(struct cli *cli)
{
    int status;

    if (cli->scan && (cli->map || cli->svg))
        return cli_refuse_option(cli, cli->map ? "map" : "svg", "excludes --scan");
    if (cli->map && cli->svg)
        return cli_refuse_option(cli, "svg", "excludes --map");
    if (cli->scan)
        return scan_print(cli);
    status = input_memory(cli, NULL);
    if (status == CLI_DONE)
        status = input_table(cli);
    if (status != CLI_DONE)
        return status;
    if (cli->svg)
        return svg_write(cli);
    return cli->map ? map_print(cli) : print_found(cli);
}
