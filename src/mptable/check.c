/* SPDX-License-Identifier: ISC */
/*
 * The rules as rows: what a table can say that some operating system takes amiss. Each row was seen to hold,
 * in the system's source or on the running system; the detail says who is hurt. A table is surveyed once,
 * then every rule looks at one entry at a time.
 */
#include "mptable.h"

#include <stdbool.h>
#include <string.h>

enum { ISA_IRQS = 16, BASE_MEMORY_END = 0xa0000, FIRST_MIB_END = 0x100000 };

/* What rules ask about the table as a whole. */
struct survey {
    const struct mpt_table *t;
    const struct mpt_place *place;
    uint16_t enabled, bsps;     /* processors */
    uint16_t cpu_ids[256];      /* enabled processors with that ID */
    bool isa_bus[256];          /* ISA and EISA number their IRQs alike */
    bool irq0_int, irq0_extint; /* an entry for ISA IRQ 0 of that type exists */
};

static bool bus_is(const struct mpt_bus *bus, const char type[6])
{
    return memcmp(bus->bus_type, type, sizeof(bus->bus_type)) == 0;
}

static void survey_table(struct survey *s, const struct mpt_table *t, const struct mpt_place *place)
{
    memset(s, 0, sizeof(*s));
    s->t = t;
    s->place = place;
    for (unsigned i = 0; i < t->processor_count; i++) {
        const struct mpt_processor *p = &t->processors[i];

        if (p->flags & MPT_CPU_ENABLED) {
            s->enabled++;
            s->cpu_ids[p->apic_id]++;
            s->bsps = (uint16_t)(s->bsps + ((p->flags & MPT_CPU_BSP) != 0));
        }
    }
    for (unsigned i = 0; i < t->bus_count; i++)
        if (bus_is(&t->buses[i], "ISA   ") || bus_is(&t->buses[i], "EISA  "))
            s->isa_bus[t->buses[i].bus_id] = true;
    for (unsigned i = 0; i < t->io_int_count; i++) {
        const struct mpt_io_int *v = &t->io_ints[i];

        if (s->isa_bus[v->bus_id] && v->irq == 0) {
            s->irq0_int |= v->int_type == MPT_INT;
            s->irq0_extint |= v->int_type == MPT_EXTINT;
        }
    }
}

static bool imcr_set(const struct survey *s, unsigned i)
{
    (void)i;
    return s->t->floating.features & MPT_IMCRP;
}

static bool window_overrun(const struct survey *s, unsigned i)
{
    (void)i;
    return s->place->table < BASE_MEMORY_END && mpt_size(s->t) > BASE_MEMORY_END - s->place->table;
}

static bool table_above_1m(const struct survey *s, unsigned i)
{
    (void)i;
    return s->place->table >= FIRST_MIB_END || mpt_size(s->t) > FIRST_MIB_END - s->place->table;
}

static bool lapic_address_zero(const struct survey *s, unsigned i)
{
    (void)i;
    return s->t->header.local_apic_address == 0;
}

static bool cpu_none_enabled(const struct survey *s, unsigned i)
{
    (void)i;
    return s->enabled == 0;
}

static bool bsp_missing(const struct survey *s, unsigned i)
{
    (void)i;
    return s->bsps == 0;
}

static bool bsp_multiple(const struct survey *s, unsigned i)
{
    return s->bsps > 1 && s->t->processors[i].flags == (MPT_CPU_ENABLED | MPT_CPU_BSP);
}

static bool bsp_disabled(const struct survey *s, unsigned i)
{
    return (s->t->processors[i].flags & (MPT_CPU_ENABLED | MPT_CPU_BSP)) == MPT_CPU_BSP;
}

static bool bsp_not_first(const struct survey *s, unsigned i)
{
    return i > 0 && (s->t->processors[i].flags & MPT_CPU_BSP) && !(s->t->processors[0].flags & MPT_CPU_BSP);
}

