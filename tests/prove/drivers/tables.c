/* SPDX-License-Identifier: ISC */
/*
 * Memories with tables, and what is asked of them: where Eva starts (tests/prove/eva).
 *
 * A driver is exact in what decides where the code reads: the length of a table, the types of its
 * entries and the bytes that its segment has. Each of these is a state of its own, and the segment
 * ends where its array ends, so that one byte too far leaves the array. All other bytes have any
 * value, and so do the facts and the set of consumers.
 *
 * The functions that these drivers do not analyse are stated by what they write: mpt_next and
 * mpt_bounds, which WP proves, and the searches of search.c. Their answers are any.
 */
#include <string.h>

#include "mptable.h"
#include "readers.c"

/* clang-format off */
SPEC(assigns walk->at, walk->index, *entry, *err, \result
         \from indirect: *walk, indirect: walk->bytes[0 .. walk->end - 1];
     ensures \result == 0 || \result == 1;)
int mpt_next(struct mpt_walk *walk, struct mpt_entry *entry, enum mpt_err *err);
SPEC(assigns \result \from indirect: memory, indirect: facts;)
struct mpt_bounds mpt_bounds(const struct mpt_memory *memory, const struct mpt_facts *facts);
SPEC(assigns *search \from indirect: memory, indirect: bounds, indirect: address;)
void mpt_search_start(struct mpt_search *search, const struct mpt_memory *memory,
                      const struct mpt_bounds *bounds, uint64_t address);
SPEC(assigns *search, *other, \result \from indirect: *search, indirect: consumer;
     ensures 0 <= \result <= 2 && \initialized(other);)
enum mpt_taken mpt_takes(struct mpt_search *search, const struct mpt_consumer *consumer,
                         uint64_t *other);
SPEC(assigns *address, \result \from indirect: memory, indirect: facts, indirect: consumer;
     ensures \result == MPT_OK || \result == MPT_ENOTFOUND;)
enum mpt_err mpt_find(const struct mpt_memory *memory, const struct mpt_facts *facts,
                      const struct mpt_consumer *consumer, uint32_t *address);
SPEC(assigns *address, \result \from *address, indirect: memory;
     ensures \initialized(address) && (\result == MPT_OK || \result == MPT_ENOTFOUND);)
enum mpt_err mpt_next_floating(const struct mpt_memory *memory, uint64_t *address);
/* clang-format on */

enum { FIXED_AT = 0x9fc00, WORDS_AT = 0x400 };
enum { TYPES = 5, MANY = 33, BYTES = 400, WORDS = 32, ROWS = 2 };

static volatile unsigned any;
static uint32_t floating_at; /* the address of the floating pointer; the table lies behind it */
static uint8_t floating[MPT_FLOATING_SIZE], bytes[BYTES], words[WORDS];
static struct mpt_range usable[ROWS], occupied[ROWS];
static uint32_t apic_ids[ROWS];
static struct mpt_ioapic_fact ioapics[ROWS];
static struct mpt_line_fact lines[16];
static struct mpt_facts facts; /* any, as all variables of this file are at the start */

static const size_t sizes[TYPES] = { MPT_PROCESSOR_SIZE, MPT_BUS_SIZE, MPT_IOAPIC_SIZE,
                                     MPT_IO_INT_SIZE, MPT_LOCAL_INT_SIZE };

static size_t between(size_t from, size_t to)
{
    const size_t v = any;

    return v < from ? from : v > to ? to : v;
}

static void start(void)
{
    floating_at = FIXED_AT;
    facts.usable = usable;
    facts.occupied = occupied;
    facts.apic_ids = apic_ids;
    facts.ioapics = ioapics;
    facts.lines = lines;
    facts.usable_count = between(0, ROWS);
    facts.occupied_count = between(0, ROWS);
    facts.apic_id_count = between(0, ROWS);
    facts.ioapic_count = between(0, ROWS);
}

/* What is asked of a memory */
typedef void question(const struct mpt_memory *memory, const struct mpt_view *view);

static void surveyed(const struct mpt_memory *memory, const struct mpt_view *view)
{
    struct survey s;

    mpt_survey(&s, memory, view, &facts);
    mpt_survey_readers(&s, memory);
}

static void surveyed_without_facts(const struct mpt_memory *memory, const struct mpt_view *view)
{
    struct survey s;

    mpt_survey(&s, memory, view, NULL);
    mpt_survey_readers(&s, memory);
}

/* What is else done only for tables of 256 interrupts */
static void counted(const struct mpt_memory *memory, const struct mpt_view *view)
{
    struct survey s;

    mpt_survey(&s, memory, view, &facts);
    count_distinct_ints(&s);
    mpt_survey_readers(&s, memory);
}

static void checked(const struct mpt_memory *memory, const struct mpt_view *view)
{
    struct mpt_report report;

    mpt_check(memory, view, &facts, any, &report);
}

/* A floating pointer, @room bytes where it says that the table is, and the BIOS data words */
static void ask(question *asked, const uint8_t *table, size_t room)
{
    const uint32_t table_at = floating_at + MPT_FLOATING_SIZE;
    const struct mpt_segment segments[3] = { { floating_at, MPT_FLOATING_SIZE, floating },
                                             { table_at, room, table },
                                             { WORDS_AT, WORDS, words } };
    const struct mpt_memory memory = { segments, 3 };
    struct mpt_view view;

    memcpy(floating, "_MP_", 4);
    for (unsigned i = 0; i < 4; i++)
        floating[4 + i] = (uint8_t)(table_at >> 8 * i);
    if (mpt_open(&memory, floating_at, &view) == MPT_OK)
        asked(&memory, &view);
}

