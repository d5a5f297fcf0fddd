/* SPDX-License-Identifier: ISC */
/* mpt_check as a whole: which findings an image has, and what each finding carries. */
#include "scene.h"

/*
 * Images that were fed to seven real parsers: whatever one of them refuses or misreads has its
 * rule, and nothing else is said.
 */
static const struct {
    const char *name;
    struct poke pokes[POKES];
    const char *rules;
} malformed[] = {
    { "good reference table", WITH(P(unsummed, 0)), "" },
    { "pointer checksum wrong", WITH(FP(10, 0), P(unsummed, 1)), "fp-not-found fp-checksum" },
    { "pointer length 2", WITH(FP(8, 2)), "fp-not-found fp-length" },
    { "pointer revision 0", WITH(FP(9, 0)), "fp-not-found fp-spec-rev fp-spec-rev-mismatch" },
    { "pointer revision 2", WITH(FP(9, 2)), "fp-not-found fp-spec-rev fp-spec-rev-mismatch" },
    { "table revision 3", WITH(TB(6, 3)), "fp-spec-rev-mismatch table-spec-rev" },
    { "table checksum wrong", WITH(TB(CHECKSUM, 0), P(unsummed, 1)), "table-checksum" },
    { "signature wrong", WITH(TB(0, 'X')), "table-signature" },
    { "local APIC address 0", WITH(T(header.local_apic_address, 0)), "lapic-address-zero" },
    { "entry count 0", WITH(TB2(COUNT, 0)), "entry-count-zero" },
    { "entry count 3 too large", WITH(TB2(COUNT, 27)), "entry-count-mismatch" },
    { "types out of order", WITH(P(unordered, 1)), "entries-unsorted" },
    { "unknown type 5", WITH(TB(AT_LOCAL_INT + 8, 5)), "unknown-entry-type" },
    { "128 among base entries", WITH(TB(AT_LOCAL_INT + 8, 128)), "ext-in-base" },
    { "no BP bit", WITH(S(processors[0].flags, 1)), "bsp-missing" },
    { "two BP bits", WITH(S(processors[1].flags, 3)), "bsp-multiple" },
    { "BP entry disabled", WITH(S(processors[0].flags, 2)),
      "bsp-missing bsp-disabled cpu-disabled cpu-id-sparse" },
    { "another entry disabled", WITH(S(processors[3].flags, 0)), "cpu-disabled" },
    { "duplicate local APIC ID", WITH(S(processors[3].apic_id, 2)), "cpu-id-duplicate" },
    { "version 0x01", WITH(S(processors[1].apic_version, 1)), "cpu-version-discrete" },
    { "I/O APIC ID equal to a CPU's", WITH(P(ioapics[0].apic_id, 3), P(follow, 1)),
      "ioapic-id-clash-cpu" },
    { "I/O APIC ID 255", WITH(P(ioapics[0].apic_id, 255), P(follow, 1)), "ioapic-id-255" },
    { "bus FOO",
      WITH(P(buses[0].bus_type[0], 'F'), P(buses[0].bus_type[1], 'O'),
           P(buses[0].bus_type[2], 'O')),
      "bus-missing-isa bus-type-unknown" },
    { "bus ISA padded with NUL",
      WITH(P(buses[0].bus_type[3], 0), P(buses[0].bus_type[4], 0), P(buses[0].bus_type[5], 0)),
      "bus-type-padding" },
    { "polarity 10", WITH(P(io_ints[9].flags, 2)), "int-flags-reserved" },
    { "pointer 0, feature byte 1 = 0", WITH(S(place.table, 0)), "fp-physptr-zero" },
    { "default configuration 5", WITH(FP(11, 5), S(place.table, 0)),
      "fp-not-found fp-default-config" },
    { "default configuration 2", WITH(FP(11, 2), S(place.table, 0)),
      "fp-not-found fp-default-config" },
    { "default configuration 9", WITH(FP(11, 9), S(place.table, 0)),
      "fp-not-found fp-default-config-unknown" },
    { "default configuration 5 and a table", WITH(FP(11, 5)),
      "fp-not-found fp-default-config fp-default-config-with-table" },
    { "pointer at 0x9fc04", WITH(S(place.floating, 0x9fc04), S(place.table, 0x9fd00)),
      "fp-not-found fp-alignment" },
    { "pointer at 0xf0000", WITH(S(place.floating, 0xf0000)), "" },
    { "pointer at 0xe0000", WITH(S(place.floating, 0xe0000)), "fp-outside-window" },
    { "pointer at 0", WITH(S(place.floating, 0)), "fp-outside-window low-vectors" },
    { "pointer at 0x9f800", WITH(S(place.floating, 0x9f800)), "fp-not-found" },
};

