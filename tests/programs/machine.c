/* SPDX-License-Identifier: ISC */
/*
 * machine ADDRESS FILE...: what the core makes of images, each of which lies at that address. The
 * same lines must come out on a machine of any word size and byte order: the values read, whether
 * they give the same bytes again, and the findings.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/mptable/entries.h"

enum { BYTES_MAX = 2 * MPT_TABLE_MAX, ENTRIES_MAX = MPT_ENTRIES_MAX + MPT_EXTENDED_MAX };

static struct {
#define ARRAY(T, S, array, word) struct mpt_##S array[ENTRIES_MAX];
    ENTRIES(ARRAY)
#undef ARRAY
    struct mpt_run order[ENTRIES_MAX];
} values;

/* An entry becomes the next one of its array, and of the order. Return: 0 for an undefined type */
static int take(struct mpt_table *t, const struct mpt_entry *entry)
{
    switch (entry->type) {
#define TAKE(T, S, array, word)                  \
    case MPT_##T:                                \
        values.array[t->S##_count++] = entry->S; \
        break;
        ENTRIES(TAKE)
#undef TAKE
    default:
        return 0;
    }
    values.order[t->order_count++] = (struct mpt_run){ entry->type, 1 };
    return 1;
}

static void print_entry(const struct mpt_entry *e)
{
    switch (e->type) {
    case MPT_PROCESSOR:
        printf(" cpu:%u,%u,%x,%lx,%lx", e->processor.apic_id, e->processor.apic_version,
               e->processor.flags, (unsigned long)e->processor.signature,
               (unsigned long)e->processor.features);
        break;
    case MPT_BUS:
        printf(" bus:%u,%.6s", e->bus.bus_id, e->bus.bus_type);
        break;
    case MPT_IOAPIC:
        printf(" ioapic:%u,%lx", e->ioapic.apic_id, (unsigned long)e->ioapic.address);
        break;
    case MPT_IO_INT:
        printf(" io:%u,%x,%u,%u,%u", e->io_int.int_type, e->io_int.flags, e->io_int.irq,
               e->io_int.apic_id, e->io_int.intin);
        break;
    case MPT_LOCAL_INT:
        printf(" local:%u,%x,%u", e->local_int.int_type, e->local_int.flags, e->local_int.lintin);
        break;
    case MPT_SPACE:
        printf(" space:%llx,%llx", (unsigned long long)e->space.address,
               (unsigned long long)e->space.length);
        break;
    default:
        printf(" type:%u", e->type);
        break;
    }
}

/* Return: 0 when an entry is of an undefined type */
static int take_walk(struct mpt_table *t, struct mpt_walk *walk)
{
    struct mpt_entry entry;
    enum mpt_err err;
    int defined = 1;

    while (mpt_next(walk, &entry, &err)) {
        print_entry(&entry);
        defined &= take(t, &entry);
    }
    if (err != MPT_OK)
        printf(" (%s)", mpt_strerror(err));
    return defined && err == MPT_OK;
}

/* Values back to bytes */
static const char *compare(const struct mpt_table *t, const struct mpt_view *view)
{
    static uint8_t out[BYTES_MAX];
    size_t len;
    const enum mpt_err err = mpt_encode_table(t, out, sizeof(out), &len);

    if (err != MPT_OK)
        return mpt_strerror(err);
    return len == view->table_size + view->extended_size && memcmp(out, view->table, len) == 0 &&
                   mpt_verify_table(t, view->table, len)
               ? "the same bytes"
               : "other bytes";
}

static void tell_findings(const struct mpt_memory *memory, const struct mpt_view *view)
{
    static struct mpt_report report;

    mpt_check(memory, view, NULL, MPT_FOR_ALL, &report);
    for (unsigned i = 0; i < report.finding_count; i++)
        printf(" %s*%u=%llx", report.findings[i].rule->id, report.findings[i].count,
               (unsigned long long)report.findings[i].value);
}

static void tell(const struct mpt_memory *memory, const struct mpt_view *view)
{
#define POINT(T, S, array, word) .array = values.array,
    struct mpt_table t = { ENTRIES(POINT).order = values.order, .floating = view->floating,
                           .header = view->header, .entry_count_given = 1,
                           .entry_count = view->entry_count };
#undef POINT
    struct mpt_walk walk;
    int whole;

    mpt_walk_base(view, &walk);
    whole = take_walk(&t, &walk);
    mpt_walk_extended(view, &walk);
    whole = take_walk(&t, &walk) && whole;
    printf(": %s;", whole ? compare(&t, view) : "no values");
    tell_findings(memory, view);
    putchar('\n');
}

int main(int argc, char **argv)
{
    static uint8_t bytes[BYTES_MAX];
    const uint32_t base = (uint32_t)strtoul(argc > 1 ? argv[1] : "0", NULL, 0);

    for (int i = 2; i < argc; i++) {
        FILE *const file = fopen(argv[i], "rb");
        struct mpt_segment segment = { base, 0, bytes };
        const struct mpt_memory memory = { &segment, 1 };
        struct mpt_view view;
        uint64_t at = 0;

        if (!file)
            return 1;
        segment.size = fread(bytes, 1, sizeof(bytes), file);
        fclose(file);
        printf("%s", strrchr(argv[i], '/') ? strrchr(argv[i], '/') + 1 : argv[i]);
        if (mpt_next_floating(&memory, &at) == MPT_OK &&
            mpt_open(&memory, (uint32_t)at, &view) == MPT_OK && view.has_header)
            tell(&memory, &view);
        else
            puts(": no table");
    }
    return 0;
}
