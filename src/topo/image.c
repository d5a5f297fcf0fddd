/* SPDX-License-Identifier: ISC */
/*
 * A topology's values become bytes at addresses. What was written is read back before it is handed
 * out, because a guest with a wrong table hangs without a message.
 */
#include "image.h"

#include <string.h>

#include "patch.h"
#include "profiles.h"
#include "range.h"

static const struct at at_memory = { NULL, "memory_size", 0 };

static int not_read_back(struct err *err)
{
    return err_at(err, ERR_INTERNAL, NULL, "the image does not read back as what it was made from");
}

/* Adds a segment of its final size. Return: where its bytes go */
static uint8_t *add_segment(struct image *image, uint32_t base, size_t size)
{
    image->segments[image->segment_count++] =
        (struct image_segment){ .base = base, .offset = image->size, .size = size };
    image->size += size;
    return image->bytes + image->size - size;
}

/* Writes pointer and table in one segment, without overlap. */
static int write_together(struct image *image, const struct mpt_table *table, size_t size,
                          struct err *err)
{
    const struct mpt_place *p = &image->place;
    uint8_t *const bytes = image->bytes + image->size;
    size_t len;

    if (mpt_encode(table, p, bytes, sizeof(image->bytes) - image->size, &len) != MPT_OK)
        return not_read_back(err);
    add_segment(image, p->base, len);
    if (!mpt_verify_floating(&table->floating, p->table, bytes + (p->floating - p->base),
                             MPT_FLOATING_SIZE) ||
        (size > 0 && !mpt_verify_table(table, bytes + (p->table - p->base), size)))
        return not_read_back(err);
    return 0;
}

/* Writes each at its own address; where they overlap, the pointer wins. */
static int write_apart(struct image *image, const struct mpt_table *table, size_t size,
                       uint8_t *floating, uint8_t *bytes, struct err *err)
{
    size_t len;

    if (mpt_encode_table(table, bytes, size, &len) != MPT_OK || len != size ||
        !mpt_verify_table(table, bytes, size))
        return not_read_back(err);
    mpt_encode_floating(&table->floating, image->place.table, floating);
    if (!mpt_verify_floating(&table->floating, image->place.table, floating, MPT_FLOATING_SIZE))
        return not_read_back(err);
    return 0;
}

static int write_structures(struct image *image, const struct mpt_table *table, size_t size,
                            struct err *err)
{
    const struct mpt_place *p = &image->place;
    const uint64_t floating_end = (uint64_t)p->floating + MPT_FLOATING_SIZE;
    const uint64_t table_end = (uint64_t)p->table + size;
    uint8_t *floating, *bytes;

    if (size == 0)
        return write_together(image, table, 0, err);
    if (p->table > floating_end + PLACE_GAP_MAX || p->floating > table_end + PLACE_GAP_MAX) {
        image->place.base = p->floating;
        floating = add_segment(image, p->floating, MPT_FLOATING_SIZE);
        return write_apart(image, table, size, floating, add_segment(image, p->table, size), err);
    }
    if (p->table >= floating_end || p->floating >= table_end)
        return write_together(image, table, size, err);
    bytes = add_segment(image, p->base,
                        (size_t)((floating_end > table_end ? floating_end : table_end) - p->base));
    return write_apart(image, table, size, bytes + (p->floating - p->base),
                       bytes + (p->table - p->base), err);
}

/*
 * Writes the image that patches will change. The structures may lie anywhere, also over each other.
 * @room: size of the table in the image; the encoder's bytes are cut to it, or zeros follow them.
 * The image has no segment before, and the table's is the last one.
 */
static int write_unread(struct image *image, const struct mpt_table *table, size_t size,
                        size_t room, struct err *err)
{
    const struct mpt_place p = image->place;
    const uint64_t floating_end = (uint64_t)p.floating + MPT_FLOATING_SIZE;
    const uint64_t table_end = (uint64_t)p.table + room;
    const bool apart = room == 0 || p.table > floating_end + PLACE_GAP_MAX ||
                       p.floating > table_end + PLACE_GAP_MAX;
    const uint32_t base = apart || p.floating < p.table ? p.floating : p.table;
    const uint64_t end = apart || floating_end > table_end ? floating_end : table_end;
    const size_t kept = size < room ? size : room;
    uint8_t *const first = add_segment(image, base, (size_t)(end - base));
    uint8_t *bytes = apart ? NULL : first + (p.table - base);
    size_t len;

    if (apart && room > 0)
        bytes = add_segment(image, p.table, room);
    memset(image->bytes, 0, image->size);
    if (bytes) {
        if (mpt_encode_table(table, bytes, size, &len) != MPT_OK)
            return not_read_back(err);
        memset(bytes + kept, 0, (size_t)(image->bytes + image->size - (bytes + kept)));
    }
    mpt_encode_floating(&table->floating, p.table, first + (p.floating - base));
    image->place.base = base;
    return 0;
}

static void write_oem(struct image *image, const struct topology *t)
{
    const struct topology_bytes *const bytes = &t->oem_bytes;

    memcpy(add_segment(image, t->table.header.oem_table, bytes->size), t->pool + bytes->offset,
           bytes->size);
}

