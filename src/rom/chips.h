/* SPDX-License-Identifier: ISC */
/*
 * The interrupt chips of a PC, as little of them as shows whether a table tells the truth: the
 * local APIC of the processor that runs this, I/O APICs, the timer, and the two 8259, which are
 * silenced. Times are in ticks of 10 ms.
 */
#ifndef ROM_CHIPS_H
#define ROM_CHIPS_H

#include <stdbool.h>
#include <stdint.h>

/* chips_start - the timer to 100 Hz, the 8259 masked, the local APIC at that address enabled */
void chips_start(uint32_t local_apic);

/* chips_id - APIC ID of the processor that runs this */
uint8_t chips_id(void);

/* chips_wait - until a condition holds. Return: false when the time is over. */
bool chips_wait(unsigned ticks, bool (*holds)(const void *of), const void *of);

/*
 * chips_init - an INIT to the processor of that APIC ID
 * chips_startup - a STARTUP: it begins in real mode at that page of the first MiB
 */
void chips_init(uint8_t apic_id);
void chips_startup(uint8_t apic_id, uint8_t page);

/* chips_inputs - how many the I/O APIC at that address has */
unsigned chips_inputs(uint32_t ioapic);

/* chips_tick - does a tick of the timer arrive at that input within that time? */
bool chips_tick(uint32_t ioapic, uint8_t intin, unsigned ticks);

#endif
