/* SPDX-License-Identifier: ISC */
#include "members.h"

#include <assert.h>
#include <string.h>

#define BIT            MEMBER_BIT
#define NAME(text)     .name = (text), .size = sizeof(text) - 1
#define FIELD(type, m) .offset = offsetof(struct type, m), .width = sizeof(((struct type *)0)->m)
#define ROWS(rows)                             \
    {                                          \
        rows, sizeof(rows) / sizeof((rows)[0]) \
    }

/* NUMBER(name, structure and its member, lowest, highest) and the like */
#define NUMBER(text, type, m, low, high) \
    NAME(text), FIELD(type, m), .kind = UINT, .lowest = (low), .highest = (high)
#define BYTE(text, type, m)      NUMBER(text, type, m, 0, UINT8_MAX)
#define HEX(text, type, m, high) NAME(text), FIELD(type, m), .kind = MASK, .highest = (high)
#define HEX_BYTES(text, type, m, most) \
    NAME(text), FIELD(type, m), .kind = BYTES, .lowest = 1, .highest = (most)
#define FLAG(text, type, m, bits) NAME(text), FIELD(type, m), .kind = BOOL, .mask = (bits)
#define CHOICE(text, type, m, choice) \
    NAME(text), FIELD(type, m), .kind = WORD, .words = (choice), .lowest = 1
#define CHOICE_OR_NUMBER(text, type, m, choice, high) \
    NAME(text), FIELD(type, m), .kind = WORD, .words = (choice), .highest = (high)

/* A whole field whose bits have rows of their own, for values that MPS does not allow */
#define FLAGS(type, high, parts) \
    HEX("flags", type, flags, high), .where = ENTRIES, .excludes = (parts), .fallback = true

#define KIND_OF_ENTRY NAME("entry"), .kind = ENTRY, .where = EXTENDED | ENTRIES

static const struct member_word types[] = { { "INT", MPT_INT },
                                            { "NMI", MPT_NMI },
                                            { "SMI", MPT_SMI },
                                            { "ExtINT", MPT_EXTINT },
                                            { NULL, 0 } };
static const struct member_word polarities[] = {
    { "conforms", MPT_POLARITY_CONFORMS }, { "high", MPT_HIGH }, { "low", MPT_LOW }, { NULL, 0 }
};
static const struct member_word triggers[] = {
    { "conforms", MPT_TRIGGER_CONFORMS }, { "edge", MPT_EDGE }, { "level", MPT_LEVEL }, { NULL, 0 }
};
static const struct member_word pins[] = {
    { "INTA", 0 }, { "INTB", 1 }, { "INTC", 2 }, { "INTD", 3 }, { NULL, 0 }
};
static const struct member_word all[] = { { "all", MPT_ALL }, { NULL, 0 } };
static const struct member_word address_types[] = {
    { "io", 0 }, { "memory", 1 }, { "prefetch", 2 }, { NULL, 0 }
};
static const struct member_word range_lists[] = { { "isa", 0 }, { "vga", 1 }, { NULL, 0 } };
#define WINDOW_WORD(W, word) { word, WINDOW_##W },
static const struct member_word windows[] = { TOPOLOGY_WINDOWS(WINDOW_WORD){ NULL, 0 } };
#undef WINDOW_WORD

/* Of an interrupt's flags, and of a PCI interrupt's irq. MPS 1.4 Table 4-10, Appendix D.3 */
enum {
    POLARITY_BITS = 0x3,
    TRIGGER_BITS = 0xc,
    PIN_BITS = 0x3,
    DEVICE_BITS = 0x7c,
    DEVICE_MAX = 31
};

enum { APIC_ID_MAX = MPT_ALL - 1 };

