/* SPDX-License-Identifier: ISC */
/*
 * ELF as the Tool Interface Standard 1.2 defines it. The numbers come from <elf.h>. The bytes are
 * stored and loaded one by one, so that host byte order and alignment do not matter.
 */
#include "elf.h"

#include <assert.h>
#include <elf.h>
#include <stddef.h>
#include <string.h>

#include "little.h"

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

/* Offsets of the members that are read, for one class */
struct class_layout {
    size_t header_size, e_phoff, e_shoff, e_phentsize, e_phnum;
    size_t program_size, p_offset, p_paddr, p_filesz;
    size_t sh_info; /* of a section header */
    unsigned word;  /* bytes of an address, an offset, a size */
};

#define CLASS(bits)                                                                       \
    {                                                                                     \
        sizeof(Elf##bits##_Ehdr), offsetof(Elf##bits##_Ehdr, e_phoff),                    \
            offsetof(Elf##bits##_Ehdr, e_shoff), offsetof(Elf##bits##_Ehdr, e_phentsize), \
            offsetof(Elf##bits##_Ehdr, e_phnum), sizeof(Elf##bits##_Phdr),                \
            offsetof(Elf##bits##_Phdr, p_offset), offsetof(Elf##bits##_Phdr, p_paddr),    \
            offsetof(Elf##bits##_Phdr, p_filesz), offsetof(Elf##bits##_Shdr, sh_info),    \
            sizeof(((Elf##bits##_Phdr *)0)->p_paddr)                                      \
    }
static const struct class_layout classes[] = { [ELFCLASS32] = CLASS(32), [ELFCLASS64] = CLASS(64) };
#undef CLASS

/* e_ident, e_type and p_type stand at the same place in both classes. */
static_assert(offsetof(Elf32_Ehdr, e_type) == offsetof(Elf64_Ehdr, e_type), "e_type");
static_assert(offsetof(Elf32_Phdr, p_type) == 0 && offsetof(Elf64_Phdr, p_type) == 0, "p_type");

bool elf_begins(const uint8_t *bytes, size_t size)
{
    return size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0;
}

static int cut(struct err *err, const char *what)
{
    return err_at(err, ERR_INVALID, NULL, "is cut: %s is not in the file", what);
}

/* Reads @size bytes at @offset, if they are there. Return: 0; -1 */
static int get(const struct dump_source *source, uint64_t offset, uint8_t *bytes, size_t size)
{
    if (offset > source->size || size > source->size - offset)
        return -1;
    return source->read(source->from, offset, bytes, size);
}

/* Return: the number of program headers, which may stand in section 0; -1 with @err */
static int64_t count_headers(const struct dump_source *source, const struct class_layout *c,
                             const uint8_t *header, struct err *err)
{
    const uint64_t count = little_load(header + c->e_phnum, HALF);
    uint8_t info[WORD];

    if (count != PN_XNUM)
        return (int64_t)count;
    if (get(source, little_load(header + c->e_shoff, c->word) + c->sh_info, info, WORD) < 0)
        return cut(err, "section header 0, which has the number of segments,");
    return (int64_t)little_load(info, WORD);
}

static bool is_wanted(const struct dump_sink *sink, const struct dump_range *range)
{
    return range->size > 0 && range->address < sink->to &&
           (range->address >= sink->from || range->size > sink->from - range->address);
}

static int walk_segments(const struct dump_source *source, const struct class_layout *c,
                         uint64_t at, int64_t count, const struct dump_sink *sink, struct err *err)
{
    uint8_t header[sizeof(Elf64_Phdr)];
    unsigned at_0 = 0;

    for (; count > 0; count--, at += c->program_size) {
        struct dump_range range;

        if (get(source, at, header, c->program_size) < 0)
            return cut(err, "a program header");
        range = (struct dump_range){ .address = little_load(header + c->p_paddr, c->word),
                                     .size = little_load(header + c->p_filesz, c->word),
                                     .offset = little_load(header + c->p_offset, c->word) };
        if (little_load(header, WORD) != PT_LOAD || !is_wanted(sink, &range))
            continue;
        if (range.address == 0 && ++at_0 > 1)
            return err_at(err, ERR_INVALID, NULL,
                          "has several segments at physical address 0, as the core of a process; "
                          "dump the guest's memory with virsh dump --memory-only or QEMU's "
                          "dump-guest-memory");
        if (range.offset > source->size || range.size > source->size - range.offset)
            return err_at(err, ERR_INVALID, NULL,
                          "is cut: not all of the segment at 0x%llx is in the file",
                          (unsigned long long)range.address);
        if (sink->take(sink->context, &range, err) < 0)
            return -1;
    }
    return 0;
}

int elf_walk(const struct dump_source *source, const struct dump_sink *sink, struct err *err)
{
    uint8_t header[sizeof(Elf64_Ehdr)] = { 0 };
    const size_t size = source->size < sizeof(header) ? (size_t)source->size : sizeof(header);
    const struct class_layout *c;
    unsigned type;
    int64_t count;

    if (get(source, 0, header, size) < 0)
        return cut(err, "the header");
    if (memcmp(header, ELFMAG, SELFMAG) != 0)
        return err_at(err, ERR_INVALID, NULL, "is no ELF file");
    if ((header[EI_CLASS] != ELFCLASS32 && header[EI_CLASS] != ELFCLASS64) ||
        header[EI_DATA] != ELFDATA2LSB)
        return err_at(err, ERR_INVALID, NULL,
                      "is an ELF file, but no little-endian one of 32 or 64 bits");
    c = &classes[header[EI_CLASS]];
    type = (unsigned)little_load(header + offsetof(Elf32_Ehdr, e_type), HALF);
    if (size < c->header_size)
        return cut(err, "the header");
    if ((type != ET_CORE && type != ET_EXEC) ||
        little_load(header + c->e_phentsize, HALF) != c->program_size)
        return err_at(err, ERR_INVALID, NULL,
                      "is an ELF file, but neither a core nor an executable");
    count = count_headers(source, c, header, err);
    return count < 0 ? -1
                     : walk_segments(source, c, little_load(header + c->e_phoff, c->word), count,
                                     sink, err);
}
