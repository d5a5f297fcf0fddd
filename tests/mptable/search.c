/* SPDX-License-Identifier: ISC */
/*
 * Who finds which floating pointer. Where a row says so, the consumer's own code was run on such an
 * image.
 */
#include "suites.h"

#include <stdbool.h>

#include "../lib/guard.h"

enum { IMAGE_SIZE = 1 << 20 };

static uint8_t memory_bytes[IMAGE_SIZE];
static const struct mpt_segment whole = { 0, IMAGE_SIZE, memory_bytes };
static const struct mpt_memory memory = { &whole, 1 };

static void put_floating(uint32_t at)
{
    const struct mpt_floating floating = { 4, 0, 0 };

    mpt_encode_floating(&floating, 0x9fd00, memory_bytes + at);
}

static void put_word(uint32_t at, uint16_t value)
{
    memory_bytes[at] = (uint8_t)(value & 0xff);
    memory_bytes[at + 1] = (uint8_t)(value >> 8);
}

/* Is the name in the list, separated by commas? */
static bool listed(const char *names, const char *name)
{
    const size_t length = strlen(name);

    for (const char *at = names; (at = strstr(at, name)); at += length)
        if ((at == names || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

#define LINUX  "linux,linux-32,xen,hdt,memtest86+"
#define BSD    "netbsd,openbsd"
#define XV6    "xv6,plan9"
#define FIXED  "9front,haiku,helenos,hermit,mptable" /* look at 0x9fc00 whatever the words say */
#define KERNEL "freebsd,dragonfly"

#define FOUND_BY(names)   .finders = names
#define CHANGED(byte, to) .offset = (byte), .value = (to)

/*
 * One floating pointer, the words in low memory, perhaps a changed byte of it; those who find it.
 * The sum is made right again unless it is what was changed.
 */
static const struct {
    const char *name;
    uint32_t at;
    uint16_t ebda, base_memory_kib;
    const char *finders;
    uint8_t offset, value; /* of the byte that is changed; 0 = none is */
} rows[] = {
    /* The seed's layout under four contents of low memory */
    { "words 0", 0x9fc00, 0, 0, FOUND_BY(LINUX "," FIXED "," KERNEL) },
    { "0x413 = 640", 0x9fc00, 0, 640,
      FOUND_BY(LINUX "," FIXED "," KERNEL "," BSD "," XV6 ",illumos") },
    { "EBDA there, 0x413 = 639", 0x9fc00, 0x9fc0, 639,
      FOUND_BY(LINUX ",9front,haiku,helenos,hermit,mptable," KERNEL "," BSD "," XV6
                     ",illumos,serenity") },
    { "0x413 = 639, no EBDA", 0x9fc00, 0, 639, FOUND_BY(LINUX "," FIXED ",illumos") },

    /* Malformed ones, with 0x413 = 640 */
    { "checksum wrong", 0x9fc00, 0, 640, FOUND_BY("mptable,haiku,hermit," KERNEL), CHANGED(10, 1) },
    { "length 2", 0x9fc00, 0, 640, FOUND_BY(FIXED "," KERNEL "," XV6), CHANGED(8, 2) },
    { "length 0", 0x9fc00, 0, 640, FOUND_BY(FIXED "," KERNEL "," XV6 ",illumos"), CHANGED(8, 0) },
    { "revision 0", 0x9fc00, 0, 640, FOUND_BY(FIXED "," KERNEL "," BSD "," XV6), CHANGED(9, 0) },
    { "revision 2", 0x9fc00, 0, 640, FOUND_BY(FIXED "," KERNEL "," BSD "," XV6), CHANGED(9, 2) },
    { "revision 5", 0x9fc00, 0, 640,
      FOUND_BY("9front,haiku,helenos,mptable," KERNEL "," BSD "," XV6), CHANGED(9, 5) },
    { "default configuration", 0x9fc00, 0, 640,
      FOUND_BY(LINUX ",9front,haiku,helenos,mptable," KERNEL "," BSD "," XV6 ",illumos"),
      CHANGED(11, 5) },
    { "revision 1", 0x9fc00, 0, 640,
      FOUND_BY(LINUX "," FIXED "," KERNEL "," BSD "," XV6 ",illumos"), CHANGED(9, 1) },
    { "at 0x9fc04", 0x9fc04, 0, 640, FOUND_BY("memtest86+,haiku,hermit," BSD) },
    { "at 0xf0000", 0xf0000, 0, 640,
      FOUND_BY(LINUX "," FIXED "," KERNEL "," BSD "," XV6 ",illumos,serenity") },
    { "at 0xffff0", 0xffff0, 0, 0,
      FOUND_BY(LINUX "," FIXED "," KERNEL "," BSD ",plan9,illumos,serenity") }, /* xv6 faults */
    { "at 0xe0000", 0xe0000, 0, 640, FOUND_BY("mptable,9front,dragonfly") },
    { "at 0", 0, 0, 640, FOUND_BY("linux,linux-32,xen,hdt") },
    { "at 0x9f800", 0x9f800, 0, 640, FOUND_BY("hermit") },

    /* The edges of what the words say */
    { "illumos at 511K", 0x7fc00, 0, 512,
      FOUND_BY("illumos,9front,mptable,freebsd,dragonfly," BSD "," XV6) },
    { "illumos at 511K, word 0", 0x7fc00, 0, 0, FOUND_BY("illumos") },
    { "illumos at 639K from 513", 0x9fc00, 0, 513, FOUND_BY(LINUX "," FIXED ",illumos") },
    { "EBDA elsewhere", 0x9f000, 0x9f00, 636,
      FOUND_BY("linux,linux-32,xen,memtest86+,9front,helenos,hermit,mptable," KERNEL "," BSD "," XV6
               ",illumos,serenity") },
    { "last place in the EBDA's KiB", 0x9f3f0, 0x9f00, 636,
      FOUND_BY("linux,linux-32,xen,memtest86+,9front,helenos,hermit,mptable," KERNEL "," BSD "," XV6
               ",illumos,serenity") },
    { "behind the EBDA's KiB", 0x9f400, 0x9f00, 636, FOUND_BY("hermit") },
    { "an EBDA hides the end of base memory", 0x9ec00, 0x9f00, 636,
      FOUND_BY("9front,mptable," BSD) },
    { "EBDA in the VGA hole", 0xa0000, 0xa000, 0,
      FOUND_BY("linux,linux-32,xen,memtest86+,helenos,mptable," KERNEL "," XV6
               ",illumos,serenity") },
    { "base memory beyond 640 KiB", 0xafc00, 0, 704, FOUND_BY("mptable,dragonfly," XV6) },
};

static void image_of(size_t r)
{
    uint8_t *const e = memory_bytes + rows[r].at;
    const bool resum = rows[r].offset > 0 && rows[r].offset != 10;

    memset(memory_bytes, 0, sizeof(memory_bytes));
    put_word(0x40e, rows[r].ebda);
    put_word(0x413, rows[r].base_memory_kib);
    put_floating(rows[r].at);
    if (rows[r].at + MPT_FLOATING_SIZE < IMAGE_SIZE)
        e[MPT_FLOATING_SIZE] = 'P'; /* as of a table: the 16 bytes behind do not add up to 0 */
    if (rows[r].offset > 0)
        e[rows[r].offset] = rows[r].value;
    for (unsigned i = 0; resum && i < MPT_FLOATING_SIZE; i++)
        if (i != 10)
            e[10] = (uint8_t)(i == 0 ? -e[0] : e[10] - e[i]);
}

static void who_finds(void)
{
    const struct mpt_consumer *consumer;

    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        image_of(r);
        for (size_t i = 0; (consumer = mpt_consumer_at(i)); i++) {
            const char *const who = mpt_consumer_name(consumer);
            const bool finds = listed(rows[r].finders, who);
            uint32_t address = 1;
            char name[96];

            snprintf(name, sizeof(name), "%s: %s", rows[r].name, who);
            ROW_CHECK(name, mpt_find(&memory, NULL, consumer, &address) ==
                                (finds ? MPT_OK : MPT_ENOTFOUND));
            ROW_CHECK(name, address == (finds ? rows[r].at : 1));
        }
    }
}

/* Every name in a row is a consumer's, so that no row asks in vain. */
static void names_are_consumers(void)
{
    CU_ASSERT_PTR_NOT_NULL(mpt_consumer_at(MPT_CONSUMERS - 1));
    CU_ASSERT_PTR_NULL(mpt_consumer_at(MPT_CONSUMERS));
    CU_ASSERT_PTR_NULL(mpt_consumer_named("linu"));
    CU_ASSERT_PTR_NULL(mpt_consumer_named("linux "));
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
        for (const char *at = rows[r].finders; *at;
             at += strcspn(at, ",") + (at[strcspn(at, ",")] == ',')) {
            char name[32];

            snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, ","), at);
            ROW_CHECK(name, mpt_consumer_named(name) != NULL);
        }
}

