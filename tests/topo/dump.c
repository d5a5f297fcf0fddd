/* SPDX-License-Identifier: ISC */
/* What people hold, as guest memory: what it is, and where each byte lies. */
#include "../../src/topo/dump.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/guard.h"
#include "suites.h"

static struct memory memory;
static struct dump dump;
static struct dump_room room;
static struct err error;

/* Return: 0; -1 with @error */
static int open_bytes(enum dump_kind kind, const void *bytes, size_t size)
{
    static struct dump_bytes held;
    static struct dump_source source;

    held = (struct dump_bytes){ bytes, size };
    source = dump_source_bytes(&held);
    error = (struct err){ .count = 0 };
    return dump_open(&dump, &source, kind, &memory, &room, &error);
}

static bool has(uint64_t address, const char *bytes, size_t size)
{
    const uint8_t *const at = mpt_at(&memory.guest, address, size);

    return at && memcmp(at, bytes, size) == 0;
}

static const struct {
    const char *name, *head;
    size_t size;
    int kind; /* -1: refused */
} heads[] = {
#define HEAD(name, head, kind)             \
    {                                      \
        name, head, sizeof(head) - 1, kind \
    }
    HEAD("nothing", "", -1),
    HEAD("zeros", "\0\0\0\0", DUMP_IMAGE),
    HEAD("an image", "_MP_\x10\xfc\x09", DUMP_IMAGE),
    HEAD("ELF",
         "\x7f"
         "ELF\2",
         DUMP_ELF),
    HEAD("LiME", "EMiL\1\0\0\0\0\0\0\0\0\0\0\0\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", DUMP_LIME),
    HEAD("LiME, its header cut", "EMiL\1\0\0", DUMP_LIME),
    HEAD("xxd", "0009fc00: 5f4d 505f 10fc 0900  _MP_....\n", DUMP_HEXDUMP),
    HEAD("hexdump -C",
         "0009fc00  5f 4d 50 5f 10 fc 09 00  01 04 8b 00 00 00 00 00  |_MP_............|\n",
         DUMP_HEXDUMP),
    HEAD("hexdump", "009fc00 4d5f 5f50 fc10 0009\n", DUMP_HEXDUMP),
    HEAD("od -Ax -tx1", "09fc00 5f 4d 50 5f\r\n", DUMP_HEXDUMP),
    HEAD("QEMU xp", "000000000009fc00: 0x5f 0x4d 0x50 0x5f\n", DUMP_HEXDUMP),
    HEAD("a byte order mark",
         "\xef\xbb\xbf"
         "0009fc00: 5f4d 505f\n",
         DUMP_HEXDUMP),
    HEAD("objdump -s",
         "\nk:     file format binary\n\nContents of section .data:\n 0000 5f4d505f  _MP_\n",
         DUMP_HEXDUMP),
    HEAD("headings alone", "\nk:     file format binary\n\n", -1),
    HEAD("an address alone", "0009fc00\n", -1),
    HEAD("a word", "deadbeef is not a hexdump\n", -1),
    HEAD("base64", "X01QXxD8CQABBIsAAAAAAFBDTVAkAQR7TVBUQUJMRUQ=\n", -1),
    HEAD("hexdump -c", "0000000   _   M   P   _ 020 374  \\t  \\0\n", -1),
    HEAD("UTF-16",
         "\xff\xfe"
         "0\0"
         "0\0",
         -1),
    HEAD("text and a byte behind it", "_MP_\1", DUMP_IMAGE),
    HEAD("xxd -p", "5f4d505f10fc090001048b0000000000\n", -1),
    HEAD("od -An -tx1", " 5f 4d 50 5f 10 fc 09 00 01 04 8b 00 00 00 00 00\r\n", -1),
    HEAD("fewer digits than that", "5f4d505f10fc090001048b00000000\n", -1),
    HEAD("a topology", " {\n\"cpus\": 4}", -1),
    HEAD("a brace in memory", "{\0\0\0", DUMP_IMAGE),
    HEAD("an ACPI MADT", "APIC\x78\0\0\0\3", -1),
    HEAD("AVML", "AVML\2\0\0\0", -1),
    HEAD("kdump", "KDUMP   \6\0\0\0", -1),
    HEAD("a flattened kdump", "makedumpfile\0\0\0\0", -1),
    HEAD("a migration stream", "QEVM\0\0\0\3", -1),
    HEAD("virsh save", "LibvirtQemudSave\2", -1),
    HEAD("VMware", "\xd2\xbe\xd2\xbe\10", -1),
    HEAD("gzip", "\x1f\x8b\10", -1),
    HEAD("zstd", "\x28\xb5\x2f\xfd", -1),
    HEAD("a signature", "untrusted comment: signature from", -1),
#undef HEAD
};

