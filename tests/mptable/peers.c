/* SPDX-License-Identifier: ISC */
/* Tables of other builders, as they are and damaged in every way; and random ones. */
#include "scene.h"

#include <stdlib.h>

#include "../lib/guard.h"

/*
 * Tables of other builders with 4 processors, without context. The names are those of
 * vectors/peers/index.
 */
static const struct {
    const char *name, *rules;
} peers[] = {
    { "acrn-dm", "ioapic-id-clash-cpu lint-extint-all" },
    { "acrn-dm-lapicpt", "ioapic-none int-none lint-extint-all" },
    { "acrn-hv", "entries-unsorted ioapic-none int-none lint-extint-all" },
    { "bhyve", "ioapic-id-clash-cpu lint-extint-all" },
    { "bhyve-illumos", "fp-outside-window ioapic-id-clash-cpu lint-extint-all" },
    { "bhyve-pci2", "ioapic-id-clash-cpu lint-extint-all" },
    { "bochs", "cpu-signature-family lint-missing" },
    { "bochs-qemu", "cpu-signature-family lint-missing" },
    { "capsa", "irq2-entry isa-irq-range lint-extint-all" },
    { "cloud-hypervisor", "entry-count-zero ioapic-id-255 irq2-entry" },
    { "cloud-hypervisor-topo3", "entry-count-zero cpu-id-sparse ioapic-id-255 irq2-entry" },
    { "coreboot-986lcd-m", "imcr-set bus-hierarchy-missing ioapic-id-clash-cpu lint-extint-all" },
    { "coreboot-p2b-ds", "bus-hierarchy-missing ioapic-id-clash-cpu lint-extint-all" },
    { "coreboot-p2b-ds-x64",
      "entry-count-mismatch entries-unsorted cpu-disabled cpu-disabled-zero-version "
      "reserved-bytes bus-hierarchy-missing ioapic-id-clash-cpu lint-extint-all" },
    { "crosvm", "entry-count-zero entries-unsorted irq2-entry lint-vectored" },
    { "crosvm-pci3", "entry-count-zero entries-unsorted irq2-entry lint-vectored" },
    { "dragonball", "oem-pointer entry-count-zero bus-pci-not-zero" },
    { "dragonball-boot1", "oem-pointer entry-count-zero cpu-disabled bus-pci-not-zero" },
    { "firecracker", "entry-count-mismatch irq2-entry isa-irq-range" },
    { "firecracker-1.6", "entry-count-zero irq2-entry isa-irq-range" },
    { "gem5",
      "imcr-set id-padding entries-unsorted extint-multiple lint-missing cpu-features-missing "
      "int-pin-conflict" },
    { "gokvm",
      "id-padding window-overrun cpu-disabled cpu-disabled-zero-version bus-missing-isa ioapic-none "
      "int-none lint-missing" },
    { "gokvm-2026", "id-padding window-overrun lint-missing cpu-disabled cpu-disabled-zero-version "
                    "ioapic-id-clash-cpu irq2-entry" },
    { "gokvm-2026-pci",
      "id-padding window-overrun lint-missing cpu-disabled cpu-disabled-zero-version "
      "bus-order ioapic-id-clash-cpu irq2-entry" },
    { "gokvm-define42", "id-padding bus-missing-isa ioapic-none int-none lint-missing" },
    { "hvi-vmm", "lint-missing irq2-entry" },
    { "hvmloader", "cpu-id-sparse lint-missing" },
    { "hyperkit", "ioapic-id-clash-cpu lint-extint-all" },
    { "kvmtool", "int-none lint-vectored" },
    { "kvmtool-pci3", "irq0-missing lint-vectored" },
    { "libkrun", "entry-count-zero irq2-entry" },
    { "mini-vmm", "irq2-entry lint-extint-all" },
    { "modvm", "ioapic-id-over-15" },
    { "modvm-pci2", "ioapic-id-over-15" },
    { "nanovmm", "entry-count-zero irq2-entry int-pin-conflict lint-extint-all" },
    { "nvx", "irq2-entry" },
    { "openvmm", "fp-outside-window low-vectors lint-missing cpu-features-missing" },
    { "openvmm-0",
      "fp-outside-window low-vectors lint-missing cpu-features-missing ioapic-id-clash-cpu" },
    { "openvmm-0-level4",
      "fp-outside-window low-vectors lint-missing cpu-features-missing ioapic-id-clash-cpu" },
    { "openvmm-1", "fp-outside-window low-vectors lint-missing cpu-features-missing" },
    { "openvmm-level4", "fp-outside-window low-vectors lint-missing cpu-features-missing" },
    { "palacios", "entry-count-mismatch lint-missing" },
    { "palacios-nopci", "entry-count-mismatch bus-order lint-missing" },
    { "pn-vmm", "irq2-entry" },
    { "qboot", "entry-count-zero cpu-signature-family" },
    { "qboot-noirq0", "entry-count-zero cpu-signature-family irq2-entry" },
    { "qemu-microvm-rfc", "entry-count-zero irq2-entry" },
    { "seabios", "cpu-signature-family ioapic-id-clash-cpu pci-edge" },
    { "seabios-nopci", "cpu-signature-family ioapic-id-clash-cpu irq2-entry" },
    { "stratovirt", "id-padding entry-count-zero bus-type-padding irq2-entry lint-unknown-cpu" },
    { "stt", "imcr-set ioapic-id-over-15 irq2-entry isa-irq-range lint-extint-all" },
    { "stt-2s", "imcr-set ioapic-id-over-15 irq2-entry isa-irq-range lint-extint-all" },
    { "tdvmm", "irq2-entry isa-irq-range" },
    { "u-boot",
      "cpu-signature-family bus-order ioapic-id-clash-cpu int-unknown-bus int-pin-conflict "
      "lint-extint-all" },
    { "virtualbox", "cpu-signature-family bus-pci-not-zero ioapic-id-clash-cpu lint-extint-all" },
    { "vmm-reference", "entry-count-zero irq2-entry isa-irq-range" },
    { "volt", "imcr-set irq0-extint-only irq2-entry lint-missing" },
};

