/* SPDX-License-Identifier: ISC */
/*
 * The rules. Each row changes a sound machine until a rule fires, and nearly so far; the rows of
 * measured tables say all that is to be found in them.
 */
#include "suites.h"

#include <stdbool.h>
#include <stdlib.h>

#include "../lib/guard.h"

enum {
    CPUS = 4,
    FOUND_MAX = MPT_RULES_MAX,
    POKES = 5,
    IO_INTS_MAX = 300,
    SEGMENTS = 4,
    IMAGE_MAX = 8192
};

/* A machine, before its bytes are made, and what is known of it */
static struct scene {
    struct sample sample;
    struct mpt_bus buses[3];
    struct mpt_ioapic ioapics[3];
    struct mpt_io_int io_ints[IO_INTS_MAX];
    struct mpt_facts facts;
    struct mpt_range usable, occupied;
    unsigned unsummed; /* 1: leave the sums as the last pokes left them */
    unsigned
        other; /* 1: there is a copy of the floating pointer at 0xf0000; 2: one that says revision 1 */
    unsigned bios; /* 1: the words at 0x40e and 0x413 are in memory */
    uint16_t ebda, base_memory_kib;
    unsigned cut;       /* bytes that the table's segment lacks */
    unsigned unordered; /* 1: the I/O APIC comes before the bus */
    unsigned follow;    /* 1: interrupts go to the first I/O APIC, whatever its ID */
} scene;

/* And its bytes */
static struct {
    uint8_t floating[MPT_FLOATING_SIZE], other[MPT_FLOATING_SIZE], bios[7], table[IMAGE_MAX];
    struct mpt_segment segments[SEGMENTS];
    struct mpt_memory memory;
    struct mpt_view view;
} image;

/* A change: a member of the scene, or bytes of the image made from it */
struct poke {
    size_t offset, width;
    uint64_t value;
};
enum { RAW_FLOATING = 0x1000000, RAW_TABLE = 0x2000000 };
#define P(m, value)                                                      \
    {                                                                    \
        offsetof(struct scene, m), sizeof(((struct scene *)0)->m), value \
    }
#define S(m, value)         P(sample.m, value)
#define T(m, value)         P(sample.table.m, value)
#define GIVEN(facts_, m, v) P(facts.given, facts_), P(facts.m, v)
#define FP(offset, value)                 \
    {                                     \
        RAW_FLOATING | (offset), 1, value \
    }
#define TB(offset, value)              \
    {                                  \
        RAW_TABLE | (offset), 1, value \
    }
#define TB2(offset, value)             \
    {                                  \
        RAW_TABLE | (offset), 2, value \
    }
#define FACTS_BIOS(ebda_, kb)                                                        \
    P(facts.given, MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY), P(facts.bios.ebda, ebda_), \
        P(facts.bios.base_memory_kib, kb)

/* Where things are in the bytes of the sound table with four processors */
enum { LENGTH = 4, CHECKSUM = 7, COUNT = 34, EXT_LENGTH = 40, EXT_SUM = 42, RESERVED = 43 };
enum { AT_CPU = 44, AT_BUS = 124, AT_IO_INT = 140, AT_LOCAL_INT = 268, AT_EXT = 284, AT_END = 320 };

#define TEXT4(m, a, b, c, d) S(m[0], a), S(m[1], b), S(m[2], c), S(m[3], d)
#define PCI_BUSES(n)         T(bus_count, (n) + 1)

