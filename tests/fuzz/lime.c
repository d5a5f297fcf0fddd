/* SPDX-License-Identifier: ISC */
/* Ranges of LiME, behind headers that need not be whole. */
#include "windows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return read_windows(DUMP_LIME, data, size);
}
