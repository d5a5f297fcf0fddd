/* SPDX-License-Identifier: ISC */
/*
 * libmptable - Intel MultiProcessor Specification 1.4 (MPS) tables: values to bytes and back.
 *
 * The library allocates nothing, does no I/O, keeps no state and needs only mem* from outside, so it can be
 * lifted into a monitor as it is. It knows the wire format and nothing of policy: which values a guest should
 * see, and where in its memory, is the caller's to say.
 */
#ifndef MPTABLE_H
#define MPTABLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sizes in bytes. MPS 1.4 Table 4-1, Table 4-2, Table 4-3 */
enum {
    MPT_FLOATING_SIZE = 16,
    MPT_HEADER_SIZE = 44,
    MPT_PROCESSOR_SIZE = 20,
    MPT_BUS_SIZE = 8,
    MPT_IOAPIC_SIZE = 8,
    MPT_IO_INT_SIZE = 8,
    MPT_LOCAL_INT_SIZE = 8,
    MPT_TABLE_MAX = 65535 /* the base table's length is a 16-bit field */
};

/* First byte of a base entry. MPS 1.4 Table 4-3 */
enum mpt_type { MPT_PROCESSOR, MPT_BUS, MPT_IOAPIC, MPT_IO_INT, MPT_LOCAL_INT, MPT_TYPES };

enum {
    MPT_SPEC_1_1 = 1, /* spec_revision */
    MPT_SPEC_1_4 = 4,

    MPT_IMCRP = 0x80, /* feature byte 2: IMCR present, PIC mode implemented. Table 4-1 */

    MPT_CPU_ENABLED = 0x01, /* processor flags. Table 4-4 */
    MPT_CPU_BSP = 0x02,

    MPT_IOAPIC_ENABLED = 0x01, /* I/O APIC flags. Table 4-6 */

    MPT_ALL = 0xff /* as destination APIC ID: every one. Tables 4-10, 4-11 */
};

/* Interrupt type. MPS 1.4 Table 4-10 */
enum mpt_int_type { MPT_INT, MPT_NMI, MPT_SMI, MPT_EXTINT };

#define MPT_LOCAL_APIC_ADDRESS 0xfee00000U /* §3.6.1; the default */
#define MPT_IOAPIC_ADDRESS     0xfec00000U /* of the first I/O APIC */

/*
 * The structures, as values in the machine's own byte order. Members stand in the order of the wire format;
 * texts are not terminated and padded on the right with blanks. Reserved bytes are written as zero.
 */

/* Floating pointer structure, Table 4-1. Address of the table, length (1) and checksum are computed. */
struct mpt_floating {
    uint8_t spec_revision;
    uint8_t default_configuration; /* feature byte 1: 0 = a configuration table is present */
    uint8_t features;              /* feature byte 2: MPT_IMCRP */
};

/* Configuration table header, Table 4-2. Length, checksum and entry count are computed. */
struct mpt_header {
    uint8_t spec_revision;
    char oem_id[8];
    char product_id[12];
    uint32_t oem_table;      /* physical address, 0 = none */
    uint16_t oem_table_size; /* bytes */
    uint32_t local_apic_address;
};

/* Processor entry, Table 4-4 */
struct mpt_processor {
    uint8_t apic_id;      /* 0 to 254 */
    uint8_t apic_version; /* 0x10 to 0x1f: integrated APIC; below: 82489DX */
    uint8_t flags;        /* MPT_CPU_ENABLED, MPT_CPU_BSP */
    uint32_t signature;   /* CPUID.1:EAX */
    uint32_t features;    /* CPUID.1:EDX */
};

/* Bus entry, Table 4-7 */
struct mpt_bus {
    uint8_t bus_id;
    char bus_type[6]; /* "ISA   ", "PCI   ", ... Table 4-8 */
};

/* I/O APIC entry, Table 4-9 */
struct mpt_ioapic {
    uint8_t apic_id;
    uint8_t apic_version;
    uint8_t flags; /* MPT_IOAPIC_ENABLED */
    uint32_t address;
};

/* I/O interrupt assignment entry, Table 4-10 */
struct mpt_io_int {
    uint8_t int_type; /* enum mpt_int_type */
    uint16_t flags;   /* bits 0, 1 polarity; 2, 3 trigger; 0 = conforms to the bus */
    uint8_t bus_id;
    uint8_t irq;     /* PCI: device * 4 + pin, INTA# = 0 */
    uint8_t apic_id; /* I/O APIC, or MPT_ALL */
    uint8_t intin;   /* INTIN# */
};

