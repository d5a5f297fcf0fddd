/* SPDX-License-Identifier: ISC */
/*
 * memory CPUS FILE: what a virtual machine monitor does with libmptable before the first vCPU runs,
 * if it names each entry itself. Guest memory is a mapping of the monitor's; the tables go into it
 * where the guest's kernel looks, and the memory is written to FILE so that it can be looked at.
 */
#include <mptable.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MEMORY_SIZE = 1 << 20, WINDOW = 0x9fc00, WINDOW_END = 0xa0000, CPUS_MAX = 40, ISA = 0 };

/*
 * The machine that this monitor emulates: KVM's in-kernel irqchip, where ISA IRQ n enters at INTIN
 * n.
 */
static int write_tables(uint8_t *memory, unsigned cpus)
{
    const struct mpt_place place = { WINDOW, WINDOW, WINDOW + MPT_FLOATING_SIZE };
    const struct mpt_bus bus = { ISA, { 'I', 'S', 'A', ' ', ' ', ' ' } };
    const struct mpt_ioapic ioapic = { (uint8_t)cpus, 0x11, MPT_IOAPIC_ENABLED,
                                       MPT_IOAPIC_ADDRESS };
    const struct mpt_local_int local_ints[] = {
        { .int_type = MPT_EXTINT, .bus_id = ISA, .apic_id = 0, .lintin = 0 },
        { .int_type = MPT_NMI, .bus_id = ISA, .apic_id = MPT_ALL, .lintin = 1 },
    };
    struct mpt_processor processors[CPUS_MAX];
    struct mpt_io_int io_ints[15];
    struct mpt_table table = {
        .floating = { .spec_revision = MPT_SPEC_1_4 },
        .header = { .spec_revision = MPT_SPEC_1_4, .local_apic_address = MPT_LOCAL_APIC_ADDRESS },
        .processors = processors,
        .processor_count = (uint16_t)cpus,
        .buses = &bus,
        .bus_count = 1,
        .ioapics = &ioapic,
        .ioapic_count = 1,
        .io_ints = io_ints,
        .local_ints = local_ints,
        .local_int_count = 2,
    };
    size_t size;

    memcpy(table.header.oem_id, "MPTABLED", 8);
    memcpy(table.header.product_id, "KVM         ", 12);
    for (unsigned i = 0; i < cpus; i++)
        processors[i] =
            (struct mpt_processor){ .apic_id = (uint8_t)i,
                                    .apic_version = 0x14,
                                    .flags = (uint8_t)(MPT_CPU_ENABLED | (i ? 0 : MPT_CPU_BSP)),
                                    .signature = 0x6f1,
                                    .features = 0x0781fbff };
    for (uint8_t irq = 0; irq < 16; irq++)
        if (irq != 2) /* the cascade between the two 8259 */
            io_ints[table.io_int_count++] = (struct mpt_io_int){ .int_type = MPT_INT,
                                                                 .bus_id = ISA,
                                                                 .irq = irq,
                                                                 .apic_id = ioapic.apic_id,
                                                                 .intin = irq };
    return mpt_encode(&table, &place, memory + WINDOW, WINDOW_END - WINDOW, &size) == MPT_OK ? 0
                                                                                             : -1;
}

int main(int argc, char **argv)
{
    const unsigned cpus = argc == 3 ? (unsigned)atoi(argv[1]) : 0;
    uint8_t *memory;
    FILE *file;

    if (cpus < 1 || cpus > CPUS_MAX)
        return 2;
    memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || write_tables(memory, cpus) < 0)
        return 1;
    file = fopen(argv[2], "wb"); /* here the vCPUs would be started */
    if (!file || fwrite(memory, 1, MEMORY_SIZE, file) != MEMORY_SIZE || fclose(file) != 0)
        return 1;
    return 0;
}