static const struct {
    const char *rule;
    enum mpt_part part;
    unsigned index, count; /* of the finding: the first such entry among its type, and how many */
    struct poke breaks[POKES], nearly[POKES];
} rows[] = {
#define FLOATING_ROW(id)  id, MPT_PART_FLOATING, 0, 1
#define HEADER_ROW(id)    id, MPT_PART_HEADER, 0, 1
#define TABLE_ROW(id)     id, MPT_PART_TABLE, 0, 1
#define CPU_ROW(id, i, n) id, MPT_PART_PROCESSOR, i, n
#define BUS_ROW(id, i)    id, MPT_PART_BUS, i, 1
#define APIC_ROW(id, i)   id, MPT_PART_IOAPIC, i, 1
#define INT_ROW(id, i)    id, MPT_PART_IO_INT, i, 1
#define LINT_ROW(id, i)   id, MPT_PART_LOCAL_INT, i, 1

    { FLOATING_ROW("fp-not-found"),
      { FP(10, 0), P(unsummed, 1) },
      { FP(10, 0), P(unsummed, 1), P(other, 1) } },
    { FLOATING_ROW("fp-not-found"),
      { S(place.floating, 0x9fc04) },
      { S(place.floating, 0x9fff0) } },
    { FLOATING_ROW("fp-alignment"),
      { S(place.floating, 0x9fc08) },
      { S(place.floating, 0x9fc20) } },
    { FLOATING_ROW("fp-checksum"), { FP(10, 0), P(unsummed, 1) }, { FP(11, 5) } },
    { FLOATING_ROW("fp-length"), { FP(8, 2) }, { FP(8, 1) } },
    { FLOATING_ROW("fp-length"), { FP(8, 0) }, { FP(9, 0) } },
    { FLOATING_ROW("fp-spec-rev"),
      { S(table.floating.spec_revision, 2) },
      { S(table.floating.spec_revision, 1) } },
    { FLOATING_ROW("fp-spec-rev-mismatch"),
      { S(table.floating.spec_revision, 1) },
      { S(table.floating.spec_revision, 1), S(table.header.spec_revision, 1) } },
    { FLOATING_ROW("fp-reserved-features"), { FP(12, 0x40) }, { FP(12, 0x80) } },
    { FLOATING_ROW("fp-reserved-features"), { FP(15, 1) }, { FP(11, 1) } },
    { FLOATING_ROW("fp-physptr-zero"), { S(place.table, 0) }, { S(place.table, 0), FP(11, 5) } },
    { FLOATING_ROW("fp-default-config"), { FP(11, 1) }, { FP(11, 8) } },
    { FLOATING_ROW("fp-default-config"),
      { FP(11, 7), S(place.table, 0) },
      { FP(11, 0), S(place.table, 0) } },
    { FLOATING_ROW("fp-default-config-unknown"), { FP(11, 8) }, { FP(11, 7) } },
    { FLOATING_ROW("fp-default-config-with-table"),
      { FP(11, 5) },
      { FP(11, 5), S(place.table, 0) } },
    { FLOATING_ROW("fp-multiple"), { P(other, 2) }, { P(other, 1) } },
    { FLOATING_ROW("fp-outside-window"),
      { S(place.floating, 0xe0000) },
      { S(place.floating, 0xf0000) } },
    { FLOATING_ROW("fp-outside-window"),
      { S(place.floating, 0x100000) },
      { S(place.floating, 0xffff0) } },
    { FLOATING_ROW("fp-outside-window"), { S(place.floating, 0) }, { S(place.floating, 0x400) } },
    { FLOATING_ROW("fp-outside-window"),
      { S(place.floating, 0x9f800), FACTS_BIOS(0, 640) },
      { S(place.floating, 0x9f800), FACTS_BIOS(0, 639) } },
    { FLOATING_ROW("fp-outside-window"),
      { S(place.floating, 0x9f800), FACTS_BIOS(0x9f40, 636) },
      { S(place.floating, 0x9f800), FACTS_BIOS(0x9f41, 636) } },
    { FLOATING_ROW("fp-outside-window"),
      { S(place.floating, 0x9f800), P(bios, 1), P(base_memory_kib, 640) },
      { S(place.floating, 0x9f800), P(facts.given, MPT_FACT_BASE_MEMORY),
        P(facts.bios.base_memory_kib, 640) } },
    { FLOATING_ROW("fp-outside-window"),
      { S(place.floating, 0xa0000) },
      { S(place.floating, 0x9fbf0) } },
    { FLOATING_ROW("bda-not-set"), { FACTS_BIOS(0, 0) }, { FACTS_BIOS(0, 640) } },
    { FLOATING_ROW("bda-not-set"), { P(bios, 1) }, { P(facts.given, MPT_FACT_EBDA) } },
    { FLOATING_ROW("bda-not-set"),
      { P(bios, 1), S(place.floating, 0x9fff0) },
      { P(bios, 1), S(place.floating, 0xf0000) } },
    { FLOATING_ROW("bda-basemem-mismatch"), { FACTS_BIOS(0, 639) }, { FACTS_BIOS(0, 640) } },
    { FLOATING_ROW("bda-basemem-mismatch"),
      { FACTS_BIOS(0x9f00, 636) },
      { FACTS_BIOS(0x9fc0, 639) } },
    { FLOATING_ROW("bda-basemem-511k"), { FACTS_BIOS(0, 512) }, { FACTS_BIOS(0, 513) } },
    { FLOATING_ROW("bda-basemem-511k"), { FACTS_BIOS(0, 1) }, { FACTS_BIOS(0, 0) } },
    { FLOATING_ROW("imcr-set"),
      { S(table.floating.features, 0x80) },
      { S(table.floating.features, 0x40) } },
    { FLOATING_ROW("acpi-present"),
      { P(facts.given, MPT_FACT_ACPI) },
      { P(facts.given, MPT_FACT_XEN) } },
    { FLOATING_ROW("kernel-no-mpparse"),
      { P(facts.given, MPT_FACT_NO_MPPARSE) },
      { P(facts.given, MPT_FACT_X2APIC) } },
    { FLOATING_ROW("x2apic-mode"),
      { P(facts.given, MPT_FACT_X2APIC) },
      { P(facts.given, MPT_FACT_ACPI) } },
    { FLOATING_ROW("xen-guest"),
      { P(facts.given, MPT_FACT_XEN) },
      { P(facts.given, MPT_FACT_XEN), FP(11, 5), S(place.table, 0) } },
    { FLOATING_ROW("xen-guest"),
      { P(facts.given, MPT_FACT_XEN) },
      { P(facts.given, MPT_FACT_XEN | MPT_FACT_ACPI) } },

    { HEADER_ROW("table-signature"), { TB(3, 'p') }, { TB(8, 'p') } },
    { HEADER_ROW("table-length-remainder"),
      { TB2(LENGTH, AT_EXT - 1), TB2(EXT_LENGTH, 0) },
      { TB2(LENGTH, AT_EXT - 8), TB2(EXT_LENGTH, 0) } },
    { HEADER_ROW("table-checksum"), { TB(CHECKSUM, 0), P(unsummed, 1) }, { TB(RESERVED, 0) } },
    { HEADER_ROW("table-spec-rev"),
      { S(table.header.spec_revision, 3) },
      { S(table.header.spec_revision, 1) } },
    { HEADER_ROW("lapic-address-zero"),
      { T(header.local_apic_address, 0) },
      { T(header.local_apic_address, 1) } },
    { HEADER_ROW("lapic-address-odd"),
      { T(header.local_apic_address, 0xfee01000) },
      { T(header.local_apic_address, 0) } },
    { HEADER_ROW("oem-pointer"), { T(header.oem_table, 1) }, { T(header.oem_table, 0) } },
    { HEADER_ROW("oem-pointer"), { T(header.oem_table_size, 1) }, { T(header.oem_table_size, 0) } },
    { HEADER_ROW("id-padding"), { T(header.oem_id[7], 0) }, { T(header.oem_id[7], 0x7e) } },
    { HEADER_ROW("id-padding"),
      { T(header.product_id[11], 0x7f) },
      { T(header.product_id[11], '!') } },
    { HEADER_ROW("entry-count-zero"), { TB2(COUNT, 0) }, { TB2(COUNT, 1) } },
    { HEADER_ROW("entry-count-zero"),
      { TB2(COUNT, 0) },
      { T(processor_count, 0), T(bus_count, 0), T(ioapic_count, 0), T(io_int_count, 0),
        T(local_int_count, 0) } },
    { HEADER_ROW("entry-count-mismatch"), { TB2(COUNT, 25) }, { TB2(COUNT, 24) } },
    { HEADER_ROW("entry-count-mismatch"), { TB2(COUNT, 23) }, { TB2(COUNT, 0) } },
    { HEADER_ROW("entry-count-mismatch"),
      { TB2(LENGTH, AT_EXT - 8) },
      { TB(AT_LOCAL_INT + 8, 5) } },
    { HEADER_ROW("reserved-bytes"), { TB(RESERVED, 1) }, { TB(EXT_SUM, 1) } },
    { "reserved-bytes",
      MPT_PART_PROCESSOR,
      1,
      2,
      { TB(AT_CPU + 20 + 19, 1), TB(AT_CPU + 60 + 12, 1) },
      { TB(AT_CPU + 20 + 11, 1), TB(AT_CPU + 40 + 0, 0) } },
    { "reserved-bytes",
      MPT_PART_EXTENDED,
      1,
      1,
      { TB(AT_EXT + 20 + 7, 1) },
      { TB(AT_EXT + 20 + 4, 1) } },
    { HEADER_ROW("ext-length"),
      { TB2(EXT_LENGTH, AT_END - AT_EXT - 1) },
      { TB2(EXT_LENGTH, AT_END - AT_EXT - 8) } },
    { HEADER_ROW("ext-length"), { TB2(EXT_LENGTH, AT_END - AT_EXT + 1) }, { TB2(EXT_LENGTH, 0) } },
    { HEADER_ROW("ext-length"), { TB(AT_EXT + 28 + 1, 1) }, { TB(AT_EXT + 28 + 0, 140) } },
    { HEADER_ROW("ext-checksum"),
      { TB(EXT_SUM, 0), P(unsummed, 1) },
      { TB(EXT_SUM, 0xaa), P(unsummed, 1) } }, /* the sum itself, as HelenOS has it */
    { HEADER_ROW("ext-without-entries"),
      { TB2(EXT_LENGTH, 0), TB(EXT_SUM, 1), P(unsummed, 1) },
      { TB(EXT_SUM, 1), P(unsummed, 1) } },

    { TABLE_ROW("e820-usable"),
      { GIVEN(MPT_FACT_USABLE, usable_count, 1), P(usable.base, 0x9fd0f), P(usable.end, 0x9fd10) },
      { GIVEN(MPT_FACT_USABLE, usable_count, 1), P(usable.base, 0), P(usable.end, 0x9fc00) } },
    { TABLE_ROW("e820-usable"),
      { GIVEN(MPT_FACT_USABLE, usable_count, 1), P(usable.base, 0x9fd4f), P(usable.end, 0x9ff50) },
      { GIVEN(MPT_FACT_USABLE, usable_count, 1), P(usable.base, 0x9fd50),
        P(usable.end, 0x9ff50) } },
    { FLOATING_ROW("e820-usable"),
      { GIVEN(MPT_FACT_USABLE, usable_count, 1), P(usable.base, 0x9fc0f), P(usable.end, 0xa0000) },
      { GIVEN(MPT_FACT_USABLE, usable_count, 1), P(usable.base, 0x9fd50),
        P(usable.end, 0xa0000) } },
    { FLOATING_ROW("low-memory-collision"),
      { GIVEN(MPT_FACT_OCCUPIED, occupied_count, 1), P(occupied.base, 0),
        P(occupied.end, 0x9fc01) },
      { GIVEN(MPT_FACT_OCCUPIED, occupied_count, 1), P(occupied.base, 0),
        P(occupied.end, 0x9fc00) } },
    { TABLE_ROW("low-memory-collision"),
      { GIVEN(MPT_FACT_OCCUPIED, occupied_count, 1), P(occupied.base, 0x9fd4f),
        P(occupied.end, 0x100000) },
      { GIVEN(MPT_FACT_OCCUPIED, occupied_count, 1), P(occupied.base, 0x9fd50),
        P(occupied.end, 0x100000) } },
    { TABLE_ROW("window-overrun"),
      { S(place.table, 0xa0000 - AT_END + 1) },
      { S(place.table, 0xa0000 - AT_END) } },
    { TABLE_ROW("window-overrun"), { S(place.table, 0xbffff) }, { S(place.table, 0xc0000) } },
    { TABLE_ROW("table-above-1m"),
      { S(place.table, 0x100000 - AT_END) },
      { S(place.table, 0x100000 - AT_END - 1) } },
    { TABLE_ROW("table-overlaps-fp"),
      { S(place.table, 0x9fc00 - AT_END + 1), P(cut, 1) },
      { S(place.table, 0x9fc00 - AT_END) } },
    { TABLE_ROW("table-length-short"), { TB2(LENGTH, 43) }, { TB2(LENGTH, 44) } },
    { TABLE_ROW("table-length-short"),
      { P(cut, AT_END - AT_EXT + 1) },
      { P(cut, AT_END - AT_EXT) } },
    { TABLE_ROW("table-length-short"),
      { P(cut, AT_END - 43) },
      { P(cut, AT_END - 43), S(place.table, 0), FP(11, 5) } },
    { TABLE_ROW("table-length-short"), { P(cut, AT_END - 43) }, { S(place.table, 0) } },
    { TABLE_ROW("table-length-short"),
      { GIVEN(MPT_FACT_MEMORY_SIZE, memory_size, 0x9fc10 + AT_END - 1) },
      { GIVEN(MPT_FACT_MEMORY_SIZE, memory_size, 0x9fc10 + AT_END) } },
    { TABLE_ROW("table-length-short"),
      { GIVEN(MPT_FACT_MEMORY_SIZE, memory_size, 0xa0000), S(place.table, 0x100000) },
      { GIVEN(MPT_FACT_MEMORY_SIZE, memory_size, 0xa0000), S(place.table, 0xc0000) } },
    { TABLE_ROW("table-length-short"),
      { GIVEN(MPT_FACT_MEMORY_SIZE, memory_size, 0xa0000), S(place.table, 0x100000 - AT_END + 1) },
      { GIVEN(MPT_FACT_MEMORY_SIZE, memory_size, 0xa0000), S(place.table, 0x100000 - AT_END) } },
    { TABLE_ROW("entries-unsorted"),
      { TB(AT_LOCAL_INT, 3), TB(AT_IO_INT, 4) },
      { TB(AT_LOCAL_INT, 3) } },
    { TABLE_ROW("unknown-entry-type"), { TB(AT_LOCAL_INT, 5) }, { TB(AT_LOCAL_INT, 4) } },
    { TABLE_ROW("unknown-entry-type"), { TB(AT_LOCAL_INT, 131) }, { TB(AT_LOCAL_INT, 130) } },
    { TABLE_ROW("ext-in-base"), { TB(AT_LOCAL_INT, 128) }, { TB(AT_LOCAL_INT, 127) } },
    { TABLE_ROW("entry-truncated"),
      { TB2(LENGTH, AT_LOCAL_INT + 15), TB2(EXT_LENGTH, 0) },
      { TB2(LENGTH, AT_LOCAL_INT + 8), TB2(EXT_LENGTH, 0) } },
    { TABLE_ROW("cpu-none-enabled"), { T(processor_count, 0) }, { T(processor_count, 1) } },
    { TABLE_ROW("cpu-none-enabled"),
      { T(processor_count, 1), S(processors[0].flags, 2) },
      { T(processor_count, 1), S(processors[0].flags, 1) } },
    { TABLE_ROW("cpu-none-enabled"),
      { T(processor_count, 0), T(bus_count, 0), T(ioapic_count, 0), T(io_int_count, 0),
        T(local_int_count, 0) },
      { TB2(LENGTH, 43) } },
    { TABLE_ROW("bsp-missing"),
      { S(processors[0].flags, 1) },
      { S(processors[0].flags, 1), S(processors[3].flags, 3) } },
    { TABLE_ROW("bsp-missing"),
      { S(processors[0].flags, 2) },
      { S(processors[0].flags, 2), TB(AT_LOCAL_INT + 8, 5) } },
    { TABLE_ROW("cpu-count-mismatch"),
      { GIVEN(MPT_FACT_VCPUS, vcpus, 3) },
      { GIVEN(MPT_FACT_VCPUS, vcpus, 4) } },
    { TABLE_ROW("cpu-count-mismatch"),
      { GIVEN(MPT_FACT_VCPUS, vcpus, 4), S(processors[3].flags, 0) },
      { GIVEN(MPT_FACT_VCPUS, vcpus, 3), S(processors[3].flags, 0) } },
    { TABLE_ROW("cpu-count-mismatch"),
      { GIVEN(MPT_FACT_VCPUS, vcpus, 3), P(bios, 1) },
      { GIVEN(MPT_FACT_VCPUS, vcpus, 4), P(bios, 1) } },
    { TABLE_ROW("cpu-id-sparse"),
      { S(processors[3].apic_id, 4) },
      { S(processors[3].apic_id, 0) } },
    { TABLE_ROW("cpu-id-sparse"),
      { S(processors[0].apic_id, 4) },
      { S(processors[3].flags, 0), S(processors[3].apic_id, 9) } },
    { TABLE_ROW("cpu-count-over-8"), { T(processor_count, 9) }, { T(processor_count, 8) } },
    { TABLE_ROW("cpu-count-over-8"),
      { T(processor_count, 9) },
      { T(processor_count, 9), S(processors[8].flags, 0) } },
    { TABLE_ROW("cpu-count-over-32"), { T(processor_count, 33) }, { T(processor_count, 32) } },
    { TABLE_ROW("bus-pci-not-zero"),
      { PCI_BUSES(1) },
      { PCI_BUSES(1), P(buses[0].bus_id, 1), P(buses[1].bus_id, 0) } },
    { TABLE_ROW("bus-missing-isa"), { T(bus_count, 0) }, { P(buses[0].bus_type[0], 'i') } },
    { TABLE_ROW("bus-missing-isa"),
      { P(buses[0].bus_type[0], 'V') },
      { P(buses[0].bus_type[3], 0) } },
    { TABLE_ROW("bus-hierarchy-missing"),
      { PCI_BUSES(2), T(space_count, 0), T(hierarchy_count, 0), T(modifier_count, 0) },
      { PCI_BUSES(2), T(space_count, 0), T(modifier_count, 0) } },
    { TABLE_ROW("bus-hierarchy-missing"),
      { PCI_BUSES(2), T(space_count, 0), T(hierarchy_count, 0), T(modifier_count, 0) },
      { PCI_BUSES(1), T(space_count, 0), T(hierarchy_count, 0), T(modifier_count, 0) } },
    { TABLE_ROW("ioapic-none"),
      { T(ioapic_count, 0) },
      { T(ioapic_count, 2), P(ioapics[0].flags, 0) } },
    { TABLE_ROW("ioapic-none"), { P(ioapics[0].flags, 0xfe) }, { P(ioapics[0].flags, 0xff) } },
    { TABLE_ROW("irq0-missing"),
      { P(io_ints[0].irq, 3), P(io_ints[2].irq, 3) },
      { P(io_ints[2].irq, 3) } },
    { TABLE_ROW("irq0-missing"),
      { P(io_ints[0].bus_id, 1), P(io_ints[2].bus_id, 1) },
      { P(io_ints[0].irq, 3), P(io_ints[2].irq, 3), T(io_int_count, 0) } },
    { TABLE_ROW("irq0-missing"),
      { P(io_ints[0].int_type, MPT_NMI), P(io_ints[2].irq, 3) },
      { P(io_ints[0].int_type, MPT_INT), P(io_ints[2].irq, 3) } },
    { TABLE_ROW("irq0-missing"),
      { P(io_ints[0].int_type, MPT_NMI), P(io_ints[2].int_type, MPT_NMI) },
      { P(io_ints[2].int_type, MPT_NMI) } },
    { TABLE_ROW("int-none"), { T(io_int_count, 0) }, { T(io_int_count, 1) } },
    { TABLE_ROW("extint-multiple"),
      { P(io_ints[15].int_type, MPT_EXTINT) },
      { P(io_ints[15].int_type, MPT_SMI) } },
    { TABLE_ROW("int-count-limit"), { T(io_int_count, 257) }, { T(io_int_count, 256) } },
    { TABLE_ROW("lint-missing"), { T(local_int_count, 0) }, { T(local_int_count, 1) } },

    { CPU_ROW("bsp-multiple", 0, 2),
      { S(processors[2].flags, 3) },
      { S(processors[0].flags, 1), S(processors[2].flags, 3) } },
    { CPU_ROW("bsp-multiple", 0, 2), { S(processors[2].flags, 2) }, { S(processors[2].flags, 0) } },
    { CPU_ROW("bsp-disabled", 0, 1), { S(processors[0].flags, 2) }, { S(processors[0].flags, 0) } },
    { CPU_ROW("bsp-id-mismatch", 0, 1),
      { GIVEN(MPT_FACT_BSP, bsp_apic_id, 1) },
      { GIVEN(MPT_FACT_BSP, bsp_apic_id, 1), S(processors[0].flags, 1),
        S(processors[1].flags, 3) } },
    { CPU_ROW("bsp-not-first", 3, 1),
      { S(processors[0].flags, 1), S(processors[3].flags, 3) },
      { S(processors[3].flags, 3) } },
    { CPU_ROW("cpu-id-duplicate", 2, 1),
      { S(processors[2].apic_id, 1) },
      { S(processors[2].apic_id, 1), S(processors[1].flags, 0) } },
    { CPU_ROW("cpu-id-duplicate", 3, 1),
      { S(processors[2].apic_id, 1), S(processors[2].flags, 0), S(processors[3].apic_id, 1) },
      { S(processors[2].apic_id, 1), S(processors[2].flags, 0) } },
    { CPU_ROW("cpu-id-255", 1, 1),
      { S(processors[1].apic_id, 255) },
      { S(processors[1].apic_id, 254) } },
    { CPU_ROW("cpu-id-over-14", 3, 1),
      { S(processors[3].apic_id, 15) },
      { S(processors[3].apic_id, 14) } },
    { CPU_ROW("cpu-id-over-62", 3, 1),
      { S(processors[3].apic_id, 63) },
      { S(processors[3].apic_id, 62) } },
    { CPU_ROW("cpu-disabled", 1, 1),
      { S(processors[1].flags, 0) },
      { S(processors[1].flags, 0xfd) } },
    { CPU_ROW("cpu-version-discrete", 1, 1),
      { S(processors[1].apic_version, 0x0f) },
      { S(processors[1].apic_version, 0x10) } },
    { CPU_ROW("cpu-version-discrete", 1, 1),
      { S(processors[1].apic_version, 0x20) },
      { S(processors[1].apic_version, 0x1f) } },
    { CPU_ROW("cpu-version-discrete", 1, 1),
      { S(processors[1].apic_version, 0) },
      { S(processors[1].apic_version, 0), S(processors[1].flags, 0) } },
    { CPU_ROW("cpu-version-mismatch", 0, 4),
      { GIVEN(MPT_FACT_APIC_VERSION, apic_version, 0x15) },
      { GIVEN(MPT_FACT_APIC_VERSION, apic_version, 0x14) } },
    { CPU_ROW("cpu-disabled-zero-version", 1, 1),
      { S(processors[1].flags, 0), S(processors[1].apic_version, 0) },
      { S(processors[1].apic_version, 0) } },
    { CPU_ROW("cpu-disabled-zero-version", 1, 1),
      { S(processors[1].flags, 0), S(processors[1].apic_version, 0x0f) },
      { S(processors[1].flags, 0) } },
    { CPU_ROW("cpu-signature-family", 1, 1),
      { S(processors[1].signature, 0x800) },
      { S(processors[1].signature, 0x6000700) } },
    { CPU_ROW("cpu-features-missing", 1, 1),
      { S(processors[1].features, 0x200) },
      { S(processors[1].features, 0x201) } },
    { CPU_ROW("cpu-features-missing", 1, 1),
      { S(processors[1].features, 1) },
      { S(processors[1].features, 0xffffffff) } },
    { CPU_ROW("cpu-features-missing", 1, 1),
      { S(processors[1].features, 0) },
      { S(processors[1].features, 0), S(processors[1].flags, 0) } },

    { BUS_ROW("bus-order", 0), { P(buses[0].bus_id, 1) }, { P(buses[0].bus_id, 0) } },
    { BUS_ROW("bus-order", 2),
      { PCI_BUSES(2), P(buses[2].bus_id, 0) },
      { PCI_BUSES(2), P(buses[2].bus_id, 1) } },
    { BUS_ROW("bus-type-unknown", 0),
      { P(buses[0].bus_type[0], 'F') },
      { P(buses[0].bus_type[0], 'i') } },
    { BUS_ROW("bus-type-unknown", 1),
      { PCI_BUSES(1), P(buses[1].bus_type[3], 'X') },
      { PCI_BUSES(1), P(buses[1].bus_type[2], 'M'), P(buses[1].bus_type[3], 'C'),
        P(buses[1].bus_type[4], 'I'), P(buses[1].bus_type[5], 'A') } },
    { BUS_ROW("bus-type-unknown", 1),
      { PCI_BUSES(1), P(buses[1].bus_type[0], ' ') },
      { PCI_BUSES(1), P(buses[1].bus_type[3], 0), P(buses[1].bus_type[4], 'x') } },
    { BUS_ROW("bus-type-unknown", 1),
      { PCI_BUSES(1), P(buses[1].bus_type[1], 'B') },
      { PCI_BUSES(1), P(buses[1].bus_type[1], 'B'), P(buses[1].bus_type[2], 'U'),
        P(buses[1].bus_type[3], 'S'), P(buses[1].bus_type[0], 'C') } },
    { BUS_ROW("bus-type-padding", 0),
      { P(buses[0].bus_type[2], 'a') },
      { P(buses[0].bus_type[2], '`') } },
    { BUS_ROW("bus-type-padding", 1),
      { PCI_BUSES(1), P(buses[1].bus_type[0], 'C'), P(buses[1].bus_type[1], 'b'),
        P(buses[1].bus_type[2], 'U'), P(buses[1].bus_type[3], 'S') },
      { PCI_BUSES(1), P(buses[1].bus_type[0], 'N'), P(buses[1].bus_type[1], 'b'),
        P(buses[1].bus_type[2], 'U'), P(buses[1].bus_type[3], 'S') } },
    { BUS_ROW("bus-type-padding", 0),
      { P(buses[0].bus_type[3], 0) },
      { P(buses[0].bus_type[1], 0) } },
    { BUS_ROW("bus-type-padding", 0),
      { P(buses[0].bus_type[0], 'i') },
      { P(buses[0].bus_type[0], 'j') } },
    { BUS_ROW("bus-type-padding", 0),
      { P(buses[0].bus_type[5], 0) },
      { P(buses[0].bus_type[5], ' ') } },
    { BUS_ROW("bus-id-duplicate", 2),
      { PCI_BUSES(2), P(buses[2].bus_id, 1) },
      { PCI_BUSES(1), P(buses[2].bus_id, 1) } },
    { BUS_ROW("bus-id-duplicate", 2), /* and lower than the one before */
      { PCI_BUSES(2), P(buses[2].bus_id, 0) },
      { PCI_BUSES(2), P(buses[0].bus_id, 3), P(buses[2].bus_id, 0) } },
    { BUS_ROW("bus-id-duplicate", 1), /* and of the same type */
      { PCI_BUSES(1), P(buses[1].bus_id, 0), P(buses[1].bus_type[0], 'I'),
        P(buses[1].bus_type[1], 'S'), P(buses[1].bus_type[2], 'A') },
      { PCI_BUSES(1), P(buses[1].bus_type[0], 'I'), P(buses[1].bus_type[1], 'S'),
        P(buses[1].bus_type[2], 'A') } },
    { BUS_ROW("bus-multiple-isa", 1),
      { PCI_BUSES(1), P(buses[1].bus_type[0], 'I'), P(buses[1].bus_type[1], 'S'),
        P(buses[1].bus_type[2], 'A') },
      { PCI_BUSES(1), P(buses[1].bus_type[0], 'M'), P(buses[1].bus_type[1], 'C'),
        P(buses[1].bus_type[2], 'A') } },

    { APIC_ROW("ioapic-address-zero", 0),
      { P(ioapics[0].address, 0) },
      { P(ioapics[0].address, 0x1000) } },
    { APIC_ROW("ioapic-address-duplicate", 1),
      { T(ioapic_count, 2), P(ioapics[1].address, 0xfec00000) },
      { T(ioapic_count, 2), P(ioapics[1].address, 0xfec00000), P(ioapics[0].flags, 0) } },
    { APIC_ROW("ioapic-address-duplicate", 1),
      { T(ioapic_count, 2), P(ioapics[1].address, 0xfec00000) },
      { T(ioapic_count, 2), P(ioapics[1].address, 0xfec00001) } },
    { APIC_ROW("ioapic-address-duplicate", 2),
      { T(ioapic_count, 3) },
      { T(ioapic_count, 3), P(ioapics[2].flags, 0xfe) } },
    { APIC_ROW("ioapic-address-align", 0),
      { P(ioapics[0].address, 0xfec00800) },
      { P(ioapics[0].address, 0xfec01000) } },
    { APIC_ROW("ioapic-id-duplicate", 1),
      { T(ioapic_count, 2), P(ioapics[1].apic_id, CPUS) },
      { T(ioapic_count, 1), P(ioapics[1].apic_id, CPUS) } },
    { APIC_ROW("ioapic-id-clash-cpu", 0),
      { P(ioapics[0].apic_id, 3) },
      { P(ioapics[0].apic_id, 4) } },
    { APIC_ROW("ioapic-id-over-15", 0),
      { P(ioapics[0].apic_id, 16) },
      { P(ioapics[0].apic_id, 15) } },
    { APIC_ROW("ioapic-id-over-15", 0),
      { P(ioapics[0].apic_id, 254) },
      { P(ioapics[0].apic_id, 255) } },
    { APIC_ROW("ioapic-id-255", 0),
      { P(ioapics[0].apic_id, 255) },
      { P(ioapics[0].apic_id, 254) } },
    { APIC_ROW("ioapic-id-mismatch", 0),
      { GIVEN(MPT_FACT_IOAPIC_ID, ioapic_id, 0) },
      { GIVEN(MPT_FACT_IOAPIC_ID, ioapic_id, CPUS), T(ioapic_count, 2) } },
    { APIC_ROW("ioapic-disabled", 1),
      { T(ioapic_count, 2), P(ioapics[1].flags, 0) },
      { T(ioapic_count, 2), P(ioapics[1].flags, 1) } },

    { INT_ROW("irq0-extint-only", 0),
      { P(io_ints[2].irq, 3) },
      { P(io_ints[2].irq, 3), P(io_ints[0].int_type, MPT_INT) } },
    { INT_ROW("irq0-extint-only", 0),
      { P(io_ints[2].bus_id, 1), PCI_BUSES(1) },
      { P(io_ints[2].flags, 5) } },
    { INT_ROW("irq0-pin", 2),
      { GIVEN(MPT_FACT_IRQ0, irq0_intin, 0) },
      { GIVEN(MPT_FACT_IRQ0, irq0_intin, 2) } },
    { INT_ROW("irq2-entry", 2),
      { P(io_ints[2].irq, 2) },
      { P(io_ints[2].irq, 2), P(io_ints[2].int_type, MPT_NMI) } },
    { INT_ROW("int-unknown-bus", 9),
      { P(io_ints[9].bus_id, 1) },
      { P(io_ints[9].bus_id, 1), PCI_BUSES(1) } },
    { LINT_ROW("int-unknown-bus", 1),
      { S(local_ints[1].bus_id, 1) },
      { S(local_ints[1].bus_id, 1), PCI_BUSES(1) } },
    { INT_ROW("int-unknown-ioapic", 9),
      { P(io_ints[9].apic_id, 5) },
      { P(io_ints[9].apic_id, 5), T(ioapic_count, 2) } },
    { INT_ROW("int-unknown-ioapic", 9),
      { P(io_ints[9].apic_id, 254) },
      { P(io_ints[9].apic_id, 255) } },
    { INT_ROW("int-dest-wildcard", 9),
      { P(io_ints[9].apic_id, 255) },
      { P(io_ints[9].apic_id, 255), T(ioapic_count, 2), P(ioapics[1].apic_id, 255) } },
    { INT_ROW("int-pin-range", 15),
      { GIVEN(MPT_FACT_INPUTS, ioapic_inputs, 15) },
      { GIVEN(MPT_FACT_INPUTS, ioapic_inputs, 16) } },
    { INT_ROW("int-pin-conflict", 9),
      { P(io_ints[9].intin, 3) },
      { P(io_ints[9].intin, 3), P(io_ints[9].irq, 3) } },
    { INT_ROW("int-pin-conflict", 9),
      { P(io_ints[9].intin, 3), P(io_ints[9].bus_id, 1) },
      { P(io_ints[9].intin, 3), P(io_ints[9].bus_id, 1), PCI_BUSES(1) } },
    { INT_ROW("int-pin-conflict", 9),
      { P(io_ints[9].intin, 3) },
      { P(io_ints[9].intin, 3), P(io_ints[9].apic_id, 5), T(ioapic_count, 2) } },
    { INT_ROW("int-source-conflict", 9),
      { P(io_ints[9].irq, 3) },
      { P(io_ints[9].irq, 3), P(io_ints[9].intin, 3) } },
    { INT_ROW("int-source-conflict", 9),
      { P(io_ints[9].irq, 3) },
      { P(io_ints[9].irq, 3), P(io_ints[9].int_type, MPT_NMI) } },
    { INT_ROW("int-pin-conflict", 9), /* and the source of another input */
      { P(io_ints[9].intin, 3), P(io_ints[9].irq, 4) },
      { P(io_ints[9].intin, 9), P(io_ints[9].irq, 4) } },
    { INT_ROW("int-duplicate", 9),
      { P(io_ints[9].irq, 3), P(io_ints[9].intin, 3) },
      { P(io_ints[9].irq, 3), P(io_ints[9].intin, 3), P(io_ints[9].flags, 5) } },
    { INT_ROW("int-flags-reserved", 9), { P(io_ints[9].flags, 2) }, { P(io_ints[9].flags, 0x0f) } },
    { INT_ROW("int-flags-reserved", 9), { P(io_ints[9].flags, 8) }, { P(io_ints[9].flags, 0x20) } },
    { LINT_ROW("int-flags-reserved", 1),
      { S(local_ints[1].flags, 0x0a) },
      { S(local_ints[1].flags, 5) } },
    { INT_ROW("int-flags-high-bits", 9),
      { P(io_ints[9].flags, 0x10) },
      { P(io_ints[9].flags, 0x0f) } },
    { LINT_ROW("int-flags-high-bits", 1),
      { S(local_ints[1].flags, 0x8000) },
      { S(local_ints[1].flags, 0x0f) } },
    { INT_ROW("int-type-reserved", 9),
      { P(io_ints[9].int_type, 4) },
      { P(io_ints[9].int_type, 3) } },
    { LINT_ROW("int-type-reserved", 1),
      { S(local_ints[1].int_type, 4) },
      { S(local_ints[1].int_type, 3) } },
    { INT_ROW("isa-irq-range", 15), { P(io_ints[15].irq, 16) }, { P(io_ints[15].irq, 15) } },
    { INT_ROW("isa-irq-range", 15),
      { P(io_ints[15].irq, 16) },
      { P(io_ints[15].irq, 16), P(io_ints[15].bus_id, 1), PCI_BUSES(1) } },
    { INT_ROW("pci-irq-reserved-bit", 9),
      { P(io_ints[9].bus_id, 1), PCI_BUSES(1), P(io_ints[9].irq, 0x80) },
      { P(io_ints[9].bus_id, 1), PCI_BUSES(1), P(io_ints[9].irq, 0x7f) } },
    { INT_ROW("pci-edge", 9),
      { P(io_ints[9].bus_id, 1), PCI_BUSES(1), P(io_ints[9].flags, MPT_HIGH) },
      { P(io_ints[9].flags, MPT_HIGH) } },
    { INT_ROW("pci-edge", 9),
      { P(io_ints[9].bus_id, 1), PCI_BUSES(1), P(io_ints[9].flags, MPT_LOW | MPT_EDGE << 2) },
      { P(io_ints[9].bus_id, 1), PCI_BUSES(1), P(io_ints[9].flags, MPT_LOW | MPT_LEVEL << 2) } },

    { LINT_ROW("lint-extint-pin", 0),
      { S(local_ints[0].lintin, 1) },
      { S(local_ints[0].lintin, 0) } },
    { LINT_ROW("lint-nmi-pin", 1), { S(local_ints[1].lintin, 0) }, { S(local_ints[1].lintin, 1) } },
    { LINT_ROW("lint-pin-range", 1),
      { S(local_ints[1].lintin, 2) },
      { S(local_ints[1].lintin, 0) } },
    { LINT_ROW("lint-unknown-cpu", 0),
      { S(local_ints[0].apic_id, 4) },
      { S(local_ints[0].apic_id, 3) } },
    { LINT_ROW("lint-unknown-cpu", 0),
      { S(local_ints[0].apic_id, 254) },
      { S(local_ints[0].apic_id, 255) } },
    { LINT_ROW("lint-extint-all", 0),
      { S(local_ints[0].apic_id, 255) },
      { S(local_ints[0].apic_id, 0) } },
    { LINT_ROW("lint-vectored", 1),
      { S(local_ints[1].int_type, MPT_INT) },
      { S(local_ints[1].int_type, MPT_SMI) } },
};

