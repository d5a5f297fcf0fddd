/* SPDX-License-Identifier: ISC */
/* Bytes of a kind that they tell themselves. */
#include "windows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = { 0 };
    uint32_t base;
    int kind;

    memory_guess_base(data, size, &base);
    kind = dump_identify(data, size, size, &err);
    if (kind < 0)
        return refused(&err);
    return read_windows(kind == DUMP_IMAGE ? DUMP_RAW : (enum dump_kind)kind, data, size);
}
