/* SPDX-License-Identifier: ISC */
/*
 * Bytes to topologies and back: the tables of the field, tables with faults, and bytes that are no
 * table.
 */
#include "../../src/topo/found.h"

#include <stdlib.h>
#include <time.h>

#include "../../src/text/render.h"
#include "../../src/topo/memory.h"
#include "../lib/guard.h"
#include "suites.h"

enum { NAME_SIZE = 64, PATH_SIZE = 512, INPUT_MAX = 1 << 17, LINE_SIZE = 256, KIB = 1024 };

static struct topology topology, again;
static struct image image, scratch;
static struct found reading;
static struct err error;

/* Reads the table of the likeliest floating pointer: 0, or -1 with error filled. */
static int take(const struct memory *source)
{
    uint32_t address;

    memset(&error, 0, sizeof(error));
    reading.exact = false;
    if (found_choose(&source->guest, NULL, &address, &error) < 0)
        return -1;
    return found_read(&source->guest, address, NULL, MPT_FOR_ALL, &topology, &scratch, &reading,
                      &error);
}

/* From the topology to its JSON, as a client gets it, to a topology again, to an image. */
static bool rebuild(void)
{
    struct build b;
    size_t size;
    char *text;
    bool built;

    build_start(&b);
    render_topology(&b, NULL, reading.topology);
    text = build_compact(&b, &size);
    memset(&error, 0, sizeof(error));
    built = text && request_parse(text, strlen(text), &again, &error) == 0 &&
            image_build(&again, &image, &error) == 0;
    free(text);
    return built;
}

/* The decode reply, to be released by free */
static char *reply(const struct memory *source)
{
    struct build b;
    size_t size;

    build_start(&b);
    render_found(&b, NULL, &reading, source, true);
    return build_compact(&b, &size);
}

/* Are the @size bytes at an address there in both, and the same? */
static bool same_at(const struct mpt_memory *a, const struct mpt_memory *b, uint32_t address,
                    size_t size)
{
    const uint8_t *const here = mpt_at(a, address, size), *const there = mpt_at(b, address, size);

    return size == 0 || (here && there && memcmp(here, there, size) == 0);
}

/*
 * Does the rebuilt image have the structures that were read: of the table what its lengths claim,
 * at least a header, as far as the input has it?
 */
static bool same_structures(void)
{
    const struct mpt_view *const v = &reading.view;
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    const struct mpt_memory memory = image_memory(&image, segments);
    const size_t there = mpt_room(reading.memory, v->table_address);
    size_t size = (size_t)v->base_length + v->extended_length;

    size = size > MPT_HEADER_SIZE ? size : MPT_HEADER_SIZE;
    return same_at(&memory, reading.memory, v->floating_address, MPT_FLOATING_SIZE) &&
           (v->table_address == 0 ||
            same_at(&memory, reading.memory, v->table_address, size < there ? size : there));
}

/* Does the topology that was read have the member, be its list empty? */
static bool patched(void)
{
    return topology.given & GIVEN_PATCHES;
}

/* Does each patch begin and end with a byte that the encoder makes otherwise? */
static bool patches_needed(void)
{
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    const unsigned count = again.patch_count;
    struct mpt_memory memory;

    again.patch_count = 0;
    if (image_build(&again, &image, &error) < 0)
        return false;
    memory = image_memory(&image, segments);
    for (unsigned i = 0; i < count; i++) {
        const struct topology_bytes *const bytes = &again.patches[i].bytes;
        const uint8_t *const made = mpt_at(&memory, again.patches[i].at, bytes->size);
        const uint8_t *const given = again.pool + bytes->offset;

        if (!made || made[0] == given[0] || made[bytes->size - 1] == given[bytes->size - 1])
            return false;
    }
    return true;
}

/* --- the tables of the field --- */

struct part {
    char name[NAME_SIZE], kind[NAME_SIZE], base[NAME_SIZE], file[NAME_SIZE];
    unsigned cpus;
};

static FILE *open_vector(const char *file)
{
    const char *srcdir = getenv("srcdir");
    char path[PATH_SIZE];

    snprintf(path, sizeof(path), "%s/tests/vectors/peers/%s", srcdir ? srcdir : "..", file);
    return fopen(path, "rb");
}

static FILE *open_index(void)
{
    return open_vector("index");
}