static const struct mpt_bus pci = { 0, { 'P', 'C', 'I', ' ', ' ', ' ' } };

/* A sound machine with so many processors */
static void scene_fill(unsigned cpus)
{
    struct sample *const s = &scene.sample;
    struct mpt_table *const t = &s->table;

    memset(&scene, 0, sizeof(scene));
    sample_fill(s, cpus > 40 ? cpus : 40);
    t->processor_count = (uint16_t)cpus;
    scene.buses[0] = s->bus;
    scene.buses[1] = scene.buses[2] = pci;
    scene.buses[1].bus_id = 1;
    scene.buses[2].bus_id = 2;
    t->buses = scene.buses;
    scene.ioapics[0] = scene.ioapics[1] = s->ioapic;
    scene.ioapics[0].apic_id = (uint8_t)cpus;
    scene.ioapics[1].apic_id = (uint8_t)(cpus + 1);
    scene.ioapics[1].address = 0xfec01000;
    scene.ioapics[2] = scene.ioapics[1];
    scene.ioapics[2].apic_id = (uint8_t)(cpus + 2);
    t->ioapics = scene.ioapics;
    for (unsigned i = 0; i < SAMPLE_IO_INTS; i++) {
        scene.io_ints[i] = s->io_ints[i];
        scene.io_ints[i].apic_id = (uint8_t)cpus;
    }
    t->io_ints = scene.io_ints;
    scene.facts.usable = &scene.usable;
    scene.facts.occupied = &scene.occupied;
}

