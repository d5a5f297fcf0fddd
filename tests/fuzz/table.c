/* SPDX-License-Identifier: ISC */
/*
 * The core on guest memory of any bytes: what it finds, walks, verifies and judges, and whether
 * these agree.
 */
#include "fuzz.h"

enum { FLOATING_MAX = 8 }; /* pointers looked at, each in time linear in the bytes */

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    return decode_mutate(data, size, max, seed);
}

/* Entries follow each other without a gap. Return: how many */
static int walk(struct mpt_walk *walk)
{
    struct mpt_entry entry;
    enum mpt_err err;
    size_t at = walk->at;
    int count = 0;

    for (; mpt_next(walk, &entry, &err); at += entry.size, count++)
        assert(entry.offset == at && walk->at == at + entry.size && walk->at > at &&
               walk->at <= walk->end);
    assert(walk->at == at && (at == walk->end) == (err == MPT_OK));
    return count;
}

static void judge(const struct mpt_memory *memory, const struct mpt_view *view,
                  const struct mpt_facts *known, int entries)
{
    struct mpt_report all, linux_only;
    const struct mpt_finding *const f = all.findings;

    mpt_check(memory, view, known, MPT_FOR_ALL, &all);
    mpt_check(memory, view, known, MPT_FOR_LINUX, &linux_only);
    assert(all.finding_count <= MPT_RULES_MAX && linux_only.finding_count <= all.finding_count);
    assert(memcmp(all.verdicts, linux_only.verdicts,
                  MPT_CONSUMERS_IN_USE * sizeof(all.verdicts[0])) == 0);
    for (unsigned i = 0; i < all.finding_count; i++)
        assert(f[i].count > 0 && f[i].entry <= entries && (i == 0 || f[i].rule > f[i - 1].rule));
}

/* To verify is to encode and compare. */
static void verify(const struct mpt_memory *memory, const struct mpt_view *view)
{
    const uint8_t *const floating = mpt_at(memory, view->floating_address, MPT_FLOATING_SIZE);
    const struct mpt_table empty = { .header = view->header };
    uint8_t bytes[MPT_HEADER_SIZE];
    size_t size;

    mpt_encode_floating(&view->floating, view->table_address, bytes);
    assert(mpt_verify_floating(&view->floating, view->table_address, floating, MPT_FLOATING_SIZE) ==
           (memcmp(bytes, floating, MPT_FLOATING_SIZE) == 0));
    assert(mpt_encode_table(&empty, bytes, sizeof(bytes), &size) == MPT_OK);
    assert(!view->has_header ||
           mpt_verify_table(&empty, view->table, view->table_size) ==
               (view->table_size >= size && memcmp(bytes, view->table, size) == 0));
}

static void look(const struct mpt_memory *memory, uint32_t address, const struct mpt_facts *known)
{
    struct mpt_view view;
    struct mpt_walk base, extended;

    assert(mpt_open(memory, address, &view) == MPT_OK);
    mpt_walk_base(&view, &base);
    mpt_walk_extended(&view, &extended);
    verify(memory, &view);
    judge(memory, &view, known, walk(&base) + walk(&extended));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct decode decode;
    const struct mpt_memory *const memory = &decode.source.guest;
    const struct mpt_facts *const known = &decode.facts.known;
    uint64_t at = 0;
    const struct mpt_consumer *consumer;
    uint32_t address;

    if (!decode_take(&decode, data, size))
        return 0;
    for (size_t i = 0; (consumer = mpt_consumer_at(i)); i++)
        if (mpt_find(memory, known, consumer, &address) == MPT_OK)
            assert(mpt_at(memory, address, MPT_FLOATING_SIZE));
    for (int i = 0; i < FLOATING_MAX && mpt_next_floating(memory, &at) == MPT_OK; i++, at += 4)
        look(memory, (uint32_t)at, known);
    judge(memory, NULL, known, 0);
    return 0;
}