static const struct member processor_members[] = {
    { KIND_OF_ENTRY },
    { NUMBER("apic_id", mpt_processor, apic_id, 0, APIC_ID_MAX), .any = UINT8_MAX,
      .required = true },
    [CPU_BSP] = { FLAG("bsp", mpt_processor, flags, MPT_CPU_BSP) },
    [CPU_ENABLED] = { FLAG("enabled", mpt_processor, flags, MPT_CPU_ENABLED) },
    [CPU_FLAGS] = { FLAGS(mpt_processor, UINT8_MAX, BIT(CPU_BSP) | BIT(CPU_ENABLED)) },
    [CPU_APIC_VERSION] = { BYTE("apic_version", mpt_processor, apic_version) },
    [CPU_SIGNATURE] = { HEX("signature", mpt_processor, signature, UINT32_MAX) },
    [CPU_FEATURES] = { HEX("features", mpt_processor, features, UINT32_MAX) },
};

static const struct member bus_members[] = {
    { KIND_OF_ENTRY },
    { BYTE("bus_id", mpt_bus, bus_id), .required = true },
    { NAME("bus_type"), FIELD(mpt_bus, bus_type), .kind = BUS_TYPE, .required = true },
};

enum { IOAPIC_IS_ENABLED = 3 };

static const struct member ioapic_members[] = {
    { KIND_OF_ENTRY },
    { NUMBER("apic_id", mpt_ioapic, apic_id, 0, APIC_ID_MAX), .any = UINT8_MAX, .required = true },
    [IOAPIC_VERSION] = { BYTE("apic_version", mpt_ioapic, apic_version) },
    [IOAPIC_IS_ENABLED] = { FLAG("enabled", mpt_ioapic, flags, MPT_IOAPIC_ENABLED) },
    { FLAGS(mpt_ioapic, UINT8_MAX, BIT(IOAPIC_IS_ENABLED)) },
    { HEX("address", mpt_ioapic, address, UINT32_MAX) },
};

enum { INT_POLARITY = 2, INT_TRIGGER, INT_IRQ = INT_DEVICE - 1, INT_PIN_NAME = INT_DEVICE + 1 };

/* What the two kinds of interrupts share: all but the destination */
#define SOURCE_MEMBERS(type)                                                                     \
    { KIND_OF_ENTRY },                                                                           \
        { CHOICE_OR_NUMBER("type", type, int_type, types, MPT_EXTINT), .any = UINT8_MAX },       \
        [INT_POLARITY] = { CHOICE("polarity", type, flags, polarities), .mask = POLARITY_BITS }, \
        [INT_TRIGGER] = { CHOICE("trigger", type, flags, triggers), .mask = TRIGGER_BITS },      \
        { FLAGS(type, UINT16_MAX, BIT(INT_POLARITY) | BIT(INT_TRIGGER)) },                       \
        { BYTE("bus", type, bus_id), .required = true },                                         \
        [INT_IRQ] = { BYTE("irq", type, irq), .required = true,                                  \
                      .instead = BIT(INT_DEVICE) | BIT(INT_PIN_NAME),                            \
                      .excludes = BIT(INT_DEVICE) | BIT(INT_PIN_NAME) },                         \
        [INT_DEVICE] = { NUMBER("device", type, irq, 0, DEVICE_MAX), .mask = DEVICE_BITS,        \
                         .needs = BIT(INT_PIN_NAME) },                                           \
        [INT_PIN_NAME] = { CHOICE("pin_name", type, irq, pins), .mask = PIN_BITS,                \
                           .needs = BIT(INT_DEVICE) }

static const struct member io_int_members[] = {
    SOURCE_MEMBERS(mpt_io_int),
    { CHOICE_OR_NUMBER("io_apic", mpt_io_int, apic_id, all, APIC_ID_MAX), .any = UINT8_MAX,
      .required = true },
    { BYTE("pin", mpt_io_int, intin), .required = true },
};

static const struct member local_int_members[] = {
    SOURCE_MEMBERS(mpt_local_int),
    { CHOICE_OR_NUMBER("local_apic", mpt_local_int, apic_id, all, APIC_ID_MAX), .any = UINT8_MAX,
      .required = true },
    { NUMBER("lint", mpt_local_int, lintin, 0, 1), .any = UINT8_MAX, .required = true },
};

