/* SPDX-License-Identifier: ISC */
/*
 * POST /v1/decode: any bytes become a reply, and a topology that is called exact builds them again.
 */
#include "fuzz.h"

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
    assert(reading.exact == (reading.difference[0] == '\0'));
    if (reading.exact)
        builds_again(&topology, &image);
    return 0;
}