static FILE *open_vector(const char *name)
{
    const char *const srcdir = getenv("srcdir");
    char path[1024];

    snprintf(path, sizeof(path), "%s/tests/vectors/peers/%s", srcdir ? srcdir : ".", name);
    return fopen(path, "rb");
}

/* A peer's table: its files are segments, each ending at an unmapped page */
struct peer {
    struct guard guards[2];
    struct mpt_segment segments[2];
    struct mpt_memory memory;
    uint64_t floating;
};

static void peer_add(struct peer *p, const char *file, uint32_t base)
{
    static uint8_t bytes[IMAGE_MAX];
    FILE *const f = open_vector(file);
    const size_t n = p->memory.count++, size = f ? fread(bytes, 1, sizeof(bytes), f) : 0;

    if (f)
        fclose(f);
    guard_make(&p->guards[n], size);
    if (size > 0)
        memcpy(p->guards[n].bytes, bytes, size);
    p->segments[n] = (struct mpt_segment){ base, size, p->guards[n].bytes };
    p->memory.segments = p->segments;
}

/* The table of the index with that name and number of processors */
static bool peer_read(struct peer *p, const char *name, unsigned cpus)
{
    char line[256], peer[64], part[32], file[64];
    FILE *const index = open_vector("index");
    unsigned n, base;

    memset(p, 0, sizeof(*p));
    while (index && fgets(line, sizeof(line), index))
        if (sscanf(line, "%63s %u %31s %x %63s", peer, &n, part, &base, file) == 5 && n == cpus &&
            strcmp(peer, name) == 0 && p->memory.count < 2)
            peer_add(p, file, base);
    if (index)
        fclose(index);
    return mpt_next_floating(&p->memory, &p->floating) == MPT_OK;
}

static void peer_free(struct peer *p)
{
    for (size_t i = 0; i < p->memory.count; i++)
        guard_free(&p->guards[i]);
}

static size_t check_memory(const struct mpt_memory *memory, uint64_t floating,
                           const struct mpt_facts *facts)
{
    struct mpt_view view;

    report.finding_count = 0;
    if (mpt_open(memory, (uint32_t)floating, &view) == MPT_OK)
        mpt_check(memory, &view, facts, MPT_FOR_ALL, &report);
    return report.finding_count;
}

static void tables_of_peers(void)
{
    for (size_t r = 0; r < sizeof(peers) / sizeof(peers[0]); r++) {
        struct peer p;

        ROW_CHECK(peers[r].name, peer_read(&p, peers[r].name, CPUS));
        check_memory(&p.memory, p.floating, NULL);
        scene_expect(peers[r].name, peers[r].rules);
        peer_free(&p);
    }
    CU_ASSERT_EQUAL(sizeof(peers) / sizeof(peers[0]), 57);
}

/* More processors than four, and low memory without its words */
static void larger_tables(void)
{
    static const struct {
        const char *name;
        unsigned cpus;
        const char *rules;
    } sizes[] = {
        { "1 processor", 1, "" },
        { "8 processors", 8, "" },
        { "9 processors", 9, "cpu-count-over-8" },
        { "15 processors", 15, "cpu-count-over-8" },
        { "16 processors", 16, "cpu-id-over-14 cpu-count-over-8 ioapic-id-over-15" },
        { "33 processors", 33,
          "cpu-id-over-14 cpu-count-over-8 cpu-count-over-32 ioapic-id-over-15" },
    };
    const struct mpt_facts zero = { .given = MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY };
    const struct poke none[POKES] = { { 0, 0, 0 } };
    struct peer p;

    for (size_t r = 0; r < sizeof(sizes) / sizeof(sizes[0]); r++) {
        scene_fill(sizes[r].cpus);
        ROW_CHECK(sizes[r].name, scene_open(none));
        mpt_check(&image.memory, &image.view, NULL, MPT_FOR_ALL, &report);
        scene_expect(sizes[r].name, sizes[r].rules);
    }
    CU_ASSERT_FATAL(peer_read(&p, "volt", 41));
    check_memory(&p.memory, p.floating, NULL);
    scene_expect("volt, 41",
                 "imcr-set cpu-id-over-14 cpu-count-over-8 cpu-count-over-32 ioapic-id-over-15 "
                 "irq0-extint-only irq2-entry lint-missing");
    peer_free(&p);
    CU_ASSERT_FATAL(peer_read(&p, "pane", 1));
    check_memory(&p.memory, p.floating, NULL);
    scene_expect("pane, 1", "irq2-entry");
    peer_free(&p);
    CU_ASSERT_FATAL(peer_read(&p, "volt", CPUS));
    check_memory(&p.memory, p.floating, &zero);
    scene_expect("volt, words 0", "fp-not-found bda-not-set imcr-set irq0-extint-only irq2-entry "
                                  "lint-missing");
    peer_free(&p);
}

