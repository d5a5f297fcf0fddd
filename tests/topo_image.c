/* SPDX-License-Identifier: ISC */
#include "topo.h"

#include <stdlib.h>

static struct topology topology;
static struct image image;
static struct err error;

static int build_with(const char *profile, const char *members)
{
    char json[300];

    snprintf(json, sizeof(json), "{\"profile\":\"%s\",%s}", profile, members);
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
        { "good-kvm-2.hex", "kvm", "\"cpus\":2" },
        { "good-qemu-3.hex", "qemu", "\"cpus\":3" },
    };
    uint8_t bytes[IMAGE_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const size_t size = read_hex(rows[i].name, bytes, sizeof(bytes));

        ROW_CHECK(rows[i].name, build_with(rows[i].profile, rows[i].members) == 0);
        ROW_CHECK(rows[i].name, size > 0 && size == image.size && memcmp(bytes, image.bytes, size) == 0);
        CU_ASSERT_EQUAL(image.place.base, 0x9fc00);
    }
}

/* At 0x9fc00 while it ends by 0xa0000, else one image that ends with the floating pointer there. */
static void placement(void)
{
    char members[40];

    for (unsigned cpus = 1; cpus <= 255; cpus++) {
        snprintf(members, sizeof(members), "\"cpus\":%u", cpus);
        CU_ASSERT_EQUAL(build_with("qemu", members), 0);
        CU_ASSERT_EQUAL(image.cpus, cpus);
        CU_ASSERT_EQUAL(image.entries, cpus + 20);
        CU_ASSERT_EQUAL(image.place.floating, 0x9fc00);
        CU_ASSERT(image.place.base % 16 == 0);
        if (220 + 20 * cpus <= 1024) {
            CU_ASSERT_EQUAL(image.place.base, 0x9fc00);
            CU_ASSERT_EQUAL(image.place.table, 0x9fc10);
            CU_ASSERT_EQUAL(image.size, 220 + 20 * cpus);
        } else {
            CU_ASSERT_EQUAL(image.place.table, image.place.base);
            CU_ASSERT_EQUAL(image.place.base + image.size, 0x9fc10);
            CU_ASSERT(image.size >= 220 + 20 * cpus && image.size < 220 + 20 * cpus + 16);
        }
    }
    CU_ASSERT_EQUAL(build_with("kvm", "\"cpus\":39,\"irqs\":20"), 0);
    CU_ASSERT_EQUAL(image.place.base, 0x9fc00);
    CU_ASSERT_EQUAL(image.place.base + image.size, 0xa0000);
    CU_ASSERT_EQUAL(build_with("kvm", "\"cpus\":39,\"irqs\":21"), 0);
    CU_ASSERT_EQUAL(image.place.base + image.size, 0x9fc10);
}

static void refusals(void)
{
    static const struct {
        const char *name, *profile, *members, *pointer;
    } rows[] = {
        { "guest memory ends before", "kvm", "\"cpus\":1,\"memory_size\":4096", "/memory_size" },
        { "guest memory a byte short", "kvm", "\"cpus\":1,\"memory_size\":654567", "/memory_size" },
        { "guest memory just enough", "kvm", "\"cpus\":1,\"memory_size\":654568", NULL },
        { "no room with 24 lines", "volt", "\"cpus\":41,\"irqs\":24", "/cpus" },
        { "no room with 17 lines", "volt", "\"cpus\":41,\"irqs\":17", "/cpus" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const int status = build_with(rows[i].profile, rows[i].members);

        ROW_CHECK(rows[i].name, status == (rows[i].pointer ? -1 : 0));
        if (rows[i].pointer)
            ROW_CHECK(rows[i].name, error.code == ERR_TOPOLOGY && error.count == 1 &&
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
        { "kvm", "\"cpus\":4", 4, 4 },
        { "kvm", "\"cpus\":6,\"topology\":{\"packages\":2,\"cores\":3}", 6, 3 },
        { "kvm", "\"processors\":[{\"apic_id\":7},{\"apic_id\":0}]", 2, 1 },
        { "kvm", "\"cpus\":254", 254, 254 },
        { "kvm", "\"cpus\":255", 255, 0 },
        { "volt", "\"cpus\":4", 4, 4 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const uint8_t *entry;

        ROW_CHECK(rows[i].members, build_with(rows[i].profile, rows[i].members) == 0);
        entry = image.bytes + (image.place.table - image.place.base) + 44 + 20 * rows[i].cpus + 8;
        ROW_CHECK(rows[i].members, entry[0] == 2 && entry[1] == rows[i].id);
    }
}

/* Findings of whole tables, as operating systems were seen to take them. */
static void findings(void)
{
    static const struct {
        const char *profile, *members, *rules;
    } rows[] = {
        { "kvm", "\"cpus\":1", "" },
        { "kvm", "\"cpus\":8", "" },
        { "qemu", "\"cpus\":8", "" },
        { "kvm", "\"cpus\":9", "cpu-count-over-8 " },
        { "qemu", "\"cpus\":15", "cpu-count-over-8 " },
        { "kvm", "\"cpus\":1,\"irqs\":24", "isa-irq-range " },
        { "volt", "\"cpus\":4", "imcr-set irq0-extint-only irq2-entry lint-missing " },
        { "volt", "\"cpus\":16",
          "imcr-set cpu-id-over-14 cpu-count-over-8 ioapic-id-over-15 irq0-extint-only irq2-entry "
          "lint-missing " },
        { "volt", "\"cpus\":33",
          "imcr-set cpu-id-over-14 cpu-count-over-8 cpu-count-over-32 ioapic-id-over-15 irq0-extint-only "
          "irq2-entry lint-missing " },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char rules[400] = "";

        CU_ASSERT_EQUAL(build_with(rows[i].profile, rows[i].members), 0);
        for (unsigned f = 0; f < image.finding_count; f++)
            strcat(strcat(rules, image.findings[f].rule->id), " ");
        ROW_CHECK(rules, strcmp(rules, rows[i].rules) == 0);
    }
}

static const struct test tests[] = {
    { "vectors written by hand", hand_written },
    { "placement of 1 to 255 processors", placement },
    { "memory and window limits", refusals },
    { "the I/O APIC's ID", ioapic_ids },
    { "findings", findings },
};
const struct suite topo_image = { "topo/image", tests, sizeof(tests) / sizeof(tests[0]) };
