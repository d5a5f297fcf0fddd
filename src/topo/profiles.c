/* SPDX-License-Identifier: ISC */
/*
 * The rows; fill.c makes entries of them.
 *
 * kvm and qemu are our own. Every other row is a builder in use, with fixed values for what that
 * builder takes from its machine, host or caller. The row gives the builder's table byte for byte,
 * with its faults, which mpt_check reports.
 */
#include "profiles.h"

#include <string.h>

/* The fields of @n lines from IRQs to the INTINs with the same numbers */
#define SAME(first, n) .irq = (first), .intin = (first), .count = (n)
#define TIMER_ON_2     .irq = 0, .intin = 2, .count = 1 /* where IRQ 2, the cascade, would be */
#define EXTINT_ON_0    .int_type = MPT_EXTINT, .count = 1

enum { HIGH = 1, HIGH_EDGE = 5, HIGH_LEVEL = 0xd, LOW_LEVEL = 0xf }; /* flags. MPS 1.4 Table 4-10 */

static const struct profile_lines identity_16[] = { { SAME(0, 16) }, { 0 } };

static const struct profile_lines isa_15[] = {
    { TIMER_ON_2 }, { SAME(1, 1) }, { SAME(3, 13) }, { 0 }
};
static const struct profile_lines isa_15_or_pci[] = {
    { LINE_OR_PCI, TIMER_ON_2 }, { LINE_OR_PCI, SAME(1, 1) }, { LINE_OR_PCI, SAME(3, 13) }, { 0 }
};

/* IRQ 2 is the cascade of the two 8259s. A line with a PCI route is no line of the ISA bus. */
static const struct profile_lines kvm_lines[] = { { LINE_UNLESS_PCI, SAME(0, 2) },
                                                  { LINE_UNLESS_PCI, SAME(3, 13) },
                                                  { 0 } };
static const struct profile_lines qemu_lines[] = {
    { TIMER_ON_2 }, { LINE_UNLESS_PCI, SAME(1, 1) }, { LINE_UNLESS_PCI, SAME(3, 13) }, { 0 }
};
static const struct profile_lines volt_lines[] = { { EXTINT_ON_0 }, { SAME(1, 15) }, { 0 } };
static const struct profile_lines crosvm_lines[] = {
    { SAME(0, 5) },
    { SAME(8, 1) },
    { .flags = HIGH_LEVEL, SAME(5, 1) }, /* the SCI */
    { PCI_HERE, .count = 1 },
    { LINE_ABOVE_PCI, SAME(9, 7) },
    { 0 },
};
static const struct profile_lines bhyve_lines[] = {
    { EXTINT_ON_0 },
    { SAME(1, 1) },
    { TIMER_ON_2 },
    { SAME(3, 6) },
    { .flags = LOW_LEVEL, SAME(9, 1) }, /* the SCI */
    { SAME(10, 6) },
    { 0 },
};
static const struct profile_lines seabios_lines[] = {
    { PCI_HERE, .count = 1 }, { TIMER_ON_2 },  { SAME(1, 1) }, { SAME(3, 2) },
    { SAME(6, 3) },           { SAME(12, 4) }, { 0 }
};
static const struct profile_lines hvmloader_lines[] = {
    { EXTINT_ON_0 },
    { TIMER_ON_2 },
    { SAME(1, 1) },
    { SAME(3, 2) },
    { .flags = LOW_LEVEL, SAME(5, 1) },
    { SAME(6, 4) },
    { .flags = LOW_LEVEL, SAME(10, 2) },
    { SAME(12, 4) },
    { 0 },
};
static const struct profile_lines virtualbox_lines[] = {
    { SAME(1, 1) }, { TIMER_ON_2 }, { SAME(3, 13) }, { 0 }
};
static const struct profile_lines coreboot_lines[] = {
    { .flags = HIGH_EDGE, EXTINT_ON_0 }, { .flags = HIGH_EDGE, SAME(1, 1) },
    { .flags = HIGH_EDGE, TIMER_ON_2 },  { .flags = HIGH_EDGE, SAME(3, 2) },
    { .flags = HIGH_EDGE, SAME(6, 10) }, { 0 }
};
static const struct profile_lines u_boot_lines[] = {
    { PCI_HERE, .count = 1 },
    { .flags = HIGH_EDGE, EXTINT_ON_0 },
    { .flags = HIGH_EDGE, SAME(1, 1) },
    { .flags = HIGH_EDGE, TIMER_ON_2 },
    { LINE_UNLESS_PCI, .flags = HIGH_EDGE, SAME(3, 13) },
    { 0 },
};
static const struct profile_lines nanovmm_lines[] = {
    { TIMER_ON_2 }, { SAME(1, 15) }, { EXTINT_ON_0 }, { 0 }
};
/* IRQ 2 on the timer's input, and the timer on that of IRQ 2 */
static const struct profile_lines tdvmm_lines[] = {
    { TIMER_ON_2 }, { SAME(1, 1) }, { .irq = 2, .intin = 0, .count = 1 }, { SAME(3, 13) }, { 0 }
};
/* The monitor makes the lines of its virtio devices level-triggered. */
static const struct profile_lines openvmm_level4_lines[] = {
    { TIMER_ON_2 }, { SAME(1, 1) }, { SAME(3, 1) }, { .flags = HIGH_LEVEL, SAME(4, 4) },
    { SAME(8, 8) }, { 0 }
};

