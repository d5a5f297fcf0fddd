/* SPDX-License-Identifier: ISC */
/* What the fuzzers share. A property that does not hold ends the program. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/http/target.h"
#include "../../src/text/facts.h"
#include "../../src/text/render.h"
#include "../../src/text/request.h"
#include "../../src/topo/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

/* A refusal says why, and is not our fault. */
static inline int refused(const struct err *err)
{
    assert(err->code > ERR_BUSY && err->count > 0 && err->places[0].detail[0]);
    return 0;
}

static inline void same_image(const struct image *a, const struct image *b)
{
    assert(a->segment_count == b->segment_count && a->size == b->size);
    for (unsigned i = 0; i < a->segment_count; i++)
        assert(a->segments[i].base == b->segments[i].base &&
               a->segments[i].size == b->segments[i].size);
    assert(memcmp(a->bytes, b->bytes, a->size) == 0);
}

/* What decode says of a table is a request that builds it. */
static inline void builds_again(const struct topology *read, const struct image *image)
{
    static struct topology topology;
    static struct image built;
    struct err err = { 0 };
    struct build b;
    size_t size;
    char *text;

    build_start(&b);
    render_topology(&b, NULL, read);
    text = build_compact(&b, &size);
    assert(text && request_parse(text, size, &topology, &err) == 0);
    assert(image_build(&topology, &built, &err) == 0);
    same_image(image, &built);
    free(text);
}

/*
 * What decode is given: the request's target, a newline, and the body, or the file of mptablectl's.
 */
struct decode {
    struct target target;
    struct facts facts;
    struct memory source;
};

static inline bool decode_take(struct decode *d, const uint8_t *data, size_t size)
{
    const uint8_t *const end = memchr(data, '\n', size);
    const size_t length = end ? (size_t)(end - data) : 0, left = size - length - 1;
    char line[TARGET_SIZE] = "";
    const char *bases, *sizes, *value;
    struct err err = { 0 };

    if (!end || length >= sizeof(line))
        return false;
    memcpy(line, data, length);
    if (target_parse(line, &d->target, &err) != TARGET_OK)
        return refused(&err);
    bases = target_take(&d->target, "base");
    sizes = target_take(&d->target, "size");
    d->facts = (struct facts){ .known = { .given = 0 } };
    for (size_t i = 0; i < fact_count; i++)
        if ((value = target_take(&d->target, facts[i].name)) &&
            facts_set(&d->facts, &facts[i], value, &err) < 0)
            return refused(&err);
    return memory_place(&d->source, end + 1, left, bases ? bases : MEMORY_BASE, sizes, &err) < 0
               ? refused(&err)
               : true;
}

/* Has @sum and the bytes, of which it may be one, add up to 0. */
static inline void mend(uint8_t *sum, const uint8_t *bytes, size_t size)
{
    uint8_t total = 0;

    *sum = 0;
    for (size_t i = 0; i < size; i++)
        total = (uint8_t)(total + bytes[i]);
    *sum = (uint8_t)-total;
}

/* Every other time the sums are made right, which a mutation hardly ever does. */
static inline size_t decode_mutate(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, max);
    for (size_t i = 0; seed % 2 && i + MPT_HEADER_SIZE <= size; i++) {
        uint8_t *const at = data + i;
        const size_t base = at[4] | (size_t)at[5] << 8, extended = at[40] | (size_t)at[41] << 8;

        if (memcmp(at, "_MP_", 4) == 0)
            mend(at + 10, at, MPT_FLOATING_SIZE);
        if (memcmp(at, "PCMP", 4) != 0 || base < MPT_HEADER_SIZE || base + extended > size - i)
            continue;
        mend(at + 42, at + base, extended);
        mend(at + 7, at, base);
    }
    return size;
}

#endif
