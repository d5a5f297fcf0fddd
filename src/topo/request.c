/* SPDX-License-Identifier: ISC */
/*
 * JSON to a topology. Members are rows; one reader serves every object and refuses what no row names. It goes
 * on after an error, so that a client hears of all of them at once.
 *
 * The scan has read the whole text before (scan.h), so that a text that is no JSON is told so whatever its
 * members are. Then each value goes from its bytes (json.h) to the place that its row names: a tree would
 * cost five times as much as the rest. An object begins as its defaults, and the members that are there
 * overwrite them.
 */
#include "request.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "profile.h"
#include "scan.h"

/* Largest guest memory: 52 bits of physical address. */
#define MEMORY_MAX (UINT64_C(1) << 52)

/* Integers beyond are rounded by many JSON programs (RFC 7493 §2.2), so larger values are hexadecimal. */
#define INTEGER_MAX ((UINT64_C(1) << 53) - 1)

enum kind {
    UINT,     /* integer */
    MASK,     /* integer, or "0x" and as many hex digits as highest has: addresses and bit masks */
    WORD,     /* one of words, or an integer */
    REVISION, /* 1 or 4 */
    BOOL,
    PROFILE, /* a profile's name */
    TEXT,    /* printable ASCII of at most width characters, padded with blanks; or an array of width bytes */
    BUS_TYPE, /* the same, but outside entries only the names of MPS 1.4 Table 4-8 */
    TOKEN,    /* lowest to highest letters, digits and characters of alphabet; terminated */
    LIST,     /* array of lowest to highest elements */
    OBJECT
};

/* Where an object stands, by which some members are there or not. */
enum where {
    PLAIN = 1,    /* in a list of its own kind */
    EXTENDED = 2, /* in extended, where kinds are mixed */
    ENTRIES = 4   /* in entries, where values are taken as they are: faults are findings */
};

struct word {
    const char *name;
    uint8_t value;
};

struct member;
struct form;
struct reader;

/* Elements of a list; form is NULL when each says its own. */
struct list {
    const struct form *form;
    enum where where;
};

struct member {
    const char *name;
    size_t size; /* characters of the name */
    enum kind kind;
    unsigned where; /* enum where; 0 = everywhere */
    uint64_t lowest, highest;
    uint64_t any;                      /* highest inside entries, when that is not highest */
    size_t offset;                     /* of the structure's member that takes the value ... */
    size_t width;                      /* ... its bytes ... */
    uint32_t mask;                     /* ... and its bits, 0 = all of them */
    bool required;                     /* in the absence of those in instead */
    uint32_t instead, needs, excludes; /* other rows, as bits */
    const struct word *words;          /* ends with a NULL */
    const char *alphabet;
    const struct object *object;
    const struct list *list;
    enum topology_given given; /* of members of the topology */
    bool apart;                /* a fault in it says nothing about the rest of the topology */
    bool query;                /* may come in a query string */
};

struct object {
    const struct member *members;
    size_t count;
};

#define NAME(text)     .name = (text), .size = sizeof(text) - 1
#define FIELD(type, m) .offset = offsetof(struct type, m), .width = sizeof(((struct type *)0)->m)
#define BIT(row)       (UINT32_C(1) << (row))
#define ROWS(rows)                                                                                           \
    {                                                                                                        \
        rows, sizeof(rows) / sizeof((rows)[0])                                                               \
    }

static const struct word types[] = {
    { "INT", MPT_INT }, { "NMI", MPT_NMI }, { "SMI", MPT_SMI }, { "ExtINT", MPT_EXTINT }, { NULL, 0 }
};
static const struct word polarities[] = {
    { "conforms", MPT_CONFORMS }, { "high", MPT_HIGH }, { "low", MPT_LOW }, { NULL, 0 }
};
static const struct word triggers[] = {
    { "conforms", MPT_CONFORMS }, { "edge", MPT_EDGE }, { "level", MPT_LEVEL }, { NULL, 0 }
};
static const struct word pins[] = { { "INTA", 0 }, { "INTB", 1 }, { "INTC", 2 }, { "INTD", 3 }, { NULL, 0 } };
static const struct word all[] = { { "all", MPT_ALL }, { NULL, 0 } };
static const struct word address_types[] = { { "io", 0 }, { "memory", 1 }, { "prefetch", 2 }, { NULL, 0 } };
static const struct word range_lists[] = { { "isa", 0 }, { "vga", 1 }, { NULL, 0 } };
static const struct word windows[] = {
    { "base-memory", WINDOW_BASE_MEMORY }, { "bios", WINDOW_BIOS }, { "ebda", WINDOW_EBDA }, { NULL, 0 }
};

/* WORD without integers beside the words */
#define WORDS_ONLY .lowest = 1, .highest = 0

/* Bits of an interrupt's flags, and of a PCI interrupt's irq. MPS 1.4 Table 4-10 and Appendix D.3 */
enum { POLARITY_BITS = 0x3, TRIGGER_BITS = 0xc, PIN_BITS = 0x3, DEVICE_BITS = 0x7c };

/* The kind of an entry has been read by the time its members are, so it has no place. */
#define ENTRY_ROW                                                                                            \
    {                                                                                                        \
        NAME("entry"), .kind = WORD, .where = EXTENDED | ENTRIES, .words = NULL                              \
    }

enum {
    CPU_ENTRY,
    CPU_APIC_ID,
    CPU_BSP,
    CPU_ENABLED,
    CPU_APIC_VERSION,
    CPU_SIGNATURE,
    CPU_FEATURES,
    CPU_FLAGS
};

static const struct member processor_members[] = {
    [CPU_ENTRY] = ENTRY_ROW,
    [CPU_APIC_ID] = { NAME("apic_id"), FIELD(mpt_processor, apic_id), .kind = UINT,
                      .highest = TOPOLOGY_CPUS_MAX - 1, .any = UINT8_MAX, .required = true },
    [CPU_BSP] = { NAME("bsp"), FIELD(mpt_processor, flags), .kind = BOOL, .mask = MPT_CPU_BSP },
    [CPU_ENABLED] = { NAME("enabled"), FIELD(mpt_processor, flags), .kind = BOOL, .mask = MPT_CPU_ENABLED },
    [CPU_APIC_VERSION] = { NAME("apic_version"), FIELD(mpt_processor, apic_version), .kind = UINT,
                           .highest = UINT8_MAX },
    [CPU_SIGNATURE] = { NAME("signature"), FIELD(mpt_processor, signature), .kind = MASK,
                        .highest = UINT32_MAX },
    [CPU_FEATURES] = { NAME("features"), FIELD(mpt_processor, features), .kind = MASK,
                       .highest = UINT32_MAX },
    [CPU_FLAGS] = { NAME("flags"), FIELD(mpt_processor, flags), .kind = MASK, .highest = UINT8_MAX,
                    .where = ENTRIES, .excludes = BIT(CPU_BSP) | BIT(CPU_ENABLED) },
};

