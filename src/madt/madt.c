/* SPDX-License-Identifier: ISC */
/*
 * Each type of structure is a row: its smallest size, and the function that takes its fields. The
 * walk checks the length of a structure once, so a function reads at constant offsets. A structure
 * that is longer than its type comes from a later version of ACPI, in which the first fields are
 * the same.
 */
#include "madt.h"

#include <string.h>

/* Offsets in the header, and bits of its flags and of a processor's: ACPI 6.5 §5.2.12, §5.2.12.2 */
enum { AT_LENGTH = 4, AT_REVISION = 8, AT_LOCAL_APIC = 36, AT_FLAGS = 40 };
enum { PCAT_COMPAT = 1U << 0, ENABLED = 1U << 0, ONLINE_CAPABLE = 1U << 1 };

enum {
    ONLINE_CAPABLE_SINCE = 5, /* revision of the table, ACPI 6.3 */
    ISA = 0,                  /* the bus of every override */
    NO_ID = 0xff,
    ALL = 0xff,
    LINE_FLAGS = 0xf /* polarity and trigger mode; the other bits are reserved */
};
#define NO_X2APIC_ID UINT32_MAX
#define X2APIC_ALL   UINT32_MAX

static uint16_t load_2(const uint8_t *from)
{
    return (uint16_t)(from[0] | from[1] << 8);
}

static uint32_t load_4(const uint8_t *from)
{
    return load_2(from) | (uint32_t)load_2(from + 2) << 16;
}

static uint64_t load_8(const uint8_t *from)
{
    return load_4(from) | (uint64_t)load_4(from + 4) << 32;
}

/* A table while it is read */
struct reading {
    struct madt *madt;
    uint8_t revision;
    uint32_t at; /* offset of the structure that is being read */
};

static enum madt_err add_processor(struct reading *r, uint32_t uid, uint32_t apic_id,
                                   uint32_t flags)
{
    struct madt *const m = r->madt;
    const bool enabled = flags & ENABLED;
    unsigned i = 0;

    if (!enabled && r->revision >= ONLINE_CAPABLE_SINCE && !(flags & ONLINE_CAPABLE))
        return MADT_OK;
    while (i < m->processor_count && m->processors[i].apic_id != apic_id)
        i++;
    if (i == MADT_PROCESSORS_MAX)
        return MADT_EMANY;
    if (i == m->processor_count)
        m->processors[m->processor_count++] = (struct madt_processor){ r->at, uid, apic_id, false };
    m->processors[i].enabled |= enabled;
    return MADT_OK;
}

static enum madt_err take_local_apic(struct reading *r, const uint8_t *s)
{
    return s[3] == NO_ID ? MADT_OK : add_processor(r, s[2], s[3], load_4(s + 4));
}

static enum madt_err take_x2apic(struct reading *r, const uint8_t *s)
{
    const uint32_t apic_id = load_4(s + 4);

    return apic_id == NO_X2APIC_ID ? MADT_OK
                                   : add_processor(r, load_4(s + 12), apic_id, load_4(s + 8));
}

static enum madt_err take_ioapic(struct reading *r, const uint8_t *s)
{
    struct madt *const m = r->madt;

    if (m->ioapic_count == MADT_IOAPICS_MAX)
        return MADT_EMANY;
    m->ioapics[m->ioapic_count++] =
        (struct madt_ioapic){ r->at, s[2], load_4(s + 4), load_4(s + 8) };
    return MADT_OK;
}

static enum madt_err take_override(struct reading *r, const uint8_t *s)
{
    if (s[2] == ISA && s[3] < MADT_LINES)
        r->madt->lines[s[3]] =
            (struct madt_line){ r->at, true, load_4(s + 4), load_2(s + 8) & LINE_FLAGS };
    return MADT_OK;
}

static enum madt_err take_nmi(struct reading *r, const uint8_t *s)
{
    struct madt *const m = r->madt;

    if (m->nmi_count == MADT_NMIS_MAX)
        return MADT_EMANY;
    m->nmis[m->nmi_count++] = (struct madt_nmi){ r->at, load_2(s + 2) & LINE_FLAGS, load_4(s + 4) };
    return MADT_OK;
}

static enum madt_err add_local_nmi(struct reading *r, bool all, uint32_t uid, uint16_t flags,
                                   uint8_t lintin)
{
    struct madt *const m = r->madt;

    if (m->local_nmi_count == MADT_NMIS_MAX)
        return MADT_EMANY;
    m->local_nmis[m->local_nmi_count++] =
        (struct madt_local_nmi){ r->at, all, uid, flags & LINE_FLAGS, lintin };
    return MADT_OK;
}