static void kinds(void)
{
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        const int kind = (error.count = 0, dump_identify((const uint8_t *)heads[i].head,
                                                         heads[i].size, heads[i].size, &error));

        ROW_CHECK(heads[i].name, kind == heads[i].kind && (kind >= 0 || error.count == 1));
    }
}

/* All lines say the same: "_MP_" at 0x9fc00, and 0x9fc08 has 01 04. */
static const struct {
    const char *name, *text;
} texts[] = {
    { "xxd", "0009fc00: 5f4d 505f 10fc 0900 0104 8b00 0000 0000  _MP_............\n" },
    { "xxd -g1", "0009fc00: 5f 4d 50 5f 10 fc 09 00 01 04 8b 00 00 00 00 00  _MP_............\n" },
    { "xxd -c8",
      "0009fc00: 5f4d 505f 10fc 0900  _MP_....\n0009fc08: 0104 8b00 0000 0000  ........\n" },
    { "xxd, a short last line", "0009fc00: 5f4d 505f 10fc 0900 0104                 ab cd.....\n" },
    { "hexdump -C",
      "0009fc00  5f 4d 50 5f 10 fc 09 00  01 04 8b 00 00 00 00 00  |_MP_............|\n0009fc10\n" },
    { "hexdump", "009fc00 4d5f 5f50 fc10 0009 0401 008b 0000 0000\n009fc10\n" },
    { "od -Ax -tx1z", "09fc00 5f 4d 50 5f 10 fc 09 00 01 04  >_MP_......<\n" },
    { "od -Ax -tx4", "09fc00 5f504d5f 0009fc10 008b0401 00000000\n" },
    { "xp/16xb", "000000000009fc00: 0x5f 0x4d 0x50 0x5f 0x10 0xfc 0x09 0x00\n"
                 "000000000009fc08: 0x01 0x04\n" },
    { "xp/4xw", "000000000009fc00: 0x5f504d5f 0x0009fc10 0x008b0401 0x00000000\n" },
    { "gdb x/2xg", "0x9fc00:\t0x0009fc105f504d5f\t0x00000000008b0401\n" },
    { "xxd -e", "0009fc00: 5f504d5f 0009fc10 008b0401 00000000  _MP_............\n" },
    { "xxd -e, first a line whose text does not tell",
      "0009fbf0: 00000001 00000000 00000000 00000000  ................\n"
      "0009fc00: 5f504d5f 0009fc10 008b0401 00000000  _MP_............\n" },
    { "xxd, a text that begins like another column",
      "0009fbf0: 3e5f 3e5f  >_>_\n"
      "0009fc00: 5f4d 505f 10fc 0900 0104 8b00 0000 0000  _MP_............\n" },
    { "xxd -e -g2", "0009fc00: 4d5f 5f50 fc10 0009 0401 008b 0000 0000  _MP_............\n" },
    { "xxd -g3", "0009fc00: 5f4d50 5f10fc 090001 048b00 000000 00      _MP_............\n" },
    { "xxd -g16", "0009fc00: 5f4d505f10fc090001048b0000000000  _MP_............\n" },
    { "xxd -E", "0009fc00: 5f4d 505f 10fc 0900 0104 8b00 0000 0000  ^(&^............\n" },
    { "crash rd", "           9fc00:  0009fc105f504d5f 00000000008b0401   _MP_............\n" },
    { "U-Boot md", "0009fc00: 5f504d5f 0009fc10 008b0401 00000000    _MP_............\n" },
    { "objdump -s", "\nk:     file format binary\n\nContents of section .data:\n"
                    " 9fc00 5f4d505f 10fc0900 01048b00 00000000  _MP_............\n" },
    { "a byte order mark", "\xef\xbb\xbf"
                           "0009fc00: 5f4d 505f 10fc 0900 0104\n" },
    { "CR LF, upper case", "0009FC00: 5F4D 505F 10FC 0900 0104\r\n\r\n" },
    { "no line end", "0009fc00: 5f4d 505f 10fc 0900 0104" },
};

static void hexdumps(void)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        uint64_t offset;

        ROW_CHECK(texts[i].name,
                  open_bytes(DUMP_HEXDUMP, texts[i].text, strlen(texts[i].text)) == 0 &&
                      has(0x9fc00, "_MP_", 4) && has(0x9fc08, "\1\4", 2) &&
                      !memory_offset(&memory, 0x9fc00, &offset));
    }
}