static size_t load(const char *file, uint8_t *bytes, size_t room)
{
    FILE *f = open_vector(file);
    size_t size;

    if (!f)
        return 0;
    size = fread(bytes, 1, room, f);
    fclose(f);
    return size;
}

/*
 * The next table of the index: its parts, the floating pointer first. Return: how many, 0 at the
 * end
 */
static unsigned next_table(FILE *index, struct part parts[2])
{
    char line[LINE_SIZE];
    unsigned count = 0;

    while (count < 2 && fgets(line, sizeof(line), index)) {
        struct part *p = &parts[count];

        if (line[0] == '#' || sscanf(line, "%63s %u %63s %63s %63s", p->name, &p->cpus, p->kind,
                                     p->base, p->file) != 5)
            continue;
        count++;
        if (strcmp(p->kind, "all") == 0)
            break;
    }
    return count;
}

static bool load_table(const struct part *parts, unsigned count, uint8_t *bytes,
                       struct memory *source)
{
    const bool two = count == 2;
    char bases[2 * NAME_SIZE + 2], sizes[NAME_SIZE];
    const size_t first = load(parts[0].file, bytes, INPUT_MAX);
    const size_t second = two ? load(parts[1].file, bytes + first, INPUT_MAX - first) : 0;

    snprintf(bases, sizeof(bases), "%s%s%s", parts[0].base, two ? "," : "",
             two ? parts[1].base : "");
    snprintf(sizes, sizeof(sizes), two ? "%zu,%zu" : "%zu", first, second);
    return first > 0 && memory_place(source, bytes, first + second, bases, sizes, &error) == 0;
}

/*
 * The two kinds of tables that need patches: their entries cannot be walked, their sum is wrong.
 */
static bool is_patched(const struct part *p)
{
    return strcmp(p->name, "coreboot-p2b-ds-x64") == 0 ||
           (strcmp(p->name, "nanovmm") == 0 && p->cpus >= 144);
}

static bool has_error(void)
{
    for (unsigned i = 0; i < reading.report.finding_count; i++)
        if (reading.report.findings[i].severity == MPT_ERROR)
            return true;
    return false;
}

static void the_field(void)
{
    static uint8_t bytes[INPUT_MAX];
    unsigned tables = 0, same = 0, by_patches = 0, count;
    struct part parts[2] = { { .cpus = 0 } };
    FILE *index = open_index();

    CU_ASSERT_PTR_NOT_NULL_FATAL(index);
    while ((count = next_table(index, parts)) > 0) {
        struct memory source;
        char row[2 * NAME_SIZE];

        snprintf(row, sizeof(row), "%s %u", parts[0].name, parts[0].cpus);
        if (!load_table(parts, count, bytes, &source) || take(&source) < 0) {
            ROW_CHECK(row, false);
            continue;
        }
        tables++;
        ROW_CHECK(row, is_patched(&parts[0]) == (topology.patch_count > 0));
        ROW_CHECK(row, topology.patch_count == 0 || has_error());
        by_patches += topology.patch_count > 0;
        if (reading.exact && rebuild() && same_structures())
            same++;
        else
            ROW_CHECK(row, false);
    }
    fclose(index);
    printf("# %u of %u tables give the same bytes, %u of them by patches\n", same, tables,
           by_patches);
    CU_ASSERT(by_patches > 0);
    CU_ASSERT_EQUAL(same, tables);
    CU_ASSERT(tables >= 200);
}

/* --- tables with one thing changed --- */

enum { FLOATING = 0x9fc00, TABLE = 0x9fc10, HEADER = 16, ENTRY = HEADER + MPT_HEADER_SIZE };

static void sum_up(uint8_t *bytes, size_t size, size_t at)
{
    uint8_t sum = 0;

    bytes[at] = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[at] = (uint8_t)-sum;
}

/* Puts the sums of the pointer at @address and of its table right, as far as that is there. */
static void put_right(const struct memory *source, uint32_t address)
{
    const uint8_t *at = mpt_at(&source->guest, address, MPT_FLOATING_SIZE);
    uint8_t *const bytes = (uint8_t *)(uintptr_t)source->bytes;
    struct mpt_view view;

    sum_up(bytes + (at - source->bytes), MPT_FLOATING_SIZE, 10);
    if (mpt_open(&source->guest, address, &view) == MPT_OK && view.has_header &&
        view.table_size >= MPT_HEADER_SIZE)
        sum_up(bytes + (view.table - source->bytes), view.table_size, 7);
}

