/* SPDX-License-Identifier: ISC */
/*
 * Theory of operation
 *
 * Everything here writes into a builder (json/build.h), in the order of the text. The builder owns
 * the tree and remembers that memory ran out, so no function here returns or checks a status; the
 * caller learns it when it asks for the text. Values are copied; names must live until then, and
 * are literals and names of rows.
 *
 * A topology is written by the rows by which request.c reads it (members.h). For each member that
 * is given, the row tells where in struct topology the value is, how wide it is, which of its bits
 * count and which words stand for values. So request_parse reads what is written here to the same
 * topology, and a new row is enough for a member to be read and written. Two questions remain, and
 * the rows answer both:
 *
 * - Is the member given? Its bit in topology->given says so. A member without a bit is given when
 *   its value is not 0, because it is 0 when the request does not have it.
 * - Which of two ways to write a value is taken? A row that excludes others is for a whole field,
 *   and the others are for parts of it: irq for device and pin_name, flags for polarity and
 *   trigger. The whole is written and its parts are not. With a fallback row (flags) it is the
 *   other way round, because the parts are legible, unless a bit is set that no part has, or a part
 *   has a value without a word.
 *
 * All bytes of a table can be written: a value without a word as a number, and a text with
 * unprintable bytes as an array of all its bytes. So no raw byte of a client's table reaches a
 * terminal.
 *
 * Time is linear in what is written. Nothing here reads or changes what is shared with other
 * threads.
 */
#include "render.h"

#include <stdlib.h>
#include <string.h>

#include "../base/hex.h"
#include "../topo/complete.h"
#include "../topo/profiles.h"
#include "consumers.h"
#include "finding.h"
#include "members.h"
#include "routing.h"
#include "verdict.h"

static bool is_printable(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return true;
}

/* A text as a string without the blanks that pad it; one that cannot be printed as its bytes */
static void render_text(struct build *b, const char *name, const char *text, size_t size)
{
    char string[sizeof(((struct mpt_header *)0)->product_id) + 1];
    size_t length = size;

    if (!is_printable(text, size)) {
        build_array(b, name);
        for (size_t i = 0; i < size; i++)
            build_number(b, NULL, (uint8_t)text[i]);
        build_close(b);
        return;
    }
    while (length > 0 && text[length - 1] == ' ')
        length--;
    memcpy(string, text, length);
    string[length] = '\0';
    build_string(b, name, string);
}

static void render_word(struct build *b, const struct member *m, const void *base)
{
    const uint64_t value = member_load(base, m);
    const char *const word = member_word(m, value);

    if (word)
        build_string(b, m->name, word);
    else
        build_number(b, m->name, value);
}

/* A member that holds no other; @base is the structure that has its value. */
static void render_scalar(struct build *b, const struct member *m, const void *base)
{
    const char *const text = (const char *)base + m->offset;

    switch (m->kind) {
    case WORD:
        render_word(b, m, base);
        break;
    case BOOL:
        build_bool(b, m->name, member_load(base, m));
        break;
    case TEXT:
    case BUS_TYPE:
        render_text(b, m->name, text, m->width);
        break;
    case BYTES: /* render_hex writes them: the pool is not at @base */
        break;
    case TOKEN:
        build_string(b, m->name, text);
        break;
    case MASK:
        if (!m->fallback) {
            build_address(b, m->name, member_load(base, m));
            break;
        }
        /* fall through */
    default:
        build_number(b, m->name, member_load(base, m));
    }
}

static void render_entry(struct build *b, const struct member_form *form, const void *element)
{
    const struct member_object *const object = &form->object;
    const uint32_t out = member_left_out(object, element);

    build_object(b, NULL);
    for (size_t i = 0; i < object->count; i++) {
        const struct member *const m = &object->members[i];

        if (m->kind == ENTRY)
            build_string(b, m->name, form->entry);
        else if (!(out & MEMBER_BIT(i)))
            render_scalar(b, m, element);
    }
    build_close(b);
}

static void render_entries(struct build *b, const char *name, const struct topology *t)
{
    size_t done[SLOTS] = { 0 };

    build_array(b, name);
    for (unsigned run = 0; run < t->table.order_count; run++) {
        const unsigned slot = type_slot(t->order[run].type);
        const struct member_form *const form = &member_forms[slot];

        for (unsigned i = 0; i < t->order[run].count; i++)
            render_entry(b, form, (const uint8_t *)t + form->offset + done[slot]++ * form->size);
    }
    build_close(b);
}

