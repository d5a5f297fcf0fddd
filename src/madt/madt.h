/* SPDX-License-Identifier: ISC */
/*
 * An ACPI Multiple APIC Description Table (MADT), read: the processors, I/O APICs and interrupt
 * lines of a machine. Decoding only.
 *
 * As in libmptable, nothing is allocated, there is no I/O and no state, only mem* is needed from
 * outside, and no length in the bytes is trusted.
 *
 * Source: ACPI 6.5 §5.2.12. Where the specification leaves a choice, this file does what Linux does
 * (arch/x86/kernel/acpi/boot.c).
 */
#ifndef MADT_H
#define MADT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MADT_HEADER_SIZE = 44,      /* bytes before the first structure */
    MADT_SIZE_MAX = 1 << 20,    /* bytes; 1024 processors take 16 KiB */
    MADT_PROCESSORS_MAX = 1024, /* different APIC IDs */
    MADT_IOAPICS_MAX = 64,
    MADT_NMIS_MAX = 64, /* of each kind */
    MADT_LINES = 16     /* ISA IRQs */
};

enum madt_err {
    MADT_OK,
    MADT_ESIGNATURE, /* the bytes do not begin with "APIC" */
    MADT_ELENGTH,    /* the table's length is below MADT_HEADER_SIZE or above MADT_SIZE_MAX */
    MADT_ECUT,       /* there are fewer bytes than the table's length */
    MADT_ESUM,       /* the table's bytes do not add up to 0 (modulo 256) */
    MADT_ESTRUCTURE, /* a structure is too short for its type, or runs past the end of the table */
    MADT_EMANY       /* more structures of one kind than there is room for */
};

/* madt_strerror - what an enum madt_err means, in a few words for people; static */
const char *madt_strerror(enum madt_err err);

/* A processor: structure type 0 (local APIC) or 9 (local x2APIC) */
struct madt_processor {
    uint32_t at; /* offset of the structure in the table */
    uint32_t uid, apic_id;
    bool enabled; /* else it can be brought online later */
};

/* An I/O APIC: type 1 */
struct madt_ioapic {
    uint32_t at;
    uint8_t id;
    uint32_t address;
    uint32_t gsi; /* global system interrupt (GSI) of its first input */
};

/* Where an ISA IRQ arrives. Without an override (type 2) it is the GSI of the same number. */
struct madt_line {
    uint32_t at;    /* offset of the override; 0 = there is none */
    bool connected; /* false: another IRQ's override takes the GSI of that number */
    uint32_t gsi;
    uint16_t flags; /* polarity and trigger mode, the same bits as in MPS Table 4-10 */
};

/* A non-maskable interrupt at an I/O APIC: type 3 */
struct madt_nmi {
    uint32_t at;
    uint16_t flags;
    uint32_t gsi;
};

/* A non-maskable interrupt at a local APIC: type 4, and 10 for x2APICs */
struct madt_local_nmi {
    uint32_t at;
    bool all;     /* of every processor */
    uint32_t uid; /* else of the processor with this one */
    uint16_t flags;
    uint8_t lintin;
};

/* The content of a table. It takes about 20 KiB: keep one and use it again. */
struct madt {
    uint32_t at;                 /* after an error: offset of the wrong structure */
    uint64_t local_apic_address; /* that of a type 5 structure, if there is one */
    bool pcat_compat;            /* the machine also has two 8259 interrupt controllers */
    unsigned processor_count, ioapic_count, nmi_count, local_nmi_count;
    struct madt_processor processors[MADT_PROCESSORS_MAX]; /* in the order of the table */
    struct madt_ioapic ioapics[MADT_IOAPICS_MAX];
    struct madt_nmi nmis[MADT_NMIS_MAX];
    struct madt_local_nmi local_nmis[MADT_NMIS_MAX];
    struct madt_line lines[MADT_LINES];
};

/*
 * madt_read - read a table
 * @bytes: from its signature on, as in /sys/firmware/acpi/tables/APIC
 * @size:  bytes at @bytes; those behind the table's own length are not read
 * @madt:  filled; after an error only madt->at is set
 *
 * Structures of other types are skipped by their length. A processor counts when it is enabled or
 * can be brought online; from revision 5 on a flag says whether it can, before that every processor
 * can. APIC ID 0xff in type 0 and 0xffffffff in type 9 mean that there is no processor. Of several
 * structures with the same APIC ID the first one counts; it is enabled when any of them is.
 *
 * Overrides of IRQs above 15 are skipped, and so are those of buses other than ISA, of which ACPI
 * has none. The time is at most proportional to @size times MADT_PROCESSORS_MAX.
 *
 * Return: MADT_OK or the error.
 */
enum madt_err madt_read(const uint8_t *bytes, size_t size, struct madt *madt);

#endif
