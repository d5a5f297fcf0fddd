/* SPDX-License-Identifier: ISC */
/*
 * A window is a stretch of guest memory with a buffer. A walk hands over the ranges of the input.
 * The part of a range that lies in the window goes to its place in the buffer, so ranges that
 * adjoin in guest memory adjoin in the buffer too, and become one segment. Bytes that are in the
 * buffer already are compared, not overwritten. So time and memory depend on the windows and on the
 * number of ranges, never on the size of the input.
 */
#include "dump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "elf.h"
#include "hexdump.h"
#include "lime.h"
#include "little.h"

#define ADDRESSES_END (1ULL << 32)

enum {
    COMPARE_BYTES = 4096, /* at a time */
    COMPARED_MAX = 16,    /* MiB that may have addresses that occurred before */
    PAGE = 4096,
    AT_BASE_LENGTH = 4, /* offsets in the header: MPS 1.4 Table 4-2 */
    AT_EXTENDED_LENGTH = 40
};

const char *const dump_kinds[] = {
    [DUMP_RAW] = "raw",   [DUMP_IMAGE] = "image",     [DUMP_ELF] = "elf",
    [DUMP_LIME] = "lime", [DUMP_HEXDUMP] = "hexdump", [DUMP_DEVICE] = "device"
};

/* Kinds that are not read, each with the magic number at its beginning */
static const struct {
    const char *magic;
    size_t size;
    const char *what;
} foreign[] = {
#define FOREIGN(magic, what)           \
    {                                  \
        magic, sizeof(magic) - 1, what \
    }
    FOREIGN("KDUMP   ",
            "a kdump-compressed dump; dump again as ELF: dump-guest-memory without -z, -l, -s"),
    FOREIGN("makedumpfile",
            "a flattened kdump; dump again as ELF: dump-guest-memory without -z, -l, -s"),
    FOREIGN("QEVM", "a migration stream of QEMU; write a dump with dump-guest-memory"),
    FOREIGN("LibvirtQemudSave",
            "a state file of virsh save; write a dump with virsh dump --memory-only"),
    FOREIGN("\xd0\xbe\xd2\xbe", "a state file of VMware; use the .vmem beside it, or vmss2core"),
    FOREIGN("\xd2\xbe\xd2\xbe", "a state file of VMware; use the .vmem beside it, or vmss2core"),
    FOREIGN("\xd3\xbe\xd3\xbe", "a state file of VMware; use the .vmem beside it, or vmss2core"),
    FOREIGN("PAGEDUMP", "a crash dump of Windows; convert it to raw memory"),
    FOREIGN("PAGEDU64", "a crash dump of Windows; convert it to raw memory"),
    FOREIGN("QFI\xfb", "a qcow2 disk image, which holds no memory"),
    FOREIGN("\x1f\x8b", "compressed; unpack it with gunzip"),
    FOREIGN("\x28\xb5\x2f\xfd", "compressed; unpack it with unzstd"),
    FOREIGN("\xfd"
            "7zXZ",
            "compressed; unpack it with unxz"),
    FOREIGN("\x04\x22\x4d\x18", "compressed; unpack it with unlz4"),
    FOREIGN("AVML", "a compressed dump of AVML; avml-convert makes LiME or raw memory of it"),
    FOREIGN(
        "APIC",
        "an ACPI MADT; encode --from-madt makes a table of it, lint --madt compares one with it"),
    FOREIGN("\xff\xfe"
            "0\0",
            "UTF-16 text; iconv -f UTF-16 -t UTF-8 makes text of it that may be a hexdump"),
    FOREIGN("untrusted comment:", "a minisign file, which holds no image; name the image"),
#undef FOREIGN
};

int dump_kind_named(const char *name)
{
    for (int kind = 0; kind < DUMP_DEVICE; kind++)
        if (strcmp(name, dump_kinds[kind]) == 0)
            return kind;
    return -1;
}

