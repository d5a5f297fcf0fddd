/* SPDX-License-Identifier: ISC */
/* The questions that the rows of rules.def ask of a survey, each as a function. */
#ifndef MPT_QUESTIONS_H
#define MPT_QUESTIONS_H

#include <stdbool.h>
#include <string.h>

#include "layout.h"
#include "load.h"
#include "readers.h"
#include "survey.h"

enum {
    FIRST_MIB_END = 0x100000,
    VGA_HOLE_END = 0xc0000,
    ISA_IRQS = 16,
    CASCADE_IRQ = 2,
    PCI_RESERVED = 0x80,
    FEATURES_WANTED = 1U << 0 | 1U << 9, /* FPU, APIC */
    IO_INTS_MAX_32BIT = 256,
    IO_INTS_MAX_64BIT = 1024,
    LEVEL_BIT =
        1U << 3, /* of an interrupt's flags: level, or reserved, which Linux takes as level */
    LOW_MEMORY_END = 0x500,
    XV6_MEMORY_END = 224 << 20,
    FREEBSD_ID_MAX = 62, /* of the processors that it starts */
};

static bool given(const struct survey *s, unsigned facts)
{
    return (s->facts.given & facts) == facts;
}

static bool overlaps(uint64_t base, uint64_t end, uint64_t other_base, uint64_t other_end)
{
    return base < other_end && other_base < end;
}

static bool lies_in(uint64_t base, uint64_t end, const struct mpt_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (overlaps(base, end, ranges[i].base, ranges[i].end))
            return true;
    return false;
}

static bool pointer_lies_in(const struct survey *s, const struct mpt_range *ranges, size_t count)
{
    return lies_in(s->view.floating_address, s->view.floating_address + (uint64_t)MPT_FLOATING_SIZE,
                   ranges, count);
}

static bool table_lies_in(const struct survey *s, const struct mpt_range *ranges, size_t count)
{
    return lies_in(s->view.table_address, s->table_end, ranges, count);
}

static bool has_table(const struct survey *s)
{
    return s->view.table_address != 0;
}

static bool table_covers(const struct survey *s, uint64_t base, uint64_t end)
{
    return has_table(s) && overlaps(s->view.table_address, s->table_end, base, end);
}

/* RAM ends at memory_size; what lies in 0xc0000 to 0xfffff may be ROM. */
static bool beyond_memory(const struct survey *s)
{
    return given(s, MPT_FACT_MEMORY_SIZE) && s->table_end > s->facts.memory_size &&
           !(s->view.table_address >= VGA_HOLE_END && s->table_end <= FIRST_MIB_END);
}

static bool pointer_usable(const struct survey *s)
{
    return given(s, MPT_FACT_USABLE) && pointer_lies_in(s, s->facts.usable, s->facts.usable_count);
}

static bool pointer_collision(const struct survey *s)
{
    return given(s, MPT_FACT_OCCUPIED) &&
           pointer_lies_in(s, s->facts.occupied, s->facts.occupied_count);
}

static bool bda_known(const struct survey *s)
{
    return given(s, MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY) && s->in_fixed;
}

static bool in_low_kib(const struct survey *s)
{
    return s->view.floating_address < 0x400;
}

static bool in_lower_rom(const struct survey *s)
{
    return s->view.floating_address >= 0xe0000 && s->view.floating_address < 0xf0000;
}

/* The default configurations that FreeBSD knows */
static bool freebsd_default(const struct survey *s)
{
    return s->view.floating.default_configuration == 5 ||
           s->view.floating.default_configuration == 6;
}

/* The default configurations without an EISA or MCA bus */
static bool isa_default(const struct survey *s)
{
    return s->view.floating.default_configuration == 1 ||
           s->view.floating.default_configuration == 5;
}

static bool more_than_default(const struct survey *s)
{
    return given(s, MPT_FACT_VCPUS) && s->facts.vcpus > MPT_DEFAULT_CPUS;
}

static bool revision_known(uint8_t revision)
{
    return revision == MPT_SPEC_1_1 || revision == MPT_SPEC_1_4;
}

static bool printable(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    return true;
}

static bool oem_id_padding(const struct survey *s)
{
    return !printable(s->view.header.oem_id, sizeof(s->view.header.oem_id));
}

static bool entry_count_zero(const struct survey *s)
{
    return s->view.entry_count == 0 && s->entries > 0;
}

static bool entry_cut(const struct survey *s)
{
    return s->stop == MPT_ECUT && !s->cut_by_image;
}

static bool cut_is_discrete(const struct survey *s)
{
    return s->cut && s->stop_type == MPT_PROCESSOR && s->cut[AT(processor, apic_version)] >> 4 != 1;
}