static enum madt_err take_local_nmi(struct reading *r, const uint8_t *s)
{
    return add_local_nmi(r, s[2] == ALL, s[2], load_2(s + 3), s[5]);
}

static enum madt_err take_x2apic_nmi(struct reading *r, const uint8_t *s)
{
    const uint32_t uid = load_4(s + 4);

    return add_local_nmi(r, uid == X2APIC_ALL, uid, load_2(s + 2), s[8]);
}

static enum madt_err take_address(struct reading *r, const uint8_t *s)
{
    r->madt->local_apic_address = load_8(s + 4);
    return MADT_OK;
}

static const struct {
    uint8_t size; /* 0 = this type is skipped */
    enum madt_err (*take)(struct reading *r, const uint8_t *s);
} types[] = {
    [0] = { 8, take_local_apic }, [1] = { 12, take_ioapic },      [2] = { 10, take_override },
    [3] = { 8, take_nmi },        [4] = { 6, take_local_nmi },    [5] = { 12, take_address },
    [9] = { 16, take_x2apic },    [10] = { 12, take_x2apic_nmi },
};
enum { TYPES = sizeof(types) / sizeof(types[0]), STRUCTURE_HEADER = 2 };

static enum madt_err take_structures(struct reading *r, const uint8_t *bytes, uint32_t length)
{
    for (r->at = MADT_HEADER_SIZE; r->at < length; r->at += bytes[r->at + 1]) {
        const uint8_t *const s = bytes + r->at;
        const uint32_t left = length - r->at;
        enum madt_err err = MADT_OK;

        if (left < STRUCTURE_HEADER || s[1] < STRUCTURE_HEADER || s[1] > left ||
            (s[0] < TYPES && s[1] < types[s[0]].size))
            return MADT_ESTRUCTURE;
        if (s[0] < TYPES && types[s[0]].size > 0)
            err = types[s[0]].take(r, s);
        if (err != MADT_OK)
            return err;
    }
    return MADT_OK;
}

/* Without an override, IRQ n arrives at GSI n, unless another IRQ's override leads there. */
static void connect_lines(struct madt *m)
{
    for (uint32_t irq = 0; irq < MADT_LINES; irq++) {
        if (m->lines[irq].at != 0)
            continue;
        m->lines[irq] = (struct madt_line){ 0, true, irq, 0 };
        for (unsigned other = 0; other < MADT_LINES; other++)
            if (m->lines[other].at != 0 && m->lines[other].gsi == irq)
                m->lines[irq].connected = false;
    }
}

static bool adds_up(const uint8_t *bytes, uint32_t length)
{
    uint8_t sum = 0;

    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

static enum madt_err check_header(const uint8_t *bytes, size_t size)
{
    uint32_t length;

    if (size < 4 || memcmp(bytes, "APIC", 4) != 0)
        return MADT_ESIGNATURE;
    if (size < MADT_HEADER_SIZE)
        return MADT_ECUT;
    length = load_4(bytes + AT_LENGTH);
    if (length < MADT_HEADER_SIZE || length > MADT_SIZE_MAX)
        return MADT_ELENGTH;
    if (length > size)
        return MADT_ECUT;
    return adds_up(bytes, length) ? MADT_OK : MADT_ESUM;
}

enum madt_err madt_read(const uint8_t *bytes, size_t size, struct madt *m)
{
    struct reading r = { .madt = m };
    enum madt_err err = check_header(bytes, size);

    m->at = 0;
    if (err != MADT_OK)
        return err;
    r.revision = bytes[AT_REVISION];
    m->local_apic_address = load_4(bytes + AT_LOCAL_APIC);
    m->pcat_compat = load_4(bytes + AT_FLAGS) & PCAT_COMPAT;
    m->processor_count = m->ioapic_count = m->nmi_count = m->local_nmi_count = 0;
    memset(m->lines, 0, sizeof(m->lines));
    err = take_structures(&r, bytes, load_4(bytes + AT_LENGTH));
    if (err == MADT_OK)
        connect_lines(m);
    else
        m->at = r.at;
    return err;
}

const char *madt_strerror(enum madt_err err)
{
    switch (err) {
    case MADT_OK:
        return "no error";
    case MADT_ESIGNATURE:
        return "the bytes are no MADT: they do not begin with \"APIC\"";
    case MADT_ELENGTH:
        return "the table's length is below 44 or above 1048576 bytes";
    case MADT_ECUT:
        return "the bytes end before the table does";
    case MADT_ESUM:
        return "the table's bytes do not add up to 0 (modulo 256)";
    case MADT_ESTRUCTURE:
        return "the structure is shorter than its type requires, or runs past the end of the table";
    case MADT_EMANY:
        return "more than 1024 processors, 64 I/O APICs or 64 NMIs of a kind";
    }
    return "unknown error";
}
