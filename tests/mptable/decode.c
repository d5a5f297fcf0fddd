/* SPDX-License-Identifier: ISC */
#include "suites.h"

#include <stdbool.h>

#include "../lib/guard.h"

static struct sample sample;

/* What a walk over everything saw. */
struct tally {
    unsigned base, extended;
    enum mpt_err base_end, extended_end;
    uint8_t reserved;
};

/* Opens at an address and walks to both ends. Every entry goes forward, and all stay inside. */
static bool read_all(const struct mpt_memory *memory, uint32_t address, struct mpt_view *view,
                     struct tally *tally)
{
    struct mpt_entry entry;
    struct mpt_walk walk;
    size_t before;

    memset(tally, 0, sizeof(*tally));
    if (mpt_open(memory, address, view) != MPT_OK)
        return false;
    mpt_walk_base(view, &walk);
    for (before = walk.at; mpt_next(&walk, &entry, &tally->base_end); before = walk.at) {
        CU_ASSERT(entry.offset == before && walk.at > before && walk.at <= view->table_size);
        CU_ASSERT_EQUAL(entry.index, tally->base);
        tally->base++;
        tally->reserved |= entry.reserved;
    }
    mpt_walk_extended(view, &walk);
    for (before = walk.at; mpt_next(&walk, &entry, &tally->extended_end); before = walk.at) {
        CU_ASSERT(entry.offset == before && walk.at > before && walk.at <= walk.end);
        tally->extended++;
    }
    return true;
}

static void encode_sample(unsigned cpus, uint8_t *out, size_t size)
{
    size_t len;

    sample_fill(&sample, cpus);
    CU_ASSERT_EQUAL(mpt_encode(&sample.table, &sample.place, out, size, &len), MPT_OK);
    CU_ASSERT_EQUAL(len, SAMPLE_SIZE(cpus));
}

/*
 * The hand-written bytes of mptable_encode's "every field" are read there; here, each value comes
 * back.
 */
static void every_value(void)
{
    static uint8_t bytes[SAMPLE_SIZE(2)];
    const struct mpt_segment segment = { 0x9fc00, sizeof(bytes), bytes };
    const struct mpt_memory memory = { &segment, 1 };
    struct mpt_entry e;
    struct mpt_walk walk;
    struct mpt_view v;
    enum mpt_err err;
    size_t ints = 0;

    encode_sample(2, bytes, sizeof(bytes));
    CU_ASSERT_EQUAL(mpt_open(&memory, 0x9fc00, &v), MPT_OK);
    CU_ASSERT(v.table_address == 0x9fc10 && v.floating_length == 1 && v.floating_sum == 0 &&
              !v.floating_reserved);
    CU_ASSERT(v.floating.spec_revision == 4 && v.floating.features == 0 &&
              v.floating_checksum == bytes[10]);
    CU_ASSERT(v.has_header && v.signature_right && v.sum == 0 && v.checksum == bytes[16 + 7] &&
              !v.reserved);
    CU_ASSERT(v.base_length == SAMPLE_BASE(2) && v.table_size == SAMPLE_BASE(2) &&
              v.entry_count == 22);
    CU_ASSERT(v.extended_length == 36 && v.extended_size == 36);
    CU_ASSERT_EQUAL((uint8_t)(v.extended_sum + v.extended_checksum), 0);
    CU_ASSERT(memcmp(v.header.oem_id, "OEM     ", 8) == 0 &&
              v.header.local_apic_address == 0xfee00000);
    mpt_walk_base(&v, &walk);
    while (mpt_next(&walk, &e, &err)) {
        if (e.type == MPT_PROCESSOR)
            CU_ASSERT(e.processor.apic_id == e.index && e.processor.flags == (e.index ? 1 : 3) &&
                      e.processor.signature == 0x600 && e.processor.features == 0x201);
        if (e.type == MPT_BUS)
            CU_ASSERT(e.bus.bus_id == 0 && memcmp(e.bus.bus_type, "ISA   ", 6) == 0);
        if (e.type == MPT_IOAPIC)
            CU_ASSERT(e.ioapic.apic_id == 2 && e.ioapic.flags == 1 &&
                      e.ioapic.address == 0xfec00000);
        if (e.type == MPT_IO_INT) {
            CU_ASSERT(e.io_int.irq == sample.io_ints[ints].irq && e.io_int.intin == ints &&
                      e.io_int.int_type == (ints ? MPT_INT : MPT_EXTINT) && e.io_int.apic_id == 2);
            ints++;
        }
        if (e.type == MPT_LOCAL_INT)
            CU_ASSERT(e.local_int.lintin == (e.local_int.int_type == MPT_NMI));
    }
    CU_ASSERT(err == MPT_OK && ints == 16);
    mpt_walk_extended(&v, &walk);
    CU_ASSERT(mpt_next(&walk, &e, &err) && e.type == 128 && e.index == 0 &&
              e.offset == SAMPLE_BASE(2));
    CU_ASSERT(e.space.address == 0xfec00000 && e.space.length == 0x140000000 &&
              e.space.address_type == 1);
    CU_ASSERT(mpt_next(&walk, &e, &err) && e.type == 129 && e.hierarchy.bus_id == 1 &&
              e.hierarchy.flags == 1);
    CU_ASSERT(mpt_next(&walk, &e, &err) && e.type == 130 && e.modifier.range_list == 1);
    CU_ASSERT(!mpt_next(&walk, &e, &err) && err == MPT_OK);
}

