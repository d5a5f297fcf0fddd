/* SPDX-License-Identifier: ISC */
#include "scene.h"

struct scene scene;
struct scene_image image;
struct mpt_report report;
uint32_t scene_harms[MPT_RULES_MAX];

static const struct mpt_bus pci = { 0, { 'P', 'C', 'I', ' ', ' ', ' ' } };

/* The machine that the sample is a table of, but for a processor and an I/O APIC more */
static void set_machine(void)
{
    for (uint32_t i = 0; i < CPUS; i++)
        scene.apic_ids[i] = i;
    scene.apic_ids[CPUS] = 300;
    scene.facts.apic_ids = scene.apic_ids;
    scene.there[0] = (struct mpt_ioapic_fact){ 0xfec00000, 24 };
    scene.there[1] = (struct mpt_ioapic_fact){ 0xfec01000, 0 };
    scene.facts.ioapics = scene.there;
    for (uint8_t irq = 0; irq < 16; irq++)
        scene.lines[irq] = (struct mpt_line_fact){ irq != 2, irq ? irq : 2, 0, 0xfec00000 };
    scene.facts.lines = scene.lines;
}

void scene_fill(unsigned cpus)
{
    struct sample *const s = &scene.sample;
    struct mpt_table *const t = &s->table;

    memset(&scene, 0, sizeof(scene));
    sample_fill(s, cpus > 40 ? cpus : 40);
    t->processor_count = (uint16_t)cpus;
    scene.buses[0] = s->bus;
    scene.buses[1] = scene.buses[2] = pci;
    scene.buses[1].bus_id = 1;
    scene.buses[2].bus_id = 2;
    t->buses = scene.buses;
    scene.ioapics[0] = scene.ioapics[1] = s->ioapic;
    scene.ioapics[0].apic_id = (uint8_t)cpus;
    scene.ioapics[1].apic_id = (uint8_t)(cpus + 1);
    scene.ioapics[1].address = 0xfec01000;
    scene.ioapics[2] = scene.ioapics[1];
    scene.ioapics[2].apic_id = (uint8_t)(cpus + 2);
    t->ioapics = scene.ioapics;
    for (unsigned i = 0; i < SAMPLE_IO_INTS; i++) {
        scene.io_ints[i] = s->io_ints[i];
        scene.io_ints[i].apic_id = (uint8_t)cpus;
    }
    for (unsigned i = SAMPLE_IO_INTS; i < IO_INTS_MAX; i++)
        scene.io_ints[i] = (struct mpt_io_int){ .int_type = MPT_INT,
                                                .bus_id = (uint8_t)(1 + i / 128),
                                                .irq = (uint8_t)(i % 128),
                                                .apic_id = (uint8_t)cpus,
                                                .intin = 16 };
    t->io_ints = scene.io_ints;
    scene.facts.usable = &scene.usable;
    scene.facts.occupied = &scene.occupied;
    set_machine();
}

static void store(void *to, const struct poke *p)
{
    for (size_t i = 0; i < p->width; i++)
        ((uint8_t *)to)[i] = (uint8_t)(p->value >> 8 * i);
}

/* The machine that runs the test is little-endian too. */
void scene_poke(const struct poke *pokes)
{
    for (unsigned i = 0; i < POKES && pokes[i].width > 0; i++)
        if (pokes[i].offset < RAW_FLOATING)
            store((uint8_t *)&scene + pokes[i].offset, &pokes[i]);
}

static void poke_bytes(const struct poke *pokes)
{
    for (unsigned i = 0; i < POKES && pokes[i].width > 0; i++) {
        if (pokes[i].offset >= RAW_TABLE)
            store(image.table + (pokes[i].offset - RAW_TABLE), &pokes[i]);
        else if (pokes[i].offset >= RAW_FLOATING)
            store(image.floating + (pokes[i].offset - RAW_FLOATING), &pokes[i]);
    }
}

static uint8_t sum(const uint8_t *from, size_t size)
{
    uint8_t s = 0;

    while (size > 0)
        s = (uint8_t)(s + from[--size]);
    return s;
}

static size_t word(const uint8_t *at)
{
    return (size_t)(at[0] | at[1] << 8);
}

static void sum_up(void)
{
    const size_t base = word(image.table + LENGTH), extended = word(image.table + EXT_LENGTH);

    image.floating[10] =
        (uint8_t)(image.floating[10] - sum(image.floating, sizeof(image.floating)));
    if (base + extended > sizeof(image.table))
        return;
    if (extended > 0)
        image.table[EXT_SUM] = (uint8_t)-sum(image.table + base, extended);
    image.table[CHECKSUM] = (uint8_t)(image.table[CHECKSUM] - sum(image.table, base));
}

