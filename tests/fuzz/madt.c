/* SPDX-License-Identifier: ISC */
/*
 * A MADT of any bytes: what is read of it is within its bounds and lies in the table, and becomes a
 * topology, or is refused for a reason.
 */
#include "../../src/topo/complete.h"
#include "../../src/topo/from_madt.h"
#include "fuzz.h"

enum { AT_LENGTH = 4, AT_SUM = 9 };

/* Every other time length and sum are made right, which a mutation hardly ever does. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, max);
    if (seed % 2 || size < MADT_HEADER_SIZE)
        return size;
    for (unsigned i = 0; i < 4; i++)
        data[AT_LENGTH + i] = (uint8_t)(size >> 8 * i);
    mend(data + AT_SUM, data, size);
    return size;
}

/* Structures of one kind stay in the order of the table. */
static void in_table(uint32_t at, uint32_t *before, size_t size)
{
    assert(at >= MADT_HEADER_SIZE && at > *before && at < size);
    *before = at;
}

static void check_processors(const struct madt *m, size_t size)
{
    uint32_t before = 0;

    assert(m->processor_count <= MADT_PROCESSORS_MAX);
    for (unsigned i = 0; i < m->processor_count; i++) {
        in_table(m->processors[i].at, &before, size);
        for (unsigned other = 0; other < i; other++)
            assert(m->processors[other].apic_id != m->processors[i].apic_id);
    }
}

static void check(const struct madt *m, size_t size)
{
    uint32_t ioapic = 0, nmi = 0, local_nmi = 0;

    assert(m->at == 0 && m->ioapic_count <= MADT_IOAPICS_MAX && m->nmi_count <= MADT_NMIS_MAX &&
           m->local_nmi_count <= MADT_NMIS_MAX);
    check_processors(m, size);
    for (unsigned i = 0; i < m->ioapic_count; i++)
        in_table(m->ioapics[i].at, &ioapic, size);
    for (unsigned i = 0; i < m->nmi_count; i++)
        in_table(m->nmis[i].at, &nmi, size);
    for (unsigned i = 0; i < m->local_nmi_count; i++)
        in_table(m->local_nmis[i].at, &local_nmi, size);
    for (unsigned irq = 0; irq < MADT_LINES; irq++)
        assert(m->lines[irq].at < size && m->lines[irq].flags < 16 &&
               (m->lines[irq].at != 0 || m->lines[irq].gsi == irq));
}

/* An image that is built has the processors of the MADT. */
static void fill(const struct madt *m, int bsp)
{
    static struct topology topology, read;
    static struct image image, scratch;
    static struct found found;
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    struct mpt_memory memory;
    struct err err = { 0 };

    topology_init(&topology);
    if (from_madt_fill(m, bsp, &topology, &err) < 0 || complete_topology(&topology, &err) < 0 ||
        image_build(&topology, &image, &err) < 0) {
        refused(&err);
        return;
    }
    memory = image_memory(&image, segments);
    assert(found_read(&memory, image.place.floating, NULL, MPT_FOR_ALL, &read, &scratch, &found,
                      &err) == 0);
    assert(found.exact && read.table.processor_count == m->processor_count);
    for (unsigned i = 0; i < m->processor_count; i++)
        assert(read.processors[i].apic_id == m->processors[i].apic_id &&
               (read.processors[i].flags & MPT_CPU_ENABLED) == m->processors[i].enabled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct madt madt;
    const enum madt_err err = madt_read(data, size, &madt);

    if (err == MADT_OK) {
        check(&madt, size);
        fill(&madt, FROM_MADT_FIRST);
        fill(&madt, 1);
    } else
        assert((madt.at != 0) == (err == MADT_ESTRUCTURE || err == MADT_EMANY) &&
               (madt.at == 0 || madt.at < size));
    return 0;
}
