/* SPDX-License-Identifier: ISC */
/* The routing that Linux 6.1 makes of a table, as its mpparse.c and io_apic.c have it. */
#include "../../src/topo/routing.h"

#include <string.h>

#include "suites.h"

enum { ENTRIES = 4, HIGH_EDGE = 0x5, LOW_LEVEL = 0xf };

static struct topology topology;
static struct routing routing;

/* An ISA bus 0, a PCI bus 1, and two I/O APICs with IDs 4 and 5 */
static void fill(const struct mpt_io_int ints[ENTRIES])
{
    static const struct mpt_bus buses[] = { { 0, { 'I', 'S', 'A', ' ', ' ', ' ' } },
                                            { 1, { 'P', 'C', 'I', ' ', ' ', ' ' } } };
    static const struct mpt_ioapic ioapics[] = { { 4, 0x11, MPT_IOAPIC_ENABLED, 0xfec00000 },
                                                 { 5, 0x11, MPT_IOAPIC_ENABLED, 0xfec01000 } };

    memset(&topology.table, 0, sizeof(topology.table));
    memcpy(topology.buses, buses, sizeof(buses));
    memcpy(topology.ioapics, ioapics, sizeof(ioapics));
    topology.table.bus_count = topology.table.ioapic_count = 2;
    while (topology.table.io_int_count < ENTRIES && ints[topology.table.io_int_count].apic_id) {
        topology.io_ints[topology.table.io_int_count] = ints[topology.table.io_int_count];
        topology.table.io_int_count++;
    }
}

static const struct mpt_ioapic_fact both[] = { { 0xfec00000, 16 }, { 0xfec01000, 24 } };
#define THERE(n)                                                        \
    {                                                                   \
        .given = MPT_FACT_IOAPICS, .ioapics = both, .ioapic_count = (n) \
    }

#define INTS(...) .ints = { __VA_ARGS__ }
#define ROUTED(to, is_level, is_low) \
    .loss = ROUTING_NONE, .gsi = (to), .level = (is_level), .low = (is_low)
#define LOST(why) .loss = ROUTING_##why

/* The last row's entry is asked about. */
static const struct {
    const char *name;
    struct mpt_io_int ints[ENTRIES]; /* type, flags, bus, IRQ, I/O APIC, input; up to one of ID 0 */
    struct mpt_facts facts;
    enum routing_loss loss;
    unsigned gsi;
    bool level, low;
} rows[] = {
    { "an ISA IRQ that conforms", INTS({ MPT_INT, 0, 0, 5, 4, 5 }), ROUTED(5, 0, 0) },
    { "a PCI pin that conforms", INTS({ MPT_INT, 0, 1, 8, 4, 17 }), ROUTED(17, 1, 1) },
    { "an ISA IRQ that does not", INTS({ MPT_INT, LOW_LEVEL, 0, 9, 4, 9 }), ROUTED(9, 1, 1) },
    { "a PCI pin that does not", INTS({ MPT_INT, HIGH_EDGE, 1, 8, 4, 17 }), ROUTED(17, 0, 0) },
    { "reserved flags are low and level", INTS({ MPT_INT, 0xa, 0, 9, 4, 9 }), ROUTED(9, 1, 1) },
    { "the first entry of an input decides",
      INTS({ MPT_INT, LOW_LEVEL, 1, 4, 4, 9 }, { MPT_INT, HIGH_EDGE, 1, 8, 4, 9 }),
      ROUTED(9, 1, 1) },
    { "an input that another IRQ has",
      INTS({ MPT_INT, 0, 0, 9, 4, 9 }, { MPT_INT, 0, 0, 10, 4, 9 }), LOST(TAKEN) },
    { "an NMI takes no input", INTS({ MPT_NMI, 0, 0, 9, 4, 9 }, { MPT_INT, 0, 0, 10, 4, 9 }),
      ROUTED(9, 0, 0) },
    { "every I/O APIC is the first one", INTS({ MPT_INT, 0, 0, 9, MPT_ALL, 9 }), ROUTED(9, 0, 0) },
    { "IRQ 2", INTS({ MPT_INT, 0, 0, 2, 4, 2 }), LOST(CASCADE) },
    { "an ISA IRQ at the second I/O APIC", INTS({ MPT_INT, 0, 0, 9, 5, 3 }), LOST(SECOND) },
    { "a PCI pin there", INTS({ MPT_INT, 0, 1, 8, 5, 3 }), ROUTED(24 + 3, 1, 1) },
    { "behind a first one of 16 inputs", INTS({ MPT_INT, 0, 1, 8, 5, 3 }), ROUTED(16 + 3, 1, 1),
      .facts = THERE(2) },
    { "input 16 of 16", INTS({ MPT_INT, 0, 1, 8, 4, 16 }), LOST(NO_INPUT), .facts = THERE(2) },
    { "input 23 of the second", INTS({ MPT_INT, 0, 1, 8, 5, 23 }), ROUTED(16 + 23, 1, 1),
      .facts = THERE(2) },
    { "input 24", INTS({ MPT_INT, 0, 1, 8, 4, 24 }), LOST(NO_INPUT) },
    { "input 24 of 32", INTS({ MPT_INT, 0, 1, 8, 4, 24 }), ROUTED(24, 1, 1),
      .facts = { .given = MPT_FACT_INPUTS, .ioapic_inputs = 32 } },
    { "an I/O APIC that is not there", INTS({ MPT_INT, 0, 1, 8, 5, 3 }), LOST(NO_IOAPIC),
      .facts = THERE(1) },
    { "an I/O APIC that is not listed", INTS({ MPT_INT, 0, 1, 8, 6, 3 }), LOST(NO_IOAPIC) },
    { "a PCI pin again", INTS({ MPT_INT, 0, 1, 8, 4, 16 }, { MPT_INT, 0, 1, 8, 4, 17 }),
      LOST(UNASKED) },
    { "a bus that is not declared counts as PCI", INTS({ MPT_INT, 0, 7, 8, 4, 17 }),
      ROUTED(17, 1, 1) },
};

