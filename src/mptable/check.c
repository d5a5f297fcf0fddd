/* SPDX-License-Identifier: ISC */
/*
 * Asks the rules. A table is surveyed once (survey.c); then the rules about a structure look at it
 * once, and those about a type of entry look at each such entry. The rules themselves are rows of
 * rules.def; here are the questions that more than one of them asks.
 */
#include "mptable.h"

#include <stdbool.h>
#include <string.h>

#include "load.h"
#include "search.h"
#include "survey.h"

enum {
    FIRST_MIB_END = 0x100000,
    VGA_HOLE_END = 0xc0000,
    ISA_IRQS = 16,
    CASCADE_IRQ = 2,
    PCI_RESERVED = 0x80,
    FEATURES_WANTED = 1U << 0 | 1U << 9, /* FPU, APIC */
    IO_INTS_MAX_32BIT = 256
};

static bool given(const struct survey *s, unsigned facts)
{
    return (s->facts.given & facts) == facts;
}

static bool overlaps(uint64_t base, uint64_t end, uint64_t other_base, uint64_t other_end)
{
    return base < other_end && other_base < end;
}

static bool lies_in(uint64_t base, uint64_t end, const struct mpt_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (overlaps(base, end, ranges[i].base, ranges[i].end))
            return true;
    return false;
}

static bool pointer_lies_in(const struct survey *s, const struct mpt_range *ranges, size_t count)
{
    return lies_in(s->view.floating_address, s->view.floating_address + (uint64_t)MPT_FLOATING_SIZE,
                   ranges, count);
}

static bool table_lies_in(const struct survey *s, const struct mpt_range *ranges, size_t count)
{
    return lies_in(s->view.table_address, s->table_end, ranges, count);
}

static bool has_table(const struct survey *s)
{
    return s->view.table_address != 0;
}

static bool table_covers(const struct survey *s, uint64_t base, uint64_t end)
{
    return has_table(s) && overlaps(s->view.table_address, s->table_end, base, end);
}

/* RAM ends at memory_size; what lies in 0xc0000 to 0xfffff may be ROM. */
static bool beyond_memory(const struct survey *s)
{
    return given(s, MPT_FACT_MEMORY_SIZE) && s->table_end > s->facts.memory_size &&
           !(s->view.table_address >= VGA_HOLE_END && s->table_end <= FIRST_MIB_END);
}

static bool pointer_usable(const struct survey *s)
{
    return given(s, MPT_FACT_USABLE) && pointer_lies_in(s, s->facts.usable, s->facts.usable_count);
}

static bool pointer_collision(const struct survey *s)
{
    return given(s, MPT_FACT_OCCUPIED) &&
           pointer_lies_in(s, s->facts.occupied, s->facts.occupied_count);
}

static bool bda_known(const struct survey *s)
{
    return given(s, MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY) && s->in_fixed;
}

static bool revision_known(uint8_t revision)
{
    return revision == MPT_SPEC_1_1 || revision == MPT_SPEC_1_4;
}

static bool printable(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    return true;
}

static bool oem_id_padding(const struct survey *s)
{
    return !printable(s->view.header.oem_id, sizeof(s->view.header.oem_id));
}

static bool entry_count_zero(const struct survey *s)
{
    return s->view.entry_count == 0 && s->entries > 0;
}

static bool entry_cut(const struct survey *s)
{
    return s->stop == MPT_ECUT && !s->cut_by_image;
}

static bool is_extended(uint8_t type)
{
    return type >= MPT_SPACE && type <= MPT_MODIFIER;
}

static bool cpu_enabled(const struct survey *s)
{
    return s->e.processor.flags & MPT_CPU_ENABLED;
}

static bool cpu_bsp(const struct survey *s)
{
    return s->e.processor.flags & MPT_CPU_BSP;
}

static bool cpu_integrated(const struct survey *s)
{
    return s->e.processor.apic_version >> 4 == 1;
}

static bool bus_type_unpadded(const struct survey *s)
{
    const int type = mpt_bus_type(s->e.bus.bus_type);

    return type >= 0 &&
           memcmp(s->e.bus.bus_type, mpt_bus_types[type], sizeof(s->e.bus.bus_type)) != 0;
}

static bool reserved_line(uint16_t flags)
{
    return (flags & 3) == 2 || (flags >> 2 & 3) == 2;
}