bool dump_has_addresses(enum dump_kind kind)
{
    return kind == DUMP_ELF || kind == DUMP_LIME || kind == DUMP_HEXDUMP;
}

/* The byte behind the brace counts too: a brace alone may be the first byte of memory. */
bool dump_is_json(const uint8_t *head, size_t size)
{
    char brace = '{';

    for (size_t i = 0; i < size; i++) {
        if (memchr(" \t\r\n", head[i], 4))
            continue;
        if (brace == '\0')
            return head[i] == '"' || head[i] == '}';
        if (head[i] != brace)
            return false;
        brace = '\0';
    }
    return false;
}

/* No image and no memory is text alone: a floating pointer has a byte 1 in it. */
static bool is_text(const uint8_t *head, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (head[i] > '~' || (head[i] < ' ' && !memchr("\t\r\n", head[i], 3)))
            return false;
    return true;
}

int dump_identify(const uint8_t *head, size_t size, uint64_t total, struct err *err)
{
    if (size == 0)
        return err_at(err, ERR_INVALID, NULL, "is empty");
    if (dump_is_json(head, size))
        return err_at(err, ERR_INVALID, NULL,
                      "is a JSON document; mptablectl encode makes the image of a topology");
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
        if (size >= foreign[i].size && memcmp(head, foreign[i].magic, foreign[i].size) == 0)
            return err_at(err, ERR_INVALID, NULL, "is %s", foreign[i].what);
    if (elf_begins(head, size))
        return DUMP_ELF;
    if (lime_begins(head, size))
        return DUMP_LIME;
    if (hexdump_begins(head, size))
        return DUMP_HEXDUMP;
    if (hexdump_lacks_addresses(head, size))
        return err_at(err, ERR_INVALID, NULL,
                      "is hexadecimal text without addresses; xxd -r -p makes bytes of it");
    if (is_text(head, size))
        return err_at(
            err, ERR_INVALID, NULL,
            "is text, but no hexdump with hexadecimal addresses, as xxd, hexdump -C and od "
            "-Ax -tx1 write it; base64 -d makes bytes of base64");
    return total > DUMP_WINDOW - MEMORY_BASE_ADDRESS ? DUMP_RAW : DUMP_IMAGE;
}

static int read_bytes(const void *from, uint64_t offset, void *bytes, size_t size)
{
    const struct dump_bytes *const b = from;

    if (offset > b->size || size > b->size - offset) {
        errno = EIO;
        return -1;
    }
    memcpy(bytes, b->bytes + offset, size);
    return 0;
}

struct dump_source dump_source_bytes(const struct dump_bytes *bytes)
{
    return (struct dump_source){ bytes->size, read_bytes, bytes };
}

static int read_range(const struct dump *d, const struct dump_range *range, uint64_t address,
                      uint8_t *to, size_t size, struct err *err)
{
    const uint64_t skip = address - range->address, offset = range->offset + skip;

    if (range->bytes) {
        memcpy(to, range->bytes + skip, size);
        return 0;
    }
    if (d->source->read(d->source->from, offset, to, size) < 0)
        return err_system(err, ERR_FILE, "cannot read %zu bytes at offset %llu", size,
                          (unsigned long long)offset);
    return 0;
}

/* Compares bytes that the window has with those of another range. */
static int compare(struct dump *d, const struct dump_range *range, const uint8_t *have,
                   uint64_t address, uint64_t end, struct err *err)
{
    uint8_t other[COMPARE_BYTES];

    for (size_t size; address < end; address += size, have += size) {
        size = end - address < COMPARE_BYTES ? (size_t)(end - address) : COMPARE_BYTES;
        d->compared += size;
        if (d->compared > COMPARED_MAX * (uint64_t)0x100000)
            return err_at(err, ERR_INVALID, NULL,
                          "has more than %d MiB at addresses that it has already", COMPARED_MAX);
        if (read_range(d, range, address, other, size, err) < 0)
            return -1;
        if (memcmp(have, other, size) != 0)
            return err_at(err, ERR_INVALID, NULL,
                          "has other bytes for the same addresses from 0x%llx on",
                          (unsigned long long)address);
    }
    return 0;
}

