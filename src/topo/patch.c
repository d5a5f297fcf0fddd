/* SPDX-License-Identifier: ISC */
#include "patch.h"

#include <string.h>

enum { GAP_MAX = 8 }; /* equal bytes between two differences: as text, a further patch is longer */

static const struct at at_patches = { NULL, "patches", 0 };

/* The image's bytes at an address, or NULL when not all @size of them lie in one segment */
static uint8_t *find_bytes(const struct patch_target *image, uint32_t address, size_t size)
{
    const uint8_t *const at = mpt_at(image->memory, address, size);

    return at ? image->bytes + (at - image->bytes) : NULL;
}

int patch_apply(const struct topology *t, const struct patch_target *image, struct err *err)
{
    for (unsigned i = 0; i < t->patch_count; i++) {
        const struct topology_patch *const patch = &t->patches[i];
        const struct at here = { &at_patches, NULL, i };
        uint8_t *const to = find_bytes(image, patch->at, patch->bytes.size);

        if (!to)
            return err_at(err, ERR_INVALID, &(struct at){ &here, "at", 0 },
                          "the %u bytes at 0x%x do not lie inside the image",
                          (unsigned)patch->bytes.size, (unsigned)patch->at);
        memcpy(to, t->pool + patch->bytes.offset, patch->bytes.size);
    }
    return 0;
}

bool patch_pool(struct topology *t, const uint8_t *bytes, size_t size,
                struct topology_bytes *in_pool)
{
    if (size > sizeof(t->pool) - t->pool_used)
        return false;
    *in_pool = (struct topology_bytes){ (uint32_t)t->pool_used, (uint32_t)size };
    memcpy(t->pool + t->pool_used, bytes, size);
    t->pool_used += size;
    return true;
}

/* The end of the patch that begins at @from, where the bytes differ */
static size_t end_of_run(const uint8_t *a, const uint8_t *b, size_t from, size_t size)
{
    size_t end = from;

    for (size_t i = from; i < size && i - end <= GAP_MAX; i++)
        if (a[i] != b[i])
            end = i + 1;
    return end;
}

bool patch_find(struct topology *t, const struct patch_target *image,
                const struct mpt_memory *memory, uint32_t address, size_t size)
{
    const uint8_t *const wanted = mpt_at(memory, address, size);
    uint8_t *const bytes = find_bytes(image, address, size);

    if (size == 0)
        return true;
    if (!wanted || !bytes)
        return false;
    for (size_t i = 0, end; i < size; i = end) {
        struct topology_patch *const patch = &t->patches[t->patch_count];

        end = i + 1;
        if (wanted[i] == bytes[i])
            continue;
        end = end_of_run(wanted, bytes, i, size);
        if (t->patch_count == TOPOLOGY_PATCHES_MAX ||
            !patch_pool(t, wanted + i, end - i, &patch->bytes))
            return false;
        patch->at = address + (uint32_t)i;
        t->patch_count++;
        memcpy(bytes + i, wanted + i, end - i);
    }
    return true;
}

int patch_signable(const struct topology *t, struct err *err)
{
    static const struct at at_oem = { NULL, "oem_table_bytes", 0 };
    static const char reason[] =
        "bytes of a caller's choice are not signed; mptablectl encode writes the image unsigned";

    if (t->given & GIVEN_PATCHES)
        err_at(err, ERR_INVALID, &at_patches, "%s", reason);
    if (t->given & GIVEN_OEM_BYTES)
        err_at(err, ERR_INVALID, &at_oem, "%s", reason);
    return t->given & (GIVEN_PATCHES | GIVEN_OEM_BYTES) ? -1 : 0;
}