/* Offsets are those of the image: floating pointer at 0, header at 16, first entry at 60. */
static const struct change {
    const char *name;
    size_t at;
    uint8_t value;
    bool sums;        /* put right afterwards */
    unsigned patches; /* that it needs */
} changes[] = {
    { "nothing", 0, '_', true, 0 },
    { "checksum of the pointer", 10, 0x55, false, 1 },
    { "length of the pointer", 8, 2, true, 1 },
    { "revision of the pointer", 9, 1, true, 1 },
    { "default configuration and a table", 11, 5, true, 0 },
    { "unknown default configuration and a table", 11, 9, true, 1 },
    { "IMCRP", 12, 0x80, true, 0 },
    { "reserved bit beside IMCRP", 12, 0x81, true, 1 },
    { "reserved feature byte", 14, 1, true, 1 },
    { "pointer to the table's second byte", 4, 0x11, true, 4 },
    { "pointer to nowhere", 6, 0x20, true, 0 },
    { "table signature", HEADER, 'p', true, 1 },
    { "base length one too long", HEADER + 4, 0x15, true, 1 },
    { "base length short of the last entry", HEADER + 4, 0x10, true, 2 },
    { "base length below the header", HEADER + 5, 0, true, 1 },
    { "revision of the table", HEADER + 6, 1, true, 1 },
    { "unknown revision", HEADER + 6, 2, true, 1 },
    { "checksum of the table", HEADER + 7, 0x55, false, 1 },
    { "a NUL in the OEM ID", HEADER + 8, 0, true, 0 },
    { "a byte in the product ID", HEADER + 20, 0xfe, true, 0 },
    { "OEM table", HEADER + 28, 0x10, true, 0 },
    { "OEM table size", HEADER + 32, 0x10, true, 0 },
    { "entry count", HEADER + 34, 0, true, 0 },
    { "local APIC address", HEADER + 39, 0, true, 0 },
    { "extended length without bytes", HEADER + 40, 8, true, 2 },
    { "extended checksum without a table", HEADER + 42, 1, true, 2 },
    { "reserved byte of the header", HEADER + 43, 1, true, 2 },
    { "unknown entry type", ENTRY, 7, true, 5 },
    { "extended type among base entries", ENTRY, 129, true, 5 },
    { "APIC ID 255", ENTRY + 1, 255, true, 0 },
    { "processor flags", ENTRY + 3, 0xff, true, 0 },
    { "reserved byte of a processor", ENTRY + 12, 1, true, 2 },
    { "bus type", ENTRY + 80 + 2, 0, true, 0 },
    { "I/O APIC flags", ENTRY + 88 + 3, 0x80, true, 0 },
    { "interrupt type", ENTRY + 96 + 1, 200, true, 0 },
    { "polarity", ENTRY + 96 + 2, 2, true, 0 },
    { "high bits of the flags", ENTRY + 96 + 3, 0x80, true, 0 },
    { "unknown bus", ENTRY + 96 + 4, 99, true, 0 },
    { "every I/O APIC", ENTRY + 96 + 6, 255, true, 0 },
    { "LINTIN 9", ENTRY + 231, 9, true, 0 },
};

static void one_thing_changed(void)
{
    static struct image original;
    static uint8_t bytes[KIB];
    struct memory source;

    CU_ASSERT_EQUAL_FATAL(build("{'cpus':4}", &topology, &original, &error), 0);
    CU_ASSERT_EQUAL_FATAL(original.size, 292);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        const struct change *const c = &changes[i];

        memcpy(bytes, original.bytes, original.size);
        bytes[c->at] = c->value;
        if (c->sums) {
            sum_up(bytes, MPT_FLOATING_SIZE, 10);
            sum_up(bytes + HEADER, original.size - HEADER, 7);
        }
        CU_ASSERT_EQUAL_FATAL(
            memory_place(&source, bytes, original.size, MEMORY_BASE, NULL, &error), 0);
        ROW_CHECK(c->name, take(&source) == 0 && reading.exact);
        if (topology.patch_count != c->patches)
            printf("# %s: %u patches\n", c->name, topology.patch_count);
        ROW_CHECK(c->name, topology.patch_count == c->patches);
        ROW_CHECK(c->name, patched() == (reading.difference[0] != '\0'));
        ROW_CHECK(c->name, rebuild() && same_structures());
    }
}