/* Reads what the window does not have yet. Stretches that touch are joined. */
static int add(struct dump *d, const struct dump_range *range, uint64_t from, uint64_t to,
               struct err *err)
{
    struct memory *const m = d->memory;
    uint8_t *const bytes = d->buffer + (from - d->window);
    const struct memory_stretch added = { (uint32_t)from, (uint32_t)(to - from),
                                          range->offset + (from - range->address), bytes };

    if (read_range(d, range, from, bytes, (size_t)(to - from), err) < 0)
        return -1;
    for (unsigned i = 0; i < m->stretch_count; i++) {
        struct memory_stretch *const s = &m->stretches[i];

        if (s->bytes + s->size == bytes && s->base + (uint64_t)s->size == from &&
            s->offset + s->size == added.offset) {
            s->size += added.size;
            return 0;
        }
    }
    if (m->stretch_count == MEMORY_STRETCHES_MAX)
        return err_at(err, ERR_INVALID, NULL,
                      "has more than %d stretches of memory in the first MiB",
                      MEMORY_STRETCHES_MAX);
    m->stretches[m->stretch_count++] = added;
    return 0;
}

/* Return: the stretch that has @at; NULL: a gap. Lowers *end to the end of the stretch or gap */
static const struct memory_stretch *stretch_at(const struct memory *m, uint64_t at, uint64_t *end)
{
    const struct memory_stretch *found = NULL;

    for (unsigned i = 0; i < m->stretch_count; i++) {
        const struct memory_stretch *const s = &m->stretches[i];
        const bool has = s->base <= at && at - s->base < s->size;
        const uint64_t limit = s->base > at ? s->base : has ? s->base + (uint64_t)s->size : *end;

        found = has ? s : found;
        *end = limit < *end ? limit : *end;
    }
    return found;
}

/* The part of a range that lies in the window */
static int take(void *context, const struct dump_range *range, struct err *err)
{
    struct dump *const d = context;
    uint64_t at = range->address, end = d->window + d->window_size, next;

    if (range->size < end && at < end - range->size)
        end = at + range->size;
    if (at < d->window)
        at = d->window;
    for (; at < end; at = next) {
        const struct memory_stretch *s;
        int status = 0;

        next = end;
        s = stretch_at(d->memory, at, &next);
        if (!s)
            status = add(d, range, at, next, err);
        else if (range->bytes ||
                 s->offset + (at - s->base) != range->offset + (at - range->address))
            status = compare(d, range, s->bytes + (at - s->base), at, next, err);
        if (status < 0)
            return -1;
    }
    return 0;
}

static int by_address(const void *a, const void *b)
{
    const struct memory_stretch *const left = a, *const right = b;

    return (left->base > right->base) - (left->base < right->base);
}

/* Makes the segments for readers: stretches that adjoin in guest memory become one. */
static void join(struct memory *m)
{
    struct mpt_segment *last = NULL;

    qsort(m->stretches, m->stretch_count, sizeof(m->stretches[0]), by_address);
    m->guest.count = 0;
    for (unsigned i = 0; i < m->stretch_count; i++) {
        const struct memory_stretch *const s = &m->stretches[i];

        if (last && last->bytes + last->size == s->bytes && last->base + last->size == s->base) {
            last->size += s->size;
            continue;
        }
        last = &m->segments[m->guest.count++];
        *last = (struct mpt_segment){ s->base, s->size, s->bytes };
    }
}

