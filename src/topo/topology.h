/* SPDX-License-Identifier: ISC */
/*
 * The model of a request: what the guest's machine looks like, by value, with the profile it is
 * based on.
 *
 * text/request.c fills in what a request gives, found.c what a table in memory holds, and
 * complete.c adds the rest from the profile. A topology is large (about 900 KiB), but only the
 * elements that its counts cover are touched, so keep one and use it again.
 */
#ifndef TOPO_TOPOLOGY_H
#define TOPO_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"
#include "../mptable/mptable.h"

enum {
    TOPOLOGY_CPUS_MAX = 255, /* APIC IDs 0 to 254; 255 means all of them */
    TOPOLOGY_IRQS_MIN = 16,  /* lines routed one to one */
    TOPOLOGY_IRQS_MAX = 24,  /* INTINs of a PC's I/O APIC */
    TOPOLOGY_PCI_MAX = 1024, /* routes of pci_interrupts: 32 devices with 4 pins on 8 buses */
    TOPOLOGY_CONTEXT_MAX = 64,
    TOPOLOGY_NONCE_MAX = 64,
    TOPOLOGY_PROCESSORS_MAX = (MPT_TABLE_MAX - MPT_HEADER_SIZE) / MPT_PROCESSOR_SIZE,
    TOPOLOGY_SPACES_MAX = MPT_TABLE_MAX / MPT_SPACE_SIZE,
    TOPOLOGY_OEM_MAX = UINT16_MAX, /* bytes of an OEM table: its size is a 16-bit field */
    TOPOLOGY_PATCHES_MAX = 16384,
    /* bytes of the patches and of the OEM table: patches can cover pointer and table */
    TOPOLOGY_POOL_MAX = MPT_FLOATING_SIZE + 2 * MPT_TABLE_MAX + TOPOLOGY_OEM_MAX
};

/* Which members the request has, for members whose value cannot show that they are absent. */
enum topology_given {
    GIVEN_CPUS = 1U << 0,
    GIVEN_PROCESSORS = 1U << 1,
    GIVEN_TOPOLOGY = 1U << 2,
    GIVEN_BUSES = 1U << 3,
    GIVEN_IOAPICS = 1U << 4,
    GIVEN_IO_INTS = 1U << 5,
    GIVEN_LOCAL_INTS = 1U << 6,
    GIVEN_EXTENDED = 1U << 7,
    GIVEN_ENTRIES = 1U << 8, /* the whole list as it is: faults are findings, not refusals */
    GIVEN_OEM_ID = 1U << 9,
    GIVEN_PRODUCT_ID = 1U << 10,
    GIVEN_OEM_TABLE = 1U << 11,
    GIVEN_OEM_TABLE_SIZE = 1U << 12,
    GIVEN_SPEC_REVISION = 1U << 13,
    GIVEN_LOCAL_APIC_ADDRESS = 1U << 14,
    GIVEN_IMCR = 1U << 15,
    GIVEN_ENTRY_COUNT = 1U << 16,
    GIVEN_WINDOW = 1U << 17, /* members of placement */
    GIVEN_BASE = 1U << 18,
    GIVEN_FLOATING = 1U << 19,
    GIVEN_TABLE = 1U << 20,
    GIVEN_IRQS = 1U << 21,
    GIVEN_PCI_INTS = 1U << 22,
    GIVEN_DEVICES = 1U << 23, /* interrupts that give a device */
    GIVEN_TABLE_SIZE = 1U << 24,
    GIVEN_PATCHES = 1U << 25, /* the list, even an empty one: any address is allowed */
    GIVEN_OEM_BYTES = 1U << 26
};

/* Bytes that the request gives, in pool[] */
struct topology_bytes {
    uint32_t offset, size;
};

/* Bytes to write over those of the encoder. */
struct topology_patch {
    uint32_t at; /* guest-physical */
    struct topology_bytes bytes;
};

/* A bit for each element of a list */
struct topology_marks {
    uint8_t bits[MPT_ENTRIES_MAX / 8 + 1];
};

/*
 * Where a kernel looks for the floating pointer (MPS 1.4 §4), each with its name:
 *   BASE_MEMORY  the last KiB of 640 KiB of base memory: 0x9fc00 to 0x9ffff
 *   BIOS         0xf0000 to 0xfffff
 *   EBDA         the first KiB of the extended BIOS data area that the word at 0x40e names
 */
