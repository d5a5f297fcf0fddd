/* SPDX-License-Identifier: ISC */
/*
 * libmptable - Intel MultiProcessor Specification 1.4 (MPS) tables: values to bytes and back.
 *
 * The library allocates nothing, does no I/O, keeps no state and needs only mem* from outside, so a
 * monitor can take its source as it is. It knows the wire format and no policy: the caller decides
 * which values a guest sees, and where in the guest's memory they lie.
 */
#ifndef MPTABLE_H
#define MPTABLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MPT_VERSION_MAJOR 0
#define MPT_VERSION_MINOR 2
#define MPT_VERSION_PATCH 0
#define MPT_VERSION       "0.2.0"

/* mpt_version - the version of the library that runs, which need not be that of this header */
/*@ assigns \nothing; ensures \valid_read(\result); */
const char *mpt_version(void);

/* Sizes in bytes. MPS 1.4 Table 4-1, Table 4-2, Table 4-3, Table 4-13 */
enum {
    MPT_FLOATING_SIZE = 16,
    MPT_HEADER_SIZE = 44,
    MPT_PROCESSOR_SIZE = 20,
    MPT_BUS_SIZE = 8,
    MPT_IOAPIC_SIZE = 8,
    MPT_IO_INT_SIZE = 8,
    MPT_LOCAL_INT_SIZE = 8,
    MPT_SPACE_SIZE = 20,
    MPT_HIERARCHY_SIZE = 8,
    MPT_MODIFIER_SIZE = 8,
    MPT_TABLE_MAX = 65535,   /* of the base table, and of the extended one: 16-bit lengths */
    MPT_ENTRIES_MAX = 8186,  /* 8-byte entries in the longest base table */
    MPT_EXTENDED_MAX = 8191, /* 8-byte entries in the longest extended table */
    MPT_ADDRESS_ALIGN = 16   /* of the floating pointer (§4.1) */
};

/* First byte of an entry. MPS 1.4 Table 4-3; extended entries, from 128: §4.4 */
enum mpt_type {
    MPT_PROCESSOR = 0,
    MPT_BUS = 1,
    MPT_IOAPIC = 2,
    MPT_IO_INT = 3,
    MPT_LOCAL_INT = 4,
    MPT_SPACE = 128,
    MPT_HIERARCHY = 129,
    MPT_MODIFIER = 130
};

enum { MPT_BASE_TYPES = 5, MPT_EXTENDED_FIRST = 128 };

enum {
    MPT_SPEC_1_1 = 1, /* spec_revision */
    MPT_SPEC_1_4 = 4,

    MPT_IMCRP = 0x80, /* feature byte 2: IMCR present, PIC mode implemented. Table 4-1 */

    MPT_CPU_ENABLED = 0x01, /* processor flags. Table 4-4 */
    MPT_CPU_BSP = 0x02,

    MPT_IOAPIC_ENABLED = 0x01, /* I/O APIC flags. Table 4-9 */

    MPT_SUBTRACTIVE = 0x01, /* bus hierarchy: subtractive decode (SD). §4.4.2 */
    MPT_SUBTRACTED = 0x01,  /* address space modifier: predefined range subtracted (PR). §4.4.3 */

    MPT_ALL = 0xff /* as destination APIC ID: all APICs. Tables 4-10, 4-12 */
};

/* Interrupt type. MPS 1.4 Table 4-11 */
enum mpt_int_type { MPT_INT, MPT_NMI, MPT_SMI, MPT_EXTINT };

/* Polarity of an interrupt: bits 0 and 1 of its flags. Table 4-10; 2 is reserved */
enum mpt_polarity {
    MPT_POLARITY_CONFORMS = 0, /* to the specification of the bus */
    MPT_HIGH = 1,
    MPT_LOW = 3
};

/* Trigger mode of an interrupt: bits 2 and 3 of its flags. Table 4-10; 2 is reserved */
enum mpt_trigger { MPT_TRIGGER_CONFORMS = 0, MPT_EDGE = 1, MPT_LEVEL = 3 };

/* mpt_flags - flags of an interrupt entry */
static inline uint16_t mpt_flags(enum mpt_polarity polarity, enum mpt_trigger trigger)
{
    const unsigned flags = polarity % 4U + trigger % 4U * 4U;

#ifdef __cplusplus
    return static_cast<uint16_t>(flags);
#else
    return (uint16_t)flags;
#endif
}

#define MPT_LOCAL_APIC_ADDRESS 0xfee00000U /* §3.6.1; the default */
#define MPT_IOAPIC_ADDRESS     0xfec00000U /* of the first I/O APIC */

/*
 * The structures, as values in the machine's own byte order. Members stand in the order of the wire
 * format. Texts are padded with blanks on the right and have no terminator. Reserved bytes are
 * written as zero.
 */

/*
 * Floating pointer structure, Table 4-1. Address of the table, length (1) and checksum are
 * computed.
 */
struct mpt_floating {
    uint8_t spec_revision;
    uint8_t default_configuration; /* feature byte 1: 0 = a configuration table is present */
    uint8_t features;              /* feature byte 2: MPT_IMCRP */
};

