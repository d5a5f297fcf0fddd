/* SPDX-License-Identifier: ISC */
/* mptablectl encode: a topology to an image, in one of its representations. */
#include <stdlib.h>
#include <string.h>

#include "../signed/signed.h"
#include "../text/request.h"
#include "../topo/elf.h"
#include "../topo/hexdump.h"
#include "cli.h"

/* What goes to the file or to standard output; to be released by free. NULL: no memory */
static char *make_bin(struct cli *cli, const struct seal *seal, size_t *size)
{
    char *const bytes = malloc(*size = cli->image.size);

    (void)seal;
    if (bytes)
        memcpy(bytes, cli->image.bytes, *size);
    return bytes;
}

static char *make_json(struct cli *cli, const struct seal *seal, size_t *size)
{
    return cli_json_text(signed_json(&cli->topology, &cli->image, seal), size);
}

static char *make_hex(struct cli *cli, const struct seal *seal, size_t *size)
{
    char *const text = malloc(*size = hexdump_render(&cli->image, NULL));

    (void)seal;
    if (text)
        hexdump_render(&cli->image, text);
    return text;
}

static char *make_elf(struct cli *cli, const struct seal *seal, size_t *size)
{
    char *const file = malloc(*size = elf_encode(&cli->image, NULL));

    (void)seal;
    if (file)
        elf_encode(&cli->image, (uint8_t *)file);
    return file;
}

static const struct encoding {
    const char *name;
    char *(*make)(struct cli *cli, const struct seal *seal, size_t *size);
    bool binary, sealed; /* has a place for the signature; else it goes to a file beside */
} encodings[] = {
    { "bin", make_bin, true, false },
    { "json", make_json, false, true },
    { "hex", make_hex, false, false },
    { "elf", make_elf, true, false },
};

static const struct encoding *find_encoding(const char *name)
{
    for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
        if (!name || strcmp(encodings[i].name, name) == 0)
            return &encodings[i];
    return NULL;
}

static int refuse_option(struct cli *cli, const char *option, const char *detail)
{
    err_at(&cli->err, ERR_FILE, &(struct at){ NULL, option, 0 }, "%s", detail);
    return cli_complain_options(cli);
}

/*
 * A signature is one of the image's bytes: it stands in the JSON, or beside a file of just those
 * bytes.
 */
static int check_options(struct cli *cli, const struct encoding *encoding)
{
    if (!encoding)
        return refuse_option(cli, "format", "must be bin, json, hex or elf");
    if (cli->key && !encoding->sealed && (encoding->make != make_bin || !cli->output))
        return refuse_option(cli, "key", "needs --format json, or --format bin and --output");
    if (encoding->binary && !cli->output && isatty(STDOUT_FILENO))
        return refuse_option(cli, "output", "is needed: these bytes are nothing for a terminal");
    return CLI_DONE;
}

int cli_start_seal(struct cli *cli, bool secret)
{
    if (secret)
        key_protect_process();
    if (seal_start() == 0)
        return CLI_DONE;
    err_at(&cli->err, ERR_INTERNAL, NULL, "libsodium does not start");
    return cli_complain(cli, NULL, CLI_IO);
}

int cli_seal_image(struct cli *cli, struct seal *seal)
{
    struct key *const key = key_load(cli->key, &cli->err);
    int status;

    if (!key)
        return cli_complain(cli, NULL, CLI_IO);
    status = signed_claim(key, &cli->topology, &cli->image, seal, &cli->err);
    if (status == 0)
        status = seal_sign(key, NULL, cli->image.bytes, cli->image.size, seal, &cli->err);
    key_free(key);
    return status < 0 ? cli_complain(cli, NULL, CLI_REFUSED) : CLI_DONE;
}

static int write_signature(struct cli *cli, const struct seal *seal)
{
    char *path SCOPED(scoped_free) = cli_signature_name(cli, cli->output);

    return path ? cli_write(cli, path, seal->minisign, seal->minisign_size) : -1;
}

static int write_image(struct cli *cli, const struct encoding *encoding, const struct seal *seal)
{
    size_t size = 0;
    char *bytes SCOPED(scoped_free) = encoding->make(cli, seal, &size);

    if (!bytes)
        return cli_no_memory(cli);
    if (cli_write(cli, cli->output, bytes, size) < 0 ||
        (seal && !encoding->sealed && write_signature(cli, seal) < 0))
        return cli_complain(cli, NULL, CLI_IO);
    return CLI_DONE;
}

static int build(struct cli *cli)
{
    size_t size;
    char *text SCOPED(scoped_free) = cli_read(cli, cli->operand, &size);

    if (!text)
        return cli_complain(cli, NULL, CLI_IO);
    if (request_parse(text, size, &cli->topology, &cli->err) < 0 ||
        image_build(&cli->topology, &cli->image, &cli->err) < 0)
        return cli_complain(cli, cli->operand, CLI_REFUSED);
    return CLI_DONE;
}

int cli_encode(struct cli *cli)
{
    const struct encoding *const encoding = find_encoding(cli->format);
    struct seal seal;
    int status = check_options(cli, encoding);

    if (status != CLI_DONE)
        return status;
    status = cli_start_seal(cli, cli->key != NULL);
    if (status == CLI_DONE)
        status = build(cli);
    if (status == CLI_DONE && cli->key)
        status = cli_seal_image(cli, &seal);
    return status == CLI_DONE ? write_image(cli, encoding, cli->key ? &seal : NULL) : status;
}
