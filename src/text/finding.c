/* SPDX-License-Identifier: ISC */
/*
 * A rule names its field by the member of a topology or, where a topology has none, by the field of
 * the wire format. Only a member can be pointed at: for a field the pointer is that of the entry,
 * or empty. A field whose bytes come from a patch has the patch as its member, whatever else names
 * it, because only a change of the patch changes the bytes.
 */
#include "finding.h"

#include <stdio.h>
#include <string.h>

#include "../base/number.h"
#include "../topo/range.h"
#include "members.h"
#include "structures.h"

const char *const finding_severities[] = {
    [MPT_NOTE] = "note", [MPT_WARNING] = "warning", [MPT_ERROR] = "error"
};

/* The row of the list that has a part's entries; TOP_ENTRIES for a part that is no entry */
static const uint8_t part_lists[] = {
    [MPT_PART_FLOATING] = TOP_ENTRIES,
    [MPT_PART_HEADER] = TOP_ENTRIES,
    [MPT_PART_TABLE] = TOP_ENTRIES,
    [MPT_PART_PROCESSOR] = TOP_PROCESSORS,
    [MPT_PART_BUS] = TOP_BUSES,
    [MPT_PART_IOAPIC] = TOP_IO_APICS,
    [MPT_PART_IO_INT] = TOP_IO_INTERRUPTS,
    [MPT_PART_LOCAL_INT] = TOP_LOCAL_INTERRUPTS,
    [MPT_PART_EXTENDED] = TOP_EXTENDED,
};

char *finding_text(const struct mpt_finding *f, char text[FINDING_TEXT_SIZE])
{
    char *to = text;

    for (size_t i = 0; i < f->text_size; i++)
        if (f->text[i] < ' ' || f->text[i] > '~' || f->text[i] == '\\')
            to += snprintf(to, 5, "\\x%02x", (unsigned char)f->text[i]);
        else
            *to++ = f->text[i];
    *to = '\0';
    return text;
}

/* The field, when it is a member of the entry that the rule is about; else "" */
static const char *entry_field(const struct mpt_rule *rule)
{
    const bool is_member = rule->part < MPT_PART_PROCESSOR ? strcmp(rule->field, "entry") == 0
                                                           : strcmp(rule->field, "reserved") != 0;

    return is_member ? rule->field : "";
}

/* The finding's entry in the list entries; -1 when it has none there */
static long entry_index(const struct mpt_finding *f, const struct finding_source *source)
{
    const bool extended = f->rule->part == MPT_PART_EXTENDED;

    if (f->entry < 0 || f->rule->part < MPT_PART_TABLE ||
        (unsigned)f->entry >= (extended ? source->extended_entries : source->base_entries))
        return -1;
    return f->entry + (extended ? (long)source->base_entries : 0);
}

/* Where a table lies is a field of the floating pointer, whatever the rule is about. */
static const struct mpt_rule table_address = { .part = MPT_PART_FLOATING,
                                               .field = "table_address" };

/* The bytes that are wrong; none when the rule names no field */
static struct mpt_segment wrong_bytes(const struct mpt_finding *f,
                                      const struct finding_source *source)
{
    const bool misplaced =
        f->rule->part == MPT_PART_TABLE && strcmp(f->rule->field, "placement") == 0;
    const struct mpt_rule *const rule = misplaced ? &table_address : f->rule;
    const uint32_t base = rule->part == MPT_PART_FLOATING ? source->floating_pointer : f->address;
    size_t offset;
    const size_t size = structures_field(rule, &offset);

    return (struct mpt_segment){ base + (uint32_t)offset, size, NULL };
}

/* The last patch that writes into the finding's field; -1 when none does */
static long patch_index(const struct mpt_finding *f, const struct finding_source *source)
{
    const struct mpt_segment field = wrong_bytes(f, source);
    long i = field.size > 0 ? (long)source->patch_count - 1 : -1;

    while (i >= 0 &&
           !range_overlaps(&field, &(struct mpt_segment){ source->patches[i].at,
                                                          source->patches[i].bytes.size, NULL }))
        i--;
    return i;
}