/* Configuration table header, Table 4-2. Lengths, checksums and entry count are computed. */
struct mpt_header {
    uint8_t spec_revision;
    char oem_id[8];
    char product_id[12];
    uint32_t oem_table;      /* physical address, 0 = none */
    uint16_t oem_table_size; /* bytes */
    uint32_t local_apic_address;
};

/* Processor entry, Table 4-4 */
struct mpt_processor {
    uint8_t apic_id;      /* 0 to 254 */
    uint8_t apic_version; /* 0x10 to 0x1f: integrated APIC; below: 82489DX */
    uint8_t flags;        /* MPT_CPU_ENABLED, MPT_CPU_BSP */
    uint32_t signature;   /* CPUID.1:EAX */
    uint32_t features;    /* CPUID.1:EDX */
};

/* Bus entry, Table 4-7 */
struct mpt_bus {
    uint8_t bus_id;
    char bus_type[6]; /* "ISA   ", "PCI   ", ... Table 4-8 */
};

/* I/O APIC entry, Table 4-9 */
struct mpt_ioapic {
    uint8_t apic_id;
    uint8_t apic_version;
    uint8_t flags; /* MPT_IOAPIC_ENABLED */
    uint32_t address;
};

/* I/O interrupt assignment entry, Table 4-10 */
struct mpt_io_int {
    uint8_t int_type; /* enum mpt_int_type */
    uint16_t flags;   /* mpt_flags; 0 = conforms to the bus */
    uint8_t bus_id;
    uint8_t irq;     /* PCI: device * 4 + pin, INTA# = 0 */
    uint8_t apic_id; /* I/O APIC, or MPT_ALL */
    uint8_t intin;   /* INTIN# */
};

/* Local interrupt assignment entry, Table 4-12 */
struct mpt_local_int {
    uint8_t int_type;
    uint16_t flags;
    uint8_t bus_id;
    uint8_t irq;
    uint8_t apic_id; /* local APIC, or MPT_ALL */
    uint8_t lintin;  /* LINTIN#, 0 or 1 */
};

/* System address space mapping entry (128), §4.4.1: addresses that reach a bus */
struct mpt_space {
    uint8_t bus_id;
    uint8_t address_type; /* 0 I/O, 1 memory, 2 prefetchable memory */
    uint64_t address;     /* the first */
    uint64_t length;      /* bytes */
};

/* Bus hierarchy descriptor entry (129), §4.4.2: a bus below another one */
struct mpt_hierarchy {
    uint8_t bus_id;
    uint8_t flags; /* MPT_SUBTRACTIVE */
    uint8_t parent_bus;
};

/* Compatibility bus address space modifier entry (130), §4.4.3 */
struct mpt_modifier {
    uint8_t bus_id;
    uint8_t flags;       /* MPT_SUBTRACTED; else the range is added */
    uint32_t range_list; /* 0 = ISA-compatible I/O, 1 = VGA-compatible I/O */
};

/* A run of entries of one type: the next @count elements of the array of that type. */
struct mpt_run {
    uint8_t type; /* enum mpt_type */
    uint16_t count;
};

/* A configuration table and the floating pointer to it. The arrays are borrowed. */
struct mpt_table {
    struct mpt_floating floating;
    struct mpt_header header;
    const struct mpt_processor *processors;
    const struct mpt_bus *buses;
    const struct mpt_ioapic *ioapics;
    const struct mpt_io_int *io_ints;
    const struct mpt_local_int *local_ints;
    const struct mpt_space *spaces;
    const struct mpt_hierarchy *hierarchies;
    const struct mpt_modifier *modifiers;
    uint16_t processor_count, bus_count, ioapic_count, io_int_count, local_int_count;
    uint16_t space_count, hierarchy_count, modifier_count;

    /*
     * The order of the entries, for a table that must equal another builder's. NULL: they are
     * written in ascending type, as §4.3 wants. In an order, base types come before extended ones,
     * and the runs of a type add up to its count.
     */
    const struct mpt_run *order;
    uint16_t order_count;

    uint8_t entry_count_given; /* 1: the header's entry count is entry_count, right or wrong */
    uint16_t entry_count;
};

/* Where the structures lie, as guest-physical addresses. */
struct mpt_place {
    uint32_t base;     /* of the image's first byte */
    uint32_t floating; /* of the floating pointer, a multiple of 16 (§4.1) */
    /* of the configuration table; 0 = no table, but a default configuration (§5) */
    uint32_t table;
};

enum mpt_err {
    MPT_OK,
    MPT_ENOSPACE,  /* the buffer is too small */
    MPT_ETOOLONG,  /* base or extended table passes MPT_TABLE_MAX bytes */
    MPT_EPLACE,    /* a structure is below base, past 4 GiB, unaligned, or over the other */
    MPT_EORDER,    /* the order does not name each entry once, base types first */
    MPT_ENOTFOUND, /* no such structure there */
    MPT_EUNKNOWN,  /* an entry of a type that its table cannot have, so its length is unknown */
    MPT_ECUT       /* an entry runs past the end of its table, or the table past the bytes */
};

