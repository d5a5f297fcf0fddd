/* SPDX-License-Identifier: ISC */
/*
 * The model as JSON, in the words of the contract. Whatever bytes a table holds, they come back
 * from it.
 */
#include "render.h"

#include <stdio.h>
#include <string.h>

#include "../base/number.h"
#include "../topo/profiles.h"

const char *const render_severities[] = {
    [MPT_NOTE] = "note", [MPT_WARNING] = "warning", [MPT_ERROR] = "error"
};

/* The list of a topology in which a part's entries stand; NULL = the part is no entry. */
static const char *const part_lists[] = {
    [MPT_PART_FLOATING] = NULL,
    [MPT_PART_HEADER] = NULL,
    [MPT_PART_TABLE] = NULL,
    [MPT_PART_PROCESSOR] = "processors",
    [MPT_PART_BUS] = "buses",
    [MPT_PART_IOAPIC] = "io_apics",
    [MPT_PART_IO_INT] = "io_interrupts",
    [MPT_PART_LOCAL_INT] = "local_interrupts",
    [MPT_PART_EXTENDED] = "extended",
};

/* Members of a topology that rules about the table as a whole name. */
static const char *const table_members[] = { "oem_id",        "product_id",
                                             "oem_table",     "oem_table_size",
                                             "spec_revision", "local_apic_address",
                                             "imcr",          "entry_count",
                                             "placement",     "default_configuration",
                                             "bios_data_area" };

char *render_address(uint64_t address, char text[RENDER_ADDRESS_SIZE])
{
    memcpy(text, "0x", 2);
    *number_write(text + 2, address, 16) = '\0';
    return text;
}

char *render_text(const char *bytes, size_t size, char text[RENDER_TEXT_SIZE])
{
    char *to = text;

    for (size_t i = 0; i < size; i++)
        if (bytes[i] < ' ' || bytes[i] > '~' || bytes[i] == '\\')
            to += snprintf(to, 5, "\\x%02x", (unsigned char)bytes[i]);
        else
            *to++ = bytes[i];
    *to = '\0';
    return text;
}

bool render_append(cJSON *parent, cJSON *item)
{
    if (item && cJSON_AddItemToArray(parent, item))
        return true;
    cJSON_Delete(item);
    return false;
}

bool render_add(cJSON *object, const char *name, cJSON *item)
{
    if (item && cJSON_AddItemToObjectCS(object, name, item))
        return true;
    cJSON_Delete(item);
    return false;
}

static bool add_string(cJSON *object, const char *name, const char *value)
{
    return render_add(object, name, cJSON_CreateString(value));
}

/* A text of the program's own, which is not copied */
static bool add_word(cJSON *object, const char *name, const char *word)
{
    return render_add(object, name, cJSON_CreateStringReference(word));
}

static bool add_hex(cJSON *object, const char *name, uint64_t value)
{
    char text[RENDER_ADDRESS_SIZE];

    return add_string(object, name, render_address(value, text));
}

static bool add_bool(cJSON *object, const char *name, bool value)
{
    return render_add(object, name, cJSON_CreateBool(value));
}

/* cJSON has doubles only: it would write one with printf and read it again with scanf. */
static cJSON *render_number(uint64_t value)
{
    char text[21];

    *number_write(text, value, 10) = '\0';
    return cJSON_CreateRaw(text);
}

static bool add_number(cJSON *object, const char *name, uint64_t value)
{
    return render_add(object, name, render_number(value));
}

/* The whole, or nothing when a part of it could not be made. */
static cJSON *whole(cJSON *json, bool ok)
{
    if (ok)
        return json;
    cJSON_Delete(json);
    return NULL;
}

/*
 * A text as a string without the blanks that pad it; as an array of its bytes when some are not
 * printable, so that no byte is lost and none reaches a terminal raw.
 */