/*
 * Two of them: whose is taken follows from the order of the windows and from what an invalid one
 * means.
 */
static void the_first_one(void)
{
    static const struct {
        const char *name;
        uint32_t at;
    } first[] = {
        { "linux", 0x10 },       { "memtest86+", 0x10 }, { "hdt", 0x10 },
        { "openbsd", 0x9fc10 },  { "netbsd", 0x9fc10 },  { "xv6", 0x9fc10 },
        { "freebsd", 0x9fc00 },  { "mptable", 0x9fc00 }, { "dragonfly", 0x9fc00 },
        { "haiku", 0x9fc00 },    { "9front", 0x9fc10 },  { "helenos", 0x9fc10 },
        { "serenity", 0xf0000 },
    };
    uint32_t address;

    memset(memory_bytes, 0, sizeof(memory_bytes));
    put_word(0x413, 640);
    put_floating(0x10);
    put_floating(0x9fc00);
    memory_bytes[0x9fc0a]++; /* checksum */
    put_floating(0x9fc10);
    put_floating(0xf0000);
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
        ROW_CHECK(first[i].name,
                  mpt_find(&memory, NULL, mpt_consumer_named(first[i].name), &address) == MPT_OK &&
                      address == first[i].at);
    CU_ASSERT_EQUAL(mpt_find(&memory, NULL, mpt_consumer_named("illumos"), &address),
                    MPT_ENOTFOUND);
    memory_bytes[0x9fc0a]--;
    CU_ASSERT_EQUAL(mpt_find(&memory, NULL, mpt_consumer_named("illumos"), &address), MPT_OK);
    CU_ASSERT_EQUAL(address, 0x9fc00);
}