/* Local interrupt assignment entry, Table 4-11 */
struct mpt_local_int {
    uint8_t int_type;
    uint16_t flags;
    uint8_t bus_id;
    uint8_t irq;
    uint8_t apic_id; /* local APIC, or MPT_ALL */
    uint8_t lintin;  /* LINTIN#, 0 or 1 */
};

/* A configuration table and the floating pointer to it. The arrays are borrowed. */
struct mpt_table {
    struct mpt_floating floating;
    struct mpt_header header;
    const struct mpt_processor *processors;
    const struct mpt_bus *buses;
    const struct mpt_ioapic *ioapics;
    const struct mpt_io_int *io_ints;
    const struct mpt_local_int *local_ints;
    uint16_t processor_count, bus_count, ioapic_count, io_int_count, local_int_count;
};

/* Where the structures lie, as guest-physical addresses. */
struct mpt_place {
    uint32_t base;     /* of the image's first byte */
    uint32_t floating; /* of the floating pointer, a multiple of 16 (§4.1) */
    uint32_t table;    /* of the configuration table */
};

enum mpt_err {
    MPT_OK,
    MPT_ENOSPACE, /* the buffer is too small */
    MPT_ETOOLONG, /* the table passes MPT_TABLE_MAX bytes */
    MPT_EPLACE    /* a structure lies below base, passes 4 GiB, is not aligned, or overlaps the other */
};

/*
 * mpt_size - bytes of the configuration table (§4.2: header and base entries)
 */
size_t mpt_size(const struct mpt_table *t);

/*
 * mpt_entries - number of base entries
 */
size_t mpt_entries(const struct mpt_table *t);

/*
 * mpt_encode - lay out a floating pointer structure and a configuration table
 * @t:     what to write; entries leave in ascending type, inside a type in the order of their array (§4.3)
 * @place: where the bytes will lie in guest memory; bytes of the image outside both structures become zero
 * @out:   receives the image; may be NULL when cap is 0
 * @cap:   bytes at out; 0 measures. Must not overlap @t or its arrays
 * @len:   set to the bytes of the image, fit or not, unless the place or the table is impossible
 *
 * Computed here: both checksums, table length, entry count, the pointer's table address and length.
 *
 * Return: MPT_OK; MPT_ENOSPACE, nothing was written and *len tells how much would do; MPT_ETOOLONG;
 * MPT_EPLACE. Source: MPS 1.4 §4.1 Table 4-1, §4.2 Table 4-2, §4.3 Tables 4-3 to 4-11.
 */
enum mpt_err mpt_encode(const struct mpt_table *t, const struct mpt_place *place, uint8_t *out, size_t cap,
                        size_t *len);

/*
 * mpt_verify - read an image back and compare it with what it should say
 * @image: bytes that would lie at place->base
 *
 * Return: 1 when both structures lie inside the image, every field, reserved byte, length, count and
 * signature equals what @t and @place make it, and both sums are 0; else 0.
 */
int mpt_verify(const struct mpt_table *t, const struct mpt_place *place, const uint8_t *image, size_t size);

/* How much a rule matters */
enum mpt_severity {
    MPT_NOTE,    /* against the letter of MPS, or only of interest */
    MPT_WARNING, /* some operating system misbehaves, or the table disagrees with usual machines */
    MPT_ERROR    /* an operating system in current use refuses, crashes or loses CPUs */
};

/* What a rule is about */
enum mpt_part {
    MPT_PART_TABLE, /* the table as a whole, its header or the floating pointer */
    MPT_PART_PROCESSOR,
    MPT_PART_BUS,
    MPT_PART_IOAPIC,
    MPT_PART_IO_INT,
    MPT_PART_LOCAL_INT
};

/* A rule that a table can break. Texts are static. */
struct mpt_rule {
    const char *id; /* kebab-case */
    enum mpt_severity severity;
    enum mpt_part part;
    const char *member; /* the member that is wrong, "" = the part as a whole */
    const char *detail; /* what is wrong, and who is hurt how */
};

struct mpt_finding {
    const struct mpt_rule *rule;
    uint16_t index; /* of the first entry that breaks the rule, in its array; 0 for MPT_PART_TABLE */
    uint16_t count; /* how many entries break it */
};

/*
 * mpt_check - judge a table by what the operating systems that read it do with it
 * @found: receives at most cap findings, one per broken rule, in the order of the table's parts
 *
 * Time is linear in the number of entries.
 *
 * Return: the number of rules broken, which may be more than cap.
 */
size_t mpt_check(const struct mpt_table *t, const struct mpt_place *place, struct mpt_finding *found,
                 size_t cap);

/* Rules that mpt_check knows: room for all findings there can be */
enum { MPT_RULES_MAX = 64 };

#ifdef __cplusplus
}
#endif

#endif
