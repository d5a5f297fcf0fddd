/* SPDX-License-Identifier: ISC */
#include "structures.h"

#include <string.h>

#include "../mptable/layout.h"

enum { NO_TYPE = -1 };

struct field {
    const char *name;
    size_t size;
    const char *kind;
};

struct structure {
    const char *name; /* as the layout of a decoded table has it */
    int type;         /* first byte of an entry */
    const char *section;
    const struct field *fields;
    size_t count, size;
};

#define KIND_GIVEN "number"
#define KIND_TEXT  "text"
#define KIND_MADE  "made"
#define KIND_ZERO  "reserved"

#define FIELD(S, kind, member, width)   { #member, width, KIND_##kind },
#define FIELDS(LAYOUT, S)               static const struct field S##_fields[] = { LAYOUT(FIELD, S) };
#define FIELDS_ENTRY(T, S, array, word) FIELDS(LAYOUT_##T, S)
FIELDS(LAYOUT_FLOATING, floating)
FIELDS(LAYOUT_HEADER, header)
ENTRIES(FIELDS_ENTRY)

#define SECTION_PROCESSOR "MPS 1.4 Table 4-4"
#define SECTION_BUS       "MPS 1.4 Table 4-7"
#define SECTION_IOAPIC    "MPS 1.4 Table 4-9"
#define SECTION_IO_INT    "MPS 1.4 Table 4-10"
#define SECTION_LOCAL_INT "MPS 1.4 Table 4-12"
#define SECTION_SPACE     "MPS 1.4 section 4.4.1"
#define SECTION_HIERARCHY "MPS 1.4 section 4.4.2"
#define SECTION_MODIFIER  "MPS 1.4 section 4.4.3"

#define STRUCTURE(S)                       S##_fields, sizeof(S##_fields) / sizeof(S##_fields[0]), sizeof(struct wire_##S)
#define STRUCTURE_ENTRY(T, S, array, word) { word, MPT_##T, SECTION_##T, STRUCTURE(S) },

static const struct structure structures[] = {
    { "floating_pointer", NO_TYPE, "MPS 1.4 Table 4-1", STRUCTURE(floating) },
    { "configuration_table", NO_TYPE, "MPS 1.4 Table 4-2", STRUCTURE(header) },
    ENTRIES(STRUCTURE_ENTRY)
};

/* What a number alone does not say. A NULL stands for every structure. */
static const struct {
    const char *structure, *field, *words;
} meanings[] = {
    { "floating_pointer", "signature", "the letters _MP_" },
    { "floating_pointer", "table_address",
      "guest-physical address of the configuration table; 0: there is none" },
    { "floating_pointer", "length", "of this structure, in units of 16 bytes" },
    { "floating_pointer", "default_configuration",
      "0: a configuration table is present; 1 to 7: a default configuration" },
    { "floating_pointer", "features", "bit 7: the IMCR is present, PIC mode is implemented" },
    { "configuration_table", "signature", "the letters PCMP" },
    { "configuration_table", "base_length", "of header and base entries, in bytes" },
    { "configuration_table", "entry_count", "number of base entries" },
    { "configuration_table", "oem_table", "address of a table of the OEM; 0: there is none" },
    { "configuration_table", "local_apic_address", "where each processor reaches its local APIC" },
    { "configuration_table", "extended_length", "of the extended entries, in bytes" },
    { "configuration_table", "extended_checksum", "makes the sum of all extended bytes 0" },
    { "processor", "flags", "bit 0: enabled; bit 1: bootstrap processor" },
    { "processor", "signature", "stepping, model and family, as CPUID.1:EAX" },
    { "processor", "features", "as CPUID.1:EDX" },
    { "io_apic", "flags", "bit 0: enabled" },
    { "io_interrupt", "apic_id", "I/O APIC; 255: every one" },
    { "io_interrupt", "intin", "input of the I/O APIC" },
    { "local_interrupt", "apic_id", "local APIC; 255: every one" },
    { "local_interrupt", "lintin", "input of the local APIC" },
    { "address_space", "address_type", "0: I/O; 1: memory; 2: prefetchable memory" },
    { "bus_hierarchy", "flags", "bit 0: subtractive decode" },
    { "address_space_modifier", "flags", "bit 0: the range is subtracted" },
    { "address_space_modifier", "range_list", "0: I/O of ISA; 1: I/O of VGA" },
    { NULL, "int_type", "0: INT; 1: NMI; 2: SMI; 3: ExtINT" },
    { NULL, "irq", "of a PCI bus: device times 4 plus pin, INTA being 0" },
    { NULL, "checksum", "makes the sum of all bytes 0" },
    { NULL, "apic_version", "as the APIC's version register has it" },
    { NULL, "flags",
      "bits 0 and 1, polarity: 0 of the bus, 1 high, 3 low; bits 2 and 3, trigger: 0 of the bus, "
      "1 edge, 3 level" },
};

