/* SPDX-License-Identifier: ISC */
#include "fw_cfg.h"

#include <string.h>

#include "ports.h"

enum { SELECTOR = 0x510, DATA = 0x511, NAME_SIZE = 56 };

/* An entry of the directory; its numbers are big-endian. */
struct entry {
    uint8_t size[4], key[2], reserved[2];
    char name[NAME_SIZE];
};

static uint32_t big_endian(const uint8_t *bytes, size_t size)
{
    uint32_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

void fw_cfg_read(uint16_t key, void *to, size_t size)
{
    out_2(SELECTOR, key);
    in_bytes(DATA, to, size);
}

bool fw_cfg_there(void)
{
    char signature[4];

    fw_cfg_read(FW_CFG_SIGNATURE, signature, sizeof(signature));
    return memcmp(signature, "QEMU", sizeof(signature)) == 0;
}

uint32_t fw_cfg_number(uint16_t key)
{
    uint32_t value; /* little-endian, as this processor is */

    fw_cfg_read(key, &value, sizeof(value));
    return value;
}

static bool same_name(const char *name, const char other[NAME_SIZE])
{
    for (size_t i = 0; i < NAME_SIZE && name[i] == other[i]; i++)
        if (name[i] == '\0')
            return true;
    return false;
}

bool fw_cfg_find(const char *name, struct fw_cfg_file *file)
{
    uint8_t count[4];
    struct entry entry;

    fw_cfg_read(FW_CFG_DIRECTORY, count, sizeof(count));
    for (uint32_t left = big_endian(count, sizeof(count)); left > 0; left--) {
        in_bytes(DATA, &entry, sizeof(entry));
        file->size = big_endian(entry.size, sizeof(entry.size));
        file->key = (uint16_t)big_endian(entry.key, sizeof(entry.key));
        if (same_name(name, entry.name))
            return file->size > 0;
    }
    return false;
}