/* mpt_strerror - what an enum mpt_err means, in a few words for people; static */
/*@ assigns \nothing; ensures \valid_read(\result); */
const char *mpt_strerror(enum mpt_err err);

/*
 * mpt_base_size - bytes of the base table (§4.2: header and base entries)
 * mpt_extended_size - bytes of the extended table behind it (§4.4)
 * mpt_entries - number of base entries
 */
/*@ logic integer entries(struct mpt_table *t) = t->processor_count + t->bus_count +
        t->ioapic_count + t->io_int_count + t->local_int_count;
    logic integer base_size(struct mpt_table *t) = 44 + 8 * entries(t) + 12 * t->processor_count;
    logic integer extended_size(struct mpt_table *t) =
        20 * t->space_count + 8 * (t->hierarchy_count + t->modifier_count);
    logic integer table_size(struct mpt_table *t) = base_size(t) + extended_size(t); */
/*@ requires \valid_read(t); assigns \nothing; ensures \result == base_size(t); */
size_t mpt_base_size(const struct mpt_table *t);
/*@ requires \valid_read(t); assigns \nothing; ensures \result == extended_size(t); */
size_t mpt_extended_size(const struct mpt_table *t);
/*@ requires \valid_read(t); assigns \nothing; ensures \result == entries(t); */
size_t mpt_entries(const struct mpt_table *t);

/*@ predicate readable(struct mpt_table *t) = \valid_read(t) &&
        \valid_read(t->processors + (0 .. t->processor_count - 1)) &&
        \valid_read(t->buses + (0 .. t->bus_count - 1)) &&
        \valid_read(t->ioapics + (0 .. t->ioapic_count - 1)) &&
        \valid_read(t->io_ints + (0 .. t->io_int_count - 1)) &&
        \valid_read(t->local_ints + (0 .. t->local_int_count - 1)) &&
        \valid_read(t->spaces + (0 .. t->space_count - 1)) &&
        \valid_read(t->hierarchies + (0 .. t->hierarchy_count - 1)) &&
        \valid_read(t->modifiers + (0 .. t->modifier_count - 1)) &&
        (t->order == \null || \valid_read(t->order + (0 .. t->order_count - 1)));
    predicate writable(struct mpt_table *t, uint8_t *out, integer n) = readable(t) &&
        \valid(out + (0 .. n - 1)) && \separated(t, out + (0 .. n - 1)) &&
        \separated(t->order + (0 .. t->order_count - 1), out + (0 .. n - 1));
    logic integer run_sum(struct mpt_run *o, integer type, integer n) = n <= 0 ? 0 :
        run_sum(o, type, n - 1) + (o[n - 1].type == type ? o[n - 1].count : 0);
    predicate fits(struct mpt_table *t, integer type, integer n, integer count) =
        \forall integer r; 0 <= r <= n ==> 0 <= run_sum(t->order, type, r) <= count;
    predicate uses_up(struct mpt_table *t, integer type, integer count) =
        run_sum(t->order, type, t->order_count) == count && fits(t, type, t->order_count, count);
    predicate typed(struct mpt_table *t, integer n) = \forall integer r; 0 <= r < n ==> (
        t->order[r].type < 5 ? r == 0 || t->order[r - 1].type < 5 : 128 <= t->order[r].type <= 130);
    predicate ordered(struct mpt_table *t) = t->order == \null || (typed(t, t->order_count) &&
        uses_up(t, 0, t->processor_count) && uses_up(t, 1, t->bus_count) &&
        uses_up(t, 2, t->ioapic_count) && uses_up(t, 3, t->io_int_count) &&
        uses_up(t, 4, t->local_int_count) && uses_up(t, 128, t->space_count) &&
        uses_up(t, 129, t->hierarchy_count) && uses_up(t, 130, t->modifier_count));
    logic integer total(uint8_t *p, integer n) = n <= 0 ? 0 : total(p, n - 1) + p[n - 1];
    predicate sealed(uint8_t *e, integer base, integer extended) = total(e, base) % 256 == 0 &&
        (total(e + base, extended) + e[42]) % 256 == 0;
    predicate counted(struct mpt_table *t, uint8_t *e) = e[4] + 256 * e[5] == base_size(t) &&
        e[34] + 256 * e[35] == (t->entry_count_given != 0 ? t->entry_count : entries(t)) &&
        e[40] + 256 * e[41] == extended_size(t);
    predicate encodable(struct mpt_table *t) = base_size(t) <= 65535 && extended_size(t) <= 65535 &&
        ordered(t);
    predicate placed(struct mpt_place *p, integer size) = p->floating % 16 == 0 &&
        p->base <= p->floating && p->floating + 16 <= 0xffffffff && (p->table == 0 ||
        (p->base <= p->table && p->table + size <= 0xffffffff &&
         (p->floating + 16 <= p->table || p->table + size <= p->floating)));
    logic integer image_size(struct mpt_place *p, integer size) =
        (p->table > p->floating ? p->table + size : p->floating + 16) - p->base; */

