/* SPDX-License-Identifier: ISC */
#include "suites.h"

#include <stdlib.h>

static struct topology topology;
static struct image image;
static struct err error;

static int build_with(const char *profile, const char *members)
{
    char json[300];

    snprintf(json, sizeof(json), "{'profile':'%s',%s}", profile, members);
    return build(json, &topology, &image, &error);
}

/* Bytes of a hex file with # comments; 0 when it cannot be read. */
static size_t read_hex(const char *name, uint8_t *out, size_t cap)
{
    const char *srcdir = getenv("srcdir");
    char path[512], line[200];
    size_t n = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/tests/vectors/%s", srcdir ? srcdir : ".", name);
    file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file)) {
        line[strcspn(line, "#\n")] = '\0';
        for (char *at = line; n < cap;) {
            char *end;
            const unsigned long byte = strtoul(at, &end, 16);

            if (end == at)
                break;
            out[n++] = (uint8_t)byte;
            at = end;
        }
    }
    if (file)
        fclose(file);
    return n;
}

static void hand_written(void)
{
    static const struct {
        const char *name, *profile, *members;
    } rows[] = {
        { "good-kvm-2.hex", "kvm", "'cpus':2" },
        { "good-qemu-3.hex", "qemu", "'cpus':3" },
    };
    uint8_t bytes[IMAGE_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const size_t size = read_hex(rows[i].name, bytes, sizeof(bytes));

        ROW_CHECK(rows[i].name, build_with(rows[i].profile, rows[i].members) == 0);
        ROW_CHECK(rows[i].name,
                  size > 0 && size == image.size && memcmp(bytes, image.bytes, size) == 0);
        CU_ASSERT_EQUAL(image.place.base, 0x9fc00);
    }
}

/* At 0x9fc00 while it ends by 0xa0000, else one image that ends with the floating pointer there. */
static void placement(void)
{
    char members[40];

    for (unsigned cpus = 1; cpus <= 255; cpus++) {
        snprintf(members, sizeof(members), "'cpus':%u", cpus);
        CU_ASSERT_EQUAL(build_with("qemu", members), 0);
        CU_ASSERT_EQUAL(image.cpus, cpus);
        CU_ASSERT_EQUAL(image.entries, cpus + 19);
        CU_ASSERT_EQUAL(image.place.floating, 0x9fc00);
        CU_ASSERT(image.place.base % 16 == 0);
        if (212 + 20 * cpus <= 1024) {
            CU_ASSERT_EQUAL(image.place.base, 0x9fc00);
            CU_ASSERT_EQUAL(image.place.table, 0x9fc10);
            CU_ASSERT_EQUAL(image.size, 212 + 20 * cpus);
        } else {
            CU_ASSERT_EQUAL(image.place.table, image.place.base);
            CU_ASSERT_EQUAL(image.place.base + image.size, 0x9fc10);
            CU_ASSERT(image.size >= 212 + 20 * cpus && image.size < 212 + 20 * cpus + 16);
        }
    }
    CU_ASSERT_EQUAL(build_with("kvm", "'cpus':39,'irqs':20"), 0);
    CU_ASSERT_EQUAL(image.place.base, 0x9fc00);
    CU_ASSERT_EQUAL(image.place.base + image.size, 0xa0000);
    CU_ASSERT_EQUAL(build_with("kvm", "'cpus':39,'irqs':21"), 0);
    CU_ASSERT_EQUAL(image.place.base + image.size, 0x9fc10);
}