/* A length that claims more: NetBSD and OpenBSD sum it all, and only bytes that are there. */
static void claimed_length(void)
{
    uint32_t address;
    struct guard g;

    guard_make(&g, 48);
    memcpy(memory_bytes, g.bytes, 16);
    put_floating(0);
    memcpy(g.bytes, memory_bytes, 16);
    g.bytes[8] = 3;
    g.bytes[10] = (uint8_t)(g.bytes[10] - 2);
    for (size_t size = 16; size <= 48; size++) {
        const struct mpt_segment segment = { 0xf0000, size, g.bytes };
        const struct mpt_memory part = { &segment, 1 };

        CU_ASSERT_EQUAL(mpt_find(&part, NULL, mpt_consumer_named("openbsd"), &address),
                        size < 48 ? MPT_ENOTFOUND : MPT_OK);
        CU_ASSERT_EQUAL(mpt_find(&part, NULL, mpt_consumer_named("xv6"), &address), MPT_OK);
    }
    g.bytes[47] = 1;
    {
        const struct mpt_segment segment = { 0xf0000, 48, g.bytes };
        const struct mpt_memory all = { &segment, 1 };

        CU_ASSERT_EQUAL(mpt_find(&all, NULL, mpt_consumer_named("netbsd"), &address),
                        MPT_ENOTFOUND);
        CU_ASSERT_EQUAL(mpt_find(&all, NULL, mpt_consumer_named("xv6"), &address), MPT_OK);
    }
    guard_free(&g);
}