/* --- what is said of a difference --- */

static const struct {
    const char *name, *base;
    size_t at;
    uint8_t value;
    const char *says;
} differences[] = {
    { "other base", "0xf0000", 0, '_', "as if that were at 0x9fc00" },
    { "other base, no table", "0xf0000", HEADER, 0, "the table at 0x9fc10 is not in the bytes" },
    { "unknown type", MEMORY_BASE, ENTRY + 20, 9,
      "the bytes at 0x9fc50 are no entry: type 9 is undefined" },
    { "cut", MEMORY_BASE, HEADER + 4, 0x13,
      "the bytes at 0x9fd1c are no entry: it would run past" },
    { "a byte", MEMORY_BASE, ENTRY + 12, 1, "the byte at 0x9fc48 is 0x01, the encoder gives 0x00" },
    { "length", MEMORY_BASE, HEADER + 5, 0, "the byte at 0x9fc14 is 0x14, the encoder gives 0x2c" },
};

static void said_of_differences(void)
{
    static struct image original;
    static uint8_t bytes[KIB];
    struct memory source;

    CU_ASSERT_EQUAL_FATAL(build("{'cpus':4}", &topology, &original, &error), 0);
    for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]); i++) {
        memcpy(bytes, original.bytes, original.size);
        bytes[differences[i].at] = differences[i].value;
        CU_ASSERT_EQUAL_FATAL(
            memory_place(&source, bytes, original.size, differences[i].base, NULL, &error), 0);
        ROW_CHECK(differences[i].name, take(&source) == 0 && reading.exact);
        if (!strstr(reading.difference, differences[i].says))
            ROW_CHECK(reading.difference, false);
    }
}

/* --- extended entries, default configurations, places --- */

static const struct {
    const char *name, *json;
} kinds[] = {
    { "extended entries",
      "{'cpus':2,'buses':[{'bus_id':0,'bus_type':'ISA'},{'bus_id':1,'bus_type':'PCI'}],"
      "'extended':[{'entry':'address_space','bus_id':0,'address_type':'prefetch',"
      "'address':'0xfedcba9876543210','length':'0x0123456789abcdf0'},"
      "{'entry':'bus_hierarchy','bus_id':1,'subtractive':true,'parent_bus':0},"
      "{'entry':'address_space_modifier','bus_id':0,'subtracted':true,'range_list':'vga'},"
      "{'entry':'address_space','bus_id':0,'address_type':'io','address':0,'length':1}]}" },
    { "extended entries that only entries can say",
      "{'entries':[{'entry':'address_space','bus_id':9,'address_type':77,'address':1,'length':"
      "'0xffffffffffffffff'},"
      "{'entry':'bus_hierarchy','bus_id':9,'flags':255,'parent_bus':9},"
      "{'entry':'address_space_modifier','bus_id':9,'flags':6,'range_list':4294967295}]}" },
    { "no entries", "{'entries':[]}" },
    { "a default configuration", "{'cpus':2,'default_configuration':5,'imcr':true}" },
    { "a default configuration in an EBDA",
      "{'cpus':2,'default_configuration':5,'placement':{'window':'ebda','base':'0x80000'}}" },
    { "a default configuration in entries", "{'entries':[],'default_configuration':7}" },
    { "revision 1.1", "{'cpus':2,'spec_revision':1}" },
    { "below the pointer", "{'cpus':255}" },
    { "the BIOS window", "{'cpus':3,'placement':{'window':'bios'}}" },
    { "an EBDA", "{'cpus':3,'placement':{'window':'ebda'},'bios_data_area':true}" },
    { "apart",
      "{'cpus':3,'placement':{'floating_pointer':'0xf0000','configuration_table':'0x90000'}}" },
    { "below the BIOS data", "{'cpus':3,'placement':{'floating_pointer':0,'configuration_"
                             "table':'0x400'}}" },
    { "in the first KiB", "{'cpus':3,'placement':{'floating_pointer':'0x10'}}" },
    { "above 1 MiB", "{'entries':[],'placement':{'floating_pointer':'0xf0000','configuration_"
                     "table':'0xfff00000'}}" },
};

