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

#include "../../base/hex.h"
#include "../../mptable/mptable.h"
#include "../../signed/format.h"
#include "../../text/request.h"
#include "../asked.h"
#include "../fetch.h"
#include "../files.h"
#include "../signing.h"
#include "../trust.h"

enum {
    NONCE_RANDOM = 16, /* bytes */
    WHOLE_SECONDS = 30 /* for all servers; the daemon gives a request 20 */
};

/* The body of the request: the topology as given, perhaps with a nonce added */
struct body {
    char *text;
    size_t size;
};

static void scoped_body(const struct body *body)
{
    free(body->text);
}

static void make_nonce(char nonce[SEAL_NONCE_MAX + 1])
{
    uint8_t random[NONCE_RANDOM];

    seal_random(random, sizeof(random));
    hex_encode(random, sizeof(random), nonce);
}

/* Reads the topology and builds its image, both into @cli */
static int make_body(struct cli *cli, struct body *body)
{
    body->text = asked_read(cli, &body->size);
    if (!body->text)
        return cli_complain(cli, NULL, CLI_IO);
    if (request_parse(body->text, body->size, &cli->topology, &cli->err) < 0 ||
        image_build(&cli->topology, &cli->image, &cli->err) < 0)
        return asked_complain(cli);
    if (cli->no_nonce || cli->topology.nonce[0])
        return CLI_DONE;
    make_nonce(cli->topology.nonce);
    body->text = asked_insert(cli, body->text, &body->size, "nonce", cli->topology.nonce);
    return body->text ? CLI_DONE : cli_complain(cli, NULL, CLI_IO);
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

/* A daemon may have got a new key since the keys were read: reads them again, and judges again. */
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
        (!trust->untrusted || judge_newly(cli, keys, f, trust) < 0))
        return -1;
    if (f->size == cli->image.size && memcmp(f->image, cli->image.bytes, f->size) == 0)
        return 0;
    return err_at(&cli->err, ERR_INVALID, NULL,
                  "answers with another image than mptablectl " MPT_VERSION
                  " builds of the topology");
}

/* Keys may have come since they were read first. */
static int need_keys(struct cli *cli, struct trusted *keys)
{
    int status;

    if (keys->count > 0 || cli->unverified)
        return CLI_DONE;
    status = trusted_load(cli, keys);
    return status == CLI_DONE && keys->count == 0
               ? trusted_refuse_none(cli, "; --unverified takes the image without a key")
               : status;
}

static long milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/*
 * Asks one server after the other until an answer is good or the request itself is refused. They
 * share WHOLE_SECONDS: each gets the time that is left divided by the number of servers left.
 */
static int ask(struct cli *cli, const struct body *body, const struct servers *servers,
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
                        body->text, body->size, f);
        if (status == CLI_DONE) {
            const int keyless = need_keys(cli, keys);

            if (keyless != CLI_DONE)
                return keyless;
            if (judge(cli, keys, f, trust) == 0)
                return CLI_DONE;
            status = cli_complain(cli, servers->urls[i], CLI_REFUSED);
        }
        if (f->final)
            return status;
        if (status == CLI_REFUSED)
            worst = status;
    }
    return worst;
}

/* Fills what the JSON of an image tells of a signature that was verified. */
static void fill_seal(struct seal *seal, const struct fetch *f, const struct seal_facts *said)
{
    memset(seal, 0, sizeof(*seal));
    memcpy(seal->sha256, said->sha256, sizeof(seal->sha256));
    memcpy(seal->key_id, said->key_id, sizeof(seal->key_id));
    memcpy(seal->comment, said->comment, sizeof(seal->comment));
    seal->claims = said->claims;
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
    struct format_body made;
    char *owned SCOPED(scoped_free) = NULL;

    if (said)
        fill_seal(&seal, f, said);
    if (format->write(&image, &made) < 0)
        return err_at(&cli->err, ERR_BUSY, NULL, "no memory");
    owned = made.owned;
    return files_write(cli, named ? cli->output : NULL, made.bytes, made.size);
}

static int save(struct cli *cli, const struct format *format, const struct fetch *f,
                const struct seal_facts *said)
{
    const struct files_new image = { cli->output, f->image, f->size };
    const bool pair = format == &formats[FORMAT_BIN] && strcmp(cli->output, "-") != 0;

    if ((pair ? files_save_signed(cli, &image, f->minisig, f->minisig_size)
              : save_form(cli, format, f, said)) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    if (!said)
        fprintf(stderr, "mptablectl: %s: the signature was not verified: no public key (-p)\n",
                cli->output);
    return CLI_DONE;
}

static int fetch_and_save(struct cli *cli, const struct body *body, const struct format *format,
                          struct trusted *keys)
{
    struct fetch *fetch SCOPED(scoped_free) = calloc(1, sizeof(*fetch));
    struct servers servers SCOPED(scoped_servers) = { .count = 0 };
    struct trust trust;
    int status = fetch ? fetch_servers(cli, &servers) : cli_no_memory(cli);

    /* The host's own service may start by this request; it publishes its key before it answers. */
    if (status == CLI_DONE && !fetch_is_local(&servers))
        status = need_keys(cli, keys);
    if (status == CLI_DONE)
        status = ask(cli, body, &servers, keys, fetch, &trust);
    return status == CLI_DONE ? save(cli, format, fetch, keys->count > 0 ? &trust.facts : NULL)
                              : status;
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
    struct body body SCOPED(scoped_body) = { .text = NULL };
    static struct trusted keys;
    int status = check_options(cli, format);

    if (status == CLI_DONE)
        status = signing_start(cli, true); /* a token or a certificate's key may be read */
    if (status == CLI_DONE)
        status = trusted_load(cli, &keys);
    if (status == CLI_DONE)
        status = make_body(cli, &body);
    return status == CLI_DONE ? fetch_and_save(cli, &body, format, &keys) : status;
}