static bool isa_irq(const struct survey *s, uint8_t irq)
{
    return s->bus_kind[s->e.io_int.bus_id] == MPT_BUS_ISA && s->e.io_int.irq == irq;
}

static bool is_int(const struct survey *s)
{
    return s->e.io_int.int_type == MPT_INT;
}

static bool from_pci(const struct survey *s)
{
    return s->bus_kind[s->e.io_int.bus_id] == MPT_BUS_PCI;
}

static bool pci_high(const struct survey *s)
{
    return from_pci(s) && is_int(s) && (s->e.io_int.flags & 3) == MPT_HIGH;
}

/* A member of struct survey; width 0 = none */
struct member {
    uint16_t offset;
    uint8_t width;
};

struct check {
    struct mpt_rule rule;
    enum mpt_value show;
    uint8_t bit; /* of the value, when it is true or false */
    struct member value, expected;
    struct member spot; /* struct spot of the entry that a rule about the whole table points at */
};

#define RULE(NAME, ...) RULE_##NAME,
enum {
#include "rules.def"
    RULES
};
#undef RULE
_Static_assert((size_t)RULES <= MPT_RULES_MAX, "MPT_RULES_MAX is too small");
_Static_assert(RULES <= UINT8_MAX, "a rule's number is a byte");
_Static_assert(sizeof(((struct mpt_finding *)0)->text) >=
                   sizeof(((struct mpt_header *)0)->product_id),
               "no room for the longest text");

#define IN(m)                                                       \
    {                                                               \
        offsetof(struct survey, m), sizeof(((struct survey *)0)->m) \
    }
#define WHO(text) .rule.who = text
#define DEC(m)    .show = MPT_VALUE_DECIMAL, .value = IN(m)
#define HEX(m)    .show = MPT_VALUE_HEX, .value = IN(m)
#define BIT(m, b) .show = MPT_VALUE_BOOL, .value = IN(m), .bit = (b)
#define TEXT(m)   .show = MPT_VALUE_TEXT, .value = IN(m)
#define EXPECT(m) .expected = IN(m)
#define SPOT(m)   .spot = IN(m)

#define RULE(NAME, PART, SEVERITY, ID, condition, FIELD, EXPECTED, DETAIL, ...) \
    { .rule.id = ID,                                                            \
      .rule.severity = MPT_##SEVERITY,                                          \
      .rule.part = MPT_PART_##PART,                                             \
      .rule.field = FIELD,                                                      \
      .rule.expected = EXPECTED,                                                \
      .rule.detail = DETAIL,                                                    \
      __VA_ARGS__ },
static const struct check checks[] = {
#include "rules.def"
};
#undef RULE

const struct mpt_rule *mpt_rule_at(size_t i)
{
    return i < RULES ? &checks[i].rule : NULL;
}

static uint64_t member_value(const struct survey *s, struct member m)
{
    const uint8_t *const at = (const uint8_t *)s + m.offset;
    uint8_t v1;
    uint16_t v2;
    uint32_t v4;
    uint64_t v8;

    switch (m.width) {
    case sizeof(v1):
        memcpy(&v1, at, sizeof(v1));
        return v1;
    case sizeof(v2):
        memcpy(&v2, at, sizeof(v2));
        return v2;
    case sizeof(v4):
        memcpy(&v4, at, sizeof(v4));
        return v4;
    case sizeof(v8):
        memcpy(&v8, at, sizeof(v8));
        return v8;
    default:
        return 0;
    }
}

/* Where a finding is: the structure, the entry that the survey noted, or the entry looked at */
static struct spot place_of(const struct survey *s, const struct check *check)
{
    const enum mpt_part part = check->rule.part;
    struct spot spot = { -1, s->view.table_address };

    if (part == MPT_PART_FLOATING || (part == MPT_PART_TABLE && s->view.table_address == 0))
        spot.address = s->view.floating_address;
    else if (check->spot.width > 0)
        memcpy(&spot, (const uint8_t *)s + check->spot.offset, sizeof(spot));
    else if (part >= MPT_PART_PROCESSOR)
        spot = (struct spot){ (int)s->e.index, s->view.table_address + (uint32_t)s->e.offset };
    return spot;
}