/* Structures alone are compared: words at 0x40e are not part of a table. */
static void every_kind(void)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        static struct image original;
        struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
        struct memory source = { .bytes = original.bytes };
        size_t size;

        if (build(kinds[i].json, &topology, &original, &error) < 0) {
            ROW_CHECK(kinds[i].name, false);
            continue;
        }
        source.guest = image_memory(&original, segments);
        size = original.size - (topology.bios_data_area ? 2 * MPT_BIOS_WORD_SIZE : 0);
        ROW_CHECK(kinds[i].name, take(&source) == 0 && reading.exact);
        ROW_CHECK(kinds[i].name, rebuild() && image.size == size &&
                                     memcmp(image.bytes, original.bytes, size) == 0);
    }
}

/* Any byte of a text comes back, and none leaves the JSON raw. */
static void every_byte_of_texts(void)
{
    static struct image original;
    static uint8_t bytes[KIB];
    struct memory source;

    CU_ASSERT_EQUAL_FATAL(build("{'cpus':1}", &topology, &original, &error), 0);
    for (unsigned byte = 0; byte <= UINT8_MAX; byte++) {
        char *text;

        memcpy(bytes, original.bytes, original.size);
        bytes[HEADER + 8] = bytes[HEADER + 21] = bytes[ENTRY + 20 + 4] = (uint8_t)byte;
        sum_up(bytes + HEADER, original.size - HEADER, 7);
        CU_ASSERT_EQUAL_FATAL(
            memory_place(&source, bytes, original.size, MEMORY_BASE, NULL, &error), 0);
        CU_ASSERT_EQUAL_FATAL(take(&source), 0);
        CU_ASSERT(reading.exact && rebuild() && memcmp(image.bytes, bytes, image.size) == 0);
        text = reply(&source);
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        for (const char *c = text; *c; c++)
            if (*c < 0x20 || *c > 0x7e)
                CU_FAIL("a raw byte");
        free(text);
    }
}

/* --- which floating pointer --- */

static void put_pointer(uint8_t *memory, uint32_t at, bool right)
{
    memcpy(memory + at, "_MP_\x10\xfc\x09\0\x01\x04\0\0\0\0\0", MPT_FLOATING_SIZE);
    sum_up(memory + at, MPT_FLOATING_SIZE, 10);
    memory[at + 10] = (uint8_t)(memory[at + 10] + !right);
}

static const struct {
    const char *name;
    uint32_t right, wrong, expected; /* addresses; 0 = none */
} searches[] = {
    { "in Linux's window", 0x9fc00, 0, 0x9fc00 },
    { "Linux's before a lower one", 0xf0010, 0x80000, 0xf0010 },
    { "where others look", 0xe0000, 0, 0xe0000 },
    { "nowhere, but right", 0x80000, 0, 0x80000 },
    { "right behind wrong", 0x90000, 0x80000, 0x90000 },
    { "wrong, and where nobody looks", 0, 0x80004, 0x80004 },
};

static void search(void)
{
    uint8_t *memory = calloc(KIB, KIB);
    struct memory source;
    uint32_t address;

    CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
    for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
        memset(memory, 0, KIB * KIB);
        if (searches[i].right)
            put_pointer(memory, searches[i].right, true);
        if (searches[i].wrong)
            put_pointer(memory, searches[i].wrong, false);
        CU_ASSERT_EQUAL_FATAL(memory_place(&source, memory, KIB * KIB, "0", NULL, &error), 0);
        ROW_CHECK(searches[i].name, found_choose(&source.guest, NULL, &address, &error) == 0 &&
                                        address == searches[i].expected);
    }
    memset(memory, 0, KIB * KIB);
    memcpy(memory + KIB * KIB - 15, "_MP_", 4);
    CU_ASSERT_EQUAL(found_choose(&source.guest, NULL, &address, &error), -1);
    CU_ASSERT_EQUAL(error.code, ERR_INVALID);
    free(memory);
}

/* Linux searches before all others, so its row is the first: found_choose counts on it. */
static void linux_is_first(void)
{
    CU_ASSERT_STRING_EQUAL(mpt_consumer_name(mpt_consumer_at(0)), "linux");
    CU_ASSERT_PTR_NULL(mpt_consumer_at(FOUND_CONSUMERS_MAX));
}

/*
 * A floating pointer every 16 bytes, each to the same long table: a walk at each would take
 * minutes.
 */
