/* SPDX-License-Identifier: ISC */
/*
 * QEMU's firmware configuration device (docs/specs/fw_cfg.rst in its tree), through its I/O ports:
 * a 16-bit key selects an item, whose bytes then come from the data port one after the other.
 */
#ifndef ROM_FW_CFG_H
#define ROM_FW_CFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys of items that every machine has; most are of what -kernel, -initrd and -append give */
enum {
    FW_CFG_SIGNATURE = 0x00,
    FW_CFG_KERNEL_ADDRESS = 0x07,
    FW_CFG_KERNEL_SIZE = 0x08,
    FW_CFG_INITRD_ADDRESS = 0x0a,
    FW_CFG_INITRD_SIZE = 0x0b,
    FW_CFG_KERNEL_DATA = 0x11,
    FW_CFG_INITRD_DATA = 0x12,
    FW_CFG_COMMAND_LINE_SIZE = 0x14,
    FW_CFG_COMMAND_LINE_DATA = 0x15,
    FW_CFG_SETUP_SIZE = 0x17,
    FW_CFG_SETUP_DATA = 0x18,
    FW_CFG_DIRECTORY = 0x19
};

struct fw_cfg_file {
    uint16_t key;
    uint32_t size;
};

/* fw_cfg_there - is there such a device? */
bool fw_cfg_there(void);

/* fw_cfg_read - read the first @size bytes of an item; zeros follow its end */
void fw_cfg_read(uint16_t key, void *to, size_t size);

/* fw_cfg_number - an item of four bytes */
uint32_t fw_cfg_number(uint16_t key);

/* fw_cfg_find - find the file of that name. Return: false: there is none, or it is empty */
bool fw_cfg_find(const char *name, struct fw_cfg_file *file);

#endif
