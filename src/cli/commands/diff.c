/* SPDX-License-Identifier: ISC */
/*
 * mptablectl diff: what two tables differ in, a line for each field of the floating pointer and the
 * header, and for each entry that was added, is gone, was changed or has moved.
 *
 * Entries with the same bytes are paired, the first with the first, the second with the second. The
 * others are paired by the fields that identify an entry: a processor's APIC ID, an interrupt's
 * source. Of all pairs the longest run in rising order counts as having stayed in place, the others
 * as moved. So an entry that is put in front of all others is one line.
 */
#include <stdlib.h>
#include <string.h>

#include "../input.h"
#include "../scan.h"
#include "../show.h"

enum { KEY_SIZE = 16 };

/* An entry, or the rest: bytes behind the last entry that cannot be read as one */
struct item {
    const char *name;
    struct mpt_entry entry; /* not of a rest */
    const uint8_t *bytes;
    size_t size;
    bool known;            /* the type is one that MPS defines */
    uint8_t key[KEY_SIZE]; /* the fields that identify a known one */
    struct item *other;    /* the other half of its pair, in the other table */
    size_t place;          /* index in its own table */
    size_t run;            /* of a pair: how many pairs are before it in its rising run */
    size_t before;         /* and the place of the last of these */
    bool stays;
};

struct side {
    const struct found *found;
    struct item *items;
    size_t count;
};

struct diff {
    struct side a, b;
    unsigned lines;
};

static bool same_member(const struct member *m, const void *a, const void *b)
{
    if (m->kind == TEXT || m->kind == BUS_TYPE)
        return memcmp((const char *)a + m->offset, (const char *)b + m->offset, m->width) == 0;
    return member_load(a, m) == member_load(b, m);
}

/* ": apic_id 1, bsp false, ..." */
static void print_item(const struct item *item)
{
    const struct member_object *rows = NULL;
    const void *const base = item->known ? show_entry(&item->entry, &rows) : NULL;
    const uint32_t out = base ? member_left_out(rows, base) : 0;
    const char *before = ": ";

    if (!base) {
        fputs(": bytes ", stdout);
        show_bytes(item->bytes, item->size);
        return;
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct member *const m = &rows->members[i];

        if (m->kind == ENTRY || out & MEMBER_BIT(i))
            continue;
        printf("%s%s ", before, m->name);
        show_member(m, base);
        before = ", ";
    }
}

/* Prints each member that changed; all bytes when only reserved ones did. */
static void print_changes(const struct item *a, const struct item *b)
{
    const struct member_object *rows;
    const void *const from = show_entry(&a->entry, &rows), *const to = show_entry(&b->entry, &rows);
    const uint32_t out = member_left_out(rows, from) & member_left_out(rows, to);
    const char *before = "; ";

    for (size_t i = 0; i < rows->count; i++) {
        const struct member *const m = &rows->members[i];

        if (m->kind == ENTRY || out & MEMBER_BIT(i) || same_member(m, from, to))
            continue;
        printf("%s%s ", before, m->name);
        show_member(m, from);
        fputs(" -> ", stdout);
        show_member(m, to);
        before = ", ";
    }
    if (*before == ',')
        return;
    fputs("; bytes ", stdout);
    show_bytes(a->bytes, a->size);
    fputs(" -> ", stdout);
    show_bytes(b->bytes, b->size);
}

/* Is it a checksum that is right in both tables? Then it follows from the other bytes. */
static bool says_nothing(const struct show_field *f, const struct mpt_view *a,
                         const struct mpt_view *b)
{
    const bool pointer = f >= show_floating && f < show_floating + show_floating_count;

    if (strcmp(f->name, "extended_checksum") == 0)
        return (uint8_t)(a->extended_sum + a->extended_checksum) == 0 &&
               (uint8_t)(b->extended_sum + b->extended_checksum) == 0;
    if (strcmp(f->name, "checksum") != 0)
        return false;
    return pointer ? a->floating_sum == 0 && b->floating_sum == 0 : a->sum == 0 && b->sum == 0;
}

