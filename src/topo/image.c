/* SPDX-License-Identifier: ISC */
/*
 * Policy meets bytes: the profile's row and the request's values become the arrays that mpt_encode takes.
 * What was written is read back before anyone sees it; a guest with a clear refusal can be started again, one
 * with a wrong table hangs without a word.
 */
#include "image.h"

#include <string.h>

#include "place.h"
#include "profile.h"

enum { IO_INTS_MAX = 2 + TOPOLOGY_IRQS_MAX, ISA_BUS = 0 };

static const struct at at_memory = { NULL, "memory_size", 0 };

/* The arrays behind one table. */
struct parts {
    struct mpt_bus bus;
    struct mpt_ioapic ioapic;
    struct mpt_io_int io_ints[IO_INTS_MAX];
    struct mpt_local_int local_ints[2];
    struct mpt_table table;
};

static uint8_t ioapic_id(const struct topology *t)
{
    bool taken[256] = { false };

    if (t->profile->ioapic_id == IOAPIC_ID_CPUS)
        return (uint8_t)t->cpus;
    for (unsigned i = 0; i < t->cpus; i++)
        taken[t->processors[i].apic_id] = true;
    for (unsigned id = 0; id < MPT_ALL; id++)
        if (!taken[id])
            return (uint8_t)id;
    return 0;
}

static uint8_t bsp_id(const struct topology *t)
{
    for (unsigned i = 0; i < t->cpus; i++)
        if (t->processors[i].flags & MPT_CPU_BSP)
            return t->processors[i].apic_id;
    return 0; /* topology_check refuses such a topology */
}

static uint16_t route_irqs(const struct topology *t, uint8_t ioapic, struct mpt_io_int *out)
{
    const struct profile *p = t->profile;
    uint16_t n = 0;

    for (unsigned i = 0; i < p->routed_irq_count; i++) {
        out[n] = p->routed_irqs[i];
        out[n].bus_id = ISA_BUS;
        out[n++].apic_id = ioapic;
    }
    for (unsigned irq = 0; irq < t->irqs; irq++)
        if (irq >= TOPOLOGY_IRQS_MIN || (p->direct_irqs >> irq & 1))
            out[n++] = (struct mpt_io_int){ .int_type = MPT_INT,
                                            .bus_id = ISA_BUS,
                                            .irq = (uint8_t)irq,
                                            .apic_id = ioapic,
                                            .intin = (uint8_t)irq };
    return n;
}

/* @out is blanks up to its size, then the text. */
static void pad(char *out, size_t size, const char *text)
{
    const size_t n = strlen(text);

    memset(out, ' ', size);
    memcpy(out, text, n < size ? n : size);
}

static void fill_header(const struct topology *t, struct mpt_header *h)
{
    *h = (struct mpt_header){ .spec_revision = MPT_SPEC_1_4, .local_apic_address = MPT_LOCAL_APIC_ADDRESS };
    if (t->oem_id_given)
        memcpy(h->oem_id, t->oem_id, sizeof(h->oem_id));
    else
        pad(h->oem_id, sizeof(h->oem_id), t->profile->oem_id);
    if (t->product_id_given)
        memcpy(h->product_id, t->product_id, sizeof(h->product_id));
    else
        pad(h->product_id, sizeof(h->product_id), t->profile->product_id);
}

static void apply_profile(const struct topology *t, struct parts *parts)
{
    const struct profile *p = t->profile;
    const uint8_t ioapic = ioapic_id(t);

    parts->bus = (struct mpt_bus){ .bus_id = ISA_BUS, .bus_type = { 'I', 'S', 'A', ' ', ' ', ' ' } };
    parts->ioapic = (struct mpt_ioapic){ .apic_id = ioapic,
                                         .apic_version = p->ioapic_version,
                                         .flags = MPT_IOAPIC_ENABLED,
                                         .address = MPT_IOAPIC_ADDRESS };
    parts->local_ints[0] = (struct mpt_local_int){
        .int_type = MPT_EXTINT, .bus_id = ISA_BUS, .apic_id = bsp_id(t), .lintin = 0
    };
    parts->local_ints[1] =
        (struct mpt_local_int){ .int_type = MPT_NMI, .bus_id = ISA_BUS, .apic_id = MPT_ALL, .lintin = 1 };
    parts->table = (struct mpt_table){
        .floating = { .spec_revision = MPT_SPEC_1_4, .features = p->imcrp },
        .processors = t->processors,
        .processor_count = (uint16_t)t->cpus,
        .buses = &parts->bus,
        .bus_count = 1,
        .ioapics = &parts->ioapic,
        .ioapic_count = 1,
        .io_ints = parts->io_ints,
        .io_int_count = route_irqs(t, ioapic, parts->io_ints),
        .local_ints = parts->local_ints,
        .local_int_count = p->local_ints ? 2 : 0,
    };
    fill_header(t, &parts->table.header);
}

static int check_memory(const struct topology *t, const struct image *image, struct err *err)
{
    const uint64_t end = image->place.base + (uint64_t)image->size;

    if (t->memory_size == 0 || end <= t->memory_size)
        return 0;
    return err_at(err, ERR_TOPOLOGY, &at_memory, "the image ends at 0x%llx, guest memory at 0x%llx",
                  (unsigned long long)end, (unsigned long long)t->memory_size);
}

int image_build(const struct topology *t, struct image *image, struct err *err)
{
    const struct at count_at = { NULL, t->explicit_cpus ? "processors" : "cpus", 0 };
    struct parts parts;
    size_t found;

    apply_profile(t, &parts);
    image->profile = t->profile;
    image->cpus = t->cpus;
    image->entries = (unsigned)mpt_entries(&parts.table);
    if (place_choose(mpt_size(&parts.table), t->profile->table_below, &count_at, &image->place, err) < 0)
        return -1;
    if (mpt_encode(&parts.table, &image->place, image->bytes, sizeof(image->bytes), &image->size) != MPT_OK ||
        !mpt_verify(&parts.table, &image->place, image->bytes, image->size))
        return err_at(err, ERR_INTERNAL, NULL, "the image does not read back as what it was made from");
    if (check_memory(t, image, err) < 0)
        return -1;
    found = mpt_check(&parts.table, &image->place, image->findings, MPT_RULES_MAX);
    image->finding_count = (unsigned)(found < MPT_RULES_MAX ? found : MPT_RULES_MAX);
    return 0;
}