static void linear_time(void)
{
    uint8_t *memory = calloc(KIB, KIB);
    const clock_t begin = clock();
    struct memory source;

    CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
    for (uint32_t at = 0; at < KIB * KIB; at += MPT_FLOATING_SIZE)
        put_pointer(memory, at, at >= 0xe0000);
    memcpy(memory + TABLE, "PCMP\xff\xff\x04", 7);
    CU_ASSERT_EQUAL_FATAL(memory_place(&source, memory, KIB * KIB, "0", NULL, &error), 0);
    CU_ASSERT_EQUAL(take(&source), 0);
    CU_ASSERT((clock() - begin) / CLOCKS_PER_SEC < 5);
    free(memory);
}

/* --- sweeps --- */

/* Whatever a floating pointer leads to comes back, through JSON, by as few patches as can be. */
static bool sound(const struct memory *source)
{
    char *text;
    bool rendered;

    if (take(source) < 0)
        return true;
    text = reply(source);
    rendered = text != NULL;
    free(text);
    return rendered && reading.exact && rebuild() && same_structures() && patches_needed();
}

static void prefixes_and_flips(void)
{
    static struct image original;
    struct memory source;
    struct guard guard;

    CU_ASSERT_EQUAL_FATAL(build(kinds[0].json, &topology, &original, &error), 0);
    for (size_t size = 0; size <= original.size; size++) {
        guard_make(&guard, size);
        memcpy(guard.bytes, original.bytes, size);
        CU_ASSERT_EQUAL_FATAL(memory_place(&source, guard.bytes, size, MEMORY_BASE, NULL, &error),
                              0);
        CU_ASSERT(sound(&source));
        CU_ASSERT(size == original.size || patched() || error.count > 0);
        guard_free(&guard);
    }
    guard_make(&guard, original.size);
    for (size_t at = 0; at < original.size; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(guard.bytes, original.bytes, original.size);
            guard.bytes[at] ^= (uint8_t)(1U << bit);
            if (at >= HEADER)
                sum_up(guard.bytes + HEADER, mpt_base_size(&topology.table), 7);
            else
                sum_up(guard.bytes, MPT_FLOATING_SIZE, 10);
            CU_ASSERT_EQUAL_FATAL(
                memory_place(&source, guard.bytes, original.size, MEMORY_BASE, NULL, &error), 0);
            CU_ASSERT(sound(&source));
        }
    guard_free(&guard);
}

/*
 * The tables of the field with some bytes changed, mostly in the header, their sums mostly put
 * right
 */
static void mutations(void)
{
    static uint8_t bytes[INPUT_MAX];
    struct part parts[2] = { { .cpus = 0 } };
    unsigned seed = 1, count, tried = 0, plain = 0;
    FILE *index = open_index();

    CU_ASSERT_PTR_NOT_NULL_FATAL(index);
    while ((count = next_table(index, parts)) > 0) {
        struct memory source;

        for (unsigned round = 0; round < 24 && parts[0].cpus <= 8; round++) {
            char row[3 * NAME_SIZE];
            uint32_t address;

            if (!load_table(parts, count, bytes, &source))
                break;
            snprintf(row, sizeof(row), "%s %u, round %u", parts[0].name, parts[0].cpus, round);
            for (unsigned i = 0; i < round % 6; i++) {
                const size_t near = source.size < 76 || rand_r(&seed) % 2 ? source.size : 76;

                bytes[(size_t)rand_r(&seed) % near] = (uint8_t)(rand_r(&seed) >> 7);
            }
            if (round % 4 && found_choose(&source.guest, NULL, &address, &error) == 0)
                put_right(&source, address);
            ROW_CHECK(row, sound(&source));
            tried++;
            plain += topology.patch_count == 0;
        }
    }
    fclose(index);
    printf("# %u changed tables, %u of them without patches\n", tried, plain);
    CU_ASSERT(tried > 2000 && plain > 100 && plain < tried - 100);
}

static const struct test tests[] = {
    { "the tables of the field give the same bytes", the_field },
    { "one thing changed", one_thing_changed },
    { "what is said of differences", said_of_differences },
    { "every kind of image", every_kind },
    { "every byte of texts", every_byte_of_texts },
    { "which floating pointer", search },
    { "Linux is the first consumer", linux_is_first },
    { "linear time", linear_time },
    { "prefixes and flipped bits", prefixes_and_flips },
    { "tables of the field, changed", mutations },
};
const struct suite text_found = { "text/found", tests, sizeof(tests) / sizeof(tests[0]) };