static bool add_text(cJSON *object, const char *name, const char *text, size_t size)
{
    char string[sizeof(((struct mpt_header *)0)->product_id) + 1];
    size_t length = size;
    cJSON *bytes;
    bool ok;

    for (size_t i = 0; i < size; i++) {
        if (text[i] >= 0x20 && text[i] <= 0x7e)
            continue;
        bytes = cJSON_AddArrayToObject(object, name);
        ok = bytes != NULL;
        for (size_t k = 0; ok && k < size; k++)
            ok = render_append(bytes, render_number((uint8_t)text[k]));
        return ok;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    memcpy(string, text, length);
    string[length] = '\0';
    return add_string(object, name, string);
}

/* A name out of a list, or the number when the list has none. */
static bool add_name(cJSON *object, const char *name, uint32_t value, const char *const *names,
                     size_t count)
{
    return value < count && names[value] ? add_word(object, name, names[value])
                                         : add_number(object, name, value);
}

static bool add_destination(cJSON *object, const char *name, uint8_t apic_id)
{
    return apic_id == MPT_ALL ? add_word(object, name, "all") : add_number(object, name, apic_id);
}

/* One flag bit by its name, or the whole byte when others are set. */
static bool add_flag(cJSON *object, const char *name, uint8_t flags, uint8_t bit)
{
    return flags & ~bit ? add_number(object, "flags", flags) : add_bool(object, name, flags & bit);
}

static const char *const polarities[] = { "conforms", "high", NULL, "low" };
static const char *const triggers[] = { "conforms", "edge", NULL, "level" };

static bool add_interrupt(cJSON *object, uint8_t type, uint16_t flags, uint8_t bus, uint8_t irq)
{
    static const char *const types[] = { "INT", "NMI", "SMI", "ExtINT" };
    const char *const polarity = polarities[flags & 3], *const trigger = triggers[flags >> 2 & 3];
    bool ok = add_name(object, "type", type, types, sizeof(types) / sizeof(types[0]));

    if (flags > 0xf || !polarity || !trigger)
        ok = ok && add_number(object, "flags", flags);
    else
        ok = ok && add_word(object, "polarity", polarity) && add_word(object, "trigger", trigger);
    return ok && add_number(object, "bus", bus) && add_number(object, "irq", irq);
}

static bool add_processor(cJSON *object, const struct mpt_processor *p)
{
    bool ok = add_number(object, "apic_id", p->apic_id);

    if (p->flags & ~(MPT_CPU_BSP | MPT_CPU_ENABLED))
        ok = ok && add_number(object, "flags", p->flags);
    else
        ok = ok && add_bool(object, "bsp", p->flags & MPT_CPU_BSP) &&
             add_bool(object, "enabled", p->flags & MPT_CPU_ENABLED);
    return ok && add_number(object, "apic_version", p->apic_version) &&
           add_hex(object, "signature", p->signature) && add_hex(object, "features", p->features);
}

static bool add_bus(cJSON *object, const struct mpt_bus *b)
{
    return add_number(object, "bus_id", b->bus_id) &&
           add_text(object, "bus_type", b->bus_type, sizeof(b->bus_type));
}

static bool add_ioapic(cJSON *object, const struct mpt_ioapic *a)
{
    return add_number(object, "apic_id", a->apic_id) &&
           add_number(object, "apic_version", a->apic_version) &&
           add_flag(object, "enabled", a->flags, MPT_IOAPIC_ENABLED) &&
           add_hex(object, "address", a->address);
}

static bool add_io_int(cJSON *object, const struct mpt_io_int *i)
{
    return add_interrupt(object, i->int_type, i->flags, i->bus_id, i->irq) &&
           add_destination(object, "io_apic", i->apic_id) && add_number(object, "pin", i->intin);
}

static bool add_local_int(cJSON *object, const struct mpt_local_int *i)
{
    return add_interrupt(object, i->int_type, i->flags, i->bus_id, i->irq) &&
           add_destination(object, "local_apic", i->apic_id) &&
           add_number(object, "lint", i->lintin);
}

static bool add_space(cJSON *object, const struct mpt_space *s)
{
    static const char *const types[] = { "io", "memory", "prefetch" };

    return add_number(object, "bus_id", s->bus_id) &&
           add_name(object, "address_type", s->address_type, types,
                    sizeof(types) / sizeof(types[0])) &&
           add_hex(object, "address", s->address) && add_hex(object, "length", s->length);
}

static bool add_hierarchy(cJSON *object, const struct mpt_hierarchy *h)
{
    return add_number(object, "bus_id", h->bus_id) &&
           add_flag(object, "subtractive", h->flags, MPT_SUBTRACTIVE) &&
           add_number(object, "parent_bus", h->parent_bus);
}

static bool add_modifier(cJSON *object, const struct mpt_modifier *m)
{
    static const char *const lists[] = { "isa", "vga" };

    return add_number(object, "bus_id", m->bus_id) &&
           add_flag(object, "subtracted", m->flags, MPT_SUBTRACTED) &&
           add_name(object, "range_list", m->range_list, lists, sizeof(lists) / sizeof(lists[0]));
}

/* How many entries of each type have been rendered. */
struct rendered {
    unsigned processors, buses, ioapics, io_ints, local_ints, spaces, hierarchies, modifiers;
};

static cJSON *render_entry(const struct topology *t, unsigned type, struct rendered *done)
{
    cJSON *json = cJSON_CreateObject();
    bool ok = add_word(json, "entry", found_entry_name(type));

    switch (type) {
#define RENDER(TYPE, array, add_one)                        \
    case TYPE:                                              \
        ok = ok && add_one(json, &t->array[done->array++]); \
        break;
        RENDER(MPT_PROCESSOR, processors, add_processor)
        RENDER(MPT_BUS, buses, add_bus)
        RENDER(MPT_IOAPIC, ioapics, add_ioapic)
        RENDER(MPT_IO_INT, io_ints, add_io_int)
        RENDER(MPT_LOCAL_INT, local_ints, add_local_int)
        RENDER(MPT_SPACE, spaces, add_space)
        RENDER(MPT_HIERARCHY, hierarchies, add_hierarchy)
        RENDER(MPT_MODIFIER, modifiers, add_modifier)
#undef RENDER
    default:
        break;
    }
    return whole(json, ok);
}

static cJSON *render_entries(const struct topology *t)
{
    struct rendered done = { 0 };
    cJSON *json = cJSON_CreateArray();
    bool ok = json != NULL;

    for (unsigned run = 0; run < t->table.order_count; run++)
        for (unsigned i = 0; ok && i < t->order[run].count; i++)
            ok = render_append(json, render_entry(t, t->order[run].type, &done));
    return whole(json, ok);
}

static cJSON *render_placement(const struct topology *t)
{
    cJSON *json = cJSON_CreateObject();

    return whole(json, (!(t->given & GIVEN_WINDOW) ||
                        add_word(json, "window", topology_window_names[t->window])) &&
                           add_hex(json, "floating_pointer", t->place.floating) &&
                           (!(t->given & GIVEN_TABLE) ||
                            add_hex(json, "configuration_table", t->place.table)));
}

static bool add_header(cJSON *json, const struct topology *t)
{
    const struct mpt_header *const h = &t->table.header;
    const unsigned given = t->given;

    return (!(given & GIVEN_OEM_ID) || add_text(json, "oem_id", h->oem_id, sizeof(h->oem_id))) &&
           (!(given & GIVEN_PRODUCT_ID) ||
            add_text(json, "product_id", h->product_id, sizeof(h->product_id))) &&
           (!(given & GIVEN_OEM_TABLE) || add_hex(json, "oem_table", h->oem_table)) &&
           (!(given & GIVEN_OEM_TABLE_SIZE) ||
            add_number(json, "oem_table_size", h->oem_table_size)) &&
           (!(given & GIVEN_LOCAL_APIC_ADDRESS) ||
            add_hex(json, "local_apic_address", h->local_apic_address)) &&
           (!(given & GIVEN_ENTRY_COUNT) || add_number(json, "entry_count", t->table.entry_count));
}

cJSON *render_topology(const struct topology *t)
{
    const struct mpt_floating *const f = &t->table.floating;
    cJSON *json = cJSON_CreateObject();

    return whole(json,
                 (!(t->given & GIVEN_SPEC_REVISION) ||
                  add_number(json, "spec_revision", t->table.header.spec_revision)) &&
                     add_bool(json, "imcr", f->features & MPT_IMCRP) &&
                     (!f->default_configuration ||
                      add_number(json, "default_configuration", f->default_configuration)) &&
                     render_add(json, "placement", render_placement(t)) && add_header(json, t) &&
                     (t->given & GIVEN_ENTRIES ? render_add(json, "entries", render_entries(t))
                                               : add_number(json, "cpus", t->cpus)));
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] && strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Is the rule's field a member of the entry that it is about? */
static bool is_entry_member(const struct mpt_rule *rule)
{
    if (rule->part < MPT_PART_PROCESSOR)
        return strcmp(rule->field, "entry") == 0;
    return rule->field[0] && strcmp(rule->field, "reserved") != 0;
}

/* The finding's entry in the list entries; -1 when it has none there */
static long entry_index(const struct mpt_finding *f, const struct render_source *source)
{
    const bool extended = f->rule->part == MPT_PART_EXTENDED;

    if (f->entry < 0 || f->rule->part < MPT_PART_TABLE ||
        (unsigned)f->entry >= (extended ? source->extended_entries : source->base_entries))
        return -1;
    return f->entry + (extended ? (long)source->base_entries : 0);
}

char *render_pointer(const struct mpt_finding *f, const struct render_source *source,
                     char text[RENDER_POINTER_SIZE])
{
    const struct mpt_rule *const rule = f->rule;
    const char *const list = part_lists[rule->part];
    const char *const field = is_entry_member(rule) ? rule->field : "", *const slash =
                                                                            field[0] ? "/" : "";
    const long entry = source->by_entry ? entry_index(f, source) : -1;
    const bool is_list =
        is_one_of(rule->field, part_lists, sizeof(part_lists) / sizeof(part_lists[0]));

    text[0] = '\0';
    if (entry >= 0)
        snprintf(text, RENDER_POINTER_SIZE, "/entries/%ld%s%s", entry, slash, field);
    else if (source->by_entry && (list || is_list || f->entry >= 0))
        snprintf(text, RENDER_POINTER_SIZE, "/entries");
    else if (list)
        snprintf(text, RENDER_POINTER_SIZE, "/%s/%u%s%s", list, f->index, slash, field);
    else if (is_list || is_one_of(rule->field, table_members,
                                  sizeof(table_members) / sizeof(table_members[0])))
        snprintf(text, RENDER_POINTER_SIZE, "/%s", rule->field);
    return text;
}

static bool add_value(cJSON *json, const char *name, const struct mpt_finding *f, uint64_t value)
{
    char text[RENDER_TEXT_SIZE];

    switch (f->show) {
    case MPT_VALUE_NONE:
        return true;
    case MPT_VALUE_HEX:
        return add_hex(json, name, value);
    case MPT_VALUE_BOOL:
        return add_bool(json, name, value);
    case MPT_VALUE_TEXT:
        return add_string(json, name, render_text(f->text, f->text_size, text));
    default:
        return add_number(json, name, value);
    }
}

/* What can be compared with the value has its type; the rest is words. */
static bool add_expected(cJSON *json, const struct mpt_finding *f)
{
    const char *const words = f->rule->expected;
    const bool yes = strcmp(words, "true") == 0,
               number = f->show == MPT_VALUE_DECIMAL || f->show == MPT_VALUE_HEX;
    uint64_t value;

    if (f->has_expected)
        return add_value(json, "expected", f, f->expected);
    if (f->show == MPT_VALUE_BOOL && (yes || strcmp(words, "false") == 0))
        return add_bool(json, "expected", yes);
    if (number && number_parse(words, 0, UINT64_MAX, &value))
        return add_value(json, "expected", f, value);
    return !words[0] || add_word(json, "expected", words);
}

static bool add_place(cJSON *json, const struct mpt_finding *f, const struct render_source *source)
{
    const uint8_t *const at = mpt_at(source->memory, f->address, 1);

    return add_hex(json, "address", f->address) &&
           (!at || add_number(json, "offset", (uint64_t)(at - source->origin))) &&
           (f->entry < 0 || add_number(json, "entry", (uint64_t)f->entry));
}

static cJSON *render_finding(const struct mpt_finding *f, const struct render_source *source)
{
    const struct mpt_rule *const rule = f->rule;
    char pointer[RENDER_POINTER_SIZE];
    cJSON *json = cJSON_CreateObject();
    bool ok = add_word(json, "rule", rule->id) &&
              add_word(json, "severity", render_severities[rule->severity]) &&
              add_string(json, "pointer", render_pointer(f, source, pointer)) &&
              add_word(json, "detail", rule->detail) && add_word(json, "who", rule->who) &&
              add_number(json, "count", f->count) && add_place(json, f, source);

    if (rule->field[0])
        ok = ok && add_word(json, "field", rule->field);
    ok = ok && add_value(json, "value", f, f->value) && add_expected(json, f);
    return whole(json, ok);
}

cJSON *render_findings(const struct mpt_finding *findings, unsigned count,
                       const struct render_source *source)
{
    cJSON *json = cJSON_CreateArray();
    bool ok = json != NULL;

    for (unsigned i = 0; ok && i < count; i++)
        ok = render_append(json, render_finding(&findings[i], source));
    return whole(json, ok);
}

static cJSON *render_segments(const struct image *image)
{
    cJSON *json = cJSON_CreateArray();
    bool ok = json != NULL;

    for (unsigned i = 0; ok && i < image->segment_count; i++) {
        const struct image_segment *const s = &image->segments[i];
        cJSON *segment = cJSON_CreateObject();

        ok = render_append(json, segment) && add_hex(segment, "base", s->base) &&
             add_number(segment, "offset", s->offset) && add_number(segment, "size", s->size);
    }
    return whole(json, ok);
}

static cJSON *render_image_findings(const struct topology *topology, const struct image *image)
{
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    const struct mpt_memory memory = image_memory(image, segments);
    const struct render_source source = { .memory = &memory,
                                          .origin = image->bytes,
                                          .by_entry = topology->given & GIVEN_ENTRIES,
                                          .base_entries = image->entries,
                                          .extended_entries = MPT_EXTENDED_MAX };

    return render_findings(image->findings, image->finding_count, &source);
}

cJSON *render_image(const struct topology *topology, const struct image *image, const char *sha256,
                    const char *base64, cJSON *signature)
{
    cJSON *json = cJSON_CreateObject();
    bool ok = add_word(json, "profile", image->profile->name) &&
              add_number(json, "cpus", image->cpus) && add_hex(json, "base", image->place.base) &&
              add_number(json, "size", image->size) &&
              add_hex(json, "floating_pointer", image->place.floating) &&
              add_hex(json, "configuration_table", image->place.table) &&
              add_number(json, "entries", image->entries) && add_string(json, "sha256", sha256) &&
              render_add(json, "image", cJSON_CreateRaw(base64)) &&
              render_add(json, "segments", render_segments(image));

    if (signature)
        ok = render_add(json, "signature", signature) && ok;
    return whole(json, ok && render_add(json, "findings", render_image_findings(topology, image)));
}

/* A structure, where it lies in guest memory and in the input. */
static cJSON *render_item(const struct found *r, const struct found_item *item,
                          const uint8_t *origin)
{
    const uint8_t *const at = mpt_at(r->memory, item->address, 1);
    cJSON *json = cJSON_CreateObject();

    return whole(json, add_word(json, "name", item->name) &&
                           add_hex(json, "address", item->address) &&
                           (!at || add_number(json, "offset", (uint64_t)(at - origin))) &&
                           add_number(json, "size", item->size) &&
                           (item->index < 0 || add_number(json, "index", (uint64_t)item->index)) &&
                           (item->type < 0 || add_number(json, "type", (uint64_t)item->type)));
}

static cJSON *render_layout(const struct found *r, const uint8_t *origin)
{
    cJSON *json = cJSON_CreateArray();
    bool ok = json != NULL;
    struct found_item item;
    struct found_walk walk;

    found_walk_begin(r, &walk);
    while (ok && found_walk_next(&walk, &item))
        ok = render_append(json, render_item(r, &item, origin));
    return whole(json, ok);
}

static cJSON *render_takers(const struct found *r)
{
    cJSON *json = cJSON_CreateArray();
    bool ok = json != NULL;

    for (unsigned i = 0; ok && i < r->taker_count; i++)
        ok = render_append(json, cJSON_CreateStringReference(r->takers[i]->name));
    return whole(json, ok);
}

cJSON *render_found(const struct found *r, const uint8_t *origin)
{
    const struct mpt_view *const v = &r->view;
    const struct render_source source = { .memory = r->memory,
                                          .origin = origin,
                                          .by_entry = true,
                                          .base_entries = r->entries,
                                          .extended_entries =
                                              r->unknown ? 0 : r->extended_entries };
    cJSON *json = cJSON_CreateObject();

    return whole(json, render_add(json, "topology", render_topology(r->topology)) &&
                           add_bool(json, "exact", r->exact) &&
                           (r->exact || add_string(json, "difference", r->difference)) &&
                           add_hex(json, "floating_pointer", v->floating_address) &&
                           add_hex(json, "configuration_table", v->table_address) &&
                           render_add(json, "found_by", render_takers(r)) &&
                           render_add(json, "layout", render_layout(r, origin)) &&
                           render_add(json, "findings",
                                      render_findings(r->findings, r->finding_count, &source)));
}

/* What a profile does whatever the request: the findings of a small machine. */
static cJSON *render_profile_findings(const struct profile *profile, struct topology *topology,
                                      struct image *image)
{
    struct err err = { .count = 0 };

    topology_init(topology);
    topology->profile = profile;
    topology->given = GIVEN_CPUS;
    topology->cpus =
        profile->max_cpus < RENDER_PROFILE_CPUS ? profile->max_cpus : RENDER_PROFILE_CPUS;
    if (topology_complete(topology, &err) < 0 || image_build(topology, image, &err) < 0)
        return NULL;
    return render_image_findings(topology, image);
}

static cJSON *render_profile(const struct profile *profile, struct topology *topology,
                             struct image *image)
{
    cJSON *json = cJSON_CreateObject();

    return whole(
        json, add_word(json, "name", profile->name) &&
                  add_word(json, "description", profile->description) &&
                  add_bool(json, "default", strcmp(profile->name, PROFILE_DEFAULT) == 0) &&
                  render_add(json, "max_cpus", cJSON_CreateNumber(profile->max_cpus)) &&
                  render_add(json, "findings", render_profile_findings(profile, topology, image)));
}

cJSON *render_profiles(struct topology *topology, struct image *image)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *rows = cJSON_AddArrayToObject(json, "profiles");
    bool ok = rows != NULL;

    for (size_t i = 0; ok && i < profile_count; i++)
        ok = render_append(rows, render_profile(&profiles[i], topology, image));
    return whole(json, ok);
}
