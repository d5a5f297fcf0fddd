/* SPDX-License-Identifier: ISC */
/*
 * What the fuzzers of dumps share. Any bytes are guest memory in one of the forms of dump.h, or are
 * refused: no form has stretches that overlap, lie outside the windows, or have other bytes than the
 * input.
 */
#ifndef TESTS_FUZZ_WINDOWS_H
#define TESTS_FUZZ_WINDOWS_H

#include "fuzz.h"

#include "../../src/topo/dump.h"

/* Each segment can be read, and each byte is where memory_offset says. */
static inline void check_memory(const struct memory *m, const uint8_t *data, size_t size)
{
    static volatile uint8_t sum;
    uint64_t offset;

    for (size_t i = 0; i < m->guest.count; i++) {
        const struct mpt_segment *const s = &m->segments[i];

        for (size_t b = 0; b<s->size; b += s->size> 4096 ? 509 : 1) {
            sum = (uint8_t)(sum + s->bytes[b]);
            if (memory_offset(m, s->base + (uint64_t)b, &offset))
                assert(offset < size && data[offset] == s->bytes[b]);
            else
                assert(m->is_text);
        }
        for (size_t k = 0; k < i; k++)
            assert(s->base >= (uint64_t)m->segments[k].base + m->segments[k].size);
    }
}

static inline int read_windows(enum dump_kind kind, const uint8_t *data, size_t size)
{
    static struct memory memory;
    static struct dump_room room;
    const struct dump_bytes held = { data, size };
    const struct dump_source source = dump_source_bytes(&held);
    struct err err = { 0 };
    struct dump dump;

    if (dump_open(&dump, &source, kind, &memory, &room, &err) < 0)
        return refused(&err);
    check_memory(&memory, data, size);
    for (uint64_t at = 0; mpt_next_floating(&memory.guest, &at) == MPT_OK; at += 4) {
        struct mpt_view view;

        if (mpt_open(&memory.guest, (uint32_t)at, &view) != MPT_OK)
            continue;
        if (dump_table(&dump, view.table_address, &err) < 0)
            return refused(&err);
        check_memory(&memory, data, size);
        break;
    }
    return 0;
}

#endif