/* Each line twice: as ExtINT on INTIN 0, and as itself */
#define TWICE(n, to)                                    \
    { .int_type = MPT_EXTINT, .irq = (n), .count = 1 }, \
    {                                                   \
        .irq = (n), .intin = (to), .count = 1           \
    }

static const struct profile_lines gem5_lines[] = {
    { PCI_HERE, .count = 1 },
    TWICE(0, 2),
    TWICE(1, 1),
    TWICE(3, 3),
    TWICE(4, 4),
    TWICE(5, 5),
    TWICE(6, 6),
    TWICE(7, 7),
    TWICE(8, 8),
    TWICE(9, 9),
    TWICE(10, 10),
    TWICE(11, 11),
    TWICE(12, 12),
    TWICE(13, 13),
    TWICE(14, 14),
    { 0 },
};
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

static const struct mpt_io_int gokvm_pci[] = { ROUTE(0, 0, 1, 'A', 9), ROUTE(0, 0, 2, 'A', 10) };
static const struct mpt_io_int gem5_pci[] = { ROUTE(0, 0, 4, 'A', 16) };
static const struct mpt_hierarchy gem5_hierarchy = { .bus_id = 1,
                                                     .flags = MPT_SUBTRACTIVE,
                                                     .parent_bus = 0 };

/* Slots 0 to 7 with four pins each, swizzled over the four INTINs after those of ISA */
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

/* Family 6, model 15, stepping 1 and its features: every reader of tables knows them. */
#define OUR_CPU            .apic_version = 0x14, .signature = 0x6f1, .features = 0x0781fbff
/* Values that microVM builders copied from one another */
#define MICRO_CPU(version) .apic_version = (version), .signature = 0x600, .features = 0x201
/* CPUID.1 of the emulated processor on which PC firmware made its tables */
#define EMULATED_CPU(version) \
    .apic_version = (version), .signature = 0x60fb1, .features = 0x078bfbfd

#define ISA_0     .buses = { { 0, "ISA" } }
#define PCI_0     .buses = { { 0, "PCI" }, { 1, "ISA" } }
#define AT(where) .layout = LAYOUT_POINTER, .address = (where)

#define TEXTS(oem, product) .oem_id = (oem), .product_id = (product)
#define IOAPIC(version, rule, id) \
    .ioapic_version = (version), .ioapic_rule = IOAPIC_ID_##rule, .ioapic_id = (id)

/* What several rows have in common: first, the microVMs of the Firecracker line */
#define FIRECRACKER .max_cpus = 254, AT(0x9fc00), MICRO_CPU(0x14), IOAPIC(0x14, CPUS, 1)
#define FIRECRACKER_ISA(oem, counted)               \
    FIRECRACKER, ISA_0, TEXTS(oem, "000000000000"), \
        .count = COUNT_##counted, .lines = identity_16, LINT_PAIR(0, 0, 0, MPT_ALL)

