/* SPDX-License-Identifier: ISC */
/* Files in, files out, and what to say when that fails. */
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/number.h"
#include "../json/build.h"
#include "cli.h"

int cli_complain(const struct cli *cli, const char *subject, enum cli_status status)
{
    const struct err *const e = &cli->err;

    for (unsigned i = 0; i < e->count; i++) {
        fprintf(stderr, "mptablectl: %s", subject ? subject : "");
        if (e->text.line > 0)
            fprintf(stderr, ":%u:%u", e->text.line, e->text.column);
        fprintf(stderr, "%s%s%s%s\n", subject ? ": " : "", e->places[i].pointer,
                e->places[i].pointer[0] ? ": " : "", e->places[i].detail);
    }
    return (int)status;
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

int cli_no_memory(struct cli *cli)
{
    err_at(&cli->err, ERR_BUSY, NULL, "no memory");
    return cli_complain(cli, NULL, CLI_IO);
}

char *cli_read(struct cli *cli, const char *path, size_t *size)
{
    static const struct file_rules rules = { .what = "file", .max = 1 << 30, .checks = FILE_WAIT };

    return file_load(strcmp(path, "-") == 0 ? NULL : path, &rules, size, &cli->err);
}

int cli_write(struct cli *cli, const char *path, const void *bytes, size_t size)
{
    if (path)
        return file_write(path, bytes, size, &cli->err);
    return fwrite(bytes, 1, size, stdout) == size
               ? 0
               : err_system(&cli->err, ERR_FILE, "standard output");
}

int cli_take_source(struct cli *cli, const char *default_base, char **bytes)
{
    const char *const base = cli->base ? cli->base : default_base;
    size_t size;
    int elf;

    *bytes = cli_read(cli, cli->operand, &size);
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

int cli_take_table(struct cli *cli)
{
    const struct mpt_memory *const memory = &cli->source.guest;
    const char *const named = cli->floating_pointer;
    uint64_t value = 0;
    uint32_t address;

    if (named && !number_parse(named, 0, UINT32_MAX, &value)) {
        err_at(&cli->err, ERR_FILE, &(struct at){ NULL, "floating_pointer", 0 },
               "must be an address below 4 GiB");
        return cli_complain_options(cli);
    }
    address = (uint32_t)value;
    if ((!named && found_choose(memory, &cli->facts.known, &address, &cli->err) < 0) ||
        found_read(memory, address, &cli->facts.known, &cli->topology, &cli->image, &cli->reading,
                   &cli->err) < 0)
        return cli_complain(cli, cli->operand, CLI_REFUSED);
    return CLI_DONE;
}

int cli_print_json(struct cli *cli, struct build *b)
{
    size_t size;
    char *text SCOPED(scoped_free) = build_pretty(b, &size);

    if (!text)
        return cli_no_memory(cli);
    if (cli_write(cli, NULL, text, size) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    return CLI_DONE;
}