static bool cpu_id_duplicate(const struct survey *s, unsigned i)
{
    const struct mpt_processor *p = &s->t->processors[i];

    return (p->flags & MPT_CPU_ENABLED) && s->cpu_ids[p->apic_id] > 1;
}

static bool cpu_id_255(const struct survey *s, unsigned i)
{
    return s->t->processors[i].apic_id == MPT_ALL;
}

static bool cpu_id_sparse(const struct survey *s, unsigned i)
{
    return s->t->processors[i].apic_id >= s->t->processor_count;
}

static bool cpu_id_over_14(const struct survey *s, unsigned i)
{
    return s->t->processors[i].apic_id > 14;
}

static bool cpu_id_over_62(const struct survey *s, unsigned i)
{
    return s->t->processors[i].apic_id > 62;
}

static bool cpu_count_over_8(const struct survey *s, unsigned i)
{
    (void)i;
    return s->t->processor_count > 8;
}

static bool cpu_count_over_32(const struct survey *s, unsigned i)
{
    (void)i;
    return s->t->processor_count > 32;
}

static bool cpu_disabled(const struct survey *s, unsigned i)
{
    return !(s->t->processors[i].flags & MPT_CPU_ENABLED);
}

static bool integrated(uint8_t apic_version)
{
    return apic_version >> 4 == 1;
}

static bool cpu_version_discrete(const struct survey *s, unsigned i)
{
    const struct mpt_processor *p = &s->t->processors[i];

    return (p->flags & MPT_CPU_ENABLED) && !integrated(p->apic_version);
}

static bool cpu_disabled_zero_version(const struct survey *s, unsigned i)
{
    const struct mpt_processor *p = &s->t->processors[i];

    return !(p->flags & MPT_CPU_ENABLED) && !integrated(p->apic_version);
}

static bool cpu_signature_family(const struct survey *s, unsigned i)
{
    const uint32_t signature = s->t->processors[i].signature;

    return (signature >> 8 & 0xf) > 7 || (signature >> 20 & 0xff) != 0;
}

static bool cpu_features_missing(const struct survey *s, unsigned i)
{
    const uint32_t fpu_and_apic = 1U << 0 | 1U << 9;

    return (s->t->processors[i].features & fpu_and_apic) != fpu_and_apic;
}

static bool ioapic_id_clash_cpu(const struct survey *s, unsigned i)
{
    return s->cpu_ids[s->t->ioapics[i].apic_id] > 0;
}

static bool ioapic_id_over_15(const struct survey *s, unsigned i)
{
    return s->t->ioapics[i].apic_id > 15 && s->t->ioapics[i].apic_id != MPT_ALL;
}

static bool ioapic_id_255(const struct survey *s, unsigned i)
{
    return s->t->ioapics[i].apic_id == MPT_ALL;
}

static bool isa_irq(const struct survey *s, unsigned i, uint8_t irq)
{
    return s->isa_bus[s->t->io_ints[i].bus_id] && s->t->io_ints[i].irq == irq;
}

static bool irq0_extint_only(const struct survey *s, unsigned i)
{
    return !s->irq0_int && isa_irq(s, i, 0) && s->t->io_ints[i].int_type == MPT_EXTINT;
}

static bool irq0_missing(const struct survey *s, unsigned i)
{
    (void)i;
    return s->t->io_int_count > 0 && !s->irq0_int && !s->irq0_extint;
}

static bool irq2_entry(const struct survey *s, unsigned i)
{
    return isa_irq(s, i, 2) && s->t->io_ints[i].int_type == MPT_INT;
}

static bool isa_irq_range(const struct survey *s, unsigned i)
{
    return s->isa_bus[s->t->io_ints[i].bus_id] && s->t->io_ints[i].irq >= ISA_IRQS;
}

static bool lint_missing(const struct survey *s, unsigned i)
{
    (void)i;
    return s->t->local_int_count == 0;
}

