/* SPDX-License-Identifier: ISC */
/*
 * Asks the rules. A table is surveyed once (survey.c). Then the rules about a structure are asked
 * once, and the rules about a type of entry once for each such entry. The rules themselves are rows
 * of rules.def; the questions that they ask are in questions.h.
 */
#include "mptable.h"

#include <stdbool.h>
#include <string.h>

#include "harms.h"
#include "load.h"
#include "questions.h"
#include "search.h"
#include "survey.h"
#include "verdict.h"

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
#define DEC(m)    .show = MPT_VALUE_DECIMAL, .value = IN(m)
#define HEX(m)    .show = MPT_VALUE_HEX, .value = IN(m)
#define BIT(m, b) .show = MPT_VALUE_BOOL, .value = IN(m), .bit = (b)
#define TEXT(m)   .show = MPT_VALUE_TEXT, .value = IN(m)
#define EXPECT(m) .expected = IN(m)
#define SPOT(m)   .spot = IN(m)

#define HARM(C, E, V, RAN_, condition) { &mpt_consumers[CONSUMER_##C], MPT_##E, V, RAN_ },
#define RULE(NAME, PART, ID, condition, FIELD, EXPECTED, DETAIL, HARMS, ...)         \
    { .rule.id = ID,                                                                 \
      .rule.part = MPT_PART_##PART,                                                  \
      .rule.field = FIELD,                                                           \
      .rule.expected = EXPECTED,                                                     \
      .rule.detail = DETAIL,                                                         \
      .rule.harms = (const struct mpt_harm[]){ HARMS{ NULL, MPT_HARMLESS, "", 0 } }, \
      __VA_ARGS__ },
static const struct check checks[] = {
#include "rules.def"
};
#undef RULE
#undef HARM

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

/* The findings so far, by rule. Rows are not cleared: a row is valid when its count is not 0. */
struct findings {
    size_t size;
    uint8_t rules[RULES]; /* those that are broken, ascending */
    unsigned counts[RULES];
    uint32_t harms[RULES]; /* that happen, at any of the entries that break the rule */
    struct mpt_finding rows[RULES];
};

/*
 * Notes the first entry that breaks the rule. Not inlined: most rules hold, and the code that asks
 * them all stays short when the code for a broken one is elsewhere.
 */
static __attribute__((noinline)) void note_first(struct findings *found, unsigned rule,
                                                 const struct survey *s)
{
    size_t i = found->size;

    for (; i > 0 && found->rules[i - 1] > rule; i--)
        found->rules[i] = found->rules[i - 1];
    found->rules[i] = (uint8_t)rule;
    found->size++;
    found->harms[rule] = 0;
    write_finding(s, &checks[rule], &found->rows[rule]);
}

/* Many entries may break one rule, so the code for the later ones is inlined. */
static inline void note(struct findings *found, unsigned rule, const struct survey *s,
                        uint32_t harms)
{
    if (found->counts[rule]++ == 0)
        note_first(found, rule, s);
    found->harms[rule] |= harms;
}

/*
 * Asks the rules of one part, and notes those that are broken. The part is a constant in every
 * call, so the compiler leaves out the rows of other parts, and conditions of harms that are
 * constant.
 */
