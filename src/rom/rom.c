/* SPDX-License-Identifier: ISC */
/*
 * mptable.rom: a boot ROM for QEMU that writes only the image of an MP table to low memory.
 *
 * QEMU's own firmware would overwrite the image, or make a table of its own. This ROM replaces it:
 * it loads the image that -fw_cfg gives and the kernel that -kernel gives, and enters the kernel.
 * It sets up only the device that Linux cannot set up: the PCI interrupt router of pc. When
 * something is wrong it prints why on COM1 and on port 0xe9, and stops.
 *
 * reset.S goes from reset to C, and from C to the kernel. image.c loads the tables, kernel.c the
 * kernel, map.c makes its map of memory, and fw_cfg.c reads QEMU's files.
 */
#include "fw_cfg.h"
#include "image.h"
#include "kernel.h"
#include "map.h"
#include "ports.h"
#include "refuse.h"

_Noreturn void rom_main(void); /* reset.S calls it */

/*
 * Routes PIRQA and PIRQB to IRQ 10, PIRQC and PIRQD to IRQ 11: PIIX3 data sheet, registers PIRQRC,
 * offset 0x60 of 00:01.0. On pc a PCI interrupt arrives at the I/O APIC's input of its IRQ; on q35
 * PCI has inputs of its own.
 */
static void route_pci(void)
{
    enum { ADDRESS = 0xcf8, DATA = 0xcfc, ID = 0x70008086 };
    const uint32_t piix3 = 0x80000800;

    out_4(ADDRESS, piix3);
    if (in_4(DATA) != ID)
        return;
    out_4(ADDRESS, piix3 + 0x60);
    out_4(DATA, 0x0b0b0a0a);
}

_Noreturn void rom_main(void)
{
    struct map map;

    console_start();
    if (!fw_cfg_there())
        refuse("this machine has no fw_cfg device: it is not QEMU's");
    map_read(&map);
    image_load(&map);
    route_pci();
    kernel_start(&map);
}