/* Bytes of the topology's pool as hex digits. The text may be too long for the stack. */
static void render_hex(struct build *b, const char *name, const struct topology *t,
                       const struct topology_bytes *bytes)
{
    char *const text = malloc(2 * (size_t)bytes->size + 1);

    if (!text) {
        build_fail(b);
        return;
    }
    hex_encode(t->pool + bytes->offset, bytes->size, text);
    build_string(b, name, text);
    free(text);
}

static void render_patches(struct build *b, const char *name, const struct topology *t)
{
    const struct member *const rows = member_forms[PATCH].object.members;

    build_array(b, name);
    for (unsigned i = 0; i < t->patch_count; i++) {
        build_object(b, NULL);
        build_address(b, rows[PATCH_AT].name, t->patches[i].at);
        render_hex(b, rows[PATCH_BYTES].name, t, &t->patches[i].bytes);
        build_close(b);
    }
    build_close(b);
}

static bool is_given(const struct topology *t, const struct member *m)
{
    if (m->given)
        return t->given & m->given;
    switch (m->kind) {
    case PROFILE:
        return t->profile != profiles_find(PROFILE_DEFAULT);
    case TOKEN:
        return ((const char *)t)[m->offset] != '\0';
    case CONSUMERS:
        return t->asked != MPT_FOR_LINUX;
    case OBJECT:
        for (size_t i = 0; i < m->object->count; i++)
            if (is_given(t, &m->object->members[i]))
                return true;
        return false;
    default:
        return member_load(t, m) != 0;
    }
}

static void render_members(struct build *b, const struct member_object *object,
                           const struct topology *t)
{
    for (size_t i = 0; i < object->count; i++) {
        const struct member *const m = &object->members[i];

        if (!is_given(t, m))
            continue;
        if (m->kind == PROFILE) {
            build_string(b, m->name, t->profile->name);
        } else if (m->kind == CONSUMERS) {
            consumers_render(b, m->name, t->asked);
        } else if (m->kind == OBJECT) {
            build_object(b, m->name);
            render_members(b, m->object, t);
            build_close(b);
        } else if (m->kind == BYTES) {
            render_hex(b, m->name, t, &t->oem_bytes);
        } else if (m->kind != LIST) {
            render_scalar(b, m, t);
        } else if (m->list->where == ENTRIES) {
            render_entries(b, m->name, t);
        } else if (m->given == GIVEN_PATCHES) {
            render_patches(b, m->name, t);
        }
    }
}

void render_topology(struct build *b, const char *name, const struct topology *t)
{
    build_object(b, name);
    render_members(b, &member_top, t);
    build_close(b);
}

static void render_segments(struct build *b, const struct image *image)
{
    build_array(b, "segments");
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct image_segment *const s = &image->segments[i];

        build_object(b, NULL);
        build_address(b, "base", s->base);
        build_number(b, "offset", s->offset);
        build_number(b, "size", s->size);
        build_close(b);
    }
    build_close(b);
}

void render_image(struct build *b, const struct image *image, const char *sha256,
                  const char *base64)
{
    build_string(b, "profile", image->profile->name);
    build_number(b, "cpus", image->cpus);
    build_address(b, "base", image->place.base);
    build_number(b, "size", image->size);
    build_address(b, "floating_pointer", image->place.floating);
    build_address(b, "configuration_table", image->place.table);
    build_number(b, "entries", image->entries);
    build_string(b, "sha256", sha256);
    build_string(b, "image", base64);
    render_segments(b, image);
}

void render_image_findings(struct build *b, const struct topology *topology,
                           const struct image *image)
{
    struct memory memory;
    const struct finding_source source = { .memory = &memory,
                                           .by_entry = topology->given & GIVEN_ENTRIES,
                                           .base_entries = image->entries,
                                           .extended_entries = MPT_EXTENDED_MAX,
                                           .floating_pointer = image->place.floating,
                                           .patches = topology->patches,
                                           .patch_count = topology->patch_count };

    /* Set by members: the whole has room for 320 stretches of a dump. */
    memory.bytes = image->bytes;
    memory.stretch_count = 0;
    memory.is_text = false;
    memory.guest = image_memory(image, memory.segments);
    finding_render_all(b, "findings", image->report.findings, image->report.finding_count, &source);
    verdicts_render(b, "verdicts", &image->report);
}

