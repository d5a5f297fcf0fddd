/* SPDX-License-Identifier: ISC */
#include "input.h"

#include <string.h>

#include "../base/number.h"
#include "files.h"

int input_memory(struct cli *cli, const char *default_base, char **bytes)
{
    const char *const base = cli->base ? cli->base : default_base;
    size_t size;
    int elf;

    *bytes = files_read(cli, cli->operand, &size);
    if (!*bytes)
        return cli_complain(cli, NULL, CLI_IO);
    elf = cli->base || cli->size
              ? 0
              : memory_elf(&cli->source, (const uint8_t *)*bytes, size, &cli->err);
    if (elf < 0)
        return cli_complain(cli, cli->operand, CLI_REFUSED);
    if (elf == 0 &&
        memory_place(&cli->source, (const uint8_t *)*bytes, size, base, cli->size, &cli->err) < 0)
        return cli_complain_options(cli);
    return CLI_DONE;
}

int input_table(struct cli *cli)
{
    const struct mpt_memory *const memory = &cli->source.guest;
    const char *const named = cli->floating_pointer;
    uint64_t value = 0;
    uint32_t address;

    if (named && !number_parse(named, 0, UINT32_MAX, &value))
        return cli_refuse_option(cli, "floating_pointer", "must be an address below 4 GiB");
    address = (uint32_t)value;
    if ((!named && found_choose(memory, &cli->facts.known, &address, &cli->err) < 0) ||
        found_read(memory, address, &cli->facts.known, &cli->topology, &cli->image, &cli->reading,
                   &cli->err) < 0)
        return cli_complain(cli, cli->operand, CLI_REFUSED);
    return CLI_DONE;
}

int input_check_signature(struct cli *cli, bool read)
{
    if (strcmp(cli->operand, "-") != 0 ||
        (cli->signature && !(read && strcmp(cli->signature, "-") == 0)))
        return CLI_DONE;
    return cli_refuse_option(cli, "signature", "must name a file when the image is standard input");
}
