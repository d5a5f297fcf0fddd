/* SPDX-License-Identifier: ISC */
/*
 * The interrupt chips of a PC, as far as the test of a table needs them: the local APIC of the
 * processor that runs this code, I/O APICs, the timer (8254), and the two 8259, which are masked.
 * Times are in ticks of the timer, 10 ms each.
 */
#ifndef ROM_CHIPS_H
#define ROM_CHIPS_H

#include <stdbool.h>
#include <stdint.h>

/* chips_start - set the timer to 100 Hz, mask the 8259s, enable the local APIC at that address */
void chips_start(uint32_t local_apic);

/* chips_id - APIC ID of the processor that runs this */
uint8_t chips_id(void);

/* chips_wait - wait until a condition holds. Return: false: it did not within @ticks */
bool chips_wait(unsigned ticks, bool (*holds)(const void *of), const void *of);

/*
 * chips_init - send an INIT to the processor with that APIC ID
 * chips_startup - send a STARTUP: the processor begins in real mode at that page of the first MiB
 */
void chips_init(uint8_t apic_id);
void chips_startup(uint8_t apic_id, uint8_t page);

/* chips_inputs - the number of inputs of the I/O APIC at that address */
unsigned chips_inputs(uint32_t ioapic);

/* chips_tick - does a tick of the timer arrive at that input within @ticks? */
bool chips_tick(uint32_t ioapic, uint8_t intin, unsigned ticks);

#endif
