/* SPDX-License-Identifier: ISC */
/*
 * mptable.rom: a boot ROM for QEMU that writes nothing to low memory but the image of an MP table.
 *
 * QEMU's own firmware would overwrite the image, or make a table of its own. This one takes the
 * place of both: it loads the image that -fw_cfg gives and the kernel of -kernel, and enters that.
 * It sets up no device but what Linux cannot: on pc the PCI interrupt router. When something is
 * wrong it says so on COM1 and on port 0xe9, and stops.
 *
 * reset.S has the way into C and out again; image.c loads the tables, kernel.c the kernel, map.c
 * tells it what memory there is; fw_cfg.c is QEMU's side of all that.
 */
#include "fw_cfg.h"
#include "image.h"
#include "kernel.h"
#include "map.h"
#include "ports.h"
#include "refuse.h"

_Noreturn void rom_main(void); /* reset.S calls it */

/*
 * PIRQA and PIRQB to IRQ 10, PIRQC and PIRQD to IRQ 11: PIIX3 data sheet, PIRQRC, offset 0x60 of
 * 00:01.0. Inputs of the I/O APIC follow it on pc; q35 has inputs of its own for PCI.
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
