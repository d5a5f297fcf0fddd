/* SPDX-License-Identifier: ISC */
#include "suites.h"

#include <string.h>

#include "../../src/mptable/entries.h"
#include "../lib/guard.h"

void sample_fill(struct sample *s, unsigned cpus)
{
    memset(s, 0, sizeof(*s));
    for (unsigned i = 0; i < cpus; i++)
        s->processors[i] = (struct mpt_processor){ (uint8_t)i, 0x14, i ? 1 : 3, 0x600, 0x201 };
    s->bus = (struct mpt_bus){ 0, { 'I', 'S', 'A', ' ', ' ', ' ' } };
    s->ioapic = (struct mpt_ioapic){ (uint8_t)cpus, 0x11, 1, 0xfec00000 };
    for (unsigned i = 0; i < SAMPLE_IO_INTS; i++)
        s->io_ints[i] =
            (struct mpt_io_int){ MPT_INT, 0, 0, (uint8_t)i, s->ioapic.apic_id, (uint8_t)i };
    s->io_ints[0].int_type = MPT_EXTINT;
    s->io_ints[2].irq = 0;
    s->local_ints[0] = (struct mpt_local_int){ MPT_EXTINT, 0, 0, 0, 0, 0 };
    s->local_ints[1] = (struct mpt_local_int){ MPT_NMI, 0, 0, 0, 0xff, 1 };
    s->space = (struct mpt_space){ 0, 1, 0xfec00000, 0x140000000 };
    s->hierarchy = (struct mpt_hierarchy){ 1, MPT_SUBTRACTIVE, 0 };
    s->modifier = (struct mpt_modifier){ 0, 0, 1 };
    s->table = (struct mpt_table){
        .floating = { .spec_revision = 4 },
        .header = { .spec_revision = 4, .local_apic_address = 0xfee00000 },
        .processors = s->processors,
        .processor_count = (uint16_t)cpus,
        .buses = &s->bus,
        .bus_count = 1,
        .ioapics = &s->ioapic,
        .ioapic_count = 1,
        .io_ints = s->io_ints,
        .io_int_count = SAMPLE_IO_INTS,
        .local_ints = s->local_ints,
        .local_int_count = SAMPLE_LOCAL_INTS,
        .spaces = &s->space,
        .space_count = 1,
        .hierarchies = &s->hierarchy,
        .hierarchy_count = 1,
        .modifiers = &s->modifier,
        .modifier_count = 1,
    };
    memcpy(s->table.header.oem_id, "OEM     ", 8);
    memcpy(s->table.header.product_id, "PRODUCT     ", 12);
    s->place = (struct mpt_place){ 0x9fc00, 0x9fc00, 0x9fc10 };
}

static struct sample sample;

/* Every capacity from 0 to the need, each buffer ending at an unmapped page: all or nothing. */
static void every_capacity(void)
{
    size_t need, len;

    sample_fill(&sample, 3);
    CU_ASSERT_EQUAL(mpt_encode(&sample.table, &sample.place, NULL, 0, &need), MPT_ENOSPACE);
    CU_ASSERT_EQUAL(need, SAMPLE_SIZE(3));
    for (size_t cap = 0; cap <= need; cap++) {
        static const uint8_t untouched[SAMPLE_SIZE(3)];
        enum mpt_err err;
        struct guard g;

        guard_make(&g, cap);
        err = mpt_encode(&sample.table, &sample.place, g.bytes, cap, &len);
        CU_ASSERT_EQUAL(err, cap < need ? MPT_ENOSPACE : MPT_OK);
        CU_ASSERT_EQUAL(len, need);
        if (cap < need)
            CU_ASSERT_EQUAL(memcmp(g.bytes, untouched, cap), 0);
        guard_free(&g);
    }
}

