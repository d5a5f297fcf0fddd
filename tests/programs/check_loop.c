/* SPDX-License-Identifier: ISC */
/*
 * check_loop CALLS COUNT [KIND]: makes CALLS calls of mpt_check and nothing else, for an
 * instruction count. Judged is a sound table of COUNT processors, or one of COUNT scattered or
 * equal interrupts, or of COUNT I/O APICs.
 */
#include <stdlib.h>
#include <string.h>

#include "../../src/mptable/mptable.h"

enum { SCATTER = 0x9e3779b1, ENTRIES_MAX = MPT_ENTRIES_MAX };

static struct mpt_processor processors[254];
static struct mpt_io_int io_ints[ENTRIES_MAX];
static struct mpt_ioapic ioapics[ENTRIES_MAX];
static const struct mpt_bus bus = { 0, { 'I', 'S', 'A', ' ', ' ', ' ' } };
static const struct mpt_local_int local_ints[2] = {
    { .int_type = MPT_EXTINT }, { .int_type = MPT_NMI, .apic_id = MPT_ALL, .lintin = 1 }
};

static void sound(struct mpt_table *t, unsigned cpus)
{
    for (unsigned i = 0; i < cpus && i < 254; i++)
        processors[i] = (struct mpt_processor){ (uint8_t)i, 0x14, i ? 1 : 3, 0x600, 0x201 };
    for (unsigned i = 0; i < 16; i++)
        io_ints[i] = (struct mpt_io_int){ MPT_INT, 0, 0, (uint8_t)i, (uint8_t)cpus, (uint8_t)i };
    io_ints[0].int_type = MPT_EXTINT;
    io_ints[2].irq = 0;
    ioapics[0] = (struct mpt_ioapic){ (uint8_t)cpus, 0x11, MPT_IOAPIC_ENABLED, MPT_IOAPIC_ADDRESS };
    t->processor_count = (uint16_t)cpus;
    t->bus_count = 1;
    t->ioapic_count = 1;
    t->io_int_count = 16;
    t->local_int_count = 2;
}

static void many(struct mpt_table *t, unsigned count, const char *kind)
{
    for (unsigned i = 0; i < count && i < ENTRIES_MAX; i++) {
        const uint32_t v = strcmp(kind, "equal") == 0 ? 0 : i * SCATTER;

        io_ints[i] = (struct mpt_io_int){ (uint8_t)(v >> 4 & 0xff), (uint16_t)(v & 0xffff),
                                          (uint8_t)(v >> 8 & 0xff), (uint8_t)(v >> 16 & 0xff),
                                          (uint8_t)(v >> 24),       (uint8_t)(v >> 12 & 0xff) };
        ioapics[i] = (struct mpt_ioapic){ (uint8_t)(v & 0xff), 0x11, MPT_IOAPIC_ENABLED, v };
    }
    if (strcmp(kind, "ioapics") == 0)
        t->ioapic_count = (uint16_t)count;
    else
        t->io_int_count = (uint16_t)count;
}

int main(int argc, char **argv)
{
    static uint8_t out[MPT_FLOATING_SIZE + MPT_TABLE_MAX];
    static struct mpt_report report;
    const struct mpt_place place = { 0x90000, 0x90000, 0x90010 };
    const int calls = argc > 1 ? atoi(argv[1]) : 0;
    const unsigned count = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
    struct mpt_table t = { .processors = processors,
                           .buses = &bus,
                           .ioapics = ioapics,
                           .io_ints = io_ints,
                           .local_ints = local_ints };
    struct mpt_segment segment = { 0x90000, 0, out };
    const struct mpt_memory memory = { &segment, 1 };
    struct mpt_view view;

    if (argc > 3)
        many(&t, count, argv[3]);
    else
        sound(&t, count);
    if (mpt_encode(&t, &place, out, sizeof(out), &segment.size) != MPT_OK ||
        mpt_open(&memory, place.floating, &view) != MPT_OK)
        return 2;
    for (int i = 0; i < calls; i++) {
        mpt_check(&memory, &view, NULL, MPT_FOR_LINUX, &report);
        if (report.finding_count == 0 && report.verdicts[0].worst == MPT_HARMLESS && argc > 3)
            return 1;
    }
    return 0;
}