/*
 * mpt_encode - lay out a floating pointer structure and a configuration table as one image
 * @t:     what to write
 * @place: where the bytes will lie in guest memory; bytes of the image outside both structures
 *         become zero
 * @out:   receives the image; must not overlap @t or its arrays; may be NULL when @cap is 0
 * @cap:   bytes at @out; 0 only measures
 * @len:   set to the size of the image, whether it fits or not; not set after the last three errors
 *
 * Computed are the checksums, lengths, entry count (unless given), and the floating pointer's table
 * address and length. The extended checksum and the bytes of the extended table add up to 0.
 *
 * Return: MPT_OK; MPT_ENOSPACE, nothing was written and *len is the size that would do;
 * MPT_ETOOLONG; MPT_EPLACE; MPT_EORDER. Source: MPS 1.4 §4.1 Table 4-1, §4.2 Table 4-2, §4.3
 * Tables 4-3 to 4-12, §4.4.
 */
/*@ requires writable(t, out, cap) && \valid_read(place) && \valid(len);
    requires \separated(len, t, place, out + (0 .. cap - 1));
    requires \separated(len, t->order + (0 .. t->order_count - 1)); assigns *len, out[0 .. cap - 1];
    ensures \result == MPT_OK <==> \old((place->table == 0 || encodable(t)) &&
        placed(place, table_size(t)) && image_size(place, table_size(t)) <= cap);
    ensures \result == MPT_OK || \result == MPT_ENOSPACE ==>
        *len == \old(image_size(place, table_size(t))); */
enum mpt_err mpt_encode(const struct mpt_table *t, const struct mpt_place *place, uint8_t *out,
                        size_t cap, size_t *len);

/*
 * mpt_encode_floating, mpt_encode_table - the two structures alone, for a monitor that keeps them
 * apart
 * @table: guest-physical address of the configuration table, 0 = none
 * @out:   MPT_FLOATING_SIZE bytes for the floating pointer; @cap bytes for the table
 *
 * Return (mpt_encode_table): MPT_OK; MPT_ENOSPACE, nothing was written; MPT_ETOOLONG; MPT_EORDER.
 */
/*@ requires \valid_read(floating) && \valid(out + (0 .. 15));
    assigns out[0 .. 15]; ensures total(out, 16) % 256 == 0; */
void mpt_encode_floating(const struct mpt_floating *floating, uint32_t table, uint8_t *out);
/*@ requires writable(t, out, cap) && \valid(len) && \separated(len, t, out + (0 .. cap - 1));
    requires \separated(len, t->order + (0 .. t->order_count - 1)); assigns *len, out[0 .. cap - 1];
    ensures \result == MPT_OK <==> \old(encodable(t) && table_size(t) <= cap);
    ensures \result == MPT_OK || \result == MPT_ENOSPACE ==> *len == table_size(t);
    ensures \result == MPT_OK ==> counted(t, out) && sealed(out, base_size(t), extended_size(t)); */
enum mpt_err mpt_encode_table(const struct mpt_table *t, uint8_t *out, size_t cap, size_t *len);

/* The words of the BIOS data area that place the search windows. Both 0 = nothing was written. */
struct mpt_bios {
    uint16_t ebda;            /* segment of the extended BIOS data area; 0 = none */
    uint16_t base_memory_kib; /* KiB of base memory */
};

/* Where in guest memory these words lie */
enum { MPT_BIOS_EBDA = 0x40e, MPT_BIOS_BASE_MEMORY = 0x413, MPT_BIOS_WORD_SIZE = 2 };

/*
 * mpt_encode_bios - the two words, for a monitor that sets them
 * @ebda, @base_memory: MPT_BIOS_WORD_SIZE bytes each, for MPT_BIOS_EBDA and MPT_BIOS_BASE_MEMORY
 *
 * The bytes between the words have other uses (0x410: equipment, 0x412: power-on test).
 */
/*@ requires \valid_read(bios) && \valid(ebda + (0 .. 1)) && \valid(base_memory + (0 .. 1));
    requires \separated(bios, ebda + (0 .. 1)); assigns ebda[0 .. 1], base_memory[0 .. 1]; */
void mpt_encode_bios(const struct mpt_bios *bios, uint8_t *ebda, uint8_t *base_memory);

/*
 * mpt_verify_floating, mpt_verify_table - read bytes back and compare them with the values
 * @size: bytes at @bytes
 *
 * Return: 1 when the structure fits in @size bytes, every field, reserved byte, length, count and
 * signature is what an encoder makes of the values, and the sums are 0; else 0. A table's order
 * must be one that mpt_encode_table takes.
 */
/*@ requires \valid_read(floating) && \valid_read(bytes + (0 .. size - 1)); assigns \nothing;
    ensures \result != 0 ==> size >= 16 && total(bytes, 16) % 256 == 0; */
int mpt_verify_floating(const struct mpt_floating *floating, uint32_t table, const uint8_t *bytes,
                        size_t size);
/*@ requires readable(t) && ordered(t) && \valid_read(bytes + (0 .. size - 1)); assigns \nothing;
    ensures \result != 0 ==> size >= table_size(t) &&
        sealed(bytes, base_size(t), extended_size(t)); */
int mpt_verify_table(const struct mpt_table *t, const uint8_t *bytes, size_t size);