static void malformed_images(void)
{
    for (size_t r = 0; r < sizeof(malformed) / sizeof(malformed[0]); r++) {
        scene_fill(CPUS);
        scene.facts.given = MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY;
        scene.facts.bios.ebda = 0x9fc0;
        scene.facts.bios.base_memory_kib = 639;
        scene_poke(malformed[r].pokes);
        report.finding_count = 0;
        ROW_CHECK(malformed[r].name, scene_open(malformed[r].pokes));
        mpt_check(&image.memory, &image.view, &scene.facts, MPT_FOR_ALL, &report);
        scene_expect(malformed[r].name, malformed[r].rules);
    }
}

/* What a finding carries besides its rule */
static const struct {
    const char *rule;
    struct poke pokes[POKES];
    uint32_t address;
    int entry;
    uint64_t value;
    int has_expected;
    uint64_t expected;
} carried[] = {
    { "fp-checksum", WITH(FP(10, 0), P(unsummed, 1)), 0x9fc00, -1, 0, 1, 0x8b },
    { "table-checksum", WITH(TB(CHECKSUM, 0x55), P(unsummed, 1)), 0x9fc10, -1, 0x55, 1, 0xfc },
    { "entry-count-mismatch", WITH(TB2(COUNT, 30)), 0x9fc10, -1, 30, 1, 24 },
    { "cpu-count-mismatch", WITH(GIVEN(MPT_FACT_VCPUS, vcpus, 7)), 0x9fc10, -1, 4, 1, 7 },
    { "irq0-pin", WITH(GIVEN(MPT_FACT_IRQ0, irq0_intin, 0)), 0x9fc10 + AT_IO_INT + 16, 8, 2, 1, 0 },
    { "cpu-id-over-14", WITH(S(processors[1].apic_id, 77)), 0x9fc10 + AT_CPU + 20, 1, 77, 0, 0 },
    { "lapic-address-odd", WITH(T(header.local_apic_address, 0xfee01000)), 0x9fc10, -1, 0xfee01000,
      0, 0 },
    { "entries-unsorted", WITH(P(unordered, 1)), 0x9fc10 + AT_BUS + 8, 5, MPT_BUS, 0, 0 },
    { "unknown-entry-type", WITH(TB(AT_LOCAL_INT + 8, 9)), 0x9fc10 + AT_LOCAL_INT + 8, 23, 9, 0,
      0 },
    { "table-length-remainder", WITH(TB2(LENGTH, AT_EXT - 3)), 0x9fc10, -1, AT_EXT - 3, 1,
      AT_LOCAL_INT + 8 },
    { "fp-multiple", WITH(P(other, 2)), 0x9fc00, -1, 0xf0000, 0, 0 },
    { "int-duplicate", WITH(P(io_ints[9].irq, 3), P(io_ints[9].intin, 3)), 0x9fc10 + AT_IO_INT + 72,
      15, 0, 0, 0 },
    { "acpi-present", WITH(P(facts.given, MPT_FACT_ACPI)), 0x9fc00, -1, 0, 0, 0 },
    { "low-memory-collision",
      WITH(GIVEN(MPT_FACT_OCCUPIED, occupied_count, 1), P(occupied.end, 0x9fc01), S(place.table, 0),
           FP(11, 5)),
      0x9fc00, -1, 0x9fc00, 0, 0 },
    { "fp-reserved-features", WITH(FP(15, 3)), 0x9fc00, -1, 3, 0, 0 },
    { "imcr-set", WITH(FP(12, 0xc0)), 0x9fc00, -1, 1, 0, 0 },
    { "bsp-disabled", WITH(S(processors[0].flags, MPT_CPU_BSP)), 0x9fc10 + AT_CPU, 0, 0, 0, 0 },
    { "bsp-multiple", WITH(S(processors[1].flags, MPT_CPU_BSP | MPT_CPU_ENABLED)), 0x9fc10 + AT_CPU,
      0, 1, 0, 0 },
};

