/* SPDX-License-Identifier: ISC */
#include "madt.h"

#include "../text/request.h"
#include "asked.h"
#include "files.h"

/* Reads the MADT in a file into cli->madt. @refused: the exit status when the file is no MADT */
static int load(struct cli *cli, const char *path, enum cli_status refused)
{
    size_t size;
    char *bytes SCOPED(scoped_free) = files_read(cli, path, &size);

    if (!bytes)
        return cli_complain(cli, NULL, CLI_IO);
    if (from_madt_read((const uint8_t *)bytes, size, &cli->madt, &cli->err) < 0)
        return cli_complain(cli, path, refused);
    return CLI_DONE;
}

int madt_settle(struct cli *cli)
{
    const int status = cli->madt_file ? load(cli, cli->madt_file, CLI_USAGE) : CLI_DONE;

    if (status != CLI_DONE)
        return status;
    if ((cli->madt_file && facts_set_madt(&cli->facts, &cli->madt, &cli->err) < 0) ||
        facts_settle(&cli->facts, &cli->err) < 0)
        return cli_complain_options(cli);
    return CLI_DONE;
}

/* Reads what operand and options give besides the processors into cli->topology. */
static int read_rest(struct cli *cli)
{
    size_t size;
    char *text SCOPED(scoped_free) = asked_read(cli, &size);

    if (!text)
        return cli_complain(cli, NULL, CLI_IO);
    return request_read_rest(text, size, &cli->topology, &cli->err) < 0 ? asked_complain(cli)
                                                                        : CLI_DONE;
}

/* Prints what no MADT tells and the topology does not give, and what the table has instead. */
static void print_gaps(const struct cli *cli, unsigned given)
{
    static const struct {
        unsigned given;
        const char *what;
    } rows[] = {
        { GIVEN_PCI_INTS,
          "PCI interrupt routes (ACPI has them as _PRT, in AML): the table has none" },
        { GIVEN_BUSES, "buses: the table has an ISA bus, and the PCI buses of pci_interrupts" },
        { GIVEN_IOAPICS, "versions of I/O APICs: the table has the profile's" },
        { 0, "versions of local APICs, and signatures and features of processors: the table has "
             "the profile's" },
        { GIVEN_OEM_ID, "OEM ID: the table has the profile's" },
        { GIVEN_PRODUCT_ID, "product ID: the table has the profile's" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!(given & rows[i].given))
            fprintf(stderr, "mptablectl: %s: gives no %s\n", cli->from_madt, rows[i].what);
}

static void print_renamed(const struct cli *cli)
{
    for (unsigned i = 0; i < cli->madt.ioapic_count; i++)
        if (cli->madt.ioapics[i].id != cli->topology.ioapics[i].apic_id)
            fprintf(stderr, "mptablectl: %s: at 0x%x: I/O APIC %u has ID %u in the table\n",
                    cli->from_madt, cli->madt.ioapics[i].at, cli->madt.ioapics[i].id,
                    cli->topology.ioapics[i].apic_id);
}

int madt_encode(struct cli *cli)
{
    const bool told = cli->facts.known.given & MPT_FACT_BSP;
    unsigned given;
    int status = load(cli, cli->from_madt, CLI_REFUSED);

    if (status == CLI_DONE)
        status = read_rest(cli);
    if (status != CLI_DONE)
        return status;
    given = cli->topology.given;
    if (from_madt_fill(&cli->madt, told ? cli->facts.known.bsp_apic_id : FROM_MADT_FIRST,
                       &cli->topology, &cli->err) < 0 ||
        request_complete(&cli->topology, &cli->err) < 0)
        return asked_complain(cli);
    print_gaps(cli, given);
    print_renamed(cli);
    return CLI_DONE;
}
