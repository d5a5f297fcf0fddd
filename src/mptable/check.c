/* SPDX-License-Identifier: ISC */
/*
 * The rules as rows: what a table can say that some operating system takes amiss. Each row was seen
 * to hold, in the system's source or on the running system; `who` says who is hurt. A table is
 * surveyed once (survey.c); then the rules about a structure look at it once, and those about a
 * type of entry at each such entry.
 *
 * A row says part, severity, ID, the function that is true when the rule is broken, field,
 * expected, detail, who; then the value, by the macros below. The rows of a part are a macro, so
 * that they become data and also the code that asks each of them, without a call.
 */
#include "mptable.h"

#include <stdbool.h>
#include <string.h>

#include "load.h"
#include "scan.h"
#include "survey.h"

enum {
    FIRST_MIB_END = 0x100000,
    VGA_HOLE_END = 0xc0000,
    ISA_IRQS = 16,
    CASCADE_IRQ = 2,
    PCI_RESERVED = 0x80,
    FEATURE_FPU = 1U << 0,
    FEATURE_APIC = 1U << 9,
    IO_INTS_MAX_32BIT = 256
};

/* A member of struct survey; width 0 = none */
struct member {
    uint16_t offset;
    uint8_t width;
};

struct check {
    struct mpt_rule rule;
    enum mpt_value show;
    uint8_t bit; /* of the value, when it is true or false */
    struct member value, expected;
    struct member spot; /* struct spot of the entry that a rule about the whole table points at */
};

#define IN(m)                                                       \
    {                                                               \
        offsetof(struct survey, m), sizeof(((struct survey *)0)->m) \
    }

/* At the end of a row: where the value is and how it is shown, the expected one, the entry */
#define DEC(m)    .show = MPT_VALUE_DECIMAL, .value = IN(m)
#define HEX(m)    .show = MPT_VALUE_HEX, .value = IN(m)
#define BIT(m, b) .show = MPT_VALUE_BOOL, .value = IN(m), .bit = (b)
#define TEXT(m)   .show = MPT_VALUE_TEXT, .value = IN(m)
#define EXPECT(m) .expected = IN(m)
#define SPOT(m)   .spot = IN(m)
#define NO_VALUE  .show = MPT_VALUE_NONE

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

/* Floating pointer and machine (consumers that search, modes, environment) */

static bool fp_not_found(const struct survey *s)
{
    return !s->linux_finds;
}

static bool fp_alignment(const struct survey *s)
{
    return s->view.floating_address % MPT_ADDRESS_ALIGN != 0;
}

static bool fp_checksum(const struct survey *s)
{
    return s->view.floating_sum != 0;
}

static bool fp_length(const struct survey *s)
{
    return s->view.floating_length != 1;
}

static bool fp_spec_rev(const struct survey *s)
{
    return !revision_known(s->view.floating.spec_revision);
}

static bool fp_spec_rev_mismatch(const struct survey *s)
{
    return s->view.has_header && s->view.floating.spec_revision != s->view.header.spec_revision;
}

static bool fp_reserved_bits(const struct survey *s)
{
    return s->view.floating.features & ~MPT_IMCRP;
}

static bool fp_reserved_bytes(const struct survey *s)
{
    return !fp_reserved_bits(s) && s->view.floating_reserved != 0;
}

static bool fp_physptr_zero(const struct survey *s)
{
    return s->view.floating.default_configuration == 0 && s->view.table_address == 0;
}

static bool fp_default_config(const struct survey *s)
{
    return s->view.floating.default_configuration >= 1 &&
           s->view.floating.default_configuration <= 7;
}

static bool fp_default_config_unknown(const struct survey *s)
{
    return s->view.floating.default_configuration > 7;
}

static bool fp_default_config_with_table(const struct survey *s)
{
    return s->view.floating.default_configuration != 0 && s->view.table_address != 0;
}

static bool fp_multiple(const struct survey *s)
{
    return s->other != 0;
}

static bool fp_outside_window(const struct survey *s)
{
    return s->outside;
}

static bool bda_known(const struct survey *s)
{
    return given(s, MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY) && s->in_fixed;
}

static bool bda_not_set(const struct survey *s)
{
    return bda_known(s) && s->facts.bios.ebda == 0 && s->facts.bios.base_memory_kib == 0;
}

static bool bda_basemem_mismatch(const struct survey *s)
{
    return bda_known(s) && s->facts.bios.ebda == 0 && s->facts.bios.base_memory_kib != 0 &&
           s->facts.bios.base_memory_kib != 640;
}

static bool bda_ebda_mismatch(const struct survey *s)
{
    return s->in_fixed && s->facts.bios.ebda != 0 && !s->in_ebda;
}