static void refusals(void)
{
    static const struct {
        const char *name, *profile, *members, *pointer;
    } rows[] = {
        { "guest memory ends before", "kvm", "'cpus':1,'memory_size':4096", "/memory_size" },
        { "guest memory a byte short", "kvm", "'cpus':1,'memory_size':654567", "/memory_size" },
        { "guest memory just enough", "kvm", "'cpus':1,'memory_size':654568", NULL },
        { "no room with 24 lines", "volt", "'cpus':41,'irqs':24", "/cpus" },
        { "no room with 17 lines", "volt", "'cpus':41,'irqs':17", "/cpus" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const int status = build_with(rows[i].profile, rows[i].members);

        ROW_CHECK(rows[i].name, status == (rows[i].pointer ? -1 : 0));
        if (rows[i].pointer)
            ROW_CHECK(rows[i].name, error.code == ERR_INVALID && error.count == 1 &&
                                        strcmp(error.places[0].pointer, rows[i].pointer) == 0);
    }
}

/* The ID that the I/O APIC gets: never one of a processor's while there is another. */
static void ioapic_ids(void)
{
    static const struct {
        const char *profile, *members;
        unsigned cpus;
        uint8_t id;
    } rows[] = {
        { "kvm", "'cpus':4", 4, 4 },
        { "kvm", "'cpus':6,'topology':{'packages':2,'cores':3}", 6, 3 },
        { "kvm", "'processors':[{'apic_id':7},{'apic_id':0}]", 2, 1 },
        { "kvm", "'cpus':254", 254, 254 },
        { "kvm", "'cpus':255", 255, 0 },
        { "volt", "'cpus':4", 4, 4 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const uint8_t *entry;

        ROW_CHECK(rows[i].members, build_with(rows[i].profile, rows[i].members) == 0);
        entry = image.bytes + (image.place.table - image.place.base) + 44 + 20 * rows[i].cpus + 8;
        ROW_CHECK(rows[i].members, entry[0] == 2 && entry[1] == rows[i].id);
    }
}

static bool found(const char *rule, size_t length)
{
    for (unsigned f = 0; f < image.report.finding_count; f++)
        if (strlen(image.report.findings[f].rule->id) == length &&
            memcmp(image.report.findings[f].rule->id, rule, length) == 0)
            return true;
    return false;
}

/* Are the image's findings exactly those of the rules, separated by blanks? */
static bool findings_are(const char *rules)
{
    unsigned count = 0;

    while (*rules) {
        const size_t length = strcspn(rules, " ");

        if (!found(rules, length))
            return false;
        count++;
        rules += length + (rules[length] == ' ');
    }
    return count == image.report.finding_count;
}

/* Findings of whole tables for all consumers, as they were seen to take them */
static void findings(void)
{
    static const struct {
        const char *profile, *members, *rules;
    } rows[] = {
        { "kvm", "'cpus':1", "" },
        { "kvm", "'cpus':8", "" },
        { "qemu", "'cpus':8", "" },
        { "kvm", "'cpus':9", "cpu-count-over-8" },
        { "qemu", "'cpus':15", "cpu-count-over-8" },
        { "kvm", "'cpus':1,'irqs':24", "isa-irq-range" },
        { "volt", "'cpus':16",
          "imcr-set cpu-count-over-8 lint-missing cpu-id-over-14 ioapic-id-over-15 "
          "irq0-extint-only extint-io irq2-entry" },
        { "volt", "'cpus':33",
          "imcr-set cpu-count-over-8 cpu-count-over-32 lint-missing cpu-id-over-14 ioapic-id-over-15 "
          "irq0-extint-only extint-io irq2-entry" },
        { "kvm", "'cpus':2,'bios_data_area':true", "" },
        { "kvm", "'cpus':100,'bios_data_area':true",
          "cpu-count-over-8 cpu-count-over-32 cpu-id-over-14 cpu-id-over-62 ioapic-id-over-15" },
        { "kvm", "'cpus':2,'placement':{'window':'bios'},'bios_data_area':true", "" },
        { "kvm", "'cpus':2,'placement':{'window':'ebda','base':'0x9f000'},'bios_data_area':true",
          "fp-not-found" },
        /* four processors of every builder of the field */
        { "acrn-dm", "'cpus':4", "ioapic-id-clash-cpu extint-io lint-extint-all" },
        { "acrn-hv", "'cpus':4", "entries-unsorted ioapic-none int-none lint-extint-all" },
        { "bhyve", "'cpus':4", "ioapic-id-clash-cpu extint-io lint-extint-all" },
        { "bhyve-illumos", "'cpus':4",
          "fp-outside-window ioapic-id-clash-cpu extint-io lint-extint-all" },
        { "bochs", "'cpus':4", "cpu-signature-family lint-missing" },
        { "bochs-qemu", "'cpus':4", "cpu-signature-family lint-missing" },
        { "capsa", "'cpus':4", "irq2-entry isa-irq-range lint-extint-all" },
        { "cloud-hypervisor", "'cpus':4", "entry-count-zero ioapic-id-255 irq2-entry" },
        { "coreboot-986lcd-m", "'cpus':4",
          "imcr-set bus-hierarchy-missing ioapic-id-clash-cpu extint-io lint-extint-all" },
        { "coreboot-p2b-ds", "'cpus':4",
          "bus-hierarchy-missing ioapic-id-clash-cpu extint-io lint-extint-all" },
        { "crosvm", "'cpus':4", "entry-count-zero entries-unsorted irq2-entry lint-vectored" },
        { "dragonball", "'cpus':4", "oem-pointer entry-count-zero bus-pci-not-zero" },
        { "firecracker", "'cpus':4", "entry-count-mismatch irq2-entry isa-irq-range" },
        { "firecracker-1.6", "'cpus':4", "entry-count-zero irq2-entry isa-irq-range" },
        { "gem5", "'cpus':4",
          "imcr-set id-padding entries-unsorted extint-multiple lint-missing "
          "cpu-features-missing extint-io int-pin-conflict" },
        { "gokvm", "'cpus':4",
          "id-padding window-overrun cpu-disabled cpu-disabled-zero-version bus-missing-isa ioapic-none "
          "int-none lint-missing" },
        { "gokvm-2026", "'cpus':4",
          "id-padding window-overrun lint-missing cpu-disabled cpu-disabled-zero-version "
          "ioapic-id-clash-cpu irq2-entry" },
        { "gokvm-2026-pci", "'cpus':4",
          "id-padding window-overrun lint-missing cpu-disabled cpu-disabled-zero-version "
          "bus-order ioapic-id-clash-cpu irq2-entry" },
        { "gokvm-define42", "'cpus':4",
          "id-padding bus-missing-isa ioapic-none int-none lint-missing" },
        { "hvi-vmm", "'cpus':4", "lint-missing irq2-entry" },
        { "hvmloader", "'cpus':4", "cpu-id-sparse lint-missing extint-io" },
        { "hyperkit", "'cpus':4", "ioapic-id-clash-cpu extint-io lint-extint-all" },
        { "kvmtool", "'cpus':4", "int-none lint-vectored" },
        { "libkrun", "'cpus':4", "entry-count-zero irq2-entry" },
        { "mini-vmm", "'cpus':4", "irq2-entry lint-extint-all" },
        { "modvm", "'cpus':4", "ioapic-id-over-15" },
        { "nanovmm", "'cpus':4",
          "entry-count-zero extint-io irq2-entry int-pin-conflict lint-extint-all" },
        { "nvx", "'cpus':4", "irq2-entry" },
        { "openvmm", "'cpus':4",
          "fp-outside-window low-vectors lint-missing cpu-features-missing" },
        { "openvmm-0", "'cpus':4",
          "fp-outside-window low-vectors lint-missing cpu-features-missing ioapic-id-clash-cpu" },
        { "openvmm-0-level4", "'cpus':4",
          "fp-outside-window low-vectors lint-missing cpu-features-missing ioapic-id-clash-cpu" },
        { "openvmm-1", "'cpus':4",
          "fp-outside-window low-vectors lint-missing cpu-features-missing" },
        { "openvmm-level4", "'cpus':4",
          "fp-outside-window low-vectors lint-missing cpu-features-missing" },
        { "palacios", "'cpus':4", "entry-count-mismatch lint-missing" },
        { "pane", "'cpus':1", "irq2-entry" },
        { "pn-vmm", "'cpus':4", "irq2-entry" },
        { "qboot", "'cpus':4", "entry-count-zero cpu-signature-family" },
        { "qemu-microvm-rfc", "'cpus':4", "entry-count-zero irq2-entry" },
        { "seabios", "'cpus':4", "cpu-signature-family ioapic-id-clash-cpu pci-edge" },
        { "stratovirt", "'cpus':4",
          "id-padding entry-count-zero bus-type-padding irq2-entry lint-unknown-cpu" },
        { "stt", "'cpus':4",
          "imcr-set ioapic-id-over-15 irq2-entry isa-irq-range lint-extint-all" },
        { "stt-2s", "'cpus':4",
          "imcr-set ioapic-id-over-15 irq2-entry isa-irq-range lint-extint-all" },
        { "stt-5c", "'cpus':5",
          "imcr-set ioapic-id-over-15 irq2-entry isa-irq-range lint-extint-all" },
        { "tdvmm", "'cpus':4", "irq2-entry isa-irq-range" },
        { "u-boot", "'cpus':4",
          "cpu-signature-family bus-order ioapic-id-clash-cpu extint-io "
          "int-unknown-bus int-pin-conflict lint-extint-all" },
        { "virtualbox", "'cpus':4",
          "cpu-signature-family bus-pci-not-zero ioapic-id-clash-cpu lint-extint-all" },
        { "vmm-reference", "'cpus':4", "entry-count-zero irq2-entry isa-irq-range" },
        { "volt", "'cpus':4", "imcr-set lint-missing irq0-extint-only extint-io irq2-entry" },
    };
    char line[600];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CU_ASSERT_EQUAL(build_with(rows[i].profile, rows[i].members), 0);
        topology.asked = MPT_FOR_ALL;
        CU_ASSERT_EQUAL(image_build(&topology, &image, &error), 0);
        snprintf(line, sizeof(line), "%s %s:", rows[i].profile, rows[i].members);
        for (unsigned f = 0; f < image.report.finding_count; f++)
            strcat(strcat(line, " "), image.report.findings[f].rule->id);
        ROW_CHECK(line, findings_are(rows[i].rules));
    }
}

/* Its table's sum is taken, then the pointer goes over the table. */
static void pointer_over_table(void)
{
    CU_ASSERT_EQUAL(build_with("nanovmm", "'cpus':143"), 0);
    CU_ASSERT(!found("table-checksum", 14) && !found("table-overlaps-fp", 17));
    CU_ASSERT_EQUAL(build_with("nanovmm", "'cpus':144"), 0);
    CU_ASSERT(found("table-checksum", 14) && found("table-overlaps-fp", 17));
}

static const struct test tests[] = {
    { "vectors written by hand", hand_written },
    { "placement of 1 to 255 processors", placement },
    { "memory and window limits", refusals },
    { "the I/O APIC's ID", ioapic_ids },
    { "findings", findings },
    { "a pointer over its table", pointer_over_table },
};
const struct suite text_image = { "text/image", tests, sizeof(tests) / sizeof(tests[0]) };