static const struct {
    const char *rule;
    struct poke pokes[POKES];
    const char *text;
} texts[] = {
    { "table-signature", { TB(3, 'Q') }, "PCMQ" },
    { "bus-type-padding", { TB(AT_BUS + 5, 0) }, "ISA\0  " },
    { "bus-type-unknown", { TB(AT_BUS + 3, 'X') }, "IXA   " },
    { "id-padding", { TB(27, 0) }, NULL },
};

static void what_findings_carry(void)
{
    for (size_t r = 0; r < sizeof(carried) / sizeof(carried[0]); r++) {
        const struct mpt_finding *f;

        ROW_CHECK(carried[r].rule, scene_judge(carried[r].pokes));
        f = scene_find(carried[r].rule, -1);
        ROW_CHECK(carried[r].rule,
                  f && f->address == carried[r].address && f->entry == carried[r].entry);
        ROW_CHECK(carried[r].rule, f && f->value == carried[r].value);
        ROW_CHECK(carried[r].rule, f && f->has_expected == carried[r].has_expected);
        ROW_CHECK(carried[r].rule, f && f->expected == carried[r].expected);
    }
    for (size_t r = 0; r < sizeof(texts) / sizeof(texts[0]); r++) {
        const struct mpt_finding *f;

        ROW_CHECK(texts[r].rule, scene_judge(texts[r].pokes));
        f = scene_find(texts[r].rule, -1);
        ROW_CHECK(texts[r].rule, f && f->show == MPT_VALUE_TEXT);
        if (texts[r].text)
            ROW_CHECK(texts[r].rule,
                      f && f->text_size > 0 && memcmp(f->text, texts[r].text, f->text_size) == 0);
        else
            ROW_CHECK(texts[r].rule, f && f->text_size == 12 && f->text[11] == 0);
    }
}

/* The second of several conflicting entries is the first finding, and each is counted. */
static void conflicts_are_counted(void)
{
    static const struct poke shared[POKES] = { P(io_ints[3].intin, 1), P(io_ints[4].intin, 1),
                                               P(io_ints[15].intin, 1) };
    const struct mpt_finding *f;

    CU_ASSERT(scene_judge(shared));
    f = scene_find("int-pin-conflict", -1);
    CU_ASSERT(f && f->index == 3 && f->count == 3);
}

/* Who is asked for decides which findings there are, and how severe each is. */
static const struct {
    const char *name;
    struct poke pokes[POKES];
    const char *asked;
    const char *rules; /* each with its severity: n, w, e */
} asked_rows[] = {
    { "nobody is hurt, and Linux is asked for",
      { P(facts.given, MPT_FACT_ACPI) },
      "linux",
      "acpi-present=n" },
    { "only FreeBSD, OpenBSD, NetBSD and illumos are hurt",
      { T(local_int_count, 0) },
      "linux",
      "" },
    { "and illumos is asked for", { T(local_int_count, 0) }, "illumos", "lint-missing=e" },
    { "a fallback", { GIVEN(MPT_FACT_IRQ0, irq0_intin, 0) }, "linux", "irq0-pin=w" },
    { "another one loses more", { GIVEN(MPT_FACT_IRQ0, irq0_intin, 0) }, "openbsd", "irq0-pin=e" },
    { "the worst of two", { GIVEN(MPT_FACT_IRQ0, irq0_intin, 0) }, "linux,openbsd", "irq0-pin=e" },
    { "a message",
      { GIVEN(MPT_FACT_APIC_VERSION, apic_version, 0x15) },
      "linux",
      "cpu-version-mismatch=n" },
    { "one PCI bus that is not 0", { PCI_BUSES(1) }, "freebsd", "" },
    { "several", { PCI_BUSES(2) }, "freebsd", "bus-pci-not-zero=e" },
};

static uint32_t set_of(const char *names)
{
    uint32_t set = 0;
    char name[16];

    for (; *names; names += strcspn(names, ",") + (names[strcspn(names, ",")] == ',')) {
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(names, ","), names);
        set |= mpt_consumer_bit(mpt_consumer_named(name));
    }
    return set;
}

