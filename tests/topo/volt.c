/* SPDX-License-Identifier: ISC */
/*
 * The unit tests of the document that this project grew from, under their names. Guest memory is a
 * megabyte of zeros into which the image is written at its address.
 */
#include "suites.h"

#include <stdlib.h>

#include "../../src/topo/profiles.h"

enum { MEMORY = 1024 * 1024, CONFIG = 0x9fc10 };

static uint8_t memory[MEMORY];
static struct topology topology;
static struct image image;

/* Return: the address of the floating pointer, or -1 when the table was refused. */
static long setup_mptable(size_t memory_size, unsigned cpus)
{
    struct err err;

    topology_init(&topology);
    topology.profile = profiles_find("volt");
    topology.given = GIVEN_CPUS;
    topology.cpus = cpus;
    topology.memory_size = memory_size;
    if (build(&topology, &image, &err) < 0)
        return -1;
    memset(memory, 0, sizeof(memory));
    memcpy(memory + image.place.base, image.bytes, image.size);
    return (long)image.place.floating;
}

static unsigned word(size_t at)
{
    return memory[at] | (unsigned)memory[at + 1] << 8;
}

static uint8_t sum(size_t at, size_t size)
{
    uint8_t total = 0;

    while (size-- > 0)
        total = (uint8_t)(total + memory[at++]);
    return total;
}

static void test_checksum(void)
{
    for (unsigned cpus = 1; cpus <= 41; cpus++) {
        CU_ASSERT(setup_mptable(MEMORY, cpus) > 0);
        CU_ASSERT_EQUAL(sum(0x9fc00, 16), 0);
        CU_ASSERT_EQUAL(sum(CONFIG, word(CONFIG + 4)), 0);
    }
}

static void test_mp_floating_pointer_signature(void)
{
    const long fp = setup_mptable(MEMORY, 1);

    CU_ASSERT_FATAL(fp >= 0);
    CU_ASSERT_EQUAL(memcmp(memory + fp, "_MP_", 4), 0);
}

static void test_mp_floating_pointer_checksum(void)
{
    CU_ASSERT(setup_mptable(MEMORY, 2) >= 0);
    CU_ASSERT_EQUAL(sum(0x9fc00, 16), 0);
}

static void test_mp_config_table_checksum(void)
{
    CU_ASSERT(setup_mptable(MEMORY, 2) >= 0);
    CU_ASSERT_EQUAL(sum(CONFIG, word(CONFIG + 4)), 0);
}

static void test_mp_config_table_signature(void)
{
    CU_ASSERT(setup_mptable(MEMORY, 1) >= 0);
    CU_ASSERT_EQUAL(memcmp(memory + CONFIG, "PCMP", 4), 0);
}

static void test_mp_table_1_cpu(void)
{
    CU_ASSERT(setup_mptable(MEMORY, 1) >= 0);
    CU_ASSERT_EQUAL(word(CONFIG + 34), 19); /* 1 CPU, 1 bus, 1 I/O APIC, 16 IRQs */
}

static void test_mp_table_4_cpus(void)
{
    CU_ASSERT(setup_mptable(MEMORY, 4) >= 0);
    CU_ASSERT_EQUAL(word(CONFIG + 34), 22);
}

static void test_mp_table_bsp_flag(void)
{
    const size_t first = CONFIG + 44, second = first + 20;

    CU_ASSERT(setup_mptable(MEMORY, 4) >= 0);
    CU_ASSERT_EQUAL(memory[first], 0);     /* entry type: processor */
    CU_ASSERT_EQUAL(memory[first + 1], 0); /* APIC ID */
    CU_ASSERT_EQUAL(memory[first + 3], 3); /* enabled, BSP */
    CU_ASSERT_EQUAL(memory[second + 1], 1);
    CU_ASSERT_EQUAL(memory[second + 3], 1); /* enabled only */
}

static void test_mp_table_ioapic(void)
{
    const size_t ioapic = CONFIG + 44 + 2 * 20 + 8;

    CU_ASSERT(setup_mptable(MEMORY, 2) >= 0);
    CU_ASSERT_EQUAL(memory[ioapic], 2);     /* entry type: I/O APIC */
    CU_ASSERT_EQUAL(memory[ioapic + 1], 2); /* ID: the number of CPUs */
    CU_ASSERT_EQUAL(memory[ioapic + 3], 1); /* enabled */
    CU_ASSERT_EQUAL(memcmp(memory + ioapic + 4, "\x00\x00\xc0\xfe", 4), 0);
}

static void test_mp_table_zero_cpus_error(void)
{
    CU_ASSERT(setup_mptable(MEMORY, 0) < 0);
}

static void test_mp_table_local_apic_addr(void)
{
    CU_ASSERT(setup_mptable(MEMORY, 2) >= 0);
    CU_ASSERT_EQUAL(memcmp(memory + CONFIG + 36, "\x00\x00\xe0\xfe", 4), 0);
}

static void limits(void)
{
    CU_ASSERT(setup_mptable(MEMORY, 41) >= 0);
    CU_ASSERT_EQUAL(image.place.base + image.size, 0xa0000);
    CU_ASSERT(setup_mptable(MEMORY, 42) < 0);
    CU_ASSERT(setup_mptable(MEMORY, 255) < 0);
    CU_ASSERT(setup_mptable(0xa0000, 41) >= 0);
    CU_ASSERT(setup_mptable(0xa0000 - 1, 41) < 0);
    CU_ASSERT(setup_mptable(0x9fc00, 1) < 0);
}

/* The images that the monitor's own builder wrote. */
static void peer_images(void)
{
    static const unsigned counts[] = { 1, 2, 4, 8, 41 };
    const char *srcdir = getenv("srcdir");

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        uint8_t bytes[1025];
        char path[512];
        FILE *file;
        size_t size;

        snprintf(path, sizeof(path), "%s/tests/vectors/peers/volt-%u.bin", srcdir ? srcdir : ".",
                 counts[i]);
        file = fopen(path, "rb");
        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        size = fread(bytes, 1, sizeof(bytes), file);
        fclose(file);
        CU_ASSERT(setup_mptable(MEMORY, counts[i]) >= 0);
        ROW_CHECK(path, size == image.size && memcmp(bytes, image.bytes, size) == 0);
    }
}

static const struct test tests[] = {
    { "test_checksum", test_checksum },
    { "test_mp_floating_pointer_signature", test_mp_floating_pointer_signature },
    { "test_mp_floating_pointer_checksum", test_mp_floating_pointer_checksum },
    { "test_mp_config_table_checksum", test_mp_config_table_checksum },
    { "test_mp_config_table_signature", test_mp_config_table_signature },
    { "test_mp_table_1_cpu", test_mp_table_1_cpu },
    { "test_mp_table_4_cpus", test_mp_table_4_cpus },
    { "test_mp_table_bsp_flag", test_mp_table_bsp_flag },
    { "test_mp_table_ioapic", test_mp_table_ioapic },
    { "test_mp_table_zero_cpus_error", test_mp_table_zero_cpus_error },
    { "test_mp_table_local_apic_addr", test_mp_table_local_apic_addr },
    { "1 to 41 CPUs, in memory that holds them", limits },
    { "images of the monitor's own builder", peer_images },
};
const struct suite topo_volt = { "topo/volt", tests, sizeof(tests) / sizeof(tests[0]) };