static void repeated_lines(void)
{
    static const char text[] =
        "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n"
        "*\n"
        "0009fc00  5f 4d 50 5f\n"
        "0009fc04\n";

    CU_ASSERT_EQUAL(open_bytes(DUMP_HEXDUMP, text, strlen(text)), 0);
    CU_ASSERT_EQUAL(memory.guest.count, 1);
    CU_ASSERT_EQUAL(memory.segments[0].size, 0x9fc04);
    CU_ASSERT_TRUE(has(0x9fbff, "\0_MP_", 5));
}

/* Addresses from 0 on are offsets, if they end where those of an image may. */
static void offsets(void)
{
    static const struct {
        const char *name, *text;
        bool image;
    } rows[] = {
        { "from 0", "00000000: 5f4d 505f\n00000004: 10fc\n", true },
        { "not from 0", "00000010: 5f4d 505f\n", false },
        { "a gap", "00000000: 5f4d 505f\n00000010: 10fc\n", false },
        { "the longest image", "00000000  00 00 00 00\n*\n00060400\n", true },
        { "longer than that", "00000000  00 00 00 00\n*\n00060404\n", false },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ROW_CHECK(rows[i].name, open_bytes(DUMP_HEXDUMP, rows[i].text, strlen(rows[i].text)) == 0 &&
                                    dump_is_image(&dump) == rows[i].image);
}

/* What ends below 1 MiB as an image at 0x9fc00 is taken for one. */
static void longest_image(void)
{
    static const uint8_t head[DUMP_HEAD_SIZE];

    CU_ASSERT_EQUAL(dump_identify(head, sizeof(head), 0x60400, &error), DUMP_IMAGE);
    CU_ASSERT_EQUAL(dump_identify(head, sizeof(head), 0x60401, &error), DUMP_RAW);
}

static const struct {
    const char *name, *text, *says;
} faults[] = {
    { "no hexdump in line 2", "0009fc00: 5f4d\nnothing\n", "line 2" },
    { "numbers, and a byte of one again",
      "0009fbf0: 00000001  ....\n0009fbf3: 01  .\n0009fc00: "
      "5f504d5f  _MP_\n",
      "other bytes" },
    { "an odd group", "0009fc00: 5f4\n", "line 1" },
    { "an indented line without text", " 09fc00 5f4d 505f\n", "line 1" },
    { "a decimal point", "0009fc00: 5f.4d\n", "line 1" },
    { "an address of 17 digits", "0000000000009fc00: 5f\n", "line 1" },
    { "octal addresses", "0001740: 5f 4d 50 5f 10 fc 09 00 01 04 8b 00 00 00 00 00\n0001760: 50\n",
      "od -A x" },
    { "decimal addresses", "0000992 5f 4d 50 5f 10 fc 09 00 01 04 8b 00 00 00 00 00\n0001008 50\n",
      "od -A x" },
    { "other bytes for an address", "0009fc00: 5f4d\n0009fc00: 5f4e\n", "other bytes" },
    { "repeats without end", "00000000: 00\n*\n00100000: 00\n00000000: 00\n*\n00100000: 00\n",
      "line 6 repeats" },
};

static void faults_of_texts(void)
{
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        ROW_CHECK(faults[i].name,
                  open_bytes(DUMP_HEXDUMP, faults[i].text, strlen(faults[i].text)) == -1 &&
                      strstr(error.places[0].detail, faults[i].says));
}

static size_t put_lime(uint8_t *at, uint64_t first, const char *bytes, size_t size)
{
    const uint64_t numbers[] = { 1ULL << 32 | 0x4c694d45, first, first + size - 1, 0 };

    for (size_t i = 0; i < sizeof(numbers); i++)
        at[i] = (uint8_t)(numbers[i / 8] >> 8 * (i % 8));
    memcpy(at + sizeof(numbers), bytes, size);
    return sizeof(numbers) + size;
}

/* Two ranges that meet, a gap, and a third; each prefix ends in a header or range or is refused. */
static void lime(void)
{
    static uint8_t file[256];
    struct guard guard;
    size_t size = 0, ends[3];
    uint64_t offset;

    ends[1] = size += put_lime(file, 0x1000, "abcd", 4);
    ends[2] = size += put_lime(file + size, 0x1004, "efgh", 4);
    size += put_lime(file + size, 0xfffffffffffffff0, "0123456789abcdef", 16);
    CU_ASSERT_EQUAL(open_bytes(DUMP_LIME, file, size), 0);
    CU_ASSERT_EQUAL(memory.guest.count, 1);
    CU_ASSERT_TRUE(has(0x1000, "abcdefgh", 8));
    CU_ASSERT_TRUE(memory_offset(&memory, 0x1005, &offset) && offset == 2 * 32 + 5);
    CU_ASSERT_FALSE(memory_offset(&memory, 0x1008, &offset));
    for (size_t n = 1; n < size; n++) {
        guard_make(&guard, n);
        memcpy(guard.bytes, file, n);
        CU_ASSERT_EQUAL(open_bytes(DUMP_LIME, guard.bytes, n),
                        n == ends[1] || n == ends[2] ? 0 : -1);
        guard_free(&guard);
    }
    file[4] = 2; /* version */
    CU_ASSERT_EQUAL(open_bytes(DUMP_LIME, file, size), -1);
}

/* What a source was asked for */
static uint64_t bytes_read, highest_read;

/* 8 GiB of zeros, but for a pointer at 0x9fc00 and its table at 3 GiB */
static int read_large(const void *from, uint64_t offset, void *bytes, size_t size)
{
    static const char floating[] = "_MP_\0\0\0\xc0\1\4", header[] = "PCMP\x2c\0\4";

    (void)from;
    bytes_read += size;
    highest_read = offset + size > highest_read ? offset + size : highest_read;
    for (size_t i = 0; i < size; i++) {
        const uint64_t at = offset + i;

        ((char *)bytes)[i] = at - 0x9fc00 < 10        ? floating[at - 0x9fc00]
                             : at - 0xc0000000ULL < 7 ? header[at - 0xc0000000ULL]
                                                      : '\0';
    }
    return 0;
}

static void windows_alone(void)
{
    static const struct dump_source source = { 8ULL << 30, read_large, NULL };
    uint64_t offset;

    bytes_read = highest_read = 0;
    CU_ASSERT_EQUAL(dump_open(&dump, &source, DUMP_RAW, &memory, &room, &error), 0);
    CU_ASSERT_EQUAL(bytes_read, DUMP_WINDOW);
    CU_ASSERT_EQUAL(highest_read, DUMP_WINDOW);
    CU_ASSERT_EQUAL(dump_table(&dump, 0xc0000000, &error), 0);
    CU_ASSERT_EQUAL(highest_read, 0xc000002c);
    CU_ASSERT_TRUE(has(0xc0000000, "PCMP", 4) && memory_offset(&memory, 0xc0000001, &offset) &&
                   offset == 0xc0000001);
    CU_ASSERT_EQUAL(dump_table(&dump, 0xffffffff, &error), 0); /* the last address */
    CU_ASSERT_FALSE(has(0xc0000000, "PCMP", 4));
    CU_ASSERT_EQUAL(dump_table(&dump, 0xfffe8, &error), 0); /* across the end of the first MiB */
    CU_ASSERT_PTR_NOT_NULL(mpt_at(&memory.guest, 0xfffe8, MPT_HEADER_SIZE));
    CU_ASSERT_EQUAL(dump_table(&dump, 0x9fc00, &error), 0);
    CU_ASSERT_PTR_NULL(mpt_at(&memory.guest, 0x100000, 1));
}

/* The head of an ELF core of 64 bits whose program headers come next */
static void put_core_head(uint8_t *file, unsigned segments)
{
    memcpy(file,
           "\x7f"
           "ELF\2\1\1",
           7);
    file[16] = 4;  /* ET_CORE */
    file[32] = 64; /* e_phoff */
    file[54] = 56; /* e_phentsize */
    file[56] = (uint8_t)(segments & 0xff);
    file[57] = (uint8_t)(segments >> 8);
}

/* An ELF file of 64 bits, its segments at the end of a file that has the second one twice */
static void core_64(void)
{
    static uint8_t file[64 + 4 * 56 + 8];
    static const struct {
        uint64_t offset, address, size;
    } segments[] = { { 64 + 4 * 56, 0x9fc00, 4 },
                     { 64 + 4 * 56 + 4, 0x100000000, 4 },
                     { 64 + 4 * 56 + 4, 0x9fc04, 4 },
                     { 64 + 4 * 56 + 4, 0x9fc04, 2 } };
    uint8_t *const counts = file + 56;

    put_core_head(file, 4);
    for (unsigned i = 0; i < 4; i++) {
        uint8_t *const header = file + 64 + i * 56;

        header[0] = 1; /* PT_LOAD */
        for (unsigned b = 0; b < 8; b++) {
            header[8 + b] = (uint8_t)(segments[i].offset >> 8 * b);
            header[24 + b] = (uint8_t)(segments[i].address >> 8 * b);
            header[32 + b] = (uint8_t)(segments[i].size >> 8 * b);
        }
    }
    memcpy(file + 64 + 4 * 56, "_MP_abcd", 8);
    CU_ASSERT_EQUAL(open_bytes(DUMP_ELF, file, sizeof(file)), 0);
    CU_ASSERT_EQUAL(memory.guest.count, 1);
    CU_ASSERT_TRUE(has(0x9fc00, "_MP_abcd", 8));
    memset(counts, 0xff, 2); /* PN_XNUM: the number is in section 0, which is at offset 0 here */
    CU_ASSERT_EQUAL(open_bytes(DUMP_ELF, file, sizeof(file)), 0);
    CU_ASSERT_EQUAL(memory.guest.count, 0);
    file[0x28] = 64 + 3 * 56 - 44 + 4; /* e_shoff: sh_info is p_flags of the last header */
    file[64 + 3 * 56 + 4] = 3;
    CU_ASSERT_EQUAL(open_bytes(DUMP_ELF, file, sizeof(file)), 0);
    CU_ASSERT_TRUE(has(0x9fc00, "_MP_abcd", 8));
}

static void put_8(uint8_t *at, uint64_t value)
{
    for (unsigned b = 0; b < 8; b++)
        at[b] = (uint8_t)(value >> 8 * b);
}

/* A segment for each page, with a gap behind it, the last page first in the file */
static void core_of_pages(void)
{
    enum { PAGES = 256, HEAD = 64 + PAGES * 56, PART = 16 };
    static uint8_t file[HEAD + PAGES * PART];

    put_core_head(file, PAGES);
    for (unsigned i = 0; i < PAGES; i++) {
        uint8_t *const header = file + 64 + i * 56;

        header[0] = 1; /* PT_LOAD */
        put_8(header + 8, HEAD + (uint64_t)(PAGES - 1 - i) * PART);
        put_8(header + 24, i * 4096);
        put_8(header + 32, PART);
        file[HEAD + (PAGES - 1 - i) * PART] = (uint8_t)i;
    }
    CU_ASSERT_EQUAL(open_bytes(DUMP_ELF, file, sizeof(file)), 0);
    CU_ASSERT_EQUAL(memory.guest.count, PAGES);
    CU_ASSERT_TRUE(has(0x9f000, "\x9f", 2) && has(0xff000, "\xff", 2));
}

static const struct {
    const char *name;
    uint32_t floating, table; /* places in the bytes */
    uint32_t names;           /* the table's address in the pointer */
    bool found;
    uint32_t base;
} guesses[] = {
    { "the usual address", 0, 16, 0x9fc10, true, 0x9fc00 },
    { "another one", 0, 16, 0xf0010, true, 0xf0000 },
    { "the table before the pointer", 64, 0, 0x9f000, true, 0x9f000 },
    { "no pointer on a 16-byte boundary", 0, 16, 0xf0014, false, 0 },
    { "no table", 0, 100, 0xf0010, false, 0 },
    { "a table below its offset", 0, 16, 8, false, 0 },
    { "the first KiB", 0, 16, 16, true, 0 },
};

static void guessed_base(void)
{
    for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
        uint8_t bytes[128] = { 0 }, sum = 0;
        uint32_t base = 0;

        memcpy(bytes + guesses[i].floating, "_MP_", 4);
        for (unsigned b = 0; b < 4; b++)
            bytes[guesses[i].floating + 4 + b] = (uint8_t)(guesses[i].names >> 8 * b);
        for (unsigned b = 0; b < 16; b++)
            sum = (uint8_t)(sum + bytes[guesses[i].floating + b]);
        bytes[guesses[i].floating + 10] = (uint8_t)-sum;
        memcpy(bytes + guesses[i].table, "PCMP\x2c\0\4", 7);
        ROW_CHECK(guesses[i].name,
                  memory_guess_base(bytes, sizeof(bytes), &base) == guesses[i].found &&
                      base == guesses[i].base);
    }
}

static const struct test tests[] = {
    { "what the bytes are", kinds },
    { "hexdumps of several programs", hexdumps },
    { "offsets for addresses", offsets },
    { "the longest image", longest_image },
    { "repeated lines", repeated_lines },
    { "texts that are none", faults_of_texts },
    { "LiME", lime },
    { "a core of 64 bits", core_64 },
    { "a core of pages", core_of_pages },
    { "windows alone are read", windows_alone },
    { "the base of an image", guessed_base },
};
const struct suite topo_dump = { "topo/dump", tests, sizeof(tests) / sizeof(tests[0]) };