/* Every length from nothing to all, ending at an unmapped page. */
static void every_prefix(void)
{
    uint8_t bytes[SAMPLE_SIZE(3)];
    struct mpt_view view;
    struct tally tally;
    struct guard g;

    encode_sample(3, bytes, sizeof(bytes));
    for (size_t n = 0; n <= sizeof(bytes); n++) {
        const struct mpt_segment segment = { 0x9fc00, n, (guard_make(&g, n), g.bytes) };
        const struct mpt_memory memory = { &segment, 1 };

        memcpy(g.bytes, bytes, n);
        CU_ASSERT_EQUAL(read_all(&memory, 0x9fc00, &view, &tally), n >= 16);
        if (n >= 16) {
            CU_ASSERT_EQUAL(view.has_header, n >= 16 + 44);
            CU_ASSERT_EQUAL(tally.base == 23 && tally.base_end == MPT_OK, n >= 16 + SAMPLE_BASE(3));
            CU_ASSERT_EQUAL(tally.extended == 3 && tally.extended_end == MPT_OK,
                            n == sizeof(bytes));
        }
        guard_free(&g);
    }
}

/* Every byte with every value: reading ends and stays inside, whatever a length or type says. */
static void every_byte_value(void)
{
    struct mpt_view view;
    struct tally tally;
    struct guard g;

    guard_make(&g, SAMPLE_SIZE(1));
    encode_sample(1, g.bytes, SAMPLE_SIZE(1));
    for (size_t i = 0; i < SAMPLE_SIZE(1); i++) {
        const struct mpt_segment segment = { 0x9fc00, SAMPLE_SIZE(1), g.bytes };
        const struct mpt_memory memory = { &segment, 1 };
        const uint8_t right = g.bytes[i];

        for (unsigned value = 0; value < 256; value++) {
            g.bytes[i] = (uint8_t)value;
            CU_ASSERT_EQUAL(read_all(&memory, 0x9fc00, &view, &tally), i >= 4 || value == right);
        }
        g.bytes[i] = right;
    }
    guard_free(&g);
}

static void random_bytes(void)
{
    enum { SIZE = 3000, ROUNDS = 2000 };
    struct mpt_view view;
    struct tally tally;
    uint32_t state = 12345;
    struct guard g;

    guard_make(&g, SIZE);
    for (unsigned round = 0; round < ROUNDS; round++) {
        const struct mpt_segment segment = { 0x9fc00, SIZE, g.bytes };
        const struct mpt_memory memory = { &segment, 1 };

        for (size_t i = 0; i < SIZE; i++) {
            state = state * 1664525 + 1013904223;
            g.bytes[i] = (uint8_t)(state >> 24);
            if (i >= 60 && round % 2) /* mostly types that exist, so that walks go far */
                g.bytes[i] &= 0x87;
        }
        memcpy(g.bytes, "_MP_\x10\xfc\x09\x00", 8);
        CU_ASSERT(read_all(&memory, 0x9fc00, &view, &tally) && view.has_header);
        CU_ASSERT(view.table_size <= SIZE - 16 && view.extended_size <= SIZE - 16);
    }
    guard_free(&g);
}

