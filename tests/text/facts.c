/* SPDX-License-Identifier: ISC */
/* Facts by name. */
#include "../../src/text/facts.h"

#include "suites.h"

static struct err error;

static const struct {
    const char *name, *value;
    bool good;
} values[] = {
    { "vcpus", "4", true },
    { "vcpus", "0x10", true },
    { "vcpus", "0", false },
    { "vcpus", "65536", false },
    { "vcpus", "04", false },
    { "vcpus", "+4", false },
    { "vcpus", " 4", false },
    { "vcpus", "4 ", false },
    { "vcpus", "", false },
    { "vcpus", "0x", false },
    { "vcpus", "0X4", false },
    { "vcpus", "18446744073709551617", false },
    { "irq0_pin", "0", true },
    { "irq0_pin", "256", false },
    { "ebda", "0x9fc00", true },
    { "ebda", "0x9fc08", false },
    { "ebda", "0x100000", false },
    { "base_memory_kib", "639", true },
    { "memory_size", "0", false },
    { "memory_size", "4503599627370496", true },
    { "acpi", "true", true },
    { "acpi", "1", false },
    { "usable", "0-0x9fc00", true },
    { "usable", "0x0-0x1000,0x100000-0x200000", true },
    { "usable", "0x1000", false },
    { "usable", "0x1000-", false },
    { "usable", "-0x1000", false },
    { "usable", "0x1000-0x1000", false },
    { "usable", "0-1,", false },
    { "usable", "0-1;2-3", false },
    { "occupied", "", false },
    { "apic_ids", "0", true },
    { "apic_ids", "0,2,0x20,4294967295", true },
    { "apic_ids", "4294967296", false },
    { "apic_ids", "0,0", false },
    { "apic_ids", "0,", false },
    { "apic_ids", ",0", false },
    { "apic_ids", "", false },
    { "apic_ids", "0-3", false },
    { "ioapics", "0xfec00000:24", true },
    { "ioapics", "0xfec00000:24,0xfec01000:240", true },
    { "ioapics", "0xfec00000", false },
    { "ioapics", "0xfec00000:0", false },
    { "ioapics", "0xfec00000:256", false },
    { "ioapics", "0x100000000:24", false },
    { "ioapics", "0xfec00000:24,", false },
    { "ioapics", "0xfec00000:", false },
};

static void by_name(void)
{
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const struct fact *fact = facts_find(values[i].name);
        struct facts known = { .known = { .given = 0 } };
        char row[64];

        snprintf(row, sizeof(row), "%s=%s", values[i].name, values[i].value);
        memset(&error, 0, sizeof(error));
        ROW_CHECK(row, (facts_set(&known, fact, values[i].value, &error) == 0) == values[i].good);
        ROW_CHECK(row, values[i].good ? known.known.given == fact->bit
                                      : error.places[0].pointer[0] == '/');
        ROW_CHECK(row, !values[i].good || fact->form == FACT_FLAG ||
                           (facts_set(&known, fact, values[i].value, &error) < 0));
    }
    CU_ASSERT_PTR_NULL(facts_find("vcpu"));
}

static void consumers(void)
{
    static const struct {
        const char *list;
        uint32_t set; /* 0 = refused */
    } rows[] = {
        { "linux", 1 },
        { "linux-32", 2 },
        { "freebsd,linux", 5 },
        { "linux,all", MPT_FOR_ALL },
        { "all", MPT_FOR_ALL },
        { "memtest86+", 0x80 },
        { "linux,linux", 1 },
        { "", 0 },
        { "linux,", 0 },
        { ",linux", 0 },
        { "Linux", 0 },
        { "linux, xen", 0 },
        { "al", 0 },
        { "linux-3", 0 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct facts known = { .known = { .given = 0 } };
        const bool taken = facts_set(&known, facts_find("for"), rows[i].list, &error) == 0;

        ROW_CHECK(rows[i].list, taken == (rows[i].set != 0));
        ROW_CHECK(rows[i].list, !taken || facts_asked(&known) == rows[i].set);
        ROW_CHECK(rows[i].list,
                  !taken || facts_set(&known, facts_find("for"), rows[i].list, &error) < 0);
    }
    CU_ASSERT_EQUAL(facts_asked(&(struct facts){ .asked = 0 }), MPT_FOR_LINUX);
}

static void as_numbers(void)
{
    struct facts known = { .known = { .given = 0 } };

    CU_ASSERT_EQUAL(facts_set(&known, facts_find("ebda"), "0x9fc00", &error), 0);
    CU_ASSERT_EQUAL(known.known.bios.ebda, 0x9fc0);
    CU_ASSERT_EQUAL(facts_set(&known, facts_find("base_memory_kib"), "639", &error), 0);
    CU_ASSERT_EQUAL(known.known.bios.base_memory_kib, 639);
    CU_ASSERT_EQUAL(
        facts_set(&known, facts_find("occupied"), "0x1000-0x2000,0x90000-0x9f000", &error), 0);
    CU_ASSERT_EQUAL_FATAL(known.known.occupied_count, 2);
    CU_ASSERT_EQUAL(known.known.occupied[1].base, 0x90000);
    CU_ASSERT_EQUAL(known.known.occupied[1].end, 0x9f000);
    CU_ASSERT_EQUAL(facts_set(&known, facts_find("xen"), "false", &error), 0);
    CU_ASSERT_EQUAL(known.known.given, MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY | MPT_FACT_OCCUPIED);
}

static int set_all(struct facts *known, const char *const *pairs)
{
    memset(known, 0, sizeof(*known));
    memset(&error, 0, sizeof(error));
    for (; pairs[0]; pairs += 2)
        if (facts_set(known, facts_find(pairs[0]), pairs[1], &error) < 0)
            return -1;
    return facts_settle(known, &error);
}

/* Facts that say more than others, and must not say otherwise */
static void settled(void)
{
    static const struct {
        const char *pairs[5], *pointer; /* NULL: they agree */
    } rows[] = {
        { { "vcpus", "2", "apic_ids", "0,2" }, NULL },
        { { "vcpus", "3", "apic_ids", "0,2" }, "/vcpus" },
        { { "bsp_apic_id", "2", "apic_ids", "0,2" }, NULL },
        { { "bsp_apic_id", "1", "apic_ids", "0,2" }, "/bsp_apic_id" },
        { { "io_apic_inputs", "24", "ioapics", "0xfec00000:24" }, NULL },
        { { "io_apic_inputs", "16", "ioapics", "0xfec00000:24" }, "/io_apic_inputs" },
    };
    static struct facts known;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const bool agree = set_all(&known, rows[i].pairs) == 0;

        ROW_CHECK(rows[i].pairs[0], agree == !rows[i].pointer);
        ROW_CHECK(rows[i].pairs[0], agree || strcmp(error.places[0].pointer, rows[i].pointer) == 0);
    }
    CU_ASSERT_EQUAL(set_all(&known, (const char *[]){ "apic_ids", "4,0x10", NULL }), 0);
    CU_ASSERT(known.known.given == (MPT_FACT_APIC_IDS | MPT_FACT_VCPUS) && known.known.vcpus == 2);
    CU_ASSERT(known.known.apic_ids[0] == 4 && known.known.apic_ids[1] == 16);
    CU_ASSERT_EQUAL(set_all(&known, (const char *[]){ "ioapics", "0xfec00000:24,1:2", NULL }), 0);
    CU_ASSERT(known.known.ioapic_count == 2 && known.known.ioapics[0].address == 0xfec00000 &&
              known.known.ioapics[0].inputs == 24 && known.known.ioapics[1].inputs == 2);
}