static void inputs(void)
{
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        const struct routing_row *row;

        fill(rows[r].ints);
        routing_make(&topology, &rows[r].facts, &routing);
        ROW_CHECK(rows[r].name, routing.count > 0);
        row = &routing.rows[routing.count > 0 ? routing.count - 1 : 0];
        ROW_CHECK(rows[r].name, row->loss == rows[r].loss);
        ROW_CHECK(rows[r].name, row->loss != ROUTING_NONE ||
                                    (row->gsi == rows[r].gsi && row->level == rows[r].level &&
                                     row->low == rows[r].low));
    }
}

#define TIMER_AT(pin) .given = MPT_FACT_IRQ0, .irq0_intin = (pin)
#define IRQ0(pin)                  \
    {                              \
        MPT_INT, 0, 0, 0, 4, (pin) \
    }
#define EXTINT(id, pin)                  \
    {                                    \
        MPT_EXTINT, 0, 0, 0, (id), (pin) \
    }

#define WIRED(a1, p1, a2, p2, at) \
    .apic1 = (a1), .pin1 = (p1), .apic2 = (a2), .pin2 = (p2), .step = (at)

static const struct {
    const char *name;
    struct mpt_io_int ints[ENTRIES];
    struct mpt_facts facts;
    int apic1, pin1, apic2, pin2;
    unsigned step;
} timers[] = {
    { "where it is wired", INTS(IRQ0(2)), WIRED(0, 2, -1, -1, 1), .facts = { TIMER_AT(2) } },
    { "not known where", INTS(IRQ0(2)), WIRED(0, 2, -1, -1, 1) },
    { "wired elsewhere", INTS(IRQ0(0)), WIRED(0, 0, -1, -1, 3), .facts = { TIMER_AT(2) } },
    { "wired where the 8259 is said to be", INTS(IRQ0(0), EXTINT(4, 2)), WIRED(0, 0, 0, 2, 2),
      .facts = { TIMER_AT(2) } },
    { "the 8259 is said to be elsewhere", INTS(IRQ0(2), EXTINT(4, 0)), WIRED(0, 2, 0, 0, 3),
      .facts = { TIMER_AT(5) } },
    { "the 8259's I/O APIC is none", INTS(IRQ0(0), EXTINT(9, 2)), WIRED(0, 0, -1, 2, 3),
      .facts = { TIMER_AT(2) } },
    { "wired elsewhere, no 8259", INTS(IRQ0(0)), WIRED(0, 0, -1, -1, 0),
      .facts = { .given = MPT_FACT_IRQ0 | MPT_FACT_8259, .irq0_intin = 2 } },
    { "ExtINT alone", INTS(EXTINT(4, 2), { MPT_INT, 0, 0, 5, 4, 5 }), WIRED(-1, -1, 0, 2, 0),
      .facts = { TIMER_AT(2) } },
    { "no such input", INTS(IRQ0(24)), WIRED(0, 24, -1, -1, 0) },
    { "no interrupt entries, so the usual wiring", INTS({ .apic_id = 0 }), WIRED(0, 2, 0, 0, 1),
      .facts = { TIMER_AT(2) } },
    { "the I/O APIC is not there", INTS(IRQ0(2)), WIRED(-1, 2, -1, -1, 0),
      .facts = { .given = MPT_FACT_IOAPICS, .ioapics = both } },
};

static void ladder(void)
{
    for (size_t r = 0; r < sizeof(timers) / sizeof(timers[0]); r++) {
        fill(timers[r].ints);
        routing_make(&topology, &timers[r].facts, &routing);
        ROW_CHECK(timers[r].name,
                  routing.apic1 == timers[r].apic1 && routing.pin1 == timers[r].pin1);
        ROW_CHECK(timers[r].name,
                  routing.apic2 == timers[r].apic2 && routing.pin2 == timers[r].pin2);
        ROW_CHECK(timers[r].name, routing.step == timers[r].step);
    }
}

static const struct test tests[] = {
    { "inputs, triggers, losses", inputs },
    { "the timer ladder", ladder },
};
const struct suite topo_routing = { "topo/routing", tests, sizeof(tests) / sizeof(tests[0]) };
