/* SPDX-License-Identifier: ISC */
/*
 * What a fault does to each consumer. The expectations are what the consumers did with such tables,
 * run or compiled from their sources, and what those sources say: not what rules.def says of them.
 */
#include "scene.h"

/* The rule's worst effect on some consumers, "-" for none; no finding of the rule when it is "" */
static const struct {
    const char *rule;
    struct poke pokes[POKES];
    const char *effects;
} rows[] = {
#define WORDS_AND_MAP(kib)                                                  \
    P(facts.given, MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY | MPT_FACT_USABLE), \
        P(facts.bios.base_memory_kib, kib), P(facts.usable_count, 1), P(usable.end, 0x9fc00)
#define BUS_NAME(a, b, c) \
    P(buses[0].bus_type[0], a), P(buses[0].bus_type[1], b), P(buses[0].bus_type[2], c)

    /* The search */
    { "fp-not-found", WITH(S(place.floating, 0x9f400), FACTS_BIOS(0, 638)),
      "linux=not-found linux-32=not-found xen=not-found memtest86+=not-found hdt=not-found "
      "openbsd=- netbsd=-" },
    { "fp-not-found", WITH(S(place.floating, 0x7fc00), FACTS_BIOS(0, 512)),
      "linux=not-found xen=not-found memtest86+=not-found openbsd=- netbsd=- illumos=-" },
    { "fp-not-found", WITH(WORDS_AND_MAP(0)), "freebsd=not-found linux=- memtest86+=-" },
    { "fp-not-found", WITH(WORDS_AND_MAP(640)), "freebsd=not-found openbsd=- netbsd=- linux=-" },
    { "fp-not-found", WITH(WORDS_AND_MAP(640), P(facts.bios.ebda, 0x9fc0)), "" },
    { "fp-not-found", WITH(S(place.floating, 0xf0000), FACTS_BIOS(0, 0)),
      "xv6=not-found linux=- openbsd=- netbsd=- freebsd=-" },
    { "fp-not-found", WITH(S(place.floating, 0xe0000), FACTS_BIOS(0xe000, 640)),
      "openbsd=not-found netbsd=not-found linux=-" },
    { "fp-alignment",
      WITH(S(place.floating, 0x9fc04), S(place.table, 0x9fd00), FACTS_BIOS(0x9fc0, 639)),
      "linux=not-found freebsd=not-found memtest86+=- openbsd=- netbsd=- haiku=-" },
    { "fp-checksum", WITH(FP(10, 0), P(unsummed, 1), FACTS_BIOS(0x9fc0, 639)),
      "linux=not-found memtest86+=not-found openbsd=not-found netbsd=not-found illumos=not-found "
      "xv6=not-found plan9=not-found freebsd=- dragonfly=- haiku=-" },
    { "fp-length", WITH(FP(8, 2), FACTS_BIOS(0x9fc0, 639)),
      "linux=not-found openbsd=not-found netbsd=not-found memtest86+=not-found freebsd=-" },
    { "fp-spec-rev", WITH(FP(9, 5), FACTS_BIOS(0x9fc0, 639)),
      "linux=not-found memtest86+=not-found illumos=not-found hermit=not-found openbsd=- "
      "freebsd=-" },
    { "fp-spec-rev", WITH(FP(9, 2)), "linux=not-found hermit=-" },
    { "fp-outside-window", WITH(S(place.floating, 0), FACTS_BIOS(0, 640)),
      "linux=- xen=- memtest86+=not-found openbsd=not-found netbsd=not-found freebsd=not-found "
      "xv6=not-found" },
    { "fp-outside-window", WITH(S(place.floating, 0x100), FACTS_BIOS(0, 640)),
      "linux=- memtest86+=- openbsd=not-found" },
    { "fp-outside-window", WITH(S(place.floating, 0xe0000), FACTS_BIOS(0, 640)),
      "linux=not-found dragonfly=- mptable=- 9front=-" },
    { "bda-not-set", WITH(FACTS_BIOS(0, 0)),
      "openbsd=not-found netbsd=not-found illumos=not-found serenity=not-found xv6=crashes linux=- "
      "memtest86+=-" },
    { "bda-not-set", WITH(WORDS_AND_MAP(0)), "freebsd=not-found" },
    { "bda-basemem-mismatch", WITH(WORDS_AND_MAP(639)),
      "freebsd=not-found openbsd=not-found netbsd=not-found xv6=crashes linux=-" },
    { "bda-basemem-mismatch", WITH(FACTS_BIOS(0x9000, 640)),
      "openbsd=- netbsd=- freebsd=not-found xv6=crashes linux=-" },
    { "bda-basemem-511k", WITH(FACTS_BIOS(0, 512)), "illumos=not-found" },
    { "fp-multiple", WITH(S(place.floating, 0x9e000), P(other, 2), FACTS_BIOS(0, 640)),
      "linux=degraded freebsd=degraded mptable=degraded haiku=degraded hermit=degraded" },
    { "fp-multiple", WITH(P(other, 3), FACTS_BIOS(0, 638)), "freebsd=degraded linux=-" },
    { "int-type-reserved", /* a reader of another table is not hurt by this one */
      WITH(S(place.floating, 0x9e000), P(other, 2), P(bios, 1), P(ebda, 0x9e00),
           P(io_ints[9].int_type, 4)),
      "freebsd=crashes openbsd=crashes netbsd=crashes" },
    { "int-type-reserved",
      WITH(S(place.floating, 0x9e000), P(other, 2), P(bios, 1), P(base_memory_kib, 640),
           P(io_ints[9].int_type, 4)),
      "freebsd=- openbsd=- netbsd=-" },

    /* The pointer and the header */
    { "fp-physptr-zero", WITH(S(place.table, 0)),
      "linux=crashes linux-32=crashes freebsd=refuses openbsd=refuses memtest86+=refuses" },
    { "fp-default-config", WITH(FP(11, 5), S(place.table, 0)),
      "linux=crashes openbsd=crashes xv6=crashes freebsd=- plan9=refuses" },
    { "fp-default-config", WITH(FP(11, 1), S(place.table, 0)),
      "linux=crashes freebsd=refuses openbsd=crashes" },
    { "fp-default-config", WITH(FP(11, 5)), "xv6=- plan9=- netbsd=-" },
    { "fp-default-config", WITH(FP(11, 6), S(place.table, 0)), "netbsd=interrupt-lost freebsd=-" },
    { "fp-default-config", WITH(FP(11, 5), GIVEN(MPT_FACT_VCPUS, vcpus, 3)),
      "freebsd=cpu-lost netbsd=cpu-lost memtest86+=cpu-lost xv6=-" },
    { "fp-default-config", WITH(FP(11, 1), GIVEN(MPT_FACT_VCPUS, vcpus, 2)),
      "freebsd=refuses netbsd=- memtest86+=-" },
    /* Most readers do not look at a table beside it; two look at its signature and sum. */
    { "ioapic-id-duplicate", WITH(FP(11, 5), T(ioapic_count, 2), P(ioapics[1].apic_id, CPUS)),
      "linux=- freebsd=- openbsd=- netbsd=- memtest86+=- dragonfly=refuses" },
    { "cpu-version-discrete", WITH(FP(11, 7), S(processors[1].apic_version, 0)),
      "memtest86+=- linux=- haiku=cpu-lost" },
    { "cpu-version-discrete", WITH(FP(11, 8), S(processors[1].apic_version, 0)),
      "memtest86+=refuses linux=-" },
    { "table-signature", WITH(FP(11, 5), TB(3, 'Q')),
      "linux=- freebsd=- memtest86+=- openbsd=refuses netbsd=refuses xv6=crashes" },
    { "table-checksum", WITH(FP(11, 5), TB(CHECKSUM, 0), P(unsummed, 1)),
      "linux=- memtest86+=- openbsd=refuses netbsd=refuses xv6=crashes" },
    { "fp-default-config-unknown", WITH(FP(11, 8), S(place.table, 0)),
      "linux=crashes freebsd=refuses openbsd=crashes netbsd=crashes memtest86+=refuses "
      "xv6=crashes" },
    { "fp-default-config-unknown", WITH(FP(11, 8)),
      "linux=crashes freebsd=refuses netbsd=crashes memtest86+=- xv6=-" },
    { "table-signature", WITH(TB(3, 'Q')),
      "linux=refuses freebsd=refuses openbsd=refuses netbsd=refuses memtest86+=refuses xv6=crashes "
      "mptable=message serenity=-" },
    { "table-signature", /* as in memory that nobody wrote to */
      WITH(TB(3, 0), TB2(LENGTH, 0), TB2(EXT_LENGTH, 0)),
      "linux=crashes linux-32=crashes freebsd=refuses openbsd=refuses memtest86+=refuses" },
    { "table-checksum", WITH(TB(CHECKSUM, 0), P(unsummed, 1)),
      "linux=refuses memtest86+=refuses openbsd=refuses netbsd=refuses illumos=refuses xv6=crashes "
      "9front=refuses freebsd=- haiku=-" },
    { "table-length-short", /* Linux maps no bytes, and reads them at address 0 */
      WITH(TB2(LENGTH, 0), TB2(EXT_LENGTH, 0)),
      "linux=crashes linux-32=crashes openbsd=refuses netbsd=refuses memtest86+=refuses xv6=crashes "
      "freebsd=- mptable=- haiku=- serenity=-" },
    { "table-length-short", WITH(TB2(LENGTH, 43), TB2(EXT_LENGTH, 0)),
      "linux=refuses linux-32=refuses openbsd=refuses memtest86+=refuses xv6=crashes freebsd=-" },
    { "table-length-short", /* the last entries are not among the bytes */
      WITH(P(cut, 40)),
      "linux=refuses freebsd=refuses mptable=refuses haiku=refuses serenity=refuses xv6=crashes" },
    { "table-length-short", /* nor does the count come to them */
      WITH(P(cut, 40), TB2(COUNT, 22)), "linux=refuses freebsd=- mptable=- haiku=- serenity=-" },
    { "cpu-none-enabled", /* FreeBSD walks on, by the count */
      WITH(TB2(LENGTH, 44), TB2(EXT_LENGTH, 0)),
      "linux=refuses openbsd=cpu-lost netbsd=cpu-lost freebsd=-" },
    { "lint-missing", WITH(TB2(LENGTH, AT_LOCAL_INT), TB2(EXT_LENGTH, 0)),
      "freebsd=- openbsd=interrupt-lost" },
    { "lint-missing", WITH(TB2(LENGTH, AT_LOCAL_INT), TB2(EXT_LENGTH, 0), TB2(COUNT, 22)),
      "freebsd=interrupt-lost openbsd=interrupt-lost" },
#define CUT_PROCESSOR(id, version)                                                              \
    TB2(LENGTH, AT_EXT + 4), TB2(EXT_LENGTH, 0), TB(AT_EXT, MPT_PROCESSOR), TB(AT_EXT + 1, id), \
        TB(AT_EXT + 2, version)
    { "entry-truncated", /* the rest of it is not there */
      WITH(TB2(LENGTH, AT_EXT - 1), TB2(EXT_LENGTH, 0), P(cut, AT_END - AT_EXT + 1)),
      "linux=degraded memtest86+=degraded xv6=degraded dragonfly=refuses" },
    { "entry-truncated", WITH(TB2(LENGTH, AT_EXT - 1), TB2(EXT_LENGTH, 0)),
      "linux=- linux-32=- memtest86+=- xv6=- dragonfly=refuses" },
    { "entry-truncated", WITH(CUT_PROCESSOR(0, 0)), "linux=- memtest86+=refuses xv6=crashes" },
    { "table-length-remainder", WITH(CUT_PROCESSOR(0, 0)), "memtest86+=refuses xv6=crashes" },
    { "entry-truncated", WITH(CUT_PROCESSOR(200, 0x14)), "memtest86+=- xv6=-" },
    { "table-length-remainder",
      WITH(TB2(LENGTH, AT_EXT - 1), TB2(EXT_LENGTH, 0), P(cut, AT_END - AT_EXT + 1)),
      "linux=degraded linux-32=degraded xen=degraded 9front=degraded" },
/* Readers that walk by the length take the entry whole, and see none behind it. */
#define LENGTH_OF(at) TB2(LENGTH, at), TB2(EXT_LENGTH, 0)
    { "ioapic-none", WITH(LENGTH_OF(AT_CPU + 1)), "linux=crashes linux-32=crashes" },
    { "ioapic-none", WITH(LENGTH_OF(AT_CPU + 79)), "linux=crashes linux-32=crashes" },
    { "ioapic-none", WITH(LENGTH_OF(AT_BUS + 8 + 1)), "" }, /* the I/O APIC itself */
    { "ioapic-none", WITH(LENGTH_OF(AT_CPU + 1), P(cut, AT_END - AT_CPU - 19)), "" },
    { "int-none", WITH(LENGTH_OF(AT_BUS + 8 + 1)), "linux=degraded" },
    { "int-none", WITH(LENGTH_OF(AT_IO_INT + 1)), "" },
    { "irq0-missing", WITH(LENGTH_OF(AT_IO_INT + 8 + 1)), "" }, /* ExtINT, and one cut INT */
    { "irq0-extint-only", WITH(LENGTH_OF(AT_IO_INT + 8 + 1)), "linux=crashes" },
    { "irq0-extint-only", WITH(LENGTH_OF(AT_IO_INT + 16 + 1)), "" }, /* the INT of IRQ 0 is cut */
    { "irq0-missing", WITH(LENGTH_OF(AT_IO_INT + 16 + 1)), "" },
    { "irq0-missing", WITH(LENGTH_OF(AT_IO_INT + 16 + 1), P(io_ints[2].apic_id, 9)),
      "linux=crashes" },
    { "cpu-none-enabled", WITH(LENGTH_OF(AT_CPU + 1), S(processors[0].flags, 2)),
      "linux=refuses linux-32=refuses" },
    { "cpu-none-enabled", WITH(LENGTH_OF(AT_CPU + 1)), "" },
    { "bsp-missing", WITH(LENGTH_OF(AT_CPU + 1)), "" },
    { "cpu-count-mismatch", WITH(LENGTH_OF(AT_CPU + 21), GIVEN(MPT_FACT_VCPUS, vcpus, 4)),
      "linux=cpu-lost openbsd=cpu-lost memtest86+=cpu-lost xv6=cpu-lost" },
    { "cpu-count-mismatch", WITH(LENGTH_OF(AT_CPU + 21), GIVEN(MPT_FACT_VCPUS, vcpus, 2)), "" },
    { "ioapic-not-listed",
      WITH(LENGTH_OF(AT_BUS + 8 + 1), GIVEN(MPT_FACT_IOAPICS, ioapic_count, 1)), "" },
    { "lint-missing", WITH(LENGTH_OF(AT_LOCAL_INT + 1)), "" },
    /* FreeBSD walks by the count, and starts what stands behind the length. */
    { "cpu-count-mismatch", WITH(LENGTH_OF(AT_CPU + 40), GIVEN(MPT_FACT_VCPUS, vcpus, 4)),
      "linux=cpu-lost openbsd=cpu-lost netbsd=cpu-lost freebsd=- haiku=- serenity=-" },
    { "cpu-count-mismatch", WITH(LENGTH_OF(AT_CPU + 41), GIVEN(MPT_FACT_VCPUS, vcpus, 4)),
      "linux=cpu-lost freebsd=-" },
    { "cpu-count-mismatch", /* the count covers no more than the length */
      WITH(LENGTH_OF(AT_CPU + 40), TB2(COUNT, 2), GIVEN(MPT_FACT_VCPUS, vcpus, 4)),
      "linux=cpu-lost freebsd=cpu-lost" },
    { "cpu-count-mismatch", /* nor does it go on to processors, with one entry too many */
      WITH(TB2(COUNT, 25), TB(AT_EXT, 0), TB(AT_EXT + 3, 0), GIVEN(MPT_FACT_VCPUS, vcpus, 5)),
      "linux=cpu-lost freebsd=cpu-lost" },
    { "cpu-count-mismatch", WITH(LENGTH_OF(AT_CPU + 40), GIVEN(MPT_FACT_VCPUS, vcpus, 3)),
      "linux=cpu-lost freebsd=crashes" },
    { "entry-count-mismatch", WITH(LENGTH_OF(AT_CPU + 40), GIVEN(MPT_FACT_VCPUS, vcpus, 2)),
      "freebsd=crashes linux=-" },
    { "entry-count-mismatch", WITH(LENGTH_OF(AT_CPU + 40), GIVEN(MPT_FACT_VCPUS, vcpus, 4)),
      "freebsd=- linux=-" },
    { "cpu-not-listed", WITH(LENGTH_OF(AT_CPU + 40), GIVEN(MPT_FACT_APIC_IDS, apic_id_count, 4)),
      "linux=cpu-lost openbsd=cpu-lost freebsd=-" },
    { "ioapic-not-listed", WITH(LENGTH_OF(AT_BUS + 8), GIVEN(MPT_FACT_IOAPICS, ioapic_count, 1)),
      "linux=interrupt-lost freebsd=-" },
    { "ioapic-not-listed",
      WITH(LENGTH_OF(AT_BUS + 8), GIVEN(MPT_FACT_IOAPICS, ioapic_count, 1), P(ioapics[0].flags, 0)),
      "linux=interrupt-lost freebsd=interrupt-lost" },
    { "bsp-missing", WITH(LENGTH_OF(44), GIVEN(MPT_FACT_BSP, bsp_apic_id, 0)),
      "linux=crashes freebsd=-" },
    { "lint-missing", /* one more by the count, but none of that type */
      WITH(LENGTH_OF(AT_LOCAL_INT), TB2(COUNT, 23), TB(AT_LOCAL_INT, MPT_IO_INT)),
      "freebsd=interrupt-lost" },
    { "table-spec-rev", WITH(S(table.header.spec_revision, 3)),
      "linux=refuses xen=refuses xv6=crashes illumos=refuses 9front=refuses memtest86+=- "
      "freebsd=-" },
    { "lapic-address-zero", WITH(T(header.local_apic_address, 0)),
      "linux=refuses dragonfly=refuses freebsd=crashes openbsd=cpu-lost netbsd=cpu-lost "
      "memtest86+=refuses xv6=crashes" },
    { "lapic-address-zero", WITH(T(header.local_apic_address, 0), T(processor_count, 1)),
      "linux=refuses freebsd=- openbsd=- netbsd=- xv6=crashes" },
    { "lapic-address-odd", WITH(T(header.local_apic_address, 0xfee01000)),
      "linux=crashes linux-32=crashes memtest86+=crashes freebsd=crashes openbsd=cpu-lost "
      "netbsd=cpu-lost xv6=crashes" },
    { "lapic-address-odd", WITH(T(header.local_apic_address, 0xfee01000), T(processor_count, 1)),
      "linux=crashes freebsd=- openbsd=- netbsd=- xv6=crashes" },
    { "lapic-address-mismatch",
      WITH(T(header.local_apic_address, 0xfee01000),
           GIVEN(MPT_FACT_LOCAL_APIC, local_apic_address, 0xfee00000)),
      "linux=crashes memtest86+=crashes freebsd=crashes openbsd=cpu-lost netbsd=cpu-lost "
      "xv6=crashes" },
    { "lapic-address-mismatch",
      WITH(T(header.local_apic_address, 0xfee01000),
           GIVEN(MPT_FACT_LOCAL_APIC, local_apic_address, 0xfee01000)),
      "" },
    { "oem-pointer", WITH(T(header.oem_table, 1)), "helenos=refuses mptable=message linux=-" },
    { "entry-count-zero", WITH(TB2(COUNT, 0)),
      "freebsd=cpu-lost openbsd=cpu-lost netbsd=cpu-lost haiku=cpu-lost serenity=cpu-lost linux=- "
      "memtest86+=-" },
    { "entry-count-mismatch", WITH(TB2(COUNT, 23)),
      "dragonfly=refuses freebsd=interrupt-lost openbsd=interrupt-lost netbsd=interrupt-lost "
      "linux=-" },
    { "entry-count-mismatch", WITH(TB2(COUNT, 2)),
      "freebsd=cpu-lost openbsd=cpu-lost netbsd=cpu-lost linux=- xv6=-" },
    { "entry-count-mismatch", WITH(TB2(COUNT, 25)), "mptable=message openbsd=- netbsd=- linux=-" },
    { "table-above-1m", WITH(S(place.table, 0x100000)), "freebsd=refuses xv6=- linux=- openbsd=-" },
    { "table-above-1m", WITH(S(place.table, 0xe000000)), "xv6=crashes freebsd=refuses linux=-" },

    /* Order and types of entries */
    { "entries-unsorted", WITH(P(unordered, 1)),
      "illumos=interrupt-lost openbsd=- netbsd=- linux=-" },
    { "entries-unsorted", /* an I/O APIC behind the interrupts */
      WITH(TB(AT_IO_INT + 15 * 8, MPT_IOAPIC)),
      "openbsd=interrupt-lost netbsd=interrupt-lost illumos=interrupt-lost linux=-" },
    { "unknown-entry-type", /* first of all */
      WITH(TB(AT_CPU, 5)),
      "linux=refuses linux-32=refuses memtest86+=refuses mptable=refuses xv6=crashes "
      "haiku=crashes" },
    { "unknown-entry-type", /* between processors */
      WITH(TB(AT_CPU + 20, 5)),
      "linux=crashes linux-32=crashes freebsd=crashes openbsd=cpu-lost netbsd=cpu-lost" },
    { "unknown-entry-type", /* behind them */
      WITH(TB(AT_IO_INT, 5)),
      "linux=interrupt-lost freebsd=crashes openbsd=interrupt-lost netbsd=interrupt-lost" },
    { "ext-in-base", WITH(TB(AT_CPU, 128)),
      "linux=refuses linux-32=refuses memtest86+=refuses mptable=refuses xv6=crashes" },
    { "ext-in-base", WITH(TB(AT_CPU + 20, 129)),
      "linux=crashes linux-32=crashes freebsd=crashes openbsd=cpu-lost netbsd=cpu-lost" },

    /* Processors */
    { "cpu-none-enabled", WITH(T(processor_count, 1), S(processors[0].flags, 2)),
      "linux=refuses linux-32=refuses freebsd=cpu-lost" },
    { "bsp-missing", WITH(S(processors[0].flags, 1)),
      "linux=- illumos=refuses dragonfly=refuses 9front=crashes memtest86+=crashes "
      "openbsd=crashes netbsd=crashes freebsd=- xv6=-" },
    { "bsp-missing", /* memtest86+ starts disabled processors too */
      WITH(S(processors[0].flags, 2), GIVEN(MPT_FACT_BSP, bsp_apic_id, 0)),
      "linux=crashes linux-32=crashes freebsd=crashes openbsd=crashes netbsd=crashes "
      "memtest86+=- xv6=-" },
    { "bsp-missing", /* the one that runs has no entry at all */
      WITH(S(processors[0].flags, 0), GIVEN(MPT_FACT_BSP, bsp_apic_id, 200)),
      "linux=crashes freebsd=crashes xv6=crashes" },
    { "bsp-missing", /* an enabled entry has its ID */
      WITH(S(processors[0].flags, 1), GIVEN(MPT_FACT_BSP, bsp_apic_id, 0)),
      "linux=- linux-32=- freebsd=- openbsd=crashes xv6=-" },
    { "bsp-missing", WITH(T(processor_count, 1), S(processors[0].flags, 0)),
      "openbsd=- netbsd=- memtest86+=crashes" },
    { "bsp-multiple", WITH(S(processors[1].flags, 3)),
      "linux=cpu-lost dragonfly=refuses memtest86+=crashes freebsd=crashes openbsd=crashes "
      "netbsd=cpu-lost" },
    { "bsp-multiple", /* all but one are disabled */
      WITH(S(processors[1].flags, 2)), "linux=- freebsd=- openbsd=- netbsd=- memtest86+=crashes" },
    { "bsp-disabled", WITH(S(processors[0].flags, 2)),
      "linux=crashes freebsd=crashes openbsd=cpu-lost netbsd=cpu-lost" },
    { "bsp-disabled", /* another one is enabled */
      WITH(S(processors[1].flags, 2)), "linux=- linux-32=- freebsd=- openbsd=- netbsd=-" },
    { "bsp-disabled", /* nobody else runs */
      WITH(T(processor_count, 2), S(processors[0].flags, 2)), "linux=crashes freebsd=cpu-lost" },
    { "bsp-not-first", WITH(S(processors[0].flags, 1), S(processors[2].flags, 3)),
      "openbsd=crashes netbsd=crashes linux=- freebsd=- xv6=- memtest86+=-" },
    { "bsp-not-first", /* those before it are disabled */
      WITH(S(processors[0].flags, 0), S(processors[1].flags, 3)), "openbsd=- netbsd=-" },
    { "bsp-not-first",
      WITH(T(processor_count, 9), S(processors[0].flags, 1), S(processors[8].flags, 3)),
      "xv6=crashes openbsd=crashes" },
    { "bsp-id-mismatch", WITH(GIVEN(MPT_FACT_BSP, bsp_apic_id, 1)),
      "linux=cpu-lost illumos=refuses freebsd=crashes openbsd=crashes netbsd=crashes "
      "memtest86+=crashes xv6=-" },
    { "bsp-id-mismatch", /* a disabled one */
      WITH(GIVEN(MPT_FACT_BSP, bsp_apic_id, 0), S(processors[1].flags, 2)),
      "linux=- linux-32=- freebsd=- openbsd=- netbsd=-" },
    { "bsp-id-mismatch", WITH(GIVEN(MPT_FACT_BSP, bsp_apic_id, 200)),
      "linux=crashes linux-32=crashes illumos=refuses xv6=crashes freebsd=cpu-lost "
      "openbsd=crashes netbsd=degraded memtest86+=-" },
    { "cpu-id-duplicate", WITH(S(processors[2].apic_id, 1)),
      "linux=cpu-lost freebsd=cpu-lost openbsd=cpu-lost netbsd=cpu-lost 9front=cpu-lost "
      "memtest86+=cpu-lost xv6=crashes" },
    { "cpu-id-duplicate", /* the BSP's */
      WITH(S(processors[2].apic_id, 0)),
      "linux=cpu-lost freebsd=cpu-lost openbsd=crashes netbsd=crashes memtest86+=crashes" },
    { "cpu-id-255", WITH(S(processors[2].apic_id, 255)),
      "linux=cpu-lost freebsd=cpu-lost openbsd=crashes netbsd=crashes memtest86+=crashes "
      "xv6=crashes" },
    { "cpu-id-255", /* only two readers look at a disabled one */
      WITH(S(processors[2].apic_id, 255), S(processors[2].flags, 0)),
      "linux=- linux-32=- freebsd=- openbsd=- netbsd=- memtest86+=crashes xv6=crashes" },
    { "cpu-id-255",
      WITH(T(processor_count, 9), S(processors[8].apic_id, 255), S(processors[8].flags, 0)),
      "xv6=cpu-lost memtest86+=crashes linux=-" },
    { "cpu-id-over-62", WITH(S(processors[3].apic_id, 63)),
      "freebsd=cpu-lost dragonfly=refuses linux=- openbsd=-" },
    { "cpu-id-over-62", WITH(S(processors[0].apic_id, 63)), "freebsd=crashes linux=-" },
    { "cpu-not-listed", WITH(GIVEN(MPT_FACT_APIC_IDS, apic_id_count, 4), P(apic_ids[1], 4)),
      "linux=cpu-lost memtest86+=cpu-lost xv6=cpu-lost" },
    { "cpu-not-listed", /* a disabled entry has its ID */
      WITH(GIVEN(MPT_FACT_APIC_IDS, apic_id_count, 4), S(processors[1].flags, 0)),
      "linux=cpu-lost openbsd=cpu-lost memtest86+=- xv6=-" },
    { "cpu-not-there", WITH(GIVEN(MPT_FACT_APIC_IDS, apic_id_count, 4), P(apic_ids[1], 4)),
      "linux=degraded freebsd=crashes openbsd=degraded netbsd=degraded memtest86+=crashes "
      "xv6=crashes" },
    { "cpu-not-there", /* FreeBSD ignores that ID */
      WITH(GIVEN(MPT_FACT_APIC_IDS, apic_id_count, 4), S(processors[1].apic_id, 63)),
      "linux=degraded freebsd=- memtest86+=crashes xv6=crashes" },
    { "cpu-not-there", /* xv6 takes the first eight */
      WITH(GIVEN(MPT_FACT_APIC_IDS, apic_id_count, 4), T(processor_count, 9),
           S(processors[8].apic_id, 62), P(apic_ids[1], 1)),
      "xv6=crashes freebsd=crashes" },
    { "cpu-count-mismatch", WITH(GIVEN(MPT_FACT_VCPUS, vcpus, 3)),
      "linux=degraded xv6=crashes openbsd=degraded netbsd=degraded freebsd=crashes "
      "memtest86+=crashes" },
    { "cpu-count-mismatch", /* xv6 takes the first eight */
      WITH(GIVEN(MPT_FACT_VCPUS, vcpus, 8), T(processor_count, 9)),
      "linux=degraded xv6=- memtest86+=crashes" },
    { "cpu-count-mismatch", /* two readers start the disabled one */
      WITH(GIVEN(MPT_FACT_VCPUS, vcpus, 4), S(processors[3].flags, 0)),
      "linux=cpu-lost freebsd=cpu-lost openbsd=cpu-lost memtest86+=- xv6=-" },
    { "cpu-count-mismatch", WITH(GIVEN(MPT_FACT_VCPUS, vcpus, 5)),
      "linux=cpu-lost freebsd=cpu-lost" },
    { "cpu-disabled", WITH(S(processors[3].flags, 0)),
      "memtest86+=degraded xv6=degraded linux=- freebsd=-" },
    { "cpu-disabled", WITH(S(processors[3].flags, 0), GIVEN(MPT_FACT_VCPUS, vcpus, 3)),
      "memtest86+=crashes xv6=crashes linux=- freebsd=-" },
    { "cpu-disabled",
      WITH(S(processors[3].flags, 0), S(processors[3].apic_id, 9),
           GIVEN(MPT_FACT_APIC_IDS, apic_id_count, 3)),
      "memtest86+=crashes xv6=crashes linux=- freebsd=-" },
    { "cpu-version-discrete", WITH(S(processors[1].apic_version, 0)),
      "memtest86+=refuses linux=message haiku=cpu-lost" },
    { "cpu-disabled-zero-version",
      WITH(S(processors[3].flags, 0), S(processors[3].apic_version, 0)),
      "memtest86+=refuses linux=-" },

    /* Buses */
    { "bus-pci-not-zero", WITH(PCI_BUSES(1)),
      "linux=interrupt-lost linux-32=interrupt-lost freebsd=- openbsd=- netbsd=-" },
    { "bus-pci-not-zero", /* a device on bus 0 finds no interrupt, or that of the same ISA IRQ */
      WITH(PCI_BUSES(1), P(io_ints[9].bus_id, 1)),
      "linux=interrupt-lost openbsd=interrupt-lost netbsd=interrupt-lost freebsd=-" },
    { "bus-pci-not-zero", WITH(PCI_BUSES(2)), "linux=interrupt-lost freebsd=crashes" },
    { "irq0-missing", WITH(BUS_NAME('M', 'C', 'A')), "" },
    { "bus-missing-isa", WITH(BUS_NAME('M', 'C', 'A')), "linux=-" },
    { "bus-missing-isa", WITH(BUS_NAME('P', 'C', 'I')), "linux=interrupt-lost" },
    { "bus-type-foreign", WITH(BUS_NAME('M', 'C', 'A')),
      "linux=message freebsd=crashes openbsd=interrupt-lost netbsd=interrupt-lost" },
    { "bus-type-foreign", WITH(BUS_NAME('E', 'I', 'S'), P(buses[0].bus_type[3], 'A')),
      "linux=- freebsd=- openbsd=interrupt-lost netbsd=interrupt-lost" },
    { "bus-type-unknown", WITH(BUS_NAME('F', 'O', 'O')),
      "linux=message freebsd=crashes openbsd=interrupt-lost netbsd=interrupt-lost" },
    { "bus-type-unknown", WITH(P(buses[0].bus_type[3], 'X')),
      "linux=- freebsd=crashes openbsd=interrupt-lost" },
    { "irq0-missing", WITH(P(buses[0].bus_type[3], 'X')), "" },
    { "bus-type-unknown", /* nothing comes from it */
      WITH(PCI_BUSES(1), P(buses[1].bus_type[0], 'F')),
      "linux=message freebsd=message openbsd=message netbsd=message" },
    { "bus-type-padding", WITH(P(buses[0].bus_type[0], 'i')),
      "linux=message freebsd=crashes openbsd=interrupt-lost netbsd=interrupt-lost "
      "plan9=interrupt-lost" },
    { "bus-type-padding", WITH(P(buses[0].bus_type[3], 0)),
      "linux=- freebsd=crashes openbsd=interrupt-lost netbsd=interrupt-lost" },

    /* I/O APICs */
    { "ioapic-none", WITH(P(ioapics[0].flags, 0)), "linux=crashes" },
    { "ioapic-disabled", WITH(P(ioapics[0].flags, 0)),
      "linux=interrupt-lost openbsd=interrupt-lost netbsd=interrupt-lost" },
    { "ioapic-disabled", /* NetBSD takes the other one's inputs */
      WITH(P(ioapics[0].flags, 0), T(ioapic_count, 2)),
      "linux=interrupt-lost openbsd=interrupt-lost netbsd=-" },
    { "ioapic-address-zero", WITH(P(ioapics[0].address, 0)),
      "linux=crashes xen=interrupt-lost dragonfly=refuses" },
    { "ioapic-address-align", WITH(P(ioapics[0].address, 0xfec00001)), "linux=crashes" },
    { "ioapic-address-align", WITH(P(ioapics[0].address, 0xfec00800)), "linux=-" },
    { "ioapic-address-odd", WITH(P(ioapics[0].address, 0x1000)), "linux=crashes linux-32=crashes" },
    { "ioapic-address-odd", WITH(P(ioapics[0].address, 0xfee00000)), "linux=crashes" },
    { "ioapic-id-duplicate", WITH(T(ioapic_count, 2), P(ioapics[1].apic_id, CPUS)),
      "freebsd=crashes linux=degraded" },
    { "ioapic-id-duplicate",
      WITH(T(ioapic_count, 2), P(ioapics[1].apic_id, CPUS), P(ioapics[1].flags, 0)), "" },
    { "ioapic-id-15",
      WITH(P(ioapics[0].apic_id, 15), P(follow, 1), S(processors[0].apic_version, 0x11)),
      "linux-32=degraded linux=-" },
    { "ioapic-id-255", /* FreeBSD's highest ID of an I/O APIC, IOAPIC_MAX_ID, is 255 */
      WITH(P(ioapics[0].apic_id, 255), P(follow, 1)),
      "freebsd=message openbsd=degraded netbsd=degraded linux=-" },
    { "ioapic-id-255", /* but it reads destination 255 as all of them, and ignores it */
      WITH(P(ioapics[0].apic_id, 255), P(follow, 1), T(ioapic_count, 2)),
      "freebsd=interrupt-lost openbsd=degraded linux=-" },
    { "ioapic-id-255", WITH(P(ioapics[1].apic_id, 255), T(ioapic_count, 2)),
      "freebsd=message openbsd=degraded" },
    { "ioapic-id-255", WITH(P(ioapics[0].apic_id, 255), P(ioapics[0].flags, 0)),
      "freebsd=- openbsd=- netbsd=-" },
    { "ioapic-id-over-15", /* today's FreeBSD reads the register, and does not write it */
      WITH(P(ioapics[0].apic_id, 16), P(follow, 1)),
      "freebsd=message openbsd=degraded netbsd=degraded illumos=degraded linux=-" },

    /* Interrupts */
    { "irq0-extint-only", WITH(P(io_ints[2].irq, 3)), "linux=crashes linux-32=crashes freebsd=-" },
    { "irq0-missing", WITH(P(io_ints[2].apic_id, 9)), "linux=crashes linux-32=crashes freebsd=-" },
    { "irq0-missing", WITH(P(io_ints[2].intin, 24)), "linux=crashes" },
    { "irq0-missing", WITH(P(io_ints[2].apic_id, 255)), "" },
    { "irq0-level", WITH(P(io_ints[2].flags, 0xf)), "linux=crashes" },
    { "irq0-level", WITH(P(io_ints[2].flags, 0xc)), "linux=crashes" },
    { "irq0-level", WITH(P(io_ints[2].flags, 3)), "" },
    { "irq0-level", WITH(P(io_ints[2].flags, 5)), "" },
    { "int-none", WITH(T(io_int_count, 0)), "linux=degraded" },
    { "extint-io", WITH(P(unsummed, 0)), "linux=message freebsd=-" },
    { "int-dest-wildcard", WITH(P(io_ints[9].apic_id, 255)),
      "linux=- freebsd=- 9front=interrupt-lost" },
    { "int-dest-wildcard", WITH(P(io_ints[9].apic_id, 255), T(ioapic_count, 2)),
      "linux=- freebsd=interrupt-lost" },
    { "local-as-io",
      WITH(P(io_ints[9].apic_id, 255), P(io_ints[9].intin, 1), P(io_ints[9].int_type, MPT_NMI)),
      "freebsd=interrupt-lost linux=-" },
    { "int-count-limit", WITH(T(io_int_count, 256)), "linux=- linux-32=crashes" },
    { "int-count-limit", WITH(T(io_int_count, 1023)), "linux=- linux-32=crashes" },
    { "int-count-limit", WITH(T(io_int_count, 1024)), "linux=crashes linux-32=crashes" },
    { "int-unknown-ioapic", WITH(P(io_ints[9].apic_id, 5)),
      "linux=interrupt-lost freebsd=interrupt-lost openbsd=interrupt-lost netbsd=-" },
    { "int-unknown-ioapic", /* NetBSD numbers all inputs through, and takes the one with that */
      WITH(P(io_ints[9].apic_id, 5), P(io_ints[9].intin, 24)),
      "openbsd=interrupt-lost netbsd=interrupt-lost" },
    { "int-unknown-ioapic", /* its source has another route */
      WITH(P(io_ints[9].apic_id, 5), P(io_ints[9].irq, 3)),
      "linux=- freebsd=message openbsd=message netbsd=-" },
    { "int-unknown-ioapic",
      WITH(P(io_ints[9].apic_id, 5), P(io_ints[9].irq, 3), P(io_ints[9].intin, 24)),
      "openbsd=message netbsd=message" },
    { "int-unknown-bus", /* above the highest ID */
      WITH(P(io_ints[9].bus_id, 1)), "freebsd=crashes openbsd=crashes netbsd=crashes linux=-" },
    { "int-unknown-bus", /* below it */
      WITH(PCI_BUSES(1), P(buses[1].bus_id, 2), P(io_ints[9].bus_id, 1)),
      "freebsd=crashes openbsd=interrupt-lost linux=-" },
    { "int-unknown-bus", WITH(P(io_ints[0].bus_id, 1)),
      "freebsd=- openbsd=- netbsd=-" }, /* ExtINT */
    { "int-unknown-bus", WITH(S(local_ints[1].bus_id, 1)),
      "freebsd=- openbsd=- netbsd=-" }, /* NMI */
    { "int-unknown-bus",                /* a local INT, whose bus FreeBSD alone does not look at */
      WITH(S(local_ints[1].bus_id, 1), S(local_ints[1].int_type, MPT_INT)),
      "openbsd=crashes netbsd=crashes freebsd=-" },
    { "int-pin-range", WITH(GIVEN(MPT_FACT_INPUTS, ioapic_inputs, 15)),
      "openbsd=interrupt-lost netbsd=crashes dragonfly=crashes linux=interrupt-lost "
      "linux-32=interrupt-lost freebsd=interrupt-lost" },
    { "int-pin-range", /* an NMI */
      WITH(GIVEN(MPT_FACT_INPUTS, ioapic_inputs, 15), P(io_ints[15].int_type, MPT_NMI)),
      "openbsd=message netbsd=crashes linux=- freebsd=-" },
    { "ioapic-address-duplicate", /* the interrupts go to the first */
      WITH(T(ioapic_count, 2), P(ioapics[1].address, 0xfec00000)),
      "linux=interrupt-lost linux-32=interrupt-lost dragonfly=refuses freebsd=-" },
    { "ioapic-address-duplicate", /* and to the second */
      WITH(T(ioapic_count, 2), P(ioapics[1].address, 0xfec00000), P(io_ints[2].apic_id, CPUS + 1)),
      "linux=crashes linux-32=crashes" },
    { "int-pin-flags", WITH(P(io_ints[9].intin, 3), P(io_ints[9].flags, 3)),
      "openbsd=message netbsd=message linux=-" },
    { "int-pin-flags", WITH(P(io_ints[9].intin, 3)), "" },
    { "int-flags-reserved", WITH(P(io_ints[9].flags, 2)),
      "linux=message linux-32=message freebsd=crashes openbsd=crashes netbsd=crashes" },
    { "int-flags-reserved", WITH(P(io_ints[0].flags, 2)),
      "linux=- freebsd=crashes openbsd=- netbsd=-" },
    { "int-flags-reserved", /* FreeBSD ignores a local INT. */
      WITH(S(local_ints[1].flags, 2), S(local_ints[1].int_type, MPT_INT)),
      "freebsd=- openbsd=crashes netbsd=crashes" },
    { "int-type-reserved", WITH(P(io_ints[9].int_type, 4)),
      "freebsd=crashes openbsd=crashes netbsd=crashes linux=-" },
    { "isa-irq-range", WITH(P(io_ints[15].irq, 16)),
      "dragonfly=refuses linux=- freebsd=- openbsd=-" },
    { "lint-extint-pin", WITH(S(local_ints[0].lintin, 1)), "xen=crashes linux=-" },
    { "lint-nmi-pin", WITH(S(local_ints[1].lintin, 0)), "xen=crashes linux=-" },
    { "lint-vectored", WITH(S(local_ints[1].int_type, MPT_INT)), "freebsd=message linux=-" },

    /* Extended entries */
    { "ext-length", /* a length byte of 0, and a PCI bus whose interrupts make FreeBSD walk there */
      WITH(PCI_BUSES(1), P(io_ints[9].bus_id, 1), TB(AT_EXT + 8 + 1, 0)),
      "freebsd=crashes mptable=crashes linux=-" },
    { "ext-length", WITH(TB(AT_EXT + 1, 0)), "freebsd=- mptable=crashes linux=-" },
    { "ext-length", /* one odd byte, whose length byte is the one behind the table */
      WITH(PCI_BUSES(1), P(io_ints[9].bus_id, 1), TB2(EXT_LENGTH, 29), TB(AT_EXT + 8 + 29, 0)),
      "freebsd=crashes mptable=- linux=-" },
    { "ext-length", WITH(PCI_BUSES(1), P(io_ints[9].bus_id, 1), TB2(EXT_LENGTH, 29)),
      "freebsd=- linux=-" },
    { "ext-length", WITH(TB2(EXT_LENGTH, 29), TB(AT_EXT + 29, 0)), "freebsd=- linux=-" },
    { "ext-length", /* what is behind it is not known */
      WITH(PCI_BUSES(1), P(io_ints[9].bus_id, 1), TB2(EXT_LENGTH, 29), P(cut, 7)),
      "freebsd=- linux=-" },
    { "ext-length", WITH(TB2(EXT_LENGTH, AT_END - AT_EXT - 1)), "freebsd=- mptable=- linux=-" },
    { "ext-type-unknown", WITH(TB(AT_EXT + 28, 131)), "mptable=message freebsd=- linux=-" },
    { "ext-address-type", WITH(TB(AT_EXT + 3, 3)), "freebsd=message" },
    { "ext-range", WITH(TB(AT_EXT + 28 + 4, 2)), "freebsd=message" },
};

