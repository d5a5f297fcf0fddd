/* SPDX-License-Identifier: ISC */
#include "../../src/text/finding.h"

#include "../../src/text/structures.h"
#include "../lib/quotes.h"
#include "suites.h"

/* To be released by free */
static char *findings_text(const struct mpt_finding *findings, unsigned count,
                           const struct finding_source *source)
{
    struct build b;
    size_t size;

    build_start(&b);
    finding_render_all(&b, NULL, findings, count, source);
    return build_compact(&b, &size);
}

static void check_findings(const struct mpt_finding *findings, unsigned count,
                           const struct finding_source *source, const char *expected)
{
    char *const text = findings_text(findings, count, source), *const wanted = quotes(expected);

    ROW_CHECK(text ? text : "no text", text && strcmp(text, wanted) == 0);
    free(text);
    free(wanted);
}

/*
 * A finding's pointer, in a topology of lists and in one of entries: five base entries, two
 * extended ones
 */
static const struct {
    enum mpt_part part;
    const char *field;
    int entry;
    unsigned index;
    const char *in_lists, *in_entries;
} pointers[] = {
    { MPT_PART_PROCESSOR, "apic_id", 1, 1, "/processors/1/apic_id", "/entries/1/apic_id" },
    { MPT_PART_PROCESSOR, "reserved", 1, 1, "/processors/1", "/entries/1" },
    { MPT_PART_BUS, "bus_type", 2, 0, "/buses/0/bus_type", "/entries/2/bus_type" },
    { MPT_PART_IOAPIC, "", 3, 0, "/io_apics/0", "/entries/3" },
    { MPT_PART_IO_INT, "irq", 4, 0, "/io_interrupts/0/irq", "/entries/4/irq" },
    { MPT_PART_LOCAL_INT, "lint", 4, 2, "/local_interrupts/2/lint", "/entries/4/lint" },
    { MPT_PART_EXTENDED, "", 1, 1, "/extended/1", "/entries/6" },
    { MPT_PART_EXTENDED, "", 2, 2, "/extended/2", "/entries" }, /* it is of no known type */
    { MPT_PART_TABLE, "io_interrupts", -1, 0, "/io_interrupts", "/entries" },
    { MPT_PART_TABLE, "io_interrupts", 4, 0, "/io_interrupts", "/entries/4" },
    { MPT_PART_TABLE, "entry", 3, 0, "", "/entries/3/entry" },
    { MPT_PART_TABLE, "entry", 9, 0, "", "/entries" },
    { MPT_PART_TABLE, "placement", -1, 0, "/placement", "/placement" },
    { MPT_PART_TABLE, "base_length", -1, 0, "", "" },
    { MPT_PART_HEADER, "oem_id", -1, 0, "/oem_id", "/oem_id" },
    { MPT_PART_HEADER, "checksum", -1, 0, "", "" },
    { MPT_PART_HEADER, "reserved", -1, 0, "", "" },
    { MPT_PART_FLOATING, "imcr", -1, 0, "/imcr", "/imcr" },
    { MPT_PART_FLOATING, "table_address", -1, 0, "/placement", "/placement" },
    { MPT_PART_FLOATING, "floating_pointer", -1, 0, "", "" },
    { MPT_PART_FLOATING, "", -1, 0, "", "" },
};

static void pointers_of_findings(void)
{
    const struct finding_source lists = { .by_entry = false };
    const struct finding_source entries = { .by_entry = true,
                                            .base_entries = 5,
                                            .extended_entries = 2 };

    for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
        const struct mpt_rule rule = { .id = "a-rule",
                                       .part = pointers[i].part,
                                       .field = pointers[i].field };
        const struct mpt_finding finding = { .rule = &rule,
                                             .entry = pointers[i].entry,
                                             .index = pointers[i].index };
        char text[FINDING_POINTER_SIZE];

        ROW_CHECK(pointers[i].in_lists,
                  strcmp(finding_pointer(&finding, &lists, text), pointers[i].in_lists) == 0);
        ROW_CHECK(pointers[i].in_entries,
                  strcmp(finding_pointer(&finding, &entries, text), pointers[i].in_entries) == 0);
    }
}