static const struct member bus_members[] = {
    ENTRY_ROW,
    { NAME("bus_id"), FIELD(mpt_bus, bus_id), .kind = UINT, .highest = UINT8_MAX, .required = true },
    { NAME("bus_type"), FIELD(mpt_bus, bus_type), .kind = BUS_TYPE, .required = true },
};

enum { IOAPIC_ENTRY, IOAPIC_APIC_ID, IOAPIC_APIC_VERSION, IOAPIC_IS_ENABLED, IOAPIC_ADDRESS, IOAPIC_FLAGS };

static const struct member ioapic_members[] = {
    [IOAPIC_ENTRY] = ENTRY_ROW,
    [IOAPIC_APIC_ID] = { NAME("apic_id"), FIELD(mpt_ioapic, apic_id), .kind = UINT, .highest = MPT_ALL - 1,
                         .any = UINT8_MAX, .required = true },
    [IOAPIC_APIC_VERSION] = { NAME("apic_version"), FIELD(mpt_ioapic, apic_version), .kind = UINT,
                              .highest = UINT8_MAX },
    [IOAPIC_IS_ENABLED] = { NAME("enabled"), FIELD(mpt_ioapic, flags), .kind = BOOL,
                            .mask = MPT_IOAPIC_ENABLED },
    [IOAPIC_ADDRESS] = { NAME("address"), FIELD(mpt_ioapic, address), .kind = MASK, .highest = UINT32_MAX },
    [IOAPIC_FLAGS] = { NAME("flags"), FIELD(mpt_ioapic, flags), .kind = MASK, .highest = UINT8_MAX,
                       .where = ENTRIES, .excludes = BIT(IOAPIC_IS_ENABLED) },
};

enum {
    INT_ENTRY,
    INT_TYPE,
    INT_POLARITY,
    INT_TRIGGER,
    INT_FLAGS,
    INT_BUS,
    INT_IRQ,
    INT_DEVICE,
    INT_PIN_NAME,
    INT_DESTINATION,
    INT_INPUT
};

/* The two kinds of interrupts differ in where they go: names of the last two members, and the inputs. */
#define INTERRUPT_MEMBERS(type, destination, input_name, input, inputs)                                        \
    {                                                                                                          \
        [INT_ENTRY] = ENTRY_ROW, [INT_TYPE] = { NAME("type"),   FIELD(type, int_type), .kind = WORD,           \
                                                .words = types, .highest = MPT_EXTINT, .any = UINT8_MAX },     \
        [INT_POLARITY] = { NAME("polarity"),    FIELD(type, flags), .kind = WORD,                              \
                           .words = polarities, WORDS_ONLY,         .mask = POLARITY_BITS },                   \
        [INT_TRIGGER] = { NAME("trigger"),   FIELD(type, flags), .kind = WORD,                                 \
                          .words = triggers, WORDS_ONLY,         .mask = TRIGGER_BITS },                       \
        [INT_FLAGS] = { NAME("flags"),    FIELD(type, flags),                                                  \
                        .kind = MASK,     .highest = UINT16_MAX,                                               \
                        .where = ENTRIES, .excludes = BIT(INT_POLARITY) | BIT(INT_TRIGGER) },                  \
        [INT_BUS] = { NAME("bus"), FIELD(type, bus_id), .kind = UINT, .highest = UINT8_MAX,                    \
                      .required = true },                                                                      \
        [INT_IRQ] = { NAME("irq"),                                                                             \
                      FIELD(type, irq),                                                                        \
                      .kind = UINT,                                                                            \
                      .highest = UINT8_MAX,                                                                    \
                      .required = true,                                                                        \
                      .instead = BIT(INT_DEVICE) | BIT(INT_PIN_NAME),                                          \
                      .excludes = BIT(INT_DEVICE) | BIT(INT_PIN_NAME) },                                       \
        [INT_DEVICE] = { NAME("device"), FIELD(type, irq),    .kind = UINT,                                    \
                         .highest = 31,  .mask = DEVICE_BITS, .needs = BIT(INT_PIN_NAME) },                    \
        [INT_PIN_NAME] = { NAME("pin_name"), FIELD(type, irq),        .kind = WORD, .words = pins, WORDS_ONLY, \
                           .mask = PIN_BITS, .needs = BIT(INT_DEVICE) },                                       \
        [INT_DESTINATION] = { NAME(destination),      FIELD(type, apic_id), .kind = WORD,    .words = all,     \
                              .highest = MPT_ALL - 1, .any = UINT8_MAX,     .required = true },                \
        [INT_INPUT] = { NAME(input_name),    FIELD(type, input), .kind = UINT,                                 \
                        .highest = (inputs), .any = UINT8_MAX,   .required = true },                           \
    }

static const struct member io_int_members[] =
    INTERRUPT_MEMBERS(mpt_io_int, "io_apic", "pin", intin, UINT8_MAX);
static const struct member local_int_members[] =
    INTERRUPT_MEMBERS(mpt_local_int, "local_apic", "lint", lintin, 1);

enum { PCI_BUS, PCI_DEVICE, PCI_PIN_NAME, PCI_IO_APIC, PCI_PIN };

static const struct member pci_int_members[] = {
    [PCI_BUS] = { NAME("bus"), FIELD(mpt_io_int, bus_id), .kind = UINT, .highest = UINT8_MAX,
                  .required = true },
    [PCI_DEVICE] = { NAME("device"), FIELD(mpt_io_int, irq), .kind = UINT, .highest = 31, .mask = DEVICE_BITS,
                     .required = true },
    [PCI_PIN_NAME] = { NAME("pin_name"), FIELD(mpt_io_int, irq), .kind = WORD, .words = pins, WORDS_ONLY,
                       .mask = PIN_BITS, .required = true },
    [PCI_IO_APIC] = { NAME("io_apic"), FIELD(mpt_io_int, apic_id), .kind = WORD, .words = all,
                      .highest = MPT_ALL - 1 },
    [PCI_PIN] = { NAME("pin"), FIELD(mpt_io_int, intin), .kind = UINT, .highest = UINT8_MAX,
                  .required = true },
};

