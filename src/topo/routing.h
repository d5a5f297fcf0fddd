/* SPDX-License-Identifier: ISC */
/*
 * What Linux makes of the interrupt entries of a table: which source arrives at which I/O APIC
 * input, how it is triggered, and where the timer comes from. This follows mpparse.c and io_apic.c
 * of a 64-bit Linux without ACPI: only enabled I/O APICs count, and the first entry of an input
 * decides.
 */
#ifndef TOPO_ROUTING_H
#define TOPO_ROUTING_H

#include "topology.h"

/* Why a source gets no input, with the words for it */
#define ROUTING_LOSSES(X)                                                              \
    X(NONE, NULL)                                                                      \
    X(NO_IOAPIC, "no enabled I/O APIC has this ID")                                    \
    X(NO_INPUT, "the I/O APIC has no such input")                                      \
    X(TAKEN, "an earlier entry has the input")                                         \
    X(CASCADE, "Linux keeps IRQ 2 for the cascade of the two 8259s")                   \
    X(SECOND, "Linux routes IRQs of buses other than PCI on its first I/O APIC alone") \
    X(UNASKED, "Linux asks for a PCI device by the first entry that names its pin")

#define ROUTING_LOSS(L, words) ROUTING_##L,
enum routing_loss { ROUTING_LOSSES(ROUTING_LOSS) ROUTING_LOSS_COUNT };
#undef ROUTING_LOSS

extern const char *const routing_losses[ROUTING_LOSS_COUNT];

/* One row for each interrupt entry of type INT */
struct routing_row {
    enum routing_loss loss;
    bool pci; /* irq is device << 2 | pin; else an IRQ of an ISA-like bus */
    uint8_t bus_id, irq;
    uint8_t ioapic; /* index among those that Linux registers; with a loss, if known */
    uint8_t apic_id, intin;
    unsigned gsi; /* inputs of all earlier I/O APICs, plus intin */
    bool level, low;
};

enum {
    ROUTING_NOWHERE = -1,
    ROUTING_MAX = 1023,  /* interrupt entries; with one more, Linux panics */
    ROUTING_INPUTS = 24, /* of an I/O APIC, unless a fact says otherwise */
    /* Steps of Linux's timer ladder */
    ROUTING_STEP_NONE = 0,
    ROUTING_STEP_PIN = 1,        /* IRQ 0 through the I/O APIC */
    ROUTING_STEP_EXTINT_PIN = 2, /* through the input of the ExtINT entry */
    ROUTING_STEP_WIRE = 3        /* the 8259 on LINTIN 0, as virtual wire; as ExtINT it is step 4 */
};

struct routing {
    bool defaults; /* the table has no interrupt entry: Linux takes the usual wiring of ISA IRQs */
    /* as in Linux's line "..TIMER:"; ROUTING_NOWHERE where there is none */
    int apic1, pin1, apic2, pin2;
    /*
     * The step that works, if IRQ 0 is wired where the table or the fact says. NONE: Linux crashes
     * if it needs the PIT; without an I/O APIC it does not use the ladder. The local APIC decides
     * whether step 3 or 4 works: KVM's takes only ExtINT.
     */
    unsigned step;
    unsigned ioapic_count; /* that Linux registers */
    unsigned count;
    struct routing_row rows[ROUTING_MAX];
};

/*
 * routing_make - the routing of a table
 * @t:     what the table says, in the form of entries; its order among interrupts matters
 * @facts: the I/O APICs of the machine and their inputs, the input that IRQ 0 is wired to, and
 *         whether there are 8259s; may be NULL
 *
 * Time is quadratic in the interrupts, of which there are at most ROUTING_MAX.
 */
void routing_make(const struct topology *t, const struct mpt_facts *facts, struct routing *routing);

#endif
