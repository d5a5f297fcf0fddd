/* SPDX-License-Identifier: ISC */
/*
 * The file is read to 1 MiB, where the kernel will be later. Its segments are copied to their
 * places, then compared with the file: below 1 MiB a machine may have ROM, the display's memory, or
 * nothing.
 *
 * Without a file, an image may be in memory already, written while the machine was started but
 * paused. Then it stays as it is, and only its pages are kept from the kernel.
 */
#include "image.h"

#include <string.h>

#include "../mptable/mptable.h"
#include "fw_cfg.h"
#include "layout.h"
#include "ports.h"
#include "refuse.h"

extern const uint8_t memory_0[]; /* address 0, from rom.ld: C may not read by a null pointer */

#define IMAGE_NAME "opt/org.mptabled/image"

enum {
    SEGMENTS_MAX = 16,
    BIOS_WINDOW = 0xf0000,
    BIOS_DATA = 0x400, /* the BIOS data area, 256 bytes */
    LOADABLE = 1       /* p_type PT_LOAD */
};

/* The headers of a 32-bit ELF file; the host's own header would need its 32-bit C library. */
struct elf_header {
    uint8_t identity[16]; /* the magic number, 32 bits, little-endian */
    uint16_t type, machine;
    uint32_t version, entry, segments_at, sections_at, flags;
    uint16_t header_size, segment_size, segment_count, section_size, section_count, names;
};

struct elf_segment {
    uint32_t type, offset, virtual_address, base, file_size, size, flags, align;
};

/* The file and its segments */
struct image {
    const uint8_t *file;
    size_t size;
    struct mpt_segment segments[SEGMENTS_MAX]; /* their bytes lie in the file */
    size_t count;
};

static bool overlaps(uint32_t base, uint32_t size, uint32_t other, uint32_t other_end)
{
    return base < other_end && other < base + size;
}

static void check_segment(const struct image *image, uint32_t base, uint32_t size)
{
    if (base >= HIGH_MEMORY || size > HIGH_MEMORY - base)
        refuse("the image has %u bytes at %x, above 1 MiB", size, base);
    if (overlaps(base, size, ROM_MEMORY, ROM_MEMORY_END))
        refuse("the image has %u bytes at %x, over the memory that this ROM uses (%x to %x)", size,
               base, ROM_MEMORY, ROM_MEMORY_END - 1);
    if (overlaps(base, size, BIOS_WINDOW + ROM_CODE, HIGH_MEMORY))
        refuse("the image has %u bytes at %x, over this ROM (%x to %x)", size, base,
               BIOS_WINDOW + ROM_CODE, HIGH_MEMORY - 1);
    for (size_t i = 0; i < image->count; i++)
        if (overlaps(base, size, image->segments[i].base,
                     image->segments[i].base + image->segments[i].size))
            refuse("two segments of the image lie over one another, at %x and %x",
                   image->segments[i].base, base);
}

static void read_segment(struct image *image, const struct elf_segment *segment)
{
    if (segment->type != LOADABLE || segment->file_size == 0)
        return;
    if (segment->offset > image->size || segment->file_size > image->size - segment->offset)
        refuse("the image is cut short: a segment ends behind its %u bytes", image->size);
    if (image->count == SEGMENTS_MAX)
        refuse("the image has more than %u segments", SEGMENTS_MAX);
    check_segment(image, segment->base, segment->file_size);
    image->segments[image->count++] = (struct mpt_segment){
        .base = segment->base, .size = segment->file_size, .bytes = image->file + segment->offset
    };
}

static void read_file(const struct fw_cfg_file *file, struct image *image)
{
    struct elf_header header = { .segment_count = 0 };
    struct elf_segment segment;

    if (file->size > IMAGE_FILE_MAX)
        refuse("the image has %u bytes, more than %u", file->size, IMAGE_FILE_MAX);
    *image = (struct image){ .file = (const uint8_t *)HIGH_MEMORY, .size = file->size };
    fw_cfg_read(file->key, (void *)HIGH_MEMORY, file->size);
    if (file->size >= sizeof(header))
        memcpy(&header, image->file, sizeof(header));
    if (file->size < sizeof(header) || memcmp(header.identity, "\177ELF\1\1", 6) != 0 ||
        header.segment_size != sizeof(segment) || header.segments_at > file->size ||
        header.segment_count > (file->size - header.segments_at) / sizeof(segment))
        refuse("the image is no 32-bit ELF file: make it with mptablectl encode --format elf");
    for (unsigned i = 0; i < header.segment_count; i++) {
        memcpy(&segment, image->file + header.segments_at + i * sizeof(segment), sizeof(segment));
        read_segment(image, &segment);
    }
}