static void diff_fields(struct diff *d, const char *name, const struct show_field *fields,
                        size_t count, const uint8_t *a, const uint8_t *b)
{
    for (size_t i = 0; i < count; i++) {
        const struct show_field *const f = &fields[i];

        if (memcmp(a + f->at, b + f->at, f->width) == 0 ||
            says_nothing(f, &d->a.found->view, &d->b.found->view))
            continue;
        printf("%s: %s ", name, f->name);
        show_field(f, a);
        fputs(" -> ", stdout);
        show_field(f, b);
        putchar('\n');
        d->lines++;
    }
}

static void diff_structures(struct diff *d)
{
    const struct found *const a = d->a.found, *const b = d->b.found;

    if (a->view.floating_address != b->view.floating_address) {
        printf("floating_pointer: address 0x%x -> 0x%x\n", a->view.floating_address,
               b->view.floating_address);
        d->lines++;
    }
    diff_fields(d, "floating_pointer", show_floating, show_floating_count,
                mpt_at(a->memory, a->view.floating_address, MPT_FLOATING_SIZE),
                mpt_at(b->memory, b->view.floating_address, MPT_FLOATING_SIZE));
    if (a->view.has_header && b->view.has_header) {
        diff_fields(d, "configuration_table", show_header, show_header_count, a->view.table,
                    b->view.table);
    } else if (a->view.has_header || b->view.has_header) {
        printf("configuration_table: %s\n", b->view.has_header ? "added" : "gone");
        d->lines++;
    }
}

/* The key has the fields that identify an entry; its other fields may change. */
static void fill_key(struct item *item)
{
    const struct mpt_entry *const e = &item->entry;
    uint8_t *const key = item->key;

    key[0] = e->type;
    switch (e->type) {
    case MPT_IO_INT: /* its source */
        memcpy(key + 1, (uint8_t[]){ e->io_int.int_type, e->io_int.bus_id, e->io_int.irq }, 3);
        break;
    case MPT_LOCAL_INT: /* its destination */
        memcpy(key + 1, (uint8_t[]){ e->local_int.apic_id, e->local_int.lintin }, 2);
        break;
    case MPT_SPACE:
        memcpy(key + 1, (uint8_t[]){ e->space.bus_id, e->space.address_type }, 2);
        memcpy(key + 3, &e->space.address, sizeof(e->space.address));
        break;
    case MPT_MODIFIER:
        key[1] = e->modifier.bus_id;
        memcpy(key + 2, &e->modifier.range_list, sizeof(e->modifier.range_list));
        break;
    case MPT_HIERARCHY:
        key[1] = e->hierarchy.bus_id;
        break;
    default: /* processor, bus, I/O APIC: an ID behind the type */
        key[1] = item->bytes[1];
        break;
    }
}

/* Reads the entry at an item of the layout. */
static void take_item(struct item *item, const struct mpt_memory *memory,
                      const struct found_item *from, size_t place)
{
    const uint8_t *const bytes = mpt_at(memory, from->address, from->size);
    struct mpt_walk walk = { .bytes = bytes, .end = from->size, .extended = from->type >= 128 };
    enum mpt_err err;

    *item = (struct item){ .name = from->name, .bytes = bytes, .size = from->size, .place = place };
    item->known = from->type >= 0 && mpt_next(&walk, &item->entry, &err) &&
                  type_slot(item->entry.type) < SLOTS;
    if (item->known)
        fill_key(item);
}

/* Reads the entries of a table, and the rest. Return: false when memory ran out */
static bool take_items(struct side *s, const struct found *found)
{
    struct found_item item;
    struct found_walk walk;

    s->found = found;
    s->items =
        calloc((found->view.table_size + found->view.extended_size) / 2 + 1, sizeof(*s->items));
    if (!s->items)
        return false;
    found_walk_begin(found, &walk);
    while (found_walk_next(&walk, &item))
        if (item.type >= 0 || strcmp(item.name, "rest") == 0) {
            take_item(&s->items[s->count], found->memory, &item, s->count);
            s->count++;
        }
    return true;
}