#define TOPOLOGY_WINDOWS(X)       \
    X(BASE_MEMORY, "base-memory") \
    X(BIOS, "bios")               \
    X(EBDA, "ebda")

#define TOPOLOGY_WINDOW(W, word) WINDOW_##W,
enum topology_window { TOPOLOGY_WINDOWS(TOPOLOGY_WINDOW) WINDOWS };
#undef TOPOLOGY_WINDOW

extern const char *const topology_window_names[WINDOWS];

struct profile;

struct topology {
    const struct profile *profile;
    unsigned given; /* enum topology_given */

    unsigned cpus;                           /* processors; with GIVEN_ENTRIES from the entries */
    unsigned packages, dies, cores, threads; /* with GIVEN_TOPOLOGY */
    unsigned irqs;                           /* with GIVEN_IRQS */
    uint32_t asked;                          /* consumers that the findings are for */
    uint64_t memory_size;                    /* bytes of guest RAM, 0 = not given */
    char context[TOPOLOGY_CONTEXT_MAX + 1];  /* "" = none */
    char nonce[TOPOLOGY_NONCE_MAX + 1];      /* "" = none */
    unsigned ttl;                            /* seconds, 0 = none */
    bool bios_data_area;                     /* two more segments: the words at 0x40e and 0x413 */
    enum topology_window window;             /* with GIVEN_WINDOW */
    struct mpt_place place;                  /* members with GIVEN_BASE, _FLOATING, _TABLE */
    uint32_t table_size;             /* with GIVEN_TABLE_SIZE: bytes of the table in the image */
    struct topology_bytes oem_bytes; /* with GIVEN_OEM_BYTES */
    size_t pool_used;

    /*
     * The table, with pointers to the arrays below. What is not given is 0 until
     * complete_topology. order is set with GIVEN_ENTRIES, or when the profile has another order
     * than by type. With GIVEN_EXTENDED it is first the order of the list, made by one
     * topology_append_run for each element.
     */
    struct mpt_table table;
    struct mpt_processor processors[TOPOLOGY_PROCESSORS_MAX];
    struct mpt_bus buses[MPT_ENTRIES_MAX];
    struct mpt_ioapic ioapics[MPT_ENTRIES_MAX];
    struct mpt_io_int io_ints[MPT_ENTRIES_MAX];
    struct mpt_local_int local_ints[MPT_ENTRIES_MAX];
    struct mpt_space spaces[TOPOLOGY_SPACES_MAX];
    struct mpt_hierarchy hierarchies[MPT_EXTENDED_MAX];
    struct mpt_modifier modifiers[MPT_EXTENDED_MAX];
    struct mpt_run order[MPT_ENTRIES_MAX + MPT_EXTENDED_MAX];
    /* with GIVEN_PCI_INTS: added to those of the profile; no flags */
    struct mpt_io_int pci_ints[TOPOLOGY_PCI_MAX];
    bool pci_to_first[TOPOLOGY_PCI_MAX]; /* the route names no I/O APIC: it takes the first one */
    unsigned pci_int_count;
    /* with GIVEN_DEVICES: the interrupts that have a device and a pin in place of an IRQ */
    struct topology_marks io_by_device, local_by_device;
    struct topology_patch patches[TOPOLOGY_PATCHES_MAX]; /* in the order of the request */
    unsigned patch_count;
    uint8_t pool[TOPOLOGY_POOL_MAX];
};

/*
 * topology_mark - set or clear bit @i, and clear those behind it in its byte: marks are made in
 * ascending order, and so need not be cleared at first
 */
static inline void topology_mark(struct topology_marks *marks, size_t i, bool on)
{
    const unsigned low = (1U << i % 8) - 1;

    marks->bits[i / 8] = (uint8_t)((marks->bits[i / 8] & low) | (on ? low + 1 : 0));
}

static inline bool topology_marked(const struct topology_marks *marks, size_t i)
{
    return marks->bits[i / 8] >> i % 8 & 1;
}

/* topology_init - an empty topology of the default profile; its arrays are left as they are */
void topology_init(struct topology *topology);

/*
 * topology_append_run - one more entry of that type in the order of entries[]
 *
 * The entry joins the last run if that has the same type. Return: false when the order is full.
 */
bool topology_append_run(struct topology *topology, enum mpt_type type);

/* topology_has_table - is there a table, not only a pointer with a default configuration? */
bool topology_has_table(const struct topology *topology);

#endif
