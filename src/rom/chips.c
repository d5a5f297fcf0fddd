/* SPDX-License-Identifier: ISC */
/*
 * Interrupts stay disabled: the interrupt request register (IRR) of the local APIC shows whether
 * one has arrived. Time is counted by the timer that is tested, so where that is slow, a wait takes
 * longer.
 *
 * Sources: Intel SDM volume 3, "Advanced Programmable Interrupt Controller"; data sheets of the
 * 82093AA (I/O APIC), 8254 and 8259A.
 */
#include "chips.h"

#include "ports.h"

enum {
    /* local APIC: offsets of registers, then values */
    APIC_ID = 0x20,
    APIC_TASK_PRIORITY = 0x80,
    APIC_EOI = 0xb0,
    APIC_SPURIOUS = 0xf0,
    APIC_IN_SERVICE = 0x100,
    APIC_REQUEST = 0x200,
    APIC_COMMAND = 0x300,
    APIC_COMMAND_TO = 0x310,

    APIC_ENABLED = 0x100,
    COMMAND_INIT = 0x4500, /* asserted */
    COMMAND_STARTUP = 0x4600,
    COMMAND_PENDING = 0x1000,

    /* I/O APIC: offset of the window, then indices of registers, which the window shows */
    IOAPIC_WINDOW = 0x10,
    IOAPIC_VERSION = 0x01,
    IOAPIC_ENTRIES = 0x10, /* two registers for each input */
    MASKED = 0x10000,

    VECTOR = 0x40,
    SPURIOUS_VECTOR = 0xff,

    TIMER_DATA = 0x40, /* of counter 0 */
    TIMER_COMMAND = 0x43,
    TIMER_LATCH = 0x00,
    TIMER_RATE = 0x34,    /* counter 0, low byte then high byte, mode 2 */
    TIMER_RELOAD = 11932, /* the timer counts 1193182 a second: 100 Hz */
    PIC_MASKS = 0x21,
    PIC_2_MASKS = 0xa1,

    PATIENCE = 20000000 /* reads of the timer before it counts as stopped */
};

static uint32_t apic;

static volatile uint32_t *at(uint32_t address)
{
    return (volatile uint32_t *)address;
}

static void start_timer(void)
{
    out_1(TIMER_COMMAND, TIMER_RATE);
    out_1(TIMER_DATA, TIMER_RELOAD & 0xff);
    out_1(TIMER_DATA, TIMER_RELOAD >> 8);
}

/* Counts down from TIMER_RELOAD to 1 */
static unsigned timer_count(void)
{
    unsigned low;

    out_1(TIMER_COMMAND, TIMER_LATCH);
    low = in_1(TIMER_DATA);
    return low | (unsigned)in_1(TIMER_DATA) << 8;
}

void chips_start(uint32_t local_apic)
{
    apic = local_apic;
    out_1(PIC_MASKS, 0xff);
    out_1(PIC_2_MASKS, 0xff);
    *at(apic + APIC_SPURIOUS) = APIC_ENABLED | SPURIOUS_VECTOR;
    *at(apic + APIC_TASK_PRIORITY) = 0;
    start_timer();
}

uint8_t chips_id(void)
{
    return (uint8_t)(*at(apic + APIC_ID) >> 24);
}

bool chips_wait(unsigned ticks, bool (*holds)(const void *of), const void *of)
{
    unsigned last = timer_count(), passed = 0;

    for (unsigned looks = 0; looks < PATIENCE && passed < ticks * TIMER_RELOAD; looks++) {
        const unsigned now = timer_count();

        if (holds(of))
            return true;
        passed += last >= now ? last - now : last + TIMER_RELOAD - now;
        last = now;
    }
    return holds(of);
}

static bool command_taken(const void *of)
{
    (void)of;
    return !(*at(apic + APIC_COMMAND) & COMMAND_PENDING);
}

static void command(uint8_t apic_id, uint32_t low)
{
    *at(apic + APIC_COMMAND_TO) = (uint32_t)apic_id << 24;
    *at(apic + APIC_COMMAND) = low;
    chips_wait(1, command_taken, 0);
}

void chips_init(uint8_t apic_id)
{
    command(apic_id, COMMAND_INIT);
}

void chips_startup(uint8_t apic_id, uint8_t page)
{
    command(apic_id, COMMAND_STARTUP | page);
}

static uint32_t ioapic_read(uint32_t ioapic, uint32_t index)
{
    *at(ioapic) = index;
    return *at(ioapic + IOAPIC_WINDOW);
}

static void ioapic_write(uint32_t ioapic, uint32_t index, uint32_t value)
{
    *at(ioapic) = index;
    *at(ioapic + IOAPIC_WINDOW) = value;
}

unsigned chips_inputs(uint32_t ioapic)
{
    return (ioapic_read(ioapic, IOAPIC_VERSION) >> 16 & 0xff) + 1;
}

static bool requested(const void *of)
{
    (void)of;
    return *at(apic + APIC_REQUEST + VECTOR / 32 * 0x10) >> VECTOR % 32 & 1;
}

/*
 * The entry is written before the timer starts again: after a tick that is not acknowledged, KVM
 * holds further ticks back until the input is unmasked or the timer is set.
 */
bool chips_tick(uint32_t ioapic, uint8_t intin, unsigned ticks)
{
    const uint32_t entry = IOAPIC_ENTRIES + 2U * intin;
    bool arrived;

    ioapic_write(ioapic, entry, MASKED);
    ioapic_write(ioapic, entry + 1, (uint32_t)chips_id() << 24);
    ioapic_write(ioapic, entry, VECTOR); /* fixed delivery, physical destination, high, edge */
    start_timer();
    arrived = chips_wait(ticks, requested, 0);
    ioapic_write(ioapic, entry, MASKED);
    return arrived;
}