/* Every field holds a value of its own; what comes out is written down here byte by byte. */
static void every_field(void)
{
    static const uint8_t
        expected[] = {
            0x5f, 0x4d, 0x50, 0x5f, 0x20, 0x00, 0x09, 0x00, 1,    1,    0xf5,
            5,    0x80, 0,    0,    0,    0,    0,    0,    0,    0,    0,
            0,    0,    0,    0,    0,    0,    0,    0,    0,    0, /* gap */
            0x50, 0x43, 0x4d, 0x50, 0x60, 0,    4,    0,    'o',  'e',  'm',
            ' ',  ' ',  ' ',  ' ',  ' ',  'p',  'r',  'o',  'd',  ' ',  ' ',
            ' ',  ' ',  ' ',  ' ',  ' ',  ' ',  0x44, 0x33, 0x22, 0x11, 0x66,
            0x55, 5,    0,    0x0a, 0x09, 0x08, 0x07, 0x24, 0,    0x5f, 0, /* header */
            0,    1,    0x15, 2,    0x05, 0x04, 0x03, 0x02, 0x09, 0x08, 0x07,
            0x06, 0,    0,    0,    0,    0,    0,    0,    0, /* processor */
            1,    7,    'E',  'I',  'S',  'A',  ' ',  ' ',     /* bus */
            2,    9,    0x20, 1,    0xef, 0xbe, 0xad, 0xde,    /* I/O APIC */
            3,    2,    0x0f, 0x01, 7,    0x2a, 9,    0x17,    /* I/O interrupt */
            4,    1,    0x05, 0x02, 7,    0x2b, 1,    1,       /* local interrupt */
            0x80, 20,   7,    2,    8,    7,    6,    5,    4,    3,    2,
            1,    0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, /* address space */
            0x81, 8,    9,    1,    7,    0,    0,    0,          /* bus hierarchy */
            0x82, 8,    9,    1,    0xdd, 0xcc, 0xbb, 0xaa        /* address space modifier */
        };
    const struct mpt_processor processor = { 1, 0x15, 2, 0x02030405, 0x06070809 };
    const struct mpt_bus bus = { 7, { 'E', 'I', 'S', 'A', ' ', ' ' } };
    const struct mpt_ioapic ioapic = { 9, 0x20, 1, 0xdeadbeef };
    const struct mpt_io_int io_int = { 2, 0x010f, 7, 0x2a, 9, 0x17 };
    const struct mpt_local_int local_int = { 1, 0x0205, 7, 0x2b, 1, 1 };
    const struct mpt_space space = { 7, 2, 0x0102030405060708, 0x1112131415161718 };
    const struct mpt_hierarchy hierarchy = { 9, 1, 7 };
    const struct mpt_modifier modifier = { 9, 1, 0xaabbccdd };
    const struct mpt_table t = {
        .floating = { 1, 5, 0x80 },
        .header = { 4,
                    { 'o', 'e', 'm', ' ', ' ', ' ', ' ', ' ' },
                    { 'p', 'r', 'o', 'd', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ' },
                    0x11223344,
                    0x5566,
                    0x0708090a },
#define ONE(T, S, array, word) .array = &S, .S##_count = 1,
        ENTRIES(ONE)
#undef ONE
    };
    const struct mpt_place place = { 0x90000, 0x90000, 0x90020 };
    uint8_t out[sizeof(expected)], sum = 0;
    size_t len;

    CU_ASSERT_EQUAL(mpt_encode(&t, &place, out, sizeof(out), &len), MPT_OK);
    CU_ASSERT_EQUAL(len, sizeof(expected));
    for (size_t i = 0; i < len; i++) {
        if (i >= 32 && i < sizeof(expected) - SAMPLE_EXTENDED)
            sum = (uint8_t)(sum + out[i]);
        if (i == 39) /* the table's checksum is judged by the sum */
            continue;
        CU_ASSERT_EQUAL(out[i], expected[i]);
    }
    CU_ASSERT_EQUAL(sum, 0);
}

/* The pointer may stand behind the table; what lies before, between and behind is zero. */
static void table_first(void)
{
    const size_t table_size = SAMPLE_BASE(2) + SAMPLE_EXTENDED;
    uint8_t out[4096];
    size_t len;

    sample_fill(&sample, 2);
    sample.place = (struct mpt_place){ 0x9f800, 0x9fc00, 0x9f804 };
    memset(out, 0xaa, sizeof(out));
    CU_ASSERT_EQUAL(mpt_encode(&sample.table, &sample.place, out, sizeof(out), &len), MPT_OK);
    CU_ASSERT_EQUAL(len, 0x410);
    CU_ASSERT_EQUAL(memcmp(out, "\0\0\0\0PCMP", 8), 0);
    for (size_t i = 4 + table_size; i < 0x400; i++)
        CU_ASSERT_EQUAL(out[i], 0);
    CU_ASSERT_EQUAL(memcmp(out + 0x400, "_MP_\x04\xf8\x09\x00", 8), 0);
    CU_ASSERT_EQUAL(out[len], 0xaa);
}

/* A default configuration (§5) is a floating pointer without a table. */
static void no_table(void)
{
    static const uint8_t expected[] = { '_', 'M', 'P', '_', 0, 0, 0, 0, 1, 4, 0x9b, 5, 0, 0, 0, 0 };
    uint8_t out[16];
    size_t len;

    sample_fill(&sample, 2);
    sample.table.floating.default_configuration = 5;
    sample.place = (struct mpt_place){ 0x9fc00, 0x9fc00, 0 };
    CU_ASSERT_EQUAL(mpt_encode(&sample.table, &sample.place, out, sizeof(out), &len), MPT_OK);
    CU_ASSERT_EQUAL(len, 16);
    CU_ASSERT_EQUAL(memcmp(out, expected, 16), 0);
}

/* Entries in another builder's order, and a count that it has wrong. */
static void given_order(void)
{
    const struct mpt_run order[] = { { MPT_BUS, 1 },       { MPT_LOCAL_INT, 1 },
                                     { MPT_PROCESSOR, 2 }, { MPT_IO_INT, 16 },
                                     { MPT_PROCESSOR, 1 }, { MPT_IOAPIC, 1 },
                                     { MPT_LOCAL_INT, 1 }, { MPT_MODIFIER, 1 },
                                     { MPT_SPACE, 1 },     { MPT_HIERARCHY, 1 } };
    static const uint8_t types[] = { 1, 4, 0, 0, 3, 3, 3, 3, 3, 3, 3, 3,
                                     3, 3, 3, 3, 3, 3, 3, 3, 0, 2, 4 };
    uint8_t out[SAMPLE_SIZE(3)];
    size_t len, at = 0;

    sample_fill(&sample, 3);
    sample.table.order = order;
    sample.table.order_count = sizeof(order) / sizeof(order[0]);
    sample.table.entry_count_given = 1;
    sample.table.entry_count = 0x1234;
    CU_ASSERT_EQUAL(mpt_encode_table(&sample.table, out, sizeof(out), &len), MPT_OK);
    CU_ASSERT_EQUAL(len, SAMPLE_BASE(3) + SAMPLE_EXTENDED);
    CU_ASSERT_EQUAL(memcmp(out + 34, "\x34\x12", 2), 0);
    at = MPT_HEADER_SIZE;
    for (size_t i = 0; i < sizeof(types); i++) {
        CU_ASSERT_EQUAL(out[at], types[i]);
        at += types[i] ? 8 : 20;
    }
    CU_ASSERT_EQUAL(at, SAMPLE_BASE(3));
    CU_ASSERT(out[at] == 130 && out[at + 8] == 128 && out[at + 28] == 129);
    /* each array is used up in its own order */
    CU_ASSERT(out[44 + 17] == 0 && out[44 + 16 + 20 + 1] == 1 && out[44 + 16 + 40 + 128 + 1] == 2);
    CU_ASSERT(mpt_verify_table(&sample.table, out, len));
}

#define RUNS(...) .order = { __VA_ARGS__ }

static void impossible_orders(void)
{
    static const struct {
        const char *name;
        struct mpt_run order[9];
    } rows[] = {
        { "too few",
          RUNS({ 0, 1 }, { 1, 1 }, { 2, 1 }, { 3, 16 }, { 4, 2 }, { 128, 1 }, { 129, 1 }) },
        { "too many", RUNS({ 0, 1 }, { 1, 2 }, { 2, 1 }, { 3, 16 }, { 4, 2 }, { 128, 1 },
                           { 129, 1 }, { 130, 1 }) },
        { "unknown type", RUNS({ 0, 1 }, { 1, 1 }, { 2, 1 }, { 3, 16 }, { 4, 2 }, { 128, 1 },
                               { 129, 1 }, { 130, 1 }, { 5, 1 }) },
        { "base behind extended", RUNS({ 0, 1 }, { 1, 1 }, { 2, 1 }, { 3, 16 }, { 128, 1 },
                                       { 129, 1 }, { 130, 1 }, { 4, 2 }) },
    };
    uint8_t out[SAMPLE_SIZE(1)];
    size_t len;

    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        uint16_t count = 9;

        while (count > 0 && rows[r].order[count - 1].count == 0)
            count--;
        sample_fill(&sample, 1);
        sample.table.order = rows[r].order;
        sample.table.order_count = count;
        ROW_CHECK(rows[r].name,
                  mpt_encode(&sample.table, &sample.place, out, sizeof(out), &len) == MPT_EORDER);
        ROW_CHECK(rows[r].name,
                  mpt_encode_table(&sample.table, out, sizeof(out), &len) == MPT_EORDER);
    }
}

