/* SPDX-License-Identifier: ISC */
/*
 * ELF as the Tool Interface Standard 1.2 has it. The numbers come from <elf.h>; the bytes are
 * stored and loaded one by one, so that host byte order and alignment do not matter.
 */
#include "elf.h"

#include <assert.h>
#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "range.h"

enum { HALF = 2, WORD = 4 };

static void put_2(uint8_t *e, size_t at, unsigned value)
{
    e[at] = (uint8_t)value;
    e[at + 1] = (uint8_t)(value >> 8);
}

static void put_4(uint8_t *e, size_t at, uint32_t value)
{
    put_2(e, at, value & 0xffff);
    put_2(e, at + 2, value >> 16);
}

#define PUT_2(type, member, value)                                     \
    static_assert(sizeof(((type *)0)->member) == HALF, "a half word"); \
    put_2(e, offsetof(type, member), value)
#define PUT_4(type, member, value)                                \
    static_assert(sizeof(((type *)0)->member) == WORD, "a word"); \
    put_4(e, offsetof(type, member), value)

static void put_file_header(uint8_t *e, unsigned segments)
{
    memset(e, 0, sizeof(Elf32_Ehdr));
    memcpy(e, ELFMAG, SELFMAG);
    e[EI_CLASS] = ELFCLASS32;
    e[EI_DATA] = ELFDATA2LSB;
    e[EI_VERSION] = EV_CURRENT;
    PUT_2(Elf32_Ehdr, e_type, ET_EXEC);
    PUT_2(Elf32_Ehdr, e_machine, EM_386);
    PUT_4(Elf32_Ehdr, e_version, EV_CURRENT);
    PUT_4(Elf32_Ehdr, e_phoff, sizeof(Elf32_Ehdr));
    PUT_2(Elf32_Ehdr, e_ehsize, sizeof(Elf32_Ehdr));
    PUT_2(Elf32_Ehdr, e_phentsize, sizeof(Elf32_Phdr));
    PUT_2(Elf32_Ehdr, e_phnum, segments);
}

static void put_program_header(uint8_t *e, const struct image_segment *s, size_t offset)
{
    memset(e, 0, sizeof(Elf32_Phdr));
    PUT_4(Elf32_Phdr, p_type, PT_LOAD);
    PUT_4(Elf32_Phdr, p_offset, (uint32_t)offset);
    PUT_4(Elf32_Phdr, p_vaddr, s->base);
    PUT_4(Elf32_Phdr, p_paddr, s->base);
    PUT_4(Elf32_Phdr, p_filesz, (uint32_t)s->size);
    PUT_4(Elf32_Phdr, p_memsz, (uint32_t)s->size);
    PUT_4(Elf32_Phdr, p_flags, PF_R);
    PUT_4(Elf32_Phdr, p_align, 1); /* none */
}

size_t elf_encode(const struct image *image, uint8_t *out)
{
    const size_t head = sizeof(Elf32_Ehdr) + image->segment_count * sizeof(Elf32_Phdr);

    if (!out)
        return head + image->size;
    put_file_header(out, image->segment_count);
    for (unsigned i = 0; i < image->segment_count; i++)
        put_program_header(out + sizeof(Elf32_Ehdr) + i * sizeof(Elf32_Phdr), &image->segments[i],
                           head + image->segments[i].offset);
    memcpy(out + head, image->bytes, image->size);
    return head + image->size;
}

static uint32_t get_2(const uint8_t *e, size_t at)
{
    return e[at] | (uint32_t)e[at + 1] << 8;
}

static uint32_t get_4(const uint8_t *e, size_t at)
{
    return get_2(e, at) | get_2(e, at + 2) << 16;
}

/* One program header: 1 with a segment, 0 when it has nothing to load, -1 when it is impossible. */
static int get_segment(const uint8_t *e, const uint8_t *file, size_t size, struct mpt_segment *s)
{
    const size_t offset = get_4(e, offsetof(Elf32_Phdr, p_offset));

    *s = (struct mpt_segment){ .base = get_4(e, offsetof(Elf32_Phdr, p_paddr)),
                               .size = get_4(e, offsetof(Elf32_Phdr, p_filesz)) };
    if (get_4(e, offsetof(Elf32_Phdr, p_type)) != PT_LOAD || s->size == 0)
        return 0;
    if (offset > size || s->size > size - offset ||
        s->base + (uint64_t)s->size > (uint64_t)UINT32_MAX + 1)
        return -1;
    s->bytes = file + offset;
    return 1;
}

/* Appends a segment that is clear of those before it. */
static int add_segment(struct mpt_segment *segments, unsigned count, unsigned max,
                       struct mpt_segment s)
{
    if (count == max)
        return -1;
    for (unsigned i = 0; i < count; i++)
        if (range_overlaps(&segments[i], &s))
            return -1;
    segments[count] = s;
    return 0;
}

int elf_decode(const uint8_t *bytes, size_t size, struct mpt_segment *segments, unsigned max)
{
    unsigned count = 0, headers;
    struct mpt_segment s;
    size_t at;

    if (size < SELFMAG || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return 0;
    if (size < sizeof(Elf32_Ehdr) || bytes[EI_CLASS] != ELFCLASS32 ||
        bytes[EI_DATA] != ELFDATA2LSB ||
        get_2(bytes, offsetof(Elf32_Ehdr, e_phentsize)) != sizeof(Elf32_Phdr))
        return -1;
    at = get_4(bytes, offsetof(Elf32_Ehdr, e_phoff));
    headers = get_2(bytes, offsetof(Elf32_Ehdr, e_phnum));
    if (at > size || headers > (size - at) / sizeof(Elf32_Phdr))
        return -1;
    for (unsigned i = 0; i < headers; i++) {
        const int got = get_segment(bytes + at + i * sizeof(Elf32_Phdr), bytes, size, &s);

        if (got < 0 || (got > 0 && add_segment(segments, count, max, s) < 0))
            return -1;
        count += (unsigned)got;
    }
    return count > 0 ? (int)count : -1;
}
