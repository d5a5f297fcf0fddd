/* SPDX-License-Identifier: ISC */
/*
 * libmptmachine - the MP table of a virtual machine by the name of a profile, in three calls.
 *
 * A monitor gets in its own process the same bytes that the daemon mptabled gives over HTTP, but
 * without a signature. The monitor chooses the profile, processors, interrupt lines, PCI routes and
 * where the table lies. The library allocates nothing, does no I/O and keeps no state. It needs
 * libmptable, and of the C library the functions that compare, copy and format.
 */
#ifndef MPTMACHINE_H
#define MPTMACHINE_H

#include <mptable.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MPTM_CPUS_MAX = 255,    /* APIC IDs 0 to 254; fewer where a profile says so */
    MPTM_ROUTES_MAX = 1024, /* PCI routes: 32 devices with 4 pins on 8 buses */
    MPTM_SEGMENTS_MAX = 4,  /* floating pointer and table, together or apart; two BIOS data words */
    MPTM_WORK_SIZE = 1 << 21 /* bytes for mptm_build to work in */
};

/* Instead of an address: the library chooses one */
#define MPTM_CHOSEN UINT32_MAX

/* Where the guest looks for the floating pointer. MPS 1.4 §4 */
enum mptm_window {
    MPTM_WINDOW_CHOSEN,      /* the profile's; or the one in which the given addresses lie */
    MPTM_WINDOW_BASE_MEMORY, /* the last KiB of 640 KiB: 0x9fc00 to 0x9ffff */
    MPTM_WINDOW_BIOS,        /* 0xf0000 to 0xfffff; the guest needs memory there */
    MPTM_WINDOW_EBDA         /* the first KiB of the area that the word at 0x40e names */
};

/* Where the interrupt of a PCI device arrives. MPS 1.4 §D.3 */
struct mptm_route {
    uint8_t bus;    /* PCI bus number */
    uint8_t device; /* 0 to 31 */
    uint8_t pin;    /* 0 = INTA# to 3 = INTD# */
    uint8_t intin;  /* input of the I/O APIC */
};

/* A machine. Members that mptm_defaults has set may stay as they are. */
struct mptm {
    const char *profile; /* as "mptablectl profiles" lists them; borrowed */
    unsigned cpus;       /* 1 to MPTM_CPUS_MAX; APIC IDs from 0 up, the first is the BSP */
    /*
     * When one of them is not 0, APIC IDs are made of bit fields, as processors number themselves
     * (CPUID leaf 0xb). Each is 1 to MPTM_CPUS_MAX, 0 means 1, and their product is cpus.
     */
    unsigned packages, dies, cores, threads;
    unsigned irqs; /* lines that are routed one to one, 16 to 24; 0 = as many as the profile has */
    const struct mptm_route *routes; /* added to those of the profile; borrowed */
    size_t route_count;              /* at most MPTM_ROUTES_MAX */
    /* bytes of guest RAM, at most 2^52; an image that is not inside is refused; 0 = unknown */
    uint64_t memory_size;
    enum mptm_window window;
    uint32_t base;      /* guest-physical, of the image's first byte; or MPTM_CHOSEN */
    uint32_t floating;  /* of the floating pointer, a multiple of 16; or MPTM_CHOSEN */
    uint32_t table;     /* of the configuration table; or MPTM_CHOSEN */
    int bios_data_area; /* 1: add the words at 0x40e and 0x413, which OpenBSD and others need */
};

/* The bytes to write into the guest's memory. */
struct mptm_image {
    struct mpt_place place;                         /* of floating pointer and table */
    size_t segment_count;                           /* at least 1 */
    struct mpt_segment segments[MPTM_SEGMENTS_MAX]; /* with bytes in the caller's work memory */
};

/* Why mptm_build made no image. */
struct mptm_error {
    char member[96];  /* as a JSON pointer into the daemon's request: "/cpus", "/placement/base" */
    char detail[192]; /* what is wrong and which values are right; printable ASCII */
};

/*
 * mptm_defaults - set @machine to one processor and the profile's values
 * @profile: its name; NULL = "kvm", the wiring of KVM's in-kernel interrupt chips
 *
 * Return: 0; -1 when there is no profile of that name.
 */
int mptm_defaults(struct mptm *machine, const char *profile);

/*
 * mptm_build - the image of a machine
 * @work:  memory in which the image's bytes are made and stay; any alignment
 * @size:  bytes at @work, at least MPTM_WORK_SIZE
 * @image: receives addresses and bytes, which are valid until @work is used again
 * @error: filled when -1 is returned
 *
 * The bytes were read back and compared with the values that they were made from. Faults that a
 * profile's builder makes stay in the table; mpt_check finds them. Only the part of @work that the
 * table needs is touched, and at most 80 KiB of the stack.
 *
 * Return: 0; -1 when a member is out of range, the profile does not allow that many processors, the
 * image does not fit its window or the guest's memory, or @size is too small. Source: MPS 1.4 §4,
 * and the builders that mptablectl(1) names.
 */
int mptm_build(const struct mptm *machine, void *work, size_t size, struct mptm_image *image,
               struct mptm_error *error);

/*
 * mptm_write - copy the segments into guest memory, before the first virtual processor runs
 * @ram:  guest-physical address 0 in the monitor's memory
 * @size: bytes at @ram
 *
 * Return: 0; -1 when a segment does not lie inside: nothing was written.
 */
int mptm_write(const struct mptm_image *image, void *ram, size_t size);

#ifdef __cplusplus
}
#endif

#endif