static void store(void *to, const struct poke *p)
{
    for (size_t i = 0; i < p->width; i++)
        ((uint8_t *)to)[i] = (uint8_t)(p->value >> 8 * i);
}

/* Members of the scene, before the bytes are made (machine order is little-endian here as there) */
static void poke_scene(const struct poke *pokes)
{
    for (unsigned i = 0; i < POKES && pokes[i].width > 0; i++)
        if (pokes[i].offset < RAW_FLOATING)
            store((uint8_t *)&scene + pokes[i].offset, &pokes[i]);
}

static void poke_bytes(const struct poke *pokes)
{
    for (unsigned i = 0; i < POKES && pokes[i].width > 0; i++) {
        if (pokes[i].offset >= RAW_TABLE)
            store(image.table + (pokes[i].offset - RAW_TABLE), &pokes[i]);
        else if (pokes[i].offset >= RAW_FLOATING)
            store(image.floating + (pokes[i].offset - RAW_FLOATING), &pokes[i]);
    }
}

static uint8_t sum(const uint8_t *from, size_t size)
{
    uint8_t s = 0;

    while (size > 0)
        s = (uint8_t)(s + from[--size]);
    return s;
}

static size_t word(const uint8_t *at)
{
    return (size_t)(at[0] | at[1] << 8);
}

