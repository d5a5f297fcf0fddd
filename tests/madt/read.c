/* SPDX-License-Identifier: ISC */
#include "../../src/madt/madt.h"
#include "../lib/suite.h"
#include "../lib/guard.h"

enum { TABLE_MAX = 64 * 1024, AT_SUM = 9, AT_REVISION = 8 };

static struct madt madt;

/* Written by hand from ACPI 6.5 §5.2.12: every structure that is read, and two that are not */
static const uint8_t
    every
        [] = {
            'A',  'P',  'I',  'C',  182,  0,    0,    0, /* length */
            5,    0,                                     /* revision; the sum is filled in */
            'O',  'E',  'M',  ' ',  ' ',  ' ',  'T',  'A',  'B',  'L', 'E', ' ', ' ',
            ' ',  1,    0,    0,    0,                   /* OEM */
            'T',  'E',  'S',  'T',  1,    0,    0,    0, /* creator */
            0x00, 0x10, 0xe0, 0xfe, 1,    0,    0,    0, /* 44: local APIC address, PCAT_COMPAT */
            0,    8,    7,    3,    1,    0,    0,    0, /* 52: UID 7, APIC ID 3, enabled */
            0,    8,    8,    5,    2,    0,    0,    0, /* 60: UID 8, APIC ID 5, online capable */
            9,    16,   0,    0,    0x2c, 1,    0,    0,    1,    0,   0,   0,   9,
            0,    1,    0, /* 300, enabled, UID 65545 */
            1,    12,   4,    0,    0,    0,    0xc0, 0xfe, 0,    0,   0,   0, /* I/O APIC 4 at 0xfec00000, from GSI 0 */
            1,    12,   6,    0,    0,    0x10, 0xc0, 0xfe, 24,   0,   0,   0, /* I/O APIC 6 at 0xfec01000, from GSI 24 */
            2,    10,   0,    0,    2,    0,    0,    0,    0,    0, /* IRQ 0 is GSI 2 */
            2,    10,   0,    9,    9,    0,    0,    0,    0x0d, 0, /* IRQ 9 is GSI 9, high, level */
            3,    8,    0x05, 0,    21,   0,    0,    0,             /* NMI at GSI 21, high, edge */
            4,    6,    0xff, 0,    0,    1, /* NMI of all processors at LINTIN 1 */
            4,    6,    7,    0x0f, 0,    0, /* of UID 7 at LINTIN 0, low, level */
            10,   12,   0x05, 0,    9,    0,    1,    0,    1,    0,   0,   0, /* of UID 65545 at LINTIN 1, high, edge */
            6,    16,   1,    2,    3,    4,    5,    6,    7,    8,   9,   10,  11,
            12,   13,   14, /* I/O SAPIC: passed over */
            0x7f, 2,        /* not defined: passed over */
            5,    12,   0,    0,    0,    0,    0,    0,    1,    0,   0,   0, /* the local APICs are at 4 GiB */
        };

static void mend(uint8_t *bytes, size_t size)
{
    uint8_t sum = 0;

    bytes[AT_SUM] = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[AT_SUM] = (uint8_t)-sum;
}

/* A whole table of @size bytes, right in length and sum */
static void seal(uint8_t *bytes, size_t size)
{
    for (unsigned i = 0; i < 4; i++)
        bytes[4 + i] = (uint8_t)(size >> 8 * i);
    mend(bytes, size);
}

static void every_field(void)
{
    uint8_t bytes[sizeof(every)];
    const struct madt *const m = &madt;

    CU_ASSERT_EQUAL_FATAL(every[4], sizeof(every));
    memcpy(bytes, every, sizeof(every));
    mend(bytes, sizeof(bytes));
    CU_ASSERT_EQUAL_FATAL(madt_read(bytes, sizeof(bytes), &madt), MADT_OK);
    CU_ASSERT(m->local_apic_address == 0x100000000 && m->pcat_compat && m->at == 0);
    CU_ASSERT(m->processor_count == 3 && m->ioapic_count == 2 && m->nmi_count == 1 &&
              m->local_nmi_count == 3);
    CU_ASSERT(m->processors[0].uid == 7 && m->processors[0].apic_id == 3 &&
              m->processors[0].enabled && m->processors[0].at == 44);
    CU_ASSERT(m->processors[1].uid == 8 && m->processors[1].apic_id == 5 &&
              !m->processors[1].enabled && m->processors[1].at == 52);
    CU_ASSERT(m->processors[2].uid == 65545 && m->processors[2].apic_id == 300 &&
              m->processors[2].enabled && m->processors[2].at == 60);
    CU_ASSERT(m->ioapics[0].id == 4 && m->ioapics[0].address == 0xfec00000 &&
              m->ioapics[0].gsi == 0 && m->ioapics[0].at == 76);
    CU_ASSERT(m->ioapics[1].id == 6 && m->ioapics[1].address == 0xfec01000 &&
              m->ioapics[1].gsi == 24 && m->ioapics[1].at == 88);
    CU_ASSERT(m->lines[0].connected && m->lines[0].gsi == 2 && m->lines[0].flags == 0 &&
              m->lines[0].at == 100);
    CU_ASSERT(m->lines[9].connected && m->lines[9].gsi == 9 && m->lines[9].flags == 0x0d &&
              m->lines[9].at == 110);
    CU_ASSERT(m->lines[4].connected && m->lines[4].gsi == 4 && m->lines[4].flags == 0 &&
              m->lines[4].at == 0);
    CU_ASSERT(!m->lines[2].connected);
    CU_ASSERT(m->nmis[0].gsi == 21 && m->nmis[0].flags == 0x05);
    CU_ASSERT(m->local_nmis[0].all && m->local_nmis[0].lintin == 1 && m->local_nmis[0].flags == 0);
    CU_ASSERT(!m->local_nmis[1].all && m->local_nmis[1].uid == 7 && m->local_nmis[1].lintin == 0 &&
              m->local_nmis[1].flags == 0x0f);
    CU_ASSERT(!m->local_nmis[2].all && m->local_nmis[2].uid == 65545 &&
              m->local_nmis[2].lintin == 1 && m->local_nmis[2].flags == 0x05);
}