/* Builders that copied Firecracker's entries, and count them right */
#define MICRO_COPY(ioapic, above) \
    MICRO_CPU(0x14), ISA_0, IOAPIC(ioapic, CPUS, above), .lines = identity_16

#define STT                                                                                  \
    .max_cpus = 255, AT(0x9fc00), TEXTS("STT", "000000000000"), .imcrp = MPT_IMCRP,          \
    MICRO_CPU(0x14), .ids_cut = true, ISA_0, IOAPIC(0x14, FIXED, 254), .lines = identity_16, \
    .irqs = 24, LINT_PAIR(0, 0, MPT_ALL, MPT_ALL)

#define OPENVMM(most, wiring, rule)                                                   \
    .max_cpus = (most), .layout = LAYOUT_APART, .address = 0, .table_address = 0x400, \
    TEXTS("OPENVMM", "MICROVM"), .apic_version = 0x14, ISA_0, IOAPIC(0x11, rule, 0),  \
    .lines = (wiring)

#define GOKVM                                                                                  \
    .max_cpus = 64, AT(0x9fc30), TEXTS("GOKVM", ""), .nul_padded = true, .apic_version = 0x14, \
    .signature = 0x06000000, .features = 0x201
#define GOKVM_2026 GOKVM, .slots = 64, IOAPIC(0x11, FIXED, 2), .lines = identity_16

#define BHYVE_IDENTITY(oem)                                                                     \
    TEXTS(oem, "Hypervisor"), .apic_version = 0x10, .signature = 0x7a5, .features = 0xbfebfbff, \
                              PCI_0, LINT_PAIR(0, 0, MPT_ALL, MPT_ALL)
#define BHYVE BHYVE_IDENTITY("BHyVe"), IOAPIC(0x11, FIXED, 0), .lines = bhyve_lines

#define COREBOOT                                                             \
    .max_cpus = 255, AT(0xf0400), .apic_version = 0x11, .signature = 0x686,  \
    .features = 0x0383fbff, IOAPIC(0x11, FIXED, 2), .lines = coreboot_lines, \
    .pci_flags = LOW_LEVEL

#define BOCHS(oem)                                                                        \
    .max_cpus = 255, .layout = LAYOUT_TABLE_FIRST, .address = 0xfa1e0, TEXTS(oem, "0.1"), \
    EMULATED_CPU(0x11), ISA_0, IOAPIC(0x11, CPUS, 0), .lines = isa_15