static void add_segment(uint32_t base, const uint8_t *bytes, size_t size)
{
    image.segments[image.memory.count++] = (struct mpt_segment){ base, size, bytes };
}

bool scene_open(const struct poke *pokes)
{
    static const struct mpt_run order[] = { { MPT_PROCESSOR, CPUS }, { MPT_IOAPIC, 1 },
                                            { MPT_BUS, 1 },          { MPT_IO_INT, 16 },
                                            { MPT_LOCAL_INT, 2 },    { MPT_SPACE, 1 },
                                            { MPT_HIERARCHY, 1 },    { MPT_MODIFIER, 1 } };
    const struct mpt_place *const place = &scene.sample.place;
    size_t size;

    memset(&image, 0, sizeof(image));
    if (scene.unordered) {
        scene.sample.table.order = order;
        scene.sample.table.order_count = sizeof(order) / sizeof(order[0]);
    }
    for (unsigned i = 0; scene.follow && i < SAMPLE_IO_INTS; i++)
        scene.io_ints[i].apic_id = scene.ioapics[0].apic_id;
    mpt_encode_floating(&scene.sample.table.floating, place->table, image.floating);
    if (mpt_encode_table(&scene.sample.table, image.table, sizeof(image.table), &size) != MPT_OK)
        return false;
    poke_bytes(pokes);
    if (!scene.unsummed)
        sum_up();
    image.memory.segments = image.segments;
    add_segment(place->floating, image.floating, sizeof(image.floating));
    if (place->table)
        add_segment(place->table, image.table, size - scene.cut);
    if (scene.other > 0) {
        scene.sample.table.floating.spec_revision = scene.other == 2 ? 1 : 4;
        mpt_encode_floating(&scene.sample.table.floating, place->table, image.other);
        image.other[10] = (uint8_t)(image.other[10] + (scene.other == 3));
        add_segment(0xf0000, image.other, sizeof(image.other));
    }
    if (scene.bios) {
        store(image.bios, &(struct poke){ 0, 2, scene.ebda });
        store(image.bios + 5, &(struct poke){ 0, 2, scene.base_memory_kib });
        add_segment(0x40e, image.bios, sizeof(image.bios));
    }
    return mpt_open(&image.memory, place->floating, &image.view) == MPT_OK;
}

bool scene_judge(const struct poke *pokes)
{
    scene_fill(CPUS);
    scene_poke(pokes);
    report.finding_count = 0;
    if (!scene_open(pokes))
        return false;
    mpt_check(&image.memory, &image.view, &scene.facts, MPT_FOR_ALL, &report);
    for (unsigned i = 0; i < report.finding_count; i++)
        scene_harms[scene_rule_index(report.findings[i].rule)] |= report.findings[i].harms;
    return true;
}

const struct mpt_finding *scene_find(const char *rule, int part)
{
    for (size_t i = 0; i < report.finding_count; i++)
        if (strcmp(report.findings[i].rule->id, rule) == 0 &&
            (part < 0 || (int)report.findings[i].rule->part == part))
            return &report.findings[i];
    return NULL;
}

size_t scene_rule_index(const struct mpt_rule *rule)
{
    size_t i = 0;

    while (mpt_rule_at(i) && mpt_rule_at(i) != rule)
        i++;
    return i;
}

/* Does the list of words, separated by blanks, have that one? */
static bool has_word(const char *list, const char *word_)
{
    const size_t length = strlen(word_);

    for (const char *at = list; (at = strstr(at, word_)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

static unsigned words(const char *list)
{
    unsigned n = list[0] != '\0';

    for (; *list; list++)
        n += *list == ' ';
    return n;
}

bool scene_is_sound(const char *id)
{
    return strcmp(id, "extint-io") == 0 || strcmp(id, "ext-bus-unknown") == 0;
}

void scene_expect(const char *name, const char *rules)
{
    unsigned count = 0;
    char text[160];

    for (size_t i = 0; i < report.finding_count; i++) {
        const char *const id = report.findings[i].rule->id;

        if (scene_is_sound(id) && !has_word(rules, id))
            continue;
        count++;
        snprintf(text, sizeof(text), "%s: %s is not expected", name, id);
        ROW_CHECK(text, has_word(rules, id));
    }
    snprintf(text, sizeof(text), "%s: %u findings in place of %u: %s", name, count, words(rules),
             rules);
    ROW_CHECK(text, count == words(rules));
}