/* Reads a device page by page, and leaves out the pages that cannot be read. */
static int walk_device(struct dump *d, struct err *err)
{
    for (uint64_t at = d->window, next; at < d->window + d->window_size; at = next) {
        uint8_t page[PAGE];
        struct dump_range range = { .address = at, .offset = at };

        next = (at / PAGE + 1) * PAGE;
        next = next < d->window + d->window_size ? next : d->window + d->window_size;
        range.size = next - at;
        if (d->source->read(d->source->from, at, page, (size_t)range.size) == 0 &&
            take(d, &range, err) < 0)
            return -1;
    }
    return 0;
}

static int walk(struct dump *d, struct err *err)
{
    const struct dump_sink sink = { take, d, d->window, d->window + d->window_size };
    const struct dump_range whole = { .size = d->source->size };

    switch (d->kind) {
    case DUMP_ELF:
        return elf_walk(d->source, &sink, err);
    case DUMP_LIME:
        return lime_walk(d->source, &sink, err);
    case DUMP_HEXDUMP:
        return hexdump_walk(d->source, &sink, err);
    case DUMP_DEVICE:
        return walk_device(d, err);
    default:
        return take(d, &whole, err);
    }
}

static int take_window(struct dump *d, uint64_t address, uint64_t size, uint8_t *buffer,
                       struct err *err)
{
    int status;

    d->window = address;
    d->window_size = size < ADDRESSES_END - address ? size : ADDRESSES_END - address;
    d->buffer = buffer;
    status = walk(d, err);
    join(d->memory);
    return status;
}

int dump_open(struct dump *d, const struct dump_source *source, enum dump_kind kind,
              struct memory *memory, struct dump_room *room, struct err *err)
{
    *memory = (struct memory){ .guest = { memory->segments, 0 }, .is_text = kind == DUMP_HEXDUMP };
    *d = (struct dump){ .source = source, .kind = kind, .memory = memory, .room = room };
    return take_window(d, 0, DUMP_WINDOW, room->low, err);
}

bool dump_is_image(const struct dump *d)
{
    const struct mpt_memory *const guest = &d->memory->guest;

    return d->kind == DUMP_HEXDUMP && guest->count == 1 && guest->segments[0].base == 0 &&
           guest->segments[0].size <= DUMP_WINDOW - MEMORY_BASE_ADDRESS;
}

/* Drops the stretches of the table that was taken before. */
static void drop_table(struct memory *m)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < m->stretch_count; i++) {
        struct memory_stretch *const s = &m->stretches[i];

        if (s->base >= DUMP_WINDOW)
            continue;
        if (s->size > DUMP_WINDOW - s->base)
            s->size = DUMP_WINDOW - s->base;
        m->stretches[kept++] = *s;
    }
    m->stretch_count = kept;
    join(m);
}

/* A table that begins below 1 MiB goes on behind the first window; any other has a buffer. */
static int take_table(struct dump *d, uint64_t address, uint64_t size, struct err *err)
{
    if (address >= DUMP_WINDOW)
        return take_window(d, address, size, d->room->table, err);
    return address + size > DUMP_WINDOW ? take_window(d, DUMP_WINDOW, address + size - DUMP_WINDOW,
                                                      d->room->low + DUMP_WINDOW, err)
                                        : 0;
}

int dump_table(struct dump *d, uint32_t address, struct err *err)
{
    const uint8_t *header;
    unsigned size;

    drop_table(d->memory);
    if (take_table(d, address, MPT_HEADER_SIZE, err) < 0)
        return -1;
    header = mpt_at(&d->memory->guest, address, MPT_HEADER_SIZE);
    if (!header)
        return 0;
    size = (unsigned)(little_load(header + AT_BASE_LENGTH, 2) +
                      little_load(header + AT_EXTENDED_LENGTH, 2));
    return take_table(d, address, size, err);
}

int dump_follow(struct dump *d, uint32_t floating, struct err *err)
{
    struct mpt_view view;

    if (mpt_open(&d->memory->guest, floating, &view) != MPT_OK || view.table_address == 0)
        return 0;
    return dump_table(d, view.table_address, err);
}
