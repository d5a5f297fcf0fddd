/* SPDX-License-Identifier: ISC */
#include "svg.h"

#include <stdlib.h>
#include <string.h>

#include "../text/wiring.h"
#include "files.h"

/*
 * Protects a table from a user who writes its name where that of the picture belongs: of the files
 * that exist, only pictures and empty ones are replaced. One that cannot be read is left to
 * files_save.
 */
static bool is_other_file(const char *path)
{
    static const char start[] = "<svg ";
    char bytes[sizeof(start) - 1];
    FILE *const file = fopen(path, "re");
    size_t size;

    if (!file)
        return false;
    size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    return size > 0 && (size < sizeof(bytes) || memcmp(bytes, start, sizeof(bytes)) != 0);
}

static int save(struct cli *cli, const char *picture, size_t size)
{
    const struct files_new file = { cli->svg, picture, size };

    if (strcmp(cli->svg, "-") == 0)
        return files_write(cli, NULL, picture, size);
    if (is_other_file(cli->svg))
        return err_at(&cli->err, ERR_FILE, NULL,
                      "%s: exists and is no picture; --svg writes to the file that it names",
                      cli->svg);
    return files_save(cli, &file, 1);
}

int svg_write(struct cli *cli)
{
    size_t size;
    char *const picture = wiring_draw(cli->reading.topology, cli->reading.facts, &size);
    int status;

    if (!picture)
        return cli_no_memory(cli);
    status = save(cli, picture, size) < 0 ? cli_complain(cli, NULL, CLI_IO) : CLI_DONE;
    free(picture);
    return status;
}