static void write_finding(const struct survey *s, const struct check *check,
                          struct mpt_finding *finding)
{
    const struct spot spot = place_of(s, check);

    *finding = (struct mpt_finding){
        .rule = &check->rule,
        .address = spot.address,
        .entry = spot.entry,
        .index = s->index,
        .show = check->show,
        .value = member_value(s, check->value),
        .has_expected = check->expected.width > 0,
        .expected = member_value(s, check->expected),
    };
    if (check->show == MPT_VALUE_BOOL)
        finding->value = (finding->value & check->bit) != 0;
    if (check->show == MPT_VALUE_TEXT) {
        finding->value = 0;
        finding->text_size = check->value.width;
        memcpy(finding->text, (const uint8_t *)s + check->value.offset, check->value.width);
    }
}

/* The findings so far, by rule. Rows are not cleared: those are there whose count is not 0. */
struct findings {
    size_t size;
    uint8_t rules[RULES]; /* those that are broken, ascending */
    unsigned counts[RULES];
    struct mpt_finding rows[RULES];
};

/*
 * Not inlined: most rules hold, and asking them all is short when what a broken one takes is
 * elsewhere.
 */
static __attribute__((noinline)) void note(struct findings *found, unsigned rule,
                                           const struct survey *s)
{
    size_t i = found->size;

    if (found->counts[rule]++ > 0)
        return;
    for (; i > 0 && found->rules[i - 1] > rule; i--)
        found->rules[i] = found->rules[i - 1];
    found->rules[i] = (uint8_t)rule;
    found->size++;
    write_finding(s, &checks[rule], &found->rows[rule]);
}

/*
 * The rules of one part, each with its finding. The part is a constant in every call, so the rows
 * of the others leave no code.
 */
static inline __attribute__((always_inline)) void judge(enum mpt_part part, const struct survey *s,
                                                        struct findings *found)
{
#define RULE(NAME, PART, severity, id, condition, ...) \
    if (part == MPT_PART_##PART && (condition))        \
        note(found, RULE_##NAME, s);
#include "rules.def"
#undef RULE
}

/* The base entries that the survey walked over: each is whole, and of a defined type. */
static void judge_base_entries(struct survey *s, struct findings *found)
{
    unsigned seen[MPT_BASE_TYPES] = { 0 }, index = 0;

    for (size_t at = MPT_HEADER_SIZE; at < s->walked_end; at += size_base(s->view.table[at])) {
        const uint8_t *const e = s->view.table + at;

        s->index = seen[e[0]]++;
        s->mark = s->marks[at / 8];
        s->e.index = index++;
        s->e.offset = at;
        s->e.reserved = 0;
        switch (e[0]) {
#define JUDGE_ENTRY(T, S, array, word)        \
    case MPT_##T:                             \
        s->e.S = load_##S(e, &s->e.reserved); \
        judge(MPT_PART_##T, s, found);        \
        break;
            ENTRIES_BASE(JUDGE_ENTRY)
#undef JUDGE_ENTRY
        default:
            break;
        }
    }
}

static void judge_extended_entries(struct survey *s, struct findings *found)
{
    struct mpt_walk walk;
    enum mpt_err err;

    mpt_walk_extended(&s->view, &walk);
    for (s->index = 0; mpt_next(&walk, &s->e, &err); s->index++)
        judge(MPT_PART_EXTENDED, s, found);
}

size_t mpt_check(const struct mpt_memory *memory, const struct mpt_view *view,
                 const struct mpt_facts *facts, struct mpt_finding *found, size_t cap)
{
    struct findings all;
    struct survey s;

    all.size = 0;
    memset(all.counts, 0, sizeof(all.counts));
    mpt_survey(&s, memory, view, facts);
    if (!view && !s.linux_finds)
        note(&all, RULE_FP_NOT_FOUND, &s);
    if (view) {
        judge(MPT_PART_FLOATING, &s, &all);
        judge(MPT_PART_TABLE, &s, &all);
    }
    if (view && view->has_header) {
        judge(MPT_PART_HEADER, &s, &all);
        judge_base_entries(&s, &all);
        judge_extended_entries(&s, &all);
    }
    for (size_t i = 0; i < all.size && i < cap; i++) {
        found[i] = all.rows[all.rules[i]];
        found[i].count = all.counts[all.rules[i]];
    }
    return all.size;
}