static const struct member pci_int_members[] = {
    { BYTE("bus", mpt_io_int, bus_id), .required = true },
    { NUMBER("device", mpt_io_int, irq, 0, DEVICE_MAX), .mask = DEVICE_BITS, .required = true },
    { CHOICE("pin_name", mpt_io_int, irq, pins), .mask = PIN_BITS, .required = true },
    [PCI_IO_APIC] = { CHOICE_OR_NUMBER("io_apic", mpt_io_int, apic_id, all, APIC_ID_MAX) },
    { BYTE("pin", mpt_io_int, intin), .required = true },
};

static const struct member patch_members[] = {
    [PATCH_AT] = { HEX("at", topology_patch, at, UINT32_MAX), .required = true },
    [PATCH_BYTES] = { HEX_BYTES("bytes", topology_patch, bytes, TOPOLOGY_POOL_MAX),
                      .required = true },
};

static const struct member space_members[] = {
    { KIND_OF_ENTRY },
    { BYTE("bus_id", mpt_space, bus_id), .required = true },
    { CHOICE_OR_NUMBER("address_type", mpt_space, address_type, address_types, 2), .any = UINT8_MAX,
      .required = true },
    { HEX("address", mpt_space, address, UINT64_MAX), .required = true },
    { HEX("length", mpt_space, length, UINT64_MAX), .required = true },
};

enum { HIERARCHY_SUBTRACTIVE = 2 };

static const struct member hierarchy_members[] = {
    { KIND_OF_ENTRY },
    { BYTE("bus_id", mpt_hierarchy, bus_id), .required = true },
    [HIERARCHY_SUBTRACTIVE] = { FLAG("subtractive", mpt_hierarchy, flags, MPT_SUBTRACTIVE) },
    { FLAGS(mpt_hierarchy, UINT8_MAX, BIT(HIERARCHY_SUBTRACTIVE)) },
    { BYTE("parent_bus", mpt_hierarchy, parent_bus), .required = true },
};

enum { MODIFIER_SUBTRACTED = 2 };

static const struct member modifier_members[] = {
    { KIND_OF_ENTRY },
    { BYTE("bus_id", mpt_modifier, bus_id), .required = true },
    [MODIFIER_SUBTRACTED] = { FLAG("subtracted", mpt_modifier, flags, MPT_SUBTRACTED) },
    { FLAGS(mpt_modifier, UINT8_MAX, BIT(MODIFIER_SUBTRACTED)) },
    { CHOICE_OR_NUMBER("range_list", mpt_modifier, range_list, range_lists, 1), .any = UINT32_MAX,
      .required = true },
};

#define ARRAY(m)                                                        \
    offsetof(struct topology, m), sizeof(((struct topology *)0)->m[0]), \
        sizeof(((struct topology *)0)->m) / sizeof(((struct topology *)0)->m[0])

const struct member_form member_forms[FORMS] = {
#define FORM(T, S, array, word) [T] = { word, MPT_##T, ROWS(S##_members), ARRAY(array) },
    ENTRIES(FORM)
#undef FORM
        [PCI_INTERRUPT] = { NULL, MPT_IO_INT, ROWS(pci_int_members), ARRAY(pci_ints) },
    [PATCH] = { NULL, MPT_IO_INT /* no entry */, ROWS(patch_members), ARRAY(patches) },
};

static const struct member_list processor_list = { &member_forms[PROCESSOR], PLAIN };
static const struct member_list bus_list = { &member_forms[BUS], PLAIN };
static const struct member_list ioapic_list = { &member_forms[IOAPIC], PLAIN };
static const struct member_list io_int_list = { &member_forms[IO_INT], PLAIN };
static const struct member_list local_int_list = { &member_forms[LOCAL_INT], PLAIN };
static const struct member_list pci_int_list = { &member_forms[PCI_INTERRUPT], PLAIN };
static const struct member_list patch_list = { &member_forms[PATCH], PLAIN };
static const struct member_list extended_list = { NULL, EXTENDED };
static const struct member_list entry_list = { NULL, ENTRIES };

