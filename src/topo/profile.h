/* SPDX-License-Identifier: ISC */
/*
 * Profiles: what differs between virtual machine monitors, one row each.
 */
#ifndef TOPO_PROFILE_H
#define TOPO_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "../mptable/mptable.h"

/* Which ID the one I/O APIC gets. */
enum profile_ioapic_id {
    IOAPIC_ID_LOWEST_FREE, /* the lowest that no processor has; 0 when 255 processors have them all */
    IOAPIC_ID_CPUS         /* the number of processors */
};

struct profile {
    const char *name, *description;
    unsigned max_cpus;
    uint8_t apic_version, ioapic_version;
    uint32_t signature, features; /* of every processor */
    uint8_t imcrp;                /* 0 or MPT_IMCRP */
    enum profile_ioapic_id ioapic_id;
    uint8_t routed_irq_count; /* I/O interrupt entries that stand first; the I/O APIC's ID is filled in */
    struct mpt_io_int routed_irqs[2];
    uint32_t
        direct_irqs; /* bit i: ISA IRQ i goes as INT to INTIN i; bits 16 up come from the request's irqs */
    bool local_ints; /* ExtINT to LINTIN 0 of the BSP, NMI to LINTIN 1 of all */
    bool
        table_below; /* a table too long for the window goes below the floating pointer, else it is refused */
    const char *oem_id, *product_id; /* blank-padded on the way out */
};

extern const struct profile profiles[];
extern const size_t profile_count;

#define PROFILE_DEFAULT "kvm"

/* profile_find - the profile of that name, or NULL */
const struct profile *profile_find(const char *name);

#endif