/* xv6 takes the processor for one more, though another entry has its APIC ID. */
static bool xv6_takes_cut(const struct survey *s)
{
    return s->cut_is_listed && s->processors <= XV6_CPUS;
}

static bool is_extended(uint8_t type)
{
    return type >= MPT_SPACE && type <= MPT_MODIFIER;
}

static bool too_many(const struct survey *s)
{
    return s->enabled > s->facts.vcpus;
}

static bool too_few(const struct survey *s)
{
    return s->enabled < s->facts.vcpus;
}

/* For readers that walk by the entry count */
static bool counts_too_many(const struct survey *s)
{
    return s->counted_cpus > s->facts.vcpus;
}

/* Does a walk by the entry count come to an entry of that type behind the table? */
static bool behind(const struct survey *s, unsigned type)
{
    return s->behind >> type & 1;
}

/* memtest86+ starts disabled processors too. */
static bool starts_too_many(const struct survey *s)
{
    return given(s, MPT_FACT_VCPUS) && s->processors > s->facts.vcpus;
}

/* xv6 as well, up to eight in all */
static bool xv6_starts_too_many(const struct survey *s)
{
    return starts_too_many(s) && s->facts.vcpus < XV6_CPUS;
}

/* Does an enabled processor have the APIC ID of the virtual CPU that runs first? */
static bool bsp_listed(const struct survey *s)
{
    return s->listed[s->facts.bsp_apic_id] & LISTED_ENABLED;
}

/* It is known which processor runs first, and no enabled entry has its ID. */
static bool bsp_unlisted(const struct survey *s)
{
    return given(s, MPT_FACT_BSP) && !bsp_listed(s);
}

static bool linux_has_isa(const struct survey *s)
{
    for (unsigned id = 0; id < sizeof(s->bus_as); id++)
        if (mpt_linux_isa(s, (uint8_t)id))
            return true;
    return false;
}

/* Several PCI buses, none of which has ID 0 */
static bool freebsd_pci_panics(const struct survey *s)
{
    unsigned count = 0;

    for (unsigned id = 0; id < sizeof(s->bus_as); id++)
        count += (s->bus_as[id] & BUS_PCI) != 0;
    return count > 1 && !(s->bus_as[0] & BUS_PCI);
}

/* Does an INT come from a bus that the BSDs take for PCI? */
static bool pci_bus_has_int(const struct survey *s)
{
    for (unsigned id = 0; id < sizeof(s->bus_as); id++)
        if ((s->bus_as[id] & (BUS_PCI | BUS_HAS_INT)) == (BUS_PCI | BUS_HAS_INT))
            return true;
    return false;
}

/* FreeBSD attaches a host bridge when an interrupt comes from its first PCI bus. */
static bool walks_extended(const struct survey *s)
{
    unsigned id = 0;

    while (id < sizeof(s->bus_as) && !(s->bus_as[id] & BUS_PCI))
        id++;
    return id < sizeof(s->bus_as) && s->bus_as[id] & BUS_HAS_INT && s->table_end < FIRST_MIB_END;
}

/* FreeBSD looks at the end of the base table, not at that of the extended table. */
static bool base_above_1m(const struct survey *s)
{
    return s->view.table_address + (uint64_t)s->view.base_length >= FIRST_MIB_END;
}

/* Does a walk by the entry count go on where the survey's walk ended? */
static bool count_goes_on(const struct survey *s)
{
    return s->view.entry_count > s->entries;
}

/* Readers that walk by the entry count do not look at the length. */
static bool count_lacks_bytes(const struct survey *s)
{
    return beyond_memory(s) || (s->cut_by_image && count_goes_on(s));
}

static bool bsd_loses_cpus(const struct survey *s)
{
    return count_goes_on(s) && (s->enabled == 0 || s->cpus_behind > 0);
}

/* Linux makes up interrupts that have no entries, but it makes up no I/O APIC. */
static bool stops_before_ioapics(const struct survey *s)
{
    return s->enabled > 0 && s->enabled_ioapics == 0;
}

/* Linux takes the entries before the one that ends its walk. If it has none, it makes some up. */
static bool linux_lacks_irq0(const struct survey *s)
{
    return s->io_ints > 0 && !s->irq0_reaches && !s->cut_by_image && s->enabled_ioapics > 0;
}

static bool cpu_enabled(const struct survey *s)
{
    return s->e.processor.flags & MPT_CPU_ENABLED;
}

static bool cpu_bsp(const struct survey *s)
{
    return s->e.processor.flags & MPT_CPU_BSP;
}

/* The processor of the entry is the one that runs first, as far as is known. */
static bool runs_unlisted(const struct survey *s)
{
    return s->enabled_bsps == 0 && !(given(s, MPT_FACT_BSP) && bsp_listed(s));
}