/*
 * On pc and q35 the BIOS window shows ROM until the host bridge maps RAM there: bits 4 and 5 of its
 * register PAM0, for reads and writes (data sheets of 82441FX and 3 Series). On a machine without
 * such a bridge the window may already be writable.
 */
static void open_bios_window(void)
{
    enum { ADDRESS = 0xcf8, DATA = 0xcfc, I440FX = 0x12378086, Q35 = 0x29c08086 };
    const uint32_t function = 0x80000000; /* 00:00.0 */
    uint32_t bridge, at;

    out_4(ADDRESS, function);
    bridge = in_4(DATA);
    if (bridge != I440FX && bridge != Q35)
        return;
    at = bridge == Q35 ? 0x90 : 0x59;
    out_4(ADDRESS, function | (at & ~3U));
    out_1((uint16_t)(DATA + at % 4), 0x30);
}

static void write_segments(const struct image *image, struct map *map)
{
    /* Words that a system left there before a reset would mislead the search. */
    memset((void *)(BIOS_DATA + 0x0e), 0, MPT_BIOS_WORD_SIZE);
    memset((void *)(BIOS_DATA + 0x13), 0, MPT_BIOS_WORD_SIZE);
    for (size_t i = 0; i < image->count; i++) {
        const struct mpt_segment *const s = &image->segments[i];

        if (s->base + s->size > BIOS_WINDOW)
            open_bios_window();
        memcpy((void *)s->base, s->bytes, s->size);
        map_take(map, s->base, s->size);
    }
    for (size_t i = 0; i < image->count; i++) {
        const struct mpt_segment *const s = &image->segments[i];

        if (memcmp((const void *)s->base, s->bytes, s->size) != 0)
            refuse("this machine has no memory that takes the image's %u bytes at %x", s->size,
                   s->base);
    }
}

static struct mpt_view check_sums(const struct mpt_memory *memory, uint64_t at)
{
    struct mpt_view view;

    if (mpt_next_floating(memory, &at) != MPT_OK || mpt_open(memory, (uint32_t)at, &view) != MPT_OK)
        refuse("the image has no floating pointer");
    if (view.floating_length != 1 || view.floating_sum != 0)
        refuse("the floating pointer at %x has a wrong sum or length", (uint32_t)at);
    if (view.table_address == 0 && view.floating.default_configuration)
        return view;
    if (!view.has_header || !view.signature_right || view.base_length < MPT_HEADER_SIZE ||
        view.table_size != view.base_length || view.extended_size != view.extended_length)
        refuse("the image has no whole table at %x, where its pointer leads", view.table_address);
    if (view.sum != 0 || (uint8_t)(view.extended_sum + view.extended_checksum) != 0)
        refuse("the table at %x has a wrong sum", view.table_address);
    return view;
}

static void load_file(const struct fw_cfg_file *file, struct map *map)
{
    struct image image;
    struct mpt_memory memory;

    read_file(file, &image);
    memory = (struct mpt_memory){ image.segments, image.count };
    check_sums(&memory, 0);
    write_segments(&image, map);
}

/*
 * Finds the image that was written before the machine ran. The memory below the ROM's is read in a
 * copy, at the place of the kernel: a pointer to address 0 would be NULL, which means that there is
 * no memory. Page 0 may have the BIOS data words, which no table mentions, so it is kept from the
 * kernel too.
 */
static void take_memory(struct map *map)
{
    static const struct mpt_segment segments[] = {
        { 0, ROM_MEMORY, (const uint8_t *)HIGH_MEMORY },
        { ROM_MEMORY_END, BASE_MEMORY_END - ROM_MEMORY_END, (const uint8_t *)ROM_MEMORY_END },
        { BIOS_WINDOW, ROM_CODE, (const uint8_t *)BIOS_WINDOW }
    };
    const struct mpt_memory memory = { segments, sizeof(segments) / sizeof(segments[0]) };
    struct mpt_view view;
    uint64_t at = 0;

    open_bios_window();
    memcpy((void *)HIGH_MEMORY, memory_0, ROM_MEMORY);
    if (mpt_next_floating(&memory, &at) != MPT_OK)
        refuse("no image: start QEMU with -fw_cfg name=" IMAGE_NAME
               ",file=IMAGE.elf, or write an image into its memory before it runs");
    view = check_sums(&memory, at);
    map_take(map, 0, PAGE_SIZE);
    map_take(map, (uint32_t)at, MPT_FLOATING_SIZE);
    map_take(map, view.table_address, (uint32_t)(view.table_size + view.extended_size));
}

void image_load(struct map *map)
{
    struct fw_cfg_file file;

    if (map->end < HIGH_MEMORY + IMAGE_FILE_MAX)
        refuse("too little memory: %u KiB", map->end / 1024);
    if (fw_cfg_find(IMAGE_NAME, &file))
        load_file(&file, map);
    else
        take_memory(map);
}