static void write_bios(struct image *image, const struct mpt_bios *bios)
{
    uint8_t *const ebda = add_segment(image, MPT_BIOS_EBDA, MPT_BIOS_WORD_SIZE);
    uint8_t *const kib = add_segment(image, MPT_BIOS_BASE_MEMORY, MPT_BIOS_WORD_SIZE);

    mpt_encode_bios(bios, ebda, kib);
}

static int check_memory(const struct topology *t, const struct image *image, struct err *err)
{
    uint64_t end = 0;

    for (unsigned i = 0; i < image->segment_count; i++)
        if (image->segments[i].base + (uint64_t)image->segments[i].size > end)
            end = image->segments[i].base + (uint64_t)image->segments[i].size;
    if (t->memory_size == 0 || end <= t->memory_size)
        return 0;
    return err_at(err, ERR_INVALID, &at_memory, "the image ends at 0x%llx, guest memory at 0x%llx",
                  (unsigned long long)end, (unsigned long long)t->memory_size);
}

/* The first segment that overlaps one before it or passes 4 GiB; NULL when there is none */
static const struct image_segment *misplaced(const struct image *image)
{
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    const struct mpt_memory memory = image_memory(image, segments);

    for (size_t i = 0; i < memory.count; i++) {
        if (segments[i].size > (uint64_t)UINT32_MAX + 1 - segments[i].base)
            return &image->segments[i];
        for (size_t j = 0; j < i; j++)
            if (range_overlaps(&segments[j], &segments[i]))
                return &image->segments[i];
    }
    return NULL;
}

/* Pointer and table were placed without overlap, so a segment that overlaps is another one. */
static int check_segments(const struct topology *t, const struct image *image, struct err *err)
{
    static const struct at at_bios = { NULL, "bios_data_area", 0 },
                           at_oem = { NULL, "oem_table_bytes", 0 };
    const struct image_segment *const segment = misplaced(image);
    const bool words =
        segment && t->bios_data_area && segment >= image->segments + image->segment_count - 2;

    if (!segment)
        return 0;
    return err_at(err, ERR_INVALID, words ? &at_bios : &at_oem,
                  "its %zu bytes at 0x%x would lie over the image or pass 4 GiB", segment->size,
                  (unsigned)segment->base);
}

static int patch(const struct topology *t, struct image *image, struct err *err)
{
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    const struct mpt_memory memory = image_memory(image, segments);

    return patch_apply(t, &(struct patch_target){ &memory, image->bytes }, err);
}

static int judge(const struct topology *t, struct image *image, const struct mpt_bios *bios,
                 struct err *err)
{
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    const struct mpt_memory memory = image_memory(image, segments);
    struct mpt_facts facts = { .bios = *bios, .memory_size = t->memory_size };
    struct mpt_view view;
    bool there;

    if (t->bios_data_area)
        facts.given |= MPT_FACT_EBDA | MPT_FACT_BASE_MEMORY;
    if (t->memory_size)
        facts.given |= MPT_FACT_MEMORY_SIZE;
    there = mpt_open(&memory, image->place.floating, &view) == MPT_OK;
    if (!there && !(t->given & GIVEN_PATCHES))
        return not_read_back(err);
    mpt_check(&memory, there ? &view : NULL, &facts, t->asked, &image->report);
    return 0;
}

struct mpt_memory image_memory(const struct image *image,
                               struct mpt_segment segments[IMAGE_SEGMENTS_MAX])
{
    for (unsigned i = 0; i < image->segment_count; i++)
        segments[i] = (struct mpt_segment){ .base = image->segments[i].base,
                                            .size = image->segments[i].size,
                                            .bytes = image->bytes + image->segments[i].offset };
    return (struct mpt_memory){ .segments = segments, .count = image->segment_count };
}

int image_build(const struct topology *t, struct image *image, struct err *err)
{
    const bool tabled = topology_has_table(t);
    const size_t base = tabled ? mpt_base_size(&t->table) : 0;
    const size_t size = tabled ? base + mpt_extended_size(&t->table) : 0;
    const size_t room = t->given & GIVEN_TABLE_SIZE ? t->table_size : size;
    const bool patched = t->given & GIVEN_PATCHES;
    struct mpt_table table = t->table;
    struct mpt_bios bios;

    image->profile = t->profile;
    image->cpus = t->cpus;
    image->entries = tabled ? (unsigned)mpt_entries(&table) : 0;
    image->size = 0;
    image->segment_count = 0;
    if (place_choose(t, room, &image->place, err) < 0)
        return -1;
    if (t->profile->stale_oem_table && !(t->given & GIVEN_OEM_TABLE))
        table.header.oem_table = image->place.table + (uint32_t)base + t->profile->stale_oem_table;
    if ((patched ? write_unread(image, &table, size, room, err)
                 : write_structures(image, &table, size, err)) < 0)
        return -1;
    if (t->given & GIVEN_OEM_BYTES)
        write_oem(image, t);
    bios = place_bios(t, &image->place, room);
    if (t->bios_data_area)
        write_bios(image, &bios);
    if (check_segments(t, image, err) < 0 || check_memory(t, image, err) < 0 ||
        patch(t, image, err) < 0)
        return -1;
    return judge(t, image, &bios, err);
}