static void sum_up(void)
{
    const size_t base = word(image.table + LENGTH), extended = word(image.table + EXT_LENGTH);

    image.floating[10] =
        (uint8_t)(image.floating[10] - sum(image.floating, sizeof(image.floating)));
    if (base + extended > sizeof(image.table))
        return;
    if (extended > 0)
        image.table[EXT_SUM] = (uint8_t)-sum(image.table + base, extended);
    image.table[CHECKSUM] = (uint8_t)(image.table[CHECKSUM] - sum(image.table, base));
}

static void add_segment(uint32_t base, const uint8_t *bytes, size_t size)
{
    image.segments[image.memory.count++] = (struct mpt_segment){ base, size, bytes };
}

/* The bytes of the scene, opened */
static bool scene_open(const struct poke *pokes)
{
    static const struct mpt_run order[] = { { MPT_PROCESSOR, CPUS }, { MPT_IOAPIC, 1 },
                                            { MPT_BUS, 1 },          { MPT_IO_INT, 16 },
                                            { MPT_LOCAL_INT, 2 },    { MPT_SPACE, 1 },
                                            { MPT_HIERARCHY, 1 },    { MPT_MODIFIER, 1 } };
    const struct mpt_place *const place = &scene.sample.place;
    size_t size;

    memset(&image, 0, sizeof(image));
    if (scene.unordered) {
        scene.sample.table.order = order;
        scene.sample.table.order_count = sizeof(order) / sizeof(order[0]);
    }
    for (unsigned i = 0; scene.follow && i < SAMPLE_IO_INTS; i++)
        scene.io_ints[i].apic_id = scene.ioapics[0].apic_id;
    mpt_encode_floating(&scene.sample.table.floating, place->table, image.floating);
    if (mpt_encode_table(&scene.sample.table, image.table, sizeof(image.table), &size) != MPT_OK)
        return false;
    poke_bytes(pokes);
    if (!scene.unsummed)
        sum_up();
    image.memory.segments = image.segments;
    add_segment(place->floating, image.floating, sizeof(image.floating));
    if (place->table)
        add_segment(place->table, image.table, size - scene.cut);
    if (scene.other > 0) {
        scene.sample.table.floating.spec_revision = scene.other == 2 ? 1 : 4;
        mpt_encode_floating(&scene.sample.table.floating, place->table, image.other);
        add_segment(0xf0000, image.other, sizeof(image.other));
    }
    if (scene.bios) {
        store(image.bios, &(struct poke){ 0, 2, scene.ebda });
        store(image.bios + 5, &(struct poke){ 0, 2, scene.base_memory_kib });
        add_segment(0x40e, image.bios, sizeof(image.bios));
    }
    return mpt_open(&image.memory, place->floating, &image.view) == MPT_OK;
}