/* Whatever is there is read inside its bounds, and each finding points into it. */
static void check_hostile(const struct mpt_memory *memory, uint64_t floating,
                          const struct mpt_facts *facts)
{
    check_memory(memory, floating, facts);
    CU_ASSERT_FATAL(report.finding_count <= MPT_RULES_MAX);
    for (size_t i = 0; i < report.finding_count; i++)
        if (report.findings[i].count == 0 || report.findings[i].entry >= MPT_ENTRIES_MAX ||
            scene_rule_index(report.findings[i].rule) >= MPT_RULES_MAX)
            CU_FAIL("a finding that cannot be");
}

static const char *const swept[] = { "volt", "seabios", "crosvm-pci3", "coreboot-p2b-ds-x64",
                                     "gokvm" };

static void every_byte_flipped(void)
{
    for (size_t v = 0; v < sizeof(swept) / sizeof(swept[0]); v++) {
        struct peer p;

        CU_ASSERT_FATAL(peer_read(&p, swept[v], CPUS));
        for (size_t s = 0; s < p.memory.count; s++)
            for (size_t i = 0; i < p.segments[s].size; i++)
                for (unsigned bit = 0; bit < 8; bit++) {
                    p.guards[s].bytes[i] ^= (uint8_t)(1U << bit);
                    check_hostile(&p.memory, p.floating, NULL);
                    p.guards[s].bytes[i] ^= (uint8_t)(1U << bit);
                }
        peer_free(&p);
    }
}

static void every_prefix(void)
{
    for (size_t v = 0; v < sizeof(swept) / sizeof(swept[0]); v++) {
        struct peer p;

        CU_ASSERT_FATAL(peer_read(&p, swept[v], CPUS));
        for (size_t s = 0; s < p.memory.count; s++) {
            const struct mpt_segment whole = p.segments[s];

            for (size_t size = 0; size <= whole.size; size++) {
                struct guard g;

                guard_make(&g, size);
                if (size > 0)
                    memcpy(g.bytes, whole.bytes, size);
                p.segments[s] = (struct mpt_segment){ whole.base, size, g.bytes };
                check_hostile(&p.memory, p.floating, NULL);
                guard_free(&g);
            }
            p.segments[s] = whole;
        }
        peer_free(&p);
    }
}

/* A header that claims all there is, then random entries of defined types: walks go far. */
static void random_entries(void)
{
    const struct mpt_facts all = { .given = 0x7fff, .vcpus = 3, .memory_size = 0x10000 };
    const size_t size = MPT_FLOATING_SIZE + MPT_TABLE_MAX;
    uint64_t state = 1;
    struct guard g;

    guard_make(&g, size);
    for (unsigned round = 0; round < 60; round++) {
        uint8_t *const table = g.bytes + MPT_FLOATING_SIZE;
        const struct mpt_segment segment = { 0x9fc00, size, g.bytes };
        const struct mpt_memory memory = { &segment, 1 };
        const struct mpt_floating floating = { 4, 0, 0 };

        for (size_t i = 0; i < size; i++) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            g.bytes[i] = (uint8_t)(state >> 56 & (round % 2 ? 3 : 0xff));
        }
        mpt_encode_floating(&floating, 0x9fc10, g.bytes);
        for (size_t i = MPT_HEADER_SIZE; round >= 20 && i + 8 <= MPT_TABLE_MAX;
             i += table[i] ? 8 : 20)
            table[i] = (uint8_t)(table[i] % (round % 3 ? 5 : 4));
        memcpy(table, "PCMP", 4);
        table[LENGTH] = table[LENGTH + 1] = 0xff;
        table[EXT_LENGTH] = table[EXT_LENGTH + 1] = (uint8_t)(round % 5 ? 0 : 0xff);
        check_hostile(&memory, 0x9fc00, round % 4 ? &all : NULL);
        CU_ASSERT(report.finding_count > 0);
    }
    guard_free(&g);
}

static const struct test tests[] = {
    { "tables of 57 builders give their rules", tables_of_peers },
    { "tables of other sizes", larger_tables },
    { "every bit flipped", every_byte_flipped },
    { "every prefix", every_prefix },
    { "random entries", random_entries },
};
const struct suite mptable_peers = { "mptable/peers", tests, sizeof(tests) / sizeof(tests[0]) };