static void refusals(void)
{
    static const struct {
        const char *name;
        unsigned cpus;
        struct mpt_place place;
        enum mpt_err err;
    } rows[] = {
        { "longest table", 3264, { 0x10000, 0x10000, 0x10010 }, MPT_OK },
        { "table over 65535 bytes", 3267, { 0x10000, 0x10000, 0x10010 }, MPT_ETOOLONG },
        { "pointer not aligned", 1, { 0x9fc08, 0x9fc08, 0x9fc18 }, MPT_EPLACE },
        { "pointer below base", 1, { 0x9fc10, 0x9fc00, 0x9fc10 }, MPT_EPLACE },
        { "table below base", 1, { 0x9fc00, 0x9fc00, 0x9fb00 }, MPT_EPLACE },
        { "table overlaps the pointer's end", 1, { 0x9fc00, 0x9fc00, 0x9fc0f }, MPT_EPLACE },
        { "pointer inside the table", 1, { 0x9fb00, 0x9fb40, 0x9fb00 }, MPT_EPLACE },
        { "both at one address", 1, { 0x9fc00, 0x9fc00, 0x9fc00 }, MPT_EPLACE },
        { "table wraps 4 GiB", 1, { 0xffffff20, 0xffffff20, 0xffffff30 }, MPT_EPLACE },
        { "pointer wraps 4 GiB", 1, { 0xfffff000, 0xfffffff0, 0xfffff000 }, MPT_EPLACE },
    };
    static uint8_t out[70000];

    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        size_t len;

        sample_fill(&sample, rows[r].cpus);
        sample.place = rows[r].place;
        ROW_CHECK(rows[r].name,
                  mpt_encode(&sample.table, &sample.place, out, sizeof(out), &len) == rows[r].err);
    }
}