char *finding_pointer(const struct mpt_finding *f, const struct finding_source *source,
                      char text[FINDING_POINTER_SIZE])
{
    const struct mpt_rule *const rule = f->rule;
    const struct member *const rows = member_top.members;
    const size_t list = part_lists[rule->part];
    const char *const member =
        strcmp(rule->field, table_address.field) == 0 ? rows[TOP_PLACEMENT].name : rule->field;
    const size_t named = member_find(&member_top, member, strlen(member));
    const bool names_list = named < member_top.count && rows[named].kind == LIST;
    const char *const field = entry_field(rule), *const slash = field[0] ? "/" : "";
    const long entry = source->by_entry ? entry_index(f, source) : -1;
    const long patch = patch_index(f, source);

    text[0] = '\0';
    if (patch >= 0)
        snprintf(text, FINDING_POINTER_SIZE, "/%s/%ld", rows[TOP_PATCHES].name, patch);
    else if (entry >= 0)
        snprintf(text, FINDING_POINTER_SIZE, "/entries/%ld%s%s", entry, slash, field);
    else if (source->by_entry && (list != TOP_ENTRIES || names_list || f->entry >= 0))
        snprintf(text, FINDING_POINTER_SIZE, "/entries");
    else if (list != TOP_ENTRIES)
        snprintf(text, FINDING_POINTER_SIZE, "/%s/%u%s%s", rows[list].name, f->index, slash, field);
    else if (named < member_top.count)
        snprintf(text, FINDING_POINTER_SIZE, "/%s", member);
    return text;
}

static void render_value(struct build *b, const char *name, const struct mpt_finding *f,
                         uint64_t value)
{
    char text[FINDING_TEXT_SIZE];

    switch (f->show) {
    case MPT_VALUE_NONE:
        break;
    case MPT_VALUE_DECIMAL:
        build_number(b, name, value);
        break;
    case MPT_VALUE_HEX:
        build_address(b, name, value);
        break;
    case MPT_VALUE_BOOL:
        build_bool(b, name, value);
        break;
    case MPT_VALUE_TEXT:
        build_string(b, name, finding_text(f, text));
        break;
    }
}

/* An expected value that can be compared with the value has its type; any other is words. */
static void render_expected(struct build *b, const struct mpt_finding *f)
{
    const char *const words = f->rule->expected;
    const bool yes = strcmp(words, "true") == 0;
    const bool number = f->show == MPT_VALUE_DECIMAL || f->show == MPT_VALUE_HEX;
    uint64_t value;

    if (f->has_expected)
        render_value(b, "expected", f, f->expected);
    else if (f->show == MPT_VALUE_BOOL && (yes || strcmp(words, "false") == 0))
        build_bool(b, "expected", yes);
    else if (number && number_parse(words, 0, UINT64_MAX, &value))
        render_value(b, "expected", f, value);
    else if (words[0])
        build_string(b, "expected", words);
}

static void render_place(struct build *b, const struct mpt_finding *f,
                         const struct finding_source *source)
{
    uint64_t offset;

    build_address(b, "address", f->address);
    if (memory_offset(source->memory, f->address, &offset))
        build_number(b, "offset", offset);
    if (f->entry >= 0)
        build_number(b, "entry", (uint64_t)f->entry);
}

static void render_harms(struct build *b, const struct mpt_finding *f)
{
    const struct mpt_harm *const harms = f->rule->harms;

    build_array(b, "consumers");
    for (unsigned i = 0; harms[i].consumer; i++) {
        if (!(f->harms >> i & 1))
            continue;
        build_object(b, NULL);
        build_string(b, "name", mpt_consumer_name(harms[i].consumer));
        build_string(b, "effect", mpt_effect_name(harms[i].effect));
        if (harms[i].versions[0])
            build_string(b, "versions", harms[i].versions);
        build_close(b);
    }
    build_close(b);
}

static void render_finding(struct build *b, const struct mpt_finding *f,
                           const struct finding_source *source)
{
    const struct mpt_rule *const rule = f->rule;
    char pointer[FINDING_POINTER_SIZE];

    build_object(b, NULL);
    build_string(b, "rule", rule->id);
    build_string(b, "severity", finding_severities[f->severity]);
    build_string(b, "pointer", finding_pointer(f, source, pointer));
    build_string(b, "detail", rule->detail);
    build_number(b, "count", f->count);
    render_place(b, f, source);
    if (rule->field[0])
        build_string(b, "field", rule->field);
    render_value(b, "value", f, f->value);
    render_expected(b, f);
    render_harms(b, f);
    build_close(b);
}

void finding_render_all(struct build *b, const char *name, const struct mpt_finding *findings,
                        unsigned count, const struct finding_source *source)
{
    build_array(b, name);
    for (unsigned i = 0; i < count; i++)
        render_finding(b, &findings[i], source);
    build_close(b);
}