static const struct member level_members[] = {
    { NUMBER("packages", topology, packages, 1, TOPOLOGY_CPUS_MAX) },
    { NUMBER("dies", topology, dies, 1, TOPOLOGY_CPUS_MAX) },
    { NUMBER("cores", topology, cores, 1, TOPOLOGY_CPUS_MAX) },
    { NUMBER("threads", topology, threads, 1, TOPOLOGY_CPUS_MAX) },
};
static const struct member_object levels = ROWS(level_members);

static const struct member placement_members[] = {
    [PLACEMENT_WINDOW] = { CHOICE("window", topology, window, windows), .given = GIVEN_WINDOW },
    { HEX("base", topology, place.base, UINT32_MAX), .given = GIVEN_BASE },
    { HEX("floating_pointer", topology, place.floating, UINT32_MAX), .given = GIVEN_FLOATING },
    { HEX("configuration_table", topology, place.table, UINT32_MAX), .given = GIVEN_TABLE },
    { NUMBER("table_size", topology, table_size, 0, 2 * MPT_TABLE_MAX), .given = GIVEN_TABLE_SIZE },
};
static const struct member_object placement = ROWS(placement_members);

#define ELEMENTS(text, elements, low, high) \
    NAME(text), .kind = LIST, .list = &(elements), .lowest = (low), .highest = (high)

/* 52 bits of physical address */
#define MEMORY_MAX (UINT64_C(1) << 52)

enum { TTL_MAX = 86400 }; /* seconds: a day */

/* Lists of entries that replace the profile's or add to them */
#define LISTS                                                                                  \
    (BIT(TOP_BUSES) | BIT(TOP_IO_APICS) | BIT(TOP_IO_INTERRUPTS) | BIT(TOP_LOCAL_INTERRUPTS) | \
     BIT(TOP_EXTENDED) | BIT(TOP_PCI_INTERRUPTS))