/* Lengths that lie, and what a walk says at its end. */
static void lying_lengths(void)
{
    static const struct {
        const char *name;
        size_t at; /* in the image of one CPU */
        uint8_t low, high;
        unsigned base, extended;
        enum mpt_err base_end, extended_end;
    } rows[] = {
        { "as it is", 16 + 4, SAMPLE_BASE(1), 0, 21, 3, MPT_OK, MPT_OK },
        { "no length", 16 + 4, 0, 0, 0, 0, MPT_OK, MPT_OK },
        { "shorter than the header", 16 + 4, 43, 0, 0, 0, MPT_OK, MPT_OK },
        { "header alone", 16 + 4, 44, 0, 0, 0, MPT_OK, MPT_EUNKNOWN },
        { "ends inside an entry", 16 + 4, 44 + 21, 0, 1, 0, MPT_ECUT, MPT_EUNKNOWN },
        { "longer than the bytes", 16 + 4, 0xff, 0xff, 21, 0, MPT_EUNKNOWN, MPT_OK },
        { "extended: longer than the bytes", 16 + 40, 0xff, 0xff, 21, 3, MPT_OK, MPT_OK },
        { "extended: ends inside an entry", 16 + 40, 21, 0, 21, 1, MPT_OK, MPT_ECUT },
        { "extended: none", 16 + 40, 0, 0, 21, 0, MPT_OK, MPT_OK },
        { "extended entry without length", 16 + SAMPLE_BASE(1), 128, 0, 21, 0, MPT_OK, MPT_ECUT },
        { "extended entry of length 1", 16 + SAMPLE_BASE(1), 128, 1, 21, 0, MPT_OK, MPT_ECUT },
        { "extended entry of another length", 16 + SAMPLE_BASE(1), 128, 28, 21, 0, MPT_OK,
          MPT_ECUT },
        { "undefined extended entry is skipped", 16 + SAMPLE_BASE(1), 131, 28, 21, 2, MPT_OK,
          MPT_OK },
        { "base type among the extended", 16 + SAMPLE_BASE(1), 0, 20, 21, 0, MPT_OK, MPT_EUNKNOWN },
        { "undefined base entry", 16 + 44 + 20, 5, 0, 1, 3, MPT_EUNKNOWN, MPT_OK },
        { "extended entry in the base table", 16 + 44 + 20, 128, 20, 1, 3, MPT_EUNKNOWN, MPT_OK },
        { "pointer to nothing", 4, 0, 0x10, 0, 0, MPT_OK, MPT_OK },
    };
    uint8_t bytes[SAMPLE_SIZE(1)];
    const struct mpt_segment segment = { 0x9fc00, sizeof(bytes), bytes };
    const struct mpt_memory memory = { &segment, 1 };

    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        struct mpt_view view;
        struct tally tally;

        encode_sample(1, bytes, sizeof(bytes));
        bytes[rows[r].at] = rows[r].low;
        bytes[rows[r].at + 1] = rows[r].high;
        ROW_CHECK(rows[r].name, read_all(&memory, 0x9fc00, &view, &tally));
        ROW_CHECK(rows[r].name, tally.base == rows[r].base && tally.extended == rows[r].extended);
        ROW_CHECK(rows[r].name,
                  tally.base_end == rows[r].base_end && tally.extended_end == rows[r].extended_end);
    }
}

/* Structures lie in segments; what crosses an end is not there. */
static void segments(void)
{
    static const uint8_t a[8], b[16];
    const struct mpt_segment list[] = { { 0x1000, sizeof(a), a },
                                        { 0xfffffff0, sizeof(b), b },
                                        { 0x2000, 0, a } };
    const struct mpt_memory memory = { list, 3 };

    CU_ASSERT_EQUAL(mpt_at(&memory, 0x1000, 8), a);
    CU_ASSERT_EQUAL(mpt_at(&memory, 0x1007, 1), a + 7);
    CU_ASSERT_PTR_NULL(mpt_at(&memory, 0x1001, 8));
    CU_ASSERT_PTR_NULL(mpt_at(&memory, 0xfff, 2));
    CU_ASSERT_PTR_NULL(mpt_at(&memory, 0x1008, 0));
    CU_ASSERT_EQUAL(mpt_at(&memory, 0xfffffff0, 16), b);
    CU_ASSERT_PTR_NULL(mpt_at(&memory, 0xfffffff0, SIZE_MAX));
    CU_ASSERT_PTR_NULL(mpt_at(&memory, 0x2000, 1));
    CU_ASSERT_EQUAL(mpt_room(&memory, 0x1003), 5);
    CU_ASSERT_EQUAL(mpt_room(&memory, 0x1008), 0);
    CU_ASSERT_EQUAL(mpt_room(&memory, 0x100000000), 0);
}

/* Each name of Table 4-8 that has a meaning of its own, and what only looks like one */
static void bus_kinds(void)
{
    static const struct {
        const char *type;
        enum mpt_bus_kind kind;
    } rows[] = {
        { "ISA   ", MPT_BUS_ISA },         { "EISA  ", MPT_BUS_ISA },   { "PCI   ", MPT_BUS_PCI },
        { "PCI\0\0\0", MPT_BUS_PCI },      { "pci   ", MPT_BUS_PCI },   { "isa\0zz", MPT_BUS_ISA },
        { "PCI-X ", MPT_BUS_OTHER },       { "PCMCIA", MPT_BUS_OTHER }, { "ISAPNP", MPT_BUS_OTHER },
        { "\0\0\0\0\0\0", MPT_BUS_OTHER }, { "XPRESS", MPT_BUS_OTHER }, { "VL    ", MPT_BUS_OTHER },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i].type, mpt_bus_kind(rows[i].type) == rows[i].kind);
    for (unsigned i = 0; i < MPT_BUS_TYPES; i++)
        CU_ASSERT_NOT_EQUAL(mpt_bus_kind(mpt_bus_types[i]), MPT_BUS_NONE);
}

static const struct test tests[] = {
    { "every value comes back", every_value },
    { "every prefix", every_prefix },
    { "every byte with every value", every_byte_value },
    { "random bytes", random_bytes },
    { "lengths that lie", lying_lengths },
    { "segments", segments },
    { "kinds of buses", bus_kinds },
};
const struct suite mptable_decode = { "mptable/decode", tests, sizeof(tests) / sizeof(tests[0]) };
