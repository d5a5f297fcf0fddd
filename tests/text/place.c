/* SPDX-License-Identifier: ISC */
/*
 * Where images lie: the three windows, what is refused, segments, and the words that lead to them.
 */
#include "suites.h"

#include <stdlib.h>

static struct topology topology;
static struct image image;
static struct err error;

/* The image of a profile with that many processors and these members; -1 when it is refused */
static int place(const char *members, unsigned cpus)
{
    char json[400];

    snprintf(json, sizeof(json), "{'cpus':%u,%s}", cpus, members);
    return build(json, &topology, &image, &error);
}

#define PLACED(members)    "'placement':{" members "}"
#define AT_TABLE(where)    "'configuration_table':" where
#define AT_FLOATING(where) "'floating_pointer':" where
#define AT_BASE(where)     "'base':" where
#define WINDOW(name)       "'window':'" name "'"

/*
 * 2 processors: the table is 236 bytes long, 0xec; with 100 it is 2196, 0x894; with 255 5296,
 * 0x14b0.
 */
static void chosen(void)
{
    static const struct {
        const char *members;
        unsigned cpus;
        uint32_t floating, table;
    } rows[] = {
        { "'profile':'kvm'", 2, 0x9fc00, 0x9fc10 },
        { PLACED(WINDOW("base-memory")), 40, 0x9fc00, 0x9fc10 },
        { PLACED(WINDOW("base-memory")), 100, 0x9fc00, 0x9f360 },
        { PLACED(WINDOW("bios")), 2, 0xf0000, 0xf0010 },
        { PLACED(WINDOW("bios")), 255, 0xf0000, 0xf0010 },
        { PLACED(WINDOW("ebda")), 2, 0x9fc00, 0x9fc10 },
        { PLACED(WINDOW("ebda")), 100, 0x9f400, 0x9f410 },
        { PLACED(WINDOW("ebda")), 255, 0x9e800, 0x9e810 },
        { "'profile':'crosvm'," PLACED(WINDOW("bios")), 2, 0xf0000, 0xf0010 },
        { PLACED(AT_BASE("'0x9fd00'")), 2, 0x9fd00, 0x9fd10 },
        { PLACED(AT_BASE("'0x9e800'")), 2, 0x9fc00, 0x9e800 },
        { PLACED(AT_BASE("'0xf0000'")), 2, 0xf0000, 0xf0010 },
        { PLACED(AT_BASE("'0xf4000'")), 2, 0xf4000, 0xf4010 },
        { PLACED(WINDOW("ebda") "," AT_TABLE("'0xe1300'")), 2, 0x9fc00, 0xe1300 },
        { PLACED(WINDOW("ebda") "," AT_BASE("'0x80000'")), 2, 0x80000, 0x80010 },
        { PLACED(WINDOW("ebda") "," AT_BASE("'0x9e010'")), 255, 0x9e010, 0x9e020 },
        { PLACED(WINDOW("ebda") "," AT_FLOATING("'0x80130'")), 2, 0x80130, 0x80140 },
        { PLACED(WINDOW("ebda") "," AT_TABLE("'0x80008'")), 2, 0x7fc00, 0x80008 },
        { PLACED(AT_FLOATING("'0x9fff0'")), 2, 0x9fff0, 0x9ff00 },
        { PLACED(AT_FLOATING("'0x9fd00'")), 2, 0x9fd00, 0x9fd10 },
        { PLACED(AT_FLOATING("'0xffff0'")), 2, 0xffff0, 0xfff00 },
        { PLACED(AT_TABLE("'0x1001'")), 2, 0x9fc00, 0x1001 },
        { PLACED(AT_TABLE("'0x9fc00'")), 2, 0x9fcf0, 0x9fc00 },
        { PLACED(AT_TABLE("'0x9fb80'")), 2, 0x9fc70, 0x9fb80 },
        { PLACED(AT_TABLE("'0x9fc10'")), 2, 0x9fc00, 0x9fc10 },
        { PLACED(AT_TABLE("'0xc0000'")), 2, 0x9fc00, 0xc0000 },
        { PLACED(AT_TABLE("'0xe1300'")), 2, 0x9fc00, 0xe1300 },
        { PLACED(AT_FLOATING("'0xf0000'") "," AT_TABLE("'0x500'")), 2, 0xf0000, 0x500 },
        { PLACED(AT_FLOATING("'0x9fff0'") "," AT_TABLE("'0x9e800'")), 254, 0x9fff0, 0x9e800 },
        { PLACED(AT_BASE("'0xf1000'") "," AT_TABLE("'0xf1000'")), 2, 0xf10f0, 0xf1000 },
        { PLACED(AT_BASE("'0x9fc00'") "," AT_TABLE("'0x9fe00'")), 2, 0x9fc00, 0x9fe00 },
        { PLACED(AT_TABLE("'0xfff14'")), 2, 0x9fc00, 0xfff14 },
        { PLACED(AT_FLOATING("0")), 2, 0, 0x10 },
        { PLACED(AT_FLOATING("0") "," AT_TABLE("'0x400'")), 2, 0, 0x400 },
        { PLACED(AT_FLOATING("'0x4f0'")), 2, 0x4f0, 0x500 },
        { PLACED(AT_FLOATING("'0x10'") "," AT_TABLE("'0x90000'")), 2, 0x10, 0x90000 },
        { PLACED(AT_TABLE("'0x4ff'")), 2, 0x9fc00, 0x4ff },
        { PLACED(AT_TABLE("'0x40e'")), 2, 0x9fc00, 0x40e },
        { PLACED(AT_BASE("'0x4f0'")), 2, 0x4f0, 0x500 },
        { PLACED(AT_BASE("'0x400'") "," AT_TABLE("'0x400'")), 2, 0x4f0, 0x400 },
        { PLACED(WINDOW("ebda") "," AT_BASE("'0x400'")), 2, 0x400, 0x410 },
    };
    char line[500];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const int status = place(rows[i].members, rows[i].cpus);

        snprintf(line, sizeof(line), "%s: 0x%x 0x%x %s", rows[i].members,
                 (unsigned)image.place.floating, (unsigned)image.place.table,
                 status < 0 ? error.places[0].detail : "");
        ROW_CHECK(line, status == 0 && image.place.floating == rows[i].floating &&
                            image.place.table == rows[i].table);
    }
}

