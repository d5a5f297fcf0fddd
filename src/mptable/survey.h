/* SPDX-License-Identifier: ISC */
/*
 * What the rules ask about a table as a whole, gathered in a few walks before the first rule is
 * asked.
 */
#ifndef MPT_SURVEY_H
#define MPT_SURVEY_H

#include <stdbool.h>

#include "mptable.h"
#include "search.h"

#pragma GCC visibility push(hidden) /* the room's own: no part of the library */

enum { MPT_DEFAULT_CPUS = 2 /* of a default configuration, MPS 1.4 §5 */ };

/* What other entries mean for an entry, as bits: one set for each 8 bytes of the base table. */
enum mark {
    MARK_ID_AGAIN =
        1U << 0, /* an earlier entry of its type has that ID (processors: an enabled one) */
    MARK_BUS_ORDER = 1U << 1,     /* the bus before has a higher ID, or it is the first, not 0 */
    MARK_ISA_AGAIN = 1U << 2,     /* an ISA or EISA bus, and not the first one */
    MARK_ADDRESS_AGAIN = 1U << 3, /* an earlier enabled I/O APIC has that address */
    MARK_PIN = 1U << 4,    /* an earlier entry has another source on that input, neither of PCI */
    MARK_SOURCE = 1U << 5, /* an earlier entry leads the same source to another input */
    MARK_SAME = 1U << 6,   /* an earlier entry is identical */
    MARK_INPUT = 1U << 7,  /* an earlier entry has that input with another type or other flags */
    MARK_LOST = 1U << 8    /* no entry leads its source to an I/O APIC that is there */
};

/* How readers name a bus, as bits; of several entries with one ID the last counts */
enum bus_as {
    BUS_DECLARED = 1U << 0,
    BUS_LINUX_PCI = 1U << 1, /* the name begins with "PCI"; Linux takes every other bus for ISA */
    BUS_ISA = 1U << 2,       /* the six bytes are those of MPS: the BSDs compare all six */
    BUS_EISA = 1U << 3,
    BUS_PCI = 1U << 4,
    BUS_NAME = BUS_DECLARED | BUS_LINUX_PCI | BUS_ISA | BUS_EISA | BUS_PCI,
    BUS_HAS_INT = 1U << 5, /* an INT comes from it */
    BUS_CONFORMS =
        1U << 6 /* an INT that FreeBSD routes has a polarity or trigger that conforms to it */
};

/* What processor entries with an APIC ID there are, as bits */
enum listed_as { LISTED_DISABLED = 1U << 0, LISTED_ENABLED = 1U << 1, LISTED_BSP = 1U << 2 };

enum ioapic_is { IOAPIC_LISTED = 1U << 0, IOAPIC_ENABLED = 1U << 1 };

/* An entry that a rule about the table as a whole points at */
struct spot {
    int entry; /* -1 = there is none */
    uint32_t address;
};

/*
 * From the first entry of a type to the end of the last; offsets in the base table, 0 = there is
 * none
 */
struct span {
    size_t begin, end;
};

struct survey {
    struct mpt_view view; /* all 0 when there is no floating pointer */
    struct mpt_facts facts;

    bool absent; /* there is no floating pointer */
    /* The search for it, a bit for each consumer; one without a bit in any set is undecided */
    struct mpt_bounds bounds; /* of the search */
    uint32_t takes, passes_by;
    uint32_t takes_other;  /* these take another one, with other contents */
    uint32_t passes_table; /* these take the default configuration in place of the table */
    uint64_t other;        /* the first such; 0 = none */
    bool in_ebda, in_fixed,
        outside; /* where it lies; outside = in none of the windows FIXED, EBDA, BASE, ROM */
    uint8_t right_floating_checksum;