static void asking(void)
{
    for (size_t r = 0; r < sizeof(asked_rows) / sizeof(asked_rows[0]); r++) {
        char line[256] = "", got[256] = "";

        ROW_CHECK(asked_rows[r].name, scene_judge(asked_rows[r].pokes));
        mpt_check(&image.memory, &image.view, &scene.facts, set_of(asked_rows[r].asked), &report);
        for (unsigned i = 0; i < report.finding_count; i++)
            if (!scene_is_sound(report.findings[i].rule->id))
                snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s=%c", got[0] ? " " : "",
                         report.findings[i].rule->id, "nwe"[report.findings[i].severity]);
        snprintf(line, sizeof(line), "%s: %.200s", asked_rows[r].name, got);
        ROW_CHECK(line, strcmp(got, asked_rows[r].rules) == 0);
    }
}

/* How many processors run: one that the table hides from a reader does not start. */
static const struct {
    const char *name;
    struct poke pokes[POKES];
    const char *processors;
} runs[] = {
    { "all", { P(unsummed, 0) }, "linux=4 freebsd=4 openbsd=4 netbsd=4 xv6=4" },
    { "no count", { TB2(COUNT, 0) }, "linux=4 freebsd=1 openbsd=1 netbsd=1 memtest86+=4 haiku=1" },
    { "a count of 3", { TB2(COUNT, 3) }, "linux=4 freebsd=3 openbsd=3 netbsd=3 serenity=3" },
    { "a high count", { TB2(COUNT, 25) }, "linux=4 openbsd=4 netbsd=4" },
    { "a length of two processors",
      { TB2(LENGTH, AT_CPU + 40), TB2(EXT_LENGTH, 0) },
      "openbsd=2 netbsd=2 memtest86+=2 xv6=2 freebsd=4 haiku=4" },
    { "a length in the third",
      { TB2(LENGTH, AT_CPU + 41), TB2(EXT_LENGTH, 0) },
      "openbsd=3 netbsd=3 memtest86+=3 xv6=3 freebsd=4" },
    { "an ID above 62", { S(processors[3].apic_id, 63) }, "linux=4 freebsd=3 openbsd=4" },
    { "a disabled one", { S(processors[3].flags, 0) }, "linux=3 freebsd=3 memtest86+=4 xv6=4" },
};

static void processors_that_run(void)
{
    for (size_t r = 0; r < sizeof(runs) / sizeof(runs[0]); r++) {
        char name[96], consumer[16];
        unsigned wanted;
        int size;

        ROW_CHECK(runs[r].name, scene_judge(runs[r].pokes));
        for (const char *at = runs[r].processors;
             sscanf(at, " %15[^=]=%u%n", consumer, &wanted, &size) == 2; at += size)
            for (unsigned i = 0; i < MPT_CONSUMERS; i++) {
                const struct mpt_verdict *const v = &report.verdicts[i];

                if (strcmp(mpt_consumer_name(mpt_consumer_at(i)), consumer) != 0)
                    continue;
                snprintf(name, sizeof(name), "%s: %s=%u, not %u", runs[r].name, consumer, wanted,
                         v->processors);
                ROW_CHECK(name, v->processors == wanted);
            }
    }
}

static void nothing_to_look_at(void)
{
    static const uint8_t zeros[64];
    const struct mpt_segment segment = { 0xf0000, sizeof(zeros), zeros };
    const struct mpt_memory memory = { &segment, 1 }, empty = { NULL, 0 };

    mpt_check(&memory, NULL, NULL, MPT_FOR_ALL, &report);
    scene_expect("no floating pointer", "fp-not-found");
    mpt_check(&empty, NULL, NULL, MPT_FOR_ALL, &report);
    scene_expect("no memory", "fp-not-found");
}

static const struct test tests[] = {
    { "malformed images give their rules", malformed_images },
    { "what findings carry", what_findings_carry },
    { "conflicts are counted", conflicts_are_counted },
    { "who is asked for", asking },
    { "processors that run", processors_that_run },
    { "nothing to look at", nothing_to_look_at },
};
const struct suite mptable_check = { "mptable/check", tests, sizeof(tests) / sizeof(tests[0]) };
