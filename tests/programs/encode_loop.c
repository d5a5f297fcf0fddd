/* SPDX-License-Identifier: ISC */
/* encode_loop CALLS CPUS: CALLS calls of mpt_encode and nothing else, to count instructions */
#include <stdlib.h>
#include <string.h>

#include "../../src/mptable/mptable.h"

int main(int argc, char **argv)
{
    static struct mpt_processor processors[254];
    static uint8_t out[8192];
    const struct mpt_bus bus = { 0, { 'I', 'S', 'A', ' ', ' ', ' ' } };
    const struct mpt_ioapic ioapic = { 0, 0x11, MPT_IOAPIC_ENABLED, MPT_IOAPIC_ADDRESS };
    const struct mpt_io_int io_ints[16] = { { .int_type = MPT_INT } };
    const struct mpt_local_int local_ints[2] = { { .int_type = MPT_NMI, .apic_id = MPT_ALL } };
    const struct mpt_place place = { 0x90000, 0x90000, 0x90010 };
    const int calls = argc > 1 ? atoi(argv[1]) : 0, cpus = argc > 2 ? atoi(argv[2]) : 0;
    struct mpt_table t = { .buses = &bus, .bus_count = 1, .ioapics = &ioapic, .ioapic_count = 1 };
    size_t len;

    if (cpus < 1 || cpus > 254)
        return 2;
    for (int i = 0; i < cpus; i++)
        processors[i] = (struct mpt_processor){ (uint8_t)i, 0x14, i ? 1 : 3, 0x600, 0x201 };
    t.processors = processors;
    t.processor_count = (uint16_t)cpus;
    t.io_ints = io_ints;
    t.io_int_count = 16;
    t.local_ints = local_ints;
    t.local_int_count = 2;
    for (int i = 0; i < calls; i++)
        if (mpt_encode(&t, &place, out, sizeof(out), &len) != MPT_OK)
            return 1;
    return 0;
}