static void refusals(void)
{
    static const struct {
        const char *members, *pointer;
    } rows[] = {
        { PLACED(AT_FLOATING("'0x9fc08'")), "/placement/floating_pointer" },
        { PLACED(AT_FLOATING("'0x9fbf0'")), "/placement/floating_pointer" },
        { PLACED(AT_FLOATING("'0xefff0'")), "/placement/floating_pointer" },
        { PLACED(AT_FLOATING("'0xa0000'")), "/placement/floating_pointer" },
        { PLACED(AT_FLOATING("'0x100000'")), "/placement/floating_pointer" },
        { PLACED(AT_FLOATING("'0xfffffff0'")), "/placement/floating_pointer" },
        { PLACED(WINDOW("bios") "," AT_FLOATING("'0x9fc00'")), "/placement/floating_pointer" },
        { PLACED(WINDOW("bios") "," AT_BASE("'0xe0000'")), "/placement/base" },
        { PLACED(WINDOW("base-memory") "," AT_FLOATING("'0xf0000'")),
          "/placement/floating_pointer" },
        { PLACED(WINDOW("ebda") "," AT_BASE("'0x9f000'") "," AT_FLOATING("'0x9f400'")),
          "/placement/floating_pointer" },
        { PLACED(WINDOW("base-memory") "," AT_FLOATING("'0x10'")), "/placement/floating_pointer" },
        { PLACED(WINDOW("ebda") "," AT_TABLE("'0x600'")), "/placement/configuration_table" },
        { PLACED(AT_TABLE("0")), "/placement/configuration_table" },
        { PLACED(AT_TABLE("'0x9ff15'")), "/placement/configuration_table" },
        { PLACED(AT_TABLE("'0xa0000'")), "/placement/configuration_table" },
        { PLACED(AT_TABLE("'0xbffff'")), "/placement/configuration_table" },
        { PLACED(AT_TABLE("'0xfff15'")), "/placement/configuration_table" },
        { PLACED(AT_TABLE("'0xfffffff0'")), "/placement/configuration_table" },
        { PLACED(AT_TABLE("'0xffffffff'")), "/placement/configuration_table" },
        { PLACED(AT_FLOATING("'0x9fc00'") "," AT_TABLE("'0x9fc0f'")),
          "/placement/configuration_table" },
        { PLACED(AT_FLOATING("'0x9fc00'") "," AT_TABLE("'0x9fc00'")),
          "/placement/configuration_table" },
        { PLACED(AT_FLOATING("'0x9fd00'") "," AT_TABLE("'0x9fc15'")),
          "/placement/configuration_table" },
        { PLACED(AT_BASE("'0x9fd08'")), "/placement/base" },
        { PLACED(AT_BASE("'0x4f8'")), "/placement/base" },
        { PLACED(AT_FLOATING("0") "," AT_TABLE("'0x8'")), "/placement/configuration_table" },
        { PLACED(AT_FLOATING("0") "," AT_TABLE("'0x400'")) ",'bios_data_area':true",
          "/bios_data_area" },
        { PLACED(AT_FLOATING("'0x410'")) ",'bios_data_area':true", "/bios_data_area" },
        { PLACED(AT_BASE("'0x9ff10'")), "/placement/base" },
        { PLACED(AT_BASE("'0xa0000'")), "/placement/base" },
        { PLACED(AT_BASE("'0xfff10'")), "/placement/base" },
        { PLACED(AT_BASE("'0x9f000'") "," AT_FLOATING("'0x9fc00'") "," AT_TABLE("'0x9f010'")),
          "/placement/base" },
        { PLACED(WINDOW("bios") "," AT_BASE("'0x9f000'") "," AT_FLOATING("'0xf0000'") "," AT_TABLE(
              "'0xf0010'")),
          "/placement/base" },
        { PLACED(WINDOW("ebda") "," AT_BASE("'0x9f008'")), "/placement/base" },
        { PLACED(WINDOW("ebda") "," AT_BASE("'0x9ff10'")), "/placement/base" },
        { PLACED(WINDOW("ebda") "," AT_BASE("'0xf0000'")), "/placement/base" },
        { PLACED(WINDOW("ebda") "," AT_BASE("0")), "/placement/base" },
        { PLACED(WINDOW("bios")) ",'memory_size':983291", "/memory_size" },
        { "'profile':'virtualbox','memory_size':655360", "/memory_size" },
    };
    char line[300];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const int status = place(rows[i].members, 2);

        snprintf(line, sizeof(line), "%s: %s", rows[i].members,
                 status < 0 ? error.places[0].pointer : "taken");
        ROW_CHECK(line, status == -1 && error.code == ERR_INVALID && error.count >= 1 &&
                            strcmp(error.places[0].pointer, rows[i].pointer) == 0);
    }
    CU_ASSERT_EQUAL(place(PLACED(WINDOW("bios")) ",'memory_size':983292", 2), 0);
}