static void set_lengths(uint8_t *table, size_t base, size_t extended)
{
    table[4] = (uint8_t)(base % 256);
    table[5] = (uint8_t)(base / 256);
    table[40] = (uint8_t)extended;
    table[41] = 0;
}

/* What comes behind the whole entries of a table */
enum tail {
    ENDS,
    BEHIND,       /* nothing; behind the table there are nine bytes */
    EXTENDED,     /* an extended table of four bytes; behind it there is one byte */
    UNKNOWN,      /* one byte, of a type that is not defined */
    CUT,          /* an entry; the length of the table has only its first byte */
    CUT_SHORT,    /* the same, and the other bytes are not there */
    CUT_BY_IMAGE, /* the length has 20 bytes more than are there */
    TAILS
};

/* A table of @count entries of these types; @last is the type of the entry that is cut */
static void ask_table(question *asked, unsigned count, const uint8_t *types, enum tail tail,
                      uint8_t last)
{
    const size_t more[TAILS] = { 0, 9, 5, 1, sizes[last], 1, 0 };
    size_t end = MPT_HEADER_SIZE, at = MPT_HEADER_SIZE, room;
    uint8_t *table;

    for (unsigned i = 0; i < count; i++)
        end += sizes[types[i]];
    room = end + more[tail];
    memset(bytes, (int)any, sizeof(bytes));
    table = bytes + (BYTES - room);
    memcpy(table, "PCMP", 4);
    for (unsigned i = 0; i < count; i++) {
        table[at] = types[i];
        at += sizes[types[i]];
    }
    if (tail == UNKNOWN)
        table[end++] = (uint8_t)between(TYPES, 255);
    if (tail == CUT || tail == CUT_SHORT)
        table[end++] = last;
    set_lengths(table, tail == CUT_BY_IMAGE ? end + 20 : end, tail == EXTENDED ? 4 : 0);
    ask(asked, table, room);
}

/* Bytes without a floating pointer, in which a table may lie */
static void ask_orphan(question *asked, size_t size, uint32_t base)
{
    const struct mpt_segment segment = { base, size, bytes + (BYTES - size) };
    const struct mpt_memory memory = { &segment, 1 };

    memset(bytes, (int)any, sizeof(bytes));
    asked(&memory, NULL);
}

/* A floating pointer to bytes that are no table, or too few for one */
static void ask_no_table(question *asked, size_t room)
{
    uint8_t *const table = bytes + (BYTES - room);

    memset(bytes, (int)any, sizeof(bytes));
    table[0] = 'p';
    set_lengths(table, MPT_HEADER_SIZE, 0);
    ask(asked, table, room);
}

/* Surveys of tables of no, one and two entries */
void surveys(void)
{
    start();
    for (size_t size = MPT_HEADER_SIZE - 1; size <= MPT_HEADER_SIZE + 4; size++)
        for (uint32_t base = 0; base < 4; base++)
            ask_orphan(surveyed, size, base);
    for (size_t room = MPT_HEADER_SIZE - 1; room <= MPT_HEADER_SIZE + 1; room++)
        ask_no_table(surveyed, room);
    for (uint8_t type = 0; type <= TYPES; type++)
        for (unsigned tail = 0; tail < TAILS; tail++)
            for (uint8_t last = 0; last < (tail == CUT ? TYPES : 1); last++)
                ask_table(surveyed, type < TYPES, &type, tail, last);
    for (unsigned pair = 0; pair < TYPES * TYPES; pair++) {
        const uint8_t types[2] = { (uint8_t)(pair / TYPES), (uint8_t)(pair % TYPES) };

        ask_table(surveyed, 2, types, ENDS, 0);
    }
    ask_table(surveyed_without_facts, 0, NULL, UNKNOWN, 0);
}

/* A survey of one entry more than are compared pair by pair */
void many_entries(void)
{
    uint8_t types[MANY];

    start();
    for (unsigned i = 0; i < MANY; i++)
        types[i] = MPT_IO_INT;
    ask_table(counted, MANY, types, ENDS, 0);
}

/* The whole check, with entries of every type */
void checks(void)
{
    static const uint8_t cpus[] = { MPT_PROCESSOR, MPT_PROCESSOR },
                         wires[] = { MPT_BUS, MPT_IOAPIC, MPT_IO_INT, MPT_LOCAL_INT };

    start();
    ask_orphan(checked, MPT_HEADER_SIZE, 0);
    ask_table(checked, sizeof(wires), wires, CUT, MPT_PROCESSOR);
    ask_table(checked, 0, cpus, CUT_BY_IMAGE, 0);
    floating_at = 0x300;
    ask_no_table(checked, MPT_HEADER_SIZE);
    floating_at = 0xe0000;
    ask_table(checked, 0, cpus, UNKNOWN, 0);
    floating_at = 0xfffe0;
    ask_table(checked, sizeof(cpus), cpus, EXTENDED, 0);
}
