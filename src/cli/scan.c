/* SPDX-License-Identifier: ISC */
/* mptablectl decode --scan: which consumer takes which table of a memory dump. */
#include "scan.h"

#include "../text/render.h"
#include "files.h"
#include "input.h"

enum { OTHERS_MAX = 64 };

static bool is_taken(const struct scan *s, uint32_t address)
{
    for (unsigned i = 0; i < s->count; i++)
        if (s->taken[i] == address)
            return true;
    return false;
}

int scan_memory(struct cli *cli, struct scan *s)
{
    const int status = input_memory(cli, "0");
    const struct mpt_consumer *consumer;
    uint32_t address;

    *s = (struct scan){ .cli = cli };
    for (size_t i = 0; status == CLI_DONE && (consumer = mpt_consumer_at(i)); i++)
        if (mpt_find(&cli->source.guest, &cli->facts.known, consumer, &address) == MPT_OK &&
            !is_taken(s, address) && s->count < FOUND_CONSUMERS_MAX)
            s->taken[s->count++] = address;
    return status;
}

static void render_consumer(struct build *b, const struct scan *s,
                            const struct mpt_consumer *consumer)
{
    uint32_t address = 0;

    build_object(b, NULL);
    build_string(b, "name", mpt_consumer_name(consumer));
    if (mpt_find(&s->cli->source.guest, &s->cli->facts.known, consumer, &address) != MPT_OK)
        build_string(b, "floating_pointer", NULL);
    else
        build_address(b, "floating_pointer", address);
    build_close(b);
}

static void render_table(struct build *b, struct cli *cli, uint32_t address)
{
    if (input_read(cli, address) != CLI_DONE)
        build_fail(b);
    else
        render_found(b, NULL, &cli->reading, &cli->source, true);
}

/*
 * Up to OTHERS_MAX floating pointers with a correct checksum that no consumer takes, because they
 * lie in no window, or behind the one that is taken.
 */
static void render_others(struct build *b, const struct scan *s)
{
    uint64_t at = 0;

    for (int others = 0; others < OTHERS_MAX && found_next_valid(&s->cli->source.guest, &at);
         at += 4) {
        if (is_taken(s, (uint32_t)at))
            continue;
        others++;
        build_address(b, NULL, at);
    }
}

static void render_scan(struct build *b, const struct scan *s)
{
    struct cli *const cli = s->cli;
    const struct mpt_bios bios = mpt_bios_words(&cli->source.guest, &cli->facts.known);
    const struct mpt_consumer *consumer;

    build_object(b, NULL);
    build_object(b, "bios");
    build_address(b, "ebda", (uint64_t)bios.ebda * 16);
    build_number(b, "base_memory_kib", bios.base_memory_kib);
    build_close(b);
    build_array(b, "consumers");
    for (size_t i = 0; (consumer = mpt_consumer_at(i)); i++)
        render_consumer(b, s, consumer);
    build_close(b);
    build_array(b, "tables");
    for (unsigned i = 0; i < s->count; i++)
        render_table(b, cli, s->taken[i]);
    build_close(b);
    build_array(b, "others");
    render_others(b, s);
    build_close(b);
    build_close(b);
}

int scan_print(struct cli *cli)
{
    struct scan s;
    const int status = scan_memory(cli, &s);
    struct build b;
    uint64_t other = 0;
    int printed;

    if (status != CLI_DONE)
        return status;
    build_start(&b);
    render_scan(&b, &s);
    printed = files_print_json(cli, &b);
    if (printed != CLI_DONE || s.count > 0 || found_next_valid(&cli->source.guest, &other))
        return printed;
    return input_explain_nothing(cli);
}