static inline __attribute__((always_inline)) void judge(enum mpt_part part, const struct survey *s,
                                                        struct findings *found)
{
#define HARM(C, E, V, RAN_, condition)                                                            \
    harms |=                                                                                      \
        (uint32_t)((condition) && (MPT_##E != MPT_NOT_FOUND || s->passes_by >> CONSUMER_##C & 1)) \
        << bit++;
#define RULE(NAME, PART, id, condition, field, expected, detail, HARMS, ...) \
    if (part == MPT_PART_##PART && (condition)) {                            \
        uint32_t harms = 0;                                                  \
        unsigned bit = 0;                                                    \
        HARMS;                                                               \
        (void)bit;                                                           \
        note(found, RULE_##NAME, s, harms);                                  \
    }
#include "rules.def"
#undef RULE
#undef HARM
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
        if (e[0] == MPT_BUS)
            s->bus_type = mpt_bus_type((const char *)e + AT(bus, bus_type));
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

/* Sets the severity for the consumers that are asked for, and each consumer's verdict */
static void settle(struct mpt_finding *f, unsigned rule, uint32_t asked,
                   struct mpt_verdict *verdicts, bool *wanted)
{
    enum mpt_effect worst = MPT_HARMLESS;
    const struct mpt_harm *harm = f->rule->harms;

    for (unsigned i = 0; harm[i].consumer; i++) {
        const size_t consumer = (size_t)(harm[i].consumer - mpt_consumers);
        struct mpt_verdict *const v = &verdicts[consumer];

        if (!(f->harms >> i & 1))
            continue;
        v->rules[rule / 32] |= UINT32_C(1) << rule % 32;
        if (harm[i].effect > v->worst)
            v->worst = harm[i].effect;
        if (asked >> consumer & 1 && harm[i].effect > worst)
            worst = harm[i].effect;
    }
    *wanted = worst > MPT_HARMLESS || f->harms == 0;
    f->severity = worst > MPT_DEGRADED ? MPT_ERROR : worst == MPT_DEGRADED ? MPT_WARNING : MPT_NOTE;
}

/*
 * The harms of a finding without those to consumers that do not read the table: they take another
 * one, or the default configuration. NetBSD and OpenBSD look at signature and sum of a table beside
 * that.
 */
static uint32_t read_harms(uint32_t harms, unsigned rule, const struct survey *s)
{
    const struct mpt_harm *const harm = checks[rule].rule.harms;
    uint32_t readers = ~s->passes_table;

    if (checks[rule].rule.part == MPT_PART_FLOATING)
        return harms;
    if (rule == RULE_TABLE_SIGNATURE || rule == RULE_TABLE_CHECKSUM)
        readers |= 1U << CONSUMER_OPENBSD | 1U << CONSUMER_NETBSD;
    readers &= ~s->takes_other;
    for (unsigned i = 0; harm[i].consumer; i++)
        if (!(readers & mpt_consumer_bit(harm[i].consumer)))
            harms &= ~(UINT32_C(1) << i);
    return harms;
}

static void report_findings(struct findings *found, uint32_t asked, const struct survey *s,
                            struct mpt_report *report)
{
    const bool all_read = (s->passes_table | s->takes_other) == 0;

    for (size_t i = 0; i < found->size; i++) {
        const unsigned rule = found->rules[i];
        struct mpt_finding *const f = &found->rows[rule];
        bool wanted;

        f->count = found->counts[rule];
        f->harms = all_read ? found->harms[rule] : read_harms(found->harms[rule], rule, s);
        settle(f, rule, asked, report->verdicts, &wanted);
        if (wanted)
            report->findings[report->finding_count++] = *f;
    }
}

void mpt_check(const struct mpt_memory *memory, const struct mpt_view *view,
               const struct mpt_facts *facts, uint32_t asked, struct mpt_report *report)
{
    struct findings all;
    struct survey s;

    all.size = 0;
    memset(all.counts, 0, sizeof(all.counts));
    mpt_survey(&s, memory, view, facts);
    mpt_survey_readers(&s, memory);
    if (view) {
        judge(MPT_PART_FLOATING, &s, &all);
        judge(MPT_PART_TABLE, &s, &all);
    } else {
        if (s.passes_by)
            note(&all, RULE_FP_NOT_FOUND, &s, s.passes_by);
        if (s.orphan)
            note(&all, RULE_TABLE_ORPHAN, &s, 0);
    }
    if (view && view->has_header && view->signature_right) {
        judge(MPT_PART_HEADER, &s, &all);
        judge_base_entries(&s, &all);
        judge_extended_entries(&s, &all);
    }
    report->finding_count = 0;
    mpt_verdicts_start(report->verdicts, asked | MPT_FOR_IN_USE);
    report_findings(&all, asked, &s, report);
    mpt_verdicts_end(report->verdicts, &s);
}
