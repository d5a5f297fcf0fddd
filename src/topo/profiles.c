/* SPDX-License-Identifier: ISC */
/*
 * The rows, and how one becomes the entries of a table.
 *
 * kvm and qemu are ours. Every other row is a builder of the field with the constants that it takes
 * from its machine, host or caller pinned: its table comes out byte for byte, faults included, and
 * what is wrong with it is for mpt_check to say.
 */
#include "profiles.h"

#include <stddef.h>
#include <string.h>

#include "topology.h"

/* The fields of a line between IRQ and INTIN of the same number, @n of them */
#define SAME(first, n) .irq = (first), .intin = (first), .count = (n)

enum { HIGH = 1, HIGH_EDGE = 5, HIGH_LEVEL = 0xd, LOW_LEVEL = 0xf }; /* flags. MPS 1.4 Table 4-10 */

static const struct profile_lines identity_16[] = { { SAME(0, 16) }, { 0 } };

/* IRQ 0 on INTIN 2, where the cascade's IRQ 2 would be */
static const struct profile_lines isa_15[] = {
    { .irq = 0, .intin = 2, .count = 1 }, { SAME(1, 1) }, { SAME(3, 13) }, { 0 }
};
static const struct profile_lines isa_15_or_pci[] = {
    { LINE_OR_PCI, .irq = 0, .intin = 2, .count = 1 },
    { LINE_OR_PCI, SAME(1, 1) },
    { LINE_OR_PCI, SAME(3, 13) },
    { 0 },
};

/* IRQ 2 is the cascade between the two 8259; lines that a PCI device has are not the ISA bus's. */
static const struct profile_lines kvm_lines[] = { { LINE_UNLESS_PCI, SAME(0, 2) },
                                                  { LINE_UNLESS_PCI, SAME(3, 13) },
                                                  { 0 } };
static const struct profile_lines qemu_lines[] = {
    { .int_type = MPT_EXTINT, .count = 1 },
    { .irq = 0, .intin = 2, .count = 1 },
    { LINE_UNLESS_PCI, SAME(1, 1) },
    { LINE_UNLESS_PCI, SAME(3, 13) },
    { 0 },
};
static const struct profile_lines volt_lines[] = { { .int_type = MPT_EXTINT, .count = 1 },
                                                   { SAME(1, 15) },
                                                   { 0 } };
static const struct profile_lines crosvm_lines[] = {
    { SAME(0, 5) },
    { SAME(8, 1) },
    { .flags = HIGH_LEVEL, SAME(5, 1) }, /* the SCI */
    { PCI_HERE, .count = 1 },
    { LINE_ABOVE_PCI, SAME(9, 7) },
    { 0 },
};
static const struct profile_lines bhyve_lines[] = {
    { .int_type = MPT_EXTINT, .count = 1 },
    { SAME(1, 1) },
    { .irq = 0, .intin = 2, .count = 1 },
    { SAME(3, 6) },
    { .flags = LOW_LEVEL, SAME(9, 1) }, /* the SCI */
    { SAME(10, 6) },
    { 0 },
};
static const struct profile_lines seabios_lines[] = {
    { PCI_HERE, .count = 1 },
    { .irq = 0, .intin = 2, .count = 1 },
    { SAME(1, 1) },
    { SAME(3, 2) },
    { SAME(6, 3) },
    { SAME(12, 4) },
    { 0 },
};
static const struct profile_lines hvmloader_lines[] = {
    { .int_type = MPT_EXTINT, .count = 1 },
    { .irq = 0, .intin = 2, .count = 1 },
    { SAME(1, 1) },
    { SAME(3, 2) },
    { .flags = LOW_LEVEL, SAME(5, 1) },
    { SAME(6, 4) },
    { .flags = LOW_LEVEL, SAME(10, 2) },
    { SAME(12, 4) },
    { 0 },
};
static const struct profile_lines virtualbox_lines[] = {
    { SAME(1, 1) }, { .irq = 0, .intin = 2, .count = 1 }, { SAME(3, 13) }, { 0 }
};
static const struct profile_lines coreboot_lines[] = {
    { .int_type = MPT_EXTINT, .flags = HIGH_EDGE, .count = 1 },
    { .flags = HIGH_EDGE, SAME(1, 1) },
    { .flags = HIGH_EDGE, .irq = 0, .intin = 2, .count = 1 },
    { .flags = HIGH_EDGE, SAME(3, 2) },
    { .flags = HIGH_EDGE, SAME(6, 10) },
    { 0 },
};
static const struct profile_lines u_boot_lines[] = {
    { PCI_HERE, .count = 1 },
    { .int_type = MPT_EXTINT, .flags = HIGH_EDGE, .count = 1 },
    { .flags = HIGH_EDGE, SAME(1, 1) },
    { .flags = HIGH_EDGE, .irq = 0, .intin = 2, .count = 1 },
    { LINE_UNLESS_PCI, .flags = HIGH_EDGE, SAME(3, 13) },
    { 0 },
};
static const struct profile_lines nanovmm_lines[] = { { .irq = 0, .intin = 2, .count = 1 },
                                                      { SAME(1, 15) },
                                                      { .int_type = MPT_EXTINT, .count = 1 },
                                                      { 0 } };
