/* SPDX-License-Identifier: ISC */
/*
 * Profiles: the differences between the builders of MP tables, one row for each builder. Unusual
 * arithmetic of a builder is a field, never a branch on a name.
 */
#ifndef TOPO_PROFILES_H
#define TOPO_PROFILES_H

#include <stdbool.h>
#include <stddef.h>

#include "../mptable/mptable.h"

/* Which ID the one I/O APIC gets. */
enum profile_ioapic_id {
    IOAPIC_ID_LOWEST_FREE, /* the lowest that no processor has; 0 when all 255 are used */
    IOAPIC_ID_CPUS,        /* the number of processors plus ioapic_id, in 8 bits */
    IOAPIC_ID_FIXED        /* ioapic_id */
};

/* Whether and how the header's entry count is wrong */
enum profile_count { COUNT_EXACT, COUNT_ZERO, COUNT_ONE_MORE };

/* Where floating pointer and table go when the request has no placement. */
enum profile_layout {
    LAYOUT_WINDOW,      /* place.c chooses, in the window of base memory */
    LAYOUT_POINTER,     /* floating pointer at address, table right behind it */
    LAYOUT_APART,       /* floating pointer at address, table at table_address */
    LAYOUT_TABLE_FIRST, /* table at address, floating pointer at the next multiple of 16 */
    LAYOUT_DOWN         /* floating pointer, then table, the whole below address */
};

/* Which PCI buses are declared, besides the buses of the row. */
enum profile_pci_buses {
    PCI_BUSES_NONE,
    PCI_BUSES_USED,       /* PCI 0 to the highest with a route; the row's bus IDs follow */
    PCI_BUSES_ONE_OR_USED /* the same, and PCI 0 when there is no route */
};

/* What PCI routes do to the lines of a row */
enum profile_when {
    LINE_ALWAYS,
    LINE_UNLESS_PCI, /* left out when a PCI route goes to its INTIN */
    LINE_OR_PCI,     /* PCI routes to its INTIN replace it */
    LINE_ABOVE_PCI,  /* left out up to the highest INTIN of a PCI route */
    PCI_HERE         /* no line: the PCI routes come here; without such a row they come last */
};

/*
 * I/O interrupts from the ISA bus to the I/O APIC: @count of them, with ascending IRQs and INTINs.
 */
struct profile_lines {
    enum profile_when when;
    uint8_t int_type;
    uint16_t flags;
    uint8_t irq, intin;
    uint8_t count; /* 0 ends an array of rows */
};

/* Roles in place of IDs; fill.c replaces them by the ID. */
enum { ROLE_ISA = 0x100, ROLE_IOAPIC, ROLE_BSP };

struct profile_local {
    uint8_t int_type;
    uint16_t flags;
    uint16_t bus_id;  /* or ROLE_ISA */
    uint16_t apic_id; /* or ROLE_IOAPIC, ROLE_BSP */
    uint8_t lintin;
};

struct profile_bus {
    uint8_t bus_id;
    const char *bus_type; /* NULL ends an array of rows; six characters are never padded */
};

enum { PROFILE_BUSES = 4, PROFILE_LOCALS = 3, PROFILE_ORDER = 6, PROFILE_REST = 0xffff };

struct profile {
    const char *name, *description;
    unsigned max_cpus;   /* with the row's own entries */
    uint8_t max_apic_id; /* 0 = 254 */

    enum profile_layout layout;
    uint32_t address, table_address;
    uint32_t end;          /* an image that passes this address is refused; 0 = no such limit */
    uint16_t size_max;     /* an image of more bytes is refused; 0 = no such limit */
    bool pointer_over_all; /* the pointer is written last, over a table that reaches it */

    const char *oem_id, *product_id;
    bool nul_padded; /* texts end in NUL bytes; else in blanks */
    uint8_t imcrp;   /* 0 or MPT_IMCRP */
    enum profile_count count;
    /* not 0: the OEM table pointer points that many bytes behind the end of the base table */
    uint32_t stale_oem_table;

    uint8_t apic_version; /* of every processor, like the two members that follow */
    uint32_t signature, features;
    uint8_t apic_id_step; /* APIC ID of CPU i is i times that; 0 = 1 */
    /* not 0: APIC IDs by bit fields, for exactly that many packages, or cores of a package */
    uint8_t packages, cores;
    bool ids_cut;  /* an APIC ID above 255 loses its high bits, and may occur twice */
    uint8_t slots; /* processor entries; those without a CPU are all zero; 0 = one for each CPU */

    struct profile_bus buses[PROFILE_BUSES + 1];
    enum profile_pci_buses pci_buses;

    bool no_ioapic;
    uint8_t ioapic_version;
    enum profile_ioapic_id ioapic_rule;
    uint8_t ioapic_id;

    const struct profile_lines *lines; /* NULL = none, and none from 16 up either */
    unsigned irqs; /* lines from 16 up to this follow one to one, unless the request has irqs */
    const struct mpt_io_int *pci; /* routes of the builder's own board; apic_id is filled in */
    uint8_t pci_count;
    uint16_t pci_flags; /* of the routes in pci_interrupts */

    struct profile_local locals[PROFILE_LOCALS];
    uint8_t local_count;

    const struct mpt_hierarchy *hierarchy; /* the one extended entry; NULL = none */

    struct mpt_run order[PROFILE_ORDER]; /* has every type; PROFILE_REST: all further ones of it */
    uint8_t order_count;                 /* 0 = ascending types */
};

extern const struct profile profiles[];
extern const size_t profile_count;

#define PROFILE_DEFAULT "kvm"

/* profiles_find - the profile of that name, or NULL */
const struct profile *profiles_find(const char *name);

/* profiles_multiple - what the number of processors must be a multiple of; 1 = any number */
unsigned profiles_multiple(const struct profile *profile);

#endif
