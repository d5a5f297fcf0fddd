/* SPDX-License-Identifier: ISC */
/* mptablectl decode --scan: which consumer takes which table of a memory dump. */
#include "scan.h"

#include "../text/render.h"
#include "files.h"
#include "input.h"

enum { OTHERS_MAX = 64 };

/* The floating pointers that consumers take, each once, in the order of the consumers */
struct scan {
    struct cli *cli;
    uint32_t taken[FOUND_CONSUMERS_MAX];
    unsigned count;
};

static bool is_taken(const struct scan *s, uint32_t address)
{
    for (unsigned i = 0; i < s->count; i++)
        if (s->taken[i] == address)
            return true;
    return false;
}

static void render_consumer(struct build *b, struct scan *s, const struct mpt_consumer *consumer)
{
    uint32_t address = 0;

    build_object(b, NULL);
    build_string(b, "name", mpt_consumer_name(consumer));
    if (mpt_find(&s->cli->source.guest, &s->cli->facts.known, consumer, &address) != MPT_OK) {
        build_string(b, "floating_pointer", NULL);
    } else {
        build_address(b, "floating_pointer", address);
        if (!is_taken(s, address) && s->count < FOUND_CONSUMERS_MAX)
            s->taken[s->count++] = address;
    }
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
 * Floating pointers with a correct checksum that no consumer takes: they lie in no window, or
 * behind the one that is taken.
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

static void render_scan(struct build *b, struct cli *cli)
{
    const struct mpt_bios bios = mpt_bios_words(&cli->source.guest, &cli->facts.known);
    struct scan s = { .cli = cli };
    const struct mpt_consumer *consumer;

    build_object(b, NULL);
    build_object(b, "bios");
    build_address(b, "ebda", (uint64_t)bios.ebda * 16);
    build_number(b, "base_memory_kib", bios.base_memory_kib);
    build_close(b);
    build_array(b, "consumers");
    for (size_t i = 0; (consumer = mpt_consumer_at(i)); i++)
        render_consumer(b, &s, consumer);
    build_close(b);
    build_array(b, "tables");
    for (unsigned i = 0; i < s.count; i++)
        render_table(b, cli, s.taken[i]);
    build_close(b);
    build_array(b, "others");
    render_others(b, &s);
    build_close(b);
    build_close(b);
}

int scan_print(struct cli *cli)
{
    const int status = input_memory(cli, "0");
    struct build b;

    if (status != CLI_DONE)
        return status;
    build_start(&b);
    render_scan(&b, cli);
    return files_print_json(cli, &b);
}