static const struct member space_members[] = {
    ENTRY_ROW,
    { NAME("bus_id"), FIELD(mpt_space, bus_id), .kind = UINT, .highest = UINT8_MAX, .required = true },
    { NAME("address_type"), FIELD(mpt_space, address_type), .kind = WORD, .words = address_types,
      .highest = 2, .any = UINT8_MAX, .required = true },
    { NAME("address"), FIELD(mpt_space, address), .kind = MASK, .highest = UINT64_MAX, .required = true },
    { NAME("length"), FIELD(mpt_space, length), .kind = MASK, .highest = UINT64_MAX, .required = true },
};

enum { HIERARCHY_ENTRY, HIERARCHY_BUS_ID, HIERARCHY_PARENT_BUS, HIERARCHY_SUBTRACTIVE, HIERARCHY_FLAGS };

static const struct member hierarchy_members[] = {
    [HIERARCHY_ENTRY] = ENTRY_ROW,
    [HIERARCHY_BUS_ID] = { NAME("bus_id"), FIELD(mpt_hierarchy, bus_id), .kind = UINT, .highest = UINT8_MAX,
                           .required = true },
    [HIERARCHY_PARENT_BUS] = { NAME("parent_bus"), FIELD(mpt_hierarchy, parent_bus), .kind = UINT,
                               .highest = UINT8_MAX, .required = true },
    [HIERARCHY_SUBTRACTIVE] = { NAME("subtractive"), FIELD(mpt_hierarchy, flags), .kind = BOOL,
                                .mask = MPT_SUBTRACTIVE },
    [HIERARCHY_FLAGS] = { NAME("flags"), FIELD(mpt_hierarchy, flags), .kind = MASK, .highest = UINT8_MAX,
                          .where = ENTRIES, .excludes = BIT(HIERARCHY_SUBTRACTIVE) },
};

enum { MODIFIER_ENTRY, MODIFIER_BUS_ID, MODIFIER_SUBTRACTED, MODIFIER_RANGE_LIST, MODIFIER_FLAGS };

static const struct member modifier_members[] = {
    [MODIFIER_ENTRY] = ENTRY_ROW,
    [MODIFIER_BUS_ID] = { NAME("bus_id"), FIELD(mpt_modifier, bus_id), .kind = UINT, .highest = UINT8_MAX,
                          .required = true },
    [MODIFIER_SUBTRACTED] = { NAME("subtracted"), FIELD(mpt_modifier, flags), .kind = BOOL,
                              .mask = MPT_SUBTRACTED },
    [MODIFIER_RANGE_LIST] = { NAME("range_list"), FIELD(mpt_modifier, range_list), .kind = WORD,
                              .words = range_lists, .highest = 1, .any = UINT32_MAX, .required = true },
    [MODIFIER_FLAGS] = { NAME("flags"), FIELD(mpt_modifier, flags), .kind = MASK, .highest = UINT8_MAX,
                         .where = ENTRIES, .excludes = BIT(MODIFIER_SUBTRACTED) },
};

/* What an element of a list is: its members, and where in the topology it goes. */
enum {
    PROCESSOR,
    BUS,
    IO_APIC,
    IO_INTERRUPT,
    LOCAL_INTERRUPT,
    SPACE,
    HIERARCHY,
    MODIFIER,
    PCI_INTERRUPT,
    FORMS
};

struct form {
    const char *entry; /* how an entry says that it is one; NULL = none is */
    enum mpt_type type;
    struct object object;
    size_t offset, size; /* of its array in the topology; of an element */
    size_t capacity;
};

#define ARRAY(m)                                                                                             \
    .offset = offsetof(struct topology, m), .size = sizeof(((struct topology *)0)->m[0]),                    \
    .capacity = sizeof(((struct topology *)0)->m) / sizeof(((struct topology *)0)->m[0])

static const struct form forms[FORMS] = {
    [PROCESSOR] = { "processor", MPT_PROCESSOR, ROWS(processor_members), ARRAY(processors) },
    [BUS] = { "bus", MPT_BUS, ROWS(bus_members), ARRAY(buses) },
    [IO_APIC] = { "io_apic", MPT_IOAPIC, ROWS(ioapic_members), ARRAY(ioapics) },
    [IO_INTERRUPT] = { "io_interrupt", MPT_IO_INT, ROWS(io_int_members), ARRAY(io_ints) },
    [LOCAL_INTERRUPT] = { "local_interrupt", MPT_LOCAL_INT, ROWS(local_int_members), ARRAY(local_ints) },
    [SPACE] = { "address_space", MPT_SPACE, ROWS(space_members), ARRAY(spaces) },
    [HIERARCHY] = { "bus_hierarchy", MPT_HIERARCHY, ROWS(hierarchy_members), ARRAY(hierarchies) },
    [MODIFIER] = { "address_space_modifier", MPT_MODIFIER, ROWS(modifier_members), ARRAY(modifiers) },
    [PCI_INTERRUPT] = { NULL, MPT_IO_INT, ROWS(pci_int_members), ARRAY(pci_ints) },
};

static const struct list processor_list = { &forms[PROCESSOR], PLAIN };
static const struct list bus_list = { &forms[BUS], PLAIN };
static const struct list ioapic_list = { &forms[IO_APIC], PLAIN };
static const struct list io_int_list = { &forms[IO_INTERRUPT], PLAIN };
static const struct list local_int_list = { &forms[LOCAL_INTERRUPT], PLAIN };
static const struct list pci_int_list = { &forms[PCI_INTERRUPT], PLAIN };
static const struct list extended_list = { NULL, EXTENDED };
static const struct list entry_list = { NULL, ENTRIES };

