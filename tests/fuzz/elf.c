/* SPDX-License-Identifier: ISC */
/* Bytes that are taken for an ELF file, whatever they begin with. */
#include "windows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return read_windows(DUMP_ELF, data, size);
}