/* Little-endian, and no byte beside the words */
static void bios_words(void)
{
    const struct mpt_bios bios = { 0x9fc0, 639 };
    uint8_t bytes[9] = { 0x55, 0, 0, 0x55, 0x55, 0x55, 0, 0, 0x55 };

    mpt_encode_bios(&bios, bytes + 1, bytes + 1 + MPT_BIOS_BASE_MEMORY - MPT_BIOS_EBDA);
    CU_ASSERT(memcmp(bytes, "\x55\xc0\x9f\x55\x55\x55\x7f\x02\x55", sizeof(bytes)) == 0);
}

/* Each error has words of its own. */
static void errors_in_words(void)
{
    const char *const unknown = mpt_strerror((enum mpt_err)99);

    for (unsigned i = MPT_OK; i <= MPT_ECUT; i++) {
        CU_ASSERT_STRING_NOT_EQUAL(mpt_strerror((enum mpt_err)i), unknown);
        for (unsigned other = MPT_OK; other < i; other++)
            CU_ASSERT_STRING_NOT_EQUAL(mpt_strerror((enum mpt_err)i),
                                       mpt_strerror((enum mpt_err)other));
    }
}

static const struct test tests[] = {
    { "every capacity up to the need", every_capacity },
    { "every field at its offset", every_field },
    { "table before the pointer", table_first },
    { "a pointer without a table", no_table },
    { "another order and count", given_order },
    { "orders that are none", impossible_orders },
    { "impossible places and lengths", refusals },
    { "BIOS data words", bios_words },
    { "errors in words", errors_in_words },
};
const struct suite mptable_encode = { "mptable/encode", tests, sizeof(tests) / sizeof(tests[0]) };