/* The entry takes the role of the processor that runs first, which is listed as another one. */
static bool bsp_is_ap(const struct survey *s)
{
    return cpu_enabled(s) && bsp_listed(s);
}

/* The entry is of another processor than the BSP, with the BSP's ID. */
static bool bsp_again(const struct survey *s)
{
    return !cpu_bsp(s) && s->listed[s->e.processor.apic_id] & LISTED_BSP;
}

static bool cpu_integrated(const struct survey *s)
{
    return s->e.processor.apic_version >> 4 == 1;
}

static bool bus_type_unpadded(const struct survey *s)
{
    return s->bus_type >= 0 &&
           memcmp(s->e.bus.bus_type, mpt_bus_types[s->bus_type], sizeof(s->e.bus.bus_type)) != 0;
}

static bool linux_knows_bus(const struct survey *s)
{
    const char *const name = s->e.bus.bus_type;

    return memcmp(name, "ISA", 3) == 0 || memcmp(name, "PCI", 3) == 0 ||
           memcmp(name, "EISA", 4) == 0;
}

static bool bus_has_int(const struct survey *s)
{
    return s->bus_as[s->e.bus.bus_id] & BUS_HAS_INT;
}

static bool bus_conforms(const struct survey *s)
{
    return s->bus_as[s->e.bus.bus_id] & BUS_CONFORMS;
}

static bool bus_eisa(const struct survey *s)
{
    return memcmp(s->e.bus.bus_type, "EISA", 4) == 0;
}

/* A name of MPS in its exact spelling, but neither ISA nor PCI */
static bool bus_foreign(const struct survey *s)
{
    return s->bus_type >= 0 && !bus_type_unpadded(s) &&
           memcmp(s->e.bus.bus_type, "ISA   ", 6) != 0 &&
           memcmp(s->e.bus.bus_type, "PCI   ", 6) != 0;
}

static bool ioapic_enabled(const struct survey *s)
{
    return s->e.ioapic.flags & MPT_IOAPIC_ENABLED;
}

/* Does any entry with this ID have an I/O APIC that is enabled? */
static bool ioapic_named(const struct survey *s)
{
    return mpt_ioapic_enabled(s, s->e.ioapic.apic_id);
}

/* Is it the first I/O APIC with the ID to which Linux routes ISA IRQ 0? */
static bool ioapic_names_irq0(const struct survey *s)
{
    return s->irq0_reaches && s->irq0_apic == s->e.ioapic.apic_id && !(s->mark & MARK_ID_AGAIN);
}

/* Does Linux expect ISA IRQ 0 at this I/O APIC? */
static bool ioapic_has_irq0(const struct survey *s)
{
    return ioapic_enabled(s) && (s->enabled_ioapics == 1 || ioapic_names_irq0(s));
}

/* Not on the page of the default address, and not 0, which has a rule of its own */
static bool ioapic_elsewhere(const struct survey *s)
{
    return ioapic_has_irq0(s) && s->e.ioapic.address != 0 &&
           s->e.ioapic.address / 4096 != MPT_IOAPIC_ADDRESS / 4096;
}

/* An I/O APIC decodes the low eight bits itself, so its registers are not at such an address. */
static bool ioapic_unreadable(const struct survey *s)
{
    return s->e.ioapic.address % 256 != 0;
}

static bool reserved_line(uint16_t flags)
{
    return (flags & 3) == 2 || (flags >> 2 & 3) == 2;
}

static bool isa_irq(const struct survey *s, uint8_t irq)
{
    return s->bus_kind[s->e.io_int.bus_id] == MPT_BUS_ISA && s->e.io_int.irq == irq;
}

static bool linux_isa_irq(const struct survey *s, uint8_t irq)
{
    return mpt_linux_isa(s, s->e.io_int.bus_id) && s->e.io_int.irq == irq;
}

/* The BSDs look at the flags of an interrupt only when they know its bus. */
static bool bsd_bus(const struct survey *s, uint8_t bus)
{
    return s->bus_as[bus] & (BUS_ISA | BUS_PCI);
}

static bool bus_past_array(const struct survey *s)
{
    return s->e.io_int.bus_id > s->highest_bus;
}

static bool local_int_past_array(const struct survey *s)
{
    return s->e.local_int.int_type == MPT_INT && s->e.local_int.bus_id > s->highest_bus;
}

static bool int_lost(const struct survey *s)
{
    return s->mark & MARK_LOST;
}

/* Where no I/O APIC has the ID, NetBSD takes the one that has the input, as one of all inputs. */
static bool netbsd_takes_input(const struct survey *s)
{
    return s->e.io_int.intin < mpt_ioapic_inputs(s) * s->enabled_ioapics;
}