/*
 * Reading. No length, count or pointer in the bytes is trusted: each is compared once with the
 * bytes that are there, before it is used. Each step of a walk goes forward by an entry's size.
 */

/* Bytes as they lie in guest memory. Segments do not overlap; a structure lies whole in one. */
struct mpt_segment {
    uint32_t base; /* guest-physical */
    size_t size;
    const uint8_t *bytes;
};

struct mpt_memory {
    const struct mpt_segment *segments;
    size_t count;
};

/*@ predicate mapped(struct mpt_memory *m) = \valid_read(m) &&
        \valid_read(m->segments + (0 .. m->count - 1)) && \forall integer i; 0 <= i < m->count ==>
        m->segments[i].size <= 0x7fffffffffffffff &&
        \valid_read(m->segments[i].bytes + (0 .. m->segments[i].size - 1));
    predicate holds(struct mpt_segment *s, integer at, integer n) = \valid_read(s) &&
        s->base <= at < s->base + s->size && at + n <= s->base + s->size &&
        \valid_read(s->bytes + (0 .. s->size - 1));
    predicate there(struct mpt_memory *m, integer at) = \exists integer i; 0 <= i < m->count &&
        m->segments[i].base <= at <= m->segments[i].base + m->segments[i].size - 16; */

/* mpt_at - the @size bytes at a guest-physical address, or NULL when not all of them are there */
/*@ requires mapped(memory); assigns \nothing; exits \false;
    ensures \result == \null || \valid_read(\result + (0 .. size - 1)); */
const uint8_t *mpt_at(const struct mpt_memory *memory, uint64_t address, size_t size);

/*
 * mpt_room - the number of bytes from that address to the end of its segment; 0 = none are there
 */
/*@ requires mapped(memory); assigns \nothing; exits \false; */
size_t mpt_room(const struct mpt_memory *memory, uint64_t address);

/* A table as it was found, valid or not. A member with a field's name has that field's value. */
struct mpt_view {
    uint32_t floating_address;
    struct mpt_floating floating;
    uint32_t table_address;    /* 0 = the pointer names no table */
    uint8_t floating_length;   /* in 16-byte units */
    uint8_t floating_checksum; /* of the field */
    uint8_t floating_sum;      /* over all 16 bytes; 0 is right */
    uint8_t floating_reserved; /* feature bytes 3 to 5, or-ed */

    int has_header;      /* the table's 44 header bytes are there; else nothing below is set */
    int signature_right; /* the header begins with "PCMP" */
    struct mpt_header header;
    uint16_t base_length;
    uint8_t checksum;
    uint8_t sum; /* over the base table, or as much of it as there is; 0 is right */
    uint16_t entry_count;
    uint16_t extended_length;
    uint8_t extended_checksum;
    uint8_t extended_sum; /* over the extended table alone */
    uint8_t reserved;

    const uint8_t *table;    /* the base table */
    size_t table_size;       /* bytes of it that are there: at most base_length */
    const uint8_t *extended; /* right behind it; NULL when there is none or the base table is cut */
    size_t extended_size;    /* bytes of it that are there: at most extended_length */
};

/*
 * mpt_open - read floating pointer and header
 * @address: guest-physical address of the floating pointer, at any alignment
 *
 * Return: MPT_OK with *view filled, whether or not any system would accept the table; MPT_ENOTFOUND
 * when there are no 16 bytes that begin with "_MP_".
 */
/*@ predicate opened(struct mpt_view *v) = \valid_read(v) && v->table_size <= v->base_length &&
        \valid_read(v->table + (0 .. v->table_size - 1)) &&
        (v->extended == \null ? v->extended_size == 0 : v->extended_size <= v->extended_length &&
        v->extended == v->table + v->base_length &&
        \valid_read(v->table + (0 .. v->base_length + v->extended_size - 1))); */
/*@ requires mapped(memory) && \valid(view) && \separated(view, memory);
    requires \separated(view, memory->segments + (0 .. memory->count - 1));
    assigns *view; ensures \result == MPT_OK ? opened(view) : \result == MPT_ENOTFOUND; */
enum mpt_err mpt_open(const struct mpt_memory *memory, uint32_t address, struct mpt_view *view);

/* An entry as it was found. Of the eight structures, only the one of its type is set. */
struct mpt_entry {
    uint8_t type;
    unsigned index;   /* counted from 0, base and extended entries each */
    size_t offset;    /* bytes from the start of the base table, for extended entries too */
    size_t size;      /* bytes */
    uint8_t reserved; /* its reserved bytes, or-ed */
    struct mpt_processor processor;
    struct mpt_bus bus;
    struct mpt_ioapic ioapic;
    struct mpt_io_int io_int;
    struct mpt_local_int local_int;
    struct mpt_space space;
    struct mpt_hierarchy hierarchy;
    struct mpt_modifier modifier;
};

/* A walk from entry to entry by their sizes; the entry count may be wrong and is not used. */
struct mpt_walk {
    const uint8_t *bytes; /* of the base table */
    size_t at, end;       /* offsets; after the walk, [at, end) was not read */
    unsigned index;
    int extended;
};

