/* SPDX-License-Identifier: ISC */
#include "mptable.h"

#include <string.h>

#include "guard.h"

void sample_fill(struct sample *s, unsigned cpus)
{
    memset(s, 0, sizeof(*s));
    for (unsigned i = 0; i < cpus; i++)
        s->processors[i] = (struct mpt_processor){ (uint8_t)i, 0x14, i ? 1 : 3, 0x600, 0x201 };
    s->bus = (struct mpt_bus){ 0, { 'I', 'S', 'A', ' ', ' ', ' ' } };
    s->ioapic = (struct mpt_ioapic){ (uint8_t)cpus, 0x11, 1, 0xfec00000 };
    for (unsigned i = 0; i < SAMPLE_IO_INTS; i++)
        s->io_ints[i] = (struct mpt_io_int){ MPT_INT, 0, 0, (uint8_t)i, s->ioapic.apic_id, (uint8_t)i };
    s->io_ints[0].int_type = MPT_EXTINT;
    s->io_ints[2].irq = 0;
    s->local_ints[0] = (struct mpt_local_int){ MPT_EXTINT, 0, 0, 0, 0, 0 };
    s->local_ints[1] = (struct mpt_local_int){ MPT_NMI, 0, 0, 0, 0xff, 1 };
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
    CU_ASSERT_EQUAL(need, 16 + 44 + 3 * 20 + 20 * 8);
    for (size_t cap = 0; cap <= need; cap++) {
        static const uint8_t untouched[16 + 44 + 3 * 20 + 20 * 8];
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
    static const uint8_t expected[] = {
        0x5f, 0x4d, 0x50, 0x5f, 0x20, 0x00, 0x09, 0x00, 1,    1,    0xf5, 5,    0x80, 0,    0,    0,
        0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0, /* gap */
        0x50, 0x43, 0x4d, 0x50, 0x60, 0,    4,    0,    'o',  'e',  'm',  ' ',  ' ',  ' ',  ' ',  ' ',
        'p',  'r',  'o',  'd',  ' ',  ' ',  ' ',  ' ',  ' ',  ' ',  ' ',  ' ',  0x44, 0x33, 0x22, 0x11,
        0x66, 0x55, 5,    0,    0x0a, 0x09, 0x08, 0x07, 0,    0,    0,    0, /* header */
        0,    1,    0x15, 2,    0x05, 0x04, 0x03, 0x02, 0x09, 0x08, 0x07, 0x06, 0,    0,    0,    0,
        0,    0,    0,    0,                            /* processor */
        1,    7,    'E',  'I',  'S',  'A',  ' ',  ' ',  /* bus */
        2,    9,    0x20, 1,    0xef, 0xbe, 0xad, 0xde, /* I/O APIC */
        3,    2,    0x0f, 0x01, 7,    0x2a, 9,    0x17, /* I/O interrupt */
        4,    1,    0x05, 0x02, 7,    0x2b, 1,    1     /* local interrupt */
    };
    const struct mpt_processor processor = { 1, 0x15, 2, 0x02030405, 0x06070809 };
    const struct mpt_bus bus = { 7, { 'E', 'I', 'S', 'A', ' ', ' ' } };
    const struct mpt_ioapic ioapic = { 9, 0x20, 1, 0xdeadbeef };
    const struct mpt_io_int io_int = { 2, 0x010f, 7, 0x2a, 9, 0x17 };
    const struct mpt_local_int local_int = { 1, 0x0205, 7, 0x2b, 1, 1 };
    const struct mpt_table t = {
        .floating = { 1, 5, 0x80 },
        .header = { 4, "oem     ", "prod        ", 0x11223344, 0x5566, 0x0708090a },
        .processors = &processor,
        .buses = &bus,
        .ioapics = &ioapic,
        .io_ints = &io_int,
        .local_ints = &local_int,
        .processor_count = 1,
        .bus_count = 1,
        .ioapic_count = 1,
        .io_int_count = 1,
        .local_int_count = 1,
    };
    const struct mpt_place place = { 0x90000, 0x90000, 0x90020 };
    uint8_t out[sizeof(expected)], sum = 0;
    size_t len;

    CU_ASSERT_EQUAL(mpt_encode(&t, &place, out, sizeof(out), &len), MPT_OK);
    CU_ASSERT_EQUAL(len, sizeof(expected));
    for (size_t i = 0; i < len; i++) {
        if (i >= 32)
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
    const size_t table_size = 44 + 2 * 20 + 20 * 8;
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

static const struct test tests[] = {
    { "every capacity up to the need", every_capacity },
    { "every field at its offset", every_field },
    { "table before the pointer", table_first },
    { "impossible places and lengths", refusals },
};
const struct suite mptable_encode = { "mptable/encode", tests, sizeof(tests) / sizeof(tests[0]) };
