/* SPDX-License-Identifier: ISC */
/*
 * Profiles: what differs between virtual machine monitors, one row each. The odd arithmetic of a builder is a
 * field, never a branch on a name.
 */
#ifndef TOPO_PROFILE_H
#define TOPO_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "../mptable/mptable.h"

struct topology;

/* Which ID the one I/O APIC gets. */
enum profile_ioapic_id {
    IOAPIC_ID_LOWEST_FREE, /* the lowest that no processor has; 0 when 255 processors have them all */
    IOAPIC_ID_CPUS,        /* the number of processors plus ioapic_id, in 8 bits */
    IOAPIC_ID_FIXED        /* ioapic_id */
};

/* What the header's entry count says. */
enum profile_count { COUNT_EXACT, COUNT_ZERO, COUNT_ONE_MORE };

/* Where floating pointer and table go. */
enum profile_layout {
    LAYOUT_WINDOW,      /* at address; a table too long for the window's end goes below the pointer */
    LAYOUT_POINTER,     /* floating pointer at address, table right behind it */
    LAYOUT_APART,       /* floating pointer at address, table at table_address */
    LAYOUT_TABLE_FIRST, /* table at address, floating pointer at the next multiple of 16 behind it */
    LAYOUT_DOWN         /* floating pointer, then table, ending below address, aligned down */
};

/* In an interrupt's bus_id or apic_id: not a number but a role, resolved when the table is filled in. */
enum { ROLE_ISA = 0x100, ROLE_IOAPIC = 0x101, ROLE_BSP = 0x102 };

/* Interrupt entries: count of them, IRQ and input going up together. */
struct profile_lines {
    uint8_t int_type;
    uint16_t flags;
    uint16_t bus; /* bus ID or ROLE_ISA */
    uint8_t irq;  /* of the first */
    uint16_t
        dest; /* local interrupts: local APIC ID, ROLE_IOAPIC, ROLE_BSP; I/O interrupts go to the I/O APIC */
    uint8_t pin;   /* INTIN or LINTIN of the first */
    uint8_t count; /* 0 ends an array of rows */
};

enum { PROFILE_BUSES = 4, PROFILE_LINES = 16, PROFILE_LOCALS = 4, PROFILE_ORDER = 8 };

struct profile {
    const char *name, *description;
    unsigned max_cpus;
    enum profile_layout layout;
    uint32_t address, table_address;
    uint32_t end; /* an image that passes this address is refused; 0 = no limit but the fields' */

    char oem_id[8], product_id[12];
    uint8_t imcrp; /* 0 or MPT_IMCRP */
    enum profile_count count;
    uint32_t stale_oem_table; /* not 0: the OEM table pointer is that many bytes behind the table's end */

    uint8_t apic_version;
    uint32_t signature, features; /* of every processor */
    uint8_t apic_id_step;         /* APIC ID of CPU i is i times that; 0 = 1 */
    uint8_t slots;                /* so many processor entries, those without a CPU all zero; 0 = one a CPU */

    struct mpt_bus buses[PROFILE_BUSES];
    uint8_t bus_count;
    bool pci_buses_in_use; /* PCI buses 0 to the highest with a route come first, the ISA bus gets the next ID
                            */
    uint16_t isa_bus;      /* ID of the ISA bus, where that does not follow from the row before */

    bool no_ioapic;
    uint8_t ioapic_version;
    enum profile_ioapic_id ioapic_rule;
    uint8_t ioapic_id;

    struct profile_lines lines[PROFILE_LINES]; /* of ISA IRQs */
    unsigned irqs;                /* lines 16 up to this follow one to one unless irqs says else */
    const struct mpt_io_int *pci; /* routes that the builder has for its own board; apic_id is set */
    uint8_t pci_count;
    uint8_t pci_slots;  /* slots 0 up with four pins each, swizzled to the four inputs from 16 up; 0 = none */
    bool pci_first;     /* PCI routes stand before the ISA lines */
    uint16_t pci_flags; /* of the routes in pci_interrupts */
    bool pci_takes_line; /* an ISA line whose input a PCI route has is left out */

    struct profile_lines locals[PROFILE_LOCALS];
    struct mpt_run order[PROFILE_ORDER]; /* count 0xffff: all that are left of the type; none: by type */
    uint8_t order_count;
};

extern const struct profile profiles[];
extern const size_t profile_count;

#define PROFILE_DEFAULT "kvm"

/* profile_find - the profile of that name, or NULL */
const struct profile *profile_find(const char *name);

/*
 * profile_fill - put the profile's entries and header values wherever the topology has none given
 * @topology: processors are in place
 */
void profile_fill(struct topology *topology);

#endif
