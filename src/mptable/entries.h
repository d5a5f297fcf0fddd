/* SPDX-License-Identifier: ISC */
/*
 * The eight types of entries, once: base types, then extended ones, each ascending (§4.3).
 *
 * A row has T, S, array, word:
 *   T      MPT_<T> is the type's number, MPT_<T>_SIZE its bytes, LAYOUT_<T> its fields (layout.h)
 *   S      struct mpt_<S> has its values; struct mpt_entry has them as member S
 *   array  the member of struct mpt_table that has such entries, <S>_count of them
 *   word   its name for people and programs: member "entry" of a topology, label in a dump
 *
 * Code that treats all types alike expands the rows with a macro of its own.
 */
#ifndef MPT_ENTRIES_H
#define MPT_ENTRIES_H

#include "mptable.h"

/* MPS 1.4 Table 4-3 */
#define ENTRIES_BASE(X)                              \
    X(PROCESSOR, processor, processors, "processor") \
    X(BUS, bus, buses, "bus")                        \
    X(IOAPIC, ioapic, ioapics, "io_apic")            \
    X(IO_INT, io_int, io_ints, "io_interrupt")       \
    X(LOCAL_INT, local_int, local_ints, "local_interrupt")

/* MPS 1.4 §4.4 */
#define ENTRIES_EXTENDED(X)                               \
    X(SPACE, space, spaces, "address_space")              \
    X(HIERARCHY, hierarchy, hierarchies, "bus_hierarchy") \
    X(MODIFIER, modifier, modifiers, "address_space_modifier")

#define ENTRIES(X) ENTRIES_BASE(X) ENTRIES_EXTENDED(X)

/* PROVE is a contract inside a macro, where a comment would be lost; tests/prove reads it */
#ifndef PROVE
#define PROVE(...)
#endif

/* How many entries of a type a table has, and the bytes of @n of them; 0 for an undefined type */
#define COUNT_IS(T, S, array, word) type == MPT_##T ? t->S##_count:
#define BYTES_OF(T, S, array, word) type == MPT_##T ? n *MPT_##T##_SIZE:
PROVE(logic integer count_of(struct mpt_table *t, integer type) = ENTRIES(COUNT_IS) 0;)
PROVE(logic integer bytes_of(integer type, integer n) = ENTRIES(BYTES_OF) 0;)
#undef COUNT_IS
#undef BYTES_OF

/* The types numbered without a gap, for arrays: SLOT_PROCESSOR to SLOT_MODIFIER */
#define ENTRY_SLOT(T, S, array, word) SLOT_##T,
enum { ENTRIES(ENTRY_SLOT) SLOTS };
#undef ENTRY_SLOT

/*@ requires slot < 8; assigns \nothing; ensures \result == (slot <= 4 ? slot : slot + 123); */
static inline unsigned slot_type(unsigned slot)
{
    return slot < MPT_BASE_TYPES ? slot : slot - MPT_BASE_TYPES + MPT_EXTENDED_FIRST;
}

/* The slot of a type; SLOTS for a type that MPS does not define */
/*@ assigns \nothing; ensures \result == (type < 5 ? type : 128 <= type <= 130 ? type - 123 : 8); */
static inline unsigned type_slot(unsigned type)
{
    if (type < MPT_BASE_TYPES)
        return type;
    if (type >= MPT_EXTENDED_FIRST && type < MPT_EXTENDED_FIRST + SLOTS - MPT_BASE_TYPES)
        return type - MPT_EXTENDED_FIRST + MPT_BASE_TYPES;
    return SLOTS;
}

#endif
