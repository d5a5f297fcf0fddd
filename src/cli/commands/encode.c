/* SPDX-License-Identifier: ISC */
/* mptablectl encode: from a topology to an image in one of the formats. */
#include <string.h>

#include "../../signed/format.h"
#include "../../text/request.h"
#include "../asked.h"
#include "../files.h"
#include "../madt.h"
#include "../signing.h"

/*
 * A signature is of the image's bytes. It is a member of the JSON object, or a file beside one that
 * has these bytes alone, so other formats cannot be signed.
 */
static int check_options(struct cli *cli, const struct format *format)
{
    if (cli->key && format != &formats[FORMAT_JSON] &&
        (format != &formats[FORMAT_BIN] || !cli->output))
        return cli_refuse_option(cli, "key", "needs --format json, or --format bin and --output");
    if (cli->facts.known.given & MPT_FACT_BSP && !cli->from_madt)
        return cli_refuse_option(cli, "bsp_apic_id", "needs --from-madt; a topology has bsp");
    if (format->binary && !cli->output && isatty(STDOUT_FILENO))
        return cli_refuse_option(
            cli, "output", "is needed: these bytes are not for a terminal; --format hex is text");
    return CLI_DONE;
}

static int write_image(struct cli *cli, const struct format *format, const struct seal *seal)
{
    const struct signed_image image = { &cli->topology, &cli->image, seal, true };
    struct format_body body;
    char *owned SCOPED(scoped_free) = NULL;
    int status;

    if (format->write(&image, &body) < 0)
        return cli_no_memory(cli);
    owned = body.owned;
    status = seal && format == &formats[FORMAT_BIN]
                 ? files_save_signed(cli, &(struct files_new){ cli->output, body.bytes, body.size },
                                     seal->minisign, seal->minisign_size)
                 : files_write(cli, cli->output, body.bytes, body.size);
    return status < 0 ? cli_complain(cli, NULL, CLI_IO) : CLI_DONE;
}

static int read_topology(struct cli *cli)
{
    size_t size;
    char *text SCOPED(scoped_free) = asked_read(cli, &size);

    if (!text)
        return cli_complain(cli, NULL, CLI_IO);
    return request_parse(text, size, &cli->topology, &cli->err) < 0 ? asked_complain(cli)
                                                                    : CLI_DONE;
}

static int build(struct cli *cli)
{
    const int status = cli->from_madt ? madt_encode(cli) : read_topology(cli);

    if (status == CLI_DONE && image_build(&cli->topology, &cli->image, &cli->err) < 0)
        return asked_complain(cli);
    return status;
}

int cli_encode(struct cli *cli)
{
    const struct format *const format =
        cli->format ? format_find(cli->format) : &formats[FORMAT_BIN];
    struct seal seal;
    int status;

    if (cli->output && strcmp(cli->output, "-") == 0)
        cli->output = NULL;
    status = check_options(cli, format);
    if (status == CLI_DONE)
        status = signing_start(cli, cli->key != NULL);
    if (status == CLI_DONE)
        status = build(cli);
    if (status == CLI_DONE && cli->key)
        status = signing_seal(cli, &seal);
    return status == CLI_DONE ? write_image(cli, format, cli->key ? &seal : NULL) : status;
}
