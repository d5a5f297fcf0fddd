/* SPDX-License-Identifier: ISC */
#include "trust.h"

#include <string.h>

#include "../base/number.h"
#include "files.h"
#include "input.h"
#include "signing.h"

/*
 * Our encoder made whatever was signed, so there is a floating pointer, and a table unless the
 * pointer names a default configuration.
 */
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

static int refuse_untrusted(struct cli *cli, struct trust *t)
{
    char signer[KEY_ID_TEXT_SIZE], trusted[KEY_ID_TEXT_SIZE], list[ERR_DETAIL_SIZE / 2] = "";
    size_t used = 0;

    if (seal_signer(t->minisig, t->minisig_size, signer) < 0) /* seal_verify could read it */
        return err_at(&cli->err, ERR_INTERNAL, NULL, "the signature names no key");
    for (unsigned i = 0; i < t->keys->count && used < sizeof(list); i++) {
        public_key_id(&t->keys->keys[i], trusted);
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "", trusted);
    }
    t->untrusted = true;
    return err_at(&cli->err, ERR_INVALID, NULL,
                  "signed by the key %s, which you do not trust; you trust %s", signer, list);
}

static int check_revoked(struct cli *cli, const struct trust *t, const struct public_key *key)
{
    char id[KEY_ID_TEXT_SIZE];

    if (!revoked_has(&t->keys->revoked, key))
        return 0;
    public_key_id(key, id);
    return err_at(&cli->err, ERR_INVALID, NULL, "signed by the key %s, which is revoked", id);
}

/* Anybody can make a key with the id of another one, so each key that has the id is tried. */
static int verify(struct cli *cli, struct trust *t)
{
    struct err first = { .count = 0 };

    t->untrusted = false;
    for (unsigned i = 0; i < t->keys->count; i++) {
        const struct public_key *const key = &t->keys->keys[i];
        struct err err = { .count = 0 };
        const enum seal_verdict verdict =
            seal_verify(key, t->image, t->size, t->minisig, t->minisig_size, &t->facts, &err);

        if (verdict == SEAL_GOOD)
            return check_revoked(cli, t, key);
        if (verdict != SEAL_OTHER_KEY && first.count == 0)
            first = err;
    }
    if (first.count == 0)
        return refuse_untrusted(cli, t);
    cli->err = first;
    return -1;
}

int trust_judge(struct cli *cli, struct trust *t, const struct seal_wanted *wanted)
{
    if (verify(cli, t) < 0 || seal_compare(&t->facts, wanted, &cli->err) != SEAL_GOOD)
        return -1;
    return check_bytes(cli, t);
}

/* --base: one address for each segment */
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

int trust_take(struct cli *cli, struct trusted *keys, struct trust *t)
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
        status = trusted_load(cli, keys);
    if (status == CLI_DONE && keys->count == 0)
        status = trusted_refuse_none(cli, "");
    t->keys = keys;
    if (status == CLI_DONE)
        status = read_files(cli, t);
    if (status == CLI_DONE && trust_judge(cli, t, &wanted) < 0)
        status = cli_complain(cli, cli->operand, CLI_REFUSED);
    return status;
}
