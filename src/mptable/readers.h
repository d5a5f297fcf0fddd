/* SPDX-License-Identifier: ISC */
/* What the readers' own walks find, where it differs from what the bytes say. */
#ifndef MPT_READERS_H
#define MPT_READERS_H

#include "survey.h"

enum { XV6_CPUS = 8 /* entries that it takes, disabled ones too */ };
enum { PC_INPUTS = 24 /* of an I/O APIC on PC hardware */ };

static inline unsigned mpt_ioapic_inputs(const struct survey *s)
{
    return s->facts.given & MPT_FACT_INPUTS ? s->facts.ioapic_inputs : PC_INPUTS;
}

static inline bool mpt_ioapic_enabled(const struct survey *s, unsigned id)
{
    return s->ioapic[id] & IOAPIC_ENABLED;
}

/* Is there an enabled I/O APIC for that destination? 255 means all. */
static inline bool mpt_has_ioapic(const struct survey *s, uint8_t id)
{
    return mpt_ioapic_enabled(s, id) || (id == MPT_ALL && s->enabled_ioapics > 0);
}

/* FreeBSD accepts 255 only when there is one I/O APIC. */
static inline bool mpt_freebsd_routes(const struct survey *s, uint8_t id)
{
    return id == MPT_ALL ? s->enabled_ioapics == 1 : mpt_ioapic_enabled(s, id);
}

/* Does Linux number the interrupts of the bus like those of ISA? */
static inline bool mpt_linux_isa(const struct survey *s, uint8_t bus)
{
    return (s->bus_as[bus] & (BUS_DECLARED | BUS_LINUX_PCI)) == BUS_DECLARED;
}

#pragma GCC visibility push(hidden) /* the room's own: no part of the library */

/*
 * mpt_survey_readers - after mpt_survey, fill in what needs a second walk: the sources of
 * interrupts, Linux's way to IRQ 0, FreeBSD's walks. When no floating pointer leads to a table,
 * look for a sound table elsewhere
 */
void mpt_survey_readers(struct survey *s, const struct mpt_memory *memory);

#pragma GCC visibility pop

#endif