    /* The table. What is absent is only known when the table could be read to its end. */
    /* The walk came to the end of the base table, and nothing is missing. If the length ends inside
       an entry, all bytes of that one are there. */
    bool whole;
    bool cut_by_image; /* the bytes there are end before the table does */
    uint64_t table_end;
    char signature[4];
    uint8_t right_checksum, right_extended_checksum;
    enum mpt_err stop; /* why the walk ended */
    uint8_t stop_type; /* first byte of the entry it ended at */
    uint8_t unsorted_type;
    struct spot stop_spot, unsorted;
    size_t walked_end; /* offset behind the last whole entry */
    /* An entry that the length cuts, with the bytes behind the table: it is counted below, but no
       rule about entries looks at it. NULL = there is none, or its bytes are not there */
    const uint8_t *cut;
    bool cut_is_listed; /* it is a processor, and another entry has its APIC ID */
    unsigned entries;
    enum mpt_err extended_stop;
    bool extended_cut;

    unsigned processors, enabled, bsps, enabled_bsps; /* bsps: flagged, enabled or not */
    unsigned distinct, highest_id;                    /* of the enabled processors' IDs */
    bool first_is_bsp;
    bool ap_first;       /* an enabled one that is not a BSP comes before all enabled BSPs */
    bool serial_apics;   /* an enabled one has an APIC older than version 0x14 */
    uint8_t listed[256]; /* enum listed_as by APIC ID */
    unsigned isa_buses, pci_buses;
    bool pci_zero;
    /* enum mpt_bus_kind by bus ID; of several entries with one ID the last counts */
    uint8_t bus_kind[256];
    uint8_t bus_as[256]; /* enum bus_as by bus ID */
    int highest_bus;     /* -1 = none is declared */
    unsigned enabled_ioapics;
    int sole_ioapic;     /* ID of the only one that is enabled; -1 = there are none or several */
    uint8_t ioapic[256]; /* enum ioapic_is by ID */
    bool late;           /* a bus or an I/O APIC comes behind an interrupt */
    unsigned io_ints, local_ints;
    struct span ioapic_span, io_int_span;
    bool irq0_int, irq0_extint; /* ISA IRQ 0 has an entry of that type */
    unsigned extints, local_extints;

    /* What the machine has, by the facts about it, and the table lacks */
    unsigned unlisted_cpus, unlisted_ioapics;
    unsigned unnamed_cpus;                  /* these have no disabled entry either */
    uint32_t unlisted_id, unlisted_address; /* of the first */
    unsigned ioapics_there;                 /* that both have */
    /* An INT of IRQ 0 is the first entry for its input, so Linux sets it up. */
    bool irq0_reaches;
    uint8_t irq0_apic;      /* its destination, or MPT_ALL */
    unsigned distinct_ints; /* those that differ; counted from 256 entries on, as Linux does */
    /* A walk by the entry count, which may end before the table does, or go on behind it */
    unsigned counted_cpus; /* enabled ones that it comes to */
    uint8_t behind;        /* types of the entries that it comes to behind the table and behind a
                              cut entry, as bits; of processors and I/O APICs that are enabled */
    bool count_overruns;   /* it comes to bytes behind the table that are no entry */
    unsigned cpus_behind;  /* enabled ones behind the entry that ended the walk, as far as known */
    bool int_to[256];      /* an INT goes to that I/O APIC ID */
    int16_t parent[256];   /* the bus above, by a bus's last hierarchy entry; -1 = none */
    bool extended_hangs;   /* a walk by the length bytes of the extended entries does not end */
    bool extended_odd_hangs; /* the same, because of a byte behind them, which it takes for one */
    uint64_t orphan; /* a sound table that no pointer names, if this one names none; 0 = none */

    /* The entry that a rule looks at */
    struct mpt_entry e;
    unsigned index; /* among those of its type */
    uint16_t mark;  /* enum mark */
    int bus_type;   /* of a bus, as mpt_bus_type has it */

    uint16_t marks[MPT_TABLE_MAX / 8 + 1]; /* set as far as the table goes */

    /* The facts by APIC ID, set when they are given */
    bool there[256];                                /* a processor that runs has that ID */
    const struct mpt_ioapic_fact *ioapic_fact[256]; /* of an enabled entry; NULL = not there */
};

/* mpt_survey - fill in a survey; index and mark stay 0. The arguments are those of mpt_check */
void mpt_survey(struct survey *s, const struct mpt_memory *memory, const struct mpt_view *view,
                const struct mpt_facts *facts);

#pragma GCC visibility pop

#endif