/* mpt_walk_base, mpt_walk_extended - begin a walk over a view that mpt_open filled */
/*@ predicate walks(struct mpt_walk *w) = \valid(w) && w->index <= w->at <= w->end <= 131070 &&
        \valid_read(w->bytes + (w->at .. w->end - 1)); */
/*@ requires opened(view) && \valid(walk); assigns *walk; ensures walks(walk); */
void mpt_walk_base(const struct mpt_view *view, struct mpt_walk *walk);
/*@ requires opened(view) && \valid(walk); assigns *walk; ensures walks(walk); */
void mpt_walk_extended(const struct mpt_view *view, struct mpt_walk *walk);

/*
 * mpt_next - the next entry
 * @err: MPT_OK: the table ends here; MPT_EUNKNOWN: the entry at walk->at has an undefined type;
 *       MPT_ECUT: that entry runs past the end, or has a length that is wrong for its type
 *
 * An extended entry of an undefined type from 128 up has its length in its second byte, and is
 * returned like the others.
 *
 * Return: 1 with *entry filled; 0 when the walk has ended.
 */
/*@ requires walks(walk) && \valid(entry) && \valid(err) && \separated(walk, entry, err);
    assigns walk->at, walk->index, *entry, *err; ensures walks(walk);
    ensures \result == 0 ? walk->at == \old(walk->at) : *err == MPT_OK &&
        \old(walk->at) == entry->offset < walk->at == entry->offset + entry->size; */
int mpt_next(struct mpt_walk *walk, struct mpt_entry *entry, enum mpt_err *err);

/*
 * An operating system or program that reads MP tables, with the rules of its search: which windows
 * in which order and steps, and what it checks in a floating pointer.
 */
struct mpt_consumer;
struct mpt_facts;

/* How many consumers are known; the first MPT_CONSUMERS_IN_USE are systems in current use */
enum { MPT_CONSUMERS = 19, MPT_CONSUMERS_IN_USE = 8 };

/*
 * mpt_consumer_at - the consumers that are known: "linux", "linux-32", "freebsd", "openbsd",
 *                   "netbsd", "illumos", "dragonfly", "memtest86+", which are in current use;
 *                   "xen", "hdt", "mptable", "xv6", "plan9", "9front", "haiku", "helenos",
 *                   "serenity", "hermit", "nt-hal"; NULL past the last
 * mpt_consumer_named - the one of that name; NULL when there is none
 * mpt_consumer_name - its name, static; names are stable
 * mpt_consumer_bit - its bit in a set of consumers: 1 << i for mpt_consumer_at(i)
 */
const struct mpt_consumer *mpt_consumer_at(size_t i);
const struct mpt_consumer *mpt_consumer_named(const char *name);
const char *mpt_consumer_name(const struct mpt_consumer *consumer);
uint32_t mpt_consumer_bit(const struct mpt_consumer *consumer);

/* Sets of consumers */
#define MPT_FOR_LINUX  UINT32_C(1)
#define MPT_FOR_IN_USE ((UINT32_C(1) << MPT_CONSUMERS_IN_USE) - 1)
#define MPT_FOR_ALL    ((UINT32_C(1) << MPT_CONSUMERS) - 1)

/*
 * mpt_find - the floating pointer that a consumer takes
 * @facts: may be NULL; the BIOS data words and the usable ranges place the windows: FreeBSD takes
 *         the end of base memory from the lowest usable range
 *
 * A BIOS word that is not given is read from memory if it is there, else it is 0. If no usable
 * ranges are given, base memory ends where the word at 0x413 says. Of the floating pointer, only
 * the signature and what the consumer checks are read. xv6 finds nothing when both words are 0,
 * because it crashes. Time is linear in the bytes of the windows, and quadratic in the number of
 * segments, which is expected to be small.
 *
 * Return: MPT_OK with *address set; MPT_ENOTFOUND.
 */
enum mpt_err mpt_find(const struct mpt_memory *memory, const struct mpt_facts *facts,
                      const struct mpt_consumer *consumer, uint32_t *address);

/*
 * mpt_next_floating - the next "_MP_" at or above an address, valid or not, at any alignment of 4
 * @address: where to begin; set to the address that was found, whose 16 bytes mpt_open takes
 *
 * A caller that continues 4 bytes above each find reads every byte once.
 *
 * Return: MPT_OK; MPT_ENOTFOUND.
 */
/*@ requires mapped(memory) && \valid(address); assigns *address;
    ensures \result == MPT_OK ==> \old(*address) <= *address && there{Pre}(memory, *address); */
enum mpt_err mpt_next_floating(const struct mpt_memory *memory, uint64_t *address);

/* The bus type strings of MPS 1.4 Table 4-8, six bytes each, padded with blanks. */
enum { MPT_BUS_TYPES = 18 };
extern const char mpt_bus_types[MPT_BUS_TYPES][6];

/* How the interrupts of a bus are numbered, which its type decides. */
enum mpt_bus_kind {
    MPT_BUS_NONE, /* in an array by bus ID: no entry has that ID */
    MPT_BUS_ISA,  /* ISA and EISA: IRQ 0 to 15 */
    MPT_BUS_PCI,  /* device * 4 + pin */
    MPT_BUS_OTHER
};

