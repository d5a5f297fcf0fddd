/* SPDX-License-Identifier: ISC */
#include "capable.h"

#include "../signed/capabilities.h"
#include "files.h"
#include "rows.h"

static void render_commands(struct build *b)
{
    build_array(b, "commands");
    for (size_t i = 0; i < command_count; i++) {
        const struct options options = rows_options(&commands[i]);

        build_object(b, NULL);
        build_string(b, "name", commands[i].name);
        capabilities_options(b, &options);
        build_close(b);
    }
    build_close(b);
}

int capable_print(struct cli *cli)
{
    struct build b;

    build_start(&b);
    capabilities_render(&b, "mptablectl");
    build_object(&b, "limits");
    capabilities_limits(&b);
    build_close(&b);
    build_object(&b, "features");
    render_commands(&b);
    build_close(&b);
    build_close(&b);
    return files_print_json(cli, &b);
}