/* A structure, where it lies in guest memory and in the input */
static void render_item(struct build *b, const struct found_item *item, const struct memory *input)
{
    uint64_t offset;

    build_object(b, NULL);
    build_string(b, "name", item->name);
    build_address(b, "address", item->address);
    if (memory_offset(input, item->address, &offset))
        build_number(b, "offset", offset);
    build_number(b, "size", item->size);
    if (item->index >= 0)
        build_number(b, "index", (uint64_t)item->index);
    if (item->type >= 0)
        build_number(b, "type", (uint64_t)item->type);
    build_close(b);
}

static void render_layout(struct build *b, const struct found *found, const struct memory *input)
{
    struct found_item item;
    struct found_walk walk;

    build_array(b, "layout");
    found_walk_begin(found, &walk);
    while (found_walk_next(&walk, &item))
        render_item(b, &item, input);
    build_close(b);
}

static void render_routing(struct build *b, const struct found *found)
{
    struct routing routing;

    if (!topology_has_table(found->topology))
        return;
    routing_make(found->topology, found->facts, &routing);
    routing_render(b, "routing", &routing);
}

void render_found(struct build *b, const char *name, const struct found *found,
                  const struct memory *input, bool layout)
{
    const struct finding_source source = { .memory = input,
                                           .by_entry = true,
                                           .base_entries = found->entries,
                                           .extended_entries = found->extended_entries,
                                           .floating_pointer = found->view.floating_address,
                                           .patches = found->topology->patches,
                                           .patch_count = found->topology->patch_count };

    build_object(b, name);
    render_topology(b, "topology", found->topology);
    build_bool(b, "exact", found->exact);
    if (found->difference[0])
        build_string(b, "difference", found->difference);
    build_address(b, "floating_pointer", found->view.floating_address);
    build_address(b, "configuration_table", found->view.table_address);
    build_array(b, "found_by");
    for (unsigned i = 0; i < found->taker_count; i++)
        build_string(b, NULL, mpt_consumer_name(found->takers[i]));
    build_close(b);
    if (layout)
        render_layout(b, found, input);
    finding_render_all(b, "findings", found->report.findings, found->report.finding_count, &source);
    verdicts_render(b, "verdicts", &found->report);
    render_routing(b, found);
    build_close(b);
}

static unsigned sample_count(const struct profile *p)
{
    const unsigned multiple = profiles_multiple(p);
    const unsigned cpus = (RENDER_PROFILE_CPUS + multiple - 1) / multiple * multiple;

    return p->max_cpus < cpus ? p->max_cpus : cpus;
}

int render_profile_image(const struct profile *profile, struct topology *topology,
                         struct image *image, struct err *err)
{
    topology_init(topology);
    topology->profile = profile;
    topology->given = GIVEN_CPUS;
    topology->cpus = sample_count(profile);
    return complete_topology(topology, err) < 0 ? -1 : image_build(topology, image, err);
}

void render_profile_row(struct build *b, const struct profile *profile)
{
    build_string(b, "name", profile->name);
    build_string(b, "description", profile->description);
    build_bool(b, "default", strcmp(profile->name, PROFILE_DEFAULT) == 0);
    build_number(b, "max_cpus", profile->max_cpus);
    if (profiles_multiple(profile) > 1)
        build_number(b, "multiple_of", profiles_multiple(profile));
}

static void render_profile(struct build *b, const struct profile *profile,
                           struct topology *topology, struct image *image)
{
    struct err err = { .count = 0 };

    if (render_profile_image(profile, topology, image, &err) < 0) {
        build_fail(b);
        return;
    }
    build_object(b, NULL);
    render_profile_row(b, profile);
    build_address(b, "base", image->segments[0].base);
    render_image_findings(b, topology, image);
    build_close(b);
}

void render_profiles(struct build *b, const struct profile *only, struct topology *topology,
                     struct image *image)
{
    build_object(b, NULL);
    build_array(b, "profiles");
    for (size_t i = 0; i < profile_count; i++)
        if (!only || only == &profiles[i])
            render_profile(b, &profiles[i], topology, image);
    build_close(b);
    build_close(b);
}