/* mpt_bus_kind - the kind of a bus type, in any case and padding; never MPT_BUS_NONE */
/*@ requires \valid_read(bus_type + (0 .. 5)); assigns \nothing; ensures \result != MPT_BUS_NONE; */
enum mpt_bus_kind mpt_bus_kind(const char bus_type[6]);

/*
 * What a broken rule does to a consumer, the worst last. A later one hides the earlier ones: a
 * table that is not found is not refused, and one that is refused crashes nothing.
 */
enum mpt_effect {
    MPT_HARMLESS,
    MPT_MESSAGE,        /* it prints a complaint, and nothing else changes */
    MPT_DEGRADED,       /* it works after a fallback, a time-out, a rewritten ID */
    MPT_INTERRUPT_LOST, /* a device, the timer or an NMI gets no interrupt, or the wrong one */
    MPT_CPU_LOST,       /* a processor that is there does not start */
    MPT_CRASHES,        /* panic, endless loop, hang */
    MPT_REFUSES,        /* it finds the table and throws it away */
    MPT_NOT_FOUND       /* its search does not come to the table */
};

/* mpt_effect_name - "not-found", "interrupt-lost", ...; static and stable; "" for MPT_HARMLESS */
const char *mpt_effect_name(enum mpt_effect effect);

/* A consumer that a broken rule can hurt, and how */
struct mpt_harm {
    const struct mpt_consumer *consumer;
    enum mpt_effect effect;
    const char *versions; /* in which versions, or how, in words; may be "" */
    int ran;              /* 1: seen when it ran; 0: read in its source */
};

/* How severe a finding is, by its worst effect on the consumers that were asked for */
enum mpt_severity {
    MPT_NOTE,    /* a message; or MPS is not followed, and no consumer is hurt */
    MPT_WARNING, /* degraded */
    MPT_ERROR    /* anything worse */
};

/* What a rule is about: a structure, or a type of entry */
enum mpt_part {
    MPT_PART_FLOATING,
    MPT_PART_HEADER,
    MPT_PART_TABLE, /* the table as a whole */
    MPT_PART_PROCESSOR,
    MPT_PART_BUS,
    MPT_PART_IOAPIC,
    MPT_PART_IO_INT,
    MPT_PART_LOCAL_INT,
    MPT_PART_EXTENDED
};

/*
 * A rule that a table can break. Texts are static. Rows have the same id where one rule is about
 * several types of entry, members or values.
 */
struct mpt_rule {
    const char *id; /* kebab-case */
    enum mpt_part part;
    /*
     * The member that is wrong, by its name in a topology, or by the field's own where it has none
     * (checksum, length ...); floating_pointer = all of its bytes; "" = the part as a whole
     */
    const char *field;
    /* what it should be, in words or digits; "" when the finding has it as a number */
    const char *expected;
    const char *detail; /* what is wrong */
    /* at most 32; the last has a NULL consumer. A finding may have only some of them. */
    const struct mpt_harm *harms;
};

/*
 * How to show a finding's value: not at all, as a number, as true or false (1 or 0), as the field's
 * bytes
 */
enum mpt_value { MPT_VALUE_NONE, MPT_VALUE_DECIMAL, MPT_VALUE_HEX, MPT_VALUE_BOOL, MPT_VALUE_TEXT };

struct mpt_finding {
    const struct mpt_rule *rule;
    enum mpt_severity severity;
    uint32_t harms; /* bit i: rule->harms[i] happens, even to a consumer that was not asked for */
    /* guest-physical, of the structure or entry (of the first that breaks the rule) */
    uint32_t address;
    int entry; /* its index in the table, base and extended entries each from 0; -1 = no entry */
    unsigned index; /* its index among the entries of its type; 0 when the part is no entry type */
    unsigned count; /* how many entries break the rule; 1 for a structure */
    enum mpt_value show;
    uint64_t value; /* of the field */
    int has_expected;
    uint64_t expected; /* what the field should hold */
    char text[12];     /* MPT_VALUE_TEXT: the field, printable or not */
    uint8_t text_size; /* bytes */
};

/* A range of guest-physical addresses [base, end). */
struct mpt_range {
    uint64_t base, end;
};

/* An I/O APIC of the machine */
struct mpt_ioapic_fact {
    uint32_t address;
    unsigned inputs; /* 0 = not known */
};

/* Where an ISA IRQ of the machine arrives */
struct mpt_line_fact {
    uint8_t connected, intin; /* connected 0: nowhere */
    uint16_t flags;           /* mpt_flags */
    uint32_t ioapic_address;
};

/*
 * What is known of the machine besides the image. A rule that lacks a fact gives no finding.
 */