/* Entries tell what somebody found: only what cannot be written is refused. */
static void verbatim(void)
{
    static const struct {
        const char *placement, *pointer;
    } rows[] = {
        { AT_FLOATING("'0xe0000'"), NULL },
        { AT_FLOATING("'0x80000'"), NULL },
        { AT_FLOATING("'0x200000'"), NULL },
        { AT_FLOATING("'0x9fff0'") "," AT_TABLE("'0x9fff0'"), "/placement/configuration_table" },
        { AT_FLOATING("'0x9ffe0'") "," AT_TABLE("'0x9fff0'"), NULL },
        { AT_FLOATING("'0x9ffe0'") "," AT_TABLE("'0xfffffff0'"), "/placement/configuration_table" },
        { AT_FLOATING("'0x9ffe0'") "," AT_TABLE("'0xb0000'"), "/placement/configuration_table" },
        { AT_FLOATING("'0x9ffe0'") "," AT_TABLE("'0x400'"), NULL },
        { AT_FLOATING("0") "," AT_TABLE("'0x400'"), NULL },
        { AT_FLOATING("0") "," AT_TABLE("0"), "/placement/configuration_table" },
        { AT_FLOATING("'0x9ffe8'"), "/placement/floating_pointer" },
    };
    char json[400];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int status;

        snprintf(json, sizeof(json),
                 "{'entries':[{'entry':'bus','bus_id':7,'bus_type':'ISA'}],'placement':{%s}}",
                 rows[i].placement);
        status = build(json, &topology, &image, &error);
        ROW_CHECK(rows[i].placement, status == (rows[i].pointer ? -1 : 0));
        if (rows[i].pointer)
            ROW_CHECK(rows[i].placement, strcmp(error.places[0].pointer, rows[i].pointer) == 0);
    }
}