static const char *worst_effect(const char *rule, const char *consumer)
{
    enum mpt_effect worst = MPT_HARMLESS;

    for (unsigned i = 0; i < report.finding_count; i++) {
        const struct mpt_finding *const f = &report.findings[i];

        for (unsigned h = 0; strcmp(f->rule->id, rule) == 0 && f->rule->harms[h].consumer; h++)
            if (f->harms >> h & 1 && f->rule->harms[h].effect > worst &&
                strcmp(mpt_consumer_name(f->rule->harms[h].consumer), consumer) == 0)
                worst = f->rule->harms[h].effect;
    }
    return worst == MPT_HARMLESS ? "-" : mpt_effect_name(worst);
}

static void each_effect(void)
{
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        char name[160], consumer[16], effect[16];
        int size;

        ROW_CHECK(rows[r].rule, scene_judge(rows[r].pokes));
        snprintf(name, sizeof(name), "row %zu, %s: fires", r, rows[r].rule);
        ROW_CHECK(name, (scene_find(rows[r].rule, -1) != NULL) == (rows[r].effects[0] != '\0'));
        for (const char *at = rows[r].effects;
             sscanf(at, " %15[^=]=%15s%n", consumer, effect, &size) == 2; at += size) {
            const char *const is = worst_effect(rows[r].rule, consumer);

            snprintf(name, sizeof(name), "row %zu, %s: %s=%s, not %s", r, rows[r].rule, consumer,
                     effect, is);
            ROW_CHECK(name, mpt_consumer_named(consumer) && strcmp(is, effect) == 0);
        }
    }
}

/* In a row above, or in another suite that judges a scene */
static void each_harm_happens(void)
{
    const struct mpt_rule *rule;

    for (size_t i = 0; (rule = mpt_rule_at(i)); i++)
        for (unsigned h = 0; rule->harms[h].consumer; h++) {
            char name[160];

            snprintf(name, sizeof(name), "%s, row %zu: %s %s %s", rule->id, i,
                     mpt_consumer_name(rule->harms[h].consumer),
                     mpt_effect_name(rule->harms[h].effect), rule->harms[h].versions);
            ROW_CHECK(name, scene_harms[i] >> h & 1);
        }
}

static const struct test tests[] = {
    { "what a fault does to each consumer", each_effect },
    { "each effect on each consumer happens in some row", each_harm_happens },
};
const struct suite mptable_effects = { "mptable/effects", tests, sizeof(tests) / sizeof(tests[0]) };