static const struct check {
    struct mpt_rule rule;
    bool (*breaks)(const struct survey *s, unsigned i);
} checks[] = {
    { { "imcr-set", MPT_WARNING, MPT_PART_TABLE, "imcr",
        "IMCRP is set: HelenOS refuses the table; FreeBSD, NetBSD, OpenBSD, xv6, Plan 9 and 32-bit Linux "
        "write ports "
        "0x22 and 0x23, which a virtual machine does not have" },
      imcr_set },
    { { "window-overrun", MPT_ERROR, MPT_PART_TABLE, "",
        "the table crosses 0xa0000, the end of base memory: its tail lies in the VGA hole" },
      window_overrun },
    { { "table-above-1m", MPT_WARNING, MPT_PART_TABLE, "",
        "the table does not end below 1 MiB: FreeBSD cannot map it, xv6 faults" },
      table_above_1m },
    { { "lapic-address-zero", MPT_ERROR, MPT_PART_TABLE, "local_apic_address",
        "the local APIC address is 0: Linux and DragonFly refuse the table" },
      lapic_address_zero },
    { { "cpu-none-enabled", MPT_ERROR, MPT_PART_TABLE, "processors",
        "no processor is enabled: Linux says \"no processors registered!\"" },
      cpu_none_enabled },
    { { "bsp-missing", MPT_ERROR, MPT_PART_TABLE, "processors",
        "no enabled processor is the bootstrap processor: DragonFly, 9front and illumos refuse, memtest86+ "
        "counts one "
        "too many" },
      bsp_missing },
    { { "bsp-multiple", MPT_ERROR, MPT_PART_PROCESSOR, "bsp",
        "more than one bootstrap processor: DragonFly refuses, memtest86+ counts too few" },
      bsp_multiple },
    { { "bsp-disabled", MPT_ERROR, MPT_PART_PROCESSOR, "enabled",
        "the bootstrap processor is disabled: Linux loses a CPU" },
      bsp_disabled },
    { { "bsp-not-first", MPT_NOTE, MPT_PART_PROCESSOR, "bsp",
        "the bootstrap processor is not the first entry: legal, but PC firmware puts it first" },
      bsp_not_first },
    { { "cpu-id-duplicate", MPT_ERROR, MPT_PART_PROCESSOR, "apic_id",
        "two enabled processors share an APIC ID: Linux and 9front lose one" },
      cpu_id_duplicate },
    { { "cpu-id-255", MPT_ERROR, MPT_PART_PROCESSOR, "apic_id",
        "APIC ID 255 means all processors: this one cannot be started" },
      cpu_id_255 },
    { { "cpu-id-sparse", MPT_NOTE, MPT_PART_PROCESSOR, "apic_id",
        "the APIC IDs are not 0 to n-1: legal, but they must be those of the virtual CPUs" },
      cpu_id_sparse },
    { { "cpu-id-over-14", MPT_NOTE, MPT_PART_PROCESSOR, "apic_id",
        "an APIC ID is above 14: an APIC with 4-bit IDs cannot have it" },
      cpu_id_over_14 },
    { { "cpu-id-over-62", MPT_WARNING, MPT_PART_PROCESSOR, "apic_id",
        "an APIC ID is above 62: current FreeBSD for amd64 does not start that processor" },
      cpu_id_over_62 },
    { { "cpu-count-over-8", MPT_NOTE, MPT_PART_TABLE, "processors", "more than 8 processors: xv6 uses 8" },
      cpu_count_over_8 },
    { { "cpu-count-over-32", MPT_NOTE, MPT_PART_TABLE, "processors",
        "more than 32 processors: Debian's 686-pae kernel uses 32" },
      cpu_count_over_32 },
    { { "cpu-disabled", MPT_WARNING, MPT_PART_PROCESSOR, "enabled",
        "a processor is disabled: memtest86+ and xv6 start it anyway, Linux counts it as room for hotplug" },
      cpu_disabled },
    { { "cpu-version-discrete", MPT_ERROR, MPT_PART_PROCESSOR, "apic_version",
        "the APIC version is not 0x10 to 0x1f: memtest86+ disables SMP, Haiku sends no STARTUP" },
      cpu_version_discrete },
    { { "cpu-disabled-zero-version", MPT_ERROR, MPT_PART_PROCESSOR, "apic_version",
        "a disabled processor's APIC version is not 0x10 to 0x1f: memtest86+ refuses the whole table" },
      cpu_disabled_zero_version },
    { { "cpu-signature-family", MPT_NOTE, MPT_PART_PROCESSOR, "signature",
        "the family in the CPU signature is above 7 or extended: Haiku indexes an array of 8 names by it" },
      cpu_signature_family },
    { { "cpu-features-missing", MPT_NOTE, MPT_PART_PROCESSOR, "features",
        "the feature flags lack bit 0 (FPU) or bit 9 (APIC)" },
      cpu_features_missing },
    { { "ioapic-id-clash-cpu", MPT_NOTE, MPT_PART_IOAPIC, "apic_id",
        "the I/O APIC's ID is a processor's too: against the letter, accepted by every reader tried" },
      ioapic_id_clash_cpu },
    { { "ioapic-id-over-15", MPT_WARNING, MPT_PART_IOAPIC, "apic_id",
        "the I/O APIC's ID is above 15 and its register holds 4 bits: FreeBSD, OpenBSD and illumos write a "
        "cut value, "
        "xv6 prints a mismatch" },
      ioapic_id_over_15 },
    { { "ioapic-id-255", MPT_ERROR, MPT_PART_IOAPIC, "apic_id",
        "I/O APIC ID 255 means all of them: FreeBSD up to 10 panics" },
      ioapic_id_255 },
    { { "irq0-missing", MPT_ERROR, MPT_PART_TABLE, "io_interrupts",
        "there are interrupt entries but none for ISA IRQ 0: Linux crashes when it needs the PIT" },
      irq0_missing },
    { { "irq0-extint-only", MPT_ERROR, MPT_PART_IO_INT, "",
        "ISA IRQ 0 has an ExtINT entry and no INT entry: Linux crashes with a NULL pointer on every machine "
        "where it "
        "needs the PIT" },
      irq0_extint_only },
    { { "irq2-entry", MPT_NOTE, MPT_PART_IO_INT, "",
        "ISA IRQ 2 is the cascade between the two 8259 and never a device" },
      irq2_entry },
    { { "isa-irq-range", MPT_WARNING, MPT_PART_IO_INT, "irq",
        "an ISA IRQ is above 15: DragonFly refuses the table" },
      isa_irq_range },
    { { "lint-missing", MPT_NOTE, MPT_PART_TABLE, "local_interrupts",
        "no local interrupt entries: FreeBSD, NetBSD, OpenBSD and illumos take NMI and ExtINT wiring from "
        "them" },
      lint_missing },
};