static struct mpt_finding found[FOUND_MAX];
static size_t found_count;

/* Judge a machine with four processors, so changed */
static bool judge(const struct poke *pokes)
{
    scene_fill(CPUS);
    poke_scene(pokes);
    found_count = 0;
    if (!scene_open(pokes))
        return false;
    found_count = mpt_check(&image.memory, &image.view, &scene.facts, found, FOUND_MAX);
    return true;
}

static const struct mpt_finding *find(const char *rule, int part)
{
    for (size_t i = 0; i < found_count; i++)
        if (strcmp(found[i].rule->id, rule) == 0 && (part < 0 || (int)found[i].rule->part == part))
            return &found[i];
    return NULL;
}

/* For each rule: a row made it fire, and by little it did not */
static bool fired[MPT_RULES_MAX], silent[MPT_RULES_MAX];

static size_t rule_index(const struct mpt_rule *rule)
{
    size_t i = 0;

    while (mpt_rule_at(i) && mpt_rule_at(i) != rule)
        i++;
    return i;
}

static void each_rule(void)
{
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        const struct mpt_finding *f;
        size_t rule;
        char name[64];

        snprintf(name, sizeof(name), "%s, row %zu", rows[r].rule, r);
        ROW_CHECK(name, judge(rows[r].breaks));
        f = find(rows[r].rule, (int)rows[r].part);
        ROW_CHECK(name, f != NULL);
        if (!f)
            continue;
        ROW_CHECK(name, f->index == rows[r].index && f->count == rows[r].count);
        ROW_CHECK(name, f->rule->detail[0] && f->rule->who[0]);
        rule = rule_index(f->rule);
        fired[rule] = true;
        ROW_CHECK(name, judge(rows[r].nearly));
        f = find(rows[r].rule, (int)rows[r].part);
        ROW_CHECK(name, f == NULL);
        silent[rule] |= f == NULL;
    }
}

