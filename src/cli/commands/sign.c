/* SPDX-License-Identifier: ISC */
/*
 * mptablectl sign: signs an image that was built without a key, or signed with another one.
 *
 * The given bytes are never signed directly. They are decoded to a topology, and the image of the
 * topology is built. The new image is signed if it equals the given one in every byte and address.
 * So a signature means the same here as from encode or the daemon: this encoder made the image. A
 * table that only patches build again is refused (found.h: difference), and so is an OEM table
 * (signed_claim).
 */
#include <string.h>

#include "../../signed/signed.h"
#include "../../text/request.h"
#include "../files.h"
#include "../input.h"
#include "../signing.h"

/* The claims of the signature that do not follow from the image */
struct binding {
    char context[TOPOLOGY_CONTEXT_MAX + 1], nonce[TOPOLOGY_NONCE_MAX + 1];
    unsigned ttl;
};

/*
 * The options have the names and the syntax of a request's members, so the request's reader checks
 * them.
 */
static int take_binding(struct cli *cli, struct binding *binding)
{
    const char *const values[] = { cli->context, cli->nonce, cli->ttl };
    static const char *const names[] = { "context", "nonce", "ttl" };
    struct request_pair pairs[4] = { { "cpus", "1" } };
    size_t count = 1;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (values[i])
            pairs[count++] = (struct request_pair){ names[i], values[i] };
    if (request_read_query(pairs, count, &cli->topology, &cli->err) < 0)
        return cli_complain_options(cli);
    memcpy(binding->context, cli->topology.context, sizeof(binding->context));
    memcpy(binding->nonce, cli->topology.nonce, sizeof(binding->nonce));
    binding->ttl = cli->topology.ttl;
    return CLI_DONE;
}

static bool has_segment(const struct memory *source, uint32_t base, size_t size)
{
    for (size_t i = 0; i < source->guest.count; i++)
        if (source->segments[i].base == base && source->segments[i].size == size)
            return true;
    return false;
}

/* found_read has compared the table's place; this compares all bytes and the number of segments. */
static bool is_same(const struct image *image, const struct memory *source)
{
    return image->size == source->size && image->segment_count == source->guest.count &&
           memcmp(image->bytes, source->bytes, image->size) == 0;
}

/* Builds the table again and, if the source has them, the BIOS data words, which no table holds. */
static int rebuild(struct cli *cli)
{
    int status = input_table(cli);

    if (status != CLI_DONE)
        return status;
    if (cli->reading.difference[0]) {
        err_at(&cli->err, ERR_INVALID, NULL, "not signed: %s", cli->reading.difference);
        return cli_complain(cli, cli->operand, CLI_REFUSED);
    }
    cli->topology.bios_data_area = has_segment(&cli->source, MPT_BIOS_EBDA, MPT_BIOS_WORD_SIZE);
    if (cli->topology.bios_data_area && image_build(&cli->topology, &cli->image, &cli->err) < 0)
        return cli_complain(cli, cli->operand, CLI_REFUSED);
    if (is_same(&cli->image, &cli->source))
        return CLI_DONE;
    err_at(&cli->err, ERR_INVALID, NULL,
           "not signed: the image of this table has other bytes around it");
    return cli_complain(cli, cli->operand, CLI_REFUSED);
}

static int save_signature(struct cli *cli, const struct seal *seal)
{
    char *beside SCOPED(scoped_free) = cli->signature ? NULL : files_signature(cli, cli->operand);
    const char *const path = cli->signature ? cli->signature : beside;
    int done = -1;

    if (path && strcmp(path, "-") == 0)
        done = files_write(cli, NULL, seal->minisign, seal->minisign_size);
    else if (path)
        done = files_save(cli, &(struct files_new){ path, seal->minisign, seal->minisign_size }, 1);
    return done < 0 ? cli_complain(cli, NULL, CLI_IO) : CLI_DONE;
}

int cli_sign(struct cli *cli)
{
    struct binding binding = { .ttl = 0 };
    struct seal seal;
    int status = input_check_signature(cli, false);

    if (status == CLI_DONE)
        status = signing_start(cli, true);
    if (status == CLI_DONE)
        status = take_binding(cli, &binding);
    if (!cli->base)
        cli->base = MEMORY_BASE; /* a signature is never for an address that was guessed */
    cli->as = "raw";             /* nor for a file of another kind: the bytes are the image's */
    if (status == CLI_DONE)
        status = input_memory(cli, NULL);
    if (status == CLI_DONE)
        status = rebuild(cli);
    if (status != CLI_DONE)
        return status;
    memcpy(cli->topology.context, binding.context, sizeof(binding.context));
    memcpy(cli->topology.nonce, binding.nonce, sizeof(binding.nonce));
    cli->topology.ttl = binding.ttl;
    status = signing_seal(cli, &seal);
    return status == CLI_DONE ? save_signature(cli, &seal) : status;
}