/* The words that are given stand for those in memory. */
static void words_given(void)
{
    const struct mpt_facts words = { .given = MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY,
                                     .bios = { 0, 640 } };
    uint32_t address;

    memset(memory_bytes, 0, sizeof(memory_bytes));
    put_floating(0x9fc00);
    CU_ASSERT_EQUAL(mpt_find(&memory, NULL, mpt_consumer_named("openbsd"), &address),
                    MPT_ENOTFOUND);
    CU_ASSERT_EQUAL(mpt_find(&memory, &words, mpt_consumer_named("openbsd"), &address), MPT_OK);
    put_word(0x40e, 0x9fc0);
    put_word(0x413, 0x1234);
    CU_ASSERT_EQUAL(mpt_bios_words(&memory, NULL).ebda, 0x9fc0);
    CU_ASSERT_EQUAL(mpt_bios_words(&memory, NULL).base_memory_kib, 0x1234);
    CU_ASSERT_EQUAL(mpt_find(&memory, NULL, mpt_consumer_named("openbsd"), &address), MPT_OK);
}

/* FreeBSD's base memory ends with the lowest usable range. */
static void usable_ranges(void)
{
    static const struct {
        const char *name;
        struct mpt_range usable[3];
        size_t count;
        uint16_t ebda;
        enum mpt_err found;
    } maps[] = {
        { "to 640 KiB", { { 0, 0xa0000 } }, 1, 0, MPT_OK },
        { "to 639 KiB", { { 0, 0x9fc00 } }, 1, 0, MPT_ENOTFOUND },
        { "to 639 KiB, and an EBDA", { { 0, 0x9fc00 } }, 1, 0x9fc0, MPT_OK },
        { "to 640 KiB less a byte", { { 0, 0x9ffff } }, 1, 0, MPT_ENOTFOUND },
        { "through the VGA hole", { { 0, 0x10000000 } }, 1, 0, MPT_OK },
        { "no range below 1 MiB", { { 0x100000, 0x10000000 } }, 1, 0, MPT_OK },
        { "no range", { { 0, 0 } }, 0, 0, MPT_OK },
        { "the lowest of two",
          { { 0x100000, 0x10000000 }, { 0x1000, 0x9f000 } },
          2,
          0,
          MPT_ENOTFOUND },
        { "ranges that touch",
          { { 0x9f000, 0xa0000 }, { 0x100000, 0x200000 }, { 0, 0x9f000 } },
          3,
          0,
          MPT_OK },
    };

    memset(memory_bytes, 0, sizeof(memory_bytes));
    put_word(0x413, 512); /* which FreeBSD does not read */
    put_floating(0x9fc00);
    for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
        const struct mpt_facts facts = { .given = MPT_FACT_USABLE | MPT_FACT_EBDA,
                                         .bios.ebda = maps[i].ebda,
                                         .usable = maps[i].usable,
                                         .usable_count = maps[i].count };
        uint32_t address;

        ROW_CHECK(maps[i].name, mpt_find(&memory, &facts, mpt_consumer_named("freebsd"),
                                         &address) == maps[i].found);
    }
}

/* Small segments in any order, at odd addresses, each ending at an unmapped page */
static void several_segments(void)
{
    static const struct {
        uint32_t base;
        size_t size;
        uint32_t floating; /* 0 = none in there */
    } parts[] = {
        { 0xf1003, 29, 0xf1010 }, { 0x9fc01, 30, 0 }, { 0xf0000, 7, 0 },  { 0xf0ff0, 16, 0xf0ff0 },
        { 0x9fff0, 16, 0x9fff0 }, { 0x413, 2, 0 },    { 0x9ffe1, 15, 0 },
    };
    enum { PARTS = sizeof(parts) / sizeof(parts[0]) };
    static const uint32_t sweep[] = { 0x9fff0, 0xf0ff0, 0xf1010 };
    const struct mpt_floating floating = { 4, 0, 0 };
    struct mpt_segment segments[PARTS];
    const struct mpt_memory scattered = { segments, PARTS };
    struct guard guards[PARTS];
    uint64_t at = 0;
    uint32_t address;

    for (unsigned i = 0; i < PARTS; i++) {
        guard_make(&guards[i], parts[i].size);
        if (parts[i].floating)
            mpt_encode_floating(&floating, 0,
                                guards[i].bytes + (parts[i].floating - parts[i].base));
        segments[i] = (struct mpt_segment){ parts[i].base, parts[i].size, guards[i].bytes };
    }
    memcpy(guards[5].bytes, "\x80\x02", 2);
    CU_ASSERT_EQUAL(mpt_find(&scattered, NULL, mpt_consumer_named("linux"), &address), MPT_OK);
    CU_ASSERT_EQUAL(address, 0x9fff0);
    CU_ASSERT_EQUAL(mpt_find(&scattered, NULL, mpt_consumer_named("openbsd"), &address), MPT_OK);
    CU_ASSERT_EQUAL(address, 0x9fff0);
    CU_ASSERT_EQUAL(mpt_find(&scattered, NULL, mpt_consumer_named("serenity"), &address), MPT_OK);
    CU_ASSERT_EQUAL(address, 0xf0ff0);
    for (unsigned i = 0; i < sizeof(sweep) / sizeof(sweep[0]); i++, at += 4) {
        CU_ASSERT_EQUAL(mpt_next_floating(&scattered, &at), MPT_OK);
        CU_ASSERT_EQUAL(at, sweep[i]);
    }
    CU_ASSERT_EQUAL(mpt_next_floating(&scattered, &at), MPT_ENOTFOUND);
    for (unsigned i = 0; i < PARTS; i++)
        guard_free(&guards[i]);
}

