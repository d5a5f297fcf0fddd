/* SPDX-License-Identifier: ISC */
/* ELF files, and how those that others made are refused. */
#include "../../src/topo/elf.h"

#include <stdlib.h>

#include "../lib/guard.h"
#include "suites.h"

enum {
    E_CLASS = 4,
    E_DATA = 5,
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

static void an_elf_file(void)
{
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    struct guard guard;
    const size_t size = make_elf(&guard);

    CU_ASSERT_EQUAL_FATAL(elf_decode(guard.bytes, size, segments, IMAGE_SEGMENTS_MAX), 3);
    for (unsigned i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(segments[i].base, image.segments[i].base);
        CU_ASSERT_EQUAL_FATAL(segments[i].size, image.segments[i].size);
        CU_ASSERT_EQUAL(
            memcmp(segments[i].bytes, image.bytes + image.segments[i].offset, segments[i].size), 0);
    }
    CU_ASSERT_EQUAL(elf_decode(guard.bytes, size, segments, 1), -1);
    CU_ASSERT_EQUAL(elf_decode(guard.bytes, 3, segments, 1), 0);
    CU_ASSERT_EQUAL(elf_decode(guard.bytes + 1, size - 1, segments, 1), 0);
    for (size_t cut = 4; cut < size; cut++)
        CU_ASSERT_EQUAL(elf_decode(guard.bytes + size - cut, cut, segments, IMAGE_SEGMENTS_MAX), 0);
    guard_free(&guard);
}

static const struct {
    const char *name;
    size_t at;
    uint8_t value;
    int expected;
} faults[] = {
    { "64-bit", E_CLASS, 2, -1 },
    { "big-endian", E_DATA, 2, -1 },
    { "other program headers", E_PHENTSIZE, 56, -1 },
    { "program headers beyond the end", E_PHOFF + 3, 0x7f, -1 },
    { "more program headers than there is room for", E_PHNUM + 1, 0xff, -1 },
    { "no program headers", E_PHNUM, 0, -1 },
    { "one of them is no PT_LOAD", P_TYPE, 4, 2 },
    { "a segment beyond the end", P_OFFSET + 3, 0x7f, -1 },
    { "a segment longer than the file", P_FILESZ + 2, 0xff, -1 },
    { "an empty segment", P_FILESZ + PH_SIZE, 0, 2 },
    { "segments over each other", P_PADDR + PH_SIZE + 2, 9, 3 },
};

static void faults_of_elf(void)
{
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    struct guard guard;
    const size_t size = make_elf(&guard);

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        const uint8_t right = guard.bytes[faults[i].at];

        guard.bytes[faults[i].at] = faults[i].value;
        ROW_CHECK(faults[i].name, elf_decode(guard.bytes, size, segments, IMAGE_SEGMENTS_MAX) ==
                                      faults[i].expected);
        guard.bytes[faults[i].at] = right;
    }
    memcpy(guard.bytes + P_PADDR + PH_SIZE, guard.bytes + P_PADDR, 4);
    CU_ASSERT_EQUAL(elf_decode(guard.bytes, size, segments, IMAGE_SEGMENTS_MAX), -1);
    memset(guard.bytes + P_PADDR + PH_SIZE, 0xff, 4);
    CU_ASSERT_EQUAL(elf_decode(guard.bytes, size, segments, IMAGE_SEGMENTS_MAX), -1);
    guard_free(&guard);
}

/* Every prefix, at the end of what may be read */
static void cut_elf(void)
{
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    struct guard whole, cut;
    const size_t size = make_elf(&whole);

    for (size_t n = 4; n < size; n++) {
        guard_make(&cut, n);
        memcpy(cut.bytes, whole.bytes, n);
        CU_ASSERT_EQUAL(elf_decode(cut.bytes, n, segments, IMAGE_SEGMENTS_MAX), -1);
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