/* Whatever was read is within its bounds, and an error is at a structure that is there. */
static void within_bounds(enum madt_err err, size_t size)
{
    if (err != MADT_OK) {
        CU_ASSERT(madt.at == 0 || (madt.at >= MADT_HEADER_SIZE && madt.at < size));
        CU_ASSERT((madt.at != 0) == (err == MADT_ESTRUCTURE || err == MADT_EMANY));
        return;
    }
    CU_ASSERT(madt.processor_count <= MADT_PROCESSORS_MAX &&
              madt.ioapic_count <= MADT_IOAPICS_MAX && madt.nmi_count <= MADT_NMIS_MAX &&
              madt.local_nmi_count <= MADT_NMIS_MAX);
}

/* Every length from nothing to all, ending at an unmapped page; then with a length that fits. */
static void every_prefix(void)
{
    for (size_t n = 0; n <= sizeof(every); n++) {
        struct guard g;
        enum madt_err err;

        guard_make(&g, n);
        memcpy(g.bytes, every, n);
        err = madt_read(g.bytes, n, &madt);
        if (n < sizeof(every))
            CU_ASSERT_EQUAL(err, n < 4 ? MADT_ESIGNATURE : MADT_ECUT);
        if (n >= MADT_HEADER_SIZE) {
            seal(g.bytes, n);
            err = madt_read(g.bytes, n, &madt);
            CU_ASSERT(err == MADT_OK || err == MADT_ESTRUCTURE);
            within_bounds(err, n);
        }
        guard_free(&g);
    }
}

/* Every byte with every value, and the sum as it was or right. */
static void every_byte_value(void)
{
    const size_t size = sizeof(every);
    struct guard g;

    guard_make(&g, size);
    memcpy(g.bytes, every, size);
    mend(g.bytes, size);
    for (size_t i = 0; i < size; i++) {
        const uint8_t right = g.bytes[i], sum = g.bytes[AT_SUM];

        for (unsigned value = 0; value < 256; value++) {
            g.bytes[i] = (uint8_t)value;
            CU_ASSERT_EQUAL(madt_read(g.bytes, size, &madt) == MADT_OK, value == right);
            if (i == AT_SUM)
                continue;
            mend(g.bytes, size);
            within_bounds(madt_read(g.bytes, size, &madt), size);
            g.bytes[AT_SUM] = sum;
        }
        g.bytes[i] = right;
    }
    guard_free(&g);
}

static void random_bytes(void)
{
    enum { SIZE = 3000, ROUNDS = 2000 };
    uint32_t state = 12345;
    struct guard g;

    guard_make(&g, SIZE);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < SIZE; i++) {
            state = state * 1664525 + 1013904223;
            g.bytes[i] = (uint8_t)(state >> 24);
            if (i >= MADT_HEADER_SIZE && round % 2) /* types and lengths that go far */
                g.bytes[i] &= 0x0f;
        }
        memcpy(g.bytes, "APIC", 4);
        seal(g.bytes, SIZE);
        within_bounds(madt_read(g.bytes, SIZE, &madt), SIZE);
    }
    guard_free(&g);
}

/* A header, and the structures given: a table that ends at an unmapped page */
static enum madt_err read_structures(const uint8_t *structures, size_t size, uint8_t revision)
{
    enum madt_err err;
    struct guard g;