static const char *find_meaning(const char *structure, const char *field)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if ((!meanings[i].structure || strcmp(meanings[i].structure, structure) == 0) &&
            strcmp(meanings[i].field, field) == 0)
            return meanings[i].words;
    return NULL;
}

static void render_fields(struct build *b, const struct structure *s)
{
    size_t offset = 0;

    build_array(b, "fields");
    for (size_t i = 0; i < s->count; i++) {
        const char *const meaning = find_meaning(s->name, s->fields[i].name);

        build_object(b, NULL);
        build_string(b, "name", s->fields[i].name);
        build_number(b, "offset", offset);
        build_number(b, "size", s->fields[i].size);
        build_string(b, "kind", s->fields[i].kind);
        if (meaning)
            build_string(b, "meaning", meaning);
        build_close(b);
        offset += s->fields[i].size;
    }
    build_close(b);
}

void structures_render(struct build *b)
{
    build_object(b, NULL);
    build_array(b, "structures");
    for (size_t i = 0; i < sizeof(structures) / sizeof(structures[0]); i++) {
        const struct structure *const s = &structures[i];

        build_object(b, NULL);
        build_string(b, "name", s->name);
        if (s->type != NO_TYPE)
            build_number(b, "type", (uint64_t)s->type);
        build_string(b, "section", s->section);
        build_number(b, "size", s->size);
        render_fields(b, s);
        build_close(b);
    }
    build_close(b);
    build_close(b);
}

/*
 * The structures that a part can be, as rows of structures[]: the first, and the one behind the
 * last. A rule about the whole table names a field of the header, or the type of an entry, which is
 * the first byte of each.
 */
static const uint8_t part_structures[][2] = {
    [MPT_PART_FLOATING] = { 0, 1 },  [MPT_PART_HEADER] = { 1, 2 },
    [MPT_PART_TABLE] = { 1, 3 },     [MPT_PART_PROCESSOR] = { 2, 3 },
    [MPT_PART_BUS] = { 3, 4 },       [MPT_PART_IOAPIC] = { 4, 5 },
    [MPT_PART_IO_INT] = { 5, 6 },    [MPT_PART_LOCAL_INT] = { 6, 7 },
    [MPT_PART_EXTENDED] = { 7, 10 },
};

/* The fields of the members of a topology that have another name */
static const struct {
    const char *member, *field;
} wire_names[] = {
    { "imcr", "features" }, { "entry", "entry_type" },   { "bsp", "flags" },
    { "enabled", "flags" }, { "type", "int_type" },      { "polarity", "flags" },
    { "trigger", "flags" }, { "bus", "bus_id" },         { "io_apic", "apic_id" },
    { "pin", "intin" },     { "local_apic", "apic_id" }, { "lint", "lintin" },
};

static const char *wire_name(const char *member)
{
    for (size_t i = 0; i < sizeof(wire_names) / sizeof(wire_names[0]); i++)
        if (strcmp(wire_names[i].member, member) == 0)
            return wire_names[i].field;
    return member;
}

size_t structures_field(const struct mpt_rule *rule, size_t *offset)
{
    const char *const name = wire_name(rule->field);
    const uint8_t *const rows = part_structures[rule->part];

    for (size_t row = rows[0]; row < rows[1]; row++) {
        const struct structure *const s = &structures[row];

        *offset = 0;
        if (strcmp(s->name, name) == 0)
            return s->size;
        for (size_t i = 0; i < s->count; *offset += s->fields[i++].size)
            if (strcmp(s->fields[i].name, name) == 0)
                return s->fields[i].size;
    }
    return 0;
}