_Static_assert(sizeof(checks) / sizeof(checks[0]) <= MPT_RULES_MAX, "MPT_RULES_MAX is too small");

static unsigned part_count(const struct mpt_table *t, enum mpt_part part)
{
    switch (part) {
    case MPT_PART_PROCESSOR:
        return t->processor_count;
    case MPT_PART_BUS:
        return t->bus_count;
    case MPT_PART_IOAPIC:
        return t->ioapic_count;
    case MPT_PART_IO_INT:
        return t->io_int_count;
    case MPT_PART_LOCAL_INT:
        return t->local_int_count;
    case MPT_PART_TABLE:
        break;
    }
    return 1;
}

size_t mpt_check(const struct mpt_table *t, const struct mpt_place *place, struct mpt_finding *found,
                 size_t cap)
{
    struct survey s;
    size_t n = 0;

    survey_table(&s, t, place);
    for (size_t r = 0; r < sizeof(checks) / sizeof(checks[0]); r++) {
        struct mpt_finding f = { .rule = &checks[r].rule };
        const unsigned count = part_count(t, f.rule->part);

        for (unsigned i = 0; i < count; i++)
            if (checks[r].breaks(&s, i) && f.count++ == 0)
                f.index = (uint16_t)i;
        if (f.count > 0 && n++ < cap)
            found[n - 1] = f;
    }
    return n;
}