/* Two I/O APICs, a disabled processor, IRQ 9 at the second I/O APIC, nothing at GSI 2 but IRQ 0 */
static struct madt machine = {
    .local_apic_address = 0xfee00000,
    .pcat_compat = true,
    .processor_count = 3,
    .ioapic_count = 2,
    .local_nmi_count = 2,
    .processors = { { 44, 0, 7, true }, { 52, 1, 8, false }, { 60, 2, 300, true } },
    .ioapics = { { 68, 1, 0xfec00000, 0 }, { 80, 2, 0xfec01000, 24 } },
    .local_nmis = { { 92, false, 1, 0, 0 }, { 98, true, 0, 0, 1 } },
    .lines = { [0] = { 104, true, 2, 0 }, [9] = { 114, true, 30, 0xf } },
};

static void from_a_madt(void)
{
    static struct facts known;
    const struct mpt_facts *const f = &known.known;

    memset(&known, 0, sizeof(known));
    CU_ASSERT_EQUAL(facts_set_madt(&known, &machine, &error), 0);
    CU_ASSERT_EQUAL(facts_settle(&known, &error), 0);
    CU_ASSERT(f->apic_id_count == 2 && f->apic_ids[0] == 7 && f->apic_ids[1] == 300 &&
              f->vcpus == 2);
    CU_ASSERT(f->ioapic_count == 2 && f->ioapics[0].inputs == 24 && f->ioapics[1].inputs == 0 &&
              f->ioapics[1].address == 0xfec01000);
    CU_ASSERT(f->lines[0].connected && f->lines[0].intin == 2 && f->irq0_intin == 2);
    CU_ASSERT(f->lines[9].connected && f->lines[9].ioapic_address == 0xfec01000 &&
              f->lines[9].intin == 6 && f->lines[9].flags == 0xf);
    CU_ASSERT(!f->lines[2].connected && f->has_8259 && f->nmi_lintin == 1 &&
              f->local_apic_address == 0xfee00000);
    memset(&known, 0, sizeof(known));
    CU_ASSERT_EQUAL(facts_set(&known, facts_find("io_apic_inputs"), "24", &error), 0);
    CU_ASSERT(facts_set_madt(&known, &machine, &error) == 0 && facts_settle(&known, &error) == 0 &&
              f->ioapics[1].inputs == 24);
    CU_ASSERT(set_all(&known, (const char *[]){ "ioapics", "0xfec00000:24", NULL }) == 0 &&
              facts_set_madt(&known, &machine, &error) < 0);
    CU_ASSERT_STRING_EQUAL(error.places[0].pointer, "/ioapics");
    CU_ASSERT(set_all(&known, (const char *[]){ "irq0_pin", "0", NULL }) == 0 &&
              facts_set_madt(&known, &machine, &error) == 0 && facts_settle(&known, &error) < 0);
    CU_ASSERT_STRING_EQUAL(error.places[0].pointer, "/irq0_pin");
}

static const struct test tests[] = {
    { "consumers", consumers },           { "facts by name", by_name },
    { "facts as numbers", as_numbers },   { "facts that agree", settled },
    { "facts from a MADT", from_a_madt },
};
const struct suite text_facts = { "text/facts", tests, sizeof(tests) / sizeof(tests[0]) };