static int by_place(const struct item *a, const struct item *b)
{
    return a->place < b->place ? -1 : a->place > b->place;
}

static int compare_bytes(const struct item *a, const struct item *b)
{
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return memcmp(a->bytes, b->bytes, a->size);
}

static int compare_keys(const struct item *a, const struct item *b)
{
    return memcmp(a->key, b->key, sizeof(a->key));
}

static int sort_bytes(const void *a, const void *b)
{
    const struct item *const x = *(struct item *const *)a, *const y = *(struct item *const *)b;
    const int order = compare_bytes(x, y);

    return order ? order : by_place(x, y);
}

static int sort_keys(const void *a, const void *b)
{
    const struct item *const x = *(struct item *const *)a, *const y = *(struct item *const *)b;
    const int order = compare_keys(x, y);

    return order ? order : by_place(x, y);
}

/* Sorts the entries that have no pair yet. Return: how many there are */
static size_t sort_single(struct side *s, struct item **sorted, bool by_key)
{
    size_t count = 0;

    for (size_t i = 0; i < s->count; i++)
        if (!s->items[i].other && (s->items[i].known || !by_key))
            sorted[count++] = &s->items[i];
    qsort(sorted, count, sizeof(struct item *), by_key ? sort_keys : sort_bytes);
    return count;
}

/* Pairs equal entries in the order of their places. @sorted: room for those of both tables */
static void pair(struct diff *d, struct item **sorted, bool by_key)
{
    struct item **const a = sorted, **const b = sorted + d->a.count;
    const size_t a_count = sort_single(&d->a, a, by_key), b_count = sort_single(&d->b, b, by_key);

    for (size_t i = 0, j = 0; i < a_count && j < b_count;) {
        const int order = by_key ? compare_keys(a[i], b[j]) : compare_bytes(a[i], b[j]);

        if (order == 0) {
            a[i]->other = b[j];
            b[j]->other = a[i];
        }
        i += order <= 0;
        j += order >= 0;
    }
}

/*
 * Marks the longest run of pairs whose places rise in both tables (a longest increasing
 * subsequence). @ends: room for the entries of one table; ends[n] becomes the last pair of the run
 * of n + 1 pairs that ends at the lowest place in the other table.
 */
static void mark_stays(struct side *a, struct item **ends)
{
    size_t longest = 0;
    struct item *item;

    for (item = a->items; item < a->items + a->count; item++) {
        size_t low = 0, high = longest;

        if (!item->other)
            continue;
        while (low < high) {
            const size_t middle = low + (high - low) / 2;

            if (ends[middle]->other->place < item->other->place)
                low = middle + 1;
            else
                high = middle;
        }
        item->before = low > 0 ? ends[low - 1]->place : 0;
        item->run = low;
        ends[low] = item;
        longest += low == longest;
    }
    for (item = longest > 0 ? ends[longest - 1] : NULL; item;
         item = item->run > 0 ? &a->items[item->before] : NULL)
        item->stays = item->other->stays = true;
}

static void print_line(struct diff *d, const char *what, const struct item *item)
{
    printf("%s %s", what, item->name);
    print_item(item);
    d->lines++;
}

/* Prints lines in the order of the first table, then what only the second one has. */
static void print_entries(struct diff *d)
{
    for (size_t i = 0; i < d->a.count; i++) {
        const struct item *const a = &d->a.items[i], *const b = a->other;

        if (!b) {
            print_line(d, "gone", a);
            putchar('\n');
            continue;
        }
        if (compare_bytes(a, b) != 0) {
            print_line(d, "changed", a);
            print_changes(a, b);
            putchar('\n');
        }
        if (!a->stays) {
            print_line(d, "moved", b);
            printf("; entry %zu -> %zu\n", a->place, b->place);
        }
    }
    for (size_t i = 0; i < d->b.count; i++)
        if (!d->b.items[i].other) {
            print_line(d, "added", &d->b.items[i]);
            putchar('\n');
        }
}