/* Segments: base and size of each */
static void segments(void)
{
    static const struct {
        const char *members;
        unsigned cpus;
        const char *segments;
    } rows[] = {
        { "'profile':'kvm'", 2, "9fc00+252" },
        { "'profile':'kvm','bios_data_area':true", 2, "9fc00+252 40e+2 413+2" },
        { "'profile':'kvm'", 100, "9f360+2224" },
        { "'profile':'crosvm'", 2, "9fff0+16 9e800+244" },
        { "'profile':'virtualbox','bios_data_area':true", 1, "9fff0+16 e1300+224 40e+2 413+2" },
        { "'profile':'nanovmm'", 142, "9fc00+16 9f000+3052" },
        { "'profile':'nanovmm'", 143, "9f000+3088" },
        { "'profile':'nanovmm'", 144, "9f000+3092" },
        { "'profile':'kvmtool'", 1, "f02b0+128" },
        { PLACED(AT_FLOATING("'0x9fc00'") "," AT_TABLE("'0x9fc1f'")), 2, "9fc00+267" },
        { PLACED(AT_FLOATING("'0x9fc00'") "," AT_TABLE("'0x9fc20'")), 2, "9fc00+16 9fc20+236" },
        { PLACED(AT_FLOATING("'0x9fd00'") "," AT_TABLE("'0x9fc05'")), 2, "9fc05+267" },
        { PLACED(AT_FLOATING("'0x9fd00'") "," AT_TABLE("'0x9fc04'")), 2, "9fd00+16 9fc04+236" },
    };
    char line[200];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t offset = 0;

        ROW_CHECK(rows[i].members, place(rows[i].members, rows[i].cpus) == 0);
        line[0] = '\0';
        for (unsigned s = 0; s < image.segment_count; s++) {
            snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%x+%zu", s > 0 ? " " : "",
                     (unsigned)image.segments[s].base, image.segments[s].size);
            CU_ASSERT_EQUAL(image.segments[s].offset, offset);
            offset += image.segments[s].size;
        }
        ROW_CHECK(line, strcmp(line, rows[i].segments) == 0);
        CU_ASSERT(image.size == offset && image.place.base == image.segments[0].base);
    }
}

