/* SPDX-License-Identifier: ISC */
/* Text that need not begin like a hexdump. */
#include "windows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return read_windows(DUMP_HEXDUMP, data, size);
}