const struct profile profiles[] = {
    {
        .name = "kvm",
        .description =
            "KVM's in-kernel irqchip: IRQ 0 on INTIN 0; for every guest that reads MP tables",
        .max_cpus = 255,
        .layout = LAYOUT_WINDOW,
        TEXTS("MPTABLED", "KVM"),
        OUR_CPU, /* its APIC version is what KVM's local APIC reports */
        ISA_0,
        .pci_buses = PCI_BUSES_USED,
        IOAPIC(0x11, LOWEST_FREE, 0),
        .lines = kvm_lines,
        LINT_PAIR(0, ROLE_ISA, ROLE_BSP, MPT_ALL),
    },
    {
        .name = "qemu",
        .description = "QEMU's wiring: IRQ 0 on INTIN 2; for every guest that reads MP tables",
        .max_cpus = 255,
        .layout = LAYOUT_WINDOW,
        TEXTS("MPTABLED", "QEMU"),
        OUR_CPU,
        ISA_0,
        .pci_buses = PCI_BUSES_USED,
        IOAPIC(0x20, LOWEST_FREE, 0), /* what QEMU's I/O APIC reports */
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
        TEXTS("NOVAFLAR", "VOLT VM"),
        .imcrp = MPT_IMCRP,
        OUR_CPU,
        ISA_0,
        IOAPIC(0x11, CPUS, 0),
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
        BHYVE_IDENTITY("ACRN"),
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
        BOCHS("BOCHSCPU"),
    },
    {
        .name = "bochs-qemu",
        .description = "the Bochs BIOS as built for QEMU",
        BOCHS("QEMUCPU"),
    },
    {
        .name = "capsa",
        .description = "Capsa: Firecracker's 24 lines, ExtINT to all local APICs",
        .max_cpus = 254,
        AT(0x9fc00),
        TEXTS("CAPSA", "KVMVM"),
        MICRO_COPY(0x14, 1),
        .irqs = 24,
        LINT_PAIR(0, 0, MPT_ALL, MPT_ALL),
    },
    {
        .name = "cloud-hypervisor",
        .description =
            "Cloud Hypervisor: behind the SMBIOS tables at 0xf0090, I/O APIC ID 255, entry count 0",
        .max_cpus = 254,
        .max_apic_id = 253,
        AT(0xf0090),
        .end = 0x100000,
        TEXTS("FC", "000000000000"),
        .count = COUNT_ZERO,
        MICRO_CPU(0x14),
        ISA_0,
        IOAPIC(0x14, FIXED, 255),
        .lines = identity_16,
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
    {
        .name = "coreboot-986lcd-m",
        .description = "coreboot on the Kontron 986LCD-M/mITX: IMCRP set, three PCI buses",
        COREBOOT,
        TEXTS("Kontron", "986LCD-M/mIT"),
        .imcrp = MPT_IMCRP,
        .buses = { { 0, "PCI" }, { 1, "PCI" }, { 2, "PCI" }, { 3, "ISA" } },
        PCI(i986lcd_m_pci),
        LINT_PAIR(HIGH_EDGE, 3, MPT_ALL, MPT_ALL),
    },
    {
        .name = "coreboot-p2b-ds",
        .description = "coreboot on the Asus P2B-DS: local interrupts from a PCI bus",
        COREBOOT,
        TEXTS("ASUS", "P2B-DS"),
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
        TEXTS("CROSVM", "000000000000"),
        .count = COUNT_ZERO,
        MICRO_CPU(0x14),
        ISA_0,
        .pci_buses = PCI_BUSES_ONE_OR_USED,
        IOAPIC(0x14, CPUS, 1),
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
        TEXTS("ALICLOUD", "DRAGONBALL10"),
        .count = COUNT_ZERO,
        .stale_oem_table = 44,
        .lines = isa_15_or_pci,
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
    {
        .name = "firecracker",
        .description = "Firecracker 1.7 and later: 24 lines, entry count one too high",
        FIRECRACKER_ISA("FC", ONE_MORE),
        .irqs = 24,
    },
    {
        .name = "firecracker-1.6",
        .description = "Firecracker 0.24 to 1.6: 24 lines, entry count 0",
        FIRECRACKER_ISA("FC", ZERO),
        .irqs = 24,
    },
    {
        .name = "gem5",
        .description =
            "gem5: no texts, I/O APIC before the buses, each line as ExtINT too, a bus hierarchy",
        .max_cpus = 255,
        AT(0xf0050),
        TEXTS("", ""),
        .nul_padded = true,
        .imcrp = MPT_IMCRP,
        .apic_version = 0x14,
        .buses = { { 0, "PCI   " }, { 1, "ISA   " } },
        IOAPIC(0x11, CPUS, 0),
        .lines = gem5_lines,
        PCI(gem5_pci),
        .hierarchy = &gem5_hierarchy,
        .order = { { MPT_PROCESSOR, PROFILE_REST },
                   { MPT_IOAPIC, PROFILE_REST },
                   { MPT_BUS, PROFILE_REST },
                   { MPT_IO_INT, PROFILE_REST },
                   { MPT_LOCAL_INT, PROFILE_REST } },
        .order_count = 5,
    },
    {
        .name = "gokvm",
        .description =
            "gokvm: always 64 processor entries, those without a CPU all zero, and nothing else",
        GOKVM,
        .slots = 64,
        .no_ioapic = true,
    },
    {
        .name = "gokvm-2026",
        .description = "gokvm as rminnich goes on with it: 64 processor entries, 16 ISA lines",
        GOKVM_2026,
        .buses = { { 0, "ISA   " } },
    },
    {
        .name = "gokvm-2026-pci",
        .description = "the same with a PCI bus: its ID is below that of the ISA bus before it",
        GOKVM_2026,
        .buses = { { 1, "ISA   " }, { 0, "PCI   " } },
        PCI(gokvm_pci),
    },
    {
        .name = "gokvm-define42",
        .description = "gokvm as define42 goes on with it: an entry for each CPU, and nothing else",
        GOKVM,
        .no_ioapic = true,
    },
    {
        .name = "hvi-vmm",
        .description = "HVI: Firecracker's 16 lines, no local interrupts",
        .max_cpus = 255,
        AT(0x9fc00),
        TEXTS("HVI", "HVI x86 vm"),
        MICRO_COPY(0x14, 0),
    },
    {
        .name = "hvmloader",
        .description = "Xen's hvmloader: even APIC IDs, at 0xfcc00",
        .max_cpus = 128,
        AT(0xfcc00),
        TEXTS("_HVMCPU_", "XEN"),
        MICRO_CPU(0x11),
        .apic_id_step = 2,
        ISA_0,
        IOAPIC(0x11, FIXED, 1),
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
        TEXTS("KVMCPU00", "0.1"),
        MICRO_CPU(0x14),
        PCI_0,
        IOAPIC(0x14, CPUS, 1),
        .locals = { { MPT_INT, 0, 1, 0, 0 }, { MPT_NMI, 0, 1, 0, 1 } },
        .local_count = 2,
    },
    {
        .name = "libkrun",
        .description = "libkrun, and Firecracker up to 0.23: 16 lines, entry count 0",
        FIRECRACKER_ISA("FC", ZERO),
    },
    {
        .name = "mini-vmm",
        .description = "mini-vmm: at most 40 CPUs, which fit one kilobyte",
        .max_cpus = 40,
        AT(0x9fc00),
        .end = 0xa0000,
        TEXTS("MINIVMM", "000000000000"),
        MICRO_COPY(0x11, 0),
        LINT_PAIR(0, 0, MPT_ALL, MPT_ALL),
    },
    {
        .name = "modvm",
        .description = "modvm: I/O APIC ID 254, PCI routes in front of the ISA lines",
        .max_cpus = 254,
        AT(0xf0000),
        TEXTS("MODVM", "MODVM PC"),
        MICRO_CPU(0x14),
        PCI_0,
        IOAPIC(0x11, FIXED, 254),
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
        TEXTS("ORPHANVM", "NANOVMM"),
        .count = COUNT_ZERO,
        .apic_version = 0x14,
        .signature = 0x600,
        .features = 0x1fbff,
        ISA_0,
        IOAPIC(0x11, CPUS, 0),
        .lines = nanovmm_lines,
        LINT_PAIR(0, 0, MPT_ALL, MPT_ALL),
    },
    {
        .name = "nvx",
        .description = "Nanvix's monitor: Firecracker's 16 lines, entry count right",
        .max_cpus = 254,
        AT(0x9fc00),
        TEXTS("NVX", "MICROVM"),
        MICRO_COPY(0x14, 0),
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
    {
        .name = "openvmm",
        .description = "OpenVMM's microVM: pointer at 0x0, table at 0x400, up to 15 CPUs",
        OPENVMM(15, isa_15, CPUS),
    },
    {
        .name = "openvmm-0",
        .description = "Nanvix's OpenVMM: the I/O APIC has ID 0, as CPU 0 does",
        /* the table must end by 0x1000, where the loader has its descriptor table */
        OPENVMM(144, isa_15, FIXED),
    },
    {
        .name = "openvmm-0-level4",
        .description = "the same with lines 4 to 7 level-triggered",
        OPENVMM(144, openvmm_level4_lines, FIXED),
    },
    {
        .name = "openvmm-1",
        .description = "OpenVMM before it kept I/O APIC IDs below 16: up to 144 CPUs",
        OPENVMM(144, isa_15, CPUS),
    },
    {
        .name = "openvmm-level4",
        .description = "openvmm with lines 4 to 7 level-triggered",
        OPENVMM(15, openvmm_level4_lines, CPUS),
    },
    {
        .name = "palacios",
        .description = "Palacios: at 0xfcc00, 32 PCI routes, entry count one too high",
        .max_cpus = 32,
        AT(0xfcc00),
        TEXTS("V3VEE", "PALACIOS 1.3"),
        .count = COUNT_ONE_MORE,
        MICRO_CPU(0x11),
        PCI_0,
        IOAPIC(0x11, CPUS, 0),
        .lines = isa_15,
        PCI(palacios_pci),
    },
    {
        .name = "pane",
        .description = "Pane: one CPU, at 0xf0000",
        .max_cpus = 1,
        AT(0xf0000),
        TEXTS("PANE", "PANE000000"),
        MICRO_COPY(0x14, 0),
        LINT_PAIR(0, 0, 0, 0),
    },
    {
        .name = "pn-vmm",
        .description = "PN-VMM: at 0xf0000, NMI to CPU 0 alone",
        .max_cpus = 255,
        AT(0xf0000),
        TEXTS("PN-VMM", "cell"),
        MICRO_COPY(0x11, 0),
        LINT_PAIR(0, 0, 0, 0),
    },
    {
        .name = "qboot",
        .description = "qboot: PC wiring at 0x9fc00, entry count 0",
        .max_cpus = 255,
        AT(0x9fc00),
        TEXTS("QBOOT", "000000000000"),
        .count = COUNT_ZERO,
        EMULATED_CPU(0x14),
        ISA_0,
        IOAPIC(0x14, CPUS, 1),
        .lines = isa_15,
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
    {
        .name = "qemu-microvm-rfc",
        .description = "QEMU's microvm as proposed in 2019: 16 lines, entry count 0",
        FIRECRACKER_ISA("QEMU", ZERO),
    },
    {
        .name = "seabios",
        .description = "SeaBIOS on QEMU's pc machine: up to 600 bytes, ending below 0xf5c80",
        .max_cpus = 19,
        .layout = LAYOUT_DOWN,
        .address = 0xf5c80,
        .size_max = 600,
        TEXTS("BOCHSCPU", "0.1"),
        EMULATED_CPU(0x14),
        PCI_0,
        IOAPIC(0x11, FIXED, 0),
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
        TEXTS("STRATO", "1.0"),
        .nul_padded = true,
        .count = COUNT_ZERO,
        .lines = identity_16,
        LINT_PAIR(0, 0, ROLE_IOAPIC, MPT_ALL),
    },
    {
        .name = "stt",
        .description = "STT: IMCRP set, I/O APIC ID 254, ExtINT to all local APICs",
        STT,
    },
    {
        .name = "stt-2s",
        .description = "STT with two sockets: even counts only",
        STT,
        .packages = 2,
    },
    {
        .name = "stt-5c",
        .description =
            "STT with five cores a socket: multiples of 5; from 165 CPUs IDs occur twice",
        STT,
        .cores = 5,
    },
    {
        .name = "tdvmm",
        .description = "TDVMM: Firecracker's 24 lines, IRQ 0 on INTIN 2 and IRQ 2 on INTIN 0",
        .max_cpus = 254,
        AT(0x9fc00),
        TEXTS("FC", "000000000000"),
        MICRO_CPU(0x14),
        ISA_0,
        IOAPIC(0x14, CPUS, 1),
        .lines = tdvmm_lines,
        .irqs = 24,
        LINT_PAIR(0, 0, 0, MPT_ALL),
    },
    {
        .name = "u-boot",
        .description = "U-Boot on QEMU's q35 machine: PCI routes from a bus that is not declared",
        .max_cpus = 255,
        AT(0xf0050),
        TEXTS("emulatio", "qemu-x86"),
        EMULATED_CPU(0x14),
        .buses = { { 0xff, "ISA" } },
        IOAPIC(0x20, FIXED, 0),
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
        TEXTS("VBOXCPU", "VirtualBox"),
        .apic_version = 0x14,
        .signature = 0xfb1,
        .features = 0x078bfbfd,
        .buses = { { 0, "ISA" }, { 1, "PCI" } },
        IOAPIC(0x11, FIXED, 0),
        .lines = virtualbox_lines,
        LINT_PAIR(HIGH_EDGE, 0, MPT_ALL, MPT_ALL),
    },
    {
        .name = "vmm-reference",
        .description = "rust-vmm's reference monitor: 24 lines, entry count 0",
        FIRECRACKER_ISA("rust-vmm", ZERO),
        .irqs = 24,
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

unsigned profiles_multiple(const struct profile *profile)
{
    return profile->packages ? profile->packages : profile->cores ? profile->cores : 1;
}
