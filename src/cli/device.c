/* SPDX-License-Identifier: ISC */
#include "device.h"

#include <errno.h>
#include <unistd.h>

#define MADT_PATH "/sys/firmware/acpi/tables/APIC"
#define EFI_PATH  "/sys/firmware/efi"

enum { FIRST_PAGE = 4096, LAST_KIB = 0x9fc00, KIB = 1024 };

int device_refuse(struct cli *cli)
{
    if (errno == EPERM)
        cli_note(
            cli,
            "the kernel refuses to open it: CAP_SYS_RAWIO is missing, or the kernel is locked down"
            " (/sys/kernel/security/lockdown); " MADT_PATH " lists the same processors");
    else if (errno == ENOENT)
        cli_note(cli, "there is no such device here; " MADT_PATH " lists the same processors");
    else {
        err_system(&cli->err, ERR_FILE, "%s", cli->operand);
        return cli_complain(cli, NULL, CLI_IO);
    }
    return CLI_IO;
}

bool device_hides(const struct cli *cli, uint32_t address, size_t size)
{
    const uint8_t *const bytes = mpt_at(&cli->source.guest, address, size);

    for (size_t i = 0; bytes && i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* The first page has the BIOS data area, so it is never all zeros where it is shown. */
int device_explain_nothing(const struct cli *cli)
{
    const bool hidden = device_hides(cli, 0, FIRST_PAGE) && device_hides(cli, LAST_KIB, KIB);

    if (hidden)
        cli_note(
            cli,
            "the kernel does not show the memory at 0x%x, where a table may lie (STRICT_DEVMEM)",
            LAST_KIB);
    if (access(EFI_PATH, F_OK) == 0)
        cli_note(cli,
                 "this machine was started by UEFI, which as a rule writes no MP table; " MADT_PATH
                 " lists its processors");
    return hidden ? CLI_IO : CLI_REFUSED;
}
