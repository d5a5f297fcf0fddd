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
#include <time.h>

#include "../../mptable/mptable.h"
#include "../../signed/format.h"
#include "../../text/request.h"
#include "../asked.h"
#include "../fetch.h"
#include "../files.h"
#include "../signing.h"
#include "../trust.h"

enum { NONCE_RANDOM = 16, WHOLE_SECONDS = 30 /* the daemon gives a request 20 */ };

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
static int judge_signature(struct cli *cli, const struct trusted *keys, struct fetch *f,
                           struct trust *trust)
{
    uint32_t loads[IMAGE_SEGMENTS_MAX];
    const struct seal_wanted wanted = { .load_count = cli->image.segment_count,
                                        .loads = loads,
                                        .context = cli->topology.context,
                                        .nonce = cli->topology.nonce,
                                        .now = seal_now(),
                                        .need_life = cli->topology.ttl > 0 };

    *trust = (struct trust){ .keys = keys,
                             .image = f->image,
                             .size = f->size,
                             .minisig = f->minisig,
                             .minisig_size = f->minisig_size };
    for (unsigned i = 0; i < cli->image.segment_count; i++)
        loads[i] = cli->image.segments[i].base;
    return trust_judge(cli, trust, &wanted);
}

/* A daemon may have got a new key since the keys were read, so they are read once more. */
static int judge_newly(struct cli *cli, struct trusted *keys, struct fetch *f, struct trust *trust)
{
    const struct err first = cli->err;

    cli->err = (struct err){ .count = 0 };
    if (trusted_load(cli, keys) == CLI_DONE)
        return judge_signature(cli, keys, f, trust);
    cli->err = first;
    return -1;
}

static int judge(struct cli *cli, struct trusted *keys, struct fetch *f, struct trust *trust)
{
    if (keys->count > 0 && judge_signature(cli, keys, f, trust) < 0 &&
        (!trust->strange || judge_newly(cli, keys, f, trust) < 0))
        return -1;
    if (f->size == cli->image.size && memcmp(f->image, cli->image.bytes, f->size) == 0)
        return 0;
    return err_at(&cli->err, ERR_INVALID, NULL,
                  "answers with another image than mptablectl " MPT_VERSION
                  " builds of the topology");
}

static long milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/*
 * Asks one server after the other until an answer is good or the request itself is refused. All of
 * them share one time: each gets what those behind it do not need, in equal parts.
 */
static int ask(struct cli *cli, const struct question *q, const struct servers *servers,
               struct trusted *keys, struct fetch *f, struct trust *trust)
{
    const long end = milliseconds() + WHOLE_SECONDS * 1000L;
    int worst = CLI_IO;

    for (unsigned i = 0; i < servers->count; i++) {
        const long left = end - milliseconds();
        int status;

        cli->err = (struct err){ .count = 0 };
        status =
            fetch_image(cli, servers->urls[i], left > 0 ? left / (long)(servers->count - i) + 1 : 1,
                        q->text, q->size, f);
        if (status == CLI_DONE && judge(cli, keys, f, trust) == 0)
            return CLI_DONE;
        if (status == CLI_DONE)
            status = cli_complain(cli, servers->urls[i], CLI_REFUSED);
        if (f->final)
            return status;
        if (status == CLI_REFUSED)
            worst = status;
    }
    return worst;
}

/* The signature is replaced first, so a new image never stands beside an old signature. */
static int save_pair(struct cli *cli, const struct fetch *f)
{
    char *beside SCOPED(scoped_free) = files_signature(cli, cli->output);
    const struct files_new files[] = { { beside, f->minisig, f->minisig_size },
                                       { cli->output, f->image, f->size } };

    return beside ? files_save(cli, files, 2) : -1;
}

/* What the JSON of the image says of a signature that was verified */
static void fill_seal(struct seal *seal, const struct fetch *f, const struct seal_facts *said)
{
    memset(seal, 0, sizeof(*seal));
    memcpy(seal->sha256, said->sha256, sizeof(seal->sha256));
    memcpy(seal->key_id, said->key_id, sizeof(seal->key_id));
    memcpy(seal->comment, said->comment, sizeof(seal->comment));
    memcpy(seal->minisign, f->minisig, f->minisig_size);
    seal->minisign_size = f->minisig_size;
}

/* The image equals the one that was built here, so its other forms are made here. */
static int save_form(struct cli *cli, const struct format *format, const struct fetch *f,
                     const struct seal_facts *said)
{
    const bool named = strcmp(cli->output, "-") != 0;
    struct seal seal;
    const struct signed_image image = { &cli->topology, &cli->image, said ? &seal : NULL, true };
    struct format_body body;
    char *owned SCOPED(scoped_free) = NULL;

    if (said)
        fill_seal(&seal, f, said);
    if (format->write(&image, &body) < 0)
        return err_at(&cli->err, ERR_BUSY, NULL, "no memory");
    owned = body.owned;
    return files_write(cli, named ? cli->output : NULL, body.bytes, body.size);
}

static int save(struct cli *cli, const struct format *format, const struct fetch *f,
                const struct seal_facts *said)
{
    const bool pair = format == &formats[FORMAT_BIN] && strcmp(cli->output, "-") != 0;

    if ((pair ? save_pair(cli, f) : save_form(cli, format, f, said)) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    if (!said)
        fprintf(stderr, "mptablectl: %s: the signature was not verified: no public key (-p)\n",
                cli->output);
    return CLI_DONE;
}

static int fetch_and_save(struct cli *cli, const struct question *q, const struct format *format,
                          struct trusted *keys)
{
    struct fetch *fetch SCOPED(scoped_free) = calloc(1, sizeof(*fetch));
    struct servers servers SCOPED(scoped_servers) = { .count = 0 };
    const bool verified = keys->count > 0;
    struct trust trust;
    int status = fetch ? fetch_servers(cli, &servers) : cli_no_memory(cli);

    if (status == CLI_DONE)
        status = ask(cli, q, &servers, keys, fetch, &trust);
    return status == CLI_DONE ? save(cli, format, fetch, verified ? &trust.facts : NULL) : status;
}

static int check_options(struct cli *cli, const struct format *format)
{
    if (!cli->cert != !cli->key_file)
        return cli_refuse_option(cli, cli->cert ? "cert" : "key_file",
                                 cli->cert ? "needs --key-file" : "needs --cert");
    if (format->binary && strcmp(cli->output, "-") == 0 && isatty(STDOUT_FILENO))
        return cli_refuse_option(cli, "output",
                                 "these bytes are not for a terminal; --format hex is text");
    return CLI_DONE;
}

int cli_get(struct cli *cli)
{
    const struct format *const format =
        cli->format ? format_find(cli->format) : &formats[FORMAT_BIN];
    struct question question SCOPED(scoped_question) = { .text = NULL };
    static struct trusted keys;
    int status = check_options(cli, format);

    if (status == CLI_DONE)
        status = signing_start(cli, true); /* a token or a certificate's key may be read */
    if (status == CLI_DONE)
        status = trusted_load(cli, &keys);
    if (status == CLI_DONE && keys.count == 0 && !cli->unverified)
        status = trusted_refuse_none(cli, "; --unverified takes the image without a key");
    if (status == CLI_DONE)
        status = take_question(cli, &question);
    return status == CLI_DONE ? fetch_and_save(cli, &question, format, &keys) : status;
}