    guard_make(&g, MADT_HEADER_SIZE + size);
    memcpy(g.bytes, every, MADT_HEADER_SIZE);
    g.bytes[AT_REVISION] = revision;
    memcpy(g.bytes + MADT_HEADER_SIZE, structures, size);
    seal(g.bytes, MADT_HEADER_SIZE + size);
    err = madt_read(g.bytes, MADT_HEADER_SIZE + size, &madt);
    guard_free(&g);
    return err;
}

#define CPU 0, 8, 0, 0, 1, 0, 0, 0

static void lying_lengths(void)
{
    static const struct {
        const char *name;
        uint8_t size, bytes[40];
        enum madt_err err;
        uint32_t at;
    } rows[] = {
        { "nothing", 0, { 0 }, MADT_OK, 0 },
        { "a processor", 8, { CPU }, MADT_OK, 0 },
        { "length 0", 10, { CPU, 0, 0 }, MADT_ESTRUCTURE, 52 },
        { "length 1", 10, { CPU, 0x7f, 1 }, MADT_ESTRUCTURE, 52 },
        { "length 2 of an unknown type", 10, { CPU, 0x7f, 2 }, MADT_OK, 0 },
        { "one byte", 9, { CPU, 0 }, MADT_ESTRUCTURE, 52 },
        { "runs past the end", 15, { CPU, 0, 8, 0, 0, 1, 0, 0 }, MADT_ESTRUCTURE, 52 },
        { "unknown type runs past the end", 12, { CPU, 0x7f, 5, 0, 0 }, MADT_ESTRUCTURE, 52 },
        { "unknown type is passed over", 20, { 0x7f, 4, 9, 9, CPU, 0xff, 8 }, MADT_OK, 0 },
        { "longer than its type", 20, { 0, 12, 0, 0, 1, 0, 0, 0, 9, 9, 9, 9, CPU }, MADT_OK, 0 },
        { "local APIC of 7 bytes", 7, { 0, 7 }, MADT_ESTRUCTURE, 44 },
        { "I/O APIC of 11", 11, { 1, 11 }, MADT_ESTRUCTURE, 44 },
        { "override of 9", 9, { 2, 9 }, MADT_ESTRUCTURE, 44 },
        { "NMI of 7", 7, { 3, 7 }, MADT_ESTRUCTURE, 44 },
        { "local NMI of 5", 5, { 4, 5 }, MADT_ESTRUCTURE, 44 },
        { "address of 11", 11, { 5, 11 }, MADT_ESTRUCTURE, 44 },
        { "x2APIC of 15", 15, { 9, 15 }, MADT_ESTRUCTURE, 44 },
        { "x2APIC NMI of 11", 11, { 10, 11 }, MADT_ESTRUCTURE, 44 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW_CHECK(rows[i].name, read_structures(rows[i].bytes, rows[i].size, 3) == rows[i].err);
        ROW_CHECK(rows[i].name, madt.at == rows[i].at);
    }
}

static void headers(void)
{
    static const struct {
        const char *name;
        size_t at;
        uint8_t value;
        enum madt_err err;
    } rows[] = {
        { "as it is", 0, 'A', MADT_OK },
        { "signature", 3, 'D', MADT_ESIGNATURE },
        { "length 43", 4, 43, MADT_ELENGTH },
        { "length 0", 4, 0, MADT_ELENGTH },
        { "longer than the bytes", 4, 46, MADT_ECUT },
        { "above a mebibyte", 6, 0x11, MADT_ELENGTH },
        { "above 16 MiB", 7, 1, MADT_ELENGTH },
        { "sum", 10, 'X', MADT_ESUM },
    };
    uint8_t bytes[MADT_HEADER_SIZE + 1] = { 0 };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        memcpy(bytes, every, MADT_HEADER_SIZE);
        seal(bytes, MADT_HEADER_SIZE); /* a byte behind the table is not looked at */
        bytes[rows[i].at] = rows[i].value;
        ROW_CHECK(rows[i].name, madt_read(bytes, sizeof(bytes), &madt) == rows[i].err);
    }
}