struct mpt_facts {
    unsigned given; /* MPT_FACT_*: which members are set */
    struct mpt_bios bios;
    unsigned vcpus;                 /* virtual CPUs that the machine has */
    uint8_t bsp_apic_id;            /* of the vCPU that runs first */
    uint8_t apic_version;           /* low byte of the local APIC's version register */
    uint8_t ioapic_id;              /* of the first I/O APIC, as its register says */
    unsigned ioapic_inputs;         /* inputs of each I/O APIC: 24 on PC hardware */
    uint8_t irq0_intin;             /* INTIN that ISA IRQ 0 is wired to */
    uint64_t memory_size;           /* bytes of guest RAM */
    const struct mpt_range *usable; /* what the guest is told it may use (e820 type 1) */
    size_t usable_count;
    const struct mpt_range
        *occupied; /* what the loader puts there: kernel, command line, page tables, ... */
    size_t occupied_count;
    const uint32_t *apic_ids; /* of the processors that run: all of them, each once */
    size_t apic_id_count;
    const struct mpt_ioapic_fact *ioapics; /* all of them */
    size_t ioapic_count;
    uint32_t local_apic_address;
    const struct mpt_line_fact *lines; /* 16, by IRQ */
    uint8_t nmi_lintin;                /* LINTIN of the non-maskable interrupt of every processor */
    uint8_t has_8259;
};

enum {
    MPT_FACT_EBDA = 1U << 0,
    MPT_FACT_BASE_MEMORY = 1U << 1,
    MPT_FACT_VCPUS = 1U << 2,
    MPT_FACT_BSP = 1U << 3,
    MPT_FACT_APIC_VERSION = 1U << 4,
    MPT_FACT_IOAPIC_ID = 1U << 5,
    MPT_FACT_INPUTS = 1U << 6,
    MPT_FACT_IRQ0 = 1U << 7,
    MPT_FACT_MEMORY_SIZE = 1U << 8,
    MPT_FACT_USABLE = 1U << 9,
    MPT_FACT_OCCUPIED = 1U << 10,
    MPT_FACT_ACPI = 1U << 11,       /* the machine also has a MADT */
    MPT_FACT_NO_MPPARSE = 1U << 12, /* the guest is a Linux without CONFIG_X86_MPPARSE */
    MPT_FACT_X2APIC = 1U << 13,     /* the APICs start in x2APIC mode */
    MPT_FACT_XEN = 1U << 14,        /* the guest is a Xen hypervisor */
    MPT_FACT_APIC_IDS = 1U << 15,
    MPT_FACT_IOAPICS = 1U << 16,
    MPT_FACT_LOCAL_APIC = 1U << 17,
    MPT_FACT_LINES = 1U << 18,
    MPT_FACT_NMI = 1U << 19,
    MPT_FACT_8259 = 1U << 20
};

/*@ predicate stated(struct mpt_facts *f) = f == \null || (\valid_read(f) && (
        (f->given & 512) != 0 ==> \valid_read(f->usable + (0 .. f->usable_count - 1)))); */
/* mpt_bios_words - the BIOS data words: given, else those in memory, else 0. @facts may be NULL */
/*@ requires mapped(memory) && stated(facts); assigns \nothing; */
struct mpt_bios mpt_bios_words(const struct mpt_memory *memory, const struct mpt_facts *facts);

/* At least the number of rules, so that every finding has room */
enum { MPT_RULES_MAX = 192 };

/* What one consumer does with the table */
struct mpt_verdict {
    const struct mpt_consumer *consumer; /* NULL: neither asked for nor in current use */
    enum mpt_effect worst;               /* of all broken rules that concern it */
    unsigned needs;      /* MPT_FACT_* not given that decide if it finds the table */
    int unknown;         /* nothing worse than MPT_CPU_LOST, but it may not find the table */
    unsigned processors; /* that it starts; 1 when it runs without the table */
    uint32_t rules[MPT_RULES_MAX / 32]; /* bit i % 32 of element i / 32: mpt_rule_at(i) hurts it */
};

/* mpt_verdict_name - "takes", "not-found", "refuses", "crashes" or "unknown"; static and stable */
const char *mpt_verdict_name(const struct mpt_verdict *verdict);

struct mpt_report {
    unsigned finding_count;
    struct mpt_finding findings[MPT_RULES_MAX]; /* one per broken rule, in the order of the rules */
    struct mpt_verdict verdicts[MPT_CONSUMERS]; /* as mpt_consumer_at has them */
};

/*
 * mpt_check - judge a table by what the consumers that read it do with it
 * @memory: where the table was found; other floating pointers in its search windows are looked at
 *          too
 * @view:   filled by mpt_open from that memory; NULL = there is none
 * @facts:  may be NULL; BIOS words that are not given are taken from memory where it has them
 * @asked:  the set of consumers that decides the findings and their severity. A rule that hurts
 *          only other consumers gives no finding; one that hurts no consumer always gives a note
 * @report: receives the findings, and a verdict for each consumer that is asked for or in current
 *          use
 *
 * A finding that something is absent (a BSP, a bus, an I/O APIC) needs a table that could be read
 * to its end. Time is linear in the bytes; about 50 KiB of stack.
 */
void mpt_check(const struct mpt_memory *memory, const struct mpt_view *view,
               const struct mpt_facts *facts, uint32_t asked, struct mpt_report *report);

/* mpt_rule_at - the rules in the order of findings; NULL past the last */
const struct mpt_rule *mpt_rule_at(size_t i);

#ifdef __cplusplus
}
#endif

#endif
