/* SPDX-License-Identifier: ISC */
/*
 * Guest memory in a file or a device, of which two windows are read: the first MiB, where every
 * system searches for a floating pointer, and then the one table that a pointer names. So a dump of
 * any size costs the same memory and time.
 *
 * Each kind of dump has a walk (elf.h, lime.h, hexdump.h) that reports each stretch of guest memory
 * with its place in the input. dump.c takes what falls into a window. A stretch that occurs twice,
 * as in cores of guests with paging, must have the same bytes each time.
 */
#ifndef TOPO_DUMP_H
#define TOPO_DUMP_H

#include "memory.h"
#include "source.h"

enum dump_kind {
    DUMP_RAW,     /* memory from address 0 on */
    DUMP_IMAGE,   /* an image; memory.h places it */
    DUMP_ELF,     /* 32 or 64 bits, little-endian: elf.h */
    DUMP_LIME,    /* lime.h */
    DUMP_HEXDUMP, /* text: hexdump.h */
    DUMP_DEVICE   /* /dev/mem: pages that cannot be read are left out */
};

extern const char *const dump_kinds[]; /* their names, by enum dump_kind */

struct dump_bytes {
    const uint8_t *bytes;
    size_t size;
};

/* dump_source_bytes - a source of bytes that are in memory; borrowed */
struct dump_source dump_source_bytes(const struct dump_bytes *bytes);

/* dump_kind_named - the kind of that name, except DUMP_DEVICE. Return: -1: no such kind */
int dump_kind_named(const char *name);
#define DUMP_KIND_NAMES "raw, image, elf, lime or hexdump"

/* dump_has_addresses - do inputs of that kind tell the addresses of their bytes? */
bool dump_has_addresses(enum dump_kind kind);

/* dump_is_json - do the bytes begin like a JSON object? No kind of dump does. */
bool dump_is_json(const uint8_t *head, size_t size);

/*
 * dump_identify - what an input is
 * @head:  its first bytes, all of them or at least DUMP_HEAD_SIZE
 * @size:  of @head
 * @total: bytes of the input
 *
 * Return: DUMP_ELF, DUMP_LIME or DUMP_HEXDUMP. Any other input is DUMP_IMAGE if, as an image at
 * MEMORY_BASE, it would end by 1 MiB, else DUMP_RAW. -1 and ERR_INVALID: a kind that is not read;
 * the error names a way to a kind that is.
 */
enum { DUMP_HEAD_SIZE = 4096 };
int dump_identify(const uint8_t *head, size_t size, uint64_t total, struct err *err) MUST_USE;

enum {
    DUMP_WINDOW = 0x100000,     /* bytes: systems search the first MiB */
    DUMP_TABLE_SIZE = 2 * 65536 /* base table and extended table, 65535 bytes each */
};

/* Where the bytes of the windows go */
struct dump_room {
    uint8_t low[DUMP_WINDOW + DUMP_TABLE_SIZE]; /* with a table that begins below 1 MiB */
    uint8_t table[DUMP_TABLE_SIZE];
};

/* A dump while it is read */
struct dump {
    const struct dump_source *source;
    enum dump_kind kind;
    struct memory *memory;
    struct dump_room *room;
    uint64_t window, window_size;
    uint8_t *buffer;   /* of the window */
    uint64_t compared; /* bytes whose addresses occurred before */
};

/*
 * dump_open - take the first MiB of a dump
 * @memory: receives it
 * @room:   memory that @memory will point into; need not be cleared
 *
 * Return: 0; -1: ERR_INVALID, the input is malformed or contradicts itself; ERR_FILE, it cannot be
 * read.
 */
int dump_open(struct dump *dump, const struct dump_source *source, enum dump_kind kind,
              struct memory *memory, struct dump_room *room, struct err *err) MUST_USE;

/*
 * dump_is_image - has a hexdump that was opened offsets in an image for addresses?
 *
 * As xxd writes it of an image: one stretch, which begins at 0 and is no longer than an image may
 * be. Its bytes are at the beginning of the room.
 */
bool dump_is_image(const struct dump *dump);

/*
 * dump_table - also take the table at an address: its header, then as many bytes as the header
 * says. A table above 1 MiB that was taken before is dropped.
 *
 * Return: 0, also where the dump has no such bytes; -1 as dump_open.
 */
int dump_table(struct dump *dump, uint32_t address, struct err *err) MUST_USE;

/* dump_follow - dump_table for the table that the floating pointer at @floating names, if any */
int dump_follow(struct dump *dump, uint32_t floating, struct err *err) MUST_USE;

#endif