/* The input is a LINTIN number, and the destination is meant to be every processor. */
static bool local_as_io(const struct survey *s)
{
    return s->e.io_int.apic_id == MPT_ALL && !s->ioapic[MPT_ALL] && s->e.io_int.intin <= 1 &&
           (s->e.io_int.int_type == MPT_EXTINT || s->e.io_int.int_type == MPT_NMI);
}

static bool local_nmi_as_io(const struct survey *s)
{
    return s->e.io_int.int_type == MPT_NMI && mpt_freebsd_routes(s, MPT_ALL);
}

static bool ext_bus_unknown(const struct survey *s)
{
    switch (s->e.type) {
    case MPT_SPACE:
        return !s->bus_as[s->e.space.bus_id];
    case MPT_HIERARCHY:
        return !s->bus_as[s->e.hierarchy.bus_id] || !s->bus_as[s->e.hierarchy.parent_bus];
    case MPT_MODIFIER:
        return !s->bus_as[s->e.modifier.bus_id];
    default:
        return false;
    }
}

static bool in_hierarchy_loop(const struct survey *s)
{
    int bus = s->e.hierarchy.parent_bus;

    for (unsigned i = 0; i < sizeof(s->parent) / sizeof(s->parent[0]) && bus >= 0; i++) {
        if (bus == s->e.hierarchy.bus_id)
            return true;
        bus = s->parent[bus];
    }
    return false;
}

static bool is_int(const struct survey *s)
{
    return s->e.io_int.int_type == MPT_INT;
}

static bool from_pci(const struct survey *s)
{
    return s->bus_kind[s->e.io_int.bus_id] == MPT_BUS_PCI;
}

static bool pci_high(const struct survey *s)
{
    return from_pci(s) && is_int(s) && (s->e.io_int.flags & 3) == MPT_HIGH;
}

/* Does no processor of the machine have the entry's ID, as far as is known? */
static bool id_not_there(const struct survey *s)
{
    return given(s, MPT_FACT_APIC_IDS) && !s->there[s->e.processor.apic_id];
}

static bool cpu_not_there(const struct survey *s)
{
    return cpu_enabled(s) && id_not_there(s);
}

static bool ioapic_not_there(const struct survey *s)
{
    return given(s, MPT_FACT_IOAPICS) && s->e.ioapic.flags & MPT_IOAPIC_ENABLED &&
           s->e.ioapic.address != 0 && !s->ioapic_fact[s->e.ioapic.apic_id];
}

/* The I/O APIC of the machine that the entry leads to; NULL = none, or it is not known */
static const struct mpt_ioapic_fact *destination(const struct survey *s)
{
    return given(s, MPT_FACT_IOAPICS) ? s->ioapic_fact[s->e.io_int.apic_id] : NULL;
}

static bool no_such_input(const struct survey *s)
{
    const struct mpt_ioapic_fact *const ioapic = destination(s);
    const unsigned all = given(s, MPT_FACT_INPUTS) ? s->facts.ioapic_inputs : 0;
    const unsigned inputs = ioapic && ioapic->inputs > 0 ? ioapic->inputs : all;

    return inputs > 0 && s->e.io_int.intin >= inputs;
}

/* Where the ISA IRQ of the entry arrives; NULL = it has none, or that is not known */
static const struct mpt_line_fact *isa_line(const struct survey *s)
{
    const struct mpt_line_fact *line = NULL;

    if (given(s, MPT_FACT_LINES) && is_int(s) && s->e.io_int.irq < ISA_IRQS &&
        s->bus_kind[s->e.io_int.bus_id] == MPT_BUS_ISA)
        line = &s->facts.lines[s->e.io_int.irq];
    return line && line->connected ? line : NULL;
}

/* IRQ 0 has a rule of its own. */
static bool isa_input_differs(const struct survey *s)
{
    const struct mpt_line_fact *const line = isa_line(s);
    const struct mpt_ioapic_fact *const ioapic = destination(s);

    return line && ioapic && s->e.io_int.irq != 0 &&
           (ioapic->address != line->ioapic_address || s->e.io_int.intin != line->intin);
}

/* Polarity and trigger mode of an ISA interrupt: high and edge where they conform to the bus */
static uint16_t isa_flags(uint16_t flags)
{
    return mpt_flags(flags & 3 ? flags & 3 : MPT_HIGH, flags >> 2 & 3 ? flags >> 2 & 3 : MPT_EDGE);
}

static bool isa_flags_differ(const struct survey *s)
{
    const struct mpt_line_fact *const line = isa_line(s);

    return line && isa_flags(line->flags) != isa_flags(s->e.io_int.flags);
}

static bool extint_differs(const struct survey *s)
{
    return s->whole && given(s, MPT_FACT_8259) &&
           (s->extints + s->local_extints > 0) != (s->facts.has_8259 != 0);
}

#endif