/* Return: false when memory ran out */
static bool diff_entries(struct diff *d)
{
    struct item **const sorted = calloc(d->a.count + d->b.count + 1, sizeof(struct item *));

    if (!sorted)
        return false;
    pair(d, sorted, false);
    pair(d, sorted, true);
    mark_stays(&d->a, sorted);
    free(sorted);
    print_entries(d);
    return true;
}

static int compare(struct cli *cli, const struct found *a, const struct found *b)
{
    struct diff d = { .lines = 0 };
    bool done = take_items(&d.a, a) && take_items(&d.b, b);

    if (done) {
        diff_structures(&d);
        done = diff_entries(&d);
    }
    free(d.a.items);
    free(d.b.items);
    if (!done)
        return cli_no_memory(cli);
    return d.lines > 0 ? CLI_REFUSED : CLI_DONE;
}

/* Reads one of the two memories, and finds the tables that are compared */
static int open_side(struct cli *cli, struct scan *scan)
{
    int status = cli->scan ? scan_memory(cli, scan) : input_memory(cli, NULL);

    if (status == CLI_DONE && !cli->scan) {
        scan->count = 1;
        status = input_find(cli, &scan->taken[0]);
    }
    if (status == CLI_DONE && scan->count == 0) {
        cli_note(cli, "has no table that a system takes");
        status = input_explain_nothing(cli);
    }
    return status == CLI_REFUSED ? CLI_IO : status; /* 1 would mean that there is a difference */
}

/* Compares the tables at the same place of both lists */
static int compare_at(struct cli *a, const struct scan *as, struct cli *b, const struct scan *bs,
                      unsigned i)
{
    int status;

    if (i >= as->count || i >= bs->count) {
        const struct scan *const more = i < as->count ? as : bs;

        printf("floating_pointer: at 0x%x %s\n", more->taken[i], more == as ? "gone" : "added");
        return CLI_REFUSED;
    }
    status = input_read(a, as->taken[i]);
    if (status == CLI_DONE)
        status = input_read(b, bs->taken[i]);
    if (status != CLI_DONE)
        return status == CLI_REFUSED ? CLI_IO : status;
    if (a->scan)
        printf("table %u: floating pointer at 0x%x, 0x%x\n", i + 1, as->taken[i], bs->taken[i]);
    return compare(a, &a->reading, &b->reading);
}

static int diff_sides(struct cli *a, struct cli *b)
{
    struct scan as = { .count = 0 }, bs = { .count = 0 };
    int worst = open_side(a, &as);

    if (worst == CLI_DONE)
        worst = open_side(b, &bs);
    for (unsigned i = 0; worst <= CLI_REFUSED && (i < as.count || i < bs.count); i++) {
        const int status = compare_at(a, &as, b, &bs, i);

        worst = status > worst ? status : worst;
    }
    return worst;
}

static int refuse_operands(void)
{
    fputs("mptablectl: diff takes two files, or one with --live; see mptablectl diff --help\n",
          stderr);
    return CLI_USAGE;
}

int cli_diff(struct cli *cli)
{
    struct cli *const other = calloc(1, sizeof(*other)); /* large; few pages are touched */
    int status;

    if (!other)
        return cli_no_memory(cli);
    other->operand = cli->live ? cli->operand : cli->second;
    other->base = cli->base;
    other->size = cli->size;
    other->as = cli->as;
    other->scan = cli->scan;
    cli->takes_topology = other->takes_topology = true;
    other->table = cli->table;
    other->floating_pointer = cli->floating_pointer;
    if (cli->live)
        cli->operand = cli->second; /* NULL, or one file too many */
    status = other->operand ? diff_sides(cli, other) : refuse_operands();
    free(other->input.bytes);
    free(other);
    return status;
}
