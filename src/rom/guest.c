/* SPDX-License-Identifier: ISC */
/*
 * mptable.guest: a guest program that tests on the machine, with the chips of QEMU or KVM, what its
 * MP table says.
 *
 * It is loaded as a Linux kernel is, by the 32-bit boot protocol. It finds the floating pointer as
 * Linux does, starts each processor that the table lists, and waits for a tick of the timer at the
 * input that the table gives IRQ 0. It prints a line for each fact on COM1 and port 0xe9. The last
 * line is "mptable.guest: end". Then it ends the machine.
 */
#include <stdbool.h>
#include <string.h>

#include "../mptable/mptable.h"
#include "chips.h"
#include "console.h"
#include "ports.h"

enum {
    LOW_SIZE = 0x8000, /* bytes from address 0 on; they are read in a copy, see memory */
    AP_PAGE = 0xd,     /* page where other processors start: 0xd000, behind the ROM's memory */
    PAGE = 4096,
    BASE_MEMORY_END = 0xa0000,
    BIOS = 0xf0000,
    BIOS_SIZE = 0x10000,
    /* in ticks of 10 ms */
    TICK_WAIT = 50,    /* for a tick at an input */
    ANSWER_WAIT = 500, /* for a processor */
    INIT_DELAY = 1,    /* between INIT and STARTUP, and before the second STARTUP */

    CONTROLLER = 0x64,
    PULSE_RESET = 0xfe
};

_Noreturn void guest_main(void); /* start.S calls it */
_Noreturn void end_machine(void);
extern const uint8_t ap_start[];
extern const uint32_t ap_size;
extern const uint8_t memory[]; /* address 0, from guest.ld: C may not read by a null pointer */

/* start.S: each processor reads its APIC ID at local_apic, and sets answers[APIC ID]. */
uint32_t local_apic;
volatile uint8_t answers[256];

static uint8_t low[LOW_SIZE];

/* What the table says */
struct facts {
    uint8_t processors[256]; /* enabled entries by APIC ID: 0, 1, or 2 for several */
    bool isa[256];           /* by bus ID */
    uint32_t ioapic[256];    /* address by APIC ID; 0 = none */
    uint32_t first_ioapic;
    struct mpt_io_int timer; /* the entry of IRQ 0 */
    bool has_timer;
};

/* Pulses the keyboard controller's reset line; a monitor without it sees end_machine's shutdown */
_Noreturn static void end(void)
{
    say("mptable.guest: end\n");
    out_1(CONTROLLER, PULSE_RESET);
    end_machine();
}

static bool never(const void *of)
{
    (void)of;
    return false;
}

static bool has_answered(const void *of)
{
    return answers[*(const uint8_t *)of];
}

static void read_entry(const struct mpt_entry *entry, struct facts *f)
{
    switch (entry->type) {
    case MPT_PROCESSOR:
        if (entry->processor.flags & MPT_CPU_ENABLED && f->processors[entry->processor.apic_id] < 2)
            f->processors[entry->processor.apic_id]++;
        break;
    case MPT_BUS:
        f->isa[entry->bus.bus_id] = mpt_bus_kind(entry->bus.bus_type) == MPT_BUS_ISA;
        break;
    case MPT_IOAPIC:
        if (!(entry->ioapic.flags & MPT_IOAPIC_ENABLED))
            break;
        f->ioapic[entry->ioapic.apic_id] = entry->ioapic.address;
        if (!f->first_ioapic)
            f->first_ioapic = entry->ioapic.address;
        break;
    case MPT_IO_INT:
        if (entry->io_int.int_type != MPT_INT || entry->io_int.irq != 0 ||
            !f->isa[entry->io_int.bus_id] || f->has_timer)
            break;
        f->timer = entry->io_int;
        f->has_timer = true;
        break;
    default:
        break;
    }
}

static void read_table(const struct mpt_view *view, struct facts *f)
{
    struct mpt_entry entry;
    struct mpt_walk walk;
    enum mpt_err err;

    memset(f, 0, sizeof(*f));
    mpt_walk_base(view, &walk);
    while (mpt_next(&walk, &entry, &err))
        read_entry(&entry, f);
    say("mptable.guest: pointer at %x, table at %x, %u bytes, ends %u\n", view->floating_address,
        view->table_address, view->base_length, (uint32_t)err);
}

/* As Linux does: INIT, a pause, STARTUP, and a second STARTUP when there is no answer */
static bool start_processor(uint8_t id)
{
    chips_init(id);
    chips_wait(INIT_DELAY, never, 0);
    chips_startup(id, AP_PAGE);
    if (chips_wait(INIT_DELAY, has_answered, &id))
        return true;
    chips_startup(id, AP_PAGE);
    return chips_wait(ANSWER_WAIT, has_answered, &id);
}

/* An INIT to APIC ID 255 would reach all processors, and reset this one too. */
static void start_processors(const struct facts *f)
{
    const uint8_t self = chips_id();
    unsigned listed = 0, count = 0;

    memcpy((void *)(AP_PAGE * PAGE), ap_start, ap_size);
    for (unsigned id = 0; id < MPT_ALL; id++) {
        if (!f->processors[id])
            continue;
        listed++;
        if (f->processors[id] > 1)
            say("mptable.guest: processor %u is listed twice\n", id);
        if (id == self || start_processor((uint8_t)id))
            count++;
        else
            say("mptable.guest: processor %u does not answer\n", id);
    }
    if (f->processors[MPT_ALL])
        say("mptable.guest: processor %u is listed, which means all: it is left out\n", MPT_ALL);
    if (!f->processors[self])
        say("mptable.guest: processor %u runs this, and is not listed\n", self);
    say("mptable.guest: %u processors are listed, %u answer\n", listed, count);
}

static void try_timer(const struct facts *f)
{
    const uint32_t ioapic =
        f->timer.apic_id == MPT_ALL ? f->first_ioapic : f->ioapic[f->timer.apic_id];

    if (!f->has_timer || !ioapic) {
        say("mptable.guest: no I/O APIC has an input for IRQ 0\n");
        return;
    }
    say("mptable.guest: I/O APIC at %x, %u inputs, IRQ 0 on input %u\n", ioapic,
        chips_inputs(ioapic), f->timer.intin);
    if (f->timer.intin < chips_inputs(ioapic) && chips_tick(ioapic, f->timer.intin, TICK_WAIT))
        say("mptable.guest: a tick arrives on input %u\n", f->timer.intin);
    else
        say("mptable.guest: no tick arrives on input %u\n", f->timer.intin);
}

_Noreturn void guest_main(void)
{
    const struct mpt_segment segments[] = {
        { 0, LOW_SIZE, low },
        { LOW_SIZE, BASE_MEMORY_END - LOW_SIZE, (const uint8_t *)LOW_SIZE },
        { BIOS, BIOS_SIZE, (const uint8_t *)BIOS },
    };
    const struct mpt_memory all = { segments, sizeof(segments) / sizeof(segments[0]) };
    static struct facts facts;
    struct mpt_view view;
    uint32_t at;

    console_start();
    memset((void *)answers, 0, sizeof(answers));
    memcpy(low, memory, sizeof(low));
    if (mpt_find(&all, NULL, mpt_consumer_at(0), &at) != MPT_OK ||
        mpt_open(&all, at, &view) != MPT_OK || !view.has_header) {
        say("mptable.guest: there is no MP table\n");
        end();
    }
    read_table(&view, &facts);
    local_apic = view.header.local_apic_address;
    chips_start(local_apic);
    start_processors(&facts);
    try_timer(&facts);
    end();
}
