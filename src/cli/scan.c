/* SPDX-License-Identifier: ISC */
/* mptablectl decode --scan: who takes which table of a memory dump. */
#include "../text/render.h"
#include "cli.h"

enum { OTHERS_MAX = 64 };

/*
 * What a scan has found so far: the floating pointers that somebody takes, and the reply's parts.
 */
struct scan {
    struct cli *cli;
    struct mpt_bios bios;
    uint32_t taken[FOUND_CONSUMERS_MAX];
    unsigned count;
    cJSON *consumers, *tables, *others;
};

static cJSON *address_json(uint32_t address)
{
    char text[RENDER_ADDRESS_SIZE];

    return cJSON_CreateString(render_address(address, text));
}

static bool is_taken(const struct scan *s, uint32_t address)
{
    for (unsigned i = 0; i < s->count; i++)
        if (s->taken[i] == address)
            return true;
    return false;
}

/* The table of a floating pointer, unless it has been shown */
static bool add_table(struct scan *s, uint32_t address)
{
    struct cli *const cli = s->cli;

    if (is_taken(s, address) || s->count == FOUND_CONSUMERS_MAX)
        return true;
    s->taken[s->count++] = address;
    return found_read(&cli->source.guest, address, &cli->facts.known, &cli->topology, &cli->image,
                      &cli->reading, &cli->err) == 0 &&
           render_append(s->tables, render_found(&cli->reading, cli->source.bytes));
}

static bool add_consumer(struct scan *s, const struct mpt_consumer *consumer)
{
    cJSON *const json = cJSON_CreateObject();
    uint32_t address = 0;
    const bool found = mpt_find(&s->cli->source.guest, &s->bios, consumer, &address) == MPT_OK;

    return render_append(s->consumers, json) &&
           cJSON_AddStringToObject(json, "name", consumer->name) &&
           render_add(json, "floating_pointer",
                      found ? address_json(address) : cJSON_CreateNull()) &&
           (!found || add_table(s, address));
}

/* Structures with a right sum that nobody takes: in no window, or behind another one */
static bool add_others(struct scan *s)
{
    uint64_t at = 0;

    for (int others = 0; others < OTHERS_MAX && found_next_valid(&s->cli->source.guest, &at);
         at += 4) {
        if (is_taken(s, (uint32_t)at))
            continue;
        others++;
        if (!render_append(s->others, address_json((uint32_t)at)))
            return false;
    }
    return true;
}

static bool add_bios(cJSON *json, const struct mpt_bios *bios)
{
    cJSON *const words = cJSON_AddObjectToObject(json, "bios");

    return render_add(words, "ebda", address_json((uint32_t)bios->ebda * 16)) &&
           cJSON_AddNumberToObject(words, "base_memory_kib", bios->base_memory_kib);
}

static cJSON *scan_json(struct cli *cli)
{
    cJSON *const json = cJSON_CreateObject();
    struct scan s = { .cli = cli, .bios = found_bios(&cli->source.guest, &cli->facts.known) };
    bool ok = add_bios(json, &s.bios);

    s.consumers = cJSON_AddArrayToObject(json, "consumers");
    s.tables = cJSON_AddArrayToObject(json, "tables");
    s.others = cJSON_AddArrayToObject(json, "others");
    ok = ok && s.consumers && s.tables && s.others;
    for (size_t i = 0; ok && i < mpt_consumer_count; i++)
        ok = add_consumer(&s, &mpt_consumers[i]);
    if (ok && add_others(&s))
        return json;
    cJSON_Delete(json);
    return NULL;
}

int cli_scan(struct cli *cli)
{
    char *bytes SCOPED(scoped_free) = NULL;
    const int status = cli_take_source(cli, "0", &bytes);

    return status == CLI_DONE ? cli_print_json(cli, scan_json(cli)) : status;
}