static const struct member top_members[] = {
    [TOP_PROFILE] = { NAME("profile"), .kind = PROFILE, .query = true },
    [TOP_SPEC_REVISION] = { NAME("spec_revision"), FIELD(topology, table.header.spec_revision),
                            .kind = REVISION, .given = GIVEN_SPEC_REVISION, .apart = true },
    [TOP_IMCR] = { FLAG("imcr", topology, table.floating.features, MPT_IMCRP), .given = GIVEN_IMCR,
                   .apart = true },
    [TOP_DEFAULT_CONFIGURATION] = { NUMBER("default_configuration", topology,
                                           table.floating.default_configuration, 0, 7) },
    [TOP_PLACEMENT] = { NAME("placement"), .kind = OBJECT, .object = &placement, .apart = true,
                        .query = true },
    [TOP_OEM_ID] = { NAME("oem_id"), FIELD(topology, table.header.oem_id), .kind = TEXT,
                     .given = GIVEN_OEM_ID, .apart = true },
    [TOP_PRODUCT_ID] = { NAME("product_id"), FIELD(topology, table.header.product_id), .kind = TEXT,
                         .given = GIVEN_PRODUCT_ID, .apart = true },
    [TOP_OEM_TABLE] = { HEX("oem_table", topology, table.header.oem_table, UINT32_MAX),
                        .given = GIVEN_OEM_TABLE, .apart = true },
    [TOP_OEM_TABLE_SIZE] = { NUMBER("oem_table_size", topology, table.header.oem_table_size, 0,
                                    UINT16_MAX),
                             .given = GIVEN_OEM_TABLE_SIZE, .apart = true },
    [TOP_OEM_TABLE_BYTES] = { HEX_BYTES("oem_table_bytes", topology, oem_bytes, TOPOLOGY_OEM_MAX),
                              .given = GIVEN_OEM_BYTES, .needs = BIT(TOP_OEM_TABLE),
                              .apart = true },
    [TOP_LOCAL_APIC_ADDRESS] = { HEX("local_apic_address", topology,
                                     table.header.local_apic_address, UINT32_MAX),
                                 .given = GIVEN_LOCAL_APIC_ADDRESS, .apart = true },
    [TOP_ENTRY_COUNT] = { NUMBER("entry_count", topology, table.entry_count, 0, UINT16_MAX),
                          .given = GIVEN_ENTRY_COUNT, .apart = true },
    [TOP_BIOS_DATA_AREA] = { FLAG("bios_data_area", topology, bios_data_area, 1), .apart = true,
                             .query = true },
    [TOP_MEMORY_SIZE] = { NUMBER("memory_size", topology, memory_size, 1, MEMORY_MAX),
                          .apart = true, .query = true },
    [TOP_FOR] = { NAME("for"), FIELD(topology, asked), .kind = CONSUMERS, .apart = true },
    [TOP_CONTEXT] = { NAME("context"), FIELD(topology, context), .kind = TOKEN, .alphabet = "._:-",
                      .lowest = 1, .highest = TOPOLOGY_CONTEXT_MAX, .apart = true, .query = true },
    [TOP_NONCE] = { NAME("nonce"), FIELD(topology, nonce), .kind = TOKEN, .alphabet = "_-",
                    .lowest = 8, .highest = TOPOLOGY_NONCE_MAX, .apart = true, .query = true },
    [TOP_TTL] = { NUMBER("ttl", topology, ttl, 1, TTL_MAX), .apart = true, .query = true },
    [TOP_CPUS] = { NUMBER("cpus", topology, cpus, 1, TOPOLOGY_CPUS_MAX), .given = GIVEN_CPUS,
                   .query = true },
    [TOP_PROCESSORS] = { ELEMENTS("processors", processor_list, 1, TOPOLOGY_CPUS_MAX),
                         .given = GIVEN_PROCESSORS, .excludes = BIT(TOP_CPUS) | BIT(TOP_TOPOLOGY) },
    [TOP_TOPOLOGY] = { NAME("topology"), .kind = OBJECT, .object = &levels,
                       .given = GIVEN_TOPOLOGY },
    [TOP_BUSES] = { ELEMENTS("buses", bus_list, 0, UINT8_MAX + 1), .given = GIVEN_BUSES },
    [TOP_IO_APICS] = { ELEMENTS("io_apics", ioapic_list, 0, APIC_ID_MAX + 1),
                       .given = GIVEN_IOAPICS },
    [TOP_IO_INTERRUPTS] = { ELEMENTS("io_interrupts", io_int_list, 0, MPT_ENTRIES_MAX),
                            .given = GIVEN_IO_INTS },
    [TOP_LOCAL_INTERRUPTS] = { ELEMENTS("local_interrupts", local_int_list, 0, MPT_ENTRIES_MAX),
                               .given = GIVEN_LOCAL_INTS },
    [TOP_EXTENDED] = { ELEMENTS("extended", extended_list, 0, MPT_EXTENDED_MAX),
                       .given = GIVEN_EXTENDED },
    [TOP_IRQS] = { NUMBER("irqs", topology, irqs, TOPOLOGY_IRQS_MIN, TOPOLOGY_IRQS_MAX),
                   .given = GIVEN_IRQS, .apart = true, .query = true },
    [TOP_PCI_INTERRUPTS] = { ELEMENTS("pci_interrupts", pci_int_list, 0, TOPOLOGY_PCI_MAX),
                             .given = GIVEN_PCI_INTS },
    [TOP_ENTRIES] = { ELEMENTS("entries", entry_list, 0, MPT_ENTRIES_MAX + MPT_EXTENDED_MAX),
                      .given = GIVEN_ENTRIES,
                      .excludes = BIT(TOP_CPUS) | BIT(TOP_PROCESSORS) | BIT(TOP_TOPOLOGY) | LISTS },
    [TOP_PATCHES] = { ELEMENTS("patches", patch_list, 0, TOPOLOGY_PATCHES_MAX),
                      .given = GIVEN_PATCHES, .apart = true },
};
const struct member_object member_top = ROWS(top_members);

