/* SPDX-License-Identifier: ISC */
/*
 * The rows. A profile is the wiring of one monitor and the identity it gives its machine; what it does not
 * say, the table has from the request. Where a value comes from the hardware that the monitor emulates, the
 * row says so.
 */
#include "profile.h"

#include <string.h>

#define BIT(n) (1U << (n))

enum { ISA_LINES = 0xffff }; /* IRQ 0 to 15 */

/* Family 6, model 15, stepping 1, and what such a processor can do: old enough for every reader of the
 * tables. */
#define SIGNATURE 0x000006f1U
#define FEATURES  0x0781fbffU

const struct profile profiles[] = {
    {
        .name = "kvm",
        .description = "KVM's in-kernel irqchip: IRQ 0 on INTIN 0; for every guest that reads MP tables",
        .max_cpus = 255,
        .apic_version = 0x14, /* what KVM's local APIC reports */
        .ioapic_version = 0x11,
        .signature = SIGNATURE,
        .features = FEATURES,
        .ioapic_id = IOAPIC_ID_LOWEST_FREE,
        .direct_irqs = ISA_LINES & ~BIT(2), /* IRQ 2 is the cascade between the two 8259 */
        .local_ints = true,
        .table_below = true,
        .oem_id = "MPTABLED",
        .product_id = "KVM",
    },
    {
        .name = "qemu",
        .description = "QEMU's wiring: 8259 on INTIN 0, IRQ 0 on INTIN 2; as PC firmware writes it",
        .max_cpus = 255,
        .apic_version = 0x14,
        .ioapic_version = 0x20, /* what QEMU's I/O APIC reports */
        .signature = SIGNATURE,
        .features = FEATURES,
        .ioapic_id = IOAPIC_ID_LOWEST_FREE,
        .direct_irqs = ISA_LINES & ~BIT(0) & ~BIT(2),
        .routed_irq_count = 2,
        .routed_irqs = { { .int_type = MPT_EXTINT, .irq = 0, .intin = 0 },
                         { .int_type = MPT_INT, .irq = 0, .intin = 2 } },
        .local_ints = true,
        .table_below = true,
        .oem_id = "MPTABLED",
        .product_id = "QEMU",
    },
    {
        .name = "volt",
        .description = "the Volt monitor's table, byte for byte; Linux crashes on it where it needs the PIT",
        .max_cpus = 41,
        .apic_version = 0x14,
        .ioapic_version = 0x11,
        .signature = 0x000006f1,
        .features = 0x0781fbff,
        .imcrp = MPT_IMCRP,
        .ioapic_id = IOAPIC_ID_CPUS,
        .direct_irqs = ISA_LINES & ~BIT(0),
        .routed_irq_count = 1,
        .routed_irqs = { { .int_type = MPT_EXTINT, .irq = 0, .intin = 0 } },
        .oem_id = "NOVAFLAR",
        .product_id = "VOLT VM",
    },
};

const size_t profile_count = sizeof(profiles) / sizeof(profiles[0]);

const struct profile *profile_find(const char *name)
{
    for (size_t i = 0; i < profile_count; i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}
