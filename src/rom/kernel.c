/* SPDX-License-Identifier: ISC */
#include "kernel.h"

#include <string.h>

#include "fw_cfg.h"
#include "layout.h"
#include "refuse.h"

/*
 * Offsets in the boot parameters. From SETUP_HEADER on they are the same in the kernel's file, from
 * which the setup header is copied.
 */
enum {
    MAP_COUNT = 0x1e8,
    SETUP_HEADER = 0x1f1,
    SETUP_JUMP = 0x201, /* a jump's distance: the header ends as far behind SETUP_MAGIC */
    SETUP_MAGIC = 0x202,
    PROTOCOL = 0x206,
    LOADER = 0x210,
    LOAD_FLAGS = 0x211,
    INITRD_ADDRESS = 0x218,
    INITRD_SIZE = 0x21c,
    COMMAND_LINE = 0x228,
    PREFERRED_ADDRESS = 0x258, /* from protocol 2.10 on, like the next */
    INITIAL_SIZE = 0x260,
    MAP_RANGES = 0x2d0,

    SETUP_HEADER_END = SETUP_MAGIC + 0xff,
    LOADED_HIGH = 0x01,
    UNKNOWN_LOADER = 0xff,
    OLDEST = 0x202, /* 2.02, the first protocol whose command line may lie anywhere */
    WITH_SIZES = 0x20a,
    COMMAND_LINE_MAX = ROM_STACK - ROM_COMMAND_LINE
};

_Noreturn void enter_kernel(uint32_t entry, uint8_t *params); /* reset.S */

static uint32_t load(const uint8_t *from, unsigned size)
{
    uint32_t value = 0;

    memcpy(&value, from, size);
    return value;
}

static void store_4(uint8_t *to, uint32_t value)
{
    memcpy(to, &value, sizeof(value));
}

static void read_header(uint8_t *params)
{
    uint8_t setup[SETUP_HEADER_END];
    uint32_t protocol;

    if (fw_cfg_number(FW_CFG_KERNEL_SIZE) == 0 && fw_cfg_number(FW_CFG_SETUP_SIZE) == 0)
        refuse("no kernel: start QEMU with -kernel FILE");
    fw_cfg_read(FW_CFG_SETUP_DATA, setup, sizeof(setup));
    if (fw_cfg_number(FW_CFG_KERNEL_SIZE) == 0 ||
        fw_cfg_number(FW_CFG_SETUP_SIZE) < SETUP_HEADER_END ||
        memcmp(setup + SETUP_MAGIC, "HdrS", 4) != 0)
        refuse("the kernel is no Linux of the 32-bit boot protocol: take a bzImage");
    protocol = load(setup + PROTOCOL, 2);
    if (protocol < OLDEST)
        refuse("the kernel has boot protocol %u.%u, older than 2.2", protocol >> 8,
               protocol & 0xff);
    if (!(setup[LOAD_FLAGS] & LOADED_HIGH) || fw_cfg_number(FW_CFG_KERNEL_ADDRESS) < HIGH_MEMORY)
        refuse("the kernel has no 32-bit entry above 1 MiB: take a bzImage, not a zImage");
    memcpy(params + SETUP_HEADER, setup + SETUP_HEADER,
           SETUP_MAGIC + setup[SETUP_JUMP] - SETUP_HEADER);
    params[LOADER] = UNKNOWN_LOADER;
}

static void read_command_line(uint8_t *params)
{
    const uint32_t size = fw_cfg_number(FW_CFG_COMMAND_LINE_SIZE);

    if (size > COMMAND_LINE_MAX)
        refuse("the command line has %u bytes, more than %u", size, COMMAND_LINE_MAX);
    fw_cfg_read(FW_CFG_COMMAND_LINE_DATA, (void *)ROM_COMMAND_LINE, COMMAND_LINE_MAX);
    store_4(params + COMMAND_LINE, ROM_COMMAND_LINE);
}

/* The end of the memory that the kernel uses before it has read the map */
static uint64_t kernel_end(const uint8_t *params, uint32_t address, uint32_t size)
{
    const uint32_t preferred = load(params + PREFERRED_ADDRESS, 4);
    uint64_t end = (uint64_t)address + size;

    if (load(params + PROTOCOL, 2) < WITH_SIZES)
        return end;
    address = preferred > address ? preferred : address;
    return (uint64_t)address + load(params + INITIAL_SIZE, 4);
}

/* QEMU has chosen the initrd's address, as high as kernel and memory allow. */
static void check_room(const uint8_t *params, uint32_t end)
{
    const uint32_t initrd = fw_cfg_number(FW_CFG_INITRD_ADDRESS),
                   initrd_size = fw_cfg_number(FW_CFG_INITRD_SIZE);
    const uint64_t needed =
        kernel_end(params, fw_cfg_number(FW_CFG_KERNEL_ADDRESS), fw_cfg_number(FW_CFG_KERNEL_SIZE));

    if (needed + initrd_size > end ||
        (initrd_size > 0 && (initrd < needed || initrd + (uint64_t)initrd_size > end)))
        refuse("too little memory: kernel and initrd need %u KiB, and there are %u KiB",
               (uint32_t)((needed + initrd_size + 1023) / 1024), end / 1024);
}

static void read_kernel(uint8_t *params)
{
    const uint32_t initrd_size = fw_cfg_number(FW_CFG_INITRD_SIZE);

    fw_cfg_read(FW_CFG_KERNEL_DATA, (void *)fw_cfg_number(FW_CFG_KERNEL_ADDRESS),
                fw_cfg_number(FW_CFG_KERNEL_SIZE));
    if (initrd_size == 0)
        return;
    store_4(params + INITRD_ADDRESS, fw_cfg_number(FW_CFG_INITRD_ADDRESS));
    store_4(params + INITRD_SIZE, initrd_size);
    fw_cfg_read(FW_CFG_INITRD_DATA, (void *)fw_cfg_number(FW_CFG_INITRD_ADDRESS), initrd_size);
}

_Noreturn void kernel_start(const struct map *map)
{
    uint8_t *const params = (uint8_t *)ROM_MEMORY;

    memset(params, 0, PAGE_SIZE);
    read_header(params);
    check_room(params, map->end);
    read_command_line(params);
    read_kernel(params);
    params[MAP_COUNT] = (uint8_t)map_write(map, (struct map_range *)(params + MAP_RANGES));
    enter_kernel(fw_cfg_number(FW_CFG_KERNEL_ADDRESS), params);
}