static const struct profile_lines modvm_lines[] = {
    { PCI_HERE, .count = 1 },
    { LINE_UNLESS_PCI, .flags = HIGH_EDGE, SAME(0, 2) },
    { LINE_UNLESS_PCI, .flags = HIGH_EDGE, SAME(3, 13) },
    { 0 },
};

/* ROUTE - a PCI interrupt; @pin is 'A' to 'D' */
#define ROUTE(kind, bus, device, pin, to)                                                     \
    {                                                                                         \
        .flags = (kind), .bus_id = (bus), .irq = (device) << 2 | ((pin) - 'A'), .intin = (to) \
    }

static const struct mpt_io_int seabios_pci[] = { ROUTE(HIGH, 0, 1, 'A', 9),
                                                 ROUTE(HIGH, 0, 3, 'A', 11) };
static const struct mpt_io_int p2b_ds_pci[] = {
    ROUTE(LOW_LEVEL, 0, 4, 'D', 0x13),
    ROUTE(LOW_LEVEL, 0, 6, 'A', 0x13),
};
static const struct mpt_io_int i986lcd_m_pci[] = {
    ROUTE(LOW_LEVEL, 0, 0x01, 'A', 0x10), ROUTE(LOW_LEVEL, 0, 0x02, 'A', 0x10),
    ROUTE(LOW_LEVEL, 0, 0x1f, 'B', 0x13), ROUTE(LOW_LEVEL, 0, 0x1d, 'A', 0x17),
    ROUTE(LOW_LEVEL, 0, 0x1d, 'B', 0x13), ROUTE(LOW_LEVEL, 0, 0x1d, 'C', 0x12),
    ROUTE(LOW_LEVEL, 0, 0x1d, 'D', 0x10), ROUTE(LOW_LEVEL, 0, 0x1b, 'A', 0x10),
    ROUTE(LOW_LEVEL, 0, 0x1c, 'A', 0x10), ROUTE(LOW_LEVEL, 0, 0x1c, 'B', 0x11),
    ROUTE(LOW_LEVEL, 1, 0x00, 'A', 0x10), ROUTE(LOW_LEVEL, 1, 0x00, 'B', 0x11),
    ROUTE(LOW_LEVEL, 2, 0x00, 'A', 0x10),
};
static const struct mpt_io_int u_boot_pci[] = {
    ROUTE(LOW_LEVEL, 0, 2, 'A', 22),  ROUTE(LOW_LEVEL, 0, 29, 'A', 16),
    ROUTE(LOW_LEVEL, 0, 29, 'B', 17), ROUTE(LOW_LEVEL, 0, 29, 'C', 18),
    ROUTE(LOW_LEVEL, 0, 29, 'D', 19), ROUTE(LOW_LEVEL, 0, 31, 'A', 16),
};

/* Slots 0 to 7 with four pins each, swizzled over the four INTINs behind the ISA ones */
#define SLOT(device)                                       \
    ROUTE(0, 0, device, 'A', 16 + (device) % 4),           \
        ROUTE(0, 0, device, 'B', 16 + ((device) + 1) % 4), \
        ROUTE(0, 0, device, 'C', 16 + ((device) + 2) % 4), \
        ROUTE(0, 0, device, 'D', 16 + ((device) + 3) % 4)

static const struct mpt_io_int palacios_pci[] = { SLOT(0), SLOT(1), SLOT(2), SLOT(3),
                                                  SLOT(4), SLOT(5), SLOT(6), SLOT(7) };

#define PCI(routes) .pci = (routes), .pci_count = sizeof(routes) / sizeof((routes)[0])

/* ExtINT on LINTIN 0 of @first, NMI on LINTIN 1 of @second */
#define LINT_PAIR(kind, bus, first, second)                \
    .locals = { { MPT_EXTINT, (kind), (bus), (first), 0 }, \
                { MPT_NMI, (kind), (bus), (second), 1 } }, \
    .local_count = 2

/*
 * Family 6, model 15, stepping 1, and what such a processor can do: old enough for every reader of
 * tables
 */
#define OUR_CPU            .apic_version = 0x14, .signature = 0x6f1, .features = 0x0781fbff
/* What microVM builders copied from one another */
#define MICRO_CPU(version) .apic_version = (version), .signature = 0x600, .features = 0x201
/* CPUID.1 of the emulated processor that the tables of PC firmware were written on */
#define EMULATED_CPU(version) \
    .apic_version = (version), .signature = 0x60fb1, .features = 0x078bfbfd

#define ISA_0     .buses = { { 0, "ISA" } }
#define PCI_0     .buses = { { 0, "PCI" }, { 1, "ISA" } }
#define AT(where) .layout = LAYOUT_POINTER, .address = (where)

/* Rows of more than one builder: a microVM of the Firecracker line, bhyve's */
#define FIRECRACKER                                                        \
    .max_cpus = 254, AT(0x9fc00), MICRO_CPU(0x14), .ioapic_version = 0x14, \
    .ioapic_rule = IOAPIC_ID_CPUS, .ioapic_id = 1

#define BHYVE_IDENTITY                                                                            \
    .product_id = "Hypervisor", .apic_version = 0x10, .signature = 0x7a5, .features = 0xbfebfbff, \
    PCI_0, LINT_PAIR(0, 0, MPT_ALL, MPT_ALL)

