/* SPDX-License-Identifier: ISC */
/*
 * mptablectl decode --map: the bytes of each structure, coloured by its type, and behind them the
 * rules that it breaks.
 */
#include "map.h"

#include <string.h>

enum { LINE_BYTES = 20, LABEL_SIZE = 40 };

#define PLAIN "\033[0m"

/* Terminal colours (ECMA-48 SGR), so that neighbours differ */
static const struct {
    const char *name, *colour;
} colours[] = {
    { "floating_pointer", "\033[1;36m" },
    { "configuration_table", "\033[1;34m" },
    { "processor", "\033[32m" },
    { "bus", "\033[33m" },
    { "io_apic", "\033[35m" },
    { "io_interrupt", "\033[36m" },
    { "local_interrupt", "\033[34m" },
    { "rest", "\033[31m" },
    { "unknown", "\033[31m" },
};

static const char *const severity_colours[] = {
    [MPT_NOTE] = "\033[2m", [MPT_WARNING] = "\033[33m", [MPT_ERROR] = "\033[1;31m"
};

static const char *item_colour(const char *name)
{
    for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
        if (strcmp(colours[i].name, name) == 0)
            return colours[i].colour;
    return "\033[37m";
}

/* The rules of the findings whose address lies in this structure */
static void print_rules(const struct found *r, const struct found_item *item, bool colour)
{
    for (unsigned i = 0; i < r->report.finding_count; i++) {
        const struct mpt_finding *const f = &r->report.findings[i];

        if (f->address >= item->address && f->address - item->address < item->size)
            printf("  %s%s%s", colour ? severity_colours[f->severity] : "", f->rule->id,
                   colour ? PLAIN : "");
    }
}

/* The first line has the label, the last one the rules. */
static void print_item(const struct found *r, const struct found_item *item, bool colour)
{
    const uint8_t *const bytes = mpt_at(r->memory, item->address, item->size);
    char label[LABEL_SIZE] = "";

    if (item->index >= 0)
        snprintf(label, sizeof(label), "%s %d", item->name, item->index);
    else
        snprintf(label, sizeof(label), "%s", item->name);
    for (size_t line = 0; bytes && line < item->size; line += LINE_BYTES) {
        printf("%08llx  %s%-26s", (unsigned long long)item->address + line,
               colour ? item_colour(item->name) : "", line == 0 ? label : "");
        for (size_t i = line; i < item->size && i < line + LINE_BYTES; i++)
            printf(" %02x", bytes[i]);
        printf("%s", colour ? PLAIN : "");
        if (line + LINE_BYTES >= item->size)
            print_rules(r, item, colour);
        putchar('\n');
    }
}

int map_print(struct cli *cli)
{
    const bool colour = cli_is_coloured();
    struct found_item item;
    struct found_walk walk;

    found_walk_begin(&cli->reading, &walk);
    while (found_walk_next(&walk, &item))
        print_item(&cli->reading, &item, colour);
    return CLI_DONE;
}
