/* SPDX-License-Identifier: ISC */
/* ELF files, and how those that others made are refused. */
#include "../../src/topo/dump.h"
#include "../../src/topo/elf.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/guard.h"
#include "suites.h"

enum {
    E_CLASS = 4,
    E_DATA = 5,
    E_TYPE = 16,
    E_PHOFF = 28,
    E_PHENTSIZE = 42,
    E_PHNUM = 44,
    PH = 52,
    P_TYPE = PH,
    P_OFFSET = PH + 4,
    P_PADDR = PH + 12,
    P_FILESZ = PH + 16,
    PH_SIZE = 32
};

static struct image image;

/* The file at the end of a guarded page; the image has three segments. */
static size_t make_elf(struct guard *guard)
{
    size_t size;

    build_three_segments(&image);
    size = elf_encode(&image, NULL);
    guard_make(guard, size);
    CU_ASSERT_EQUAL(elf_encode(&image, guard->bytes), size);
    return size;
}

static struct memory memory;
static struct dump_room room;
static struct err error;

/* Return: how many segments the file has below 1 MiB; -1: it is refused */
static int open_elf(const uint8_t *bytes, size_t size)
{
    const struct dump_bytes held = { bytes, size };
    const struct dump_source source = dump_source_bytes(&held);
    struct dump dump;

    memset(&error, 0, sizeof(error));
    return dump_open(&dump, &source, DUMP_ELF, &memory, &room, &error) < 0
               ? -1
               : (int)memory.guest.count;
}

static void an_elf_file(void)
{
    struct guard guard;
    const size_t size = make_elf(&guard);
    uint64_t offset;

    CU_ASSERT_TRUE(elf_begins(guard.bytes, size));
    CU_ASSERT_FALSE(elf_begins(guard.bytes, 3));
    CU_ASSERT_FALSE(elf_begins(guard.bytes + 1, size - 1));
    CU_ASSERT_EQUAL_FATAL(open_elf(guard.bytes, size), 3);
    for (unsigned i = 0; i < 3; i++) {
        const struct image_segment *const s = &image.segments[i];
        const uint8_t *const at = mpt_at(&memory.guest, s->base, s->size);

        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        CU_ASSERT_EQUAL(memcmp(at, image.bytes + s->offset, s->size), 0);
        CU_ASSERT_TRUE(memory_offset(&memory, s->base, &offset));
        CU_ASSERT_EQUAL(memcmp(guard.bytes + offset, at, s->size), 0);
    }
    guard_free(&guard);
}

static const struct {
    const char *name;
    size_t at;
    uint8_t value;
    int expected;
} faults[] = {
    { "headers of 32 bits in a 64-bit file", E_CLASS, 2, -1 },
    { "an unknown class", E_CLASS, 3, -1 },
    { "big-endian", E_DATA, 2, -1 },
    { "a shared object", E_TYPE, 3, -1 },
    { "other program headers", E_PHENTSIZE, 56, -1 },
    { "program headers beyond the end", E_PHOFF + 3, 0x7f, -1 },
    { "more program headers than there is room for", E_PHNUM + 1, 0xff, -1 },
    { "no program headers", E_PHNUM, 0, 0 },
    { "one of them is no PT_LOAD", P_TYPE, 4, 2 },
    { "a segment beyond the end", P_OFFSET + 3, 0x7f, -1 },
    { "a segment longer than the file", P_FILESZ + 2, 0xff, -1 },
    { "an empty segment", P_FILESZ + PH_SIZE, 0, 2 },
    { "a segment above 1 MiB", P_PADDR + PH_SIZE + 2, 0x19, 2 },
};

static void faults_of_elf(void)
{
    struct guard guard;
    const size_t size = make_elf(&guard);

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        const uint8_t right = guard.bytes[faults[i].at];

        guard.bytes[faults[i].at] = faults[i].value;
        ROW_CHECK(faults[i].name, open_elf(guard.bytes, size) == faults[i].expected);
        guard.bytes[faults[i].at] = right;
    }
    guard.bytes[P_FILESZ + 2] ^= 0xff;
    guard.bytes[P_PADDR + 3] ^= 0x10;
    CU_ASSERT_EQUAL(open_elf(guard.bytes, size), 2); /* it is cut, but above the first MiB */
    guard.bytes[P_FILESZ + 2] ^= 0xff;
    guard.bytes[P_PADDR + 3] ^= 0x10;
    memcpy(guard.bytes + P_PADDR + PH_SIZE, guard.bytes + P_PADDR, 4);
    CU_ASSERT_EQUAL(open_elf(guard.bytes, size), -1); /* other bytes for the same addresses */
    memcpy(guard.bytes + P_OFFSET + PH_SIZE, guard.bytes + P_OFFSET, 4);
    CU_ASSERT_EQUAL(open_elf(guard.bytes, size), 2); /* the same bytes again */
    memset(guard.bytes + P_PADDR, 0, 4);
    memset(guard.bytes + P_PADDR + PH_SIZE, 0, 4);
    CU_ASSERT_EQUAL(open_elf(guard.bytes, size), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.places[0].detail, "the core of a process"));
    guard_free(&guard);
}

/* Every prefix, at the end of what may be read */
static void cut_elf(void)
{
    struct guard whole, cut;
    const size_t size = make_elf(&whole);

    for (size_t n = 4; n < size; n++) {
        guard_make(&cut, n);
        memcpy(cut.bytes, whole.bytes, n);
        CU_ASSERT_EQUAL(open_elf(cut.bytes, n), -1);
        guard_free(&cut);
    }
    guard_free(&whole);
}

static const struct test tests[] = {
    { "an ELF file comes back", an_elf_file },
    { "faults of ELF files", faults_of_elf },
    { "cut ELF files", cut_elf },
};
const struct suite topo_elf = { "topo/elf", tests, sizeof(tests) / sizeof(tests[0]) };
