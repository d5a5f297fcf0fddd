/* SPDX-License-Identifier: ISC */
/*
 * mptablectl get: an image from a daemon, written only after it has been verified.
 *
 * The answer must belong to this request. The signature contains a random nonce of this run, so an
 * older answer is refused. The image must equal the one that the encoder builds here from the same
 * topology, so a request that was changed on its way is noticed.
 */
#include <stdio.h>
#include <string.h>

#include "../../text/request.h"
#include "../asked.h"
#include "../fetch.h"
#include "../files.h"
#include "../signing.h"
#include "../trust.h"

enum { NONCE_RANDOM = 16 };

/* The body of the request: the topology as given, perhaps with a nonce added */
struct question {
    char *text;
    size_t size;
};

static void scoped_question(const struct question *q)
{
    free(q->text);
}

static void make_nonce(char nonce[SEAL_NONCE_MAX + 1])
{
    uint8_t random[NONCE_RANDOM];

    seal_random(random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(nonce + 2 * i, 3, "%02x", random[i]);
}

/* Reads the topology and builds its image, both into @cli. Return: the exit status */
static int take_question(struct cli *cli, struct question *q)
{
    q->text = asked_read(cli, &q->size);
    if (!q->text)
        return cli_complain(cli, NULL, CLI_IO);
    if (request_parse(q->text, q->size, &cli->topology, &cli->err) < 0 ||
        image_build(&cli->topology, &cli->image, &cli->err) < 0)
        return asked_complain(cli);
    if (cli->no_nonce || cli->topology.nonce[0])
        return CLI_DONE;
    make_nonce(cli->topology.nonce);
    q->text = asked_insert(cli, q->text, &q->size, "nonce", cli->topology.nonce);
    return q->text ? CLI_DONE : cli_complain(cli, NULL, CLI_IO);
}

/* Is the signature valid, and does it belong to this request? */
static int judge_signature(struct cli *cli, struct fetch *f, const struct public_key *key)
{
    uint32_t loads[IMAGE_SEGMENTS_MAX];
    const struct seal_wanted wanted = { .load_count = cli->image.segment_count,
                                        .loads = loads,
                                        .context = cli->topology.context,
                                        .nonce = cli->topology.nonce,
                                        .now = seal_now(),
                                        .need_life = cli->topology.ttl > 0 };
    struct trust trust = { .key = *key,
                           .image = f->image,
                           .size = f->size,
                           .minisig = f->minisig,
                           .minisig_size = f->minisig_size };

    for (unsigned i = 0; i < cli->image.segment_count; i++)
        loads[i] = cli->image.segments[i].base;
    return trust_judge(cli, &trust, &wanted);
}

static int judge(struct cli *cli, struct fetch *f, const struct public_key *key)
{
    if (key && judge_signature(cli, f, key) < 0)
        return -1;
    if (f->size == cli->image.size && memcmp(f->image, cli->image.bytes, f->size) == 0)
        return 0;
    return err_at(&cli->err, ERR_INVALID, NULL,
                  "answers with another image than mptablectl " MPTABLED_VERSION
                  " builds of the topology");
}

/* The signature is replaced first, so a new image never stands beside an old signature. */
static int save(struct cli *cli, const struct fetch *f)
{
    char *beside SCOPED(scoped_free) = files_signature(cli, cli->output);
    const struct files_new files[] = { { beside, f->minisig, f->minisig_size },
                                       { cli->output, f->image, f->size } };

    if (!beside || files_save(cli, files, 2) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    if (!cli->public_key)
        fprintf(stderr, "mptablectl: %s: the signature was not verified: no public key (-p)\n",
                cli->output);
    return CLI_DONE;
}

static int fetch_and_save(struct cli *cli, const struct question *q, const struct public_key *key)
{
    struct fetch *fetch SCOPED(scoped_free) = calloc(1, sizeof(*fetch));
    int status = fetch ? fetch_image(cli, q->text, q->size, fetch) : cli_no_memory(cli);

    if (status != CLI_DONE)
        return status;
    if (judge(cli, fetch, key) < 0)
        return cli_complain(cli, cli->server ? cli->server : FETCH_SERVER, CLI_REFUSED);
    return save(cli, fetch);
}

int cli_get(struct cli *cli)
{
    struct question question SCOPED(scoped_question) = { .text = NULL };
    struct public_key key;
    int status;

    if (!cli->cert != !cli->key_file)
        return cli_refuse_option(cli, cli->cert ? "cert" : "key_file",
                                 cli->cert ? "needs --key-file" : "needs --cert");
    status = signing_start(cli, cli->key_file || cli->token_file);
    if (status == CLI_DONE && cli->public_key)
        status = trust_take_key(cli, &key);
    if (status == CLI_DONE)
        status = take_question(cli, &question);
    return status == CLI_DONE ? fetch_and_save(cli, &question, cli->public_key ? &key : NULL)
                              : status;
}
