/* SPDX-License-Identifier: ISC */
#include "trust.h"

#include <string.h>

#include "../base/number.h"
#include "../seal/revoked.h"
#include "files.h"
#include "input.h"
#include "signing.h"

static int check_revoked(struct cli *cli, const struct public_key *key)
{
    struct revoked list;
    char id[KEY_ID_TEXT_SIZE];
    const int status = revoked_load(cli->revoked, &list, &cli->err);

    if (status > 0)
        err_at(&cli->err, ERR_FILE, NULL, "%s: there is no such list of revoked keys",
               cli->revoked);
    if (status != 0)
        return cli_complain(cli, NULL, CLI_IO);
    if (!revoked_has(&list, key))
        return CLI_DONE;
    public_key_id(key, id);
    err_at(&cli->err, ERR_INVALID, NULL, "the key %s is revoked", id);
    return cli_complain(cli, cli->public_key, CLI_REFUSED);
}

int trust_take_key(struct cli *cli, struct public_key *key)
{
    if (public_key_load(cli->public_key, key, &cli->err) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    return cli->revoked ? check_revoked(cli, key) : CLI_DONE;
}

/* The encoder built the signed image, so its floating pointer leads to a table or needs none. */
static int check_bytes(struct cli *cli, const struct trust *t)
{
    const struct seal_claims *const c = &t->facts.claims;
    struct mpt_segment segments[SEAL_SEGMENTS_MAX];
    const struct mpt_memory memory = { .segments = segments, .count = c->segment_count };
    struct mpt_view view;
    size_t used = 0;

    for (unsigned i = 0; i < c->segment_count; i++) {
        segments[i] = (struct mpt_segment){ .base = c->segments[i].load,
                                            .size = c->segments[i].size,
                                            .bytes = (const uint8_t *)t->image + used };
        used += c->segments[i].size;
    }
    if (mpt_open(&memory, c->floating_pointer, &view) != MPT_OK)
        return err_at(&cli->err, ERR_INVALID, NULL, "fp: the image has no floating pointer at 0x%x",
                      c->floating_pointer);
    if (view.table_address && !(view.has_header && view.signature_right))
        return err_at(&cli->err, ERR_INVALID, NULL,
                      "load: loaded there, the image has no table at 0x%x", view.table_address);
    return 0;
}

int trust_judge(struct cli *cli, struct trust *t, const struct seal_wanted *wanted)
{
    if (seal_verify(&t->key, t->image, t->size, t->minisig, t->minisig_size, &t->facts,
                    &cli->err) != SEAL_GOOD ||
        seal_compare(&t->facts, wanted, &cli->err) != SEAL_GOOD)
        return -1;
    return check_bytes(cli, t);
}

/* --base: one address for each segment. Return: the exit status */
static int take_loads(struct cli *cli, uint32_t loads[SEAL_SEGMENTS_MAX], unsigned *count)
{
    const char *at = cli->base;
    uint64_t load;

    for (*count = 0; at; at = *at == ',' ? at + 1 : NULL) {
        at = number_take(at, &load);
        if (!at || load > UINT32_MAX || (*at && *at != ',') || *count == SEAL_SEGMENTS_MAX) {
            err_at(&cli->err, ERR_INVALID, &(struct at){ NULL, "base", 0 },
                   "must be 1 to %d addresses below 4 GiB, with commas between", SEAL_SEGMENTS_MAX);
            return cli_complain_options(cli);
        }
        loads[(*count)++] = (uint32_t)load;
    }
    return CLI_DONE;
}

/* "-" means that the claim must be absent; a trusted comment writes it so too. */
static const char *wanted_token(const char *option)
{
    return option && strcmp(option, "-") == 0 ? "" : option;
}

/* Return: the exit status */
static int read_files(struct cli *cli, struct trust *t)
{
    char *beside SCOPED(scoped_free) = cli->signature ? NULL : files_signature(cli, cli->operand);
    const char *const path = cli->signature ? cli->signature : beside;

    if (path)
        t->image = files_read(cli, cli->operand, &t->size);
    if (t->image)
        t->minisig = files_read(cli, path, &t->minisig_size);
    return t->minisig ? CLI_DONE : cli_complain(cli, NULL, CLI_IO);
}

int trust_take(struct cli *cli, struct trust *t)
{
    uint32_t loads[SEAL_SEGMENTS_MAX];
    struct seal_wanted wanted = { .loads = loads,
                                  .context = wanted_token(cli->context),
                                  .nonce = wanted_token(cli->nonce),
                                  .now = seal_now() };
    int status = input_check_signature(cli, true);

    if (status == CLI_DONE)
        status = take_loads(cli, loads, &wanted.load_count);
    if (status == CLI_DONE)
        status = signing_start(cli, false);
    if (status == CLI_DONE)
        status = trust_take_key(cli, &t->key);
    if (status == CLI_DONE)
        status = read_files(cli, t);
    if (status == CLI_DONE && trust_judge(cli, t, &wanted) < 0)
        status = cli_complain(cli, cli->operand, CLI_REFUSED);
    return status;
}