/* Rows are bits of 32, and request.c keeps those of each processor and I/O APIC in 8. */
static_assert(sizeof(top_members) / sizeof(top_members[0]) <= 32, "rows of the topology");
static_assert(sizeof(io_int_members) / sizeof(io_int_members[0]) <= 32, "rows of an interrupt");
static_assert(sizeof(processor_members) / sizeof(processor_members[0]) <= 8, "rows of a processor");
static_assert(sizeof(ioapic_members) / sizeof(ioapic_members[0]) <= 8, "rows of an I/O APIC");

size_t member_find(const struct member_object *object, const char *name, size_t size)
{
    size_t i = 0;

    while (i < object->count &&
           (object->members[i].size != size || memcmp(object->members[i].name, name, size) != 0))
        i++;
    return i;
}

/* The whole member, in the machine's own byte order */
static uint64_t load_whole(const void *base, const struct member *m)
{
    const uint8_t *const from = (const uint8_t *)base + m->offset;
    uint16_t half;
    uint32_t word;
    uint64_t value;

    switch (m->width) {
    case sizeof(uint8_t):
        return *from;
    case sizeof(half):
        memcpy(&half, from, sizeof(half));
        return half;
    case sizeof(word):
        memcpy(&word, from, sizeof(word));
        return word;
    default:
        memcpy(&value, from, sizeof(value));
        return value;
    }
}

/* A member of more than one byte */
static void store_whole(void *base, const struct member *m, uint64_t value)
{
    uint8_t *const to = (uint8_t *)base + m->offset;
    const uint16_t half = (uint16_t)value;
    const uint32_t word = (uint32_t)value;

    switch (m->width) {
    case sizeof(half):
        memcpy(to, &half, sizeof(half));
        break;
    case sizeof(word):
        memcpy(to, &word, sizeof(word));
        break;
    default:
        memcpy(to, &value, sizeof(value));
    }
}

/* A mask is one run of bits. Dividing by its lowest bit shifts a value down to bit 0. */
uint64_t member_load(const void *base, const struct member *m)
{
    const uint64_t whole = load_whole(base, m);

    return m->mask ? (whole & m->mask) / (m->mask & -m->mask) : whole;
}

void member_store(void *base, const struct member *m, uint64_t value)
{
    if (m->mask)
        value = (load_whole(base, m) & ~(uint64_t)m->mask) | value * (m->mask & -m->mask);
    if (m->width == sizeof(uint8_t)) /* as nearly always */
        ((uint8_t *)base)[m->offset] = (uint8_t)value;
    else
        store_whole(base, m, value);
}

const char *member_word(const struct member *m, uint64_t value)
{
    const struct member_word *word = m->words;

    while (word->name && word->value != value)
        word++;
    return word->name;
}

bool member_word_value(const struct member *m, const char *word, size_t size, uint64_t *value)
{
    for (const struct member_word *w = m->words; w->name; w++)
        if (strlen(w->name) == size && memcmp(w->name, word, size) == 0) {
            *value = w->value;
            return true;
        }
    return false;
}

/* Do the rows that @whole excludes give all of its value? */
static bool parts_say(const struct member_object *object, const struct member *whole,
                      const void *base)
{
    uint64_t left = member_load(base, whole);

    for (size_t i = 0; i < object->count; i++) {
        const struct member *const part = &object->members[i];

        if (!(whole->excludes & MEMBER_BIT(i)))
            continue;
        if (part->words && !member_word(part, member_load(base, part)))
            return false;
        left &= ~(uint64_t)part->mask;
    }
    return left == 0;
}

uint32_t member_left_out(const struct member_object *object, const void *base)
{
    uint32_t rows = 0;

    for (size_t i = 0; i < object->count; i++) {
        const struct member *const m = &object->members[i];

        if (m->fallback && parts_say(object, m, base))
            rows |= MEMBER_BIT(i);
        else
            rows |= m->excludes;
    }
    return rows;
}
