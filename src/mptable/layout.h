/* SPDX-License-Identifier: ISC */
/*
 * The wire format as data: one row per field, in the order of the bytes.
 *
 * A row has S, kind, member, width in bytes:
 *   GIVEN  an unsigned integer, little-endian, member of struct mpt_<S>
 *   TEXT   characters, member of struct mpt_<S>
 *   MADE   follows from the other bytes (signature, lengths, sums, type); encode.c makes it and
 *          verify.c checks it
 *   ZERO   reserved
 *
 * Code that needs the format expands the rows with a macro of its own, so what runs is plain stores
 * and loads at constant offsets. An offset is the sum of the widths before it, so rows cannot make
 * a gap or an overlap. struct wire_<S> exists only to compute offsets.
 */
#ifndef MPT_LAYOUT_H
#define MPT_LAYOUT_H

#include "entries.h"

/* MPS 1.4 Table 4-1 */
#define LAYOUT_FLOATING(ROW, S)                    \
    ROW(S, MADE, signature, 4)                     \
    ROW(S, MADE, table_address, 4)                 \
    ROW(S, MADE, length, 1) /* in 16-byte units */ \
    ROW(S, GIVEN, spec_revision, 1)                \
    ROW(S, MADE, checksum, 1)                      \
    ROW(S, GIVEN, default_configuration, 1)        \
    ROW(S, GIVEN, features, 1)                     \
    ROW(S, ZERO, reserved, 3)

/* MPS 1.4 Table 4-2 */
#define LAYOUT_HEADER(ROW, S)            \
    ROW(S, MADE, signature, 4)           \
    ROW(S, MADE, base_length, 2)         \
    ROW(S, GIVEN, spec_revision, 1)      \
    ROW(S, MADE, checksum, 1)            \
    ROW(S, TEXT, oem_id, 8)              \
    ROW(S, TEXT, product_id, 12)         \
    ROW(S, GIVEN, oem_table, 4)          \
    ROW(S, GIVEN, oem_table_size, 2)     \
    ROW(S, MADE, entry_count, 2)         \
    ROW(S, GIVEN, local_apic_address, 4) \
    ROW(S, MADE, extended_length, 2)     \
    ROW(S, MADE, extended_checksum, 1)   \
    ROW(S, ZERO, reserved, 1)

/* MPS 1.4 Table 4-4 */
#define LAYOUT_PROCESSOR(ROW, S)   \
    ROW(S, MADE, entry_type, 1)    \
    ROW(S, GIVEN, apic_id, 1)      \
    ROW(S, GIVEN, apic_version, 1) \
    ROW(S, GIVEN, flags, 1)        \
    ROW(S, GIVEN, signature, 4)    \
    ROW(S, GIVEN, features, 4)     \
    ROW(S, ZERO, reserved, 8)

/* MPS 1.4 Table 4-7 */
#define LAYOUT_BUS(ROW, S)      \
    ROW(S, MADE, entry_type, 1) \
    ROW(S, GIVEN, bus_id, 1)    \
    ROW(S, TEXT, bus_type, 6)

/* MPS 1.4 Table 4-9 */
#define LAYOUT_IOAPIC(ROW, S)      \
    ROW(S, MADE, entry_type, 1)    \
    ROW(S, GIVEN, apic_id, 1)      \
    ROW(S, GIVEN, apic_version, 1) \
    ROW(S, GIVEN, flags, 1)        \
    ROW(S, GIVEN, address, 4)

/* MPS 1.4 Table 4-10 */
#define LAYOUT_IO_INT(ROW, S)   \
    ROW(S, MADE, entry_type, 1) \
    ROW(S, GIVEN, int_type, 1)  \
    ROW(S, GIVEN, flags, 2)     \
    ROW(S, GIVEN, bus_id, 1)    \
    ROW(S, GIVEN, irq, 1)       \
    ROW(S, GIVEN, apic_id, 1)   \
    ROW(S, GIVEN, intin, 1)

/* MPS 1.4 Table 4-12 */
#define LAYOUT_LOCAL_INT(ROW, S) \
    ROW(S, MADE, entry_type, 1)  \
    ROW(S, GIVEN, int_type, 1)   \
    ROW(S, GIVEN, flags, 2)      \
    ROW(S, GIVEN, bus_id, 1)     \
    ROW(S, GIVEN, irq, 1)        \
    ROW(S, GIVEN, apic_id, 1)    \
    ROW(S, GIVEN, lintin, 1)

/* MPS 1.4 §4.4.1 */
#define LAYOUT_SPACE(ROW, S)       \
    ROW(S, MADE, entry_type, 1)    \
    ROW(S, MADE, entry_length, 1)  \
    ROW(S, GIVEN, bus_id, 1)       \
    ROW(S, GIVEN, address_type, 1) \
    ROW(S, GIVEN, address, 8)      \
    ROW(S, GIVEN, length, 8)

/* MPS 1.4 §4.4.2 */
#define LAYOUT_HIERARCHY(ROW, S)  \
    ROW(S, MADE, entry_type, 1)   \
    ROW(S, MADE, entry_length, 1) \
    ROW(S, GIVEN, bus_id, 1)      \
    ROW(S, GIVEN, flags, 1)       \
    ROW(S, GIVEN, parent_bus, 1)  \
    ROW(S, ZERO, reserved, 3)

/* MPS 1.4 §4.4.3 */
#define LAYOUT_MODIFIER(ROW, S)   \
    ROW(S, MADE, entry_type, 1)   \
    ROW(S, MADE, entry_length, 1) \
    ROW(S, GIVEN, bus_id, 1)      \
    ROW(S, GIVEN, flags, 1)       \
    ROW(S, GIVEN, range_list, 4)

/* The signatures that begin both structures, as integers (§4.1, §4.2) */
enum { SIGNATURE_FLOATING = 0x5f504d5f /* "_MP_" */, SIGNATURE_HEADER = 0x504d4350 /* "PCMP" */ };

#define WIRE_BYTES(S, kind, member, width) uint8_t member[width];

/* A member is as wide as its field; MADE and ZERO fields have no member. */
#define WIDTH_GIVEN(S, member, width) (sizeof(((struct mpt_##S *)0)->member) == (width))
#define WIDTH_TEXT(S, member, width)  (sizeof(((struct mpt_##S *)0)->member) == (width))
#define WIDTH_MADE(S, member, width)  1
#define WIDTH_ZERO(S, member, width)  1
#define WIDTH(S, kind, member, width) \
    _Static_assert(WIDTH_##kind(S, member, width), #S "." #member);

#define WIRE(LAYOUT, S, size)                                                            \
    struct wire_##S {                                                                    \
        LAYOUT(WIRE_BYTES, S)                                                            \
    };                                                                                   \
    _Static_assert(sizeof(struct wire_##S) == (size), #S " is not as long as MPS says"); \
    LAYOUT(WIDTH, S)

WIRE(LAYOUT_FLOATING, floating, MPT_FLOATING_SIZE)
WIRE(LAYOUT_HEADER, header, MPT_HEADER_SIZE)
#define WIRE_ENTRY(T, S, array, word) WIRE(LAYOUT_##T, S, MPT_##T##_SIZE)
ENTRIES(WIRE_ENTRY)

#undef WIRE_ENTRY
#undef WIRE
#undef WIDTH
#undef WIRE_BYTES

/* AT - offset of a field in its structure */
#define AT(S, member) offsetof(struct wire_##S, member)

#endif