#define LEVEL(level)                                                                                         \
    {                                                                                                        \
        NAME(#level), FIELD(topology, level), .kind = UINT, .lowest = 1, .highest = TOPOLOGY_CPUS_MAX        \
    }

static const struct member level_members[] = { LEVEL(packages), LEVEL(dies), LEVEL(cores), LEVEL(threads) };
static const struct object levels = ROWS(level_members);

enum { PLACEMENT_WINDOW };

static const struct member placement_members[] = {
    [PLACEMENT_WINDOW] = { NAME("window"), FIELD(topology, window), .kind = WORD, .words = windows,
                           WORDS_ONLY, .given = GIVEN_WINDOW },
    { NAME("base"), FIELD(topology, place.base), .kind = MASK, .highest = UINT32_MAX, .given = GIVEN_BASE },
    { NAME("floating_pointer"), FIELD(topology, place.floating), .kind = MASK, .highest = UINT32_MAX,
      .given = GIVEN_FLOATING },
    { NAME("configuration_table"), FIELD(topology, place.table), .kind = MASK, .highest = UINT32_MAX,
      .given = GIVEN_TABLE },
};
static const struct object placement = ROWS(placement_members);

enum {
    TOP_PROFILE,
    TOP_CPUS,
    TOP_PROCESSORS,
    TOP_TOPOLOGY,
    TOP_BUSES,
    TOP_IO_APICS,
    TOP_IO_INTERRUPTS,
    TOP_LOCAL_INTERRUPTS,
    TOP_EXTENDED,
    TOP_IRQS,
    TOP_PCI_INTERRUPTS,
    TOP_ENTRIES,
    TOP_OEM_ID,
    TOP_PRODUCT_ID,
    TOP_OEM_TABLE,
    TOP_OEM_TABLE_SIZE,
    TOP_SPEC_REVISION,
    TOP_LOCAL_APIC_ADDRESS,
    TOP_IMCR,
    TOP_DEFAULT_CONFIGURATION,
    TOP_ENTRY_COUNT,
    TOP_PLACEMENT,
    TOP_BIOS_DATA_AREA,
    TOP_MEMORY_SIZE,
    TOP_CONTEXT,
    TOP_NONCE,
    TOP_TTL
};

/* Lists of entries that replace or add to the profile's */
#define TOP_LISTS                                                                                            \
    (BIT(TOP_BUSES) | BIT(TOP_IO_APICS) | BIT(TOP_IO_INTERRUPTS) | BIT(TOP_LOCAL_INTERRUPTS) |               \
     BIT(TOP_EXTENDED) | BIT(TOP_PCI_INTERRUPTS))

/* One of these says which processors there are. */
#define TOP_MACHINE (BIT(TOP_CPUS) | BIT(TOP_PROCESSORS) | BIT(TOP_ENTRIES))

static const struct member top_members[] = {
    [TOP_PROFILE] = { NAME("profile"), .kind = PROFILE, .query = true },
    [TOP_CPUS] = { NAME("cpus"), FIELD(topology, cpus), .kind = UINT, .lowest = 1,
                   .highest = TOPOLOGY_CPUS_MAX, .given = GIVEN_CPUS, .query = true },
    [TOP_PROCESSORS] = { NAME("processors"), .kind = LIST, .list = &processor_list, .lowest = 1,
                         .highest = TOPOLOGY_CPUS_MAX, .given = GIVEN_PROCESSORS,
                         .excludes = BIT(TOP_CPUS) | BIT(TOP_TOPOLOGY) },
    [TOP_TOPOLOGY] = { NAME("topology"), .kind = OBJECT, .object = &levels, .given = GIVEN_TOPOLOGY },
    [TOP_BUSES] = { NAME("buses"), .kind = LIST, .list = &bus_list, .highest = UINT8_MAX + 1,
                    .given = GIVEN_BUSES },
    [TOP_IO_APICS] = { NAME("io_apics"), .kind = LIST, .list = &ioapic_list, .highest = MPT_ALL,
                       .given = GIVEN_IOAPICS },
    [TOP_IO_INTERRUPTS] = { NAME("io_interrupts"), .kind = LIST, .list = &io_int_list,
                            .highest = MPT_ENTRIES_MAX, .given = GIVEN_IO_INTS },
    [TOP_LOCAL_INTERRUPTS] = { NAME("local_interrupts"), .kind = LIST, .list = &local_int_list,
                               .highest = MPT_ENTRIES_MAX, .given = GIVEN_LOCAL_INTS },
    [TOP_EXTENDED] = { NAME("extended"), .kind = LIST, .list = &extended_list, .highest = MPT_EXTENDED_MAX,
                       .given = GIVEN_EXTENDED },
    [TOP_IRQS] = { NAME("irqs"), FIELD(topology, irqs), .kind = UINT, .lowest = TOPOLOGY_IRQS_MIN,
                   .highest = TOPOLOGY_IRQS_MAX, .given = GIVEN_IRQS, .apart = true, .query = true },
    [TOP_PCI_INTERRUPTS] = { NAME("pci_interrupts"), .kind = LIST, .list = &pci_int_list,
                             .highest = TOPOLOGY_PCI_MAX, .given = GIVEN_PCI_INTS },
    [TOP_ENTRIES] = { NAME("entries"), .kind = LIST, .list = &entry_list,
                      .highest = MPT_ENTRIES_MAX + MPT_EXTENDED_MAX, .given = GIVEN_ENTRIES,
                      .excludes = BIT(TOP_CPUS) | BIT(TOP_PROCESSORS) | BIT(TOP_TOPOLOGY) | TOP_LISTS },
    [TOP_OEM_ID] = { NAME("oem_id"), FIELD(topology, table.header.oem_id), .kind = TEXT,
                     .given = GIVEN_OEM_ID, .apart = true },
    [TOP_PRODUCT_ID] = { NAME("product_id"), FIELD(topology, table.header.product_id), .kind = TEXT,
                         .given = GIVEN_PRODUCT_ID, .apart = true },
    [TOP_OEM_TABLE] = { NAME("oem_table"), FIELD(topology, table.header.oem_table), .kind = MASK,
                        .highest = UINT32_MAX, .given = GIVEN_OEM_TABLE, .apart = true },
    [TOP_OEM_TABLE_SIZE] = { NAME("oem_table_size"), FIELD(topology, table.header.oem_table_size),
                             .kind = UINT, .highest = UINT16_MAX, .given = GIVEN_OEM_TABLE_SIZE,
                             .apart = true },
    [TOP_SPEC_REVISION] = { NAME("spec_revision"), FIELD(topology, table.header.spec_revision),
                            .kind = REVISION, .given = GIVEN_SPEC_REVISION, .apart = true },
    [TOP_LOCAL_APIC_ADDRESS] = { NAME("local_apic_address"), FIELD(topology, table.header.local_apic_address),
                                 .kind = MASK, .highest = UINT32_MAX, .given = GIVEN_LOCAL_APIC_ADDRESS,
                                 .apart = true },
    [TOP_IMCR] = { NAME("imcr"), FIELD(topology, table.floating.features), .kind = BOOL, .mask = MPT_IMCRP,
                   .given = GIVEN_IMCR, .apart = true },
    [TOP_DEFAULT_CONFIGURATION] = { NAME("default_configuration"),
                                    FIELD(topology, table.floating.default_configuration), .kind = UINT,
                                    .highest = 7 },
    [TOP_ENTRY_COUNT] = { NAME("entry_count"), FIELD(topology, table.entry_count), .kind = UINT,
                          .highest = UINT16_MAX, .given = GIVEN_ENTRY_COUNT, .apart = true },
    [TOP_PLACEMENT] = { NAME("placement"), .kind = OBJECT, .object = &placement, .apart = true,
                        .query = true },
    [TOP_BIOS_DATA_AREA] = { NAME("bios_data_area"), FIELD(topology, bios_data_area), .kind = BOOL,
                             .apart = true, .query = true },
    [TOP_MEMORY_SIZE] = { NAME("memory_size"), FIELD(topology, memory_size), .kind = UINT, .lowest = 1,
                          .highest = MEMORY_MAX, .apart = true, .query = true },
    [TOP_CONTEXT] = { NAME("context"), FIELD(topology, context), .kind = TOKEN, .alphabet = "._:-",
                      .lowest = 1, .highest = TOPOLOGY_CONTEXT_MAX, .apart = true, .query = true },
    [TOP_NONCE] = { NAME("nonce"), FIELD(topology, nonce), .kind = TOKEN, .alphabet = "_-", .lowest = 8,
                    .highest = TOPOLOGY_NONCE_MAX, .apart = true, .query = true },
    [TOP_TTL] = { NAME("ttl"), FIELD(topology, ttl), .kind = UINT, .lowest = 1, .highest = 86400,
                  .apart = true, .query = true },
};
static const struct object top = ROWS(top_members);

struct reader {
    struct json json;
    struct topology *topology;
    struct err *err;
    enum where where; /* the object being read stands */
    size_t counts[FORMS];
    bool bsp_said; /* some processor says whether it boots */
    bool unsound;  /* something is wrong that topology_complete depends on */
};

static uint64_t highest(const struct reader *r, const struct member *m)
{
    return r->where == ENTRIES && m->any ? m->any : m->highest;
}

/* The words of a row, quoted, with commas. */
static void list_words(const struct word *words, char *out, size_t size)
{
    size_t used = 0;

    for (; words->name && used < size; words++)
        used += (size_t)snprintf(out + used, size - used, "%s\"%s\"", used ? ", " : "", words->name);
}

/* What the value of a row must be. Return: always -1. */
static int refuse(const struct reader *r, const struct member *m, const struct at *at)
{
    const unsigned long long lowest = m->lowest, most = highest(r, m);
    struct err *err = r->err;
    char words[ERR_DETAIL_SIZE / 2] = "";

    switch (m->kind) {
    case UINT:
        return err_at(err, ERR_TOPOLOGY, at, "must be %llu to %llu", lowest, most);
    case MASK:
        return err_at(err, ERR_TOPOLOGY, at, "must be 0 to %#llx, as integer or \"0x...\"", most);
    case WORD:
        list_words(m->words, words, sizeof(words));
        if (most < lowest)
            return err_at(err, ERR_TOPOLOGY, at, "must be one of %s", words);
        return err_at(err, ERR_TOPOLOGY, at, "must be one of %s, or %llu to %llu", words, lowest, most);
    case REVISION:
        return err_at(err, ERR_TOPOLOGY, at, "must be 1 or 4");
    case BOOL:
        return err_at(err, ERR_TOPOLOGY, at, "must be true or false");
    case PROFILE:
        return err_at(err, ERR_TOPOLOGY, at, "no such profile; GET /v1/profiles lists them");
    case BUS_TYPE:
        if (r->where != ENTRIES)
            return err_at(err, ERR_TOPOLOGY, at, "must be a bus type of MPS 1.4, such as \"ISA\" or \"PCI\"");
        /* fall through */
    case TEXT:
        return err_at(err, ERR_TOPOLOGY, at,
                      "must be a string of at most %zu printable ASCII characters, or an array of %zu bytes",
                      m->width, m->width);
    case TOKEN:
        return err_at(err, ERR_TOPOLOGY, at, "must be %llu to %llu characters out of A-Z a-z 0-9 %s%s",
                      lowest, most, m->alphabet, lowest == 1 ? ", and not \"-\", which stands for none" : "");
    case LIST:
        return err_at(err, ERR_TOPOLOGY, at, "must be an array of %llu to %llu elements", lowest, most);
    case OBJECT:
        break;
    }
    return err_at(err, ERR_TOPOLOGY, at, "must be an object");
}

/* A number into the structure's member, or into the bits of it that the row names. */
static void store(void *base, const struct member *m, uint64_t value)
{
    uint8_t *to = (uint8_t *)base + m->offset;
    const uint8_t byte = (uint8_t)value;
    const uint16_t half = (uint16_t)value;
    const uint32_t word = (uint32_t)value;

    switch (m->width) {
    case sizeof(byte):
        memcpy(to, &byte, sizeof(byte));
        break;
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

/* The bits are in the lowest byte of a member of one or two. */
static void store_bits(void *base, const struct member *m, uint64_t value)
{
    const uint8_t *from = (const uint8_t *)base + m->offset;
    uint16_t old = 0;

    if (m->width == sizeof(old))
        memcpy(&old, from, sizeof(old));
    else
        old = *from;
    store(base, m, (old & ~m->mask) | value * (m->mask & -m->mask));
}

static bool find_word(const struct word *words, const struct json_value *v, uint64_t *value)
{
    for (; words && words->name; words++)
        if (strlen(words->name) == v->size && memcmp(words->name, v->text, v->size) == 0) {
            *value = words->value;
            return true;
        }
    return false;
}

/* The number that a value is for its row: an integer, or a string that stands for one. */
static bool find_number(const struct reader *r, const struct member *m, const struct json_value *v,
                        uint64_t *number)
{
    const unsigned digits = m->highest > UINT32_MAX ? 16 : 8;

    if (v->kind == JSON_STRING && m->kind == WORD)
        return find_word(m->words, v, number);
    if (v->kind == JSON_STRING && m->kind == MASK)
        return json_hex(v, digits, number) && *number <= m->highest;
    return v->kind == JSON_NUMBER && json_integer(v, number) && *number >= m->lowest &&
           *number <= highest(r, m) && *number <= INTEGER_MAX;
}

static int read_number(struct reader *r, const struct member *m, const struct json_value *v, void *base,
                       const struct at *at)
{
    uint64_t number;

    if (!find_number(r, m, v, &number))
        return refuse(r, m, at);
    if (m->mask)
        store_bits(base, m, number);
    else
        store(base, m, number);
    return 0;
}

static int read_revision(struct reader *r, const struct member *m, const struct json_value *v, void *base,
                         const struct at *at)
{
    uint64_t number;

    if (v->kind != JSON_NUMBER || !json_integer(v, &number) ||
        (number != MPT_SPEC_1_1 && number != MPT_SPEC_1_4))
        return refuse(r, m, at);
    store(base, m, number);
    return 0;
}

static int read_bool(struct reader *r, const struct member *m, const struct json_value *v, void *base,
                     const struct at *at)
{
    if (v->kind != JSON_TRUE && v->kind != JSON_FALSE)
        return refuse(r, m, at);
    if (m->mask)
        store_bits(base, m, v->kind == JSON_TRUE);
    else
        store(base, m, v->kind == JSON_TRUE);
    return 0;
}

static const struct profile *named_profile(const struct json_value *v)
{
    char name[JSON_TEXT_MAX + 1];

    if (v->kind != JSON_STRING || v->size > JSON_TEXT_MAX || memchr(v->text, '\0', v->size))
        return NULL;
    memcpy(name, v->text, v->size);
    name[v->size] = '\0';
    return profile_find(name);
}

static bool is_printable(const struct json_value *v)
{
    for (size_t i = 0; i < v->size; i++)
        if (v->text[i] < 0x20 || v->text[i] > 0x7e)
            return false;
    return true;
}

/* An array or object at whose bracket the reader still stands is passed. */
static void pass_unread(struct reader *r, const struct json_value *v, const char *bracket)
{
    if ((v->kind == JSON_ARRAY || v->kind == JSON_OBJECT) && r->json.at == bracket)
        json_skip(&r->json);
}

/* A text that no string can say comes as its bytes. */
static int read_bytes(struct reader *r, const struct member *m, char *out, const struct at *up)
{
    static const struct member byte = { .kind = UINT, .highest = UINT8_MAX };
    size_t count = 0;
    int status = 0;

    json_open(&r->json);
    for (; json_more(&r->json); count++) {
        const struct at here = { up, NULL, count };
        struct json_value v;
        uint64_t number = 0;

        if (count >= m->width) {
            json_skip(&r->json);
            continue;
        }
        v = json_take(&r->json);
        if (!find_number(r, &byte, &v, &number))
            status = refuse(r, &byte, &here);
        pass_unread(r, &v, r->json.at);
        out[count] = (char)number;
    }
    return count == m->width ? status : refuse(r, m, up);
}

static bool is_bus_type(const char *padded, size_t size)
{
    if (size == 0 || padded[size - 1] == ' ')
        return false;
    for (size_t i = 0; i < MPT_BUS_TYPES; i++)
        if (memcmp(mpt_bus_types[i], padded, sizeof(mpt_bus_types[i])) == 0)
            return true;
    return false;
}

static int read_text(struct reader *r, const struct member *m, const struct json_value *v, void *base,
                     const struct at *at)
{
    char *to = (char *)base + m->offset;
    const bool named = m->kind == BUS_TYPE && r->where != ENTRIES;

    if (v->kind == JSON_ARRAY && !named)
        return read_bytes(r, m, to, at);
    if (v->kind != JSON_STRING || v->size > m->width || !is_printable(v))
        return refuse(r, m, at);
    memset(to, ' ', m->width);
    memcpy(to, v->text, v->size);
    return named && !is_bus_type(to, v->size) ? refuse(r, m, at) : 0;
}

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The signed comment has "-" for none, so it cannot be one. */
static int read_token(struct reader *r, const struct member *m, const struct json_value *v, void *base,
                      const struct at *at)
{
    char *to = (char *)base + m->offset;

    if (v->kind != JSON_STRING || v->size < m->lowest || v->size > m->highest ||
        (v->size == 1 && v->text[0] == '-'))
        return refuse(r, m, at);
    for (size_t i = 0; i < v->size; i++)
        if (!is_alphanumeric(v->text[i]) && (v->text[i] == '\0' || !strchr(m->alphabet, v->text[i])))
            return refuse(r, m, at);
    memcpy(to, v->text, v->size);
    to[v->size] = '\0';
    return 0;
}

static int read_list(struct reader *r, const struct member *m, const struct at *at);
static int read_object(struct reader *r, const struct object *object, void *base, const struct at *up,
                       uint32_t *seen);

/* A value to where its row says. Arrays and objects are at their bracket, and are passed in any case. */
static int read_value(struct reader *r, const struct member *m, const struct json_value *v, void *base,
                      const struct at *at)
{
    const char *const begin = r->json.at;
    uint32_t seen;
    int status;

    switch (m->kind) {
    case UINT:
    case MASK:
    case WORD:
        status = read_number(r, m, v, base, at);
        break;
    case REVISION:
        status = read_revision(r, m, v, base, at);
        break;
    case BOOL:
        status = read_bool(r, m, v, base, at);
        break;
    case PROFILE:
        status = named_profile(v) ? 0 : refuse(r, m, at);
        break;
    case TEXT:
    case BUS_TYPE:
        status = read_text(r, m, v, base, at);
        break;
    case TOKEN:
        status = read_token(r, m, v, base, at);
        break;
    case LIST:
        status = v->kind == JSON_ARRAY ? read_list(r, m, at) : refuse(r, m, at);
        break;
    default:
        status = v->kind == JSON_OBJECT ? read_object(r, m->object, base, at, &seen) : refuse(r, m, at);
    }
    pass_unread(r, v, begin);
    return status;
}

static size_t find_member(const struct object *object, const struct json_value *name)
{
    size_t i = 0;

    while (i < object->count && (object->members[i].size != name->size ||
                                 memcmp(object->members[i].name, name->text, name->size) != 0))
        i++;
    return i;
}

/* A name that no row has, as the last step of a pointer. */
static int refuse_name(struct reader *r, const struct json_value *name, const struct at *up)
{
    const size_t most = name->text == r->json.room ? JSON_TEXT_MAX : ERR_POINTER_SIZE;
    const size_t size = name->size < most ? name->size : most;
    char text[JSON_TEXT_MAX + 1];

    for (size_t i = 0; i < size; i++)
        text[i] = name->text[i] ? name->text[i] : '?';
    text[size] = '\0';
    return err_at(r->err, ERR_TOPOLOGY, &(struct at){ up, text, 0 }, "unknown member");
}

/* The member before it that row @i cannot stand together with. */
static const char *opponent(const struct object *object, size_t i, uint32_t seen)
{
    size_t j = 0;

    while (!(seen & BIT(j) && (object->members[j].excludes & BIT(i) || object->members[i].excludes & BIT(j))))
        j++;
    return object->members[j].name;
}

static int check_missing(struct reader *r, const struct object *object, uint32_t seen, const struct at *up)
{
    int status = 0;

    for (size_t i = 0; i < object->count; i++) {
        const struct member *m = &object->members[i];
        const struct at here = { up, m->name, 0 };
        bool needed = m->required && !(seen & m->instead);

        for (size_t j = 0; j < object->count; j++)
            needed |= seen & BIT(j) && object->members[j].needs & BIT(i);
        if (needed && !(seen & BIT(i)))
            status = err_at(r->err, ERR_TOPOLOGY, &here, "is required");
    }
    return status;
}

/* One member of an object. @seen: rows before it; @barred: rows that these exclude */
static int read_member(struct reader *r, const struct object *object, void *base, const struct at *up,
                       uint32_t *seen, uint32_t *barred)
{
    const struct json_value name = json_name(&r->json);
    const size_t i = find_member(object, &name);
    const struct member *m = &object->members[i];
    struct at here = { up, NULL, 0 };
    struct json_value v;
    int status = 0;

    if (i == object->count || (m->where && !(m->where & r->where))) {
        status = refuse_name(r, &name, up);
        json_skip(&r->json);
        return status;
    }
    here.name = m->name;
    if (*seen & BIT(i)) {
        status = err_at(r->err, ERR_TOPOLOGY, &here, "given twice");
    } else if (*barred & BIT(i) || *seen & m->excludes) {
        status =
            err_at(r->err, ERR_TOPOLOGY, &here, "cannot stand together with %s", opponent(object, i, *seen));
    }

    if (status < 0) {
        json_skip(&r->json);
    } else {
        v = json_take(&r->json);
        if (m->kind != WORD || m->words) /* an entry's kind is known */
            status = read_value(r, m, &v, base, &here);
        if (status == 0)
            r->topology->given |= m->given;
    }
    *seen |= BIT(i);
    *barred |= m->excludes;
    if (status < 0 && !up && !m->apart)
        r->unsound = true;
    return status;
}

/*
 * The object at whose bracket the reader stands, into the structure at @base. All errors are reported; -1
 * when there were any. @seen: set to the rows whose members are there
 */
static int read_object(struct reader *r, const struct object *object, void *base, const struct at *up,
                       uint32_t *seen)
{
    uint32_t barred = 0;
    int status = 0;

    *seen = 0;
    json_open(&r->json);
    while (json_more(&r->json))
        if (read_member(r, object, base, up, seen, &barred) < 0)
            status = -1;
    return check_missing(r, object, *seen, up) < 0 ? -1 : status;
}

/* The first member of that name in the object at whose bracket @json stands; it is a copy that moves. */
static struct json_value look_up(struct json *json, const char *name)
{
    json_open(json);
    while (json_more(json)) {
        const struct json_value v = json_name(json);

        if (v.size == strlen(name) && memcmp(v.text, name, v.size) == 0)
            return json_take(json);
        json_skip(json);
    }
    return (struct json_value){ JSON_NOTHING, NULL, 0 };
}

/* What an element of a mixed list is; NULL when it does not say so. */
static const struct form *find_form(const struct reader *r)
{
    struct json json = r->json;
    const struct json_value v = look_up(&json, "entry");

    for (size_t i = 0; v.kind == JSON_STRING && i < FORMS; i++)
        if (forms[i].entry && strlen(forms[i].entry) == v.size &&
            memcmp(forms[i].entry, v.text, v.size) == 0 &&
            (r->where == ENTRIES || (int)forms[i].type >= (int)MPT_EXTENDED_FIRST))
            return &forms[i];
    return NULL;
}

/* What stands in an element where its members do not say. */
static void preset(const struct topology *t, const struct form *form, void *element)
{
    const struct profile *p = t->profile;

    memset(element, 0, form->size);
    if (form->type == MPT_PROCESSOR)
        *(struct mpt_processor *)element = (struct mpt_processor){
            .apic_version = p->apic_version,
            .flags = MPT_CPU_ENABLED,
            .signature = p->signature,
            .features = p->features,
        };
    if (form->type == MPT_IOAPIC)
        *(struct mpt_ioapic *)element = (struct mpt_ioapic){
            .apic_version = p->ioapic_version,
            .flags = MPT_IOAPIC_ENABLED,
            .address = MPT_IOAPIC_ADDRESS,
        };
}

static int read_entry(struct reader *r, const struct form *form, const struct at *at)
{
    struct topology *t = r->topology;
    size_t *count = &r->counts[form - forms];
    void *element = (uint8_t *)t + form->offset + *count * form->size;
    uint32_t seen;
    int status;

    if (*count == form->capacity || (r->where != PLAIN && !topology_append_run(t, form->type)))
        return err_at(r->err, ERR_TOPOLOGY, at, "more entries than a table holds");
    preset(t, form, element);
    status = read_object(r, &form->object, element, at, &seen);
    if (form == &forms[PROCESSOR])
        r->bsp_said |= (seen & BIT(CPU_BSP)) != 0;
    if (form == &forms[PCI_INTERRUPT])
        t->pci_to_first[*count] = !(seen & BIT(PCI_IO_APIC));
    (*count)++;
    return status;
}

static int read_element(struct reader *r, const struct list *list, const struct at *at)
{
    const struct json_value v = json_take(&r->json);
    const char *const begin = r->json.at;
    const struct form *form = list->form;
    int status;

    if (v.kind != JSON_OBJECT) {
        status = err_at(r->err, ERR_TOPOLOGY, at, "must be an object");
    } else {
        if (!form)
            form = find_form(r);
        status = form ? read_entry(r, form, at)
                      : err_at(r->err, ERR_TOPOLOGY, &(struct at){ at, "entry", 0 }, "must be %s",
                               r->where == ENTRIES ? "a kind of entry" : "a kind of extended entry");
    }
    pass_unread(r, &v, begin);
    return status;
}

static int read_list(struct reader *r, const struct member *m, const struct at *at)
{
    size_t count = 0;
    int status = 0;

    r->where = m->list->where;
    json_open(&r->json);
    for (; json_more(&r->json); count++) {
        if (count >= m->highest)
            json_skip(&r->json);
        else if (read_element(r, m->list, &(struct at){ at, NULL, count }) < 0)
            status = -1;
    }
    r->where = PLAIN;
    return count >= m->lowest && count <= m->highest ? status : refuse(r, m, at);
}

static int refuse_top(struct reader *r, size_t row, const char *what)
{
    const struct at here = { NULL, row < top.count ? top_members[row].name : "", 0 };

    r->unsound = true;
    return err_at(r->err, ERR_TOPOLOGY, row < top.count ? &here : NULL, "%s", what);
}

/* A default configuration is two processors and no table (MPS 1.4 §5). */
static int check_default_configuration(struct reader *r, uint32_t seen)
{
    const struct topology *t = r->topology;
    int status = 0;

    if (t->table.floating.default_configuration == 0)
        return 0;
    for (size_t i = 0; i < top.count; i++)
        if (seen & (TOP_LISTS | BIT(TOP_ENTRIES)) & BIT(i))
            status = refuse_top(r, i, "a default configuration has no table");
    if (seen & BIT(TOP_CPUS) && t->cpus != 2)
        status = refuse_top(r, TOP_CPUS, "must be 2 with a default configuration");
    if (seen & BIT(TOP_PROCESSORS) && r->counts[PROCESSOR] != 2)
        status = refuse_top(r, TOP_PROCESSORS, "must be 2 processors with a default configuration");
    return status;
}

/* What no row of its own can say of the members. */
static int check_top(struct reader *r, uint32_t seen)
{
    int status = 0;

    if (!(seen & TOP_MACHINE))
        status = refuse_top(r, SIZE_MAX, "one of cpus, processors and entries is required");
    return check_default_configuration(r, seen) < 0 ? -1 : status;
}

/* The counts of the lists, and what follows from a member or its absence. */
static void settle(struct reader *r)
{
    struct topology *t = r->topology;
    struct mpt_table *table = &t->table;

    table->processor_count = (uint16_t)r->counts[PROCESSOR];
    table->bus_count = (uint16_t)r->counts[BUS];
    table->ioapic_count = (uint16_t)r->counts[IO_APIC];
    table->io_int_count = (uint16_t)r->counts[IO_INTERRUPT];
    table->local_int_count = (uint16_t)r->counts[LOCAL_INTERRUPT];
    table->space_count = (uint16_t)r->counts[SPACE];
    table->hierarchy_count = (uint16_t)r->counts[HIERARCHY];
    table->modifier_count = (uint16_t)r->counts[MODIFIER];
    t->pci_int_count = (unsigned)r->counts[PCI_INTERRUPT];
    if (t->given & (GIVEN_PROCESSORS | GIVEN_ENTRIES))
        t->cpus = table->processor_count;
    if (t->given & GIVEN_PROCESSORS && !r->bsp_said)
        t->processors[0].flags |= MPT_CPU_BSP;
    if (t->given & GIVEN_TOPOLOGY) {
        t->packages += t->packages == 0;
        t->dies += t->dies == 0;
        t->cores += t->cores == 0;
        t->threads += t->threads == 0;
    }
    if (t->given & GIVEN_SPEC_REVISION)
        table->floating.spec_revision = table->header.spec_revision;
    table->entry_count_given = (t->given & GIVEN_ENTRY_COUNT) != 0;
}

/* All members are read: @status -1 when one was wrong. */
static int complete(struct reader *r, uint32_t seen, int status)
{
    if (check_top(r, seen) < 0)
        status = -1;
    settle(r);
    if (!r->unsound && topology_complete(r->topology, r->err) < 0)
        status = -1;
    return status;
}

static void start(struct reader *r, struct topology *t, struct err *err)
{
    topology_init(t);
    r->topology = t;
    r->err = err;
    r->where = PLAIN;
    memset(r->counts, 0, sizeof(r->counts));
    r->bsp_said = r->unsound = false;
}

/* Entries begin as the profile has them, so it is looked up before they are read. */
static void use_profile(struct reader *r, const struct json_value *name)
{
    const struct profile *profile = named_profile(name);

    if (profile)
        r->topology->profile = profile;
}

int request_parse(const char *text, size_t size, struct topology *t, struct err *err)
{
    struct reader r;
    struct json json;
    struct json_value v;
    uint32_t seen;
    int status;

    if (scan_json(text, size, err) < 0)
        return -1;
    start(&r, t, err);
    json_start(&r.json, text, size);
    if (json_take(&r.json).kind != JSON_OBJECT)
        return err_at(err, ERR_TOPOLOGY, NULL, "must be an object");
    json = r.json;
    v = look_up(&json, top_members[TOP_PROFILE].name);
    use_profile(&r, &v);
    status = read_object(&r, &top, t, NULL, &seen);
    return complete(&r, seen, status);
}

/* Decimal, without sign or leading zeros: what JSON calls an integer, and none of its other forms. */
static bool is_decimal(const char *text)
{
    const size_t digits = strspn(text, "0123456789");

    return digits > 0 && text[digits] == '\0' && (digits == 1 || text[0] != '0');
}

/* A parameter as the JSON value that says the same to its row. */
static struct json_value parameter(const struct member *m, const char *text)
{
    enum json_kind kind = JSON_STRING;

    if (m->kind == UINT && is_decimal(text))
        kind = JSON_NUMBER;
    if (m->kind == BOOL && strcmp(text, "true") == 0)
        kind = JSON_TRUE;
    if (m->kind == BOOL && strcmp(text, "false") == 0)
        kind = JSON_FALSE;
    return (struct json_value){ kind, text, strlen(text) };
}

static int read_pair(struct reader *r, const struct request_pair *pair, uint32_t *seen)
{
    const struct json_value name = { JSON_STRING, pair->name, strlen(pair->name) };
    const struct at here = { NULL, pair->name, 0 };
    const size_t i = find_member(&top, &name);
    const struct member *m = &top_members[i];
    struct json_value v;
    int status;

    if (i == top.count || !m->query)
        return err_at(r->err, ERR_TOPOLOGY, &here, "unknown parameter");
    if (*seen & BIT(i))
        return err_at(r->err, ERR_TOPOLOGY, &here, "given twice");
    *seen |= BIT(i);
    if (i == TOP_PLACEMENT) /* its window is all that one word can say */
        m = &placement_members[PLACEMENT_WINDOW];
    v = parameter(m, pair->value);
    if (i == TOP_PROFILE)
        use_profile(r, &v);
    status = read_value(r, m, &v, r->topology, &here);
    if (status == 0)
        r->topology->given |= m->given;
    else if (!m->apart)
        r->unsound = true;
    return status;
}

int request_parse_query(const struct request_pair *pairs, size_t count, struct topology *t, struct err *err)
{
    struct reader r;
    uint32_t seen = 0;
    int status = 0;

    start(&r, t, err);
    json_start(&r.json, "", 0);
    for (size_t i = 0; i < count; i++)
        if (read_pair(&r, &pairs[i], &seen) < 0)
            status = -1;
    return complete(&r, seen, status);
}