/* The words at 0x40e and 0x413 */
static void bios_words(void)
{
    static const struct {
        const char *members;
        unsigned cpus, ebda, kib;
    } rows[] = {
        { "'profile':'kvm'", 2, 0x9fc0, 639 },
        { "'profile':'kvm'", 100, 0x9fc0, 636 },
        { "'profile':'volt'", 41, 0x9fc0, 639 },
        { "'profile':'crosvm'", 2, 0x9fc0, 634 },
        { "'profile':'gokvm'", 2, 0x9fc0, 639 },
        { "'profile':'virtualbox'", 2, 0x9fc0, 639 },
        { "'profile':'bhyve'", 2, 0, 640 },
        { "'profile':'bhyve-illumos'", 2, 0, 640 },
        { PLACED(WINDOW("bios")), 255, 0, 640 },
        { PLACED(WINDOW("ebda")), 255, 0x9e80, 634 },
        { PLACED(WINDOW("ebda") "," AT_BASE("'0x9e010'")), 2, 0x9e01, 632 },
        { PLACED(WINDOW("ebda") "," AT_BASE("'0x9e010'") "," AT_FLOATING("'0x9e400'")), 2, 0x9e01,
          632 },
        { PLACED(AT_FLOATING("'0xf0000'") "," AT_TABLE("'0x9f010'")), 2, 0, 636 },
        { PLACED(AT_FLOATING("'0x10'")), 2, 0, 640 },
        { PLACED(AT_FLOATING("'0x10'") "," AT_TABLE("'0x90000'")), 2, 0, 576 },
    };
    char line[200];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char members[200];
        const uint8_t *words;

        snprintf(members, sizeof(members), "%s,'bios_data_area':true", rows[i].members);
        ROW_CHECK(members, place(members, rows[i].cpus) == 0);
        words = image.bytes + image.size - 4;
        snprintf(line, sizeof(line), "%s: 0x%x %u", rows[i].members, words[0] | words[1] << 8,
                 words[2] | words[3] << 8);
        ROW_CHECK(line, (unsigned)(words[0] | words[1] << 8) == rows[i].ebda &&
                            (unsigned)(words[2] | words[3] << 8) == rows[i].kib);
        CU_ASSERT(image.segments[image.segment_count - 2].base == 0x40e &&
                  image.segments[image.segment_count - 1].base == 0x413);
    }
}

/* By the words, every consumer comes to the image's own pointer; some never look for an EBDA. */
static void found_by_all(void)
{
    static const struct {
        const char *members;
        unsigned cpus;
        bool by_word; /* only the word at 0x40e leads there */
    } rows[] = {
        { "'profile':'kvm'", 2, false },
        { "'profile':'kvm'", 255, false },
        { "'profile':'crosvm'", 254, false },
        { "'profile':'gokvm'", 1, false },
        { "'profile':'kvmtool'", 1, false },
        { "'profile':'virtualbox'", 1, false },
        { PLACED(WINDOW("bios")), 2, false },
        { PLACED(AT_FLOATING("'0xffff0'") "," AT_TABLE("'0x500'")), 2, false },
        { PLACED(WINDOW("ebda")), 2, false },
        { PLACED(WINDOW("ebda")), 255, true },
        { PLACED(WINDOW("ebda") "," AT_BASE("'0x9e010'") "," AT_FLOATING("'0x9e400'")), 2, true },
        { PLACED(WINDOW("ebda") "," AT_BASE("'0x20000'") "," AT_TABLE("'0x9fc00'")), 2, true },
    };
    char line[300];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mpt_segment parts[IMAGE_SEGMENTS_MAX];
        const struct mpt_consumer *consumer;
        struct mpt_memory memory;

        snprintf(line, sizeof(line), "%s,'bios_data_area':true", rows[i].members);
        ROW_CHECK(line, place(line, rows[i].cpus) == 0);
        memory = image_memory(&image, parts);
        for (size_t c = 0; (consumer = mpt_consumer_at(c)); c++) {
            const char *const name = mpt_consumer_name(consumer);
            const bool reads_word = strcmp(name, "haiku") != 0 && strcmp(name, "hdt") != 0 &&
                                    strcmp(name, "hermit") != 0;
            const bool hermit_looks =
                strcmp(name, "hermit") == 0 && image.place.floating >= 0x9f000;
            const bool able =
                (!rows[i].by_word || reads_word || hermit_looks) && strcmp(name, "nt-hal") != 0;
            uint32_t address = 0;
            const enum mpt_err found = mpt_find(&memory, NULL, consumer, &address);

            snprintf(line, sizeof(line), "%s: %s finds 0x%x", rows[i].members, name,
                     (unsigned)address);
            ROW_CHECK(line, able ? found == MPT_OK && address == image.place.floating
                                 : found == MPT_ENOTFOUND);
        }
    }
}

static const struct test tests[] = {
    { "chosen addresses", chosen },
    { "refusals", refusals },
    { "entries as they were found", verbatim },
    { "segments", segments },
    { "BIOS data words", bios_words },
    { "found by every consumer", found_by_all },
};
const struct suite text_place = { "text/place", tests, sizeof(tests) / sizeof(tests[0]) };