/* Offset and size of the field that a rule names; size 0: it names no field. MPS 1.4 chapter 4 */
static const struct {
    enum mpt_part part;
    const char *field;
    size_t offset, size;
} fields[] = {
    { MPT_PART_FLOATING, "", 0, 0 },
    { MPT_PART_FLOATING, "floating_pointer", 0, 16 },
    { MPT_PART_FLOATING, "placement", 0, 0 },
    { MPT_PART_FLOATING, "bios_data_area", 0, 0 },
    { MPT_PART_FLOATING, "table_address", 4, 4 },
    { MPT_PART_FLOATING, "length", 8, 1 },
    { MPT_PART_FLOATING, "spec_revision", 9, 1 },
    { MPT_PART_FLOATING, "checksum", 10, 1 },
    { MPT_PART_FLOATING, "default_configuration", 11, 1 },
    { MPT_PART_FLOATING, "features", 12, 1 },
    { MPT_PART_FLOATING, "imcr", 12, 1 },
    { MPT_PART_FLOATING, "reserved", 13, 3 },
    { MPT_PART_HEADER, "base_length", 4, 2 },
    { MPT_PART_HEADER, "spec_revision", 6, 1 },
    { MPT_PART_HEADER, "checksum", 7, 1 },
    { MPT_PART_HEADER, "oem_id", 8, 8 },
    { MPT_PART_HEADER, "product_id", 16, 12 },
    { MPT_PART_HEADER, "oem_table", 28, 4 },
    { MPT_PART_HEADER, "oem_table_size", 32, 2 },
    { MPT_PART_HEADER, "entry_count", 34, 2 },
    { MPT_PART_HEADER, "local_apic_address", 36, 4 },
    { MPT_PART_HEADER, "extended_length", 40, 2 },
    { MPT_PART_HEADER, "extended_checksum", 42, 1 },
    { MPT_PART_HEADER, "reserved", 43, 1 },
    { MPT_PART_TABLE, "placement", 0, 0 },
    { MPT_PART_TABLE, "processors", 0, 0 },
    { MPT_PART_TABLE, "buses", 0, 0 },
    { MPT_PART_TABLE, "io_apics", 0, 0 },
    { MPT_PART_TABLE, "io_interrupts", 0, 0 },
    { MPT_PART_TABLE, "local_interrupts", 0, 0 },
    { MPT_PART_TABLE, "extended", 0, 0 },
    { MPT_PART_TABLE, "signature", 0, 4 },
    { MPT_PART_TABLE, "base_length", 4, 2 },
    { MPT_PART_TABLE, "entry", 0, 1 },
    { MPT_PART_PROCESSOR, "apic_id", 1, 1 },
    { MPT_PART_PROCESSOR, "apic_version", 2, 1 },
    { MPT_PART_PROCESSOR, "enabled", 3, 1 },
    { MPT_PART_PROCESSOR, "bsp", 3, 1 },
    { MPT_PART_PROCESSOR, "signature", 4, 4 },
    { MPT_PART_PROCESSOR, "features", 8, 4 },
    { MPT_PART_PROCESSOR, "reserved", 12, 8 },
    { MPT_PART_BUS, "bus_id", 1, 1 },
    { MPT_PART_BUS, "bus_type", 2, 6 },
    { MPT_PART_IOAPIC, "apic_id", 1, 1 },
    { MPT_PART_IOAPIC, "enabled", 3, 1 },
    { MPT_PART_IOAPIC, "address", 4, 4 },
    { MPT_PART_IO_INT, "", 0, 0 },
    { MPT_PART_IO_INT, "entry", 0, 1 },
    { MPT_PART_IO_INT, "type", 1, 1 },
    { MPT_PART_IO_INT, "flags", 2, 2 },
    { MPT_PART_IO_INT, "polarity", 2, 2 },
    { MPT_PART_IO_INT, "trigger", 2, 2 },
    { MPT_PART_IO_INT, "bus", 4, 1 },
    { MPT_PART_IO_INT, "irq", 5, 1 },
    { MPT_PART_IO_INT, "io_apic", 6, 1 },
    { MPT_PART_IO_INT, "pin", 7, 1 },
    { MPT_PART_LOCAL_INT, "type", 1, 1 },
    { MPT_PART_LOCAL_INT, "flags", 2, 2 },
    { MPT_PART_LOCAL_INT, "bus", 4, 1 },
    { MPT_PART_LOCAL_INT, "local_apic", 6, 1 },
    { MPT_PART_LOCAL_INT, "lint", 7, 1 },
    { MPT_PART_EXTENDED, "entry", 0, 1 },
    { MPT_PART_EXTENDED, "bus_id", 2, 1 },
    { MPT_PART_EXTENDED, "address_type", 3, 1 },
    { MPT_PART_EXTENDED, "parent_bus", 4, 1 },
    { MPT_PART_EXTENDED, "range_list", 4, 4 },
    { MPT_PART_EXTENDED, "reserved", 5, 3 },
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static void fields_of_rules(void)
{
    const struct mpt_rule *rule;
    bool named[FIELDS] = { false };

    for (size_t i = 0; (rule = mpt_rule_at(i)); i++) {
        size_t row = 0, offset, size = structures_field(rule, &offset);

        while (row < FIELDS &&
               (fields[row].part != rule->part || strcmp(fields[row].field, rule->field) != 0))
            row++;
        ROW_CHECK(rule->id, row < FIELDS);
        if (row < FIELDS) {
            named[row] = true;
            ROW_CHECK(rule->id,
                      size == fields[row].size && (size == 0 || offset == fields[row].offset));
        }
    }
    for (size_t row = 0; row < FIELDS; row++)
        ROW_CHECK(fields[row].field, named[row]);
}

/* Patches beside a processor's signature, which is at 0x1004 to 0x1007, and over it */
static const struct {
    const char *name;
    struct topology_patch patches[3];
    unsigned count;
    const char *pointer;
} patched[] = {
    { "none", { { 0, { 0, 0 } } }, 0, "/processors/0/signature" },
    { "before", { { 0x1000, { 0, 4 } } }, 1, "/processors/0/signature" },
    { "behind", { { 0x1008, { 0, 9 } } }, 1, "/processors/0/signature" },
    { "first byte", { { 0x1000, { 0, 5 } } }, 1, "/patches/0" },
    { "last byte", { { 0x1007, { 0, 1 } } }, 1, "/patches/0" },
    { "all", { { 0, { 0, 4 } }, { 0xf00, { 0, 0x200 } } }, 2, "/patches/1" },
    { "the last one counts",
      { { 0x1004, { 0, 4 } }, { 0x1005, { 0, 1 } }, { 0x2000, { 0, 4 } } },
      3,
      "/patches/1" },
};

static void pointers_to_patches(void)
{
    const struct mpt_rule rule = { .part = MPT_PART_PROCESSOR, .field = "signature" };
    const struct mpt_rule whole = { .part = MPT_PART_PROCESSOR, .field = "" };
    const struct mpt_finding finding = { .rule = &rule, .address = 0x1000 };
    const struct mpt_finding other = { .rule = &whole, .address = 0x1000 };

    for (size_t i = 0; i < sizeof(patched) / sizeof(patched[0]); i++) {
        const struct finding_source source = { .patches = patched[i].patches,
                                               .patch_count = patched[i].count };
        char text[FINDING_POINTER_SIZE];

        ROW_CHECK(patched[i].name,
                  strcmp(finding_pointer(&finding, &source, text), patched[i].pointer) == 0);
        ROW_CHECK(patched[i].name,
                  strcmp(finding_pointer(&other, &source, text), "/processors/0") == 0);
    }
}

/* A patch of a floating pointer at 0x2000, and of which rules it is the cause */
static const struct {
    enum mpt_part part;
    const char *field;
    struct topology_patch patch;
    const char *pointer;
} placed[] = {
    { MPT_PART_FLOATING, "floating_pointer", { 0x2000, { 0, 1 } }, "/patches/0" },
    { MPT_PART_FLOATING, "floating_pointer", { 0x200f, { 0, 1 } }, "/patches/0" },
    { MPT_PART_FLOATING, "floating_pointer", { 0x2010, { 0, 1 } }, "" },
    { MPT_PART_FLOATING, "table_address", { 0x2004, { 0, 4 } }, "/patches/0" },
    { MPT_PART_FLOATING, "table_address", { 0x2008, { 0, 1 } }, "/placement" },
    { MPT_PART_FLOATING, "placement", { 0x2000, { 0, 16 } }, "/placement" },
    { MPT_PART_FLOATING, "", { 0x2000, { 0, 16 } }, "" },
    { MPT_PART_TABLE, "placement", { 0x2007, { 0, 1 } }, "/patches/0" },
    { MPT_PART_TABLE, "placement", { 0x2008, { 0, 1 } }, "/placement" },
    { MPT_PART_TABLE, "placement", { 0x1000, { 0, 99 } }, "/placement" },
};

/* Findings about the table are at 0x1000, those about a pointer that is none any more at 0. */
static void pointers_to_patches_of_the_pointer(void)
{
    for (size_t i = 0; i < sizeof(placed) / sizeof(placed[0]); i++) {
        const struct mpt_rule rule = { .part = placed[i].part, .field = placed[i].field };
        const struct mpt_finding finding = { .rule = &rule,
                                             .entry = -1,
                                             .address = rule.part == MPT_PART_TABLE ? 0x1000 : 0 };
        const struct finding_source source = { .floating_pointer = 0x2000,
                                               .patches = &placed[i].patch,
                                               .patch_count = 1 };
        char text[FINDING_POINTER_SIZE], name[64];

        snprintf(name, sizeof(name), "row %zu: %s", i, finding_pointer(&finding, &source, text));
        ROW_CHECK(name, strcmp(text, placed[i].pointer) == 0);
    }
}

static void some_findings(void)
{
    static const uint8_t bytes[64];
    struct memory memory = { .bytes = bytes, .segments = { { 0x1000, sizeof(bytes), bytes } } };
    const struct finding_source source = { .memory = &memory };
    const struct mpt_harm harms[] = {
        { mpt_consumer_named("linux"), MPT_INTERRUPT_LOST, "up to 6.8", 1 },
        { mpt_consumer_named("openbsd"), MPT_REFUSES, "", 0 },
        { mpt_consumer_named("freebsd"), MPT_MESSAGE, "", 0 },
        { NULL, MPT_HARMLESS, "", 0 },
    };
    const struct mpt_rule entry = { "a-rule", MPT_PART_PROCESSOR, "apic_id", "", "one", harms };
    const struct mpt_rule whole = { "b-rule", MPT_PART_TABLE, "", "some", "two", harms };
    const struct mpt_finding findings[] = {
        { &entry, MPT_NOTE, 0, 0x1010, 3, 3, 2, MPT_VALUE_DECIMAL, 7, 1, 8, "", 0 },
        { &whole, MPT_ERROR, 5, 0x2000, -1, 0, 1, MPT_VALUE_HEX, 255, 0, 0, "", 0 },
    };

    memory.guest = (struct mpt_memory){ memory.segments, 1 };
    check_findings(findings, 2, &source,
                   "[{'rule':'a-rule','severity':'note','pointer':'/processors/3/apic_id',"
                   "'detail':'one','count':2,'address':'0x1010','offset':16,"
                   "'entry':3,'field':'apic_id','value':7,'expected':8,'consumers':[]},"
                   "{'rule':'b-rule','severity':'error','pointer':'','detail':'two',"
                   "'count':1,'address':'0x2000','value':'0xff','expected':'some','consumers':["
                   "{'name':'linux','effect':'interrupt-lost','versions':'up to 6.8'},"
                   "{'name':'freebsd','effect':'message'}]}]");
    check_findings(NULL, 0, &source, "[]");
}

/* What can be compared with the value has its type. */
static const struct {
    enum mpt_value show;
    uint64_t value;
    const char *expected, *says;
} values[] = {
    { MPT_VALUE_NONE, 0, "some", "'field':'f','expected':'some','consumers':[]}" },
    { MPT_VALUE_NONE, 0, "1", "'field':'f','expected':'1','consumers':[]}" },
    { MPT_VALUE_DECIMAL, 0, "1", "'value':0,'expected':1,'consumers':[]}" },
    { MPT_VALUE_DECIMAL, 2, "1 or 4", "'value':2,'expected':'1 or 4','consumers':[]}" },
    { MPT_VALUE_DECIMAL, UINT64_MAX, "10",
      "'value':18446744073709551615,'expected':10,'consumers':[]}" },
    { MPT_VALUE_HEX, 17, "0", "'value':'0x11','expected':'0x0','consumers':[]}" },
    { MPT_VALUE_HEX, UINT64_MAX, "16",
      "'value':'0xffffffffffffffff','expected':'0x10','consumers':[]}" },
    { MPT_VALUE_BOOL, 0, "true", "'value':false,'expected':true,'consumers':[]}" },
    { MPT_VALUE_BOOL, 1, "true for one", "'value':true,'expected':'true for one','consumers':[]}" },
    { MPT_VALUE_TEXT, 0, "blanks",
      "'value':'A \\\\x00\\\\xff\\\\x5c','expected':'blanks','consumers':[]}" },
};

static void values_of_findings(void)
{
    const struct finding_source source = { .memory = &(struct memory){ .bytes = NULL } };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const struct mpt_rule rule = { .id = "a-rule",
                                       .field = "f",
                                       .expected = values[i].expected,
                                       .detail = "",
                                       .harms = &(struct mpt_harm){ NULL, MPT_HARMLESS, "", 0 } };
        const struct mpt_finding finding = { .rule = &rule,
                                             .entry = -1,
                                             .show = values[i].show,
                                             .value = values[i].value,
                                             .text = "A \0\xff\\",
                                             .text_size = 5 };
        char *const text = findings_text(&finding, 1, &source);
        char *const says = quotes(values[i].says);

        ROW_CHECK(values[i].says, text && strstr(text, says));
        free(text);
        free(says);
    }
}

static const struct test tests[] = {
    { "findings", some_findings },
    { "values", values_of_findings },
    { "pointers", pointers_of_findings },
    { "fields of rules", fields_of_rules },
    { "pointers to patches", pointers_to_patches },
    { "pointers to patches of the floating pointer", pointers_to_patches_of_the_pointer },
};
const struct suite text_finding = { "text/finding", tests, sizeof(tests) / sizeof(tests[0]) };