static bool bda_basemem_511k(const struct survey *s)
{
    return bda_known(s) && s->facts.bios.ebda == 0 && s->facts.bios.base_memory_kib != 0 &&
           s->facts.bios.base_memory_kib <= 512;
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

static bool imcr_set(const struct survey *s)
{
    return s->view.floating.features & MPT_IMCRP;
}

static bool acpi_present(const struct survey *s)
{
    return given(s, MPT_FACT_ACPI);
}

static bool kernel_no_mpparse(const struct survey *s)
{
    return given(s, MPT_FACT_NO_MPPARSE);
}

static bool x2apic_mode(const struct survey *s)
{
    return given(s, MPT_FACT_X2APIC);
}

static bool xen_guest(const struct survey *s)
{
    return given(s, MPT_FACT_XEN) && !given(s, MPT_FACT_ACPI) &&
           s->view.floating.default_configuration == 0;
}

#define FLOATING_RULES(RULE)                                                                               \
    RULE(FLOATING, ERROR, "fp-not-found", fp_not_found, "", "one on a 16-byte boundary, valid",            \
         "no floating pointer passes the checks that Linux makes of it",                                   \
         "Linux, Xen and memtest86+ find no table and run one CPU", NO_VALUE)                              \
    RULE(FLOATING, ERROR, "fp-alignment", fp_alignment, "placement", "a multiple of 16",                   \
         "the floating pointer is not on a 16-byte boundary",                                              \
         "only memtest86+, NetBSD, OpenBSD and Haiku find it: the others search in steps of 16",           \
         HEX(view.floating_address))                                                                       \
    RULE(                                                                                                  \
        FLOATING, ERROR, "fp-checksum", fp_checksum, "checksum", "",                                       \
        "the floating pointer's bytes do not add up to 0",                                                 \
        "Linux, Xen, memtest86+, NetBSD, OpenBSD, xv6 and Plan 9 pass over it and illumos gives up; "      \
        "FreeBSD, DragonFly and Haiku use it",                                                             \
        HEX(view.floating_checksum), EXPECT(right_floating_checksum))                                      \
    RULE(FLOATING, ERROR, "fp-length", fp_length, "length", "1",                                           \
         "the floating pointer's length is not 1",                                                         \
         "Linux, Xen and memtest86+ pass over it; 0 hides it from NetBSD and OpenBSD",                     \
         DEC(view.floating_length))                                                                        \
    RULE(FLOATING, ERROR, "fp-spec-rev", fp_spec_rev, "spec_revision", "1 or 4",                           \
         "the floating pointer's revision is not 1 or 4",                                                  \
         "Linux, Xen, memtest86+ and illumos pass over it", DEC(view.floating.spec_revision))              \
    RULE(FLOATING, NOTE, "fp-spec-rev-mismatch", fp_spec_rev_mismatch, "spec_revision", "",                \
         "floating pointer and table have different revisions", "nobody checks",                           \
         DEC(view.floating.spec_revision), EXPECT(view.header.spec_revision))                              \
    RULE(FLOATING, NOTE, "fp-reserved-features", fp_reserved_bits, "features", "0, but for bit 7",         \
         "reserved bits of feature byte 2 are set",                                                        \
         "FreeBSD's mptable prints a warning; xv6 writes the IMCR for any non-zero byte 2",                \
         HEX(view.floating.features))                                                                      \
    RULE(FLOATING, NOTE, "fp-reserved-features", fp_reserved_bytes, "reserved", "0",                       \
         "feature bytes 3 to 5 are not 0: the value has all their bits",                                   \
         "FreeBSD's mptable prints a warning", HEX(view.floating_reserved))                                \
    RULE(FLOATING, ERROR, "fp-physptr-zero", fp_physptr_zero, "placement", "the table's address",          \
         "there is neither a table nor a default configuration",                                           \
         "Linux stops with a kernel BUG; the others refuse", HEX(view.table_address))                      \
    RULE(                                                                                                  \
        FLOATING, ERROR, "fp-default-config", fp_default_config, "default_configuration",                  \
        "0, and a table", "a default configuration stands for a table",                                    \
        "Linux up to 6.1 at least crashes; OpenBSD and old NetBSD panic; FreeBSD takes only 5 and 6; xv6 " \
        "and Haiku run one CPU",                                                                           \
        DEC(view.floating.default_configuration))                                                          \
    RULE(                                                                                                  \
        FLOATING, ERROR, "fp-default-config-unknown", fp_default_config_unknown,                           \
        "default_configuration", "0 to 7", "there is no such default configuration",                       \
        "Linux takes it for ISA and up to 6.1 at least crashes; memtest86+ refuses; OpenBSD panics",       \
        DEC(view.floating.default_configuration))                                                          \
    RULE(FLOATING, WARNING, "fp-default-config-with-table", fp_default_config_with_table,                  \
         "default_configuration", "0", "there are both a default configuration and a table",               \
         "xv6 and Plan 9 use the table, the others the default configuration",                             \
         DEC(view.floating.default_configuration))                                                         \
    RULE(                                                                                                  \
        FLOATING, WARNING, "fp-multiple", fp_multiple, "", "one, or the same bytes in each",               \
        "there is another valid floating pointer, at the value's address, and it says something else",     \
        "the systems search in different orders: Linux and the BSDs may take different ones",              \
        HEX(other))                                                                                        \
    RULE(                                                                                                  \
        FLOATING, ERROR, "fp-outside-window", fp_outside_window, "placement",                              \
        "first KiB of the EBDA, last KiB of base memory, or 0xf0000 to 0xfffff",                           \
        "the floating pointer lies outside every window that all systems search",                          \
        "between 0xe0000 and 0xeffff only 9front, DragonFly and FreeBSD's mptable find it, below 0x400 "   \
        "only "                                                                                            \
        "Linux, Xen and memtest86+, elsewhere nobody",                                                     \
        HEX(view.floating_address))                                                                        \
    RULE(FLOATING, WARNING, "bda-not-set", bda_not_set, "bios_data_area",                                  \
         "0x9fc0 at 0x40e and 639 at 0x413",                                                               \
         "the words at 0x40e (EBDA) and 0x413 (base memory) are both 0",                                   \
         "OpenBSD, NetBSD, SerenityOS and illumos do not find the table; xv6 crashes", NO_VALUE)           \
    RULE(FLOATING, WARNING, "bda-basemem-mismatch", bda_basemem_mismatch, "bios_data_area",                \
         "640 at 0x413, or an EBDA there",                                                                 \
         "without an EBDA the word at 0x413 puts the last KiB of base memory elsewhere",                   \
         "FreeBSD, OpenBSD and xv6 look there and do not find the table",                                  \
         DEC(facts.bios.base_memory_kib))                                                                  \
    RULE(FLOATING, WARNING, "bda-basemem-mismatch", bda_ebda_mismatch, "bios_data_area",                   \
         "the floating pointer's segment", "the word at 0x40e puts the EBDA elsewhere",                    \
         "FreeBSD, OpenBSD and xv6 look there and do not find the table", HEX(facts.bios.ebda))            \
    RULE(FLOATING, WARNING, "bda-basemem-511k", bda_basemem_511k, "bios_data_area",                        \
         "more than 512 at 0x413", "the word at 0x413 says no more than 512 KiB of base memory",           \
         "illumos looks at 0x7fc00 and does not find the table", DEC(facts.bios.base_memory_kib))          \
    RULE(FLOATING, WARNING, "e820-usable", pointer_usable, "placement",                                    \
         "reserved in the guest's memory map",                                                             \
         "the floating pointer lies in memory that the guest is told it may use",                          \
         "against MPS: Linux protects itself, others may overwrite it before they read it",                \
         HEX(view.floating_address))                                                                       \
    RULE(                                                                                                  \
        FLOATING, ERROR, "low-memory-collision", pointer_collision, "placement",                           \
        "memory of its own", "the floating pointer overlaps what the loader puts into low memory",         \
        "one overwrites the other: kernel, command line, page tables or trampoline are damaged, or the "   \
        "table is",                                                                                        \
        HEX(view.floating_address))                                                                        \
    RULE(                                                                                                  \
        FLOATING, WARNING, "imcr-set", imcr_set, "imcr", "false",                                          \
        "IMCRP is set: there is an IMCR, in PIC mode",                                                     \
        "HelenOS refuses the table; FreeBSD, NetBSD, OpenBSD, xv6, Plan 9 and 32-bit Linux write ports "   \
        "0x22 "                                                                                            \
        "and 0x23, which a virtual machine does not have",                                                 \
        BIT(view.floating.features, MPT_IMCRP))                                                            \
    RULE(FLOATING, NOTE, "acpi-present", acpi_present, "", "",                                             \
         "the machine also has an ACPI MADT",                                                              \
         "Linux, OpenBSD, illumos and FreeBSD take the MADT and ignore the MP table", NO_VALUE)            \
    RULE(FLOATING, NOTE, "kernel-no-mpparse", kernel_no_mpparse, "", "",                                   \
         "the kernel is built without CONFIG_X86_MPPARSE",                                                 \
         "it runs one CPU and says nothing about the table", NO_VALUE)                                     \
    RULE(FLOATING, NOTE, "x2apic-mode", x2apic_mode, "", "",                                               \
         "the local APICs start in x2APIC mode", "memtest86+ ignores the table", NO_VALUE)                 \
    RULE(FLOATING, NOTE, "xen-guest", xen_guest, "", "",                                                   \
         "the guest is a Xen hypervisor without ACPI",                                                     \
         "Xen 4.14 to 4.20 crashes on every explicit table", NO_VALUE)

/* Header */

static bool table_signature(const struct survey *s)
{
    return !s->view.signature_right;
}

static bool entry_cut(const struct survey *s)
{
    return s->stop == MPT_ECUT && !s->cut_by_image;
}

static bool table_checksum(const struct survey *s)
{
    return s->view.sum != 0 && !s->cut_by_image;
}

static bool table_spec_rev(const struct survey *s)
{
    return !revision_known(s->view.header.spec_revision);
}

static bool lapic_address_zero(const struct survey *s)
{
    return s->view.header.local_apic_address == 0;
}

static bool lapic_address_odd(const struct survey *s)
{
    return s->view.header.local_apic_address != 0 &&
           s->view.header.local_apic_address != MPT_LOCAL_APIC_ADDRESS;
}

static bool oem_pointer(const struct survey *s)
{
    return s->view.header.oem_table != 0;
}

static bool oem_size_alone(const struct survey *s)
{
    return s->view.header.oem_table == 0 && s->view.header.oem_table_size != 0;
}

static bool oem_id_padding(const struct survey *s)
{
    return !printable(s->view.header.oem_id, sizeof(s->view.header.oem_id));
}

static bool product_id_padding(const struct survey *s)
{
    return !oem_id_padding(s) &&
           !printable(s->view.header.product_id, sizeof(s->view.header.product_id));
}

static bool entry_count_zero(const struct survey *s)
{
    return s->view.entry_count == 0 && s->entries > 0;
}

/* Where the walk met an undefined type, nobody knows how many entries there are. */
static bool entry_count_mismatch(const struct survey *s)
{
    return s->view.entry_count != s->entries && !entry_count_zero(s) && s->stop != MPT_EUNKNOWN &&
           !s->cut_by_image;
}

static bool header_reserved(const struct survey *s)
{
    return s->view.reserved != 0;
}

static bool ext_length(const struct survey *s)
{
    return s->extended_stop != MPT_OK || s->extended_cut;
}

static bool ext_checksum(const struct survey *s)
{
    return s->view.extended && !s->extended_cut &&
           s->view.extended_checksum != s->right_extended_checksum &&
           s->view.extended_checksum != s->view.extended_sum;
}

static bool ext_without_entries(const struct survey *s)
{
    return s->view.extended_length == 0 && s->view.extended_checksum != 0;
}

#define HEADER_RULES(RULE)                                                                                   \
    RULE(HEADER, ERROR, "table-signature", table_signature, "signature", "PCMP",                             \
         "the table does not begin with PCMP", "everybody but SerenityOS refuses it",                        \
         TEXT(signature))                                                                                    \
    RULE(HEADER, ERROR, "table-length-remainder", entry_cut, "base_length", "",                              \
         "the length ends inside an entry; the expected value is where that entry begins",                   \
         "Linux reads past the end; who walks by count does not notice", DEC(view.base_length),              \
         EXPECT(walked_end))                                                                                 \
    RULE(                                                                                                    \
        HEADER, ERROR, "table-checksum", table_checksum, "checksum", "",                                     \
        "the table's bytes do not add up to 0",                                                              \
        "Linux says \"disabling SMP support\"; memtest86+, NetBSD, OpenBSD, xv6, illumos and 9front refuse " \
        "it; FreeBSD and Haiku do not look",                                                                 \
        HEX(view.checksum), EXPECT(right_checksum))                                                          \
    RULE(HEADER, ERROR, "table-spec-rev", table_spec_rev, "spec_revision", "1 or 4",                         \
         "the table's revision is not 1 or 4",                                                               \
         "Linux, Xen, xv6, illumos and 9front refuse the table", DEC(view.header.spec_revision))             \
    RULE(HEADER, ERROR, "lapic-address-zero", lapic_address_zero, "local_apic_address",                      \
         "0xfee00000", "the local APIC address is 0", "Linux, Xen and DragonFly refuse the table",           \
         HEX(view.header.local_apic_address))                                                                \
    RULE(HEADER, NOTE, "lapic-address-odd", lapic_address_odd, "local_apic_address", "0xfee00000",           \
         "the local APIC address is not the default",                                                        \
         "legal, but hypervisors implement only the default", HEX(view.header.local_apic_address))           \
    RULE(HEADER, WARNING, "oem-pointer", oem_pointer, "oem_table", "0",                                      \
         "there is a pointer to an OEM table", "HelenOS refuses the table",                                  \
         HEX(view.header.oem_table))                                                                         \
    RULE(HEADER, WARNING, "oem-pointer", oem_size_alone, "oem_table_size", "0",                              \
         "there is the size of an OEM table, but no pointer to one",                                         \
         "HelenOS looks at the OEM table fields", DEC(view.header.oem_table_size))                           \
    RULE(HEADER, NOTE, "id-padding", oem_id_padding, "oem_id",                                               \
         "printable ASCII, padded with blanks", "the OEM ID has bytes outside 0x20 to 0x7e",                 \
         "Linux prints them as they are", TEXT(view.header.oem_id))                                          \
    RULE(HEADER, NOTE, "id-padding", product_id_padding, "product_id",                                       \
         "printable ASCII, padded with blanks", "the product ID has bytes outside 0x20 to 0x7e",             \
         "Linux prints them as they are", TEXT(view.header.product_id))                                      \
    RULE(HEADER, ERROR, "entry-count-zero", entry_count_zero, "entry_count", "",                             \
         "the entry count is 0, but there are entries",                                                      \
         "FreeBSD, NetBSD, OpenBSD, SerenityOS and Haiku see no CPU", DEC(view.entry_count),                 \
         EXPECT(entries))                                                                                    \
    RULE(                                                                                                    \
        HEADER, ERROR, "entry-count-mismatch", entry_count_mismatch, "entry_count", "",                      \
        "the entry count is not the number of entries",                                                      \
        "DragonFly refuses the table; when too large, FreeBSD programs read foreign bytes, when too small, " \
        "the BSDs lose the last entries",                                                                    \
        DEC(view.entry_count), EXPECT(entries))                                                              \
    RULE(HEADER, NOTE, "reserved-bytes", header_reserved, "reserved", "0",                                   \
         "the header's reserved byte is not 0", "nobody looks", HEX(view.reserved))                          \
    RULE(                                                                                                    \
        HEADER, ERROR, "ext-length", ext_length, "extended_length", "the sum of whole entries",              \
        "the extended table's length does not end with an entry, or an entry there has an impossible "       \
        "length",                                                                                            \
        "FreeBSD's mptable stops with \"Extended Table HOSED!\"", DEC(view.extended_length))                 \
    RULE(HEADER, WARNING, "ext-checksum", ext_checksum, "extended_checksum", "",                             \
         "the extended checksum is neither the sum of the extended bytes nor what makes it 0",               \
         "HelenOS checks it", HEX(view.extended_checksum), EXPECT(right_extended_checksum))                  \
    RULE(HEADER, NOTE, "ext-without-entries", ext_without_entries, "extended_checksum", "0",                 \
         "there is an extended checksum, but no extended table", "HelenOS checks it",                        \
         HEX(view.extended_checksum))

/* The table as a whole */

static bool table_usable(const struct survey *s)
{
    return !pointer_usable(s) && given(s, MPT_FACT_USABLE) &&
           table_lies_in(s, s->facts.usable, s->facts.usable_count);
}

static bool table_collision(const struct survey *s)
{
    return !pointer_collision(s) && given(s, MPT_FACT_OCCUPIED) &&
           table_lies_in(s, s->facts.occupied, s->facts.occupied_count);
}

static bool has_table(const struct survey *s)
{
    return s->view.table_address != 0;
}

static bool window_overrun(const struct survey *s)
{
    return has_table(s) &&
           overlaps(s->view.table_address, s->table_end, MPT_BASE_MEMORY_END, VGA_HOLE_END);
}

/* FreeBSD wants the end itself below 1 MiB. */
static bool table_above_1m(const struct survey *s)
{
    return has_table(s) && s->table_end >= FIRST_MIB_END;
}

static bool table_overlaps_fp(const struct survey *s)
{
    const uint64_t fp = s->view.floating_address;

    return has_table(s) &&
           overlaps(s->view.table_address, s->table_end, fp, fp + MPT_FLOATING_SIZE);
}

/* RAM ends at memory_size; what lies in 0xc0000 to 0xfffff may be ROM. */
static bool beyond_memory(const struct survey *s)
{
    return given(s, MPT_FACT_MEMORY_SIZE) && s->table_end > s->facts.memory_size &&
           !(s->view.table_address >= VGA_HOLE_END && s->table_end <= FIRST_MIB_END);
}

static bool header_missing(const struct survey *s)
{
    return has_table(s) && !s->view.has_header;
}

static bool table_length_short(const struct survey *s)
{
    return s->view.has_header &&
           (s->view.base_length < MPT_HEADER_SIZE || s->cut_by_image || beyond_memory(s));
}

static bool entries_unsorted(const struct survey *s)
{
    return s->unsorted.entry >= 0;
}

static bool is_extended(uint8_t type)
{
    return type >= MPT_SPACE && type <= MPT_MODIFIER;
}

static bool unknown_entry_type(const struct survey *s)
{
    return s->stop == MPT_EUNKNOWN && !is_extended(s->stop_type);
}

static bool ext_in_base(const struct survey *s)
{
    return s->stop == MPT_EUNKNOWN && is_extended(s->stop_type);
}

static bool cpu_none_enabled(const struct survey *s)
{
    return s->whole && s->enabled == 0;
}

static bool bsp_missing(const struct survey *s)
{
    return s->whole && s->enabled_bsps == 0;
}

static bool cpu_id_sparse(const struct survey *s)
{
    return s->distinct > 0 && s->highest_id >= s->distinct;
}

static bool cpu_count_mismatch(const struct survey *s)
{
    return s->whole && given(s, MPT_FACT_VCPUS) && s->enabled != s->facts.vcpus;
}

static bool cpu_count_over_8(const struct survey *s)
{
    return s->enabled > 8;
}

static bool cpu_count_over_32(const struct survey *s)
{
    return s->enabled > 32;
}

static bool bus_pci_not_zero(const struct survey *s)
{
    return s->whole && s->pci_buses > 0 && !s->pci_zero;
}

static bool bus_missing_isa(const struct survey *s)
{
    return s->whole && s->isa_buses == 0;
}

static bool bus_hierarchy_missing(const struct survey *s)
{
    return s->pci_buses > 1 && s->view.extended_length == 0;
}

static bool ioapic_none(const struct survey *s)
{
    return s->whole && s->enabled_ioapics == 0;
}

static bool irq0_missing(const struct survey *s)
{
    return s->whole && s->io_ints > 0 && !s->irq0_int && !s->irq0_extint;
}

static bool int_none(const struct survey *s)
{
    return s->whole && s->io_ints == 0;
}

static bool int_count_limit(const struct survey *s)
{
    return s->io_ints > IO_INTS_MAX_32BIT;
}

static bool extint_multiple(const struct survey *s)
{
    return s->extints > 1;
}

static bool lint_missing(const struct survey *s)
{
    return s->whole && s->local_ints == 0;
}

#define TABLE_RULES(RULE)                                                                                  \
    RULE(TABLE, WARNING, "e820-usable", table_usable, "placement",                                         \
         "reserved in the guest's memory map",                                                             \
         "the table lies in memory that the guest is told it may use",                                     \
         "against MPS: Linux protects itself, others may overwrite it before they read it",                \
         HEX(view.table_address))                                                                          \
    RULE(                                                                                                  \
        TABLE, ERROR, "low-memory-collision", table_collision, "placement", "memory of its own",           \
        "the table overlaps what the loader puts into low memory",                                         \
        "one overwrites the other: kernel, command line, page tables or trampoline are damaged, or the "   \
        "table is",                                                                                        \
        HEX(view.table_address))                                                                           \
    RULE(TABLE, ERROR, "window-overrun", window_overrun, "placement",                                      \
         "an end at or below 0xa0000",                                                                     \
         "the table reaches into 0xa0000 to 0xbffff, the VGA hole: the value is its end",                  \
         "every system reads display memory, or nothing, in place of the last entries",                    \
         HEX(table_end))                                                                                   \
    RULE(TABLE, WARNING, "table-above-1m", table_above_1m, "placement", "an end below 0x100000",           \
         "the table does not end below 1 MiB: the value is its end",                                       \
         "FreeBSD says \"Unable to map end of MP Config Table\", xv6 faults", HEX(table_end))              \
    RULE(TABLE, ERROR, "table-overlaps-fp", table_overlaps_fp, "placement",                                \
         "structures apart from each other", "the floating pointer lies inside the table",                 \
         "pointer or length are certainly wrong", HEX(view.table_address))                                 \
    RULE(TABLE, ERROR, "table-length-short", header_missing, "base_length",                                \
         "a header where the pointer points",                                                              \
         "the table's header is not among the bytes there are", "readers run into foreign bytes",          \
         NO_VALUE)                                                                                         \
    RULE(TABLE, ERROR, "table-length-short", table_length_short, "base_length",                            \
         "44 or more, and all of these bytes there",                                                       \
         "the table's length is below that of its header, or runs past the bytes there are",               \
         "readers run into foreign bytes", DEC(view.base_length))                                          \
    RULE(TABLE, WARNING, "entries-unsorted", entries_unsorted, "entry", "ascending types",                 \
         "an entry's type is lower than that of the entry before it",                                      \
         "illumos stops early; FreeBSD prints \"MPTABLE OUT OF ORDER!\" for some cases",                   \
         DEC(unsorted_type), SPOT(unsorted))                                                               \
    RULE(                                                                                                  \
        TABLE, ERROR, "unknown-entry-type", unknown_entry_type, "entry", "0 to 4",                         \
        "an entry has a type that MPS does not define, so nobody knows its length",                        \
        "Linux skips the rest; FreeBSD panics; xv6 and Haiku loop for ever; memtest86+ refuses the table", \
        DEC(stop_type), SPOT(stop_spot))                                                                   \
    RULE(                                                                                                  \
        TABLE, ERROR, "ext-in-base", ext_in_base, "entry", "0 to 4",                                       \
        "an extended entry stands among the base entries",                                                 \
        "Linux skips the rest; FreeBSD panics; xv6 and Haiku loop for ever; memtest86+ refuses the table", \
        DEC(stop_type), SPOT(stop_spot))                                                                   \
    RULE(TABLE, ERROR, "entry-truncated", entry_cut, "entry", "whole entries",                             \
         "the last entry runs past the end of the table", "Linux and others read past the end",            \
         DEC(stop_type), SPOT(stop_spot))                                                                  \
    RULE(TABLE, ERROR, "cpu-none-enabled", cpu_none_enabled, "processors", "one or more",                  \
         "no processor is enabled", "Linux says \"no processors registered!\" and runs one CPU",           \
         DEC(enabled))                                                                                     \
    RULE(                                                                                                  \
        TABLE, ERROR, "bsp-missing", bsp_missing, "processors", "1",                                       \
        "no enabled processor is the bootstrap processor",                                                 \
        "DragonFly, 9front and illumos refuse the table; memtest86+ counts one CPU too many; Linux works", \
        DEC(enabled_bsps))                                                                                 \
    RULE(TABLE, ERROR, "cpu-count-mismatch", cpu_count_mismatch, "processors", "",                         \
         "the enabled processors are not as many as the virtual CPUs",                                     \
         "Linux waits for each missing one, xv6 hangs; virtual CPUs without an entry stay off",            \
         DEC(enabled), EXPECT(facts.vcpus))                                                                \
    RULE(TABLE, NOTE, "cpu-id-sparse", cpu_id_sparse, "processors", "0 to n-1",                            \
         "the APIC IDs are not 0 to n-1: the value is the highest",                                        \
         "legal, but they must be those of the virtual CPUs", DEC(highest_id))                             \
    RULE(TABLE, NOTE, "cpu-count-over-8", cpu_count_over_8, "processors", "at most 8",                     \
         "more than 8 processors are enabled", "xv6 uses 8", DEC(enabled))                                 \
    RULE(TABLE, NOTE, "cpu-count-over-32", cpu_count_over_32, "processors", "at most 32",                  \
         "more than 32 processors are enabled", "Debian's 686-pae kernel uses 32", DEC(enabled))           \
    RULE(TABLE, WARNING, "bus-pci-not-zero", bus_pci_not_zero, "buses", "a PCI bus with ID 0",             \
         "there are PCI buses, but none has ID 0", "FreeBSD panics when there are several",                \
         DEC(pci_buses))                                                                                   \
    RULE(TABLE, WARNING, "bus-missing-isa", bus_missing_isa, "buses", "an ISA or EISA bus",                \
         "there is no ISA or EISA bus", "Linux has no routing of ISA IRQs", DEC(isa_buses))                \
    RULE(TABLE, NOTE, "bus-hierarchy-missing", bus_hierarchy_missing, "extended",                          \
         "an entry for each bus below another one",                                                        \
         "there are several PCI buses and no extended entries",                                            \
         "against the letter of MPS; nobody minds", DEC(pci_buses))                                        \
    RULE(TABLE, ERROR, "ioapic-none", ioapic_none, "io_apics", "one or more",                              \
         "no I/O APIC is enabled",                                                                         \
         "Linux stalls when it needs the PIT; illumos assumes that there is one",                          \
         DEC(enabled_ioapics))                                                                             \
    RULE(TABLE, ERROR, "irq0-missing", irq0_missing, "io_interrupts",                                      \
         "an INT entry for ISA IRQ 0", "there are interrupt entries, but none for ISA IRQ 0",              \
         "Linux crashes with a NULL pointer on every machine where it needs the PIT", NO_VALUE)            \
    RULE(TABLE, WARNING, "int-none", int_none, "io_interrupts", "one for each connected input",            \
         "there are no interrupt entries", "Linux invents ISA defaults, with IRQ 0 on input 2",            \
         DEC(io_ints))                                                                                     \
    RULE(TABLE, WARNING, "extint-multiple", extint_multiple, "io_interrupts", "at most 1",                 \
         "more than one interrupt entry is ExtINT",                                                        \
         "there is only one 8259 to ask for the vector", DEC(extints))                                     \
    RULE(TABLE, WARNING, "int-count-limit", int_count_limit, "io_interrupts", "at most 256",               \
         "there are more than 256 interrupt entries",                                                      \
         "32-bit Linux panics; 64-bit Linux does at 1024", DEC(io_ints))                                   \
    RULE(                                                                                                  \
        TABLE, NOTE, "lint-missing", lint_missing, "local_interrupts",                                     \
        "ExtINT on LINTIN 0, NMI on LINTIN 1", "there are no local interrupt entries",                     \
        "FreeBSD, NetBSD, OpenBSD and illumos set the LVT from them: NMIs do not reach the application "   \
        "processors",                                                                                      \
        DEC(local_ints))

/* Processors */

static bool cpu_enabled(const struct survey *s)
{
    return s->e.processor.flags & MPT_CPU_ENABLED;
}

static bool cpu_bsp(const struct survey *s)
{
    return s->e.processor.flags & MPT_CPU_BSP;
}

static bool cpu_integrated(const struct survey *s)
{
    return s->e.processor.apic_version >> 4 == 1;
}

static bool bsp_multiple(const struct survey *s)
{
    return s->bsps > 1 && cpu_bsp(s);
}

static bool bsp_disabled(const struct survey *s)
{
    return cpu_bsp(s) && !cpu_enabled(s);
}

static bool bsp_id_mismatch(const struct survey *s)
{
    return given(s, MPT_FACT_BSP) && cpu_bsp(s) && s->e.processor.apic_id != s->facts.bsp_apic_id;
}

static bool bsp_not_first(const struct survey *s)
{
    return !s->first_is_bsp && cpu_bsp(s);
}

static bool id_again(const struct survey *s)
{
    return s->mark & MARK_ID_AGAIN;
}

static bool cpu_id_255(const struct survey *s)
{
    return s->e.processor.apic_id == MPT_ALL;
}

static bool cpu_id_over_14(const struct survey *s)
{
    return s->e.processor.apic_id > 14;
}

static bool cpu_id_over_62(const struct survey *s)
{
    return s->e.processor.apic_id > 62;
}

static bool cpu_disabled(const struct survey *s)
{
    return !cpu_enabled(s);
}

static bool cpu_version_discrete(const struct survey *s)
{
    return cpu_enabled(s) && !cpu_integrated(s);
}

static bool cpu_version_mismatch(const struct survey *s)
{
    return given(s, MPT_FACT_APIC_VERSION) && cpu_enabled(s) &&
           s->e.processor.apic_version != s->facts.apic_version;
}

static bool cpu_disabled_zero_version(const struct survey *s)
{
    return !cpu_enabled(s) && !cpu_integrated(s);
}

/* Of an extended family the family field is 15, so one comparison tells both. */
static bool cpu_signature_family(const struct survey *s)
{
    return (s->e.processor.signature >> 8 & 0xf) > 7;
}

static bool cpu_features_missing(const struct survey *s)
{
    const uint32_t wanted = FEATURE_FPU | FEATURE_APIC;

    return cpu_enabled(s) && (s->e.processor.features & wanted) != wanted;
}

static bool reserved_bytes(const struct survey *s)
{
    return s->e.reserved != 0;
}

#define PROCESSOR_RULES(RULE)                                                                      \
    RULE(PROCESSOR, ERROR, "bsp-multiple", bsp_multiple, "bsp", "true for one processor",          \
         "there is more than one bootstrap processor",                                             \
         "DragonFly refuses the table; memtest86+ counts too few CPUs",                            \
         BIT(e.processor.flags, MPT_CPU_BSP))                                                      \
    RULE(PROCESSOR, ERROR, "bsp-disabled", bsp_disabled, "enabled", "true",                        \
         "the bootstrap processor is disabled",                                                    \
         "Linux 6.1 stops with a kernel BUG in setup_local_APIC, others lose a CPU",               \
         BIT(e.processor.flags, MPT_CPU_ENABLED))                                                  \
    RULE(PROCESSOR, ERROR, "bsp-id-mismatch", bsp_id_mismatch, "apic_id", "",                      \
         "the bootstrap processor's APIC ID is not that of the virtual CPU that runs first",       \
         "illumos refuses the table; Linux up to 6.8 loses a CPU", DEC(e.processor.apic_id),       \
         EXPECT(facts.bsp_apic_id))                                                                \
    RULE(PROCESSOR, NOTE, "bsp-not-first", bsp_not_first, "bsp", "true for the first processor",   \
         "the bootstrap processor is not the first one in the table",                              \
         "legal, but PC firmware puts it first", BIT(e.processor.flags, MPT_CPU_BSP))              \
    RULE(PROCESSOR, ERROR, "cpu-id-duplicate", id_again, "apic_id", "an ID of its own",            \
         "an enabled processor before it has the same APIC ID",                                    \
         "Linux and 9front lose one of the two", DEC(e.processor.apic_id))                         \
    RULE(PROCESSOR, ERROR, "cpu-id-255", cpu_id_255, "apic_id", "0 to 254",                        \
         "APIC ID 255 means all processors", "nobody can start this one",                          \
         DEC(e.processor.apic_id))                                                                 \
    RULE(PROCESSOR, NOTE, "cpu-id-over-14", cpu_id_over_14, "apic_id", "0 to 14",                  \
         "the APIC ID is above 14", "an APIC with 4-bit IDs cannot have it",                       \
         DEC(e.processor.apic_id))                                                                 \
    RULE(PROCESSOR, WARNING, "cpu-id-over-62", cpu_id_over_62, "apic_id", "0 to 62",               \
         "the APIC ID is above 62", "current FreeBSD for amd64 does not start that processor",     \
         DEC(e.processor.apic_id))                                                                 \
    RULE(PROCESSOR, WARNING, "cpu-disabled", cpu_disabled, "enabled", "true",                      \
         "the processor is disabled",                                                              \
         "memtest86+ and xv6 start it anyway; Linux counts it as room for hotplug",                \
         BIT(e.processor.flags, MPT_CPU_ENABLED))                                                  \
    RULE(PROCESSOR, ERROR, "cpu-version-discrete", cpu_version_discrete, "apic_version",           \
         "0x10 to 0x1f", "the APIC version is not that of an integrated APIC",                     \
         "memtest86+ disables SMP; Linux and Haiku send no STARTUP to a version 0x01 to 0x0f",     \
         HEX(e.processor.apic_version))                                                            \
    RULE(PROCESSOR, NOTE, "cpu-version-mismatch", cpu_version_mismatch, "apic_version", "",        \
         "the APIC version is not the one that the virtual APIC reports",                          \
         "Linux up to 6.8 prints a line for each CPU", HEX(e.processor.apic_version),              \
         EXPECT(facts.apic_version))                                                               \
    RULE(PROCESSOR, ERROR, "cpu-disabled-zero-version", cpu_disabled_zero_version, "apic_version", \
         "0x10 to 0x1f", "a disabled processor's APIC version is not that of an integrated APIC",  \
         "memtest86+ refuses the whole table", HEX(e.processor.apic_version))                      \
    RULE(PROCESSOR, NOTE, "cpu-signature-family", cpu_signature_family, "signature",               \
         "a family up to 7 in bits 8 to 11", "the family in the CPU signature is above 7",         \
         "Haiku indexes an array of 8 names by it", HEX(e.processor.signature))                    \
    RULE(PROCESSOR, NOTE, "cpu-features-missing", cpu_features_missing, "features",                \
         "bits 0 and 9 set", "the feature flags lack bit 0 (FPU) or bit 9 (APIC)",                 \
         "nobody checks", HEX(e.processor.features))                                               \
    RULE(PROCESSOR, NOTE, "reserved-bytes", reserved_bytes, "reserved", "0",                       \
         "reserved bytes of the entry are not 0", "nobody looks", HEX(e.reserved))

/* Buses */

static bool bus_type_unknown(const struct survey *s)
{
    return mpt_bus_type(s->e.bus.bus_type) < 0;
}

static bool bus_type_padding(const struct survey *s)
{
    const int type = mpt_bus_type(s->e.bus.bus_type);

    return type >= 0 &&
           memcmp(s->e.bus.bus_type, mpt_bus_types[type], sizeof(s->e.bus.bus_type)) != 0;
}

static bool bus_multiple_isa(const struct survey *s)
{
    return s->mark & MARK_ISA_AGAIN;
}

static bool bus_order(const struct survey *s)
{
    return s->mark & MARK_BUS_ORDER;
}

#define BUS_RULES(RULE)                                                                             \
    RULE(BUS, NOTE, "bus-order", bus_order, "bus_id", "0 for the first bus, then ascending IDs",    \
         "the bus ID is lower than that of the bus before it, or the first one is not 0",           \
         "against the letter of MPS", DEC(e.bus.bus_id))                                            \
    RULE(                                                                                           \
        BUS, ERROR, "bus-type-unknown", bus_type_unknown, "bus_type",                               \
        "one of the 18 names of MPS", "MPS does not define that bus type",                          \
        "FreeBSD panics on an interrupt that conforms to that bus; Linux says \"Unknown bustype\"", \
        TEXT(e.bus.bus_type))                                                                       \
    RULE(BUS, ERROR, "bus-type-padding", bus_type_padding, "bus_type",                              \
         "upper case, padded with blanks",                                                          \
         "the bus type is not in upper case and padded with blanks to six bytes",                   \
         "FreeBSD panics; NetBSD, OpenBSD and Plan 9 do not know the bus", TEXT(e.bus.bus_type))    \
    RULE(BUS, ERROR, "bus-id-duplicate", id_again, "bus_id", "an ID of its own",                    \
         "a bus before it has the same ID",                                                         \
         "DragonFly refuses the table; others keep the last one", DEC(e.bus.bus_id))                \
    RULE(BUS, WARNING, "bus-multiple-isa", bus_multiple_isa, "bus_type", "one ISA or EISA bus",     \
         "there is more than one ISA or EISA bus",                                                  \
         "NetBSD and OpenBSD say \"oops: multiple isa busses?\"", TEXT(e.bus.bus_type))

/* I/O APICs */

static bool ioapic_address_zero(const struct survey *s)
{
    return s->e.ioapic.address == 0;
}

static bool ioapic_address_duplicate(const struct survey *s)
{
    return s->mark & MARK_ADDRESS_AGAIN;
}

static bool ioapic_address_align(const struct survey *s)
{
    return s->e.ioapic.address % 4096 != 0;
}

static bool ioapic_id_clash_cpu(const struct survey *s)
{
    return s->listed[s->e.ioapic.apic_id] != 0;
}

static bool ioapic_id_over_15(const struct survey *s)
{
    return s->e.ioapic.apic_id > 15 && s->e.ioapic.apic_id != MPT_ALL;
}

static bool ioapic_id_255(const struct survey *s)
{
    return s->e.ioapic.apic_id == MPT_ALL;
}

static bool ioapic_id_mismatch(const struct survey *s)
{
    return given(s, MPT_FACT_IOAPIC_ID) && s->index == 0 &&
           s->e.ioapic.apic_id != s->facts.ioapic_id;
}

static bool ioapic_disabled(const struct survey *s)
{
    return !(s->e.ioapic.flags & MPT_IOAPIC_ENABLED);
}

#define IOAPIC_RULES(RULE)                                                                        \
    RULE(IOAPIC, ERROR, "ioapic-address-zero", ioapic_address_zero, "address",                    \
         "0xfec00000 for the first one", "the I/O APIC's address is 0",                           \
         "Linux says \"Bogus (zero) I/O APIC address\", skips it and stalls later; Xen skips it", \
         HEX(e.ioapic.address))                                                                   \
    RULE(IOAPIC, ERROR, "ioapic-address-duplicate", ioapic_address_duplicate, "address",          \
         "an address of its own", "an enabled I/O APIC before it has the same address",           \
         "Linux ignores the second one; DragonFly refuses the table", HEX(e.ioapic.address))      \
    RULE(IOAPIC, WARNING, "ioapic-address-align", ioapic_address_align, "address",                \
         "a multiple of 0x1000", "the I/O APIC's address is not on a 4 KiB boundary",             \
         "against the letter of MPS", HEX(e.ioapic.address))                                      \
    RULE(IOAPIC, ERROR, "ioapic-id-duplicate", id_again, "apic_id", "an ID of its own",           \
         "an I/O APIC before it has the same ID",                                                 \
         "FreeBSD panics; NetBSD and OpenBSD ignore the second one; Linux renames it",            \
         DEC(e.ioapic.apic_id))                                                                   \
    RULE(IOAPIC, NOTE, "ioapic-id-clash-cpu", ioapic_id_clash_cpu, "apic_id",                     \
         "an ID that no processor has", "the I/O APIC's ID is a processor's too",                 \
         "against the letter of MPS; every reader that was tried accepts it",                     \
         DEC(e.ioapic.apic_id))                                                                   \
    RULE(IOAPIC, WARNING, "ioapic-id-over-15", ioapic_id_over_15, "apic_id", "0 to 15",           \
         "the I/O APIC's ID is above 15, and its register holds 4 bits",                          \
         "FreeBSD, OpenBSD and illumos write a cut value; xv6 prints a mismatch",                 \
         DEC(e.ioapic.apic_id))                                                                   \
    RULE(IOAPIC, ERROR, "ioapic-id-255", ioapic_id_255, "apic_id", "0 to 15",                     \
         "I/O APIC ID 255 means all of them", "FreeBSD up to 10 panics", DEC(e.ioapic.apic_id))   \
    RULE(IOAPIC, NOTE, "ioapic-id-mismatch", ioapic_id_mismatch, "apic_id", "",                   \
         "the I/O APIC's ID is not the one that its register has",                                \
         "xv6, FreeBSD and OpenBSD print a message", DEC(e.ioapic.apic_id),                       \
         EXPECT(facts.ioapic_id))                                                                 \
    RULE(IOAPIC, WARNING, "ioapic-disabled", ioapic_disabled, "enabled", "true",                  \
         "the I/O APIC is disabled", "nobody uses it; interrupts to it are dropped",              \
         BIT(e.ioapic.flags, MPT_IOAPIC_ENABLED))

/* I/O interrupts */

static bool reserved_line(uint16_t flags)
{
    return (flags & 3) == 2 || (flags >> 2 & 3) == 2;
}

static bool isa_irq(const struct survey *s, uint8_t irq)
{
    return s->bus_kind[s->e.io_int.bus_id] == MPT_BUS_ISA && s->e.io_int.irq == irq;
}

static bool is_int(const struct survey *s)
{
    return s->e.io_int.int_type == MPT_INT;
}

static bool from_pci(const struct survey *s)
{
    return s->bus_kind[s->e.io_int.bus_id] == MPT_BUS_PCI;
}

static bool irq0_extint_only(const struct survey *s)
{
    return s->whole && !s->irq0_int && isa_irq(s, 0) && s->e.io_int.int_type == MPT_EXTINT;
}

static bool irq0_pin(const struct survey *s)
{
    return given(s, MPT_FACT_IRQ0) && isa_irq(s, 0) && is_int(s) &&
           s->e.io_int.intin != s->facts.irq0_intin;
}

static bool irq2_entry(const struct survey *s)
{
    return isa_irq(s, CASCADE_IRQ) && is_int(s);
}

static bool int_unknown_bus(const struct survey *s)
{
    return s->bus_kind[s->e.io_int.bus_id] == MPT_BUS_NONE;
}

static bool int_unknown_ioapic(const struct survey *s)
{
    return s->e.io_int.apic_id != MPT_ALL && !s->ioapic[s->e.io_int.apic_id];
}

static bool int_dest_wildcard(const struct survey *s)
{
    return s->e.io_int.apic_id == MPT_ALL && !s->ioapic[MPT_ALL];
}

static bool int_pin_range(const struct survey *s)
{
    return given(s, MPT_FACT_INPUTS) && s->e.io_int.intin >= s->facts.ioapic_inputs;
}

static bool int_pin_conflict(const struct survey *s)
{
    return s->mark & MARK_PIN;
}

static bool int_source_conflict(const struct survey *s)
{
    return s->mark & MARK_SOURCE;
}

static bool int_duplicate(const struct survey *s)
{
    return s->mark & MARK_SAME;
}

static bool int_flags_reserved(const struct survey *s)
{
    return reserved_line(s->e.io_int.flags);
}

static bool int_flags_high_bits(const struct survey *s)
{
    return s->e.io_int.flags >> 4 != 0;
}

static bool int_type_reserved(const struct survey *s)
{
    return s->e.io_int.int_type > MPT_EXTINT;
}

static bool isa_irq_range(const struct survey *s)
{
    return s->bus_kind[s->e.io_int.bus_id] == MPT_BUS_ISA && s->e.io_int.irq >= ISA_IRQS;
}

static bool pci_irq_reserved_bit(const struct survey *s)
{
    return from_pci(s) && s->e.io_int.irq & PCI_RESERVED;
}

static bool pci_high(const struct survey *s)
{
    return from_pci(s) && is_int(s) && (s->e.io_int.flags & 3) == MPT_HIGH;
}

static bool pci_edge(const struct survey *s)
{
    return from_pci(s) && is_int(s) && (s->e.io_int.flags >> 2 & 3) == MPT_EDGE && !pci_high(s);
}

#define IO_INT_RULES(RULE)                                                                                   \
    RULE(IO_INT, ERROR, "irq0-extint-only", irq0_extint_only, "",                                            \
         "an INT entry for ISA IRQ 0 as well", "ISA IRQ 0 has an ExtINT entry and no INT entry",             \
         "Linux crashes with a NULL pointer on every machine where it needs the PIT", NO_VALUE)              \
    RULE(                                                                                                    \
        IO_INT, WARNING, "irq0-pin", irq0_pin, "pin", "",                                                    \
        "ISA IRQ 0 goes to another input than the one that the timer is wired to",                           \
        "Linux says \"8254 timer not connected to IO-APIC\" and falls back; others lose the timer",          \
        DEC(e.io_int.intin), EXPECT(facts.irq0_intin))                                                       \
    RULE(IO_INT, NOTE, "irq2-entry", irq2_entry, "irq", "no entry",                                          \
         "ISA IRQ 2 is the cascade between the two 8259 and never a device",                                 \
         "harmless, but on input 2 it shares the timer's input", DEC(e.io_int.irq))                          \
    RULE(                                                                                                    \
        IO_INT, ERROR, "int-unknown-bus", int_unknown_bus, "bus", "the ID of a bus entry",                   \
        "the source bus has no entry",                                                                       \
        "FreeBSD panics with \"interrupt from missing bus\"; NetBSD reads past an array; OpenBSD drops the " \
        "entry",                                                                                             \
        DEC(e.io_int.bus_id))                                                                                \
    RULE(IO_INT, ERROR, "int-unknown-ioapic", int_unknown_ioapic, "io_apic",                                 \
         "the ID of an I/O APIC entry", "the destination I/O APIC has no entry",                             \
         "FreeBSD ignores the entry with a message; OpenBSD says \"can't find ioapic\"",                     \
         DEC(e.io_int.apic_id))                                                                              \
    RULE(                                                                                                    \
        IO_INT, WARNING, "int-dest-wildcard", int_dest_wildcard, "io_apic",                                  \
        "the ID of an I/O APIC entry", "the destination is every I/O APIC",                                  \
        "Linux and 9front do not understand it; FreeBSD takes it only when there is one I/O APIC",           \
        DEC(e.io_int.apic_id))                                                                               \
    RULE(IO_INT, ERROR, "int-pin-range", int_pin_range, "pin", "below the number of inputs",                 \
         "the I/O APIC has no such input", "DragonFly panics; NetBSD and OpenBSD say \"bad pin\"",           \
         DEC(e.io_int.intin))                                                                                \
    RULE(                                                                                                    \
        IO_INT, WARNING, "int-pin-conflict", int_pin_conflict, "pin", "an input of its own",                 \
        "an entry before it leads another source to the same input, and neither comes from a PCI bus",       \
        "OpenBSD says \"conflicting map entries\"; Linux takes the first", DEC(e.io_int.intin))              \
    RULE(IO_INT, WARNING, "int-source-conflict", int_source_conflict, "pin",                                 \
         "one input for a source", "an entry before it leads the same source to another input",              \
         "Linux takes the first; FreeBSD remaps", DEC(e.io_int.intin))                                       \
    RULE(IO_INT, NOTE, "int-duplicate", int_duplicate, "", "once",                                           \
         "an entry before it is identical", "Linux drops it", NO_VALUE)                                      \
    RULE(IO_INT, ERROR, "int-flags-reserved", int_flags_reserved, "flags", "0, 1 or 3 for each",             \
         "polarity or trigger mode is 2, which is reserved", "FreeBSD, NetBSD and OpenBSD panic",            \
         HEX(e.io_int.flags))                                                                                \
    RULE(IO_INT, NOTE, "int-flags-high-bits", int_flags_high_bits, "flags", "0 in bits 4 to 15",             \
         "reserved bits of the flags are set", "nobody looks", HEX(e.io_int.flags))                          \
    RULE(IO_INT, ERROR, "int-type-reserved", int_type_reserved, "type", "0 to 3",                            \
         "MPS does not define that interrupt type", "the entry is ignored or misread",                       \
         DEC(e.io_int.int_type))                                                                             \
    RULE(IO_INT, WARNING, "isa-irq-range", isa_irq_range, "irq", "0 to 15",                                  \
         "an ISA IRQ is above 15", "DragonFly refuses the table", DEC(e.io_int.irq))                         \
    RULE(IO_INT, WARNING, "pci-irq-reserved-bit", pci_irq_reserved_bit, "irq",                               \
         "device * 4 + pin, below 128", "bit 7 of a PCI source is set, which is reserved",                   \
         "it is read as another device", HEX(e.io_int.irq))                                                  \
    RULE(IO_INT, NOTE, "pci-edge", pci_high, "polarity", "active low, or conforming",                        \
         "a PCI interrupt is said to be active high", "legal, but usually a slip",                           \
         HEX(e.io_int.flags))                                                                                \
    RULE(IO_INT, NOTE, "pci-edge", pci_edge, "trigger", "level, or conforming",                              \
         "a PCI interrupt is said to be edge-triggered", "legal, but usually a slip",                        \
         HEX(e.io_int.flags))

/* Local interrupts */

static bool local_unknown_bus(const struct survey *s)
{
    return s->bus_kind[s->e.local_int.bus_id] == MPT_BUS_NONE;
}

static bool local_flags_reserved(const struct survey *s)
{
    return reserved_line(s->e.local_int.flags);
}

static bool local_flags_high_bits(const struct survey *s)
{
    return s->e.local_int.flags >> 4 != 0;
}

static bool local_type_reserved(const struct survey *s)
{
    return s->e.local_int.int_type > MPT_EXTINT;
}

static bool lint_extint_pin(const struct survey *s)
{
    return s->e.local_int.int_type == MPT_EXTINT && s->e.local_int.lintin != 0;
}

static bool lint_nmi_pin(const struct survey *s)
{
    return s->e.local_int.int_type == MPT_NMI && s->e.local_int.lintin != 1;
}

static bool lint_pin_range(const struct survey *s)
{
    return s->e.local_int.lintin > 1;
}

static bool lint_unknown_cpu(const struct survey *s)
{
    return s->e.local_int.apic_id != MPT_ALL && !s->listed[s->e.local_int.apic_id];
}

static bool lint_extint_all(const struct survey *s)
{
    return s->e.local_int.int_type == MPT_EXTINT && s->e.local_int.apic_id == MPT_ALL;
}

static bool lint_vectored(const struct survey *s)
{
    return s->e.local_int.int_type == MPT_INT;
}

#define LOCAL_INT_RULES(RULE)                                                                                \
    RULE(                                                                                                    \
        LOCAL_INT, ERROR, "int-unknown-bus", local_unknown_bus, "bus", "the ID of a bus entry",              \
        "the source bus has no entry",                                                                       \
        "FreeBSD panics with \"interrupt from missing bus\"; NetBSD reads past an array; OpenBSD drops the " \
        "entry",                                                                                             \
        DEC(e.local_int.bus_id))                                                                             \
    RULE(LOCAL_INT, ERROR, "int-flags-reserved", local_flags_reserved, "flags",                              \
         "0, 1 or 3 for each", "polarity or trigger mode is 2, which is reserved",                           \
         "FreeBSD, NetBSD and OpenBSD panic", HEX(e.local_int.flags))                                        \
    RULE(LOCAL_INT, NOTE, "int-flags-high-bits", local_flags_high_bits, "flags",                             \
         "0 in bits 4 to 15", "reserved bits of the flags are set", "nobody looks",                          \
         HEX(e.local_int.flags))                                                                             \
    RULE(LOCAL_INT, ERROR, "int-type-reserved", local_type_reserved, "type", "0 to 3",                       \
         "MPS does not define that interrupt type", "the entry is ignored or misread",                       \
         DEC(e.local_int.int_type))                                                                          \
    RULE(LOCAL_INT, ERROR, "lint-extint-pin", lint_extint_pin, "lint", "0",                                  \
         "ExtINT is not on LINTIN 0", "Xen stops with a BUG", DEC(e.local_int.lintin))                       \
    RULE(LOCAL_INT, ERROR, "lint-nmi-pin", lint_nmi_pin, "lint", "1", "NMI is not on LINTIN 1",              \
         "Xen stops with a BUG", DEC(e.local_int.lintin))                                                    \
    RULE(LOCAL_INT, ERROR, "lint-pin-range", lint_pin_range, "lint", "0 or 1",                               \
         "there is no such LINTIN", "NetBSD and OpenBSD say \"pin of local apic doesn't exist!\"",           \
         DEC(e.local_int.lintin))                                                                            \
    RULE(LOCAL_INT, WARNING, "lint-unknown-cpu", lint_unknown_cpu, "local_apic",                             \
         "the APIC ID of a processor entry, or 255",                                                         \
         "the destination local APIC is no processor's", "the interrupt reaches nobody",                     \
         DEC(e.local_int.apic_id))                                                                           \
    RULE(LOCAL_INT, NOTE, "lint-extint-all", lint_extint_all, "local_apic",                                  \
         "the bootstrap processor's APIC ID", "ExtINT goes to every local APIC",                             \
         "legal and common: systems enable it on one processor", DEC(e.local_int.apic_id))                   \
    RULE(LOCAL_INT, NOTE, "lint-vectored", lint_vectored, "type", "ExtINT or NMI",                           \
         "an INT goes to a LINTIN", "FreeBSD ignores the entry", DEC(e.local_int.int_type))

#define EXTENDED_RULES(RULE)                                                \
    RULE(EXTENDED, NOTE, "reserved-bytes", reserved_bytes, "reserved", "0", \
         "reserved bytes of the entry are not 0", "nobody looks", HEX(e.reserved))

_Static_assert(sizeof(((struct mpt_finding *)0)->text) >=
                   sizeof(((struct mpt_header *)0)->product_id),
               "no room for the longest text");

/* By enum mpt_part: the order of the findings */
#define ALL_RULES(RULE)   \
    FLOATING_RULES(RULE)  \
    HEADER_RULES(RULE)    \
    TABLE_RULES(RULE)     \
    PROCESSOR_RULES(RULE) \
    BUS_RULES(RULE)       \
    IOAPIC_RULES(RULE)    \
    IO_INT_RULES(RULE)    \
    LOCAL_INT_RULES(RULE) \
    EXTENDED_RULES(RULE)

#define NUMBER(part, severity, id, breaks, ...) part##_##breaks,
enum { ALL_RULES(NUMBER) RULES };
_Static_assert((size_t)RULES <= MPT_RULES_MAX, "MPT_RULES_MAX is too small");

#define ROW(part, severity, id, breaks, field, expected, detail, who, ...) \
    { { id, MPT_##severity, MPT_PART_##part, field, expected, detail, who }, __VA_ARGS__ },
static const struct check checks[RULES] = { ALL_RULES(ROW) };

const struct mpt_rule *mpt_rule_at(size_t i)
{
    return i < RULES ? &checks[i].rule : NULL;
}

static uint64_t member_value(const struct survey *s, struct member m)
{
    const uint8_t *const at = (const uint8_t *)s + m.offset;
    uint8_t v1;
    uint16_t v2;
    uint32_t v4;
    uint64_t v8;

    switch (m.width) {
    case sizeof(v1):
        memcpy(&v1, at, sizeof(v1));
        return v1;
    case sizeof(v2):
        memcpy(&v2, at, sizeof(v2));
        return v2;
    case sizeof(v4):
        memcpy(&v4, at, sizeof(v4));
        return v4;
    case sizeof(v8):
        memcpy(&v8, at, sizeof(v8));
        return v8;
    default:
        return 0;
    }
}

/* What a finding points at: the structure, the entry that the survey saw, or the entry looked at */
static struct spot place_of(const struct survey *s, const struct check *check)
{
    const enum mpt_part part = check->rule.part;
    struct spot spot = { -1, s->view.table_address };

    if (part == MPT_PART_FLOATING || (part == MPT_PART_TABLE && s->view.table_address == 0))
        spot.address = s->view.floating_address;
    else if (check->spot.width > 0)
        memcpy(&spot, (const uint8_t *)s + check->spot.offset, sizeof(spot));
    else if (part >= MPT_PART_PROCESSOR)
        spot = (struct spot){ (int)s->e.index, s->view.table_address + (uint32_t)s->e.offset };
    return spot;
}

static void write_finding(const struct survey *s, const struct check *check,
                          struct mpt_finding *finding)
{
    const struct spot spot = place_of(s, check);

    *finding = (struct mpt_finding){
        .rule = &check->rule,
        .address = spot.address,
        .entry = spot.entry,
        .index = s->index,
        .show = check->show,
        .value = member_value(s, check->value),
        .has_expected = check->expected.width > 0,
        .expected = member_value(s, check->expected),
    };
    if (check->show == MPT_VALUE_BOOL)
        finding->value = (finding->value & check->bit) != 0;
    if (check->show == MPT_VALUE_TEXT) {
        finding->value = 0;
        finding->text_size = check->value.width;
        memcpy(finding->text, (const uint8_t *)s + check->value.offset, check->value.width);
    }
}

/* The findings so far, by rule. Rows are not cleared: those are there whose count is not 0. */
struct findings {
    size_t size;
    uint8_t rules[RULES]; /* those that are broken, ascending */
    unsigned counts[RULES];
    struct mpt_finding rows[RULES];
};
_Static_assert(RULES <= UINT8_MAX, "a rule's number is a byte");

/*
 * Not inlined: most rules hold, and asking them all is short when what a broken one takes is
 * elsewhere.
 */
static __attribute__((noinline)) void note(struct findings *found, unsigned rule,
                                           const struct survey *s)
{
    size_t i = found->size;

    if (found->counts[rule]++ > 0)
        return;
    for (; i > 0 && found->rules[i - 1] > rule; i--)
        found->rules[i] = found->rules[i - 1];
    found->rules[i] = (uint8_t)rule;
    found->size++;
    write_finding(s, &checks[rule], &found->rows[rule]);
}

/* The rules of one part, each with its finding */
#define JUDGE(part, severity, id, breaks, ...) \
    if (breaks(s))                             \
        note(found, part##_##breaks, s);
#define DEFINE_JUDGE(name, RULES_OF_PART)                            \
    static void name(const struct survey *s, struct findings *found) \
    {                                                                \
        RULES_OF_PART(JUDGE)                                         \
    }

DEFINE_JUDGE(judge_floating, FLOATING_RULES)
DEFINE_JUDGE(judge_header, HEADER_RULES)
DEFINE_JUDGE(judge_table, TABLE_RULES)
DEFINE_JUDGE(judge_processor, PROCESSOR_RULES)
DEFINE_JUDGE(judge_bus, BUS_RULES)
DEFINE_JUDGE(judge_ioapic, IOAPIC_RULES)
DEFINE_JUDGE(judge_io_int, IO_INT_RULES)
DEFINE_JUDGE(judge_local_int, LOCAL_INT_RULES)
DEFINE_JUDGE(judge_extended, EXTENDED_RULES)

/* The base entries that the survey walked over: each is whole, and of a defined type. */
static void judge_base_entries(struct survey *s, struct findings *found)
{
    unsigned seen[MPT_BASE_TYPES] = { 0 }, index = 0;

    for (size_t at = MPT_HEADER_SIZE; at < s->walked_end; at += size_base(s->view.table[at])) {
        const uint8_t *const e = s->view.table + at;

        s->index = seen[e[0]]++;
        s->mark = s->marks[at / 8];
        s->e.index = index++;
        s->e.offset = at;
        s->e.reserved = 0;
        switch (e[0]) {
#define JUDGE_ENTRY(T, S, array, word)        \
    case MPT_##T:                             \
        s->e.S = load_##S(e, &s->e.reserved); \
        judge_##S(s, found);                  \
        break;
            ENTRIES_BASE(JUDGE_ENTRY)
#undef JUDGE_ENTRY
        default:
            break;
        }
    }
}

static void judge_extended_entries(struct survey *s, struct findings *found)
{
    struct mpt_walk walk;
    enum mpt_err err;

    mpt_walk_extended(&s->view, &walk);
    for (s->index = 0; mpt_next(&walk, &s->e, &err); s->index++)
        judge_extended(s, found);
}

size_t mpt_check(const struct mpt_memory *memory, const struct mpt_view *view,
                 const struct mpt_facts *facts, struct mpt_finding *found, size_t cap)
{
    struct findings all;
    struct survey s;

    all.size = 0;
    memset(all.counts, 0, sizeof(all.counts));
    mpt_survey(&s, memory, view, facts);
    if (!view && fp_not_found(&s))
        note(&all, FLOATING_fp_not_found, &s);
    if (view) {
        judge_floating(&s, &all);
        judge_table(&s, &all);
    }
    if (view && view->has_header) {
        judge_header(&s, &all);
        judge_base_entries(&s, &all);
        judge_extended_entries(&s, &all);
    }
    for (size_t i = 0; i < all.size && i < cap; i++) {
        found[i] = all.rows[all.rules[i]];
        found[i].count = all.counts[all.rules[i]];
    }
    return all.size;
}
