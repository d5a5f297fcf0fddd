/* SPDX-License-Identifier: ISC */
/*
 * mptablectl decode --text: a block for each structure, with a line for each field, the sum beside
 * each checksum, and the rules that the structure breaks.
 */
#include "blocks.h"

#include <string.h>

#include "../text/finding.h"
#include "show.h"

#define BOLD  "\033[1m"
#define PLAIN "\033[0m"

static void print_name(const char *name)
{
    printf("    %-22s  ", name);
}

/* @sum: of the structure's bytes with its checksum; right is 0 modulo 256 */
static void print_sum(unsigned sum, const char *of)
{
    printf("  (the %s adds up to 0x%02x, %s)", of, sum & 0xff,
           (sum & 0xff) == 0 ? "right" : "wrong");
}

static void print_fields(const struct show_field *fields, size_t count, const uint8_t *from,
                         const struct mpt_view *view)
{
    for (size_t i = 0; i < count; i++) {
        print_name(fields[i].name);
        show_field(&fields[i], from);
        if (strcmp(fields[i].name, "extended_checksum") == 0 && view->extended_length > 0)
            print_sum((unsigned)view->extended_sum + view->extended_checksum, "extended table");
        else if (strcmp(fields[i].name, "checksum") == 0)
            print_sum(fields == show_floating ? view->floating_sum : view->sum,
                      fields == show_floating ? "floating pointer" : "base table");
        putchar('\n');
    }
}

static void print_entry(const struct found_item *item, const uint8_t *bytes)
{
    struct mpt_walk walk = { .bytes = bytes, .end = item->size, .extended = item->type >= 128 };
    const struct member_object *rows = NULL;
    struct mpt_entry entry;
    enum mpt_err err;
    const void *const base =
        item->type >= 0 && mpt_next(&walk, &entry, &err) ? show_entry(&entry, &rows) : NULL;
    const uint32_t out = base ? member_left_out(rows, base) : 0;

    if (!base) {
        print_name("bytes");
        show_bytes(bytes, item->size);
        putchar('\n');
        return;
    }
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->members[i].kind == ENTRY || out & MEMBER_BIT(i))
            continue;
        print_name(rows->members[i].name);
        show_member(&rows->members[i], base);
        putchar('\n');
    }
}

/* The rules of the findings whose address lies in this structure */
static void print_rules(const struct mpt_report *report, const struct found_item *item)
{
    for (unsigned i = 0; i < report->finding_count; i++) {
        const struct mpt_finding *const f = &report->findings[i];

        if (f->address >= item->address && f->address - item->address < item->size)
            printf("    %s: %s: %s\n", finding_severities[f->severity], f->rule->id,
                   f->rule->detail);
    }
}

static void print_block(const struct cli *cli, const struct found_item *item, bool colour)
{
    const struct found *const r = &cli->reading;
    const uint8_t *const bytes = mpt_at(r->memory, item->address, item->size);
    uint64_t offset;

    printf("\n%s%s", colour ? BOLD : "", item->name);
    if (item->index >= 0)
        printf(" %d", item->index);
    printf("%s at 0x%x", colour ? PLAIN : "", item->address);
    if (memory_offset(&cli->source, item->address, &offset))
        printf(", offset %llu", (unsigned long long)offset);
    printf(", %zu bytes\n", item->size);
    if (!bytes)
        return;
    if (strcmp(item->name, "floating_pointer") == 0)
        print_fields(show_floating, show_floating_count, bytes, &r->view);
    else if (strcmp(item->name, "configuration_table") == 0)
        print_fields(show_header, show_header_count, bytes, &r->view);
    else
        print_entry(item, bytes);
    print_rules(&r->report, item);
}

int blocks_print(const struct cli *cli)
{
    const bool colour = cli_is_coloured();
    struct found_item item;
    struct found_walk walk;

    fputs("found by", stdout);
    for (unsigned i = 0; i < cli->reading.taker_count; i++)
        printf(" %s", mpt_consumer_name(cli->reading.takers[i]));
    puts(cli->reading.taker_count > 0 ? "" : " no system");
    found_walk_begin(&cli->reading, &walk);
    while (found_walk_next(&walk, &item))
        print_block(cli, &item, colour);
    return CLI_DONE;
}