#define BHYVE                                                                          \
    .oem_id = "BHyVe", BHYVE_IDENTITY, .ioapic_rule = IOAPIC_ID_FIXED, .ioapic_id = 0, \
    .ioapic_version = 0x11, .lines = bhyve_lines

#define COREBOOT                                                            \
    .max_cpus = 255, AT(0xf0400), .apic_version = 0x11, .signature = 0x686, \
    .features = 0x0383fbff, .ioapic_rule = IOAPIC_ID_FIXED, .ioapic_id = 2, \
    .ioapic_version = 0x11, .lines = coreboot_lines, .pci_flags = LOW_LEVEL

#define BOCHS                                                                               \
    .max_cpus = 255, .layout = LAYOUT_TABLE_FIRST, .address = 0xfa1e0, .product_id = "0.1", \
    EMULATED_CPU(0x11), ISA_0, .ioapic_rule = IOAPIC_ID_CPUS, .ioapic_version = 0x11,       \
    .lines = isa_15

const struct profile profiles[] = {
    {
        .name = "kvm",
        .description =
            "KVM's in-kernel irqchip: IRQ 0 on INTIN 0; for every guest that reads MP tables",
        .max_cpus = 255,
        .layout = LAYOUT_WINDOW,
        .oem_id = "MPTABLED",
        .product_id = "KVM",
        OUR_CPU, /* its APIC version is what KVM's local APIC reports */
        ISA_0,
        .pci_buses = PCI_BUSES_USED,
        .ioapic_version = 0x11,
        .ioapic_rule = IOAPIC_ID_LOWEST_FREE,
        .lines = kvm_lines,
        LINT_PAIR(0, ROLE_ISA, ROLE_BSP, MPT_ALL),
    },
    {
        .name = "qemu",
        .description = "QEMU's wiring: 8259 on INTIN 0, IRQ 0 on INTIN 2; as PC firmware writes it",
        .max_cpus = 255,
        .layout = LAYOUT_WINDOW,
        .oem_id = "MPTABLED",
        .product_id = "QEMU",
        OUR_CPU,
        ISA_0,
        .pci_buses = PCI_BUSES_USED,
        .ioapic_version = 0x20, /* what QEMU's I/O APIC reports */
        .ioapic_rule = IOAPIC_ID_LOWEST_FREE,
        .lines = qemu_lines,
        LINT_PAIR(0, ROLE_ISA, ROLE_BSP, MPT_ALL),
    },
    {
        .name = "volt",
        .description =
            "the Volt monitor's table, byte for byte; Linux crashes on it where it needs the PIT",
        .max_cpus = 41,
        AT(0x9fc00),
        .end = 0xa0000,
        .oem_id = "NOVAFLAR",
        .product_id = "VOLT VM",
        .imcrp = MPT_IMCRP,
        OUR_CPU,
        ISA_0,
        .ioapic_version = 0x11,
        .ioapic_rule = IOAPIC_ID_CPUS,
        .lines = volt_lines,
    },
    {
        .name = "acrn-dm",
        .description = "the ACRN device model: bhyve's table for up to 64 CPUs",
        .max_cpus = 64,
        AT(0xf0000),
        BHYVE,
    },
    {
        .name = "acrn-hv",
        .description =
            "the ACRN hypervisor's table for pre-launched guests: buses first, no I/O APIC",
        .max_cpus = 64,
        AT(0xf0000),
        .oem_id = "ACRN",
        BHYVE_IDENTITY,
        .no_ioapic = true,
        .order = { { MPT_BUS, PROFILE_REST },
                   { MPT_LOCAL_INT, PROFILE_REST },
                   { MPT_PROCESSOR, PROFILE_REST },
                   { MPT_IOAPIC, PROFILE_REST },
                   { MPT_IO_INT, PROFILE_REST } },
        .order_count = 5,
    },
    {
        .name = "bhyve",
        .description = "FreeBSD's hypervisor; its table at 0xf0000",
        .max_cpus = 254,
        AT(0xf0000),
        BHYVE,
    },
    {
        .name = "bhyve-illumos",
        .description = "bhyve on illumos: at 0xe0000, which hardly any system searches",
        .max_cpus = 254,
        AT(0xe0000),
        BHYVE,
    },
    {
        .name = "bochs",
        .description = "the Bochs BIOS: floating pointer behind the table at 0xfa1e0",
        .oem_id = "BOCHSCPU",
        BOCHS,
    },
    {
        .name = "bochs-qemu",
        .description = "the Bochs BIOS as built for QEMU",
        .oem_id = "QEMUCPU",
        BOCHS,
    },
    {
        .name = "cloud-hypervisor",
        .description =
            "Cloud Hypervisor: behind the SMBIOS tables at 0xf0090, I/O APIC ID 255, entry count 0",
        .max_cpus = 254,
        .max_apic_id = 253,
        AT(0xf0090),
        .end = 0x100000,
        .oem_id = "FC",
        .product_id = "000000000000",
        .count = COUNT_ZERO,
        MICRO_CPU(0x14),
        ISA_0,
        .ioapic_version = 0x14,
        .ioapic_rule = IOAPIC_ID_FIXED,
        .ioapic_id = 255,
        .lines = identity_16,
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
    {
        .name = "coreboot-986lcd-m",
        .description = "coreboot on the Kontron 986LCD-M/mITX: IMCRP set, three PCI buses",
        COREBOOT,
        .oem_id = "Kontron",
        .product_id = "986LCD-M/mIT",
        .imcrp = MPT_IMCRP,
        .buses = { { 0, "PCI" }, { 1, "PCI" }, { 2, "PCI" }, { 3, "ISA" } },
        PCI(i986lcd_m_pci),
        LINT_PAIR(HIGH_EDGE, 3, MPT_ALL, MPT_ALL),
    },
    {
        .name = "coreboot-p2b-ds",
        .description = "coreboot on the Asus P2B-DS: local interrupts from a PCI bus",
        COREBOOT,
        .oem_id = "ASUS",
        .product_id = "P2B-DS",
        .buses = { { 0, "PCI" }, { 1, "PCI" }, { 2, "ISA" } },
        PCI(p2b_ds_pci),
        LINT_PAIR(HIGH_EDGE, 1, MPT_ALL, MPT_ALL),
    },
    {
        .name = "crosvm",
        .description =
            "crosvm: table at 0x9e800, pointer at 0x9fff0, entries out of order, entry count 0",
        .max_cpus = 254,
        .layout = LAYOUT_APART,
        .address = 0x9fff0,
        .table_address = 0x9e800,
        .oem_id = "CROSVM",
        .product_id = "000000000000",
        .count = COUNT_ZERO,
        MICRO_CPU(0x14),
        ISA_0,
        .pci_buses = PCI_BUSES_ONE_OR_USED,
        .ioapic_version = 0x14,
        .ioapic_rule = IOAPIC_ID_CPUS,
        .ioapic_id = 1,
        .lines = crosvm_lines,
        .locals = { { MPT_INT, 0, ROLE_ISA, 0, 0 },
                    { MPT_EXTINT, 0, ROLE_ISA, 0, 0 },
                    { MPT_NMI, 0, ROLE_ISA, MPT_ALL, 1 } },
        .local_count = 3,
        .order = { { MPT_PROCESSOR, PROFILE_REST },
                   { MPT_IOAPIC, PROFILE_REST },
                   { MPT_BUS, PROFILE_REST },
                   { MPT_LOCAL_INT, 1 },
                   { MPT_IO_INT, PROFILE_REST },
                   { MPT_LOCAL_INT, PROFILE_REST } },
        .order_count = 6,
    },
    {
        .name = "dragonball",
        .description =
            "Kata's Dragonball: a stale OEM table pointer, entry count 0; PCI routes are on bus 1",
        FIRECRACKER,
        .buses = { { 0, "ISA" }, { 1, "PCI" } },
        .oem_id = "ALICLOUD",
        .product_id = "DRAGONBALL10",
        .count = COUNT_ZERO,
        .stale_oem_table = 44,
        .lines = isa_15_or_pci,
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
    {
        .name = "firecracker",
        .description = "Firecracker 1.7 and later: 24 lines, entry count one too high",
        FIRECRACKER,
        ISA_0,
        .oem_id = "FC",
        .product_id = "000000000000",
        .count = COUNT_ONE_MORE,
        .lines = identity_16,
        .irqs = 24,
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
    {
        .name = "firecracker-1.6",
        .description = "Firecracker 0.24 to 1.6: 24 lines, entry count 0",
        FIRECRACKER,
        ISA_0,
        .oem_id = "FC",
        .product_id = "000000000000",
        .count = COUNT_ZERO,
        .lines = identity_16,
        .irqs = 24,
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
    {
        .name = "gokvm",
        .description =
            "gokvm: always 64 processor entries, those without a CPU all zero, and nothing else",
        .max_cpus = 64,
        AT(0x9fc30),
        .oem_id = "GOKVM",
        .product_id = "",
        .nul_padded = true,
        .apic_version = 0x14,
        .signature = 0x06000000,
        .features = 0x201,
        .slots = 64,
        .no_ioapic = true,
    },
    {
        .name = "hvmloader",
        .description = "Xen's hvmloader: even APIC IDs, at 0xfcc00",
        .max_cpus = 128,
        AT(0xfcc00),
        .oem_id = "_HVMCPU_",
        .product_id = "XEN",
        MICRO_CPU(0x11),
        .apic_id_step = 2,
        ISA_0,
        .ioapic_version = 0x11,
        .ioapic_rule = IOAPIC_ID_FIXED,
        .ioapic_id = 1,
        .lines = hvmloader_lines,
    },
    {
        .name = "hyperkit",
        .description = "HyperKit and xhyve: bhyve's table for up to 64 CPUs",
        .max_cpus = 64,
        AT(0xf0000),
        BHYVE,
    },
    {
        .name = "kvmtool",
        .description =
            "kvmtool: floating pointer behind the table at 0xf02b0; PCI routes only, no ISA line",
        .max_cpus = 255,
        .layout = LAYOUT_TABLE_FIRST,
        .address = 0xf02b0,
        .oem_id = "KVMCPU00",
        .product_id = "0.1",
        MICRO_CPU(0x14),
        PCI_0,
        .ioapic_version = 0x14,
        .ioapic_rule = IOAPIC_ID_CPUS,
        .ioapic_id = 1,
        .locals = { { MPT_INT, 0, 1, 0, 0 }, { MPT_NMI, 0, 1, 0, 1 } },
        .local_count = 2,
    },
    {
        .name = "libkrun",
        .description = "libkrun, and Firecracker up to 0.23: 16 lines, entry count 0",
        FIRECRACKER,
        ISA_0,
        .oem_id = "FC",
        .product_id = "000000000000",
        .count = COUNT_ZERO,
        .lines = identity_16,
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
    {
        .name = "mini-vmm",
        .description = "mini-vmm: at most 40 CPUs, which fit one kilobyte",
        .max_cpus = 40,
        AT(0x9fc00),
        .end = 0xa0000,
        .oem_id = "MINIVMM",
        .product_id = "000000000000",
        MICRO_CPU(0x14),
        ISA_0,
        .ioapic_version = 0x11,
        .ioapic_rule = IOAPIC_ID_CPUS,
        .lines = identity_16,
        LINT_PAIR(0, 0, MPT_ALL, MPT_ALL),
    },
    {
        .name = "modvm",
        .description = "modvm: I/O APIC ID 254, PCI routes in front of the ISA lines",
        .max_cpus = 254,
        AT(0xf0000),
        .oem_id = "MODVM",
        .product_id = "MODVM PC",
        MICRO_CPU(0x14),
        PCI_0,
        .ioapic_version = 0x11,
        .ioapic_rule = IOAPIC_ID_FIXED,
        .ioapic_id = 254,
        .lines = modvm_lines,
        .pci_flags = LOW_LEVEL,
        .locals = { { MPT_NMI, 0, 1, MPT_ALL, 1 } },
        .local_count = 1,
    },
    {
        .name = "nanovmm",
        .description =
            "nanovmm: table at 0x9f000; from 144 CPUs its pointer at 0x9fc00 overwrites it",
        .max_cpus = 255,
        .layout = LAYOUT_APART,
        .address = 0x9fc00,
        .table_address = 0x9f000,
        .pointer_over_all = true,
        .oem_id = "ORPHANVM",
        .product_id = "NANOVMM",
        .count = COUNT_ZERO,
        .apic_version = 0x14,
        .signature = 0x600,
        .features = 0x1fbff,
        ISA_0,
        .ioapic_version = 0x11,
        .ioapic_rule = IOAPIC_ID_CPUS,
        .lines = nanovmm_lines,
        LINT_PAIR(0, 0, MPT_ALL, MPT_ALL),
    },
    {
        .name = "palacios",
        .description = "Palacios: at 0xfcc00, 32 PCI routes, entry count one too high",
        .max_cpus = 32,
        AT(0xfcc00),
        .oem_id = "V3VEE",
        .product_id = "PALACIOS 1.3",
        .count = COUNT_ONE_MORE,
        MICRO_CPU(0x11),
        PCI_0,
        .ioapic_version = 0x11,
        .ioapic_rule = IOAPIC_ID_CPUS,
        .lines = isa_15,
        PCI(palacios_pci),
    },
    {
        .name = "qboot",
        .description = "qboot: PC wiring at 0x9fc00, entry count 0",
        .max_cpus = 255,
        AT(0x9fc00),
        .oem_id = "QBOOT",
        .product_id = "000000000000",
        .count = COUNT_ZERO,
        EMULATED_CPU(0x14),
        ISA_0,
        .ioapic_version = 0x14,
        .ioapic_rule = IOAPIC_ID_CPUS,
        .ioapic_id = 1,
        .lines = isa_15,
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
    {
        .name = "qemu-microvm-rfc",
        .description = "QEMU's microvm as proposed in 2019: 16 lines, entry count 0",
        FIRECRACKER,
        ISA_0,
        .oem_id = "QEMU",
        .product_id = "000000000000",
        .count = COUNT_ZERO,
        .lines = identity_16,
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
    {
        .name = "seabios",
        .description = "SeaBIOS on QEMU's pc machine: up to 600 bytes, ending below 0xf5c80",
        .max_cpus = 19,
        .layout = LAYOUT_DOWN,
        .address = 0xf5c80,
        .size_max = 600,
        .oem_id = "BOCHSCPU",
        .product_id = "0.1",
        EMULATED_CPU(0x14),
        PCI_0,
        .ioapic_version = 0x11,
        .ioapic_rule = IOAPIC_ID_FIXED,
        .ioapic_id = 0,
        .lines = seabios_lines,
        PCI(seabios_pci),
        .pci_flags = HIGH,
        LINT_PAIR(0, ROLE_ISA, 0, MPT_ALL),
    },
    {
        .name = "stratovirt",
        .description =
            "StratoVirt: texts padded with NUL, ExtINT to the I/O APIC's ID, entry count 0",
        FIRECRACKER,
        ISA_0,
        .oem_id = "STRATO",
        .product_id = "1.0",
        .nul_padded = true,
        .count = COUNT_ZERO,
        .lines = identity_16,
        LINT_PAIR(0, 0, ROLE_IOAPIC, MPT_ALL),
    },
    {
        .name = "u-boot",
        .description = "U-Boot on QEMU's q35 machine: PCI routes from a bus that is not declared",
        .max_cpus = 255,
        AT(0xf0050),
        .oem_id = "emulatio",
        .product_id = "qemu-x86",
        EMULATED_CPU(0x14),
        .buses = { { 0xff, "ISA" } },
        .ioapic_version = 0x20,
        .ioapic_rule = IOAPIC_ID_FIXED,
        .ioapic_id = 0,
        .lines = u_boot_lines,
        PCI(u_boot_pci),
        .pci_flags = LOW_LEVEL,
        LINT_PAIR(HIGH_EDGE, 0xff, MPT_ALL, MPT_ALL),
    },
    {
        .name = "virtualbox",
        .description = "VirtualBox: table at 0xe1300, pointer at 0x9fff0",
        .max_cpus = 64,
        .layout = LAYOUT_APART,
        .address = 0x9fff0,
        .table_address = 0xe1300,
        .oem_id = "VBOXCPU",
        .product_id = "VirtualBox",
        .apic_version = 0x14,
        .signature = 0xfb1,
        .features = 0x078bfbfd,
        .buses = { { 0, "ISA" }, { 1, "PCI" } },
        .ioapic_version = 0x11,
        .ioapic_rule = IOAPIC_ID_FIXED,
        .ioapic_id = 0,
        .lines = virtualbox_lines,
        LINT_PAIR(HIGH_EDGE, 0, MPT_ALL, MPT_ALL),
    },
    {
        .name = "vmm-reference",
        .description = "rust-vmm's reference monitor: 24 lines, entry count 0",
        FIRECRACKER,
        ISA_0,
        .oem_id = "rust-vmm",
        .product_id = "000000000000",
        .count = COUNT_ZERO,
        .lines = identity_16,
        .irqs = 24,
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
};

const size_t profile_count = sizeof(profiles) / sizeof(profiles[0]);

const struct profile *profiles_find(const char *name)
{
    for (size_t i = 0; i < profile_count; i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}

/* @text, cut or padded to @size bytes */
static void pad(char *out, size_t size, const char *text, bool nul)
{
    const size_t n = strlen(text);

    memset(out, nul ? '\0' : ' ', size);
    memcpy(out, text, n < size ? n : size);
}

static void add_bus(struct topology *t, unsigned id, const char *type)
{
    struct mpt_bus *bus = &t->buses[t->table.bus_count++];

    bus->bus_id = (uint8_t)id;
    pad(bus->bus_type, sizeof(bus->bus_type), type, t->profile->nul_padded);
}

/* PCI buses in front of those of the row */
static unsigned pci_buses(const struct topology *t)
{
    unsigned count = t->profile->pci_buses == PCI_BUSES_ONE_OR_USED;

    if (t->profile->pci_buses == PCI_BUSES_NONE)
        return 0;
    for (unsigned i = 0; i < t->pci_int_count; i++)
        if (t->pci_ints[i].bus_id >= count)
            count = t->pci_ints[i].bus_id + 1U;
    return count;
}

static int fill_buses(struct topology *t, struct err *err)
{
    static const struct at at_pci = { NULL, "pci_interrupts", 0 };
    const unsigned pci = pci_buses(t);

    if (t->given & GIVEN_BUSES)
        return 0;
    if (pci > UINT8_MAX)
        return err_at(err, ERR_INVALID, &at_pci, "PCI buses 0 to %u leave no bus ID to the ISA bus",
                      pci - 1);
    for (unsigned id = 0; id < pci; id++)
        add_bus(t, id, "PCI");
    for (const struct profile_bus *bus = t->profile->buses; bus->bus_type; bus++)
        add_bus(t, pci + bus->bus_id, bus->bus_type);
    return 0;
}

/* The first ISA or EISA bus; NULL = none */
static const struct mpt_bus *isa_bus(const struct topology *t)
{
    for (unsigned i = 0; i < t->table.bus_count; i++)
        if (mpt_bus_kind(t->buses[i].bus_type) == MPT_BUS_ISA)
            return &t->buses[i];
    return NULL;
}

static bool bus_declared(const struct topology *t, uint8_t id)
{
    for (unsigned i = 0; i < t->table.bus_count; i++)
        if (t->buses[i].bus_id == id)
            return true;
    return false;
}

static uint8_t lowest_free_id(const struct topology *t)
{
    bool taken[MPT_ALL + 1] = { false };

    for (unsigned i = 0; i < t->cpus; i++)
        taken[t->processors[i].apic_id] = true;
    for (unsigned id = 0; id < MPT_ALL; id++)
        if (!taken[id])
            return (uint8_t)id;
    return 0;
}

static void fill_ioapic(struct topology *t)
{
    const struct profile *p = t->profile;
    uint8_t id = p->ioapic_id;

    if (p->no_ioapic || t->given & GIVEN_IOAPICS)
        return;
    if (p->ioapic_rule == IOAPIC_ID_LOWEST_FREE)
        id = lowest_free_id(t);
    else if (p->ioapic_rule == IOAPIC_ID_CPUS)
        id = (uint8_t)(t->cpus + p->ioapic_id);
    t->ioapics[t->table.ioapic_count++] = (struct mpt_ioapic){ .apic_id = id,
                                                               .apic_version = p->ioapic_version,
                                                               .flags = MPT_IOAPIC_ENABLED,
                                                               .address = MPT_IOAPIC_ADDRESS };
}

/* What the profile's interrupt entries are made from. */
struct wiring {
    uint8_t isa, ioapic;
    bool taken[UINT8_MAX + 1]; /* INTINs that PCI routes go to */
    unsigned highest;          /* of these INTINs; 0 = none */
    bool pci_done;
    bool written[TOPOLOGY_PCI_MAX]; /* of pci_ints; beyond their count it is not set */
};

static void add_io_int(struct topology *t, const struct mpt_io_int *entry, uint8_t ioapic)
{
    t->io_ints[t->table.io_int_count] = *entry;
    t->io_ints[t->table.io_int_count++].apic_id = ioapic;
}

static void add_pci_int(struct topology *t, struct wiring *w, unsigned i)
{
    struct mpt_io_int entry = t->pci_ints[i];

    if (w->written[i])
        return;
    w->written[i] = true;
    entry.flags = t->profile->pci_flags;
    add_io_int(t, &entry, t->pci_to_first[i] ? w->ioapic : entry.apic_id);
}

static bool own_route_stands(const struct topology *t, const struct mpt_io_int *route)
{
    return !(t->given & GIVEN_BUSES) || bus_declared(t, route->bus_id);
}

static void note_route(struct wiring *w, uint8_t intin)
{
    w->taken[intin] = true;
    if (intin > w->highest)
        w->highest = intin;
}

static void note_pci(const struct topology *t, struct wiring *w)
{
    const struct profile *p = t->profile;

    for (unsigned i = 0; i < p->pci_count; i++)
        if (own_route_stands(t, &p->pci[i]))
            note_route(w, p->pci[i].intin);
    for (unsigned i = 0; i < t->pci_int_count; i++)
        note_route(w, t->pci_ints[i].intin);
    memset(w->written, 0, t->pci_int_count);
}

static void add_pci(struct topology *t, struct wiring *w)
{
    const struct profile *p = t->profile;

    if (w->pci_done)
        return;
    w->pci_done = true;
    for (unsigned i = 0; i < p->pci_count; i++)
        if (own_route_stands(t, &p->pci[i]))
            add_io_int(t, &p->pci[i], w->ioapic);
    for (unsigned i = 0; i < t->pci_int_count; i++)
        add_pci_int(t, w, i);
}

static void add_line(struct topology *t, struct wiring *w, const struct profile_lines *row,
                     unsigned n)
{
    const struct mpt_io_int line = { .int_type = row->int_type,
                                     .flags = row->flags,
                                     .bus_id = w->isa,
                                     .irq = (uint8_t)(row->irq + n),
                                     .intin = (uint8_t)(row->intin + n) };

    if ((row->when == LINE_UNLESS_PCI && w->taken[line.intin]) ||
        (row->when == LINE_ABOVE_PCI && line.intin <= w->highest))
        return;
    if (row->when != LINE_OR_PCI || !w->taken[line.intin]) {
        add_io_int(t, &line, w->ioapic);
        return;
    }
    for (unsigned i = 0; i < t->pci_int_count; i++)
        if (t->pci_ints[i].intin == line.intin)
            add_pci_int(t, w, i);
}

/* The row's lines up to 15, then one to one up to what the request or the row wants */
static void add_lines(struct topology *t, struct wiring *w)
{
    const unsigned irqs = t->given & GIVEN_IRQS ? t->irqs : t->profile->irqs;
    struct profile_lines more = { SAME(TOPOLOGY_IRQS_MIN, 1) };

    for (const struct profile_lines *row = t->profile->lines; row && row->count > 0; row++) {
        if (row->when == PCI_HERE) {
            add_pci(t, w);
            continue;
        }
        for (unsigned n = 0; n < row->count; n++)
            add_line(t, w, row, n);
        more.when = row->when;
    }
    for (unsigned irq = TOPOLOGY_IRQS_MIN; t->profile->lines && irq < irqs; irq++)
        add_line(t, w, &more, irq - TOPOLOGY_IRQS_MIN);
    add_pci(t, w);
}

static void fill_io_ints(struct topology *t, struct wiring *w)
{
    if (t->table.ioapic_count == 0 && !(t->given & GIVEN_IO_INTS))
        return;
    note_pci(t, w);
    if (!(t->given & GIVEN_IO_INTS))
        add_lines(t, w);
    for (unsigned i = 0; i < t->pci_int_count; i++)
        add_pci_int(t, w, i);
}

static uint8_t bsp_id(const struct topology *t)
{
    for (unsigned i = 0; i < t->cpus; i++)
        if (t->processors[i].flags & MPT_CPU_BSP)
            return t->processors[i].apic_id;
    return 0; /* topology_complete refuses such a topology */
}

static void fill_local_ints(struct topology *t, const struct wiring *w)
{
    if (t->given & GIVEN_LOCAL_INTS)
        return;
    for (unsigned i = 0; i < t->profile->local_count; i++) {
        const struct profile_local *row = &t->profile->locals[i];
        const bool follow = row->bus_id == ROLE_ISA ||
                            (t->given & GIVEN_BUSES && !bus_declared(t, (uint8_t)row->bus_id));

        t->local_ints[t->table.local_int_count++] = (struct mpt_local_int){
            .int_type = row->int_type,
            .flags = row->flags,
            .bus_id = follow ? w->isa : (uint8_t)row->bus_id,
            .apic_id = row->apic_id == ROLE_IOAPIC ? w->ioapic
                       : row->apic_id == ROLE_BSP  ? bsp_id(t)
                                                   : (uint8_t)row->apic_id,
            .lintin = row->lintin,
        };
    }
}

/* Does the profile add entries whose source is an ISA bus? */
static bool needs_isa(const struct topology *t)
{
    const struct profile *p = t->profile;

    return (p->lines && t->table.ioapic_count > 0 && !(t->given & GIVEN_IO_INTS)) ||
           (p->local_count > 0 && !(t->given & GIVEN_LOCAL_INTS));
}

static void fill_slots(struct topology *t)
{
    t->table.processor_count = (uint16_t)t->cpus;
    while (t->table.processor_count < t->profile->slots)
        t->processors[t->table.processor_count++] = (struct mpt_processor){ 0 };
}

static uint16_t *type_count(struct mpt_table *table, unsigned type)
{
    switch (type) {
    case MPT_PROCESSOR:
        return &table->processor_count;
    case MPT_BUS:
        return &table->bus_count;
    case MPT_IOAPIC:
        return &table->ioapic_count;
    case MPT_IO_INT:
        return &table->io_int_count;
    default:
        return &table->local_int_count;
    }
}

/* Ascending types. MPS 1.4 §4.3 */
static const struct mpt_run ascending[MPT_BASE_TYPES] = { { MPT_PROCESSOR, PROFILE_REST },
                                                          { MPT_BUS, PROFILE_REST },
                                                          { MPT_IOAPIC, PROFILE_REST },
                                                          { MPT_IO_INT, PROFILE_REST },
                                                          { MPT_LOCAL_INT, PROFILE_REST } };

/*
 * Base entries as the row has them, or ascending; extended ones, whose runs are in order[] already,
 * behind them as they were given.
 */
static void fill_order(struct topology *t)
{
    const struct profile *p = t->profile;
    const struct mpt_run *from = p->order_count > 0 ? p->order : ascending;
    const unsigned runs = p->order_count > 0 ? p->order_count : MPT_BASE_TYPES;
    struct mpt_table left = t->table;

    if (p->order_count == 0 && t->table.order_count == 0)
        return;
    memmove(t->order + runs, t->order, t->table.order_count * sizeof(t->order[0]));
    for (unsigned i = 0; i < runs; i++) {
        uint16_t *const rest = type_count(&left, from[i].type);

        t->order[i].type = from[i].type;
        t->order[i].count = from[i].count < *rest ? from[i].count : *rest;
        *rest = (uint16_t)(*rest - t->order[i].count);
    }
    t->table.order_count = (uint16_t)(t->table.order_count + runs);
    t->table.order = t->order;
}

static void fill_header(struct topology *t)
{
    const struct profile *p = t->profile;
    struct mpt_header *h = &t->table.header;

    if (!(t->given & GIVEN_OEM_ID))
        pad(h->oem_id, sizeof(h->oem_id), p->oem_id, p->nul_padded);
    if (!(t->given & GIVEN_PRODUCT_ID))
        pad(h->product_id, sizeof(h->product_id), p->product_id, p->nul_padded);
    if (!(t->given & GIVEN_LOCAL_APIC_ADDRESS))
        h->local_apic_address = MPT_LOCAL_APIC_ADDRESS;
    if (!(t->given & GIVEN_SPEC_REVISION))
        t->table.floating.spec_revision = h->spec_revision = MPT_SPEC_1_4;
    if (!(t->given & GIVEN_IMCR))
        t->table.floating.features = p->imcrp;
    if (t->given & GIVEN_ENTRY_COUNT) {
        t->table.entry_count_given = 1;
    } else if (p->count != COUNT_EXACT) {
        t->table.entry_count_given = 1;
        t->table.entry_count = p->count == COUNT_ZERO ? 0 : (uint16_t)(mpt_entries(&t->table) + 1);
    }
}

int profile_fill(struct topology *t, struct err *err)
{
    static const struct at at_buses = { NULL, "buses", 0 };
    struct wiring w;
    const struct mpt_bus *isa;

    if (t->given & GIVEN_ENTRIES || t->table.floating.default_configuration) {
        fill_header(t);
        return 0;
    }
    if (fill_buses(t, err) < 0)
        return -1;
    fill_ioapic(t);
    isa = isa_bus(t);
    if (!isa && needs_isa(t))
        return err_at(
            err, ERR_INVALID, &at_buses,
            "profile %s has interrupts from an ISA bus: declare one, or give io_interrupts and "
            "local_interrupts too",
            t->profile->name);
    memset(&w, 0, offsetof(struct wiring, written));
    w.isa = isa ? isa->bus_id : 0;
    w.ioapic = t->table.ioapic_count > 0 ? t->ioapics[0].apic_id : 0;
    fill_slots(t);
    fill_io_ints(t, &w);
    fill_local_ints(t, &w);
    fill_order(t);
    fill_header(t);
    return 0;
}