/* Which processors count, as Linux counts them */
static void processors(void)
{
    static const struct {
        const char *name;
        uint8_t revision, size, bytes[40];
        unsigned count, enabled;
    } rows[] = {
        { "enabled", 3, 8, { CPU }, 1, 1 },
        { "disabled, before there was a flag", 4, 8, { 0, 8, 0, 1, 0, 0, 0, 0 }, 1, 0 },
        { "disabled for good", 5, 8, { 0, 8, 0, 1, 0, 0, 0, 0 }, 0, 0 },
        { "online capable", 5, 8, { 0, 8, 0, 1, 2, 0, 0, 0 }, 1, 0 },
        { "APIC ID 255 of type 0", 3, 8, { 0, 8, 0, 0xff, 1, 0, 0, 0 }, 0, 0 },
        { "APIC ID 255 of type 9", 3, 16, { 9, 16, 0, 0, 0xff, 0, 0, 0, 1 }, 1, 1 },
        { "no ID of type 9", 3, 16, { 9, 16, 0, 0, 0xff, 0xff, 0xff, 0xff, 1 }, 0, 0 },
        { "both types", 3, 24, { CPU, 9, 16, 0, 0, 0, 0, 0, 0, 1 }, 1, 1 },
        { "again, enabled", 3, 16, { 0, 8, 0, 0, 0, 0, 0, 0, CPU }, 1, 1 },
        { "again, disabled", 3, 16, { CPU, 0, 8, 0, 0, 0, 0, 0, 0 }, 1, 1 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned enabled = 0;

        ROW_CHECK(rows[i].name,
                  read_structures(rows[i].bytes, rows[i].size, rows[i].revision) == MADT_OK);
        for (unsigned cpu = 0; cpu < madt.processor_count; cpu++)
            enabled += madt.processors[cpu].enabled;
        ROW_CHECK(rows[i].name,
                  madt.processor_count == rows[i].count && enabled == rows[i].enabled);
    }
}

static void lines(void)
{
    /* IRQ 0 to 2; 5 to 5, low, with reserved bits; of another bus; IRQ 16; 3 and 4 exchanged */
    static const uint8_t bytes[] = { 2, 10, 0, 0,  2, 0, 0, 0, 0,    0,    /**/
                                     2, 10, 0, 5,  5, 0, 0, 0, 0xf3, 0xff, /**/
                                     2, 10, 1, 7,  8, 0, 0, 0, 0,    0,    /**/
                                     2, 10, 0, 16, 9, 0, 0, 0, 0,    0,    /**/
                                     2, 10, 0, 3,  4, 0, 0, 0, 0,    0,    /**/
                                     2, 10, 0, 4,  3, 0, 0, 0, 0,    0 };

    CU_ASSERT_EQUAL(read_structures(bytes, sizeof(bytes), 3), MADT_OK);
    CU_ASSERT(madt.lines[0].gsi == 2 && madt.lines[3].gsi == 4 && madt.lines[4].gsi == 3);
    CU_ASSERT(madt.lines[5].gsi == 5 && madt.lines[5].flags == 3);
    for (unsigned irq = 0; irq < MADT_LINES; irq++)
        CU_ASSERT_EQUAL(madt.lines[irq].connected, irq != 2);
    for (unsigned irq = 6; irq < MADT_LINES; irq++)
        CU_ASSERT(madt.lines[irq].gsi == irq && madt.lines[irq].at == 0);
}

/* One more of a kind than there is room for; the error is at that one. */
static void too_many(void)
{
    static const struct {
        const char *name;
        unsigned room;
        uint8_t id; /* offset of two bytes that differ from structure to structure */
        uint8_t bytes[16];
    } rows[] = {
        { "processors", MADT_PROCESSORS_MAX, 4, { 9, 16, 0, 0, 0, 0, 0, 0, 1 } },
        { "I/O APICs", MADT_IOAPICS_MAX, 8, { 1, 12 } },
        { "NMIs", MADT_NMIS_MAX, 4, { 3, 8 } },
        { "local NMIs", MADT_NMIS_MAX, 2, { 4, 6 } },
        { "local x2APIC NMIs", MADT_NMIS_MAX, 4, { 10, 12 } },
    };
    static uint8_t bytes[TABLE_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const size_t size = rows[i].bytes[1];

        for (unsigned n = 0; n <= rows[i].room; n++) {
            memcpy(bytes + n * size, rows[i].bytes, size);
            bytes[n * size + rows[i].id] = (uint8_t)(n & 0xff);
            bytes[n * size + rows[i].id + 1] = (uint8_t)(n >> 8);
        }
        ROW_CHECK(rows[i].name, read_structures(bytes, rows[i].room * size, 3) == MADT_OK);
        ROW_CHECK(rows[i].name,
                  read_structures(bytes, (rows[i].room + 1) * size, 3) == MADT_EMANY &&
                      madt.at == MADT_HEADER_SIZE + rows[i].room * size);
    }
}

static void words(void)
{
    for (enum madt_err err = MADT_OK; err <= MADT_EMANY; err++)
        CU_ASSERT_STRING_NOT_EQUAL(madt_strerror(err), "unknown error");
}

static const struct test tests[] = {
    { "every field", every_field },     { "every prefix", every_prefix },
    { "every byte", every_byte_value }, { "random bytes", random_bytes },
    { "lengths", lying_lengths },       { "headers", headers },
    { "processors", processors },       { "ISA lines", lines },
    { "too many", too_many },           { "words", words },
};
const struct suite madt_read_suite = { "madt/read", tests, sizeof(tests) / sizeof(tests[0]) };