/* A sweep sees valid and invalid ones, on 4-byte boundaries, whole ones only. */
static void sweep(void)
{
    static const uint32_t there[] = { 0, 0x24, 0x12340, 0xffff0 };
    const struct mpt_memory none = { NULL, 0 };
    uint64_t at = 0;

    memset(memory_bytes, 0, sizeof(memory_bytes));
    for (unsigned i = 0; i < sizeof(there) / sizeof(there[0]); i++)
        put_floating(there[i]);
    memset(memory_bytes + 0x12344, 0xff, 12);
    memcpy(memory_bytes + 0x50002, "_MP_", 4);
    memcpy(memory_bytes + 0xffff4, "_MP_", 4);
    for (unsigned i = 0; i < sizeof(there) / sizeof(there[0]); i++, at += 4) {
        CU_ASSERT_EQUAL(mpt_next_floating(&memory, &at), MPT_OK);
        CU_ASSERT_EQUAL(at, there[i]);
    }
    CU_ASSERT_EQUAL(mpt_next_floating(&memory, &at), MPT_ENOTFOUND);
    at = 1;
    CU_ASSERT_EQUAL(mpt_next_floating(&memory, &at), MPT_OK);
    CU_ASSERT_EQUAL(at, 0x24);
    at = UINT64_MAX;
    CU_ASSERT_EQUAL(mpt_next_floating(&memory, &at), MPT_ENOTFOUND);
    at = 0;
    CU_ASSERT_EQUAL(mpt_next_floating(&none, &at), MPT_ENOTFOUND);
}

/* Up to the last bytes below 4 GiB, and no further */
static void top_of_memory(void)
{
    static uint8_t bytes[64];
    const struct mpt_segment segment = { 0xfffffff0, sizeof(bytes), bytes };
    const struct mpt_memory top = { &segment, 1 };
    const struct mpt_floating floating = { 4, 0, 0 };
    uint64_t at = 0;

    mpt_encode_floating(&floating, 0, bytes);
    mpt_encode_floating(&floating, 0, bytes + 16);
    CU_ASSERT_EQUAL(mpt_next_floating(&top, &at), MPT_OK);
    CU_ASSERT_EQUAL(at, 0xfffffff0);
    at += 4;
    CU_ASSERT_EQUAL(mpt_next_floating(&top, &at), MPT_ENOTFOUND);
}

static const struct test tests[] = {
    { "who finds which floating pointer", who_finds },
    { "the rows name consumers", names_are_consumers },
    { "which of several is taken", the_first_one },
    { "a length that claims more", claimed_length },
    { "words given and words in memory", words_given },
    { "usable ranges", usable_ranges },
    { "several small segments", several_segments },
    { "a sweep over all", sweep },
    { "the top of memory", top_of_memory },
};
const struct suite mptable_search = { "mptable/search", tests, sizeof(tests) / sizeof(tests[0]) };