static void each_rule_has_rows(void)
{
    size_t i = 0;

    for (const struct mpt_rule *rule; (rule = mpt_rule_at(i)); i++) {
        ROW_CHECK(rule->id, fired[i]);
        ROW_CHECK(rule->id, silent[i]);
    }
    CU_ASSERT(i > 0 && i <= MPT_RULES_MAX);
    CU_ASSERT_PTR_NULL(mpt_rule_at(i + 1));
    CU_ASSERT_PTR_NULL(mpt_rule_at((size_t)-1));
}

/* Does the list of words, separated by blanks, have that one? */
static bool has_word(const char *list, const char *word_)
{
    const size_t length = strlen(word_);

    for (const char *at = list; (at = strstr(at, word_)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

static unsigned words(const char *list)
{
    unsigned n = list[0] != '\0';

    for (; *list; list++)
        n += *list == ' ';
    return n;
}

/* These findings and no others */
static void expect(const char *name, const char *rules)
{
    char text[160];

    for (size_t i = 0; i < found_count; i++) {
        snprintf(text, sizeof(text), "%s: %s is not expected", name, found[i].rule->id);
        ROW_CHECK(text, has_word(rules, found[i].rule->id));
    }
    snprintf(text, sizeof(text), "%s: %zu findings in place of %u: %s", name, found_count,
             words(rules), rules);
    ROW_CHECK(text, found_count == words(rules));
}

/*
 * Images that were fed to seven real parsers: whatever one of them refuses or misreads has its
 * rule, and nothing else is said.
 */
static const struct {
    const char *name;
    struct poke pokes[POKES];
    const char *rules;
} malformed[] = {
    { "good reference table", { P(unsummed, 0) }, "" },
    { "pointer checksum wrong", { FP(10, 0), P(unsummed, 1) }, "fp-not-found fp-checksum" },
    { "pointer length 2", { FP(8, 2) }, "fp-not-found fp-length" },
    { "pointer revision 0", { FP(9, 0) }, "fp-not-found fp-spec-rev fp-spec-rev-mismatch" },
    { "pointer revision 2", { FP(9, 2) }, "fp-not-found fp-spec-rev fp-spec-rev-mismatch" },
    { "table revision 3", { TB(6, 3) }, "fp-spec-rev-mismatch table-spec-rev" },
    { "table checksum wrong", { TB(CHECKSUM, 0), P(unsummed, 1) }, "table-checksum" },
    { "signature wrong", { TB(0, 'X') }, "table-signature" },
    { "local APIC address 0", { T(header.local_apic_address, 0) }, "lapic-address-zero" },
    { "entry count 0", { TB2(COUNT, 0) }, "entry-count-zero" },
    { "entry count 3 too large", { TB2(COUNT, 27) }, "entry-count-mismatch" },
    { "types out of order", { P(unordered, 1) }, "entries-unsorted" },
    { "unknown type 5", { TB(AT_LOCAL_INT + 8, 5) }, "unknown-entry-type" },
    { "128 among base entries", { TB(AT_LOCAL_INT + 8, 128) }, "ext-in-base" },
    { "no BP bit", { S(processors[0].flags, 1) }, "bsp-missing" },
    { "two BP bits", { S(processors[1].flags, 3) }, "bsp-multiple" },
    { "BP entry disabled",
      { S(processors[0].flags, 2) },
      "bsp-missing bsp-disabled cpu-disabled cpu-id-sparse" },
    { "another entry disabled", { S(processors[3].flags, 0) }, "cpu-disabled" },
    { "duplicate local APIC ID", { S(processors[3].apic_id, 2) }, "cpu-id-duplicate" },
    { "version 0x01", { S(processors[1].apic_version, 1) }, "cpu-version-discrete" },
    { "I/O APIC ID equal to a CPU's",
      { P(ioapics[0].apic_id, 3), P(follow, 1) },
      "ioapic-id-clash-cpu" },
    { "I/O APIC ID 255", { P(ioapics[0].apic_id, 255), P(follow, 1) }, "ioapic-id-255" },
    { "bus FOO",
      { P(buses[0].bus_type[0], 'F'), P(buses[0].bus_type[1], 'O'), P(buses[0].bus_type[2], 'O') },
      "irq0-missing bus-missing-isa bus-type-unknown" },
    { "bus ISA padded with NUL",
      { P(buses[0].bus_type[3], 0), P(buses[0].bus_type[4], 0), P(buses[0].bus_type[5], 0) },
      "bus-type-padding" },
    { "polarity 10", { P(io_ints[9].flags, 2) }, "int-flags-reserved" },
    { "pointer 0, feature byte 1 = 0", { S(place.table, 0) }, "fp-physptr-zero" },
    { "default configuration 5", { FP(11, 5), S(place.table, 0) }, "fp-default-config" },
    { "default configuration 2", { FP(11, 2), S(place.table, 0) }, "fp-default-config" },
    { "default configuration 9", { FP(11, 9), S(place.table, 0) }, "fp-default-config-unknown" },
    { "default configuration 5 and a table",
      { FP(11, 5) },
      "fp-default-config fp-default-config-with-table" },
    { "pointer at 0x9fc04",
      { S(place.floating, 0x9fc04), S(place.table, 0x9fd00) },
      "fp-not-found fp-alignment" },
    { "pointer at 0xf0000", { S(place.floating, 0xf0000) }, "" },
    { "pointer at 0xe0000", { S(place.floating, 0xe0000) }, "fp-outside-window" },
    { "pointer at 0", { S(place.floating, 0) }, "fp-outside-window" },
    { "pointer at 0x9f800", { S(place.floating, 0x9f800) }, "fp-outside-window" },
};

static void malformed_images(void)
{
    for (size_t r = 0; r < sizeof(malformed) / sizeof(malformed[0]); r++) {
        scene_fill(CPUS);
        scene.facts.given = MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY;
        scene.facts.bios.base_memory_kib = 640;
        poke_scene(malformed[r].pokes);
        found_count = 0;
        ROW_CHECK(malformed[r].name, scene_open(malformed[r].pokes));
        found_count = mpt_check(&image.memory, &image.view, &scene.facts, found, FOUND_MAX);
        expect(malformed[r].name, malformed[r].rules);
    }
}

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
    { "gokvm",
      "id-padding window-overrun cpu-disabled cpu-disabled-zero-version bus-missing-isa ioapic-none "
      "int-none lint-missing" },
    { "hvmloader", "cpu-id-sparse lint-missing" },
    { "hyperkit", "ioapic-id-clash-cpu lint-extint-all" },
    { "kvmtool", "int-none lint-vectored" },
    { "kvmtool-pci3", "irq0-missing lint-vectored" },
    { "libkrun", "entry-count-zero irq2-entry" },
    { "mini-vmm", "irq2-entry lint-extint-all" },
    { "modvm", "ioapic-id-over-15" },
    { "modvm-pci2", "ioapic-id-over-15" },
    { "nanovmm", "entry-count-zero irq2-entry int-pin-conflict lint-extint-all" },
    { "palacios", "entry-count-mismatch lint-missing" },
    { "palacios-nopci", "entry-count-mismatch bus-order lint-missing" },
    { "qboot", "entry-count-zero cpu-signature-family" },
    { "qboot-noirq0", "entry-count-zero cpu-signature-family irq2-entry" },
    { "qemu-microvm-rfc", "entry-count-zero irq2-entry" },
    { "seabios", "cpu-signature-family ioapic-id-clash-cpu pci-edge" },
    { "seabios-nopci", "cpu-signature-family ioapic-id-clash-cpu irq2-entry" },
    { "stratovirt", "id-padding entry-count-zero bus-type-padding irq2-entry lint-unknown-cpu" },
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

/* The table of the index with that name and so many processors */
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

    found_count = 0;
    if (mpt_open(memory, (uint32_t)floating, &view) == MPT_OK)
        found_count = mpt_check(memory, &view, facts, found, FOUND_MAX);
    return found_count;
}

static void tables_of_peers(void)
{
    for (size_t r = 0; r < sizeof(peers) / sizeof(peers[0]); r++) {
        struct peer p;

        ROW_CHECK(peers[r].name, peer_read(&p, peers[r].name, CPUS));
        check_memory(&p.memory, p.floating, NULL);
        expect(peers[r].name, peers[r].rules);
        peer_free(&p);
    }
    CU_ASSERT_EQUAL(sizeof(peers) / sizeof(peers[0]), 41);
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
        found_count = mpt_check(&image.memory, &image.view, NULL, found, FOUND_MAX);
        expect(sizes[r].name, sizes[r].rules);
    }
    CU_ASSERT_FATAL(peer_read(&p, "volt", 41));
    check_memory(&p.memory, p.floating, NULL);
    expect("volt, 41",
           "imcr-set cpu-id-over-14 cpu-count-over-8 cpu-count-over-32 ioapic-id-over-15 "
           "irq0-extint-only irq2-entry lint-missing");
    peer_free(&p);
    CU_ASSERT_FATAL(peer_read(&p, "volt", CPUS));
    check_memory(&p.memory, p.floating, &zero);
    expect("volt, words 0", "bda-not-set imcr-set irq0-extint-only irq2-entry lint-missing");
    peer_free(&p);
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
    { "fp-checksum", { FP(10, 0), P(unsummed, 1) }, 0x9fc00, -1, 0, 1, 0x8b },
    { "table-checksum", { TB(CHECKSUM, 0x55), P(unsummed, 1) }, 0x9fc10, -1, 0x55, 1, 0xfc },
    { "entry-count-mismatch", { TB2(COUNT, 30) }, 0x9fc10, -1, 30, 1, 24 },
    { "cpu-count-mismatch", { GIVEN(MPT_FACT_VCPUS, vcpus, 7) }, 0x9fc10, -1, 4, 1, 7 },
    { "irq0-pin", { GIVEN(MPT_FACT_IRQ0, irq0_intin, 0) }, 0x9fc10 + AT_IO_INT + 16, 8, 2, 1, 0 },
    { "cpu-id-over-14", { S(processors[1].apic_id, 77) }, 0x9fc10 + AT_CPU + 20, 1, 77, 0, 0 },
    { "lapic-address-odd",
      { T(header.local_apic_address, 0xfee01000) },
      0x9fc10,
      -1,
      0xfee01000,
      0,
      0 },
    { "entries-unsorted", { P(unordered, 1) }, 0x9fc10 + AT_BUS + 8, 5, MPT_BUS, 0, 0 },
    { "unknown-entry-type", { TB(AT_LOCAL_INT + 8, 9) }, 0x9fc10 + AT_LOCAL_INT + 8, 23, 9, 0, 0 },
    { "table-length-remainder",
      { TB2(LENGTH, AT_EXT - 3) },
      0x9fc10,
      -1,
      AT_EXT - 3,
      1,
      AT_LOCAL_INT + 8 },
    { "fp-multiple", { P(other, 2) }, 0x9fc00, -1, 0xf0000, 0, 0 },
    { "int-duplicate",
      { P(io_ints[9].irq, 3), P(io_ints[9].intin, 3) },
      0x9fc10 + AT_IO_INT + 72,
      15,
      0,
      0,
      0 },
    { "acpi-present", { P(facts.given, MPT_FACT_ACPI) }, 0x9fc00, -1, 0, 0, 0 },
    { "low-memory-collision",
      { GIVEN(MPT_FACT_OCCUPIED, occupied_count, 1), P(occupied.end, 0x9fc01), S(place.table, 0),
        FP(11, 5) },
      0x9fc00,
      -1,
      0x9fc00,
      0,
      0 },
    { "fp-reserved-features", { FP(15, 3) }, 0x9fc00, -1, 3, 0, 0 },
    { "imcr-set", { FP(12, 0xc0) }, 0x9fc00, -1, 1, 0, 0 },
    { "bsp-disabled", { S(processors[0].flags, MPT_CPU_BSP) }, 0x9fc10 + AT_CPU, 0, 0, 0, 0 },
    { "bsp-multiple",
      { S(processors[1].flags, MPT_CPU_BSP | MPT_CPU_ENABLED) },
      0x9fc10 + AT_CPU,
      0,
      1,
      0,
      0 },
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

        ROW_CHECK(carried[r].rule, judge(carried[r].pokes));
        f = find(carried[r].rule, -1);
        ROW_CHECK(carried[r].rule,
                  f && f->address == carried[r].address && f->entry == carried[r].entry);
        ROW_CHECK(carried[r].rule, f && f->value == carried[r].value);
        ROW_CHECK(carried[r].rule, f && f->has_expected == carried[r].has_expected);
        ROW_CHECK(carried[r].rule, f && f->expected == carried[r].expected);
    }
    for (size_t r = 0; r < sizeof(texts) / sizeof(texts[0]); r++) {
        const struct mpt_finding *f;

        ROW_CHECK(texts[r].rule, judge(texts[r].pokes));
        f = find(texts[r].rule, -1);
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

    CU_ASSERT(judge(shared));
    f = find("int-pin-conflict", -1);
    CU_ASSERT(f && f->index == 3 && f->count == 3);
}

static void more_than_fit(void)
{
    static const struct poke two[POKES] = { T(local_int_count, 0), FP(12, 0x80) };
    struct mpt_finding some[2] = { { .rule = NULL } };

    CU_ASSERT(judge(two));
    CU_ASSERT_EQUAL(found_count, 2);
    CU_ASSERT_EQUAL(mpt_check(&image.memory, &image.view, NULL, some, 1), 2);
    CU_ASSERT_PTR_NOT_NULL(some[0].rule);
    CU_ASSERT_PTR_NULL(some[1].rule);
    CU_ASSERT_EQUAL(mpt_check(&image.memory, &image.view, NULL, NULL, 0), 2);
}

static void nothing_to_look_at(void)
{
    static const uint8_t zeros[64];
    const struct mpt_segment segment = { 0xf0000, sizeof(zeros), zeros };
    const struct mpt_memory memory = { &segment, 1 }, empty = { NULL, 0 };

    found_count = mpt_check(&memory, NULL, NULL, found, FOUND_MAX);
    expect("no floating pointer", "fp-not-found");
    found_count = mpt_check(&empty, NULL, NULL, found, FOUND_MAX);
    expect("no memory", "fp-not-found");
}

/* Whatever is there is read inside its bounds, and each finding points into it. */
static void check_hostile(const struct mpt_memory *memory, uint64_t floating,
                          const struct mpt_facts *facts)
{
    check_memory(memory, floating, facts);
    CU_ASSERT_FATAL(found_count <= FOUND_MAX);
    for (size_t i = 0; i < found_count; i++)
        if (found[i].count == 0 || found[i].entry >= MPT_ENTRIES_MAX ||
            rule_index(found[i].rule) >= FOUND_MAX)
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
        CU_ASSERT(found_count > 0);
    }
    guard_free(&g);
}

static const struct test tests[] = {
    { "each rule fires, and not for a near miss", each_rule },
    { "each rule has such rows", each_rule_has_rows },
    { "malformed images give their rules", malformed_images },
    { "tables of 41 builders give theirs", tables_of_peers },
    { "tables of other sizes", larger_tables },
    { "what findings carry", what_findings_carry },
    { "conflicts are counted", conflicts_are_counted },
    { "findings beyond the room are counted", more_than_fit },
    { "nothing to look at", nothing_to_look_at },
    { "every bit flipped", every_byte_flipped },
    { "every prefix", every_prefix },
    { "random entries", random_entries },
};
const struct suite mptable_check = { "mptable/check", tests, sizeof(tests) / sizeof(tests[0]) };
