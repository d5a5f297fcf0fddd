/* SPDX-License-Identifier: ISC */
/*
 * POST /v1/decode: any bytes become a reply, and its topology builds them again, of which those
 * with patches are never signed.
 */
#include "fuzz.h"

#include "../../src/topo/patch.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    return decode_mutate(data, size, max, seed);
}

/* To verify is to encode and compare. */
static void verify(const struct found *reading)
{
    static uint8_t bytes[2 * MPT_TABLE_MAX];
    const struct mpt_table *const table = &reading->topology->table;
    const size_t room = mpt_room(reading->memory, reading->view.table_address);
    size_t size;

    if (reading->view.has_header && mpt_encode_table(table, bytes, sizeof(bytes), &size) == MPT_OK)
        assert(mpt_verify_table(table, reading->view.table, room) ==
               (size <= room && memcmp(bytes, reading->view.table, size) == 0));
}

/* Are the first bytes at an address, at most @size and as many as there are, in the image too? */
static void comes_back(const struct mpt_memory *input, const struct mpt_memory *image,
                       uint32_t address, size_t size)
{
    const size_t room = mpt_room(input, address), there = size < room ? size : room;
    const uint8_t *const bytes = mpt_at(image, address, there);

    assert(there == 0 || (bytes && memcmp(bytes, mpt_at(input, address, there), there) == 0));
}

/* Pointer and table, by a reckoning of their own: what the lengths claim, at least a header */
static void all_come_back(const struct found *reading, const struct image *image)
{
    const struct mpt_view *const v = &reading->view;
    const size_t claimed = (size_t)v->base_length + v->extended_length;
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    const struct mpt_memory memory = image_memory(image, segments);

    comes_back(reading->memory, &memory, v->floating_address, MPT_FLOATING_SIZE);
    if (v->table_address)
        comes_back(reading->memory, &memory, v->table_address,
                   claimed > MPT_HEADER_SIZE ? claimed : MPT_HEADER_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct decode decode;
    static struct topology topology;
    static struct image image;
    const struct mpt_memory *const memory = &decode.source.guest;
    const struct mpt_facts *const known = &decode.facts.known;
    struct found reading;
    struct err err = { 0 };
    uint32_t address;
    struct build b;
    size_t length;
    char *reply;

    if (!decode_take(&decode, data, size))
        return 0;
    if (found_choose(memory, known, &address, &err) < 0)
        return refused(&err);
    assert(found_read(memory, address, known, MPT_FOR_ALL, &topology, &image, &reading, &err) == 0);
    verify(&reading);
    build_start(&b);
    render_found(&b, NULL, &reading, &decode.source, true);
    reply = build_compact(&b, &length);
    assert(reply);
    free(reply);
    assert(reading.exact);
    assert((topology.given & GIVEN_PATCHES) == (reading.difference[0] ? GIVEN_PATCHES : 0));
    assert((patch_signable(&topology, &err) < 0) ==
           ((topology.given & (GIVEN_PATCHES | GIVEN_OEM_BYTES)) != 0));
    all_come_back(&reading, &image);
    builds_again(&topology, &image);
    return 0;
}
